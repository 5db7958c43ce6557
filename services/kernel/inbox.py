"""What arrived and is not decided yet, sorted by actor. Whatever is not a message of ours is set aside with its reason
and harms nothing else (O5)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from contracts import topics
from contracts.control import Receipt
from contracts.message import Malformed, Message, decode
from contracts.policy import PolicyNow
from services.kernel.actor import Heard
from services.kernel.scope import Scope

MOST = 64
"""Messages decided in one commit."""
_ADDRESS = re.compile(r"[a-z0-9-]{1,63}/(?P<tenant>[a-z0-9-]{1,63})/[0-9]{1,19}")
"""As `topics.address` makes it: a receipt goes there."""


@dataclass(slots=True)
class Inbox:
    """`refuse` hears the topic, the payload and the reason of what is no message of ours; `ours` tells which actors
    this replica is: what is for others is dropped, because its sender says it again to them."""

    refuse: Callable[[str, bytes, str], None]
    ours: Callable[[Scope], bool]
    heard: dict[Scope, list[Heard]] = field(default_factory=dict)
    receipts: dict[Scope, list[int]] = field(default_factory=dict)
    policies: dict[str, PolicyNow] = field(default_factory=dict)

    def arrived(self, topic: str, payload: bytes) -> None:
        """Sort one message in."""
        try:
            message = decode(payload)
            scope = _scope(topic, message)
        except Malformed as error:
            self.refuse(topic, payload, str(error))
            return
        if isinstance(message.body, PolicyNow):
            self._level(message.tenant, message.body)
        elif not self.ours(scope):
            return
        elif isinstance(message.body, Receipt):
            self.receipts.setdefault(scope, []).extend(message.body.numbers)
        else:
            self.put(scope, Heard(message))

    def put(self, scope: Scope, heard: Heard) -> None:
        self.heard.setdefault(scope, []).append(heard)

    def put_first(self, scope: Scope, heard: Heard) -> None:
        self.put_back(scope, [heard])

    def put_back(self, scope: Scope, heard: Sequence[Heard]) -> None:
        """These could not be decided now; they come first again."""
        self.heard[scope] = [*heard, *self.heard.get(scope, ())]

    def take(self, scope: Scope) -> list[Heard]:
        """The next messages of an actor, at most MOST."""
        waiting = self.heard.pop(scope, [])
        if len(waiting) > MOST:
            self.heard[scope] = waiting[MOST:]
        return waiting[:MOST]

    def take_receipts(self, scope: Scope) -> list[int]:
        return self.receipts.pop(scope, [])

    def waits(self) -> bool:
        """Whether there is something to decide at once."""
        return any(self.ours(scope) for scope in self.heard)

    def backlog(self, tenant: str) -> int:
        """Messages in hand of one tenant."""
        return sum(len(waiting) for scope, waiting in self.heard.items() if scope.tenant == tenant)

    def forget(self, scope: Scope) -> None:
        """Another replica has this actor now: its senders will say everything again."""
        self.heard.pop(scope, None)
        self.receipts.pop(scope, None)

    def _level(self, tenant: str, policy: PolicyNow) -> None:
        """Levels may overtake each other on their way; the newest counts."""
        known = self.policies.get(tenant)
        if known is None or policy.version >= known.version:
            self.policies[tenant] = policy


def _scope(topic: str, message: Message) -> Scope:
    """The actor whose inbox `topic` is; of a policy, which has no inbox, the tenant's first. Raises Malformed for a
    message that names another tenant than its topic, stands in the wrong place or has no address for its receipt."""
    tenant, last = topics.tenant_of(topic), topic.rsplit("/", 1)[1]
    if message.tenant != tenant or not topics.SLUG.fullmatch(tenant):
        raise Malformed("it names another tenant than its topic, or none")
    if last.isdecimal() == isinstance(message.body, PolicyNow):
        raise Malformed("it stands in the wrong place")
    if (message.number or message.receipted) and not _address(message.sender, tenant):
        raise Malformed("its source is not an address of its tenant")
    return Scope(tenant, int(last) if last.isdecimal() else 0)


def _address(sender: str, tenant: str) -> bool:
    parts = _ADDRESS.fullmatch(sender)
    return parts is not None and parts["tenant"] == tenant
