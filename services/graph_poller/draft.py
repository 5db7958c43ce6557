"""A decision of the poller while it is being made: what it sees, and what it has changed so far. Pure memory."""

from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from contracts.message import Message
from contracts.observed import Pair
from contracts.policy import Policy
from services.graph_poller.rows import Pairs, Reader, Root, Running
from services.kernel.decision import Decision, Effect, State
from services.kernel.micros import micros


@dataclass(slots=True)
class Draft:
    state: State
    message: Message
    now: datetime
    policy: Policy
    active: bool
    rows: dict[str, Struct | None] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def decision(self) -> Decision:
        return Decision(self.rows, tuple(self.effects), self.counts)

    def reader(self) -> Reader:
        changed = self.rows.get("reader")
        return changed if isinstance(changed, Reader) else self.state.get("reader", Reader) or Reader()

    def sequence(self) -> int:
        """The next sequence: above all that were used, also by a memory that was restored since (ruling 6)."""
        reader = self.reader()
        number = max(reader.sequence + 1, micros(self.now))
        self.rows["reader"] = replace(reader, sequence=number)
        return number

    def pairs(self) -> tuple[Pair, ...]:
        kept = self.state.get("pairs", Pairs)
        return kept.pairs if kept else ()

    def running(self) -> dict[str, Running]:
        """Runs that still wait for something."""
        kept = {**self.state.under("run/", Running), **{k: v for k, v in self.rows.items() if k.startswith("run/")}}
        return {key: row for key, row in kept.items() if isinstance(row, Running)}

    def root(self, mailbox: str, root: str) -> Root | None:
        return self.state.get(f"known/{mailbox}/{root}", Root)
