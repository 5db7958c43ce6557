"""Contacts, their e-mail addresses and Users as persons (M1-M3): people only, never a household or an organisation
(M2). Pure: what has to be read is told, not read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from contracts.person import Person, Source
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


def contact(row: Mapping[str, Any], shape: Shape) -> Contact:
    person = bool(row.get("IsPersonAccount"))
    keys = (row["Id"], row.get("IndividualId"), row.get("AccountId") if person else None)
    found = ((str(row[name]).strip().lower(), Source(rank)) for name, rank in shape.contact_emails if row.get(name))
    return Contact(
        row["Id"], tuple(key for key in keys if key), tuple(found), person, row.get("CreatedDate") or "",
        bool(row.get("IsDeleted")), row.get("SystemModstamp") or "",
    )  # fmt: skip


def point(row: Mapping[str, Any], shape: Shape) -> Point:
    parents = tuple(row[name] for name in shape.contact_point_parents if row.get(name))
    address = str(row.get("EmailAddress") or "").strip().lower()
    since, until = row.get("ActiveFromDate") or "", row.get("ActiveToDate") or ""
    gone, stamp = bool(row.get("IsDeleted")), row.get("SystemModstamp") or ""
    return Point(parents, address, since, until, gone, row.get("Id") or "", stamp)


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
