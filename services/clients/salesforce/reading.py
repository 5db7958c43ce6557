"""Reading the org in pieces: one composite request when nothing has changed (ruling 27), and what belongs to a change
right after it, so that every row and every person is complete. Many rows come piece by piece, so that neither an org of
50,000 people nor a year of Events has to fit into a small process at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.clients.salesforce import people, soql
from services.clients.salesforce.book import contacts_asked, points_asked, read_people
from services.clients.salesforce.fields import moment
from services.clients.salesforce.neutral import parse
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.progress import CONTACTS, EVENTS, POINTS, RELATIONS, USERS, Progress
from services.clients.salesforce.record import EventRecord, RelationRecord, UserRecord, record_of
from services.clients.salesforce.row import Bearing, Cursors, OrgRound, Place, Row, Shape
from services.clients.salesforce.wire import Ask, Wire, batched

READS = 2000
"""Events in one read by id (salesforce.md §7)."""
UNSEEN = (
    "Practifi shows neither it nor that it was deleted: it may be hidden from the integration user, or gone for good"
)
LATE = timedelta(days=30)
"""Who has had no address for so long before the window begins is remembered by nobody who had to read anew."""


async def read_round(
    wire: Wire, shape: Shape, cursors: Cursors, going: dict[str, Place], since: date, privacy: Privacy,
    overlap: timedelta,
) -> OrgRound:  # fmt: skip
    """The next piece of everything that changed since the cursors, less an overlap for rows that were committed late
    (SFD-02, SFD-03)."""
    progress = Progress(shape, cursors, going, overlap)
    asks = {kind: _ask(shape, progress, kind, since) for kind in progress.asked}
    parts = dict(zip(asks, await wire.composite([wire.sub(ask) for ask in asks.values()], reads=True), strict=True))
    now = wire.time()
    found = {kind: await wire.whole(ask, parts.pop(kind)) for kind, ask in asks.items()}
    progress.advance(found, now)
    rows = await _rows(wire, shape, found.get(EVENTS, ()), found.get(RELATIONS, ()), privacy)
    users = [people.user(one) for one in found.get(USERS, ())]
    persons = await read_people(
        wire, shape, found.get(CONTACTS, ()), found.get(POINTS, ()), now.date(),
        first=since - LATE if progress.first else None, whole=progress.whole,
    )  # fmt: skip
    return OrgRound(
        tuple(rows), (*(person for _, person in users), *persons), tuple(user for user, _ in users),
        progress.cursors, now, progress.going,
    )  # fmt: skip


def _ask(shape: Shape, progress: Progress, kind: str, since: date) -> Ask[Any]:
    """The question for the next piece of a kind."""
    bound, place = progress.bound(kind), progress.place(kind)
    if kind == EVENTS:
        return Ask(_record(shape), soql.events(shape, bound, since, place))
    if kind == RELATIONS:
        return Ask(RelationRecord, soql.relations(bound, place))
    if kind == CONTACTS:
        return contacts_asked(shape, soql.contacts(shape, bound, since - LATE, place))
    if kind == POINTS:
        return points_asked(shape, soql.points(shape, bound, since - LATE, place))
    return Ask(UserRecord, soql.users(bound))


async def _rows(
    wire: Wire, shape: Shape, events: Sequence[EventRecord], changed: Sequence[RelationRecord], privacy: Privacy
) -> list[Row]:
    """The changed Events, those whose relations changed, and everybody on them."""
    here = {one.id: one for one in events}
    missing = sorted({one.event for one in changed} - here.keys())
    live = [one.id for one in events if not (one.deleted or one.broken)] + missing
    if missing or live:
        reads = [_by_id(shape, ids) for ids in batched(missing, READS)]
        answers = await wire.ask([*reads, *_relations(live)])
        found = [one for answer in answers[: len(reads)] for one in answer if one]
        here |= {one.id: one for one in found}
        related = _by_event(row for answer in answers[len(reads) :] for row in answer)
    else:
        related = {}
    return _parsed(shape, here.values(), related, privacy)


def _by_id(shape: Shape, ids: Sequence[str]) -> Ask[EventRecord]:
    return Ask(_record(shape), ids=tuple(ids), columns=soql.event_columns(shape))


def _record(shape: Shape) -> type[EventRecord]:
    return record_of(tuple(column.name for column in shape.columns if column.name))


def _relations(ids: Sequence[str]) -> list[Ask[RelationRecord]]:
    return [Ask(RelationRecord, soql.relations_of(some)) for some in batched(ids, soql.IDS)]


def _by_event(rows: Iterable[RelationRecord]) -> dict[str, list[RelationRecord]]:
    related: defaultdict[str, list[RelationRecord]] = defaultdict(list)
    for row in rows:
        if not row.deleted:
            related[row.event].append(row)
    return related


def _parsed(
    shape: Shape, records: Iterable[EventRecord], related: Mapping[str, Sequence[RelationRecord]], privacy: Privacy
) -> list[Row]:
    """Neutral rows; the pattern of a series is no event (salesforce.md §2.1)."""
    return [
        parse(one, related.get(one.id, ()), shape, privacy)
        for one in records
        if not one.pattern and one.group_type != "3"
    ]


async def look(wire: Wire, shape: Shape, ids: Sequence[str], privacy: Privacy) -> dict[str, Row | None]:
    """These Events as they are now, 2,000 a request; one that is proven to be gone is `deleted` (None for what is no
    event). One that Salesforce shows neither as there nor as deleted is `unseen`: who may not see a row is shown the
    same (X2)."""
    found: dict[str, Row | None] = dict.fromkeys(ids)
    for some in batched(list(found), READS):
        events, *relations = await wire.ask([_by_id(shape, some), *_relations(some)])
        here = {one.id: one for one in events if one and not one.deleted}
        absent = [one for one in some if one not in here]
        rest = {one.id: one for one in await _anywhere(wire, shape, absent)}
        here |= rest
        found |= {id_: Row(id_, "", error=UNSEEN, unseen=True) for id_ in absent if id_ not in rest}
        related = _by_event(row for answer in relations for row in answer)
        found |= {row.id: row for row in _parsed(shape, here.values(), related, privacy)}
    return found


async def _anywhere(wire: Wire, shape: Shape, ids: Sequence[str]) -> list[EventRecord]:
    """What is known of those that a read by id does not show: they are in the archive, which it leaves out, or in the
    recycle bin (salesforce.md §2.8)."""
    asks = [Ask(_record(shape), soql.events_of(shape, some)) for some in batched(ids, soql.IDS)]
    return [one for answer in await wire.ask(asks) for one in answer]


async def bearing(wire: Wire, shape: Shape, keys: Sequence[str]) -> Bearing:
    """The Events that bear keys of ours. Who has deleted one is its last editor: an org that did not note that would
    name us, who made it, and it would be left out."""
    asks = [Ask(EventRecord, soql.bearing(some)) for some in batched(keys, soql.KEYS)]
    found = Bearing()
    for one in (one for answer in await wire.ask(asks) for one in answer if one.key):
        if not one.deleted:
            found.there[one.key] = one.id
        elif one.editor not in {None, shape.user_id} and (made := _made(one)) is not None:
            found.deleted[one.key] = max(made, found.deleted.get(one.key, made))
    return found


def _made(record: EventRecord) -> datetime | None:
    """When an Event was made, None where that cannot be understood."""
    try:
        return moment(record.created or "")
    except (ValueError, OverflowError):
        return None
