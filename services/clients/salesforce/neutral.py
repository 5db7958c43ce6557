"""A row of Event and who is on it, made neutral: the last place that sees a private text (ruling 20). Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from msgspec.json import encode

from contracts.calendar import CalendarEvent, Response
from contracts.policy import PrivateEvents
from services.clients.salesforce.fields import moment
from services.clients.salesforce.mapping import event_of, places, redact
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.record import EventRecord, RelationRecord
from services.clients.salesforce.row import Row, Shape

_ANSWERS = {"Accepted": Response.ACCEPTED, "Declined": Response.DECLINED}
"""All that the Status of a relation can say (salesforce.md §2.4)."""


def parse(record: EventRecord, related: Sequence[RelationRecord], shape: Shape, privacy: Privacy) -> Row:
    """The neutral row of an Event and of everybody on it, in the order of joining. A row that cannot be understood has
    an `error`; one that is private shows only its time, unless the policy is `full` (ruling 20)."""
    if record.broken:
        return Row(record.id, record.stamp or "", error=record.broken)
    if record.deleted:
        return _left(record, shape)
    try:
        return _understood(record, related, shape, privacy)
    except (ValueError, OverflowError):
        return Row(record.id, record.stamp or "", record.owner or "", error="its times cannot be understood")


def _left(record: EventRecord, shape: Shape) -> Row:
    """What is left of a deleted Event; that its time cannot be understood proves nothing against it (X2)."""
    try:
        when = _at(record.stamp)
    except (ValueError, OverflowError):
        when = None
    return Row(
        record.id, record.stamp or "", record.owner or "", stamp=record.key or "", edited_at=when,
        ours=record.editor == shape.user_id, deleted=True,
    )  # fmt: skip


def _understood(record: EventRecord, related: Sequence[RelationRecord], shape: Shape, privacy: Privacy) -> Row:
    event = event_of(record, shape)
    whole, private = _row(record, shape, event, related), privacy.of(record.id, record.owner or "")
    if not record.private or private is PrivateEvents.FULL:
        return whole
    bare = redact(event)
    covers = event != bare or bool(whole.people or whole.invitees)
    return _row(record, shape, bare, redacted=True, skipped=private is PrivateEvents.SKIP, covers=covers)


def _row(
    record: EventRecord, shape: Shape, event: CalendarEvent, related: Sequence[RelationRecord] = (), **flags: Any
) -> Row:
    joined = (record.who or "", *(one.person for one in related))
    shown = [one for one in dict.fromkeys(joined) if one != record.owner and not flags]
    people = tuple(one for one in shown if one[:3] in {"003", "00Q"})
    invitees = tuple(one for one in shown if one[:3] == "005")
    said = {one.person: _ANSWERS[one.status] for one in related if one.status in _ANSWERS}
    answers = tuple((one, said[one]) for one in (*people, *invitees) if one in said)
    return Row(
        record.id, _mark(record, event, (*people, *invitees), answers), record.owner or "", event, record.key or "",
        people, invitees, created_at=_at(record.created), edited_at=_at(record.edited),
        joined_at=_at(max((one.stamp for one in related), default="")),
        ours=record.editor == shape.user_id, child=bool(record.child),
        native_series=bool(record.pattern2 or record.series), status=record.status or "",
        answers=answers, places=places(shape), **flags,
    )  # fmt: skip


def _mark(
    record: EventRecord, event: CalendarEvent, people: tuple[str, ...],
    answers: tuple[tuple[str, Response], ...],
) -> str:  # fmt: skip
    """The stamp and a sum of what is shown: who is on the Event with which answer does not move the stamp
    (salesforce.md §9.10), and an edit within the second of the one before does not either. What is hidden is in no
    sum (ruling 20)."""
    parts = [*sorted(people), *(f"{one}={answer.value}" for one, answer in sorted(answers)), record.owner or ""]
    shown = encode((event, parts, record.status or ""))
    return f"{record.stamp or ''}~{crc32(shown):08x}"


def _at(text: str | None) -> datetime | None:
    return moment(text) if text else None
