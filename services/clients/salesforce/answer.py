"""What the org answers, taken apart: typed where it must be as documented, and row by row where one odd row must harm
no other (O5). Pure; nothing of an odd answer is passed on (P3)."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Required, TypedDict, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from services.clients.mended import read
from services.clients.odd import MOST, NO_JSON, sound
from services.clients.salesforce.record import EventRecord
from services.kernel.errors import Permanent

T = TypeVar("T")
ODD = "unexpected_answer"
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_ID = 15
"""Characters of an id that count; three more only guard its case."""


class Part(Struct, frozen=True, rename={"status": "httpStatusCode", "reference": "referenceId"}):
    """The answer to one call of a composite, still as bytes."""

    body: Raw
    status: int
    reference: str


class Composite(Struct, frozen=True, rename={"parts": "compositeResponse"}):
    """The answers to several calls."""

    parts: list[Part]


class Page(Struct, frozen=True, rename={"following": "nextRecordsUrl"}):
    """Some of a query's rows, each still as bytes, and where the others are."""

    records: list[Raw]
    following: str | None = None
    done: bool = True


class Value(TypedDict, total=False):
    """One value of a picklist."""

    value: Required[str]
    active: bool | None


class Field(TypedDict, total=False):
    """What a describe says of a field, as far as anybody asks (salesforce.md §5)."""

    name: Required[str]
    type: Required[str]
    label: str | None
    length: Count | None
    digits: Count | None
    precision: Count | None
    scale: Count | None
    createable: bool | None
    updateable: bool | None
    unique: bool | None
    externalId: bool | None
    htmlFormatted: bool | None
    restrictedPicklist: bool | None
    picklistValues: list[Value] | None
    referenceTo: list[str] | None


class Child(TypedDict, total=False):
    """A relation to another object."""

    junctionIdListNames: list[str] | None


class Described(TypedDict, total=False):
    """A describe answer."""

    fields: list[Field] | None
    childRelationships: list[Child] | None


def decoded(body: bytes | Raw, kind: Any) -> Any:
    """The answer as `kind`. Raises Permanent when it is something else."""
    try:
        return read(msgspec.json.Decoder(kind), body)
    except NO_JSON:
        raise odd() from None


def odd() -> Permanent:
    """The error for an answer that nobody can read."""
    return Permanent(ODD, "Salesforce answered in a shape that is not its own")


def rows(found: Sequence[Raw], kind: type[T], take: Callable[[T], Any] | None) -> list[Any]:
    """The rows of a page, smaller if there is a `take`. An odd Event is `broken`; any other odd row makes the answer
    unreadable, because a person or a relation that is left out would look as if it were gone. Raises Permanent."""
    decoder = msgspec.json.Decoder(kind)
    read = [_row(one, decoder, kind) for one in found]
    try:
        return list(map(take, read)) if take else list(read)
    except (ValueError, TypeError, KeyError):
        raise odd() from None


def by_id(ids: Sequence[str], body: Raw, kind: type[T]) -> list[T | None]:
    """The rows of a read by id, None for what is not there. Raises Permanent unless there is one answer for each id:
    what is missing is taken for gone (X2)."""
    found: list[Raw] = decoded(body, list[Raw])
    if len(found) != len(ids):
        raise odd()
    decoder = msgspec.json.Decoder(kind)
    pairs = zip(ids, found, strict=True)
    return [None if bytes(one) == b"null" else _row(one, decoder, kind, id_) for id_, one in pairs]


def _row(raw: Raw, decoder: "msgspec.json.Decoder[T]", kind: type[T], known: str = "") -> T:
    try:
        row = read(decoder, raw)
    except NO_JSON:
        return _broken(raw, kind, known, "it is not as documented")
    if isinstance(row, EventRecord):
        if not sound(row.id) or (known and row.id[:_ID] != known[:_ID]):
            return _broken(raw, kind, known, "its id is none, or another's")
        if memoryview(raw).nbytes > MOST:
            return _broken(raw, kind, known, f"it is larger than {MOST} bytes")
    return row


def _broken(raw: Raw, kind: type[T], known: str, why: str) -> T:
    """An Event that can only be named."""
    if not (isinstance(kind, type) and issubclass(kind, EventRecord)):
        raise odd()
    try:
        name = msgspec.json.decode(raw, type=_Named)
    except NO_JSON:
        name = _Named()
    return kind(id=known or (name.id if sound(name.id) else ""), stamp=name.stamp, broken=why)


class _Named(Struct, rename={"id": "Id", "stamp": "SystemModstamp"}):
    id: str = ""
    stamp: str | None = None
