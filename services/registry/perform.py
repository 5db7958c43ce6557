"""Says a tenant's policy to the broker, and to the registry when the broker has it."""

from collections.abc import Sequence

from services.kernel.bus import Bus
from services.kernel.clock import Clock
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule
from services.registry.rows import PolicySaid
from services.registry.watch import level

RULE = LaneRule(batch=1)


class Hands:
    """The registry's one lane: `policy`."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    def rule(self, lane: str) -> LaneRule:  # noqa: ARG002 - there is one lane
        return RULE

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:  # noqa: ARG002
        """Publish each policy, retained. Raises Transient when the broker does not take it."""
        answers = list[Answer]()
        for doing in batch:
            await self._bus.publish(*level(tenant, doing.body, self._clock), retain=True)
            answers.append(PolicySaid(doing.body.version))
        return answers

    async def close(self) -> None:
        """Nothing is held."""
