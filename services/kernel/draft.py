"""A decision while it is being made: what it sees, and what it has changed so far. Pure memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct

from contracts.message import Message
from contracts.policy import Policy, PolicyNow
from services.kernel.decision import Decision, Effect, State, Wake
from services.kernel.micros import micros

S = TypeVar("S", bound=Struct)
SOON = timedelta(seconds=2)
SEQUENCE = "sequence"
"""The row that a service which numbers what it says has to name in its `needs`."""


class Sequence(Struct, frozen=True):
    """Row `sequence`: the last sequence that was used."""

    last: int


@dataclass(slots=True)
class Draft:
    """`known` is the tenant's policy."""

    state: State
    message: Message
    now: datetime
    known: PolicyNow
    rows: dict[str, Struct | None] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return self.known.policy

    @property
    def active(self) -> bool:
        return self.known.active

    def get(self, key: str, kind: type[S]) -> S | None:
        """The row as this decision has left it so far. KeyError when `needs` did not name it."""
        if key in self.rows:
            changed = self.rows[key]
            return changed if isinstance(changed, kind) else None
        return self.state.get(key, kind)

    def under(self, prefix: str, kind: type[S]) -> dict[str, S]:
        """All rows under a prefix, as this decision has left them so far."""
        keys = {*self.state.under(prefix, kind), *(key for key in self.rows if key.startswith(prefix))}
        found = {key: self.get(key, kind) for key in sorted(keys)}
        return {key: row for key, row in found.items() if row is not None}

    def count(self, key: str, n: int = 1) -> None:
        self.counts[key] = self.counts.get(key, 0) + n

    def early(self, policy: int) -> bool:
        """Whether what is heard goes by a version of the policy that has not come here yet: it is heard again soon."""
        if policy <= self.known.version:
            return False
        self.effects.append(Wake(self.now + SOON, self.message.body, f"early/{self.message.id}"))
        return True

    def sequence(self) -> int:
        """The next sequence: above all that were used, also by a memory that was restored since (ruling 6)."""
        kept = self.get(SEQUENCE, Sequence)
        number = max(kept.last + 1 if kept else 0, micros(self.now))
        self.rows[SEQUENCE] = Sequence(number)
        return number

    def decision(self) -> Decision:
        return Decision(self.rows, tuple(self.effects), self.counts)
