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

from contracts.calendar import PRIVATE_SUBJECT, CalendarEvent, When
from contracts.policy import PrivateEvents
from services.clients.graph import parts, times
from services.clients.graph.excluded import NOTHING, Excluded, excludes
from services.clients.graph.seen import Kind, Seen
from services.clients.graph.shape import Row
from services.clients.graph.times import Unclear
from services.clients.mended import read
from services.clients.odd import MOST, NO_JSON, sound

STAMP = "String {7d5a4bd4-6f0c-4b8e-9d1c-0a2f6e1c9b35} Name calsync"
"""The extended property that carries our link id on events that we created; the name never changes (graph.md §3.8)."""

_PRIVATE = {"private", "confidential"}
_CHANGE_BYTES = 22
_TRANSACTION = re.compile(r"[0-9a-z]{12,64}-g\d{1,6}", re.IGNORECASE)
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
    return f"{link}-g{generation}"


def seen(raw: Raw | bytes, private: PrivateEvents, excluded: Excluded = NOTHING) -> Seen:
    """One event as JSON. Raises nothing: what cannot be understood has `error` and no content (INB-21, CUR-25)."""
    try:
        row = _decoded(raw)
    except NO_JSON as error:
        return Seen(_id(raw), Kind.SINGLE, error=f"not as documented: {error}")
    if row.removed is not UNSET:
        return Seen(row.id, Kind.REMOVED)
    kind = _KINDS.get((row.type or "").casefold())
    if kind is None:
        return Seen(row.id, Kind.SINGLE, error="its type is unknown")
    try:
        return _understood(row, kind, private, leaves_out=excludes(excluded, row))
    except Unclear as error:
        return _broken(row, kind, str(error))
    except (ValueError, OverflowError, IndexError):
        return _broken(row, kind, "a date or figure in it is impossible")


def created(event: CalendarEvent, fields: Iterable[str], *, name: str, stamp: str, invite: bool) -> dict[str, Any]:
    """The body of a POST: `fields` of `event`, the transactionId `name` and our stamp; guests only if `invite` (A5)."""
    guests = {"attendees": [parts.guest(person) for person in event.attendees]} if invite and event.attendees else {}
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


def _understood(row: Row, kind: Kind, private: PrivateEvents, *, leaves_out: bool) -> Seen:
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
        stamp=_stamp(row),
        uid=row.i_cal_uid or row.uid or "",
        mine=bool(row.is_organizer) or _thin(row),
        cancelled=bool(row.is_cancelled),
        redacted=hidden and not skipped,
        skipped=skipped,
        excluded=leaves_out,
        guests=parts.guests(row),
    )


def _broken(row: Row, kind: Kind, why: str) -> Seen:
    return Seen(row.id, kind, series=row.series_master_id or "", mark=mark(row.etag or row.change_key or ""), error=why)


def _thin(row: Row) -> bool:
    return row.subject is UNSET


def _event(row: Row, when: When) -> CalendarEvent:
    return CalendarEvent(when, **{rule.field: rule.reads(row) for rule in _READ})


def _redacted(row: Row, when: When) -> CalendarEvent:
    """Only the time, how it shows, and that it is private (P1, PRV-01)."""
    return CalendarEvent(when, PRIVATE_SUBJECT, show_as=parts.show_as(row), sensitivity=parts.sensitivity(row))


def _stamp(row: Row) -> str:
    """Link and generation out of the transactionId, the link alone out of the extended property (ruling 1)."""
    if row.transaction_id and _TRANSACTION.fullmatch(row.transaction_id):
        return row.transaction_id
    return next((one.value or "" for one in row.extended or () if one.id.casefold() == STAMP.casefold()), "")


def _decoded(raw: Raw | bytes) -> Row:
    """The row; one that could be neither kept nor found again is as odd as one of the wrong types."""
    row = read(_ROW, raw)
    if not sound(row.id) or not sound(row.series_master_id or row.id) or "\x00" in (row.i_cal_uid or row.uid or ""):
        raise msgspec.ValidationError("an id in it is none")
    if memoryview(raw).nbytes > MOST:
        raise msgspec.ValidationError(f"it is larger than {MOST} bytes")
    return row


def _id(raw: Raw | bytes) -> str:
    """The id of what is not as documented, where it has one; a number or nothing at all is none."""
    try:
        id_ = read(_ID, raw).id
    except NO_JSON:
        return ""
    return id_ if sound(id_) else ""


class _Known(Struct):
    id: str = ""


_ROW = msgspec.json.Decoder(Row)
_ID = msgspec.json.Decoder(_Known)

RULES: tuple[Rule, ...] = (
    Rule("when", lambda row: times.when(row, times.own_zone(row)), lambda event: times.said(event.when),
         "tenths of microseconds; a zone that only one mailbox knows; an end in another zone than the start"),
    Rule("subject", parts.subject, lambda event: {"subject": event.subject}, "nothing"),
    Rule("location", parts.location, lambda event: {"location": {"displayName": event.location}},
         "coordinates, room ids and the parts of an address; several places go back as one"),
    Rule("body", parts.body, parts.says_body,
         "formatting, pictures and links under words; not sent into an online meeting"),
    Rule("show_as", parts.show_as, lambda event: {"showAs": parts.SHOWN.get(event.show_as, event.show_as.value)},
         "unknown is read as busy"),
    Rule("sensitivity", parts.sensitivity, lambda event: {"sensitivity": event.sensitivity.value}, "nothing"),
    Rule("reminder", parts.reminder, parts.says_reminder, "the minutes of a reminder that is off"),
    Rule("importance", parts.importance, lambda event: {"importance": event.importance.value}, "nothing"),
    Rule("categories", lambda row: tuple(row.categories or ()), lambda event: {"categories": list(event.categories)},
         "their colours, which are the mailbox's own"),
    Rule("online", parts.online, parts.says_online, "an online meeting cannot be switched off again (graph.md §3.7)"),
    Rule("join_url", parts.join_url, None, "read only; dial-in numbers stay in the body"),
    Rule("recurrence", parts.words, None, "read only (R1); the first day of the week"),
    Rule("organizer", lambda row: parts.address(row.organizer), None, "read only; the name"),
    Rule("attendees", parts.attendees, None,
         "sent at creation only (A4); who has no address, proposed times, when somebody answered"),
    Rule("attendee_count", lambda row: len(row.attendees or ()), None, "read only"),
    Rule("my_response", lambda row: parts.response(row.response_status), None,
         "sent as an answer, not as a field (A6); the organizer's own is none"),
)  # fmt: skip
"""Every field of CalendarEvent once."""

_READ = tuple(rule for rule in RULES if rule.field != "when")
