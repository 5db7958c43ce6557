"""Says what was decided until its receiver has committed it. The broker may lose, repeat and reorder: an effect is
forgotten on its receipt and on nothing else (design §2.2). At most WINDOW messages per receiver are unreceipted, which
is the back-pressure."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts import topics
from contracts.control import Known
from contracts.message import Message, encode, frame
from services.kernel.bus import Bus
from services.kernel.effects import Kept
from services.kernel.errors import Permanent, Transient
from services.kernel.queue import Queue
from services.kernel.scope import Scope

WINDOW = 32
PATIENCE = timedelta(seconds=2)
"""How long a receipt may take before the message is said again; doubles each time up to LONGEST."""
LONGEST = timedelta(seconds=30)
PROBE = timedelta(minutes=5)
"""How often every receiver is told what it should know: so long a lost memory may go unnoticed (ruling 6)."""
TRUST = timedelta(minutes=1)
"""So long after a start nothing is said to a receiver that has not told us yet what we should know: our memory may be
an old one, and what it wants said be over long since. Who does not answer for longer would not do anything, either."""


@dataclass(slots=True)
class Flight:
    """What is said to one receiver and not receipted yet: when each number was said last, and when it is overdue.
    `receipted` is the last number that the receiver has committed."""

    receipted: int = 0
    epoch: int = 0
    said: dict[int, tuple[datetime, timedelta]] = field(default_factory=dict)

    def late(self, now: datetime) -> list[int]:
        """Numbers whose receipt is overdue, the oldest first."""
        return sorted(number for number, (at, patience) in self.said.items() if over(at, patience, now))

    def reconnected(self, epoch: int) -> None:
        """Another connection, perhaps another broker: everything under way is overdue, with fresh patience."""
        self.epoch, self.said = epoch, {number: (at, timedelta()) for number, (at, _) in self.said.items()}

    def heard(self, number: int) -> None:
        """The receiver has committed this number, if it is one of its own."""
        if self.said.pop(number, None) is not None:
            self.receipted = max(self.receipted, number)

    def told(self, number: int, now: datetime) -> None:
        _, patience = self.said.get(number, (now, timedelta()))
        self.said[number] = (now, min(patience * 2, LONGEST) or PATIENCE)


def over(since: datetime, length: timedelta, now: datetime) -> bool:
    """Whether so long has passed. A clock that was set back cannot tell: then it has."""
    return not timedelta() <= now - since < length


class Relay:
    """The voice of one actor. `refuse` hears of an effect that no broker would ever carry, and why."""

    def __init__(
        self, service: str, scope: Scope, queue: Queue, store_id: str, bus: Bus, now: Callable[[], datetime],
        refuse: Callable[[Kept, str], Awaitable[None]],
    ) -> None:  # fmt: skip
        self.scope = scope
        self.address = topics.address(service, scope.tenant, scope.shard)
        self._queue = queue
        self._store_id = store_id
        self._bus = bus
        self._now = now
        self._refuse = refuse
        self._flights: dict[str, Flight] = {}
        self._began = now()
        self._probed: datetime | None = None
        self._asked: datetime | None = None
        self._unsure: dict[str, datetime] = {}

    def sure(self) -> bool:
        """Whether all who have talked to us have told what we should know, or had the time to."""
        return (self._probed is not None and not self._unsure) or over(self._began, TRUST, self._now())

    async def pump(self) -> int:
        """Say what is new and what is overdue; how many messages went out. Nothing while there is no broker: what is
        unsaid stays kept."""
        if not self._bus.connected.is_set():
            return 0
        await self._know()
        receivers = [one for one in await self._queue.receivers(str(self.scope)) if one not in self._unsure]
        return sum([await self._say(receiver, self._flights.setdefault(receiver, Flight())) for receiver in receivers])

    async def attend(self, messages: Iterable[Message]) -> None:
        """These were heard and decided: their senders have told what we should know. Who asks is told what it should,
        even if that is nothing."""
        for message in messages:
            self._unsure.pop(message.sender, None)
            if isinstance(message.body, Known) and message.body.asks and message.receipted:
                numbers = await self._queue.receipted(str(self.scope))
                await self._tell({message.sender: numbers.get(message.sender, 0)}, Known())

    def receipted(self, numbers: Iterable[int]) -> None:
        """These are committed by their receiver."""
        for number in numbers:
            for flight in self._flights.values():
                flight.heard(number)

    async def _say(self, receiver: str, flight: Flight) -> int:
        if flight.epoch != self._bus.epoch:
            flight.reconnected(self._bus.epoch)
        last = max(flight.said, default=0)
        overdue = await self._overdue(flight)
        fresh = await self._queue.unsaid(str(self.scope), receiver, last, WINDOW - len(flight.said))
        sent, floor = 0, min([*flight.said, *(kept.number for kept in fresh)], default=0)
        for kept in [*overdue, *fresh]:
            try:
                await self._publish(receiver, kept, floor, flight.receipted)
            except Transient:
                break  # the connection is gone: what was not said is said after the next one
            except Permanent as error:
                await self._refuse(kept, str(error))
                continue
            flight.told(kept.number, self._now())
            sent += 1
        return sent

    async def _overdue(self, flight: Flight) -> list[Kept]:
        """What has to be said again; what somebody has replaced or settled meanwhile is under way no longer."""
        late = flight.late(self._now())
        kept = await self._queue.kept(late) if late else []
        for number in {*late} - {one.number for one in kept}:
            del flight.said[number]
        return kept

    async def _know(self) -> None:
        """Tell every receiver now and then what it should know, and ask it the same after a start. What is lost on its
        way is said again."""
        now = self._now()
        self._unsure = {who: min(since, now) for who, since in self._unsure.items() if now - since < TRUST}
        begins = self._probed is None
        if self._probed is None or over(self._probed, PROBE, now):
            numbers, self._probed = await self._queue.receipted(str(self.scope)), now
            self._unsure |= dict.fromkeys(numbers, now) if begins else {}
            await self._tell(numbers, Known(asks=begins))
        elif self._unsure and self._asked is not None and over(self._asked, PATIENCE, now):
            numbers = await self._queue.receipted(str(self.scope))
            await self._tell({one: number for one, number in numbers.items() if one in self._unsure}, Known(asks=True))

    async def _tell(self, numbers: Mapping[str, int], body: Known) -> None:
        """Tell receivers the last numbers that they have committed."""
        self._asked = self._now() if body.asks else self._asked
        for receiver, number in numbers.items():
            flight = self._flights.setdefault(receiver, Flight())
            flight.receipted = max(flight.receipted, number)
            told = Message(
                id=f"{self._store_id}/{number}", tenant=self.scope.tenant, sent_at=self._now(), body=body,
                sender=self.address, store=self._store_id, receipted=number,
            )  # fmt: skip
            with suppress(Transient):
                await self._bus.publish(topics.inbox(receiver), encode(told))

    async def _publish(self, receiver: str, kept: Kept, floor: int, receipted: int) -> None:
        envelope = Message(
            id=kept.id, tenant=self.scope.tenant, sent_at=self._now(), body=None, key=kept.key, cause=kept.cause,
            run=kept.run, sender=self.address, store=self._store_id, number=kept.number, floor=floor,
            receipted=receipted,
        )  # fmt: skip
        await self._bus.publish(topics.inbox(receiver), frame(envelope, kept.body_kind, kept.body))
