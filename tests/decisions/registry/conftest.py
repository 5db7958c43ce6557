"""A tenant's registry, told things in the order a day brings them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from msgspec import Struct

from contracts.control import RunDue, RunSettled
from contracts.facts import Fact, Said
from contracts.message import Message
from contracts.policy import Policy, PolicyNow
from services.kernel.decision import Do, Effect, Say, State, Wake
from services.registry.decide import decide, needs
from services.registry.news import news
from services.registry.rows import PolicySaid

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class After:
    """What followed from one thing that the registry heard."""

    effects: Sequence[Effect]

    @property
    def due(self) -> list[tuple[str, int]]:
        """Which readers are told to run."""
        return [(e.service, e.shard) for e in self.effects if isinstance(e, Say) and isinstance(e.body, RunDue)]

    @property
    def run(self) -> RunDue:
        return next(e.body for e in self.effects if isinstance(e, Say) and isinstance(e.body, RunDue))

    @property
    def facts(self) -> list[Fact]:
        """What the public hears."""
        return [f for e in self.effects if isinstance(e, Say) and isinstance(e.body, Said) for f in e.body.facts]

    @property
    def policies(self) -> list[PolicyNow]:
        return [e.body for e in self.effects if isinstance(e, Do) and isinstance(e.body, PolicyNow)]

    @property
    def wakes(self) -> list[Wake]:
        return [e for e in self.effects if isinstance(e, Wake)]

    @property
    def next(self) -> datetime:
        """When the interval is over."""
        (wake,) = self.wakes
        return wake.at


@dataclass
class Firm:
    """A tenant's registry with its rows; the broker takes each policy at once unless it is `deaf`."""

    rows: dict[str, bytes] = field(default_factory=dict)
    now: datetime = NOON
    deaf: bool = False
    heard: int = 0

    def hear(self, body: Struct, *, minutes: float = 0) -> After:
        """Everything that follows from a message, the broker's answers included."""
        self.now += timedelta(minutes=minutes)
        self.heard += 1
        message = Message(id=f"m{self.heard}", tenant="firm", sent_at=self.now, body=body)
        state = State({})
        while missing := [key for key in needs(state, message) if not state.known(key)]:
            state.load({key: self.rows.get(key) for key in missing})
        decision = decide(state, message, self.now)
        self._keep(decision.rows)
        said = [] if self.deaf else [policy.version for policy in After(decision.effects).policies]
        answered = [effect for version in said for effect in self.hear(PolicySaid(version)).effects]
        return After([*decision.effects, *answered])

    def file(self, policy: Policy | None, *, start: bool = False, minutes: float = 0) -> After:
        """The file says this now, or is gone (None)."""
        told, files = {} if start else {"firm": "another"}, {} if policy is None else {"firm": policy}
        (heard,) = news(told, files, (), ["firm"]).values()
        return self.hear(heard, minutes=minutes)

    def settle(self, run: str, *, shard: int = 0, items: int = 0, failed: tuple[str, ...] = ()) -> After:
        return self.hear(RunSettled(run, shard, items, failed), minutes=1)

    def _keep(self, rows: Mapping[str, Struct | None]) -> None:
        for key, row in rows.items():
            self.rows.pop(key, None)
            if row is not None:
                self.rows[key] = msgspec.msgpack.encode(row)


@pytest.fixture
def firm() -> Firm:
    return Firm()
