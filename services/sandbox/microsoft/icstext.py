"""What an iCalendar event says besides its time, as the properties of a Graph event."""

from datetime import timedelta
from typing import Any

Vevent = Any  # icalendar types every property as every kind of value
_SHOWN = {
    "FREE": "free",
    "TENTATIVE": "tentative",
    "BUSY": "busy",
    "OOF": "oof",
    "WORKINGELSEWHERE": "workingElsewhere",
}
_PRIVATE = {"PRIVATE": "private", "CONFIDENTIAL": "confidential"}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentativelyAccepted"}
_ROLES = {"OPT-PARTICIPANT": "optional", "NON-PARTICIPANT": "optional"}
_EPOCH = "0001-01-01T00:00:00Z"
_MIDDLE = 5


def described(event: Vevent) -> dict[str, Any]:
    """Subject, body, place, people and the rest."""
    made: dict[str, Any] = {
        "subject": str(event.get("SUMMARY", "")),
        "body": _body(event),
        "location": _place(event),
        "showAs": _shown(event),
        "sensitivity": _PRIVATE.get(str(event.get("CLASS", "")).upper(), "normal"),
        "importance": _importance(event),
        "categories": [str(one) for one in event.categories],
        **_reminder(event),
    }
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        made["isCancelled"] = True
    if people := [one for one in map(_attendee, _listed(event, "ATTENDEE")) if one]:
        made["attendees"] = people
    if organizer := next((one for one in map(_person, _listed(event, "ORGANIZER")) if one), None):
        made["organizer"] = {"emailAddress": organizer}
    return made


def _body(event: Vevent) -> dict[str, str]:
    for rich in _listed(event, "X-ALT-DESC"):
        if str(rich.params.get("FMTTYPE", "")).lower() == "text/html":
            return {"contentType": "html", "content": str(rich)}
    return {"contentType": "text", "content": str(event.get("DESCRIPTION", ""))}


def _place(event: Vevent) -> dict[str, Any]:
    """LOCATION, or else what Apple says of the place."""
    if event.get("LOCATION"):
        return {"displayName": str(event["LOCATION"])}
    for found in _listed(event, "X-APPLE-STRUCTURED-LOCATION"):
        address = str(found.params.get("X-ADDRESS", "")).replace("\\n", "\n")
        title = str(found.params.get("X-TITLE", "")) or address.replace("\n", ", ")
        return {"displayName": title, **({"address": {"street": address}} if address else {})}
    return {"displayName": ""}


def _shown(event: Vevent) -> str:
    given = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    return _SHOWN.get(given, "free" if free else "busy")


def _importance(event: Vevent) -> str:
    try:
        given = int(event.get("PRIORITY", 0))
    except ValueError:
        return "normal"
    return "normal" if given in {0, _MIDDLE} else "high" if given < _MIDDLE else "low"


def _reminder(event: Vevent) -> dict[str, Any]:
    for alarm in event.walk("VALARM"):
        given = alarm.get("TRIGGER")
        if given is not None and isinstance(given.dt, timedelta) and given.dt <= timedelta():
            return {"isReminderOn": True, "reminderMinutesBeforeStart": -given.dt // timedelta(minutes=1)}
    return {"isReminderOn": False}


def _listed(event: Vevent, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _person(given: Any) -> dict[str, str] | None:
    address = str(given)
    if address[:7].lower() == "mailto:":
        address = address[7:]
    return {"name": str(given.params.get("CN", address)), "address": address} if "@" in address else None


def _attendee(given: Any) -> dict[str, Any] | None:
    person = _person(given)
    if person is None:
        return None
    role, kind = str(given.params.get("ROLE", "")).upper(), str(given.params.get("CUTYPE", "")).upper()
    answer = _ANSWERS.get(str(given.params.get("PARTSTAT", "")).upper(), "none")
    return {
        "emailAddress": person,
        "type": "resource" if kind in {"ROOM", "RESOURCE"} else _ROLES.get(role, "required"),
        "status": {"response": answer, "time": _EPOCH},
    }
