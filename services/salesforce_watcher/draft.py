"""A decision of the watcher while it is being made: the rows that it shares between its parts. Pure memory."""

from dataclasses import dataclass, field

from contracts.observed import Pair
from contracts.policy import Policy
from services.clients.salesforce.privacy import Privacy
from services.kernel.draft import Draft as Plain
from services.salesforce_watcher.pair import shard_of
from services.salesforce_watcher.rows import Directory, Pairs, Reader, Users, Waiting


@dataclass(slots=True)
class Draft(Plain):
    """`places` are the pairs by user, once they were asked for."""

    places: dict[str, Pair] | None = field(default=None)

    def reader(self) -> Reader:
        return self.get("reader", Reader) or Reader()

    def directory(self) -> Directory | None:
        return self.get("directory", Directory)

    def users(self) -> Users:
        return self.get("users", Users) or Users({})

    def pairs(self) -> tuple[Pair, ...]:
        kept = self.get("pairs", Pairs)
        return kept.pairs if kept else ()

    def paired(self) -> int:
        """The sequence of the pairing that we go by."""
        kept = self.get("pairs", Pairs)
        return kept.sequence if kept else 0

    def waiting(self) -> Waiting:
        return self.get("waiting", Waiting) or Waiting()

    def privacy(self, policy: Policy | None = None) -> Privacy:
        """By which rules private events are read now, or were by another policy: the firm's, and a mailbox's own where
        that is narrower (D11)."""
        policy = policy or self.policy
        firm = policy.private_events
        own = {pair.user: policy.of(pair.addresses).private_events for pair in self.pairs() if pair.user}
        return Privacy(firm, {user: rule for user, rule in sorted(own.items()) if rule is not firm})

    def place(self, owner: str) -> tuple[str, int]:
        """The mailbox and the shard of a Practifi owner. Not before everybody is paired."""
        if self.places is None:
            self.places = {pair.user: pair for pair in self.pairs() if pair.user}
        pair = self.places.get(owner)
        return (pair.mailbox, pair.shard) if pair else ("", shard_of(owner, self.policy.shards))
