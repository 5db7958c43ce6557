"""getUpdated and getDeleted: the ids that changed in a window (salesforce.md §3).
Looks at whole minutes only, as Salesforce does."""

from datetime import datetime, timedelta
from typing import Any

from services.sandbox.salesforce import times
from services.sandbox.salesforce.call import Call, Reply, not_allowed
from services.sandbox.salesforce.fields import SObject
from services.sandbox.salesforce.memory import BIN
from services.sandbox.salesforce.refused import bad

_BACK = timedelta(days=30)


def resource(call: Call, sobject: SObject, what: str) -> Reply:
    """`/sobjects/{T}/updated` or `/deleted`."""
    if call.method != "GET":
        raise not_allowed(call)
    if "R" not in sobject.calls:
        raise bad("INVALID_TYPE_FOR_OPERATION", f"{sobject.name} can not be replicated")
    start, end = _window(call)
    if what == "updated":
        return Reply(200, _updated(call, sobject, start, end))
    return Reply(200, _deleted(call, sobject, start, end))


def _window(call: Call) -> tuple[datetime, datetime]:
    start, end = _minute(call, "start"), _minute(call, "end")
    if end - start < timedelta(minutes=1):
        raise bad("INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
    if call.act.at - start > _BACK:
        raise bad("INVALID_REPLICATION_DATE", "startDate can not be more than 30 days ago")
    return start, min(end, call.act.at.replace(second=0, microsecond=0))


def _minute(call: Call, name: str) -> datetime:
    try:
        at = times.read(call.query[name].replace(" ", "+"))
    except (KeyError, ValueError):
        raise bad("INVALID_REPLICATION_DATE", f"{name} is not a dateTime") from None
    return at.replace(second=0, microsecond=0)


def _rows(call: Call, sobject: SObject, start: datetime, end: datetime, *, deleted: bool) -> list[dict[str, Any]]:
    until = times.wire(end)
    rows = call.memory.tables[sobject.name].since(times.wire(start))
    return [row for row in rows if row["SystemModstamp"] < until and bool(row.get("IsDeleted")) is deleted]


def _updated(call: Call, sobject: SObject, start: datetime, end: datetime) -> dict[str, Any]:
    rows = _rows(call, sobject, start, end, deleted=False)
    return {"ids": [row["Id"] for row in rows], "latestDateCovered": times.wire(end)}


def _deleted(call: Call, sobject: SObject, start: datetime, end: datetime) -> dict[str, Any]:
    rows = _rows(call, sobject, start, end, deleted=True)
    return {
        "deletedRecords": [{"id": row["Id"], "deletedDate": row["SystemModstamp"]} for row in rows],
        "earliestDateAvailable": times.wire(call.act.at - BIN),
        "latestDateCovered": times.wire(end),
    }
