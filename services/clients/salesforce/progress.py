"""How far the reading of an org has come: which kinds of rows are asked for next, and from where. A first read asks for
people before Events, because an Event is worth saying only when its people are known. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from msgspec.structs import replace

from services.clients.salesforce import soql
from services.clients.salesforce.answer import odd
from services.clients.salesforce.fields import moment
from services.clients.salesforce.row import Cursors, Place, Shape

USERS, CONTACTS, POINTS, EVENTS, RELATIONS = KINDS = ("users", "contacts", "contact_points", "events", "relations")
_PEOPLE = (USERS, CONTACTS, POINTS)


@dataclass(slots=True)
class Progress:
    """One piece: `asked` are its kinds; `advance` moves the cursors of those that it reads to their end, and keeps the
    place of the others in `going`. `first`: people are read for the first time; `whole`: this piece has all addresses
    that hang on them."""

    shape: Shape
    cursors: Cursors
    going: dict[str, Place]
    overlap: timedelta
    asked: tuple[str, ...] = field(init=False)
    first: bool = field(init=False)
    whole: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        before, self.cursors = self.cursors, _fitting(self.cursors, self.shape)
        kinds = (kind for kind in KINDS if kind != POINTS or self.shape.has_contact_points)
        alike = (before.shape, before.book) == (self.cursors.shape, self.cursors.book)
        self.going = (self.going if alike else {}) or dict.fromkeys(kinds, Place())
        self.first = any(kind in self.going and not getattr(self.cursors, kind) for kind in _PEOPLE)
        wanted = _PEOPLE if self.first else KINDS
        self.asked = tuple(kind for kind in wanted if kind in self.going and (kind != RELATIONS or self.cursors.events))

    def place(self, kind: str) -> Place:
        return self.going.get(kind) or Place()

    def bound(self, kind: str) -> str:
        """From which stamp on rows of a kind have changed: its cursor, moved back by the overlap; "" for all rows."""
        cursor: str = getattr(self.cursors, kind) or (self.cursors.events if kind == RELATIONS else "")
        return soql.moment(datetime.fromisoformat(cursor) - self.overlap) if cursor else ""

    def advance(self, found: dict[str, list[Any]], now: datetime) -> None:
        """Take in the rows of this piece, in their order. Addresses of people who are not all read yet are dropped, and
        asked for later: whom they belong to would be said before it is known."""
        if self.first and len(found.get(CONTACTS, ())) >= soql.PIECE:
            found.pop(POINTS, None)
        self.whole = not (self.cursors.contact_points or self.place(POINTS).id) and _ends(found, POINTS)
        at, done = soql.moment(now), dict[str, str]()
        for kind, rows in found.items():
            place = self.place(kind)
            began = place.began or at
            if _ends(found, kind):
                done[kind] = began
            else:
                self.going = {**self.going, kind: _after(rows, place, began)}
        self._finish(done)

    def _finish(self, done: Mapping[str, str]) -> None:
        """What is read to its end begins there next time: at Salesforce's own time, so a cursor is never ahead
        (SFD-04). The relations of Events that were all read were read with them."""
        moved = dict(done)
        if EVENTS in done and not self.cursors.events:
            moved[RELATIONS] = done[EVENTS]
        self.cursors = replace(self.cursors, **moved)
        self.going = {kind: place for kind, place in self.going.items() if kind not in moved}


def _after(rows: list[Any], before: Place, began: str) -> Place:
    """The place behind the last row that tells one. Raises Permanent where there is none but the one before: the same
    rows would come for ever."""
    last = next((row for row in reversed(rows) if row.id and _told(row.stamp)), None)
    if last is None or (last.stamp, last.id) == (before.stamp, before.id):
        raise odd()
    return Place(began, last.stamp, last.id)


def _told(stamp: str | None) -> bool:
    try:
        return bool(moment(stamp or ""))
    except (ValueError, OverflowError):
        return False


def _ends(found: Mapping[str, list[Any]], kind: str) -> bool:
    """Whether these are the last rows of their kind. Users are always read to their end."""
    return kind in found and (kind == USERS or len(found[kind]) < (soql.EVENTS if kind == EVENTS else soql.PIECE))


def _fitting(cursors: Cursors, shape: Shape) -> Cursors:
    """The cursors as far as they hold for this shape: a column that the org has now and had not then was never read
    (F2), nor an address in one (M1)."""
    columns = (*soql.event_columns(shape), *(f"{one.field}={one.name}" for one in shape.columns))
    event, book = _sum(columns), _sum((*soql.contact_columns(shape), *shape.contact_point_parents))
    if cursors.shape != event:
        cursors = replace(cursors, events="", relations="", shape=event)
    if cursors.book != book:
        cursors = replace(cursors, contacts="", contact_points="", book=book)
    return cursors


def _sum(names: tuple[str, ...]) -> str:
    return f"{crc32(','.join(names).encode()):08x}"
