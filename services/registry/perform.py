"""Says a tenant's policy to the broker, and to the registry when the broker has it; publishes the answers to a person's
questions, which no broker may retain."""

from collections.abc import Sequence
from contextlib import suppress

from contracts import topics
from contracts.asked import Answer as Answered
from contracts.message import Message, encode
from contracts.policy import PolicyNow
from services.kernel.bus import Bus
from services.kernel.clock import Clock
from services.kernel.errors import Permanent
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule
from services.registry.rows import PolicySaid
from services.registry.watch import level

RULE = LaneRule(batch=1)


class Hands:
    """The registry's two lanes: `policy` and `answers`."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    def rule(self, lane: str) -> LaneRule:  # noqa: ARG002 - both are alike
        return RULE

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:  # noqa: ARG002
        """Publish each policy, retained, and each answer. Raises Transient when the broker does not take it."""
        return [await self._say(tenant, doing.body) for doing in batch]

    async def _say(self, tenant: str, body: PolicyNow | Answered) -> Answer:
        if isinstance(body, PolicyNow):
            await self._bus.publish(*level(tenant, body, self._clock), retain=True)
            return PolicySaid(body.version)
        message = Message(
            id=self._clock.fresh(), tenant=tenant, sent_at=self._clock.now(), body=body, sender="registry"
        )
        with suppress(Permanent):  # too large for this broker: who asked hears of a shard that is silent
            await self._bus.publish(topics.answer(tenant, body.ask), encode(message))
        return None

    async def close(self) -> None:
        """Nothing is held."""
