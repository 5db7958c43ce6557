"""The resources of single rows: basic information, describe, by id, by external id (salesforce.md §2.7, §2.9).
Each request is one row and its answer an array when it is an error."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from services.sandbox.salesforce import fall, relation, replication, save, times
from services.sandbox.salesforce.call import Call, Reply, not_allowed
from services.sandbox.salesforce.describe import described, listed
from services.sandbox.salesforce.fields import Field, SObject
from services.sandbox.salesforce.refused import Refused, bad, missing
from services.sandbox.salesforce.schema import no_such_column
from services.sandbox.salesforce.table import Row

_MADE = datetime(2024, 1, 1, tzinfo=UTC)  # when the shape of the org last changed
_BATCH = 200


def resource(call: Call) -> Reply:
    """Everything below `/sobjects`."""
    match call.path[1:]:
        case ():
            return _only(call, "GET", _global(call))
        case (name,):
            return _object(call, call.memory.schema.resource(name))
        case (name, "describe"):
            return _describe(call, call.memory.schema.resource(name))
        case (name, "updated" | "deleted" as what):
            return replication.resource(call, call.memory.schema.resource(name), what)
        case (name, record):
            return _by_id(call, call.memory.schema.resource(name), record)
        case (name, field, value):
            return _by_key(call, call.memory.schema.resource(name), field, value)
    raise missing()


def _only(call: Call, method: str, body: Any) -> Reply:
    if call.method != method:
        raise not_allowed(call)
    return Reply(200, body)


def _global(call: Call) -> dict[str, Any]:
    objects = call.memory.schema.objects.values()
    return {"encoding": "UTF-8", "maxBatchSize": _BATCH, "sobjects": [listed(one, call.version) for one in objects]}


def _object(call: Call, sobject: SObject) -> Reply:
    if call.method == "POST":
        record = save.insert(call.memory, sobject, call.object(), call.act)
        location = {"Location": f"{call.root}/sobjects/{sobject.name}/{record}"}
        return Reply(201, {"id": record, "success": True, "errors": []}, location)
    return _only(call, "GET", {"objectDescribe": listed(sobject, call.version), "recentItems": []})


def _describe(call: Call, sobject: SObject) -> Reply:
    since = _http_time(call, "if-modified-since")
    if since and since >= _MADE:
        return Reply(304)
    reply = _only(call, "GET", described(sobject, call.version))
    return Reply(200, reply.body, {"Last-Modified": format_datetime(_MADE, usegmt=True)})


def _http_time(call: Call, header: str) -> datetime | None:
    text = call.headers.get(header)
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None


def _by_id(call: Call, sobject: SObject, record: str) -> Reply:
    if call.method == "PATCH":
        _unmodified(call, save.existing(call.memory, sobject, record))
        save.update(call.memory, sobject, record, _without_id(call), call.act)
        return Reply(204)
    row = save.existing(call.memory, sobject, record)
    return _row(call, sobject, row)


def _without_id(call: Call) -> dict[str, Any]:
    body = call.object()
    if "Id" in body or "id" in body:
        raise bad("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    return body


def _row(call: Call, sobject: SObject, row: Row) -> Reply:
    """Reading or deleting a row that is there."""
    _unmodified(call, row)
    if call.method == "DELETE":
        fall.delete(call.memory, sobject, row["Id"], call.act)
        return Reply(204)
    if call.method != "GET":
        raise not_allowed(call)
    since = _http_time(call, "if-modified-since")
    if since and times.read(row["LastModifiedDate"]) <= since:
        return Reply(304)
    names = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
    return Reply(200, record(call, sobject, row, names))


def record(call: Call, sobject: SObject, row: Row, names: list[str]) -> dict[str, Any]:
    """A row on the wire: all its fields, or those named; Refused INVALID_FIELD."""
    body: dict[str, Any] = {
        "attributes": {"type": sobject.name, "url": f"{call.root}/sobjects/{sobject.name}/{row['Id']}"}
    }
    if not names:
        return body | {field.name: row[field.name] for field in sobject.fields}
    for name in names:
        field = sobject.field(name)
        if field:
            body[field.name] = row[field.name]
        elif name == "EventWhoIds" and sobject.name == "Event" and call.memory.switches.shared_activities:
            body[name] = relation.people_of(call.memory, row)
        else:
            raise no_such_column(name, sobject)
    return body


def _unmodified(call: Call, row: Row) -> None:
    """Refused 412 when the row changed since the caller saw it (salesforce.md §2.9)."""
    since = _http_time(call, "if-unmodified-since")
    if since and times.read(row["LastModifiedDate"]) > since:
        raise Refused(412, "PRECONDITION_FAILED", "The record was modified since the given date.")


def _by_key(call: Call, sobject: SObject, name: str, value: str) -> Reply:
    field = save.external(sobject, name)
    if field.name == "Id":
        rows = [save.existing(call.memory, sobject, value)]
    else:
        rows = save.holding(call.memory, sobject, field, value)
    if len(rows) > 1:
        return Reply(300, [f"{call.root}/sobjects/{sobject.name}/{row['Id']}" for row in rows])
    if call.method == "PATCH":
        return _upsert(call, sobject, field, value)
    if not rows:
        raise missing()
    return _row(call, sobject, rows[0])


def _upsert(call: Call, sobject: SObject, field: Field, value: str) -> Reply:
    body = call.object()
    if any(name.lower() == field.name.lower() for name in body):
        raise bad("INVALID_FIELD", f"The {field.name} field should not be specified in the sobject data.")
    key, created = save.upsert(call.memory, sobject, (field, value), body, call.act)
    return Reply(201 if created else 200, {"id": key, "success": True, "errors": [], "created": created})
