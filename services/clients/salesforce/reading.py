"""Reading the org: one composite request when nothing has changed (ruling 27), and what belongs to a change right after
it, so that every row and every person is complete."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from contracts.policy import PrivateEvents
from services.clients.salesforce import people, soql
from services.clients.salesforce.book import contacts_asked, points_asked, read_people
from services.clients.salesforce.mapping import parse
from services.clients.salesforce.record import EventRecord, RelationRecord, UserRecord
from services.clients.salesforce.row import Cursors, OrgRound, Row, Shape
from services.clients.salesforce.wire import Ask, Wire, batched
from services.kernel.errors import Permanent

READS = 2000
"""Events in one read by id (salesforce.md §7)."""


async def read_round(
    wire: Wire, shape: Shape, cursors: Cursors, since: date, private: PrivateEvents, overlap: timedelta
) -> OrgRound:
    """Everything that changed since the cursors, less an overlap for rows that were committed late (SFD-02, SFD-03)."""
    bounds = _back(shape, cursors, overlap)
    asks = _first_asks(shape, bounds, since)
    parts = await wire.composite([wire.sub(ask) for ask in asks.values()], reads=True)
    now = wire.heard_at
    if now is None:
        raise Permanent("no_date", f"{wire.where} answers without its time")
    found = {kind: await wire.whole(asks[kind], part) for kind, part in zip(asks, parts, strict=True)}
    rows = await _rows(wire, shape, found["events"], found.get("relations", ()), private)
    users = [people.user(one) for one in found["users"]]
    changed = found["contacts"], found.get("points", ())
    persons = await read_people(wire, shape, *changed, now.date(), fresh=not bounds.contacts)
    return OrgRound(
        tuple(rows), (*(person for _, person in users), *persons), tuple(user for user, _ in users),
        _next(shape, now), now,
    )  # fmt: skip


def _back(shape: Shape, cursors: Cursors, overlap: timedelta) -> Cursors:
    """The cursors moved back by the overlap. Contacts and their addresses begin together."""

    def back(cursor: str) -> str:
        return soql.moment(datetime.fromisoformat(cursor) - overlap) if cursor else ""

    whole = cursors.contacts and (cursors.contact_points or not shape.has_contact_points)
    contacts, points = (cursors.contacts, cursors.contact_points) if whole else ("", "")
    return Cursors(
        back(cursors.events), back(cursors.relations or cursors.events), back(contacts), back(points),
        back(cursors.users),
    )  # fmt: skip


def _next(shape: Shape, now: datetime) -> Cursors:
    """The time of the read for every kind that was read: Salesforce's own, so a cursor is never ahead (SFD-04)."""
    at = soql.moment(now)
    return Cursors(at, at, at, at if shape.has_contact_points else "", at)


def _first_asks(shape: Shape, bounds: Cursors, since: date) -> dict[str, Ask[Any]]:
    """At most five queries. The first time there are no changed relations: those of every row are read anyway."""
    asks: dict[str, Ask[Any]] = {"events": Ask(EventRecord, soql.events(shape, bounds.events, since))}
    if bounds.events:
        asks["relations"] = Ask(RelationRecord, soql.relations(bounds.relations))
    asks["contacts"] = contacts_asked(shape, soql.contacts(shape, bounds.contacts))
    if shape.has_contact_points:
        asks["points"] = points_asked(shape, soql.points(shape, bounds.contact_points))
    return asks | {"users": Ask(UserRecord, soql.users(bounds.users))}


async def _rows(
    wire: Wire, shape: Shape, events: Sequence[EventRecord], changed: Sequence[RelationRecord], private: PrivateEvents
) -> list[Row]:
    """The changed Events, those whose relations changed, and everybody on them."""
    here = {one.id: one for one in events}
    missing = sorted({one.event for one in changed} - here.keys())
    live = [one.id for one in events if not one.deleted] + missing
    if missing or live:
        reads = [_by_id(shape, ids) for ids in batched(missing, READS)]
        answers = await wire.ask([*reads, *_relations(live)])
        found = [one for answer in answers[: len(reads)] for one in answer if one]
        here |= {one.id: one for one in found}
        related = _by_event(row for answer in answers[len(reads) :] for row in answer)
    else:
        related = {}
    return _parsed(shape, here.values(), related, private)


def _by_id(shape: Shape, ids: Sequence[str]) -> Ask[EventRecord]:
    return Ask(EventRecord, ids=tuple(ids), columns=soql.event_columns(shape))


def _relations(ids: Sequence[str]) -> list[Ask[RelationRecord]]:
    return [Ask(RelationRecord, soql.relations_of(some)) for some in batched(ids, soql.IDS)]


def _by_event(rows: Iterable[RelationRecord]) -> dict[str, list[str]]:
    related: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if not row.deleted:
            related[row.event].append(row.person)
    return related


def _parsed(
    shape: Shape, records: Iterable[EventRecord], related: Mapping[str, Sequence[str]], private: PrivateEvents
) -> list[Row]:
    """Neutral rows; the pattern of a series is no event (salesforce.md §2.1)."""
    return [
        parse(one, related.get(one.id, ()), user_id=shape.user_id, private=private)
        for one in records
        if not one.pattern and one.group_type != "3"
    ]


async def look(wire: Wire, shape: Shape, ids: Sequence[str], private: PrivateEvents) -> dict[str, Row | None]:
    """These Events as they are now, 2,000 a request; None for one that is proven to be gone (X2)."""
    found: dict[str, Row | None] = dict.fromkeys(ids)
    for some in batched(list(found), READS):
        events, *relations = await wire.ask([_by_id(shape, some), *_relations(some)])
        here = {one.id: one for one in events if one and not one.deleted}
        absent = [one for one in some if one not in here]
        here |= {one.id: one for one in await _archived(wire, shape, absent)}
        related = _by_event(row for answer in relations for row in answer)
        found |= {row.id: row for row in _parsed(shape, here.values(), related, private)}
    return found


async def _archived(wire: Wire, shape: Shape, ids: Sequence[str]) -> list[EventRecord]:
    """Those that a read by id does not show although they live: it leaves out the archive (salesforce.md §2.8)."""
    asks = [Ask(EventRecord, soql.events_of(shape, some)) for some in batched(ids, soql.IDS)]
    return [one for answer in await wire.ask(asks) for one in answer if not one.deleted]
