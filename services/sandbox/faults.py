"""What goes wrong on purpose: named faults with a rate and a count, drawn from a seed, so that a bad day can be had
again. Never touches a remote's memory: it answers instead of the remote, or spoils what the remote said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from services.sandbox import inner, spoils
from services.sandbox.log import Side
from services.sandbox.wire import Request, Response

ROWS = {"lock-row": "UNABLE_TO_LOCK_ROW"}
"""Faults of single rows: the org itself must produce them, in the middle of a batch."""
NAMES = (*spoils.INSTEAD, *spoils.AFTER, inner.NAME, *ROWS)


@dataclass
class Fault:
    """One fault that is on; `count`: how often it still strikes (None: until it is cleared), `mailbox`: an address."""

    name: str
    rate: float = 1.0
    count: int | None = None
    side: Side | None = None
    mailbox: str | None = None

    def concerns(self, side: Side, mailbox: str, request: Request) -> bool:
        """Whether it may strike this request, which is for the mailbox of this address, at all."""
        if self.side not in {None, side} or self.mailbox not in {None, mailbox}:
            return False
        return spoils.fits(self.name, side, request)


@dataclass
class Faults:
    """The faults that are on, and the seeded chance by which they strike."""

    seed: int = 0
    on: dict[str, Fault] = field(default_factory=dict)
    struck: dict[str, int] = field(default_factory=dict)
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(f"faults {self.seed}")

    def set(
        self, name: str, rate: float = 1.0, count: int | None = None,
        side: Side | None = None, mailbox: str | None = None,
    ) -> None:  # fmt: skip
        """Switches a fault on, in place of one of the same name; ValueError for what makes no sense."""
        if name not in NAMES:
            raise ValueError(f"no fault is named {name!r}; there are {', '.join(NAMES)}")
        if side not in {None, "microsoft", "practifi"}:
            raise ValueError("a side is microsoft or practifi")
        if not 0 <= rate <= 1 or (count is not None and count < 0):
            raise ValueError("a rate is from 0 to 1, a count is at least 0")
        if count == 0:
            self.on.pop(name, None)
        else:
            self.on[name] = Fault(name, rate, count, side, mailbox or None)

    def clear(self, name: str = "all") -> None:
        """Switches one fault off, or all of them."""
        if name == "all":
            self.on.clear()
        else:
            self.on.pop(name, None)

    def strike(self, side: Side, mailbox: str, request: Request) -> Fault | None:
        """The fault that strikes this request, if any; one at most, in the order in which they were set."""
        for fault in self.on.values():
            if fault.concerns(side, mailbox, request) and self.chance.random() < fault.rate:
                self._spend(fault)
                return fault
        return None

    def _spend(self, fault: Fault) -> None:
        self.struck[fault.name] = self.struck.get(fault.name, 0) + 1
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                del self.on[fault.name]

    def shown(self) -> list[dict[str, Any]]:
        """The faults that are on, as JSON values."""
        return [
            {"name": one.name, "rate": one.rate, "count": one.count, "side": one.side, "mailbox": one.mailbox}
            for one in self.on.values()
        ]


def spoilt(fault: Fault, side: Side, request: Request, handle: Callable[[Request], Response]) -> Response:
    """The answer under a fault; whether `handle`, the remote, ever hears of the request is part of the fault."""
    if fault.name in spoils.INSTEAD:
        return spoils.INSTEAD[fault.name](side, request)
    if fault.name == inner.NAME:
        return inner.throttled(request, handle)
    return spoils.AFTER[fault.name](request, handle(request))


def stripped(response: Response) -> tuple[dict[str, str], float]:
    """The headers for the wire, and the seconds that the shell shall wait before it sends them."""
    headers = dict(response.headers)
    return headers, float(headers.pop(spoils.DELAY, "0"))
