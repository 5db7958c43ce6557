"""Says what was decided until its receiver has committed it. The broker may lose, repeat and reorder: an effect is
forgotten on its receipt and on nothing else (design §2.2). At most WINDOW messages per receiver are unreceipted, which
is the back-pressure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts import topics
from contracts.message import Message, frame
from services.kernel.bus import Bus
from services.kernel.effects import Kept
from services.kernel.errors import Transient
from services.kernel.queue import Queue
from services.kernel.scope import Scope

WINDOW = 32
PATIENCE = timedelta(seconds=2)
"""How long a receipt may take before the message is said again; doubles each time up to LONGEST."""
LONGEST = timedelta(seconds=30)


@dataclass(slots=True)
class Flight:
    """What is said to one receiver and not receipted yet."""

    epoch: int = 0
    said: dict[int, tuple[datetime, timedelta]] = field(default_factory=dict)

    def late(self, now: datetime) -> list[int]:
        """Numbers whose receipt is overdue, the oldest first."""
        return sorted(number for number, (at, patience) in self.said.items() if now - at >= patience)


class Relay:
    """The voice of one actor."""

    def __init__(
        self, service: str, scope: Scope, queue: Queue, store_id: str, bus: Bus, now: Callable[[], datetime]
    ) -> None:
        self.scope = scope
        self.address = topics.address(service, scope.tenant, scope.shard)
        self._queue = queue
        self._store_id = store_id
        self._bus = bus
        self._now = now
        self._flights: dict[str, Flight] = {}

    async def pump(self) -> int:
        """Say what is new and what is overdue; how many messages went out. Stops quietly while there is no broker:
        what is unsaid stays kept."""
        sent = 0
        try:
            for receiver in await self._queue.receivers(str(self.scope)):
                sent += await self._say(receiver, self._flights.setdefault(receiver, Flight()))
        except Transient:
            return sent
        return sent

    def receipted(self, numbers: Iterable[int]) -> None:
        """These are committed by their receiver."""
        gone = set(numbers)
        for flight in self._flights.values():
            flight.said = {number: told for number, told in flight.said.items() if number not in gone}

    async def _say(self, receiver: str, flight: Flight) -> int:
        if flight.epoch != self._bus.epoch:
            flight.epoch, flight.said = self._bus.epoch, dict.fromkeys(flight.said, (self._now() - LONGEST, PATIENCE))
        late = flight.late(self._now())
        last = max(flight.said, default=0)
        kept = await self._queue.kept(late) if late else []
        kept += await self._queue.unsaid(str(self.scope), receiver, last, WINDOW - len(flight.said))
        floor = min([*flight.said, *(k.number for k in kept)], default=0)
        for k in kept:
            await self._publish(receiver, k, floor)
            _, patience = flight.said.get(k.number, (None, PATIENCE / 2))
            flight.said[k.number] = (self._now(), min(patience * 2, LONGEST))
        return len(kept)

    async def _publish(self, receiver: str, kept: Kept, floor: int) -> None:
        envelope = Message(
            id=kept.id, tenant=self.scope.tenant, sent_at=self._now(), body=None, key=kept.key, cause=kept.cause,
            run=kept.run, sender=self.address, store=self._store_id, number=kept.number, floor=floor,
        )  # fmt: skip
        await self._bus.publish(topics.inbox(receiver), frame(envelope, kept.body_kind, kept.body))
