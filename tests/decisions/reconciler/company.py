"""The small world with people on its events: Outlook's list, whom Practifi has on the Event, and between them the real
writer, which relates and invites while a person may act between any two of its requests. It remembers who was where, so
that it can tell in its own words who should be."""

from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from contracts.calendar import FIELDS, Attendee, Side
from contracts.observed import Item
from contracts.write import Order, Refused, Written
from services.clients.salesforce.mapping import event_of, render
from services.clients.salesforce.opened import Opened
from services.clients.salesforce.record import EventRecord
from services.clients.salesforce.row import Bearing, Result, Row, Shape
from services.kernel.lanes import Later
from services.writer.practifi import Practifi
from tests.decisions.reconciler.shard import ANN, BOB, EVE, MICROSOFT, PRACTIFI, STANDUP
from tests.decisions.reconciler.world import OWNERS, World

ADDRESSES = {ANN: "ann@client.example", BOB: "bob@client.example", EVE: "eve@firm.example"}
COLUMNS = ("Subject", "Location", "Description", "IsAllDayEvent", "StartDateTime", "EndDateTime", "IsPrivate", "ShowAs",
           "IsReminderSet", "ReminderDateTime", "OwnerId", "WhoId", "M365_Key__c", "Attendee_Count__c")  # fmt: skip
SHAPE = Shape("00D", "005ME", shared_activities=True, event_writable=COLUMNS, has_key=True)


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """What comes of something that never waits."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


@dataclass
class Company(World):
    """`on` are the people of each Event, and whether they are related: else they are only invited. `stood` says who was
    on it, and on the list, when all was at rest last, `typed` and `listed` what people changed since. `meanwhile` are
    deeds for the moments before the writer's requests, `unheard` what a writer has made in Outlook and forgotten."""

    on: dict[str, dict[str, bool]] = field(default_factory=dict)
    meanwhile: list[Callable[[], None] | None] = field(default_factory=list)
    stood: dict[tuple[str, str], tuple[bool, bool]] = field(default_factory=dict)
    typed: dict[tuple[str, str], bool] = field(default_factory=dict)
    listed: Counter[tuple[str, str]] = field(default_factory=Counter)
    unheard: set[str] = field(default_factory=set)

    def item(self, side: Side, name: str) -> Item:
        item = super().item(side, name)
        return item if side is MICROSOFT else replace(item, people=tuple(self.on.get(name, ())))

    def meet(self, side: Side, person: str) -> None:
        """Somebody makes an event with a guest."""
        guests = (Attendee(ADDRESSES[person]),) if side is MICROSOFT else ()
        name = self.make(side, replace(STANDUP, attendees=guests), edited=True)
        if side is PRACTIFI:
            self.on[name] = {person: person != EVE}

    def invite(self, name: str, person: str) -> None:
        """The organizer puts somebody on the list in Outlook, or takes them off it."""
        was, address = self.rows[MICROSOFT][name].event.attendees, ADDRESSES[person]
        kept = tuple(one for one in was if one.address != address)
        self.edit(MICROSOFT, name, attendees=(*kept, Attendee(address)) if kept == was else kept)
        self.listed[name, person] += 1

    def put_on(self, name: str, person: str, *, related: bool) -> None:
        """Somebody puts a person on an Event in Practifi, or takes them off it."""
        people = self.on.setdefault(name, {})
        if people.pop(person, None) is None:
            people[person] = related and person != EVE
        self.touch(name)
        self.typed[name, person] = person in people

    def touch(self, name: str) -> None:
        row = self.rows[PRACTIFI][name]
        self.rows[PRACTIFI][name] = replaced(row, mark=self.tick())

    def judge(self) -> None:
        """Whom both agreed on, or the list names anew, is there; whom somebody put there, or took off, stays so (A4).
        Where both have changed, or the list twice what somebody had changed before, either may be; so may whoever else
        is on a changed list where nobody heard how it was made: it may be one person under two names."""
        for name, twin, person in self.places():
            has = person in self.on.get(twin, {})
            names = self.names(name, person)
            times, typed = self.listed[name, person], self.typed.get((twin, person))
            was, was_named = self.stood.get((twin, person), (names, names))
            if typed is None:
                unclear = (times > 1 and was is not was_named) or self._renamed(name)
                assert unclear or has is (names if times or was is was_named else was), (person, twin, names)
            else:
                assert times or has is typed, (person, twin, names)
            self.stood[twin, person] = (has, names)
        self.typed.clear()
        self.listed.clear()
        self.unheard.clear()

    def die(self) -> None:
        before = set(self.rows[MICROSOFT])
        super().die()
        self.unheard |= self.rows[MICROSOFT].keys() - before

    def forget(self, many: int) -> None:
        before = set(self.rows[MICROSOFT])
        self.unheard |= {one.item.id for one in self.answers if isinstance(one, Written) and one.item is not None}
        super().forget(many)
        self.unheard |= self.rows[MICROSOFT].keys() - before

    def _renamed(self, name: str) -> bool:
        """Whether several were put on the list of what nobody has heard of, or taken off it."""
        return name in self.unheard and len([one for one, _ in self.listed if one == name]) > 1

    def names(self, name: str, person: str) -> bool:
        """Whether the list in Outlook names somebody."""
        return ADDRESSES[person] in {one.address for one in self.rows[MICROSOFT][name].event.attendees}

    def places(self) -> list[tuple[str, str, str]]:
        """Every pair that stands on both sides, with everybody who may be on it."""
        found = []
        for link in self.shard.links():
            here, there = link.microsoft, link.practifi
            if here and there and here.id in self.rows[MICROSOFT] and there.id in self.rows[PRACTIFI]:
                found += [(here.id, there.id, person) for person in ADDRESSES]
        return found

    def _carry_out(self, order: Order) -> Written | Refused:
        if order.side is MICROSOFT:
            return super()._carry_out(order)
        practifi = Practifi(Opened(Org(self), SHAPE), lambda *_: None)  # type: ignore[arg-type]  # it speaks like one
        fate: Written | Refused | Later = done(practifi.carry_out([order]))[order.order]
        assert not isinstance(fate, Later)
        return fate


@dataclass(frozen=True)
class Org:
    """Practifi's client to this world."""

    world: Company

    def _asked(self) -> dict[str, Any]:
        """A request; a person may be faster."""
        deed = self.world.meanwhile.pop(0) if self.world.meanwhile else None
        if deed is not None:
            deed()
        return self.world.rows[PRACTIFI]

    async def bearing(self, shape: Shape, keys: Sequence[str]) -> Bearing:
        return Bearing({row.stamp: name for name, row in self._asked().items() if row.stamp in keys})

    async def look(self, shape: Shape, ids: Sequence[str], privacy: Any) -> dict[str, Row | None]:
        rows = self._asked()
        return {name: self._row(name) if name in rows else None for name in ids}

    async def upsert(self, shape: Shape, rows: Sequence[dict[str, Any]]) -> list[Result]:
        self._asked()
        return [self._write(self.world.make(PRACTIFI, event_of(convert(row, EventRecord), SHAPE)), row) for row in rows]

    async def update(self, rows: Sequence[dict[str, Any]]) -> list[Result]:
        self._asked()
        return [self._write(row["id"], row) for row in rows]

    async def delete(self, ids: Sequence[str]) -> list[Result]:
        for name in self._asked().keys() & set(ids):
            self.world.remove(PRACTIFI, name)
        return [Result(name) for name in ids]

    async def relate(
        self, wanted: Mapping[str, Sequence[str]], leaving: Mapping[str, Collection[str]]
    ) -> dict[str, tuple[Result, ...]]:
        self._asked()
        for name, users in wanted.items():
            people = self.world.on.setdefault(name, {})
            for one in leaving.get(name, ()):
                people.pop(one, None)
            people |= dict.fromkeys(users, False)
            self.world.touch(name)
        return {}

    async def answer(self, wanted: Mapping[str, Any]) -> dict[str, tuple[Result, ...]]:
        self._asked()
        return {}

    def _write(self, name: str, sent: dict[str, Any]) -> Result:
        """Salesforce's list of the related says nothing of who is invited alone."""
        row, people = self.world.rows[PRACTIFI][name], self.world.on.setdefault(name, {})
        columns = render(row.event, FIELDS, SHAPE) | sent
        event = event_of(convert(columns, EventRecord), SHAPE)
        if "EventWhoIds" in sent:
            wanted = sent["EventWhoIds"] or ()
            for one in [one for one, related in people.items() if related and one not in wanted]:
                del people[one]
            people |= dict.fromkeys(wanted, True)
        mailbox = next((one for one, owner in OWNERS.items() if owner == sent.get("OwnerId")), row.mailbox)
        stamp = sent.get("M365_Key__c", row.stamp)
        self.world.rows[PRACTIFI][name] = replaced(
            row, event=event, stamp=stamp, mailbox=mailbox, mark=self.world.tick()
        )
        return Result(name)

    def _row(self, name: str) -> Row:
        item = self.world.item(PRACTIFI, name)
        return Row(name, item.mark, item.owner, item.event, item.stamp, item.people, ours=not item.edited)
