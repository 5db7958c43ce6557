"""A Salesforce Event and the neutral event, in both directions, with what is lost on the way (F1, F3). One table; the
parts of it that need thought stand in fields.py. Pure, and knows nothing of the other calendar."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

from msgspec import convert

from contracts.calendar import FIELDS, CalendarEvent, Importance, Sensitivity
from contracts.policy import PrivateEvents
from services.clients.salesforce import fields as f
from services.clients.salesforce import fit
from services.clients.salesforce.record import EventRecord
from services.clients.salesforce.row import Row, Shape

PRIVATE_SUBJECT = "Private appointment"
"""All that the other side learns of a private event, besides its time (P1)."""

PEOPLE = 50
"""Contacts that one Event takes (salesforce.md §2.4)."""


class Rule(NamedTuple):
    """How one neutral field is read from a row and written to Salesforce; `lost`: what does not survive."""

    field: str
    read: Callable[[EventRecord], Any]
    write: Callable[[CalendarEvent, Shape], dict[str, Any]]
    lost: str


RULES: tuple[Rule, ...] = (
    Rule("when", f.read_when, f.write_when, "seconds, the zone, and what goes beyond 14 days"),
    Rule("subject", lambda r: r.subject or "", lambda e, _: {"Subject": fit.line(e.subject, 255) or None},
         "what goes beyond 255 characters, line breaks"),
    Rule("location", lambda r: r.location or "", lambda e, _: {"Location": fit.line(e.location, 255) or None},
         "what goes beyond 255 characters, line breaks"),
    Rule("body", f.read_body, lambda e, _: {"Description": fit.lines(e.body, 32_000) or None},
         "what goes beyond 32,000 characters"),
    Rule("show_as", f.read_show_as, lambda e, _: {"ShowAs": f.SHOW_AS[e.show_as]},
         "tentative and elsewhere become busy"),
    Rule("sensitivity", lambda r: Sensitivity.PRIVATE if r.private else Sensitivity.NORMAL,
         lambda e, _: {"IsPrivate": e.sensitivity is not Sensitivity.NORMAL},
         "personal and confidential become private"),
    Rule("reminder", f.read_reminder, f.write_reminder,
         "more than a year ahead, after the start; that of an all-day event counts from midnight UTC"),
    Rule("importance", lambda _: Importance.NORMAL, f.nothing, "all of it: Salesforce has no such field"),
    Rule("categories", lambda _: (), f.nothing, "all of it: Salesforce has no such field"),
    Rule("online", f.read_online, lambda e, _: {"Teams_Meeting__c": e.online}, "all of it without the package"),
    Rule("join_url", lambda r: (r.join_url or "").strip(), f.write_join_url,
         "a link longer than the field; all of it without the package"),
    Rule("recurrence", f.read_recurrence, f.write_recurrence, "what goes beyond 255 characters; the words without the "
         "package"),
    Rule("organizer", lambda _: "", f.nothing, "all of it: the owner stands for it"),
    Rule("attendees", lambda _: (), f.nothing, "all of it: known people are related to the Event instead"),
    Rule("attendee_count", lambda r: max(0, int(r.attendees or 0)),
         lambda e, _: {"Attendee_Count__c": max(0, e.attendee_count)}, "all of it without the package"),
    Rule("my_response", f.read_response, lambda e, _: {"My_Response__c": e.my_response.value.capitalize()},
         "all of it without the package"),
)  # fmt: skip
"""Every neutral field once. Columns that the org lacks or does not let us set are left out, and read as nothing."""


def parse(record: EventRecord, related: Sequence[str], *, user_id: str, private: PrivateEvents) -> Row:
    """The neutral row of an Event and of everybody on it (ids in the order of joining). A row that cannot be understood
    has an `error`; one that is private shows only its time, unless the policy is `full` (ruling 20)."""
    if record.deleted:
        return _row(record, user_id, None, deleted=True)
    try:
        event = _event(record)
    except (ValueError, OverflowError):
        return _row(record, user_id, None, error="its times cannot be understood")
    if record.private and private is not PrivateEvents.FULL:
        return _row(record, user_id, redact(event), redacted=True, skipped=private is PrivateEvents.SKIP)
    return _row(record, user_id, event, related)


def _event(record: EventRecord) -> CalendarEvent:
    return CalendarEvent(**{rule.field: rule.read(record) for rule in RULES})


def _row(
    record: EventRecord, user_id: str, event: CalendarEvent | None, related: Sequence[str] = (), **flags: Any
) -> Row:
    shown = [one for one in dict.fromkeys((record.who or "", *related)) if one != record.owner and not flags]
    people = tuple(one for one in shown if one[:3] in {"003", "00Q"})
    invitees = tuple(one for one in shown if one[:3] == "005")
    return Row(
        record.id, _mark(record, people, invitees), record.owner or "", event, record.key or "", people, invitees,
        created_at=_at(record.created), edited_at=_at(record.edited), ours=record.editor == user_id,
        child=bool(record.child), native_series=bool(record.pattern2 or record.series), **flags,
    )  # fmt: skip


def _mark(record: EventRecord, people: tuple[str, ...], invitees: tuple[str, ...]) -> str:
    """The stamp, and who is on the Event: a relation may come or go without moving the stamp (salesforce.md §9.10)."""
    ids = sorted((*people, *invitees))
    return f"{record.stamp or ''}~{crc32(','.join(ids).encode()):08x}" if ids else record.stamp or ""


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def redact(event: CalendarEvent) -> CalendarEvent:
    """What is left of a private event: its time and whether the person is free (P1)."""
    private = Sensitivity.PRIVATE
    return CalendarEvent(event.when, subject=PRIVATE_SUBJECT, show_as=event.show_as, sensitivity=private)


def render(
    event: CalendarEvent, fields: Collection[str], shape: Shape, *,
    key: str = "", owner: str = "", people: Sequence[str] | None = None, status: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The columns to send for these fields of the wanted event. `people` None leaves the related people as they are;
    `status` is a word to the person who looks at the Event. Update rows still need their "id"."""
    out: dict[str, Any] = {}
    for rule in RULES:
        if rule.field in fields:
            out |= rule.write(event, shape)
    if "when" in fields and event.reminder is not None:
        out |= f.write_reminder(event, shape)  # or it would stay where the event was
    if key:
        out["M365_Key__c"] = key
    if owner:
        out["OwnerId"] = owner
    if status is not None:
        out["Sync_Status__c"] = fit.line(status, 255) or None
    may = _settable(shape.event_writable)
    out = {column: value for column, value in out.items() if column in may}
    return out if people is None else out | related(people, shape)


@lru_cache(maxsize=64)
def _settable(columns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(columns)


def related(people: Sequence[str], shape: Shape) -> dict[str, Any]:
    """The related people of an Event: up to 50 Contacts or one Lead with Shared Activities, the first one without.
    Users among them are left out: they are invited, not related."""
    contacts = [one for one in dict.fromkeys(people) if one.startswith("003")][:PEOPLE]
    chosen = contacts or [one for one in people if one.startswith("00Q")][:1]
    if not shape.shared_activities:
        return {"WhoId": chosen[0] if chosen else None}
    return {"EventWhoIds": chosen} if chosen else {"EventWhoIds": None, "WhoId": None}


def echo(event: CalendarEvent, shape: Shape, private: PrivateEvents = PrivateEvents.FULL) -> CalendarEvent:
    """What a reader of Practifi will see after this event was written, so that our own write is no edit (PRO-12)."""
    held = _event(convert(render(event, FIELDS, shape), EventRecord))
    if held.sensitivity is Sensitivity.PRIVATE and private is not PrivateEvents.FULL:
        return redact(held)
    return held


def lost(event: CalendarEvent, shape: Shape) -> tuple[str, ...]:
    """The fields of this event that Practifi will not hold as they are (F3)."""
    held = echo(event, shape)
    return tuple(rule.field for rule in RULES if getattr(event, rule.field) != getattr(held, rule.field))
