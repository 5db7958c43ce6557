"""What arrived and is not decided yet, sorted by actor. Whatever is not a message of ours is set aside with its reason
and harms nothing else (O5)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from contracts import topics
from contracts.control import Receipt
from contracts.message import Malformed, Message, decode
from contracts.policy import PolicyNow
from services.kernel.actor import Heard
from services.kernel.scope import Scope, scope_of

MOST = 64
"""Messages decided in one commit."""


@dataclass(slots=True)
class Inbox:
    """`refuse` hears the topic, the payload and the reason of what is no message of ours."""

    refuse: Callable[[str, bytes, str], None]
    heard: dict[Scope, list[Heard]] = field(default_factory=dict)
    receipts: dict[Scope, list[int]] = field(default_factory=dict)
    policies: dict[str, Message] = field(default_factory=dict)

    def arrived(self, topic: str, payload: bytes) -> None:
        """Sort one message in."""
        try:
            message = _checked(topic, decode(payload))
        except Malformed as error:
            self.refuse(topic, payload, str(error))
            return
        if isinstance(message.body, PolicyNow):
            self.policies[message.tenant] = message
        elif isinstance(message.body, Receipt):
            self.receipts.setdefault(_scope(topic), []).extend(message.body.numbers)
        else:
            self.put(_scope(topic), Heard(message))

    def put(self, scope: Scope, heard: Heard) -> None:
        self.heard.setdefault(scope, []).append(heard)

    def take(self, scope: Scope) -> list[Heard]:
        """The next messages of an actor, at most MOST."""
        waiting = self.heard.pop(scope, [])
        if len(waiting) > MOST:
            self.heard[scope] = waiting[MOST:]
        return waiting[:MOST]

    def take_receipts(self, scope: Scope) -> list[int]:
        return self.receipts.pop(scope, [])

    def backlog(self, tenant: str) -> int:
        """Messages in hand of one tenant."""
        return sum(len(waiting) for scope, waiting in self.heard.items() if scope.tenant == tenant)

    def forget(self, scope: Scope) -> None:
        """Another replica has this actor now: its senders will say everything again."""
        self.heard.pop(scope, None)
        self.receipts.pop(scope, None)


def _scope(topic: str) -> Scope:
    """The actor whose inbox `topic` is: `.../in/<service>/<shard>`."""
    return scope_of(f"{topics.tenant_of(topic)}/{topic.rsplit('/', 1)[1]}")


def _checked(topic: str, message: Message) -> Message:
    """A message says the tenant of its topic, and an address for its receipt, or it is none of ours."""
    if message.tenant != topics.tenant_of(topic):
        raise Malformed("it names another tenant than its topic")
    if message.number:
        parts = message.sender.split("/")
        if len(parts) != 3 or parts[1] != message.tenant or not parts[2].isdigit():  # noqa: PLR2004
            raise Malformed("its source is not an address of its tenant")
    return message
