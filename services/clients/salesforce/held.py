"""How a neutral field stands in a column that the policy's mapping gave it (F2), in both directions. Pure; writing what
was read writes the same (PRO-12)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from contracts.calendar import CalendarEvent, Importance, Response, ShowAs
from services.clients.salesforce import fit
from services.clients.salesforce.row import Column

SEPARATOR = "; "
WORDS: dict[str, dict[StrEnum, str]] = {
    "importance": {one: one.value.capitalize() for one in Importance},
    "show_as": {
        ShowAs.FREE: "Free", ShowAs.TENTATIVE: "Tentative", ShowAs.BUSY: "Busy", ShowAs.AWAY: "Out of office",
        ShowAs.ELSEWHERE: "Working elsewhere",
    },
    "my_response": {one: one.value.capitalize() for one in Response},
}  # fmt: skip
"""The words of the fields that know only a few."""

LONGEST = {field: max(map(len, words.values())) for field, words in WORDS.items()}
_UNSAID = {"importance": Importance.NORMAL, "show_as": ShowAs.BUSY, "my_response": Response.NONE}
_MEANT: Mapping[str, Mapping[str, StrEnum]] = {
    field: {word.lower(): one for one, word in words.items()} for field, words in WORDS.items()
}
_MOST_DIGITS = 9
MOST = 10**_MOST_DIGITS - 1
"""The largest count that is read and written: none is larger in earnest, and every store holds it."""


def write(column: Column, event: CalendarEvent) -> Any:
    """The value to send."""
    value = getattr(event, column.field)
    match column.field:
        case "online":
            return bool(value)
        case "attendee_count":
            return min(max(0, value), 10 ** min(column.length or _MOST_DIGITS, _MOST_DIGITS) - 1)
        case "categories":
            return _joined(value, column.length) or None
        case "join_url":
            return whole(value, column.length)
        case "importance" | "show_as" | "my_response":
            return WORDS[column.field][value]
    shape = fit.lines if column.kind == "textarea" else fit.line
    return shape(value, column.length) or None


def read(column: Column, value: Any) -> Any:
    """The field's value; what nobody of ours wrote reads as nothing."""
    match column.field:
        case "online":
            return value is True
        case "attendee_count":
            return min(max(0, int(value)), MOST) if isinstance(value, int | float) else 0
    text = value.replace("\r\n", "\n") if isinstance(value, str) else ""
    match column.field:
        case "categories":
            return tuple(_parted(text))
        case "join_url":
            return text.strip()
        case "importance" | "show_as" | "my_response":
            return _MEANT[column.field].get(text.strip().lower(), _UNSAID[column.field])
    return text


def whole(link: str, length: int) -> str | None:
    """A link is whole or absent: a cut one leads nowhere (T3)."""
    link = link.strip().replace("@{", "@%7B")  # as in fit.py
    return link if link and fit.units(link) <= length else None


def _parted(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(SEPARATOR.strip()) if part.strip()))


def _joined(names: tuple[str, ...], length: int) -> str:
    """As many of the names, whole, as fit in; a cut one would be another category."""
    parts = _parted(SEPARATOR.join(fit.line(name, max(1, 2 * len(name))) for name in names))
    while parts and fit.units(SEPARATOR.join(parts)) > length:
        parts.pop()
    return SEPARATOR.join(parts)
