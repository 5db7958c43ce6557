"""One decision in the making: what it has changed so far on top of what the store holds, and what it wants said. It
lives as long as one call of `decide` and does nothing outside itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from contracts.calendar import Side
from contracts.facts import Fact, Said
from contracts.meeting import Meeting, Own
from contracts.message import Message
from contracts.policy import Policy, PolicyNow
from contracts.write import Order, Orders
from services.kernel.decision import SAME, Decision, Effect, Say, State, Wake
from services.reconciler.book import Firm, Owner
from services.reconciler.rows import Link, Look, Mark, Runs, Trouble

S = TypeVar("S", bound=Struct)
T = TypeVar("T")

BATCH = 200
"""Most orders or facts in one message."""


@dataclass(slots=True)
class Work:
    """A decision in the making."""

    state: State
    message: Message
    now: datetime
    rows: dict[str, Struct | None] = field(default_factory=dict)
    orders: dict[str, list[Order]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    meetings: dict[int, list[Meeting]] = field(default_factory=dict)
    standing: dict[str, set[tuple[Trouble, Side]]] = field(default_factory=dict)
    out: int = 0
    _policy: PolicyNow | None = None

    def get(self, key: str, kind: type[S]) -> S | None:
        """The row as it is by now."""
        if key in self.rows:
            return self.rows[key]  # type: ignore[return-value]  # it was put as `kind`
        return self.state.get(key, kind)

    def link(self, name: str) -> Link | None:
        return self.get(f"link/{name}", Link)

    def keep(self, link: Link) -> Link:
        self.rows[f"link/{link.id}"] = link
        return link

    @property
    def active(self) -> bool:
        """Whether anything may be written now."""
        return self.get("policy", PolicyNow) is not None and self._now().active

    @property
    def policy(self) -> Policy:
        return self._now().policy

    @property
    def version(self) -> int:
        """The version of the policy that is followed."""
        return self._now().version

    @property
    def consents(self) -> int:
        """How often a person has said *resume*."""
        return self._now().consents

    def policy_of(self, mailbox: str) -> Policy:
        """The policy of one mailbox, which may be narrower than the firm's (D11). Its pair must be loaded."""
        pair = self.get(f"pair/{mailbox}", Owner) if mailbox and self.policy.narrower else None
        return self.policy.of(pair.addresses) if pair is not None else self.policy

    def owner(self, mailbox: str) -> Owner | None:
        """Who a mailbox belongs to, None while it has no user."""
        pair = self.get(f"pair/{mailbox}", Owner) if mailbox else None
        return pair if pair is not None and pair.user else None

    def elsewhere(self, mailbox: str) -> bool:
        """Whether a mailbox belongs to another shard (ruling 22). Its pair must be loaded."""
        pair = self.get(f"pair/{mailbox}", Owner)
        return pair is not None and pair.shard != self.shard

    def domains(self) -> tuple[str, ...]:
        firm = self.get("firm", Firm)
        return firm.domains if firm else ()

    def order(self, order: Order) -> None:
        """Have something written."""
        key = f"{order.side.value}/{order.mailbox}" if order.side is Side.MICROSOFT else order.side.value
        self.orders.setdefault(key, []).append(order)
        self.out += 1

    @property
    def epoch(self) -> int:
        """The epoch to which the orders of this decision belong."""
        runs = self.get("runs", Runs)
        return runs.epoch if runs else 0

    @property
    def shard(self) -> int:
        """Which of the firm's shards this is."""
        firm = self.get("firm", Firm)
        return firm.shard if firm else 0

    def tell(self, shard: int, meeting: Meeting) -> None:
        """Have another shard know of a meeting."""
        self.meetings.setdefault(shard, []).append(meeting)

    def stop(self, link: Link) -> None:
        """Remember that this link has to be looked at when the policy allows writing again."""
        self.rows[f"stopped/{link.mailbox}/{link.id}"] = Mark()

    def wake(self, link: str, at: datetime) -> None:
        """Look at a link again at `at`."""
        self.effects.append(Wake(at, Look(link), f"replace:look/{link}", quiet=True))

    def count(self, name: str, many: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + many

    def decision(self) -> Decision:
        """All that was decided."""
        said = [Say("feed", Said(tuple(facts))) for facts in _chunks(self.facts)]
        orders = [
            Say("writer", Orders(tuple(some)), SAME, key) for key, all_ in self.orders.items() for some in _chunks(all_)
        ]
        told = [Say("reconciler", Own(tuple(some)), to) for to, all_ in self.meetings.items() for some in _chunks(all_)]
        return Decision(self.rows, (*orders, *said, *told, *self.effects), self.counts)

    def _now(self) -> PolicyNow:
        if self._policy is None:
            self._policy = self.get("policy", PolicyNow) or PolicyNow(0, active=False, policy=Policy())
        return self._policy


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
