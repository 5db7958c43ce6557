"""Publishes facts where anybody may subscribe to them (S2). A fact that is published again after a failure has the same
id and number as before, so that a subscriber can leave it out. What a person has to mend stands in the log too."""

import asyncio
from collections.abc import Sequence

from contracts import topics
from contracts.calendar import Side
from contracts.facts import Failed, Published
from contracts.message import Message, encode
from services.kernel.bus import Bus
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule
from services.kernel.logs import Logger

RULE = LaneRule(batch=20)
AT_ONCE = 100
"""Facts on their way to the broker at the same time."""
MEND = "correct the event; it is tried again when it changes"


class Hands:
    """The feed's one lane: `publish`."""

    def __init__(self, bus: Bus, log: Logger) -> None:
        self._bus = bus
        self._log = log

    def rule(self, lane: str) -> LaneRule:  # noqa: ARG002 - there is one lane
        return RULE

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:  # noqa: ARG002
        """Publish all facts, in order, without waiting for one before the next. Raises Transient when the broker does
        not take one: then all are published again."""
        facts = [(published, doing) for doing in batch for published in doing.body.facts]
        for start in range(0, len(facts), AT_ONCE):
            await asyncio.gather(*(self._publish(tenant, *fact) for fact in facts[start : start + AT_ONCE]))
        for published, _ in facts:
            if isinstance(published.fact, Failed):
                self._warn(tenant, published.fact)
        return [None] * len(batch)

    async def _publish(self, tenant: str, published: Published, doing: Doing) -> None:
        await self._bus.publish(topics.fact(tenant, kind_of(published)), encode(envelope(tenant, published, doing)))

    def _warn(self, tenant: str, fact: Failed) -> None:
        about = fact.about
        event = about.practifi_id if fact.side is Side.PRACTIFI else about.microsoft_id
        self._log.warning(f"does not sync: {fact.reason}", tenant=tenant, side=fact.side.value, code=fact.code,
                          mailbox=about.mailbox, event_id=event, link=about.link, mend=MEND)  # fmt: skip

    async def close(self) -> None:
        """Nothing is held."""


def kind_of(published: Published) -> str:
    """The last level of the fact's topic."""
    return str(published.fact.__struct_config__.tag)


def envelope(tenant: str, published: Published, doing: Doing) -> Message:
    """The fact in its envelope: a level, which nobody receipts."""
    name = f"{doing.id}-{published.number}"
    return Message(id=name, tenant=tenant, sent_at=published.at, body=published, run=doing.run, sender="feed")
