"""Which column of Event holds which neutral field, when the policy's mapping names another than the default one (F2).
What cannot hold its field is left out and says why, so that a mistake never stops the reading. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.calendar import FIELDS
from contracts.policy import Mapped
from services.clients.salesforce.held import LONGEST, WORDS
from services.clients.salesforce.record import EVENT_COLUMNS
from services.clients.salesforce.row import Column

Field = Mapping[str, Any]
NAMESPACES = ("practifi", "cloupra")
DEFAULTS = {
    "subject": "Subject", "location": "Location", "body": "Description", "show_as": "ShowAs",
    "online": "Teams_Meeting__c", "join_url": "Teams_URL__c", "recurrence": "Recurrence_in_Microsoft_365__c",
    "attendee_count": "Attendee_Count__c", "my_response": "My_Response__c",
}  # fmt: skip
"""Fields that can stand elsewhere, and where they stand by default; importance and categories stand nowhere."""

_TEXT = frozenset({"string", "textarea", "combobox"})
_WORD = _TEXT | {"picklist"}
KINDS: dict[str, frozenset[str]] = {
    "subject": _TEXT, "location": _TEXT, "body": _TEXT, "show_as": _WORD, "importance": _WORD, "categories": _TEXT,
    "online": frozenset({"boolean"}), "join_url": _TEXT | {"url"}, "recurrence": _TEXT,
    "attendee_count": frozenset({"double", "int"}), "my_response": _WORD,
}  # fmt: skip
"""The types of a describe that can hold each field."""

ABSENT = "Event has no such field, or the integration user may not see it"
OUT = "it is left out"
CLOSED = "the integration user may not edit it"
ELSEWHERE = "this cannot stand in another field: it stays in its own"


def columns(mapping: Mapping[str, Mapped], event: Mapping[str, Field], namespace: str) -> tuple[Column, ...]:
    """The column of each field that the mapping moves, in the order of the fields, and of each of the default ones that
    is there but of the wrong type. `event` are the fields of its describe by name."""
    moved = {field: row.field.strip() for field, row in mapping.items() if row.field.strip()}
    names = {field: _found(asked, event, namespace) for field, asked in moved.items()}
    here = [field for field in FIELDS if field in names and names[field] != DEFAULTS.get(field)]
    taken = set(EVENT_COLUMNS) - {DEFAULTS[field] for field in here if field in DEFAULTS}
    out = list[Column]()
    for field in here:
        out.append(_column(field, names[field], event, taken))
        taken.add(out[-1].name)
    return (*out, *_misfits(set(here), event))


def _found(asked: str, event: Mapping[str, Field], namespace: str) -> str:
    """The name as the org spells it, also when it was given without the prefix of a package; as it was given when there
    is none."""
    spelled = {name.lower(): name for name in event}
    prefixes = dict.fromkeys(("", *(f"{one}__" for one in (namespace, *NAMESPACES) if one)))
    return next((spelled[name] for one in prefixes if (name := f"{one}{asked}".lower()) in spelled), asked)


def _column(field: str, name: str, event: Mapping[str, Field], taken: set[str]) -> Column:
    described = event.get(name)
    if field not in KINDS:
        return Column(field, why=ELSEWHERE)
    if described is None:
        return Column(field, why=f"{ABSENT}: {OUT}")
    why = f"{name} holds something else already" if name in taken else _why(field, described)
    return Column(field, why=f"{why}: {OUT}") if why else Column(field, name, described["type"], _length(described))


def _misfits(moved: set[str], event: Mapping[str, Field]) -> Iterator[Column]:
    for field, name in DEFAULTS.items():
        described = event.get(name)
        if described is not None and field not in moved and described["type"] not in KINDS[field]:
            yield Column(field, why=f"{name} is of type {described['type']}: {OUT}")


def _why(field: str, described: Field) -> str:
    """Why a field of the org cannot hold a neutral one, "" when it can."""
    kind = described["type"]
    if kind not in KINDS[field] or described.get("htmlFormatted"):
        return f"a field of type {'html' if described.get('htmlFormatted') else kind} cannot hold it"
    if not (described.get("createable") and described.get("updateable")):
        return CLOSED
    if described.get("unique"):
        return "a unique field cannot hold it"
    if kind == "picklist":
        return _lacks(field, described)
    if kind in _TEXT and _length(described) < LONGEST.get(field, 1):
        return f"it is shorter than {LONGEST.get(field, 1)} characters"
    return ""


def _lacks(field: str, described: Field) -> str:
    if not described.get("restrictedPicklist"):
        return ""
    there = {one["value"].lower() for one in described.get("picklistValues") or () if one.get("active")}
    lacking = [word for word in WORDS[field].values() if word.lower() not in there]
    return f"its picklist lacks {', '.join(lacking)}" if lacking else ""


def _length(described: Field) -> int:
    """Characters of a text, digits of a number."""
    if described["type"] in {"double", "int"}:
        whole = int(described.get("precision") or 0) - int(described.get("scale") or 0)
        return int(described.get("digits") or 0) or whole
    return int(described.get("length") or 0)
