"""What a calendar shows of an event: itself, or the occurrences of its series in a window.
Must never change what it looks at, except for what the event's cache remembers of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.sandbox.microsoft.refused import Refused, missing_item
from services.sandbox.microsoft.state import Edit, Event, Span


@dataclass(frozen=True, slots=True)
class View:
    """One thing to show: a single event or master (`slot` None), an occurrence, or an exception (with `edit`)."""

    event: Event
    slot: date | None
    edit: Edit | None
    span: Span

    @property
    def props(self) -> dict[str, Any]:
        return {**self.event.props, **self.edit.props} if self.edit else self.event.props

    @property
    def kind(self) -> str:
        """The eventType."""
        if self.edit:
            return "exception"
        if self.slot:
            return "occurrence"
        return "seriesMaster" if self.event.rule else "singleInstance"


def whole(event: Event) -> View:
    """The single event or the master of the series."""
    return View(event, None, None, event.span)


def at(event: Event, slot: date | None) -> View:
    """The event, or its occurrence on `slot`; Refused 404 when the series has none there."""
    if slot is None:
        return whole(event)
    if not event.rule or slot in event.deleted or not event.rule.has(slot):
        raise missing_item()
    edit = event.edits.get(slot)
    return View(event, slot, edit, (edit and edit.span) or event.span.on(slot))


def within(event: Event, low: datetime, high: datetime) -> list[View]:
    """The instances in the window [low, high), by start; a single event counts as one."""
    if not event.rule:
        return [whole(event)] if event.span.meets(low, high) else []
    key = ("within", low, high)
    if key not in event.cache:
        views = [view for view in _candidates(event, low, high) if view.span.meets(low, high)]
        event.remember(key, sorted(views, key=lambda view: view.span.instants()[0]))
    views = event.cache[key]
    return list(views)


def _candidates(event: Event, low: datetime, high: datetime) -> Iterator[View]:
    assert event.rule
    room = timedelta(days=2) + event.span.length()
    first = max(low.date(), date.min + room) - room
    last = min(high.date(), date.max - timedelta(days=2)) + timedelta(days=2)
    for day in event.rule.dates(first, last):
        if day not in event.edits and day not in event.deleted:
            yield View(event, day, None, event.span.on(day))
    for slot in event.edits:
        yield at(event, slot)


def neighbours(event: Event, slot: date) -> tuple[Span | None, Span | None]:
    """The occurrences before and after the one of `slot`, where they are now."""
    assert event.rule
    reach = timedelta(days=event.rule.period() * (3 + len(event.deleted)))
    low = max(event.rule.begin, slot - min(reach, slot - date.min))
    high = slot + min(reach, date.max - slot)
    days = [day for day in event.rule.dates(low, high) if day not in event.deleted]
    before = max((day for day in days if day < slot), default=None)
    after = min((day for day in days if day > slot), default=None)
    return (at(event, before).span if before else None), (at(event, after).span if after else None)


def check_room(event: Event, slot: date, span: Span) -> None:
    """Refuses an exception that reaches the day of a neighbour (graph.md §3.5)."""
    before, after = neighbours(event, slot)
    day = span.start.date()
    if (before and day <= before.start.date()) or (after and day >= after.start.date()):
        message = "Modified occurrence is crossing or overlapping adjacent occurrence."
        raise Refused(400, "ErrorOccurrenceCrossingBoundary", message)
