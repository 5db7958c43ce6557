"""The one table between Graph's event and the neutral one, read in both directions, and the redaction of what is
private (ruling 20). Pure: no I/O, no clock, no randomness, no logging; knows nothing of Practifi."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct

from contracts.calendar import Attendee, CalendarEvent, Importance, Response, Role, Sensitivity, ShowAs, When
from contracts.policy import PrivateEvents
from services.clients.graph import recurrence, text, times
from services.clients.graph.seen import Kind, Seen
from services.clients.graph.shape import Person, Place, Row, Status
from services.clients.graph.times import Unclear

STAMP = "String {7d5a4bd4-6f0c-4b8e-9d1c-0a2f6e1c9b35} Name calsync"
"""The extended property that carries our link id on events that we created; the name never changes (graph.md §3.8)."""

PRIVATE_SUBJECT = "Private appointment"
ONLINE_PROVIDER = "teamsForBusiness"
_PRIVATE = {"private", "confidential"}
_CHANGE_BYTES = 22
_TRANSACTION = re.compile(r"([0-9a-z]{12,64})[.:/_-]\d{1,4}", re.IGNORECASE)
_SHOW_AS = {
    "free": ShowAs.FREE,
    "tentative": ShowAs.TENTATIVE,
    "busy": ShowAs.BUSY,
    "oof": ShowAs.AWAY,
    "workingelsewhere": ShowAs.ELSEWHERE,
}
_SHOWN = {ShowAs.AWAY: "oof", ShowAs.ELSEWHERE: "workingElsewhere"}
_RESPONSES = {
    "accepted": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_SENSITIVITIES = {member.value: member for member in Sensitivity}
_IMPORTANCES = {member.value: member for member in Importance}
_ROLES = {member.value: member for member in Role}
_KINDS = {member.value.casefold(): member for member in Kind if member is not Kind.REMOVED}


@dataclass(frozen=True, slots=True)
class Rule:
    """One field of CalendarEvent. `says` gives the properties for a body, None: the field is never sent. `lost` tells
    what does not survive the way."""

    field: str
    reads: Callable[[Row], Any]
    says: Callable[[CalendarEvent], dict[str, Any]] | None
    lost: str


def transaction(link: str, generation: int) -> str:
    """The transactionId of a creation: delta shows it, so that our own events are known without asking (ruling 1)."""
    return f"{link}.{generation}"


def seen(raw: Raw | bytes, private: PrivateEvents) -> Seen:
    """One event as JSON. Raises nothing: what cannot be understood has `error` and no content (INB-21, CUR-25)."""
    try:
        row = _ROW.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Seen(_id(raw), Kind.SINGLE, error=f"not as documented: {error}")
    if row.removed is not UNSET:
        return Seen(row.id, Kind.REMOVED)
    kind = _KINDS.get((row.type or "").casefold())
    if kind is None:
        return Seen(row.id, Kind.SINGLE, error="its type is unknown")
    try:
        return _understood(row, kind, private)
    except Unclear as error:
        return _broken(row, kind, str(error))
    except (ValueError, OverflowError, IndexError):
        return _broken(row, kind, "a date or figure in it is impossible")


def created(event: CalendarEvent, fields: Iterable[str], *, name: str, stamp: str, invite: bool) -> dict[str, Any]:
    """The body of a POST: `fields` of `event`, the transactionId `name` and our stamp; guests only if `invite` (A5)."""
    guests = {"attendees": [_guest(person) for person in event.attendees]} if invite and event.attendees else {}
    stamps = [{"id": STAMP, "value": stamp}]
    return {**patched(event, fields), **guests, "transactionId": name, "singleValueExtendedProperties": stamps}


def patched(event: CalendarEvent, fields: Iterable[str]) -> dict[str, Any]:
    """The body of a PATCH: what can be sent of `fields`, perhaps nothing. Never attendees (A4)."""
    wanted = frozenset(fields)
    body: dict[str, Any] = {}
    for rule in RULES:
        if rule.field in wanted and rule.says:
            body |= rule.says(event)
    return body


def mark(etag: str) -> str:
    """The change key inside an etag of either form: its last 22 bytes, as a GET writes them (ruling 8)."""
    inner = etag.strip().removeprefix("W/").strip('"')
    try:
        raw = base64.b64decode(inner, validate=True)
    except (ValueError, binascii.Error):
        return inner
    return base64.b64encode(raw[-_CHANGE_BYTES:]).decode()


def _understood(row: Row, kind: Kind, private: PrivateEvents) -> Seen:
    zone = times.own_zone(row)
    when = times.when(row, zone)
    hidden = private is not PrivateEvents.FULL and (row.sensitivity or "").casefold() in _PRIVATE
    skipped = hidden and private is PrivateEvents.SKIP
    instance = kind in {Kind.OCCURRENCE, Kind.EXCEPTION}
    return Seen(
        id=row.id,
        kind=kind,
        series=row.series_master_id or "",
        when=when,
        slot=times.slot(row, zone, all_day=bool(row.is_all_day)) if instance else "",
        original_start=times.original_start(row),
        zone=zone,
        mark=mark(row.etag or row.change_key or ""),
        changed_at=times.moment(row.last_modified) if row.last_modified else None,
        event=None if skipped or _thin(row) else _redacted(row, when) if hidden else _event(row, when),
        stamp="" if skipped else _stamp(row),
        uid="" if skipped else row.i_cal_uid or row.uid or "",
        mine=bool(row.is_organizer) or _thin(row),
        cancelled=bool(row.is_cancelled),
        redacted=hidden and not skipped,
        skipped=skipped,
    )


def _broken(row: Row, kind: Kind, why: str) -> Seen:
    return Seen(row.id, kind, series=row.series_master_id or "", mark=mark(row.etag or row.change_key or ""), error=why)


def _thin(row: Row) -> bool:
    return row.subject is UNSET


def _event(row: Row, when: When) -> CalendarEvent:
    return CalendarEvent(when, **{rule.field: rule.reads(row) for rule in _READ})


def _redacted(row: Row, when: When) -> CalendarEvent:
    """Only the time, how it shows, and that it is private (P1, PRV-01)."""
    return CalendarEvent(when, PRIVATE_SUBJECT, show_as=_show_as(row), sensitivity=_sensitivity(row))


def _stamp(row: Row) -> str:
    for extended in row.extended or ():
        if extended.id.casefold() == STAMP.casefold():
            return extended.value or ""
    ours = _TRANSACTION.fullmatch(row.transaction_id or "")
    return ours.group(1) if ours else ""


def _id(raw: Raw | bytes) -> str:
    try:
        return _ID.decode(raw).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _subject(row: Row) -> str:
    return row.subject or ""


def _location(row: Row) -> str:
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


def _body(row: Row) -> str:
    if row.body is None or not row.body.content:
        return ""
    html = (row.body.content_type or "").casefold() == "html"
    return text.plain(row.body.content) if html else row.body.content.strip()


def _show_as(row: Row) -> ShowAs:
    return _SHOW_AS.get((row.show_as or "").casefold(), ShowAs.BUSY)


def _sensitivity(row: Row) -> Sensitivity:
    return _SENSITIVITIES.get((row.sensitivity or "").casefold(), Sensitivity.NORMAL)


def _importance(row: Row) -> Importance:
    return _IMPORTANCES.get((row.importance or "").casefold(), Importance.NORMAL)


def _reminder(row: Row) -> int | None:
    return row.reminder_minutes if row.is_reminder_on else None


def _online(row: Row) -> bool:
    return bool(row.is_online_meeting) or bool(row.online_meeting and row.online_meeting.join_url)


def _join_url(row: Row) -> str:
    given = (row.online_meeting and row.online_meeting.join_url) or row.online_meeting_url
    return given or text.meeting_link(_location(row), _raw_body(row))


def _raw_body(row: Row) -> str:
    return (row.body and row.body.content) or ""


def _recurrence(row: Row) -> str:
    return recurrence.words(row.recurrence) if row.recurrence else ""


def _address(person: Person | None) -> str:
    """Lower-case; "" for what is no SMTP address, such as an X500 name of a deleted account."""
    address = ((person and person.email_address and person.email_address.address) or "").strip().lower()
    return address if "@" in address and not address.startswith("/") else ""


def _attendees(row: Row) -> tuple[Attendee, ...]:
    people = {address: person for person in row.attendees or () if (address := _address(person))}
    return tuple(_attendee(address, person) for address, person in people.items())


def _attendee(address: str, person: Person) -> Attendee:
    name = (person.email_address and person.email_address.name) or ""
    role = _ROLES.get((person.type or "").casefold(), Role.REQUIRED)
    return Attendee(address, name, role, _response(person.status))


def _response(status: Status | None) -> Response:
    return _RESPONSES.get(((status and status.response) or "").casefold(), Response.NONE)


def _guest(person: Attendee) -> dict[str, Any]:
    return {"emailAddress": {"address": person.address, "name": person.name}, "type": person.role.value}


def _says_body(event: CalendarEvent) -> dict[str, Any]:
    """Never into an online meeting: its join block stands in the body (F4, TMS-09)."""
    if event.online or event.join_url:
        return {}
    return {"body": {"contentType": "text", "content": event.body}}


def _says_reminder(event: CalendarEvent) -> dict[str, Any]:
    if event.reminder is None:
        return {"isReminderOn": False}
    return {"isReminderOn": True, "reminderMinutesBeforeStart": event.reminder}


def _says_online(event: CalendarEvent) -> dict[str, Any]:
    return {"isOnlineMeeting": True, "onlineMeetingProvider": ONLINE_PROVIDER} if event.online else {}


class _Known(Struct):
    id: str = ""


_ROW = msgspec.json.Decoder(Row)
_ID = msgspec.json.Decoder(_Known)

RULES: tuple[Rule, ...] = (
    Rule("when", lambda row: times.when(row, times.own_zone(row)), lambda event: times.said(event.when),
         "tenths of microseconds; a zone that only one mailbox knows; an end in another zone than the start"),
    Rule("subject", _subject, lambda event: {"subject": event.subject}, "nothing"),
    Rule("location", _location, lambda event: {"location": {"displayName": event.location}},
         "coordinates, room ids and the parts of an address; several places go back as one"),
    Rule("body", _body, _says_body, "formatting, pictures and links under words; not sent into an online meeting"),
    Rule("show_as", _show_as, lambda event: {"showAs": _SHOWN.get(event.show_as, event.show_as.value)},
         "unknown is read as busy"),
    Rule("sensitivity", _sensitivity, lambda event: {"sensitivity": event.sensitivity.value}, "nothing"),
    Rule("reminder", _reminder, _says_reminder, "the minutes of a reminder that is off"),
    Rule("importance", _importance, lambda event: {"importance": event.importance.value}, "nothing"),
    Rule("categories", lambda row: tuple(row.categories or ()), lambda event: {"categories": list(event.categories)},
         "their colours, which are the mailbox's own"),
    Rule("online", _online, _says_online, "an online meeting cannot be switched off again (graph.md §3.7)"),
    Rule("join_url", _join_url, None, "read only; dial-in numbers stay in the body"),
    Rule("recurrence", _recurrence, None, "read only (R1); the first day of the week"),
    Rule("organizer", lambda row: _address(row.organizer), None, "read only; the name"),
    Rule("attendees", _attendees, None,
         "sent at creation only (A4); who has no address, proposed times, when somebody answered"),
    Rule("attendee_count", lambda row: len(row.attendees or ()), None, "read only"),
    Rule("my_response", lambda row: _response(row.response_status), None,
         "sent as an answer, not as a field (A6); the organizer's own is none"),
)  # fmt: skip
"""Every field of CalendarEvent once."""

_READ = tuple(rule for rule in RULES if rule.field != "when")
