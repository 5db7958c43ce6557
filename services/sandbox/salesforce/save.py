"""The way of a row into the org and out of it: accepted, completed, checked, kept, followed (salesforce.md §2).
Each function is one row; who calls decides what becomes of the others when one is refused."""

from collections.abc import Callable
from typing import Any

from services.sandbox.salesforce import event, ids, person, relation
from services.sandbox.salesforce.coerce import coerce
from services.sandbox.salesforce.fields import Field, SObject
from services.sandbox.salesforce.memory import Act, Memory
from services.sandbox.salesforce.refused import Refused, bad, gone, missing
from services.sandbox.salesforce.schema import no_such_column
from services.sandbox.salesforce.table import Row

Rule = Callable[[Memory, Row | None, Row, dict[str, Any], Act], None]

_BEFORE: dict[str, Rule] = {
    "Event": event.before,
    "EventRelation": relation.before,
    "Account": person.account,
    "Contact": person.named,
    "Lead": person.named,
    "Individual": person.named,
    "User": person.user,
    "ContactPointEmail": person.point,
}
_AFTER: dict[str, Rule] = {
    "Event": event.after,
    "EventRelation": relation.after,
    "Account": person.mirror_account,
    "Contact": person.mirror_contact,
}
_AUDIT = frozenset(
    {"Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"}
)


def insert(memory: Memory, sobject: SObject, said: dict[str, Any], act: Act) -> str:
    """A new row; its id. Refused."""
    if act.api and "C" not in sobject.calls:
        raise bad("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be inserted: {sobject.label}")
    memory.trip(act)
    given = accept(memory, sobject, said, "C", act)
    row = memory.fresh(sobject, act)
    return _keep(memory, sobject, None, row, given, act)


def update(memory: Memory, sobject: SObject, record: str, said: dict[str, Any], act: Act) -> str:
    """Change a row; its id. Refused."""
    old = existing(memory, sobject, record)
    if act.api and "U" not in sobject.calls:
        raise bad("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be updated: {sobject.label}")
    memory.trip(act)
    given = accept(memory, sobject, said, "U", act)
    return _keep(memory, sobject, old, memory.touch(old, act), given, act)


def upsert(
    memory: Memory, sobject: SObject, key: tuple[Field, Any], said: dict[str, Any], act: Act
) -> tuple[str, bool]:
    """Update the one row that holds the external id, or make it; (id, created). Refused, 300 when several hold it."""
    field, value = key
    if field.name == "Id":
        return update(memory, sobject, value, said, act), False
    value = coerce(memory, field, value)
    rows = holding(memory, sobject, field, value)
    if len(rows) > 1:
        raise Refused(300, "DUPLICATE_EXTERNAL_ID", f"more than one record found for external id field: {field.name}")
    if rows:
        return update(memory, sobject, rows[0]["Id"], said, act), False
    return insert(memory, sobject, {**said, field.name: value}, act), True


def holding(memory: Memory, sobject: SObject, field: Field, value: Any) -> list[Row]:
    """The rows that are not deleted and hold this external id."""
    return [row for row in memory.tables[sobject.name].where(field.name, value) if not row.get("IsDeleted")]


def external(sobject: SObject, name: str) -> Field:
    """The external id field of that name; Refused 404."""
    field = sobject.field(name)
    if field is None or not ("E" in field.flags or field.name == "Id"):
        raise missing(f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def existing(memory: Memory, sobject: SObject, record: str) -> Row:
    """A row that is there; Refused 404 when it never was or is deleted."""
    key = ids.full(record)
    if sobject.view:
        raise missing()
    row = memory.tables[sobject.name].rows.get(key)
    if row is None:
        raise missing()
    if row.get("IsDeleted"):
        raise gone()
    return row


def accept(memory: Memory, sobject: SObject, said: dict[str, Any], right: str, act: Act) -> dict[str, Any]:
    """The said fields under their own names, coerced; Refused when one is unknown or not writable."""
    given: dict[str, Any] = {}
    for name, value in said.items():
        field = sobject.by_name.get(name.lower())
        if field is not None:
            if right not in field.flags and (act.api or field.name in _AUDIT):
                raise _not_writable(field)
            given[field.name] = coerce(memory, field, value)
        elif name == "EventWhoIds" and sobject.name == "Event" and memory.switches.shared_activities:
            given[name] = _junction(memory, sobject, value)
        elif name != "attributes":
            raise no_such_column(name, sobject)
    return given


def _not_writable(field: Field) -> Refused:
    message = (
        f"Unable to create/update fields: {field.name}. Please check the security settings of this field and verify "
        "that it is read/write for your profile or permission set."
    )
    return bad("INVALID_FIELD_FOR_INSERT_UPDATE", message, field.name)


def _junction(memory: Memory, sobject: SObject, value: Any) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise bad(
            "JSON_PARSER_ERROR", "Cannot deserialize instance of list from the value of EventWhoIds", "EventWhoIds"
        )
    who = sobject.by_name["whoid"]
    return [coerce(memory, who, one) for one in value]


def _keep(memory: Memory, sobject: SObject, old: Row | None, row: Row, given: dict[str, Any], act: Act) -> str:
    row.update(given)
    row.pop("EventWhoIds", None)
    name = sobject.name
    if name in _BEFORE:
        _BEFORE[name](memory, old, row, given, act)
    _require(sobject, old, row, given)
    _unique(memory, sobject, row, given)
    memory.put(name, row)
    if name in _AFTER:
        _AFTER[name](memory, old, row, given, act)
    memory.note(name, row["Id"], "UPDATE" if old else "CREATE", act)
    return str(row["Id"])


def _require(sobject: SObject, old: Row | None, row: Row, given: dict[str, Any]) -> None:
    fields = sobject.fields if old is None else [sobject.by_name[name.lower()] for name in given if name in row]
    empty = [one.name for one in fields if row[one.name] is None and "C" in one.flags and "N" not in one.flags]
    if empty:
        raise bad("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(empty)}]", *empty)


def _unique(memory: Memory, sobject: SObject, row: Row, given: dict[str, Any]) -> None:
    for name in given:
        field = sobject.by_name.get(name.lower())
        if field is None or "Q" not in field.flags or row[name] is None:
            continue
        for other in memory.tables[sobject.name].where(name, row[name]):
            if other["Id"] != row["Id"] and not other["IsDeleted"]:
                message = f"duplicate value found: {name} duplicates value on record with id: {other['Id']}"
                raise bad("DUPLICATE_VALUE", message, name)
