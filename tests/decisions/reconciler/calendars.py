"""The calendars of three colleagues on both sides, and a perfect writer: who is invited to a meeting has a copy of it,
as Exchange makes it. Of everything that stands anywhere, `root` tells the deed of a person from which it comes."""

from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side, Timed
from contracts.observed import Item
from contracts.write import Erase, Order, Refused, Why, Write, Written
from tests.decisions.reconciler.shard import JOHN, JOHNS, MICROSOFT, MIKE, MIKES, NOW, PRACTIFI, TEN, guest
from tests.decisions.reconciler.world import kept

SUE, SUES = "mailbox-sue", "005-sue"
USERS = {MIKE: MIKES, JOHN: JOHNS, SUE: SUES}
ADDRESSES = {mailbox: f"{mailbox.removeprefix('mailbox-')}@firm.example" for mailbox in USERS}
MAILBOXES = {USERS[one]: one for one in USERS} | {ADDRESSES[one]: one for one in USERS}
"""By their users and by their addresses."""


@dataclass(frozen=True)
class Stands:
    """What stands in a mailbox, or belongs to its user in Practifi. A copy is not `mine`."""

    mailbox: str
    event: CalendarEvent
    mark: int
    stamp: str = ""
    uid: str = ""
    mine: bool = True
    people: tuple[str, ...] = ()
    edited: bool = False


@dataclass
class Calendars:
    """`making` says from which deed comes what an order is to make; `made` is what we have made in Microsoft."""

    ticks: int = 0
    rows: dict[Side, dict[str, Stands]] = field(default_factory=lambda: {side: {} for side in Side})
    graves: dict[Side, dict[str, Stands]] = field(default_factory=lambda: {side: {} for side in Side})
    root: dict[str, str] = field(default_factory=dict)
    making: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    users: set[str] = field(default_factory=lambda: set(USERS))

    def tick(self) -> int:
        self.ticks += 1
        return self.ticks

    def invite(self, side: Side, mailbox: str, *guests: str) -> str:
        """A person makes a meeting, to which these colleagues are invited."""
        start, name = TEN + timedelta(days=20, hours=2 * self.tick()), f"{side.value} {self.ticks}"
        event = CalendarEvent(Timed(start, start + timedelta(hours=1)), name)
        invited = [one for one in guests if one != mailbox]
        if side is MICROSOFT:
            return self._put(replace(event, attendees=guest(*(ADDRESSES[one] for one in invited))), mailbox, name)
        people = tuple(USERS[one] for one in invited)
        self.rows[side][name] = Stands(mailbox, event, self.ticks, people=people, edited=True)
        self.root[name] = name
        return name

    def change(self, side: Side, name: str, **more: Any) -> None:
        """It is changed: what a person or we write there, or whose it is."""
        row = self.rows[side][name]
        self.rows[side][name] = new = replaced(row, mark=self.tick(), **more)
        for copy in self._copies(new) if side is MICROSOFT and row.mine else ():
            self.change(side, copy, event=new.event)

    def type(self, side: Side, name: str) -> None:
        """A person types another subject."""
        event = replace(self.rows[side][name].event, subject=f"Typed at {self.ticks}")
        self.change(side, name, event=event, edited=True)

    def remove(self, side: Side, name: str) -> None:
        """It is deleted, and with the meeting its copies."""
        row = self.graves[side][name] = self.rows[side].pop(name)
        self.tick()
        for copy in self._copies(row) if side is MICROSOFT and row.mine else ():
            self.remove(side, copy)

    def item(self, side: Side, name: str) -> Item:
        row = self.rows[side][name]
        at = NOW + timedelta(seconds=row.mark)
        item = Item(
            name, str(row.mark), row.mailbox, row.event, stamp=row.stamp, uid=row.uid, mine=row.mine, changed_at=at
        )
        if side is MICROSOFT:
            return item
        mailbox = row.mailbox if row.mailbox in self.users else ""
        return replace(item, mailbox=mailbox, edited=row.edited, owner=USERS[row.mailbox], people=row.people)

    def carry_out(self, order: Order) -> Written | Refused:
        assert isinstance(order, Write | Erase)
        if isinstance(order, Write) and not order.target:
            return self._create(order)
        row, side = self.rows[order.side].get(order.target), order.side
        if row is None:
            gone = Refused(order.order, order.link, side, Why.GONE)
            return Written(order.order, order.link, side) if isinstance(order, Erase) else gone
        if row.event != order.base:
            return Refused(order.order, order.link, side, Why.MOVED_ON, item=self.item(side, order.target))
        if isinstance(order, Erase):
            self.remove(side, order.target)
            return Written(order.order, order.link, side)
        self.change(side, order.target, event=_written(order, row.event), people=_people(order, row))
        if order.owner:
            self.change(side, order.target, mailbox=MAILBOXES[order.owner])
        return self._done(order, order.target)

    def _create(self, order: Write) -> Written | Refused:
        side, stamp = order.side, f"{order.link}-g{order.generation}" if order.side is MICROSOFT else order.link
        event = _written(order, CalendarEvent(order.event.when))
        for name, row in self.rows[side].items():
            if (row.stamp, row.mailbox) == (stamp, order.mailbox) and side is MICROSOFT:
                return self._done(order, name)
            if row.stamp == stamp:
                return Refused(order.order, order.link, side, Why.MOVED_ON, item=self.item(side, name))
        if (stamp, order.mailbox) in {(row.stamp, row.mailbox) for row in self.graves[side].values()}:
            return Refused(order.order, order.link, side, Why.GONE)
        root = self.making[order.order]
        if side is MICROSOFT:
            self.made.append(root)
            return self._done(order, self._put(event, order.mailbox, root, stamp))
        name, people = f"p{self.tick()}", (*order.people, *(order.invitees or ()))
        self.rows[side][name], self.root[name] = Stands(order.mailbox, event, self.ticks, stamp, people=people), root
        return self._done(order, name)

    def _done(self, order: Write, name: str) -> Written:
        return Written(
            order.order, order.link, order.side, self.item(order.side, name), self.rows[order.side][name].event
        )

    def _put(self, event: CalendarEvent, mailbox: str, root: str, stamp: str = "") -> str:
        """A meeting in its host's mailbox, and the copies of those whom it invites."""
        event = replace(event, organizer=ADDRESSES[mailbox] if event.attendees else "")
        invited = (MAILBOXES[one.address] for one in event.attendees)
        uid, name = f"u{self.tick()}", f"m{self.ticks}"
        for place in (mailbox, *invited):
            one = name if place == mailbox else f"m{self.tick()}"
            mine = place == mailbox
            self.rows[MICROSOFT][one] = Stands(place, event, self.ticks, stamp if mine else "", uid, mine)
            self.root[one] = root
        return name

    def _copies(self, host: Stands) -> list[str]:
        return [name for name, row in self.rows[MICROSOFT].items() if row.uid == host.uid and not row.mine]


def _written(order: Write, event: CalendarEvent) -> CalendarEvent:
    event = replace(event, **{name: getattr(order.event, name) for name in order.fields})
    return kept(event) if order.side is PRACTIFI else event


def _people(order: Write, row: Stands) -> tuple[str, ...]:
    """There are no people but users."""
    return row.people if order.invitees is None else order.invitees
