"""How a body becomes an event: what Exchange takes, what it ignores, what it refuses (graph.md §3.1 to §3.7).
Reads and checks only; who is mailed and what happens to copies is decided elsewhere."""

import re
from dataclasses import dataclass, field
from typing import Any

from services.sandbox.microsoft import bodies, zones
from services.sandbox.microsoft.places import listed, placed
from services.sandbox.microsoft.refused import Refused, bad_body
from services.sandbox.microsoft.state import Json, Tenant

ENUMS = {
    "importance": ("low", "normal", "high"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "showAs": ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    "onlineMeetingProvider": ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"),
}
BOOLS = {"isReminderOn", "isOnlineMeeting", "responseRequested", "hideAttendees", "allowNewTimeProposals"}
TIMES = {"start", "end", "isAllDay", "recurrence"}
STAMPS = {"singleValueExtendedProperties", "multiValueExtendedProperties"}
OTHERS = {"subject", "body", "location", "locations", "attendees", "categories", "reminderMinutesBeforeStart"}
WRITABLE = ENUMS.keys() | BOOLS | TIMES | STAMPS | OTHERS | {"transactionId"}
READ_ONLY = {
    *("id", "changeKey", "createdDateTime", "lastModifiedDateTime", "iCalUId", "uid", "bodyPreview", "type"),
    *("originalStartTimeZone", "originalEndTimeZone", "originalStart", "seriesMasterId", "occurrenceId"),
    *("organizer", "isOrganizer", "responseStatus", "onlineMeeting", "onlineMeetingUrl", "isCancelled", "isDraft"),
    *("hasAttachments", "webLink", "cancelledOccurrences"),
}
_LISTS = {"attendees", "categories", "locations"}
_KEPT = ENUMS.keys() | BOOLS | STAMPS | {"reminderMinutesBeforeStart"}  # null says nothing of these
LOCAL = {"categories", "isReminderOn", "reminderMinutesBeforeStart", "showAs", "sensitivity"} | STAMPS
ATTENDEES = 500
_STAMP = re.compile(
    r"(String|Integer|Short|Long|Double|Float|Boolean|SystemTime|CLSID|Currency|Binary|ApplicationTime)(Array)?"
    r" (\{[0-9a-fA-F-]{36}\} (?:Name|Id) .+|0x[0-9a-fA-F]+)\Z",
    re.IGNORECASE,
)


@dataclass
class Draft:
    """What a body asks for: properties, and times or stamps when they are in it."""

    props: Json = field(default_factory=dict)
    extended: dict[str, str | None] = field(default_factory=dict)
    multiple: dict[str, list[str]] = field(default_factory=dict)


def draft(tenant: Tenant, body: Any) -> Draft:
    """The checked, normalised properties of a body, times left out; Refused 400 for what does not fit."""
    if not isinstance(body, dict):
        raise bad_body("A JSON object was expected.")
    for name in body:
        if name not in WRITABLE and name not in READ_ONLY and "@" not in name:
            raise bad_body(f"The property '{name}' does not exist on type 'microsoft.graph.event'.")
    made = Draft()
    for name, given in body.items():
        value = [] if given is None and name in _LISTS else given
        if value is None and name in _KEPT:
            continue
        if name in STAMPS:
            _take_stamps(made, name, value)
        elif name in WRITABLE and name not in TIMES and name != "transactionId":
            made.props.update(_property(tenant, name, value))
    if "location" in made.props and "locations" in body:
        made.props.update(listed(body["locations"]))
    return made


def _property(tenant: Tenant, name: str, value: Any) -> Json:
    if name in ENUMS:
        return {name: choice(name, value)}
    if name in BOOLS:
        return {name: boolean(name, value)}
    if name in {"location", "locations"}:
        return placed(value) if name == "location" else listed(value)
    return {name: attendees(tenant, value) if name == "attendees" else _plain(name, value)}


def _plain(name: str, value: Any) -> Any:
    if name == "subject":
        return "" if value is None else _string(name, value)
    if name == "body":
        return _content(value)
    if name == "categories":
        return [_string(name, one) for one in _list(name, value)]
    return _whole(name, value)


def choice(name: str, value: Any) -> str:
    """The enumeration's own spelling; input is taken in any case."""
    for one in ENUMS[name]:
        if isinstance(value, str) and value.lower() == one.lower():
            return one
    raise bad_body(f"Requested value '{value}' was not found for '{name}'.")


def boolean(name: str, value: Any) -> bool:
    """A Boolean of the body; "true" and "false" as text pass, since python-o365 sends them and is served."""
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise bad_body(f"Cannot convert the literal of '{name}' to the expected type 'Edm.Boolean'.")
    return value


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise bad_body(f"Cannot convert the literal of '{name}' to the expected type 'Edm.String'.")
    return value


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_body(f"Cannot convert the literal of '{name}' to the expected type 'Edm.Int32'.")
    return value


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise bad_body(f"'{name}' must be a collection.")
    return value


def _content(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, dict):
        raise bad_body("'body' must be an itemBody.")
    kind = str(value.get("contentType") or "text").lower()
    if kind not in {"text", "html"}:
        raise bad_body(f"Requested value '{kind}' was not found in 'bodyType'.")
    return bodies.rewrite(kind, _string("content", value.get("content") or ""))


def attendees(tenant: Tenant, value: Any) -> list[Json]:
    """The attendee list; names of known people are filled in. At most 500 (graph.md §3.1)."""
    people = _list("attendees", value)
    if len(people) > ATTENDEES:
        raise Refused(400, "ErrorInvalidRequest", f"A meeting can have at most {ATTENDEES} attendees.")
    return [_attendee(tenant, one) for one in people]


def _attendee(tenant: Tenant, value: Any) -> Json:
    mail = value.get("emailAddress") if isinstance(value, dict) else None
    address = mail.get("address") if isinstance(mail, dict) else None
    if not isinstance(mail, dict) or not isinstance(address, str) or "@" not in address:
        raise Refused(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
    kind = str(value.get("type") or "required").lower()
    if kind not in {"required", "optional", "resource"}:
        raise bad_body(f"Requested value '{kind}' was not found in 'attendeeType'.")
    known = tenant.find(address)
    name = mail.get("name") or (known.name if known else address)
    return {
        "type": kind,
        "status": {"response": "none", "time": zones.EPOCH},
        "emailAddress": {"name": name, "address": address},
    }


def _take_stamps(made: Draft, name: str, value: Any) -> None:
    for one in _list(name, value):
        if not isinstance(one, dict):
            raise bad_body(f"'{name}' holds objects.")
        key = stamp_id(one.get("id"))
        if name.startswith("single"):
            content = one.get("value")
            made.extended[key] = None if content is None else _string("value", content)
        else:
            made.multiple[key] = [_string("value", part) for part in _list("value", one.get("value"))]


def stamp_id(value: Any) -> str:
    """An extended property's id with its GUID in lower case; the name keeps its case (graph.md §3.8)."""
    found = _STAMP.match(value) if isinstance(value, str) else None
    if not found or not isinstance(value, str):
        raise Refused(400, "ErrorInvalidProperty", "The property is not a valid extended property id.")
    kind, array, rest = found.groups()
    if rest.startswith("{"):
        guid, word, name = rest.split(" ", 2)
        rest = f"{guid.lower()} {word.capitalize()} {name}"
    return f"{kind}{array or ''} {rest}"
