"""Reading the address book: every person whom a change touches comes whole, with all addresses, so that nobody is ever
asked for by address (M4, M6)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from contracts.person import Person
from services.clients.salesforce import soql
from services.clients.salesforce.people import CONTACT, Contact, Point, by_column, contact, persons, point
from services.clients.salesforce.row import Shape
from services.clients.salesforce.wire import Ask, Wire, batched

Raw = dict[str, Any]


def contacts_asked(shape: Shape, query: str) -> Ask[Raw]:
    """A question for Contacts; the answer is small."""
    return Ask(Raw, query, take=lambda row: contact(row, shape))


def points_asked(shape: Shape, query: str) -> Ask[Raw]:
    """A question for the addresses that hang on people; the answer is small."""
    return Ask(Raw, query, take=lambda row: point(row, shape))


async def read_people(
    wire: Wire, shape: Shape, contacts: Sequence[Contact], points: Sequence[Point], today: date,
    *, first: date | None, whole: bool,
) -> list[Person]:  # fmt: skip
    """The persons behind these rows. `first`: they are not changes but all that there are, or were since that day,
    Contacts before the addresses that hang on them; `whole`: these addresses are all. What else belongs to their
    persons is read: nothing when nothing changed."""
    known = {key for one in contacts for key in one.keys}
    parents = {parent for one in points for parent in one.parents if first is None or one.counted(first, today)}
    if whole:
        found, _ = await _read(wire, shape, parents - known, set())
        return persons([*contacts, *found], points, today)
    keys = parents if first else parents | {key for one in contacts for key in one.keys if not one.gone}
    found, book = await _read(wire, shape, parents - known, keys)
    touched = [*found, *(one for one in contacts if not parents.isdisjoint(one.keys))]
    others = {key for one in touched for key in one.keys} - keys
    _, more = await _read(wire, shape, set(), others)
    return persons([*contacts, *found], [*book, *more], today)


async def people_of(wire: Wire, shape: Shape, ids: Collection[str]) -> list[Person]:
    """These Contacts as persons, whole, also who has no address."""
    found, _ = await _read(wire, shape, set(ids), set())
    return await read_people(wire, shape, found, (), wire.time().date(), first=None, whole=False)


async def _read(wire: Wire, shape: Shape, people: set[str], owners: set[str]) -> tuple[list[Contact], list[Point]]:
    """The Contacts behind some ids, and the addresses that hang on others."""
    by_id = _batches(by_column(people, shape))
    first = [contacts_asked(shape, soql.contacts_of(shape, column, ids)) for column, ids in by_id]
    hanging = _batches(_owners(shape, owners))
    second = [points_asked(shape, soql.points_of(shape, column, ids)) for column, ids in hanging]
    answers = await wire.ask([*first, *second])
    return (
        [one for answer in answers[: len(first)] for one in answer],
        [one for answer in answers[len(first) :] for one in answer],
    )


def _owners(shape: Shape, keys: set[str]) -> dict[str, list[str]]:
    """By column of ContactPointEmail: the platform's own ParentId never names a Contact (salesforce.md §4.1)."""
    if not shape.has_contact_points:
        return {}
    ids = sorted(keys)
    platform = [key for key in ids if key[:3] != CONTACT]
    return {column: platform if column == "ParentId" else ids for column in shape.contact_point_parents}


def _batches(ids: Mapping[str, Sequence[str]]) -> list[tuple[str, Sequence[str]]]:
    return [(column, some) for column, many in ids.items() for some in batched(many, soql.IDS)]
