"""A Salesforce Event and the neutral event, in both directions, with what is lost on the way (F1, F3). One table; the
parts of it that need thought stand in fields.py. Pure, and knows nothing of the other calendar."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import convert

from contracts.calendar import FIELDS, PRIVATE_SUBJECT, CalendarEvent, Importance, Sensitivity
from contracts.policy import PrivateEvents
from services.clients.salesforce import fields as f
from services.clients.salesforce import fit, held
from services.clients.salesforce.columns import DEFAULTS, KINDS
from services.clients.salesforce.record import EventRecord, attribute, record_of
from services.clients.salesforce.row import Column, Shape

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
    Rule("attendee_count", lambda r: min(max(0, int(r.attendees or 0)), held.MOST),
         lambda e, _: {"Attendee_Count__c": max(0, e.attendee_count)}, "all of it without the package"),
    Rule("my_response", f.read_response, lambda e, _: {"My_Response__c": e.my_response.value.capitalize()},
         "all of it without the package"),
)  # fmt: skip
"""Every neutral field once. Columns that the org lacks or does not let us set are left out, and read as nothing."""


@lru_cache(maxsize=64)
def rules(columns: tuple[Column, ...]) -> tuple[Rule, ...]:
    """RULES with those fields moved that do not stand in their default column (F2)."""
    moved = {column.field: column for column in columns if column.field in KINDS}
    return tuple(_moved(rule, moved[rule.field]) if rule.field in moved else rule for rule in RULES)


def _moved(rule: Rule, column: Column) -> Rule:
    if not column.name:
        nothing = rule.read(EventRecord())
        return Rule(rule.field, lambda _: nothing, f.nothing, column.why)
    where = attribute(column.name)
    if rule.field == "recurrence":
        return Rule(
            rule.field, lambda r: f.recurring(r, held.read(column, getattr(r, where))),
            lambda e, _: f.write_recurring(e) | {column.name: held.write(column, e)}, rule.lost,
        )  # fmt: skip
    return Rule(
        rule.field, lambda r: held.read(column, getattr(r, where)),
        lambda e, _: {column.name: held.write(column, e)}, rule.lost,
    )  # fmt: skip


@lru_cache(maxsize=64)
def places(shape: Shape) -> tuple[tuple[str, str], ...]:
    """The fields that this org keeps elsewhere than in their default column, and where: "" for nowhere."""
    moved = {column.field: column.name for column in shape.columns if column.field in KINDS}
    absent = {field: "" for field, name in DEFAULTS.items() if name not in shape.event_fields}
    return tuple(sorted((absent | moved).items()))


def event_of(record: EventRecord, shape: Shape) -> CalendarEvent:
    """What a record says of the event. Raises ValueError or OverflowError for times that are none."""
    return CalendarEvent(**{rule.field: rule.read(record) for rule in rules(shape.columns)})


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
    for rule in rules(shape.columns):
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
    record = record_of(tuple(column.name for column in shape.columns if column.name))
    kept = event_of(convert(render(event, FIELDS, shape), record), shape)
    if kept.sensitivity is Sensitivity.PRIVATE and private is not PrivateEvents.FULL:
        return redact(kept)
    return kept


def lost(event: CalendarEvent, shape: Shape) -> tuple[str, ...]:
    """The fields of this event that Practifi will not hold as they are (F3); the way lines break is nothing lost."""
    kept = echo(event, shape)
    return tuple(field for field in FIELDS if _words(getattr(event, field)) != _words(getattr(kept, field)))


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value
