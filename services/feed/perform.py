"""Publishes facts where anybody may subscribe to them (S2). A fact that is published again after a failure has the same
id and number as before, so that a subscriber can leave it out."""

from collections.abc import Sequence

from contracts import topics
from contracts.facts import Published
from contracts.message import Message, encode
from services.feed.rows import Batch
from services.kernel.bus import Bus
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule

RULE = LaneRule(batch=20)


class Hands:
    """The feed's one lane: `publish`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def rule(self, lane: str) -> LaneRule:  # noqa: ARG002 - there is one lane
        return RULE

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:  # noqa: ARG002
        """Publish all facts in order. Raises Transient when the broker does not take one."""
        for doing in batch:
            facts: Batch = doing.body
            for published in facts.facts:
                topic = topics.fact(tenant, kind_of(published))
                await self._bus.publish(topic, encode(envelope(tenant, published, doing)))
        return [None] * len(batch)

    async def close(self) -> None:
        """Nothing is held."""


def kind_of(published: Published) -> str:
    """The last level of the fact's topic."""
    return str(published.fact.__struct_config__.tag)


def envelope(tenant: str, published: Published, doing: Doing) -> Message:
    """The fact in its envelope: a level, which nobody receipts."""
    name = f"{doing.id}-{published.number}"
    return Message(id=name, tenant=tenant, sent_at=published.at, body=published, run=doing.run, sender="feed")
