"""Both sides as the readers and the writer find them: single events in mailboxes, their Events in the org, and what
cannot be read or written just now."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side, Timed
from contracts.observed import Mailbox
from contracts.write import Erase, Outcomes, Refused, Why, Write, Written
from services.clients.graph.item import item_of as seen_item
from services.clients.graph.seen import Kind, Round, Seen
from services.clients.salesforce.item import item_of
from services.clients.salesforce.row import Cursors, OrgRound, OrgUser, Row
from services.graph_poller.rows import DirectoryRead, MailboxRead, Prove, Proved, ReadDirectory, ReadMailbox, Unread
from services.salesforce_watcher.rows import OrgRead, OrgUnread, ReadOrg

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
WHEN = Timed(START + timedelta(days=7), START + timedelta(days=7, hours=1), "UTC")


@dataclass
class Sides:
    """`changes` are the ids that changed in a mailbox, or in the org (""), with the time of each. What is in `out` does
    not answer: "directory", "org", "writes", a mailbox. `left` are mailboxes whose users have left Practifi."""

    mailboxes: tuple[str, ...]
    out: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    moved: int = 0
    time: int = 0
    events: dict[str, Seen] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    changes: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def edit(self, chance: Random) -> None:
        """Somebody makes, changes or deletes an event in Outlook."""
        mailbox, self.time = chance.choice(self.mailboxes), self.time + 1
        there = [name for name in self.events if name.startswith(f"{mailbox}/")]
        name = chance.choice([*there, f"{mailbox}/{self.time}"])
        if name in there and chance.random() < 0.5:
            del self.events[name]
        else:
            event = CalendarEvent(WHEN, f"Subject {self.time}")
            self.events[name] = Seen(
                name, Kind.SINGLE, when=WHEN, zone="UTC", mark=str(self.time), event=event, uid=name
            )
        self._changed(mailbox, name)

    def show(self, mailbox: str, event: Seen) -> None:
        """An event stands so in a mailbox from now on."""
        self.time += 1
        self.events[event.id] = event
        self._changed(mailbox, event.id)

    def put(self, row: Row) -> None:
        """A row of Practifi is so from now on."""
        self.time += 1
        self.rows[row.id] = row
        self._changed("", row.id)

    def leave(self, mailbox: str) -> None:
        """A user leaves Practifi, or comes back."""
        self.left ^= {mailbox}
        self.time = self.moved = self.time + 1

    def answer(self, order: Any, now: datetime, *, active: bool) -> Struct | None:
        """What a service's hands bring back; None for what is tried later."""
        match order:
            case ReadDirectory():
                mails = ((one, f"{one}@firm.example") for one in self.mailboxes)
                found = tuple(Mailbox(one, mail, addresses=(mail,)) for one, mail in mails)
                return Unread("directory", "waiting", "away") if "directory" in self.out else DirectoryRead(found)
            case ReadMailbox(mailbox) | Prove(mailbox) if mailbox in self.out:
                return Unread(mailbox, "waiting", "away")
            case ReadMailbox(mailbox, cursor, view):
                return MailboxRead(mailbox, self._round(mailbox, cursor), view)
            case Prove(mailbox, ids):
                return Proved(mailbox, {one: self.events.get(one) for one in ids}, {})
            case ReadOrg():
                return OrgUnread("", "away", heals=True) if "org" in self.out else self._org(order, now)
            case Write() | Erase():
                return self._written(order, now, active=active)
        raise TypeError(type(order).__name__)

    def _changed(self, place: str, name: str) -> None:
        self.changes.setdefault(place, []).append((self.time, name))

    def _since(self, place: str, cursor: str) -> list[str]:
        return list(dict.fromkeys(name for at, name in self.changes.get(place, ()) if at > int(cursor or 0)))

    def _round(self, mailbox: str, cursor: str) -> Round:
        there = self._since(mailbox, cursor)
        there = there if cursor else [name for name in there if name in self.events]
        rows = (self.events.get(name) or Seen(name, Kind.REMOVED) for name in there)
        return Round(tuple(rows), str(self.time), not cursor)

    def _org(self, order: ReadOrg, now: datetime) -> OrgRead:
        news, at = self._since("", order.cursors.events), str(self.time)
        known = order.cursors.users and int(order.cursors.users) >= self.moved
        users = () if known else tuple(
            OrgUser(f"user-{one}", f"{one}@firm.example", active=one not in self.left) for one in self.mailboxes
        )  # fmt: skip
        rows = tuple(self.rows[name] for name in news)
        return OrgRead(OrgRound(rows, (), users, Cursors(at, at, at, at, at), now), order.privacy)

    def _written(self, order: Write | Erase, now: datetime, *, active: bool) -> Outcomes | None:
        if not active:
            return Outcomes((Refused(order.order, order.link, order.side, Why.STOPPED),))
        if "writes" in self.out:
            return None
        self.time += 1
        if order.side is Side.MICROSOFT:
            return Outcomes((self._in_outlook(order),))
        known = (one.id for one in self.rows.values() if one.stamp == order.link and not one.deleted)
        name = order.target or next(known, f"event-{self.time}")
        old = self.rows.get(name)
        if order.target and (old is None or old.deleted):
            return Outcomes((Refused(order.order, order.link, order.side, Why.GONE),))
        self._changed("", name)
        if isinstance(order, Erase):
            assert old is not None
            self.rows[name] = replace(old, deleted=True, event=None, mark=str(self.time))
            return Outcomes((Written(order.order, order.link, order.side),))
        event = order.event if old is None or order.fields else old.event
        owner = order.owner or (old.owner if old is not None else "")
        row = Row(name, str(self.time), owner, event, order.link, created_at=now, edited_at=now, ours=True)
        self.rows[name] = row = replace(row, status=order.status or "")
        item = item_of(row, order.mailbox)
        return Outcomes((Written(order.order, order.link, order.side, item, item.event),))

    def _in_outlook(self, order: Write | Erase) -> Written | Refused:
        """What was made there once is left as it stands; nobody is invited."""
        stamp = f"{order.link}-g{order.generation}" if isinstance(order, Write) else ""
        mine = (one for one in self.events.values() if one.id.startswith(f"{order.mailbox}/"))
        name = order.target or next((one.id for one in mine if one.stamp == stamp), f"{order.mailbox}/{self.time}")
        old = self.events.get(name)
        if order.target and old is None:
            return Refused(order.order, order.link, order.side, Why.GONE)
        if isinstance(order, Erase):
            del self.events[name]
            self._changed(order.mailbox, name)
            return Written(order.order, order.link, order.side)
        if old is None or order.target:
            was = old or Seen(name, Kind.SINGLE, zone="UTC", stamp=stamp, uid=name)
            self.show(order.mailbox, replace(was, when=order.event.when, mark=str(self.time), event=order.event))
        item = seen_item(self.events[name], order.mailbox)
        return Written(order.order, order.link, order.side, item, item.event)
