"""The questions to Salesforce, as text. Every value goes through `quoted`; the columns come from the org's shape."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import quote

from services.clients.salesforce.record import EVENT_COLUMNS, RELATION_COLUMNS, USER_COLUMNS
from services.clients.salesforce.row import Place, Shape

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
_UNESCAPED = "'(),=<>!*:"
PIECE, EVENTS = 2000, 500
"""Rows of a kind that are read at once: as many as Salesforce gives in one answer (salesforce.md §4.2), but fewer
Events: their texts are long, and everybody on them is read along."""

IDS = 500
"""Ids in one query: 500 make a URL of about 11,000 characters, and Salesforce takes 16,384 (salesforce.md §4.2)."""
KEYS = 200
"""Keys of ours in one query, 64 digits each: some 14,000 characters."""


def quoted(value: str) -> str:
    """A string literal of SOQL."""
    return f"'{value.translate(_ESCAPES)}'"


def among(column: str, values: Iterable[str]) -> str:
    """`column IN ('a','b')`."""
    return f"{column} IN ({','.join(map(quoted, values))})"


def moment(at: datetime) -> str:
    """A date-time literal of SOQL: never quoted, never with a plus sign."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def path(query: str) -> str:
    """The resource that answers a query, deleted and archived rows included, under the version's root."""
    return f"/queryAll?q={quote(query, safe=_UNESCAPED)}"


def _select(columns: Sequence[str], sobject: str, where: str) -> str:
    condition = f" WHERE {where}" if where else ""
    return f"SELECT {','.join(columns)} FROM {sobject}{condition}"  # noqa: S608 - every value is quoted


def _changed(since: str) -> str:
    return f"SystemModstamp >= {since}"


def _day(day: date) -> str:
    """The beginning of a day, as a date-time literal."""
    return f"{day.isoformat()}T00:00:00Z"


def _piece(columns: Sequence[str], sobject: str, where: str, after: Place, size: int = PIECE) -> str:
    """The next rows behind a place, in an order in which a row that changes meanwhile only moves to the end."""
    if after.id:
        stamp = moment(datetime.fromisoformat(after.stamp))
        same = f"(SystemModstamp > {stamp} OR Id > {quoted(after.id)})"
        where = f"{where} AND SystemModstamp >= {stamp} AND {same}"
    return f"{_select(columns, sobject, where)} ORDER BY SystemModstamp, Id LIMIT {size}"


def event_columns(shape: Shape) -> tuple[str, ...]:
    """The columns of Event that are read and that the org has."""
    has = frozenset(shape.event_fields)
    moved = (column.name for column in shape.columns if column.name not in EVENT_COLUMNS)
    return tuple(column for column in (*EVENT_COLUMNS, *moved) if column in has)


def events(shape: Shape, changed: str, since: date, after: Place = Place()) -> str:  # noqa: B008 - frozen
    """Events changed since, or at the first time those that end after a day; never an invitee's copy (I1)."""
    bound = _changed(changed) if changed else f"EndDateTime >= {_day(since)}"
    return _piece(event_columns(shape), "Event", f"IsChild = false AND {bound}", after, EVENTS)


def events_of(shape: Shape, ids: Iterable[str]) -> str:
    """Events by id, those in the recycle bin and in the archive too."""
    return _select(event_columns(shape), "Event", among("Id", ids))


def bearing(keys: Iterable[str]) -> str:
    """The Events that bear these keys, and those in the recycle bin that bore them."""
    columns = ("Id", "M365_Key__c", "IsDeleted", "CreatedDate", "LastModifiedById")
    return _select(columns, "Event", among("M365_Key__c", keys))


def in_bin(ids: Iterable[str]) -> str:
    """Whether these Events are there, and whether they are deleted."""
    return _select(("Id", "IsDeleted"), "Event", among("Id", ids))


def relations(changed: str, after: Place = Place()) -> str:  # noqa: B008 - frozen
    return _piece(RELATION_COLUMNS, "EventRelation", _changed(changed), after)


def relations_of(ids: Iterable[str]) -> str:
    """Everybody who is on these Events now, in the order of joining."""
    return _select(RELATION_COLUMNS, "EventRelation", f"{among('EventId', ids)} AND IsDeleted = false") + " ORDER BY Id"


def contact_columns(shape: Shape) -> tuple[str, ...]:
    person = ("IsPersonAccount",) if shape.person_accounts else ()
    individual = ("IndividualId",) if shape.has_individuals else ()
    emails = tuple(name for name, _ in shape.contact_emails)
    return ("Id", "AccountId", *person, *individual, "IsDeleted", "CreatedDate", "SystemModstamp", *emails)


def contacts(shape: Shape, changed: str, late: date, after: Place = Place()) -> str:  # noqa: B008 - frozen
    """Contacts changed since, or at the first time all that have an address or may have had one until `late`, and those
    in the recycle bin: somebody may remember them."""
    first = " OR ".join((*(f"{name} != null" for name, _ in shape.contact_emails), _changed(_day(late))))
    return _piece(contact_columns(shape), "Contact", _changed(changed) if changed else f"({first})", after)


def contacts_of(shape: Shape, column: str, ids: Iterable[str]) -> str:
    person = " AND IsPersonAccount = true" if column == "AccountId" else ""
    return _select(contact_columns(shape), "Contact", f"{among(column, ids)}{person} AND IsDeleted = false")


def point_columns(shape: Shape) -> tuple[str, ...]:
    parents = shape.contact_point_parents
    return ("Id", *parents, "EmailAddress", "ActiveFromDate", "ActiveToDate", "IsDeleted", "SystemModstamp")


def points(shape: Shape, changed: str, late: date, after: Place = Place()) -> str:  # noqa: B008 - frozen
    """Addresses changed since, or at the first time all that are there or were until `late`."""
    first = f"(IsDeleted = false OR {_changed(_day(late))})"
    return _piece(point_columns(shape), "ContactPointEmail", _changed(changed) if changed else first, after)


def points_of(shape: Shape, column: str, ids: Iterable[str]) -> str:
    return _select(point_columns(shape), "ContactPointEmail", f"{among(column, ids)} AND IsDeleted = false")


def users(changed: str) -> str:
    return _select(USER_COLUMNS, "User", _changed(changed) if changed else "")
