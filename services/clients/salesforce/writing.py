"""Writing many rows in few requests: 1,000 rows each, and smaller pieces for those that only fail together
(salesforce.md §7). A request of unknown outcome is never sent again (ruling 9)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from services.clients.http import UnknownOutcome
from services.clients.odd import NO_JSON
from services.clients.salesforce.answer import Part
from services.clients.salesforce.refusal import (
    NOT_SENT,
    SMALLER,
    UNKNOWN_OUTCOME,
    UNSEEN,
    Error,
    Fate,
    codes,
    result,
)  # fmt: skip
from services.clients.salesforce.row import Result
from services.clients.salesforce.wire import HEAVY, Sub, Wire, batched
from services.kernel.errors import Fatal, Transient

Row = dict[str, Any]
T = TypeVar("T")
ROWS = 200
"""Rows of one collection; they share one transaction with the org's automation."""

_SIZES = (50, 10, 1)
_TRIES = 4
"""Requests that each smaller size may cost."""

_BAD, _FAULT = 400, 500


async def send_all(wire: Wire, rows: Sequence[T], dress: Callable[[Sequence[T]], Sub]) -> tuple[Result, ...]:
    """The fate of each row, in order. Rows that a lock or the org's automation refused are tried again in smaller
    pieces. Raises only when the first request fails as a whole; after that a failure stands in the rows:
    UNKNOWN_OUTCOME for those that were on their way, NOT_SENT for those that were not."""
    results = await _send(wire, rows, dress, ROWS, first=True)
    for size in _SIZES:
        places = [place for place, one in enumerate(results) if one.code in SMALLER]
        if not places or len(places) > _TRIES * HEAVY * size:
            break
        again = await _send(wire, [rows[place] for place in places], dress, size, first=False)
        for place, one in zip(places, again, strict=True):
            if one.code != NOT_SENT:
                results[place] = one
    return tuple(results)


async def _send(
    wire: Wire, rows: Sequence[T], dress: Callable[[Sequence[T]], Sub], size: int, *, first: bool
) -> list[Result]:
    results: list[Result] = []
    for some in batched(rows, HEAVY * size):
        pieces = list(batched(some, size))
        try:
            parts = await _asked(wire, [dress(piece) for piece in pieces])
        except UnknownOutcome:
            if first and not results:
                raise
            results += [Result(code=UNKNOWN_OUTCOME, reason="the connection broke while it was written")] * len(some)
        except (Transient, Fatal):
            if first and not results:
                raise
            break
        else:
            results += [one for piece, part in zip(pieces, parts, strict=True) for one in _fates(part, len(piece))]
    return results + [Result(code=NOT_SENT, reason="Salesforce was not asked")] * (len(rows) - len(results))


async def _asked(wire: Wire, subs: Sequence[Sub]) -> list[Part]:
    """The answers; where Salesforce failed at every part, the request has failed as a whole."""
    parts = await wire.composite(subs, reads=False)
    if all(part.status >= _FAULT for part in parts):
        raise UnknownOutcome(f"{wire.where} answered {parts[0].status}")
    return parts


def _fates(part: Part, count: int) -> list[Result]:
    """The results of one collection; one that is refused as a whole refuses each of its rows. Where Salesforce itself
    failed, that says nothing of them: like what was carried out and cannot be read, they have to be looked at before
    they are repeated (ruling 9)."""
    body = bytes(part.body)
    if part.status < _BAD:
        return [_fate(row) for row in _rows(body, count)]
    if part.status >= _FAULT:
        return [Result(code=UNKNOWN_OUTCOME, reason=f"Salesforce answered {part.status} to it")] * count
    code, message = codes(body)
    error = Error(code or f"http_{part.status}", message=message)
    return [result(Fate(errors=[error]))] * count


def _rows(body: bytes, count: int) -> list[Raw | None]:
    try:
        rows: list[Raw | None] = msgspec.json.decode(body, type=list[Raw])
    except NO_JSON:
        rows = []
    return rows if len(rows) == count else [None] * count


def _fate(row: Raw | None) -> Result:
    try:
        return result(msgspec.json.decode(row, type=Fate)) if row is not None else UNSEEN
    except NO_JSON:
        return UNSEEN


def upserts(rows: Sequence[Row]) -> Sub:
    """Create or update Events by our key (SFD-18)."""
    return Sub("PATCH", "/composite/sobjects/Event/M365_Key__c", _records(rows, "Event"))


def inserts(rows: Sequence[Row]) -> Sub:
    return Sub("POST", "/composite/sobjects", _records(rows, "Event"))


def updates(rows: Sequence[Row]) -> Sub:
    return Sub("PATCH", "/composite/sobjects", _records(rows, "Event"))


def relations(rows: Sequence[Row]) -> Sub:
    """Create relations; they have no key, so what is there is read first (salesforce.md §2.7)."""
    return Sub("POST", "/composite/sobjects", _records(rows, "EventRelation"))


def answers(rows: Sequence[Row]) -> Sub:
    """Change the Status of relations."""
    return Sub("PATCH", "/composite/sobjects", _records(rows, "EventRelation"))


def deletions(ids: Sequence[str]) -> Sub:
    """Delete these and no others. Raises ValueError for what is no id: a comma in one would make it two."""
    if not all(one.isascii() and one.isalnum() for one in ids):
        raise ValueError("this is no id of Salesforce's")
    return Sub("DELETE", f"/composite/sobjects?ids={','.join(ids)}&allOrNone=false")


def _records(rows: Sequence[Row], kind: str) -> Row:
    return {"allOrNone": False, "records": [{"attributes": {"type": kind}, **row} for row in rows]}
