"""A JSON value on its way into a field: typed, measured, normalised; or refused as Salesforce does
(salesforce.md §2.9). Knows no rows but those that a reference must name."""

import math
import re
from collections.abc import Callable
from typing import Any

from services.sandbox.salesforce import ids, times
from services.sandbox.salesforce.fields import Field
from services.sandbox.salesforce.memory import Memory
from services.sandbox.salesforce.refused import Refused, bad

_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")


def _wrong(field: Field, value: object) -> Refused:
    shape = "VALUE_STRING" if isinstance(value, str) else type(value).__name__
    text = f"Cannot deserialize instance of {field.kind} from {shape} value or request may be missing a required field"
    return bad("JSON_PARSER_ERROR", text, field.name)


def _text(_memory: Memory, field: Field, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(field, value)
    text = str(value).strip()
    if len(text) > field.length:
        short = text[:20]
        raise bad(
            "STRING_TOO_LONG", f"{field.label}: data value too large: {short} (max length={field.length})", field.name
        )
    return text or None


def _picklist(memory: Memory, field: Field, value: Any) -> str | None:
    text = _text(memory, field, value)
    if "R" in field.flags and field.values and text not in field.values:
        message = f"{field.label}: bad value for restricted picklist field: {text}"
        raise bad("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, field.name)
    return text


def _email(memory: Memory, field: Field, value: Any) -> str | None:
    text = _text(memory, field, value)
    if text and not _ADDRESS.fullmatch(text):
        raise bad("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", field.name)
    return text


def _boolean(_memory: Memory, field: Field, value: Any) -> bool:
    if value in (True, "true", "True"):
        return True
    if value in (False, "false", "False"):
        return False
    raise _wrong(field, value)


def _integer(_memory: Memory, field: Field, value: Any) -> int:
    number = _double(_memory, field, value)
    if number != int(number):
        raise _wrong(field, value)
    return int(number)


def _double(_memory: Memory, field: Field, value: Any) -> float:
    if isinstance(value, bool):
        raise _wrong(field, value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _wrong(field, value) from None
    if not math.isfinite(number):
        raise _wrong(field, value)
    return number


def _datetime(_memory: Memory, field: Field, value: Any) -> str:
    try:
        return times.wire(times.within(times.read(value)))
    except (TypeError, ValueError, OverflowError):
        raise _wrong(field, value) from None


def _date(_memory: Memory, field: Field, value: Any) -> str:
    try:
        return times.within(times.read_date(value)).isoformat()
    except (TypeError, ValueError):
        raise _wrong(field, value) from None


def _reference(memory: Memory, field: Field, value: Any) -> str:
    try:
        key = ids.full(value)
    except Refused:
        raise bad("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", field.name) from None
    target = memory.schema.of(key)
    if target is None or target.name not in field.targets:
        raise bad("FIELD_INTEGRITY_EXCEPTION", f"{field.label}: id value of incorrect type: {key}", field.name)
    row = memory.get(target.name, key)
    if row is None:
        raise bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.name)
    if row.get("IsDeleted"):
        raise bad("ENTITY_IS_DELETED", "entity is deleted", field.name)
    return key


_READ: dict[str, Callable[[Memory, Field, Any], Any]] = {
    "picklist": _picklist,
    "email": _email,
    "boolean": _boolean,
    "int": _integer,
    "double": _double,
    "currency": _double,
    "datetime": _datetime,
    "date": _date,
    "reference": _reference,
}


def coerce(memory: Memory, field: Field, value: Any) -> Any:
    """What the field stores for a value; Refused."""
    if value is None or value == "":
        return field.blank() if field.kind == "boolean" else None
    read: Callable[[Memory, Field, Any], Any] = _READ.get(field.kind, _text)
    return read(memory, field, value)
