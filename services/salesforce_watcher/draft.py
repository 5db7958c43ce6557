"""A decision of the watcher while it is being made: what it sees, and what it has changed so far. Pure memory."""

from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from contracts.observed import Pair
from contracts.policy import Policy
from services.kernel.decision import Decision, Effect, State
from services.kernel.micros import micros
from services.salesforce_watcher.pair import shard_of
from services.salesforce_watcher.rows import Directory, Pairs, Reader, Users, Waiting


@dataclass(slots=True)
class Draft:
    state: State
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

    def directory(self) -> Directory | None:
        changed = self.rows.get("directory")
        return changed if isinstance(changed, Directory) else self.state.get("directory", Directory)

    def users(self) -> Users:
        changed = self.rows.get("users")
        return changed if isinstance(changed, Users) else self.state.get("users", Users) or Users({})

    def pairs(self) -> tuple[Pair, ...]:
        changed = self.rows.get("pairs")
        kept = changed if isinstance(changed, Pairs) else self.state.get("pairs", Pairs)
        return kept.pairs if kept else ()

    def waiting(self) -> tuple[str, ...]:
        kept = self.state.get("waiting", Waiting)
        return kept.runs if kept else ()

    def place(self, owner: str) -> tuple[str, int]:
        """The mailbox and the shard of a Practifi owner."""
        for pair in self.pairs():
            if pair.user == owner:
                return pair.mailbox, pair.shard
        return "", shard_of(owner, self.policy.shards)
