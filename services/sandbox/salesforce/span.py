"""When an Event is: its six time fields kept in agreement (salesforce.md §2.2).
Pure; never converts an all-day date between zones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.sandbox.salesforce import times
from services.sandbox.salesforce.refused import Refused, bad

FIELDS = frozenset(
    {"StartDateTime", "EndDateTime", "ActivityDateTime", "ActivityDate", "DurationInMinutes", "IsAllDayEvent"}
)
DAY = 1440  # minutes
MOST = 14 * DAY  # multiday events reach no further


@dataclass(frozen=True, slots=True)
class Span:
    """What was said of the time (`given`), and what stood before (`old`)."""

    given: dict[str, Any]
    old: dict[str, Any]
    multiday: bool

    def __getitem__(self, field: str) -> Any:
        return self.given.get(field)


def settle(given: dict[str, Any], old: dict[str, Any] | None, *, multiday: bool) -> dict[str, Any]:
    """All time fields of an Event; Refused when they contradict each other or reach too far."""
    span = Span(given, old or {}, multiday)
    all_day = given.get("IsAllDayEvent", span.old.get("IsAllDayEvent", False))
    return _days(span) if all_day else _hours(span)


def _clash(field: str, text: str) -> Refused:
    return bad("FIELD_INTEGRITY_EXCEPTION", text, field)


def _start(span: Span) -> datetime | None:
    """The start that was said, by any of its names; all that are said must agree."""
    said = [times.read(span[name]) for name in ("StartDateTime", "ActivityDateTime") if span[name]]
    if len(set(said)) > 1:
        raise _clash(
            "ActivityDateTime", "StartDateTime and ActivityDateTime must have the same value or one must be null"
        )
    return said[0] if said else None


def _hours(span: Span) -> dict[str, Any]:
    start = _start(span)
    if start is None and span.old.get("StartDateTime"):
        start = times.read(span.old["StartDateTime"])
    if start is None:
        raise bad("REQUIRED_FIELD_MISSING", "Required fields are missing: [ActivityDateTime]", "ActivityDateTime")
    if span["ActivityDate"] and span["ActivityDate"] != start.date().isoformat():
        raise _clash("ActivityDate", "ActivityDate must be the date of StartDateTime or null")
    minutes = _minutes(span, start)
    _check(span, minutes)
    end = start + timedelta(minutes=minutes)
    return {
        "IsAllDayEvent": False,
        "StartDateTime": times.wire(start),
        "ActivityDateTime": times.wire(start),
        "ActivityDate": start.date().isoformat(),
        "DurationInMinutes": minutes,
        "EndDateTime": times.wire(end),
        "EndDate": end.date().isoformat(),
    }


def _minutes(span: Span, start: datetime) -> int:
    """The whole minutes of a timed event: what remains of a last minute is lost."""
    duration: int | None = span["DurationInMinutes"]
    if span["EndDateTime"]:
        minutes = (times.read(span["EndDateTime"]) - start) // timedelta(minutes=1)
        if duration is not None and duration != minutes:
            raise _clash("DurationInMinutes", "EndDateTime and DurationInMinutes do not agree")
        return minutes
    if duration is None and span.old and not span.old["IsAllDayEvent"]:
        duration = span.old["DurationInMinutes"]
    if duration is None:
        raise bad("REQUIRED_FIELD_MISSING", "Required fields are missing: [DurationInMinutes]", "DurationInMinutes")
    return duration


def _days(span: Span) -> dict[str, Any]:
    first = _first(span)
    count = _count(span, first)
    _check(span, count * DAY)
    last = first + timedelta(days=count - 1)
    return {
        "IsAllDayEvent": True,
        "StartDateTime": times.midnight(first),
        "ActivityDateTime": None,
        "ActivityDate": first.isoformat(),
        "DurationInMinutes": count * DAY,
        "EndDateTime": times.midnight(last),
        "EndDate": last.isoformat(),
    }


def _first(span: Span) -> date:
    start = _start(span)
    said = {times.read_date(span["ActivityDate"])} if span["ActivityDate"] else set()
    said |= {start.date()} if start else set()
    if len(said) > 1:
        raise _clash("ActivityDate", "ActivityDate must be the date of StartDateTime or null")
    if said:
        return said.pop()
    if span.old.get("StartDateTime"):
        return times.read(span.old["StartDateTime"]).date()
    raise bad("REQUIRED_FIELD_MISSING", "Required fields are missing: [ActivityDate]", "ActivityDate")


def _count(span: Span, first: date) -> int:
    """The days of an all-day event, its last day inclusive; one when nothing is said."""
    duration: int | None = span["DurationInMinutes"]
    by_duration = None if duration is None else max(1, -(-duration // DAY))
    if span["EndDateTime"]:
        count = (times.read(span["EndDateTime"]).date() - first).days + 1
        if by_duration is not None and by_duration != count:
            raise _clash("DurationInMinutes", "EndDateTime and DurationInMinutes do not agree")
        return count
    if by_duration is None and span.old and span.old["IsAllDayEvent"]:
        return int(span.old["DurationInMinutes"]) // DAY
    return by_duration or 1


def _check(span: Span, minutes: int) -> None:
    field = "EndDateTime" if span["DurationInMinutes"] is None else "DurationInMinutes"
    if minutes < 0 or (minutes == 0 and span.given.get("IsAllDayEvent")):
        raise _clash(field, "Event duration can not be negative")
    if minutes > (MOST if span.multiday else DAY):
        most = "14 days" if span.multiday else "24 hours"
        raise _clash(field, f"Event duration can not be longer than {most}")
