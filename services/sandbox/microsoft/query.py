"""The OData options that Exchange understands on events: `$select`, `$expand`, `$filter`, `$orderby`.
What it does not understand is refused, never passed over."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.sandbox.microsoft import render, write, zones
from services.sandbox.microsoft.occurrences import View
from services.sandbox.microsoft.refused import Refused, bad_request
from services.sandbox.microsoft.render import Form, Shelf
from services.sandbox.microsoft.state import Json
from services.sandbox.microsoft.switches import Switches

_NAMES = write.READ_ONLY | write.WRITABLE - write.STAMPS
_ID = re.compile(r"id\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)
_ANY = re.compile(r"(single|multi)ValueExtendedProperties/any\(\s*(\w+)\s*:\s*(.+)\)\Z", re.IGNORECASE | re.DOTALL)
_COMPARE = re.compile(r"([\w/]+)\s+(eq|ne|ge|gt|le|lt)\s+(.+)\Z", re.IGNORECASE | re.DOTALL)
_CALL = re.compile(r"(startswith|contains)\(\s*([\w/]+)\s*,\s*'((?:[^']|'')*)'\s*\)\Z", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_ORDERS = {"start/dateTime", "end/dateTime", "subject", "createdDateTime", "lastModifiedDateTime"}
_PLAIN = {
    *("iCalUId", "subject", "type", "isAllDay", "isOrganizer", "isCancelled"),
    *("showAs", "sensitivity", "importance", "seriesMasterId"),
}
Test = Callable[[Shelf, View], bool]


def select(query: str | None) -> list[str] | None:
    """The selected property names; None: all."""
    if not query:
        return None
    names = [name.strip() for name in query.split(",") if name.strip()]
    for name in names:
        if name not in _NAMES:
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.event'.")
    return names


@dataclass(frozen=True, slots=True)
class Expand:
    """What `$expand` asks for: ids of extended properties, and a series' exceptions."""

    single: tuple[str, ...] = ()
    multi: tuple[str, ...] = ()
    exceptions: bool = False


def expand(query: str | None) -> Expand:
    """`$expand` taken apart; Refused for anything that cannot be expanded."""
    single: tuple[str, ...] = ()
    multi: tuple[str, ...] = ()
    exceptions = False
    for part in _split(query or ""):
        name, _, inner = part.partition("(")
        wanted = tuple(write.stamp_id(found.replace("''", "'")) for found in _ID.findall(inner))
        if name == "singleValueExtendedProperties":
            single = wanted
        elif name == "multiValueExtendedProperties":
            multi = wanted
        elif name == "exceptionOccurrences":
            exceptions = True
        else:
            raise bad_request(f"Parsing OData Select and Expand failed: '{name}' is not expandable here.")
    return Expand(single, multi, exceptions)


def _split(text: str) -> list[str]:
    parts, depth, quoted, last = [], 0, False, 0
    for place, sign in enumerate(text):
        quoted ^= sign == "'"
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        if sign == "," and not depth and not quoted:
            parts.append(text[last:place])
            last = place + 1
    return [part.strip() for part in (*parts, text[last:]) if part.strip()]


def stamps(extended: dict[str, str], multiple: dict[str, list[str]], asked: Expand) -> Json:
    """The asked extended properties; nothing is said of one that is not there."""
    made: Json = {}
    single = [{"id": name, "value": extended[name]} for name in asked.single if name in extended]
    multi = [{"id": name, "value": multiple[name]} for name in asked.multi if name in multiple]
    if single:
        made["singleValueExtendedProperties"] = single
    if multi:
        made["multiValueExtendedProperties"] = multi
    return made


def shown(shelf: Shelf, view: View, form: Form, names: list[str] | None, asked: Expand) -> Json:
    """An event as the options ask for it; etag and id are always there."""
    value = render.annotated(shelf, view, form)
    if names is not None:
        value = {name: one for name, one in value.items() if name in {"@odata.etag", "id", *names}}
    source = view.edit or view.event
    return {**value, **stamps(source.extended, source.multiple, asked)}


def where(query: str | None, switches: Switches) -> Test:
    """The test of a `$filter`: comparisons joined by `and`."""
    if not query:
        return lambda _shelf, _view: True
    found = _ANY.match(query.strip())
    tests = [_stamped(found)] if found else [_clause(part.strip(), switches) for part in _AND.split(query.strip())]
    return lambda shelf, view: all(test(shelf, view) for test in tests)


def _stamped(found: re.Match[str]) -> Test:
    """The filter by extended property: names in their case, values in any (graph.md §3.8)."""
    many, short, inner = found.group(1).lower() == "multi", re.escape(found.group(2)), found.group(3)
    name = re.search(rf"{short}/id\s+eq\s+'((?:[^']|'')*)'", inner, re.IGNORECASE)
    value = re.search(rf"{short}/value\s+(eq|ne)\s+'((?:[^']|'')*)'", inner, re.IGNORECASE)
    part = re.search(rf"(contains|startswith)\(\s*{short}/value\s*,\s*'((?:[^']|'')*)'", inner, re.IGNORECASE)
    op = value or part
    if not name or not op:
        raise bad_request("Invalid filter clause.")
    key, kind, text = write.stamp_id(name.group(1).replace("''", "'")), op.group(1).lower(), op.group(2)
    wanted = text.replace("''", "'").casefold()

    def test(_shelf: Shelf, view: View) -> bool:
        single = view.event.extended.get(key)
        held = view.event.multiple.get(key, []) if many else [] if single is None else [single]
        return any(_text_test(kind, one.casefold(), wanted) for one in held)

    return test


def _text_test(kind: str, held: str, wanted: str) -> bool:
    if kind == "eq":
        return held == wanted
    if kind == "ne":
        return held != wanted
    return held.startswith(wanted) if kind == "startswith" else wanted in held


def _clause(text: str, switches: Switches) -> Test:
    text = text.strip()
    if found := _CALL.match(text):
        kind, name, wanted = found.group(1).lower(), found.group(2), found.group(3).replace("''", "'").casefold()
        _check(name, switches)
        return lambda shelf, view: _text_test(kind, str(_value(shelf, view, name) or "").casefold(), wanted)
    if found := _COMPARE.match(text.removeprefix("(").removesuffix(")") if text.startswith("(") else text):
        name, op, literal = found.group(1), found.group(2).lower(), found.group(3).strip()
        _check(name, switches)
        if name.endswith("ateTime"):
            moment = zones.bound(literal.strip("'"), name)
            return lambda shelf, view: _ordered(op, _moment(shelf, view, name), moment)
        wanted_value = _literal(literal)
        return lambda shelf, view: (_value(shelf, view, name) == wanted_value) == (op == "eq")
    raise bad_request("Invalid filter clause.")


def _check(name: str, switches: Switches) -> None:
    known = _PLAIN | _ORDERS | ({"transactionId"} if switches.transaction_filter else set())
    if name not in known:
        message = f"The query filter contains one or more invalid nodes: '{name}'."
        raise Refused(400, "ErrorInvalidUrlQueryFilter", message)


def _literal(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text in {"true", "false"}:
        return text == "true"
    return None if text == "null" else text


def _value(shelf: Shelf, view: View, name: str) -> Any:
    value: Any = render.full(shelf, view, Form())
    for part in name.split("/"):
        value = value[part]
    return value


def _moment(shelf: Shelf, view: View, name: str) -> datetime:
    if name in {"start/dateTime", "end/dateTime"}:
        return view.span.instants()[name.startswith("end")]
    return zones.bound(_value(shelf, view, name), name)


def _ordered(op: str, held: datetime, wanted: datetime) -> bool:
    made = {"eq": held == wanted, "ge": held >= wanted, "gt": held > wanted, "le": held <= wanted, "lt": held < wanted}
    return made.get(op, held != wanted)


def order(shelf: Shelf, views: list[View], query: str | None) -> list[View]:
    """The views sorted as `$orderby` asks; unasked they stay as they are."""
    for part in reversed([one.strip() for one in (query or "").split(",") if one.strip()]):
        name, _, way = part.partition(" ")
        if name not in _ORDERS:
            raise bad_request(f"The property '{name}' cannot be used to sort events.")
        views = sorted(views, key=_sorter(shelf, name), reverse=way.strip().lower() == "desc")
    return views


def _sorter(shelf: Shelf, name: str) -> Callable[[View], Any]:
    if name == "subject":
        return lambda view: view.props["subject"].casefold()
    return lambda view: _moment(shelf, view, name)
