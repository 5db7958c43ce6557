"""Publishes facts where anybody may subscribe to them (S2). A fact that is published again after a failure has the same
id and number as before, so that a subscriber can leave it out."""

import asyncio
from collections.abc import Sequence

from contracts import topics
from contracts.facts import Published
from contracts.message import Message, encode
from services.kernel.bus import Bus
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule

RULE = LaneRule(batch=20)
AT_ONCE = 100
"""Facts on their way to the broker at the same time."""


class Hands:
    """The feed's one lane: `publish`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def rule(self, lane: str) -> LaneRule:  # noqa: ARG002 - there is one lane
        return RULE

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:  # noqa: ARG002
        """Publish all facts, in order, without waiting for one before the next. Raises Transient when the broker does
        not take one: then all are published again."""
        facts = [(published, doing) for doing in batch for published in doing.body.facts]
        for start in range(0, len(facts), AT_ONCE):
            await asyncio.gather(*(self._publish(tenant, *fact) for fact in facts[start : start + AT_ONCE]))
        return [None] * len(batch)

    async def _publish(self, tenant: str, published: Published, doing: Doing) -> None:
        await self._bus.publish(topics.fact(tenant, kind_of(published)), encode(envelope(tenant, published, doing)))

    async def close(self) -> None:
        """Nothing is held."""


def kind_of(published: Published) -> str:
    """The last level of the fact's topic."""
    return str(published.fact.__struct_config__.tag)


def envelope(tenant: str, published: Published, doing: Doing) -> Message:
    """The fact in its envelope: a level, which nobody receipts."""
    name = f"{doing.id}-{published.number}"
    return Message(id=name, tenant=tenant, sent_at=published.at, body=published, run=doing.run, sender="feed")
