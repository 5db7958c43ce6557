"""One field at a time: what a row of Graph says of it, and how a body says it. Pure; the table is in `mapping`."""

from typing import Any

from contracts.calendar import Attendee, CalendarEvent, Importance, Response, Role, Sensitivity, ShowAs
from services.clients.graph import recurrence, text
from services.clients.graph.shape import Person, Place, Row, Status

ONLINE_PROVIDER = "teamsForBusiness"
BODY = 200_000
_SHOW_AS = {
    "free": ShowAs.FREE,
    "tentative": ShowAs.TENTATIVE,
    "busy": ShowAs.BUSY,
    "oof": ShowAs.AWAY,
    "workingelsewhere": ShowAs.ELSEWHERE,
}
SHOWN = {ShowAs.AWAY: "oof", ShowAs.ELSEWHERE: "workingElsewhere"}
_RESPONSES = {
    "accepted": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_SENSITIVITIES = {member.value: member for member in Sensitivity}
_IMPORTANCES = {member.value: member for member in Importance}
_ROLES = {member.value: member for member in Role}


def subject(row: Row) -> str:
    return row.subject or ""


def location(row: Row) -> str:
    """Every place by its name, else its address, each once (F5, INB-20)."""
    places = row.locations or ([row.location] if row.location else [])
    return "; ".join(dict.fromkeys(filter(None, map(_place, places))))


def _place(place: Place) -> str:
    if place.display_name and (name := place.display_name.strip()):
        return name
    if (at := place.address) is None:
        return ""
    parts = (at.street, at.city, at.state, at.postal_code, at.country_or_region)
    return ", ".join(part.strip() for part in parts if part and part.strip())


def body(row: Row) -> str:
    """At most `BODY` characters: no field of Practifi holds as many, and a hundred of them travel in one message."""
    if row.body is None or not row.body.content:
        return ""
    html = (row.body.content_type or "").casefold() == "html"
    whole = text.plain(row.body.content) if html else row.body.content.strip()
    return whole[:BODY].rstrip()


def show_as(row: Row) -> ShowAs:
    return _SHOW_AS.get((row.show_as or "").casefold(), ShowAs.BUSY)


def sensitivity(row: Row) -> Sensitivity:
    return _SENSITIVITIES.get((row.sensitivity or "").casefold(), Sensitivity.NORMAL)


def importance(row: Row) -> Importance:
    return _IMPORTANCES.get((row.importance or "").casefold(), Importance.NORMAL)


def reminder(row: Row) -> int | None:
    return row.reminder_minutes if row.is_reminder_on else None


def online(row: Row) -> bool:
    return bool(row.is_online_meeting) or bool(row.online_meeting and row.online_meeting.join_url)


def join_url(row: Row) -> str:
    given = (row.online_meeting and row.online_meeting.join_url) or row.online_meeting_url
    return given or text.meeting_link(location(row), _raw_body(row))


def _raw_body(row: Row) -> str:
    return (row.body and row.body.content) or ""


def words(row: Row) -> str:
    return recurrence.words(row.recurrence) if row.recurrence else ""


def address(person: Person | None) -> str:
    """Lower-case; "" for what is no SMTP address, such as an X500 name of a deleted account."""
    given = ((person and person.email_address and person.email_address.address) or "").strip().lower()
    return given if "@" in given and not given.startswith("/") else ""


def attendees(row: Row) -> tuple[Attendee, ...]:
    people = {known: person for person in row.attendees or () if (known := address(person))}
    return tuple(_attendee(known, person) for known, person in people.items())


def _attendee(known: str, person: Person) -> Attendee:
    name = (person.email_address and person.email_address.name) or ""
    role = _ROLES.get((person.type or "").casefold(), Role.REQUIRED)
    return Attendee(known, name, role, response(person.status))


def guests(row: Row) -> int:
    """How many people are invited besides the organizer."""
    return len({address(person) for person in row.attendees or ()} - {address(row.organizer)})


def response(status: Status | None) -> Response:
    return _RESPONSES.get(((status and status.response) or "").casefold(), Response.NONE)


def guest(person: Attendee) -> dict[str, Any]:
    return {"emailAddress": {"address": person.address, "name": person.name}, "type": person.role.value}


def says_body(event: CalendarEvent) -> dict[str, Any]:
    """Never into an online meeting: its join block stands in the body (F4, TMS-09)."""
    if event.online or event.join_url:
        return {}
    return {"body": {"contentType": "text", "content": event.body}}


def says_reminder(event: CalendarEvent) -> dict[str, Any]:
    if event.reminder is None:
        return {"isReminderOn": False}
    return {"isReminderOn": True, "reminderMinutesBeforeStart": event.reminder}


def says_online(event: CalendarEvent) -> dict[str, Any]:
    return {"isOnlineMeeting": True, "onlineMeetingProvider": ONLINE_PROVIDER} if event.online else {}
