"""Contacts, their e-mail addresses and Users as persons (M1-M3): people only, never a household or an organisation
(M2). Pure: what has to be read is told, not read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from contracts.person import Person, Source
from services.clients.odd import sound
from services.clients.salesforce.record import UserRecord
from services.clients.salesforce.row import OrgUser, Shape

ACCOUNT, CONTACT, INDIVIDUAL = "001", "003", "0PK"
_COLUMNS = {ACCOUNT: "AccountId", CONTACT: "Id", INDIVIDUAL: "IndividualId"}


class Contact(NamedTuple):
    """A Contact as far as addresses need it. `keys` are the ids by which a ContactPointEmail may name the person: its
    own, its Individual's, and its Account's only when that is a person account."""

    id: str
    keys: tuple[str, ...]
    addresses: tuple[tuple[str, Source], ...]
    individual: bool
    since: str
    gone: bool
    stamp: str = ""


class Point(NamedTuple):
    """A ContactPointEmail: the address, whom it belongs to, and the days on which it counts ("" for no bound)."""

    parents: tuple[str, ...]
    address: str
    since: str = ""
    until: str = ""
    gone: bool = False
    id: str = ""
    stamp: str = ""

    def counts(self, today: date) -> bool:
        day = today.isoformat()
        return bool(self.address) and not self.gone and self.since <= day <= (self.until or day)

    def counted(self, since: date, today: date) -> bool:
        """Whether it counts, or may have counted since that day."""
        return self.counts(today) or max(self.stamp, self.until) >= since.isoformat()


def contact(row: Mapping[str, Any], shape: Shape) -> Contact:
    """Raises ValueError for a row that is none of Salesforce's, as `point` does."""
    person = bool(row.get("IsPersonAccount"))
    id_, individual, account = (_text(row, name) for name in ("Id", "IndividualId", "AccountId"))
    if not sound(id_):
        raise ValueError("a Contact without an id")
    keys = (id_, individual, account if person else "")
    found = ((_text(row, name).strip().lower(), Source(rank)) for name, rank in shape.contact_emails)
    return Contact(
        id_, tuple(key for key in keys if key), tuple(one for one in found if one[0]), person,
        _text(row, "CreatedDate"), bool(row.get("IsDeleted")), _text(row, "SystemModstamp"),
    )  # fmt: skip


def point(row: Mapping[str, Any], shape: Shape) -> Point:
    parents = tuple(key for name in shape.contact_point_parents if (key := _text(row, name)))
    since, until = _text(row, "ActiveFromDate"), _text(row, "ActiveToDate")
    gone, stamp = bool(row.get("IsDeleted")), _text(row, "SystemModstamp")
    return Point(parents, _text(row, "EmailAddress").strip().lower(), since, until, gone, _text(row, "Id"), stamp)


def _text(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    if not isinstance(value, str | None):
        raise ValueError(f"{column} is no text")  # noqa: TRY004 - a mistake in the input
    return value or ""


def by_column(keys: Iterable[str], shape: Shape) -> dict[str, tuple[str, ...]]:
    """The Contact columns by which the people behind these ids are found."""
    lacking = ("AccountId",) * (not shape.person_accounts) + ("IndividualId",) * (not shape.has_individuals)
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(set(keys)):
        column = _COLUMNS.get(key[:3])
        if column and column not in lacking:
            wanted[column].append(key)
    return {column: tuple(ids) for column, ids in wanted.items()}


def persons(contacts: Sequence[Contact], points: Sequence[Point], today: date) -> list[Person]:
    """Each Contact once, with all of its addresses; the better source first."""
    extra: defaultdict[str, list[str]] = defaultdict(list)
    for one in points:
        for parent in one.parents:
            if one.counts(today):
                extra[parent].append(one.address)
    return [_person(one, extra) for one in {one.id: one for one in contacts}.values()]


def _person(one: Contact, extra: Mapping[str, Sequence[str]]) -> Person:
    if one.gone:
        return Person(one.id, gone=True)
    added = ((address, Source.CONTACT_POINT) for key in one.keys for address in sorted(extra.get(key, ())))
    best: dict[str, Source] = {}
    for address, source in (*one.addresses, *added):
        best.setdefault(address, source)
    return Person(one.id, tuple(best.items()), individual=one.individual, since=one.since)


def user(record: UserRecord) -> tuple[OrgUser, Person]:
    """A User for pairing (M7), and as a person who may be invited; one who cannot log in is nobody."""
    standard = record.kind == "Standard"
    email = (record.email or "").strip().lower()
    known = OrgUser(
        record.id, record.username, email, record.federation or "", record.active, standard, record.zone or ""
    )  # fmt: skip
    if not (record.active and standard):
        return known, Person(record.id, user=True, gone=True)
    addresses = ((email, Source.EMAIL),) if email else ()
    return known, Person(record.id, addresses, user=True, since=record.created)
