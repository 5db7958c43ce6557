"""When an event is: start, end, all-day and recurrence as Exchange takes them from a body (graph.md §3.3 to §3.5).
Reads and checks only."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.sandbox.microsoft import recurrence, zones
from services.sandbox.microsoft.recurrence import Rule
from services.sandbox.microsoft.refused import Refused, bad_body, bad_property
from services.sandbox.microsoft.state import Event, Json, Span
from services.sandbox.microsoft.write import TIMES, boolean

_LONGEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Times:
    """When an event is: its span, the zones as they were named, and its recurrence."""

    span: Span
    zones: tuple[str, str]
    rule: Rule | None


def times(body: Json, event: Event | None, *, slot: date | None = None, span: Span | None = None) -> Times | None:
    """The times that a body gives, on top of what the event (or its occurrence's `span`) has; None: none given."""
    if not TIMES & body.keys():
        return None
    if event is None and not (body.get("start") and body.get("end")):
        raise bad_property("An event needs a start and an end.")
    old = span or (event.span if event else None)
    names = event.zones if event else ("UTC", "UTC")
    given = body.get("isAllDay")
    all_day = bool(old and old.all_day) if given is None else boolean("isAllDay", given)
    names = (_zone(body, "start", names[0]), _zone(body, "end", names[1]))
    made = _span(body, old, names, all_day=all_day)
    if slot:
        if body.get("recurrence"):
            raise bad_property("An occurrence has no recurrence.")
        return Times(made, names, None)
    return _recurring(body, event, made, names)


def _zone(body: Json, name: str, old: str) -> str:
    value = body.get(name)
    if value is None:
        return old
    if not isinstance(value, dict):
        raise bad_body(f"'{name}' must be a dateTimeTimeZone.")
    zones.resolve(value.get("timeZone"))
    return str(value["timeZone"])


def _span(body: Json, old: Span | None, names: tuple[str, str], *, all_day: bool) -> Span:
    place = zones.resolve(names[0]) if body.get("start") or old is None else old.place
    start = zones.read(body["start"].get("dateTime"), place) if body.get("start") else old.start if old else None
    end = old.end if old else None
    if body.get("end"):
        other = zones.resolve(names[1])
        end = zones.read(body["end"].get("dateTime"), other)
        if other != place and not all_day:
            end = zones.wall(zones.instant(end, other), place)
    elif old and end and old.place != place and not old.all_day:
        end = zones.wall(zones.instant(end, old.place), place)
    assert start is not None
    assert end is not None
    made = Span(start, end, place, all_day)
    _check(made, names, given=bool(body.get("start") and body.get("end")))
    return made


def _check(span: Span, names: tuple[str, str], *, given: bool) -> None:
    if span.all_day:
        if span.start.time() != span.start.time().min or span.end.time() != span.end.time().min:
            which = "Start" if span.start.time() != span.start.time().min else "End"
            message = f"The Event.{which} property for an all-day event needs to be set to midnight."
            raise Refused(400, "ErrorInvalidRequest", message)
        if given and zones.resolve(names[0]) != zones.resolve(names[1]):
            message = "The Event.Start and Event.End of an all-day event need to be in the same time zone."
            raise Refused(400, "ErrorInvalidRequest", message)
        if span.end <= span.start:
            message = "The duration of an all-day event needs to be at least one day."
            raise Refused(400, "ErrorInvalidRequest", message)
    start, end = span.instants()
    if end < start:
        message = "The calendar item's end is earlier than its start."
        raise Refused(400, "ErrorCalendarEndDateIsEarlierThanStartDate", message)
    if end - start > _LONGEST:
        raise Refused(400, "ErrorCalendarDurationIsTooLong", "The calendar item is longer than five years.")


def _recurring(body: Json, event: Event | None, span: Span, names: tuple[str, str]) -> Times:
    old = event.rule if event else None
    if "recurrence" not in body:
        rule = old and _moved(old, span)
    elif body["recurrence"] is None:
        rule = None
    else:
        zone = recurrence.zone_of(body["recurrence"]) or names[0]
        span = _into(span, zone)
        rule = recurrence.read(body["recurrence"], span.start.date(), zone)
    if rule and rule.begin != span.start.date():
        span = span.on(rule.begin)
    return Times(span, names, rule)


def _moved(rule: Rule, span: Span) -> Rule:
    """The same pattern from the day to which the series' start was moved."""
    return rule if rule.begin == span.start.date() else recurrence.opened(replace(rule, begin=span.start.date()))


def _into(span: Span, zone: str) -> Span:
    """The span in the wall clock of the series' own zone."""
    place = zones.resolve(zone)
    if span.all_day or place == span.place:
        return span
    start, end = (zones.wall(moment, place) for moment in span.instants())
    return Span(start, end, place, span.all_day)
