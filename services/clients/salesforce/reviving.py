"""Taking Events out of the recycle bin (X5). What is deleted is read first: a repeat then finds that it has happened,
as every write of unknown outcome must (ruling 9)."""

from collections.abc import Sequence

from services.clients.http import UnknownOutcome
from services.clients.salesforce import soap, soql
from services.clients.salesforce.record import EventRecord
from services.clients.salesforce.refusal import NOT_IN_BIN, NOT_SENT, UNKNOWN_OUTCOME, Error, Fate, result
from services.clients.salesforce.row import Result
from services.clients.salesforce.wire import Ask, Wire, batched
from services.kernel.errors import Fatal, Transient

ROWS = 200
"""Records of one undelete."""


async def revive(wire: Wire, ids: Sequence[str]) -> tuple[Result, ...]:
    """The fate of each, in order. Raises as a first write does; after it a failure stands in the rows."""
    wanted = list(dict.fromkeys(ids))
    asks = [Ask(EventRecord, soql.in_bin(some)) for some in batched(wanted, soql.IDS)]
    there = {row.id: bool(row.deleted) for found in await wire.ask(asks) for row in found}
    fates = {one: Result(one) for one, deleted in there.items() if not deleted}
    for number, some in enumerate(batched([one for one in wanted if there.get(one)], ROWS)):
        fates |= zip(some, await _revived(wire, some, first=number == 0), strict=True)
        if fates[some[0]].code in {NOT_SENT, UNKNOWN_OUTCOME}:
            break
    return tuple(fates.get(one) or _absent(there, one) for one in ids)


async def _revived(wire: Wire, ids: Sequence[str], *, first: bool) -> list[Result]:
    try:
        return soap.fates(await wire.soap(lambda token: soap.undelete(token, ids)), len(ids))
    except UnknownOutcome:
        if first:
            raise
        return [Result(code=UNKNOWN_OUTCOME, reason="the connection broke while it was written")] * len(ids)
    except (Transient, Fatal):
        if first:
            raise
        return [Result(code=NOT_SENT, reason="Salesforce was not asked")] * len(ids)


def _absent(there: dict[str, bool], one: str) -> Result:
    if one in there:
        return Result(code=NOT_SENT, reason="Salesforce was not asked")
    return result(Fate(errors=[Error(NOT_IN_BIN)]))
