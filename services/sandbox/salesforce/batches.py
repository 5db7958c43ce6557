"""sObject collections: many rows in one call, each with its own fate, or all with one (salesforce.md §7).
A well-formed request always answers 200; what is wrong stands in the row."""

from collections.abc import Callable
from itertools import groupby
from typing import Any, TypeGuard

from services.sandbox.salesforce import fall, ids, save
from services.sandbox.salesforce.call import Call, Reply, not_allowed
from services.sandbox.salesforce.fields import Field, SObject
from services.sandbox.salesforce.refused import Refused, bad
from services.sandbox.salesforce.rows import record

_ROWS, _CHUNKS, _READS, _URL_READS = 200, 10, 2_000, 800
Result = dict[str, Any]
_ROLLED_BACK = {
    "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "message": "Record rolled back because not all records were valid and the request was using AllOrNone header",
    "fields": [],
}


def resource(call: Call) -> Reply:
    """Everything below `/composite/sobjects`."""
    match call.path[2:]:
        case ():
            return _mixed(call)
        case (name,) if call.method in ("GET", "POST"):
            return _read(call, call.memory.schema.resource(name))
        case (name, field) if call.method == "PATCH":
            return _upserts(call, call.memory.schema.resource(name), field)
    raise not_allowed(call)


def _mixed(call: Call) -> Reply:
    if call.method == "DELETE":
        return _deletes(call)
    if call.method not in ("POST", "PATCH"):
        raise not_allowed(call)
    records = _records(call)
    _chunked([_type(one) for one in records])
    one_row = _inserted if call.method == "POST" else _updated
    return _all(call, records, one_row, _flag(call.object().get("allOrNone")))


def _records(call: Call) -> list[Any]:
    records = call.object().get("records")
    if not isinstance(records, list) or not records or not all(isinstance(one, dict) for one in records):
        raise bad("INVALID_INPUT", "records must be a list of records")
    _few(records)
    return records


def _few(rows: list[Any], most: int = _ROWS) -> None:
    if len(rows) > most:
        raise bad("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {most} records into this call")


def _chunked(kinds: list[str]) -> None:
    if sum(1 for _ in groupby(kinds)) > _CHUNKS:
        raise bad("LIMIT_EXCEEDED", f"cannot have more than {_CHUNKS} chunks per operation")


def _type(one: dict[str, Any]) -> str:
    attributes = one.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(kind, str):
        raise bad("INVALID_INPUT", "each record needs attributes with a type")
    return kind


def _flag(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _object(call: Call, one: dict[str, Any]) -> SObject:
    kind = _type(one)
    sobject = call.memory.schema.find(kind)
    if sobject is None:
        raise bad("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    return sobject


def _inserted(call: Call, one: Any) -> Result:
    return _good(save.insert(call.memory, _object(call, one), one, call.act))


def _updated(call: Call, one: Any) -> Result:
    said = {name: value for name, value in one.items() if name.lower() != "id"}
    key = next((value for name, value in one.items() if name.lower() == "id"), None)
    if key is None:
        raise bad("MISSING_ARGUMENT", "Id not specified in an update call")
    return _good(save.update(call.memory, _object(call, one), key, said, call.act))


def _good(key: str) -> Result:
    return {"id": key, "success": True, "errors": []}


def _all(call: Call, rows: list[Any], one_row: Callable[[Call, Any], Result], all_or_none: bool) -> Reply:
    """Each row by itself; with all-or-none the innocent are rolled back with the guilty."""
    start = call.memory.mark()
    results: list[Result] = []
    for row in rows:
        mark = call.memory.mark()
        try:
            results.append(one_row(call, row))
        except Refused as refused:
            call.memory.rollback(mark)
            results.append({"success": False, "errors": [_of_row(refused)]})
    if all_or_none and not all(result["success"] for result in results):
        call.memory.rollback(start)
        results = [
            result | {"success": False, "errors": [_ROLLED_BACK]} if result["success"] else result for result in results
        ]
    return Reply(200, results)


def _of_row(refused: Refused) -> dict[str, Any]:
    error = refused.row()
    if refused.code == "NOT_FOUND":
        error |= {"statusCode": "INVALID_CROSS_REFERENCE_KEY", "message": "invalid cross reference id"}
    return error


def _deletes(call: Call) -> Reply:
    keys = [key for key in call.query.get("ids", "").split(",") if key]
    if not keys:
        raise bad("INVALID_INPUT", "ids must be a list of ids")
    _few(keys)
    _chunked([key[:3] for key in keys])
    return _all(call, keys, _deleted, _flag(call.query.get("allOrNone")))


def _deleted(call: Call, key: Any) -> Result:
    sobject = call.memory.schema.of(ids.full(key))
    if sobject is None:
        raise bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return _good(fall.delete(call.memory, sobject, key, call.act))


def _upserts(call: Call, sobject: SObject, name: str) -> Reply:
    field = save.external(sobject, name)
    records = _records(call)
    if any(_type(one).lower() != sobject.name.lower() for one in records):
        raise bad("INVALID_INPUT", "all records must be of the type of the URL")
    upsert = _Upsert(sobject, field)
    reply = _all(call, records, upsert, _flag(call.object().get("allOrNone")))
    return Reply(200, [{"created": False} | result for result in reply.body])


class _Upsert:
    """One row by its external id, which no other row of the call may bear."""

    def __init__(self, sobject: SObject, field: Field) -> None:
        self.sobject, self.field = sobject, field
        self.seen: set[str] = set()

    def __call__(self, call: Call, one: Any) -> Result:
        name = self.field.name
        value = one.get(name) if name != "Id" else one.get("id", one.get("Id"))
        if value in (None, ""):
            raise bad("MISSING_ARGUMENT", f"{name} not specified", name)
        if str(value).lower() in self.seen:
            raise bad("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", name)
        self.seen.add(str(value).lower())
        said = {key: one[key] for key in one if key not in (name, "id")}
        key, created = save.upsert(call.memory, self.sobject, (self.field, value), said, call.act)
        return {**_good(key), "created": created}


def _texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _read(call: Call, sobject: SObject) -> Reply:
    """Up to 2,000 rows by id, null where there is none."""
    if call.method == "POST":
        keys, names = call.object().get("ids"), call.object().get("fields")
    else:
        keys = [key for key in call.query.get("ids", "").split(",") if key]
        names = [name for name in call.query.get("fields", "").split(",") if name]
    if sobject.view or not _texts(keys) or not _texts(names):
        raise bad("INVALID_INPUT", "ids and fields must be lists of texts")
    _few(keys, _READS if call.method == "POST" else _URL_READS)
    rows = [call.memory.live(sobject.name, ids.full(key)) for key in keys]
    return Reply(200, [record(call, sobject, row, names) if row else None for row in rows])
