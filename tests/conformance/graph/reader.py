"""A mailbox as the poller reads it: Microsoft's answers off the wire, understood by the real client and the real
decision, with only the kernel between them left out."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.calendar import Days, Timed
from contracts.observed import Item, Observed, Pair, Paired
from contracts.policy import Policy
from services.graph_poller.perform import read
from services.graph_poller.rows import Prove
from tests.conformance.graph.stage import Stage
from tests.decisions.graph_poller.mailbox import Poller

POLICY = Policy(enabled=True, past_inbound_days=5, future_inbound_months=3)


@dataclass
class Reader:
    """Mike's mailbox at `now`, the poller, and what stands on the other side if all that it says is believed, by root
    and slot; `proofs` counts what it asked to be proven."""

    stage: Stage
    now: datetime
    policy: Policy = POLICY
    there: dict[str, Item] = field(default_factory=dict)
    proofs: int = 0

    def __post_init__(self) -> None:
        self.stage.now = self.now
        self.mike = self.stage.person("mike")
        self.poller = Poller(self.policy, now=self.now)
        self.poller.hear(Paired(2, (Pair(self.mike, 0, "005-mike", ("mike@contoso.example",)),)))

    async def run(self, *, fresh: bool = False) -> Observed:
        """One run, to its end; what it says."""
        self.poller.now = self.stage.now
        orders: list[Any] = list(self.poller.due(fresh=fresh))
        while orders:
            (order,) = orders
            self.poller.hear(await read(self.stage.graph, order))
            orders = self.poller.asked(Prove)
            self.proofs += len(orders)
        said = self.poller.heard()
        for item in said.items:
            self.there[_key(item.series or item.id, item.slot)] = item
        for gone in said.vanished:
            self.there.pop(_key(gone.series or gone.id, gone.slot), None)
        return said

    def later(self, **length: float) -> None:
        self.stage.now += timedelta(**length)

    def series(self, subject: str, first: str, last: str = "", /, **more: Any) -> str:
        """A series that somebody makes in Outlook: 10 to 11 UTC from the first day to the last; its id."""
        day, _, clock = first.partition("T")
        rule = more.pop("rule", {"type": "daily", "interval": 1})
        zone = more.pop("zone", "UTC")
        start = datetime.fromisoformat(f"{day}T{clock or '10:00'}:00")
        length = more.pop("length", timedelta(hours=1))
        recurrence = {"pattern": rule, "range": _until(day, last)}
        return self.stage.event(
            self.mike, subject=subject, start=_at(start, zone), end=_at(start + length, zone), recurrence=recurrence,
            **more,
        )  # fmt: skip

    def occurrence(self, master: str, day: str) -> str:
        """The id of the occurrence of that day."""
        return self.stage.microsoft.occurrence_id(self.mike, master, datetime.fromisoformat(day).date())

    def change(self, id_: str, **patch: Any) -> None:
        self.stage.microsoft.change(self.mike, id_, patch, self.stage.now)

    def ends(self, master: str, first: str, last: str, rule: dict[str, Any]) -> None:
        """The series now runs to another last day."""
        self.change(master, recurrence={"pattern": rule, "range": _until(first, last)})

    def moves(self, id_: str, start: str, end: str) -> None:
        self.change(id_, start=_at(datetime.fromisoformat(start), "UTC"), end=_at(datetime.fromisoformat(end), "UTC"))

    def delete(self, id_: str) -> None:
        self.stage.microsoft.delete(self.mike, id_, self.stage.now)

    def shown(self) -> list[tuple[str, str]]:
        """Start and subject of all that stands there, in order."""
        return sorted((start(item), item.event.subject) for item in self.there.values())

    def starts(self) -> list[str]:
        return [at for at, _ in self.shown()]


def start(item: Item) -> str:
    """When an item begins, as a short text: a day, or a day and a clock in UTC."""
    when = item.event.when
    if isinstance(when, Days):
        return f"{when.first:%m-%d}"
    assert isinstance(when, Timed)
    return f"{when.start.astimezone(UTC):%m-%d %H:%M}"


def _key(root: str, slot: str) -> str:
    return f"{root}/{slot}"


def _at(wall: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": wall.isoformat(), "timeZone": zone}


def _until(first: str, last: str) -> dict[str, Any]:
    closing = {"type": "endDate", "endDate": last} if last else {"type": "noEnd"}
    return {"startDate": first, **closing}
