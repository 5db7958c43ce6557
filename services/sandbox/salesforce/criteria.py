"""WHERE as a function from a row to yes or no; literals are read once, as the field's kind demands.
Case is ignored in text, null is less than nothing, and what Salesforce refuses to filter is refused."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from services.sandbox.salesforce import ids, literal, times
from services.sandbox.salesforce.fields import KEYS, TEXTS, Field, SObject
from services.sandbox.salesforce.memory import Memory
from services.sandbox.salesforce.paths import Path, resolve
from services.sandbox.salesforce.refused import Refused, bad
from services.sandbox.salesforce.soql import Condition, Junction, Query, Test, Value, malformed
from services.sandbox.salesforce.table import Row

Holds = Callable[[Row], bool]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBERS = frozenset({"int", "double", "currency"})


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when and of what; `inner` answers an inner select with a set of values."""

    memory: Memory
    sobject: SObject
    alias: str
    now: datetime
    zone: str
    inner: Callable[[Query], set[Any]]

    def path(self, dotted: str) -> Path:
        return resolve(self.memory, self.sobject, self.alias, dotted)


def compiled(asking: Asking, condition: Condition) -> Holds:
    """The function that a condition means; Refused."""
    if isinstance(condition, Test):
        return _test(asking, condition)
    parts = [compiled(asking, part) for part in condition.parts]
    if condition.word == "not":
        return lambda row: not parts[0](row)
    return reduce(_both if condition.word == "and" else _either, parts)


def _both(one: Holds, other: Holds) -> Holds:
    return lambda row: one(row) and other(row)


def _either(one: Holds, other: Holds) -> Holds:
    return lambda row: one(row) or other(row)


def _test(asking: Asking, test: Test) -> Holds:
    path = asking.path(test.path)
    if "F" not in path.field.flags:
        raise bad("INVALID_FIELD", f"field '{path.field.name}' can not be filtered in a query call")
    get = folding(asking, path)
    if test.sign in ("in", "not in"):
        return _among(get, members(asking, path.field, test.value), wanted=test.sign == "in")
    value = test.value
    if not isinstance(value, Value):
        raise malformed(f"unexpected token: '{test.sign}'")
    if test.sign == "like":
        return _like(get, path.field, value)
    if value.kind == "word" and literal.known(value.text) and path.field.kind in ("date", "datetime"):
        return _between(get, test.sign, literal.bounds(value.text, path.field.kind, asking.now, asking.zone))
    return _compare(get, test.sign, read(path.field, value))


def members(asking: Asking, field: Field, value: "Value | tuple[Value, ...] | Query") -> set[Any]:
    """The values of a list or of an inner select."""
    if isinstance(value, Query):
        return asking.inner(value)
    return {read(field, one) for one in (value if isinstance(value, tuple) else (value,))}


def folding(asking: Asking, path: Path) -> Callable[[Row], Any]:
    """A function from a row to the value as comparisons see it: text without its case."""
    get = path.getter(asking.memory)
    if path.field.kind not in TEXTS:
        return get

    def folded(row: Row) -> Any:
        value = get(row)
        return value.lower() if isinstance(value, str) else value

    return folded


def _among(get: Callable[[Row], Any], values: set[Any], *, wanted: bool) -> Holds:
    return lambda row: (get(row) in values) is wanted


def _compare(get: Callable[[Row], Any], sign: str, value: Any) -> Holds:
    if sign == "=":
        return lambda row: get(row) == value
    if sign == "!=":
        return lambda row: get(row) != value
    if value is None:
        return lambda _row: False
    compare = _COMPARE[sign]

    def holds(row: Row) -> bool:
        own = get(row)
        return own is not None and compare(own, value)

    return holds


def _between(get: Callable[[Row], Any], sign: str, bounds: tuple[str, str]) -> Holds:
    first, end = bounds
    tests: dict[str, Callable[[str], bool]] = {
        "=": lambda own: first <= own < end,
        "!=": lambda own: not first <= own < end,
        "<": lambda own: own < first,
        "<=": lambda own: own < end,
        ">": lambda own: own >= end,
        ">=": lambda own: own >= first,
    }
    test = tests[sign]

    def holds(row: Row) -> bool:
        own = get(row)
        return sign == "!=" if own is None else test(own)

    return holds


def _like(get: Callable[[Row], Any], field: Field, value: Value) -> Holds:
    if field.kind not in TEXTS or value.kind != "string":
        raise bad("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.kind} field: {field.name}")
    text = re.escape(value.text).replace("%", ".*").replace("_", ".")
    pattern = re.compile(text, re.IGNORECASE | re.DOTALL)
    return lambda row: bool(pattern.fullmatch(get(row) or ""))


def read(field: Field, value: Value) -> Any:
    """A literal as the field's kind demands, folded for comparison; Refused INVALID_FIELD."""
    if value.kind == "word" and value.text.lower() == "null":
        return None
    if value.kind == "string" and (field.kind in KEYS or field.kind in TEXTS):
        return _id(field, value.text) if field.kind in KEYS else value.text.lower()
    if field.kind == "boolean" and value.kind == "word" and value.text.lower() in ("true", "false"):
        return value.text.lower() == "true"
    if field.kind in _NUMBERS and value.kind == "number":
        return float(value.text)
    if field.kind == value.kind == "datetime":
        return times.wire(times.read(value.text))
    if field.kind == value.kind == "date":
        return value.text
    raise _mistyped(field, value)


def _id(field: Field, text: str) -> str:
    try:
        return ids.full(text)
    except Refused:
        raise bad("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}", field.name) from None


def _mistyped(field: Field, value: Value) -> Refused:
    quoted = field.kind in TEXTS or field.kind in KEYS
    kind = {"datetime": "dateTime"}.get(field.kind, field.kind)
    tail = "be enclosed in quotes" if quoted else "not be enclosed in quotes"
    text = f"value of filter criterion for field '{field.name}' must be of type {kind} and should {tail}"
    return bad("INVALID_FIELD", text if value.kind != "word" else f"{text}: {value.text}")


def conjuncts(condition: Condition | None) -> Sequence[Test]:
    """The tests that all must hold, to choose an index by."""
    if isinstance(condition, Test):
        return (condition,)
    if isinstance(condition, Junction) and condition.word == "and":
        return [test for part in condition.parts for test in conjuncts(part)]
    return ()
