"""The query resources: a page of records and the cursor to the next (salesforce.md §5, simulator checklist).
A cursor keeps ids, for two days; the rows are read when their page is asked for."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services.sandbox.salesforce import ids
from services.sandbox.salesforce.call import Call, Reply, not_allowed
from services.sandbox.salesforce.fields import SObject
from services.sandbox.salesforce.paths import resolve
from services.sandbox.salesforce.query import Reader, counted
from services.sandbox.salesforce.refused import bad
from services.sandbox.salesforce.soql import Count, Query, malformed
from services.sandbox.salesforce.table import Row

_LEAST, _MOST = 200, 2000
_LIFE = timedelta(days=2)
_OPEN = 10  # cursors of one user
_JUNCTIONS = 500  # junction ids in one answer (salesforce.md §2.4)


def resource(call: Call) -> Reply:
    """`/query`, `/queryAll`, and the pages that follow."""
    if call.method != "GET":
        raise not_allowed(call)
    everything = call.path[0].lower() == "queryall"
    if len(call.path) > 1:
        return _next(call, call.path[1])
    text = call.query.get("q")
    if not text:
        raise malformed("A query string has to be specified")
    reader = call.reader(everything=everything)
    query, sobject = reader.parse(text)
    count = counted(query)
    rows = reader.rows(query, sobject)
    if count:
        return Reply(200, _count(reader, sobject, count, rows))
    return Reply(200, _first(call, reader, text, query, sobject, rows))


def _count(reader: Reader, sobject: SObject, count: Count, rows: list[Row]) -> dict[str, Any]:
    if not count.path:
        return {"totalSize": len(rows), "done": True, "records": []}
    get = resolve(reader.memory, sobject, "", count.path).getter(reader.memory)
    value = sum(get(row) is not None for row in rows)
    record = {"attributes": {"type": "AggregateResult"}, count.alias or "expr0": value}
    return {"totalSize": 1, "done": True, "records": [record]}


def _size(call: Call, query: Query, sobject: SObject) -> int:
    """The rows of a page: as asked, but few when long custom texts are in it."""
    options = call.headers.get("sforce-query-options", "").replace(" ", "").lower()
    asked = options.partition("batchsize=")[2].partition(",")[0]
    size = min(_MOST, max(_LEAST, int(asked))) if asked.isdecimal() else _MOST
    fields = [sobject.field(column) for column in query.columns if isinstance(column, str)]
    long = [field for field in fields if field and field.custom and field.kind == "textarea"]
    return _LEAST if len(long) > 1 else size


def _first(call: Call, reader: Reader, text: str, query: Query, sobject: SObject, rows: list[Row]) -> dict[str, Any]:
    size = _size(call, query, sobject)
    shape = reader.shape(query, sobject)
    body: dict[str, Any] = {"totalSize": len(rows), "done": len(rows) <= size}
    if len(rows) > size:
        cursor = _open(call, text, reader.everything, rows)
        body["nextRecordsUrl"] = f"{call.root}/query/{cursor}-{size}"
    body["records"] = [shape(row) for row in rows[:size]]
    _bounded(body["records"])
    return body


def _bounded(records: Sequence[dict[str, Any]]) -> None:
    if records and "EventWhoIds" in records[0] and sum(len(one["EventWhoIds"]) for one in records) > _JUNCTIONS:
        raise malformed(f"The query returns more than {_JUNCTIONS} junction ids")


def _open(call: Call, text: str, everything: bool, rows: list[Row]) -> str:
    cursors = call.cursors.open
    number = call.memory.minted["01g"] = call.memory.minted.get("01g", 0) + 1
    cursor = ids.mint("01g", call.memory.pod, number)
    cursors[cursor] = (text, everything, tuple(row["Id"] for row in rows), call.act.at.timestamp())
    while len(cursors) > _OPEN:
        del cursors[next(iter(cursors))]
    return cursor


def _next(call: Call, locator: str) -> Reply:
    """A later page: `{cursor}-{rows before it}`."""
    cursor, _, place = locator.partition("-")
    found = call.cursors.open.get(cursor)
    if found is None or not place.isdecimal() or call.act.at.timestamp() - found[3] > _LIFE.total_seconds():
        raise bad("INVALID_QUERY_LOCATOR", "invalid query locator")
    text, everything, keys, _ = found
    reader = call.reader(everything=everything)
    query, sobject = reader.parse(text)
    start = int(place)
    stop = start + _size(call, query, sobject)
    shape = reader.shape(query, sobject)
    table = call.memory.tables[sobject.view or sobject.name].rows
    records = [shape(table[key]) for key in keys[start:stop] if key in table]
    _bounded(records)
    body: dict[str, Any] = {"totalSize": len(keys), "done": stop >= len(keys)}
    if stop < len(keys):
        body["nextRecordsUrl"] = f"{call.root}/query/{cursor}-{stop}"
    return Reply(200, body | {"records": records})
