"""Reading the address book: every person whom a change touches comes whole, with all addresses, so that nobody is ever
asked for by address (M4, M6)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from contracts.person import Person
from services.clients.salesforce import soql
from services.clients.salesforce.people import CONTACT, Contact, Point, by_column, contact, persons, point
from services.clients.salesforce.row import Shape
from services.clients.salesforce.wire import Ask, Wire, batched

Raw = dict[str, Any]


async def read_people(
    wire: Wire, shape: Shape, contacts: Sequence[Raw], points: Sequence[Raw], today: date, *, fresh: bool
) -> list[Person]:
    """The persons behind these rows. `fresh`: the rows are all there are; otherwise they are changes, and what else
    belongs to their persons is read: nothing when nothing changed."""
    here = [contact(row, shape) for row in contacts]
    book = [point(row, shape, today) for row in points]
    known = {key for one in here for key in one.keys}
    parents = {parent for one in book for parent in one.parents if one.address or not fresh}
    if fresh:
        found, _ = await _read(wire, shape, today, contacts=parents - known)
        return persons([*here, *found], book)
    keys = parents | {key for one in here for key in one.keys if not one.gone}
    found, book = await _read(wire, shape, today, contacts=parents - known, points=keys)
    others = {key for one in found for key in one.keys} - keys
    _, more = await _read(wire, shape, today, points=others)
    return persons([*here, *found], [*book, *more])


async def _read(
    wire: Wire, shape: Shape, today: date, *, contacts: set[str] | None = None, points: set[str] | None = None
) -> tuple[list[Contact], list[Point]]:
    """The Contacts behind some ids, and the addresses that hang on others."""
    columns, owners = by_column(contacts or (), shape), _owners(shape, points or set())
    first = [Ask(Raw, soql.contacts_of(shape, column, ids)) for column, ids in _batches(columns)]
    second = [Ask(Raw, soql.points_of(shape, column, ids)) for column, ids in _batches(owners)]
    answers = await wire.ask([*first, *second])
    return (
        [contact(row, shape) for answer in answers[: len(first)] for row in answer],
        [point(row, shape, today) for answer in answers[len(first) :] for row in answer],
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
