"""When an event is: Graph's pairs of wall clock and zone to the neutral `Timed` or `Days`, and back. All-day events are
dates and meet no zone (Z1, graph.md §3.4)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from contracts.calendar import Days, Timed, When
from services.clients.graph import zones
from services.clients.graph.shape import Moment, Row

_DAY = timedelta(days=1)


class Unclear(ValueError):
    """A row that cannot be understood, and why, in words that hold nothing of its content."""


def when(row: Row, zone: str) -> When:
    """Start and end of a row of which `zone` is the event's own. Raises Unclear (INB-21, INB-22, TZ-07)."""
    if row.is_all_day:
        return _days(_wall(row.start, "start"), _wall(row.end, "end"))
    start, end = _instant(row.start, "start"), _instant(row.end, "end")
    if end < start:
        raise Unclear("it ends before it starts")
    return Timed(start, end, zone)


def own_zone(row: Row) -> str:
    """The IANA zone in which the event was made, "" where Graph names none that anybody knows (TZ-08).

    A series needs one: `recurrenceTimeZone`, else the original zones (RRU-14, RRU-15); UTC where none is given at
    all; Unclear where only unknown ones are (RRU-16, Z2).
    """
    names = [row.original_start_time_zone, row.original_end_time_zone]
    if row.recurrence is None:
        return zones.iana(names[0]) or zones.iana(names[1])
    names.insert(0, row.recurrence.range.recurrence_time_zone)
    if known := next(filter(None, map(zones.iana, names)), ""):
        return known
    if any(names):
        raise Unclear("its series has no time zone that is known")
    return zones.UTC_NAME


def slot(row: Row, zone: str, *, all_day: bool) -> str:
    """The original local date of an occurrence, YYYY-MM-DD, "" where the row does not tell it (ruling 2)."""
    if row.occurrence_id:  # OID.<master id>.<date>: the id may hold dots itself (graph.md §3.5)
        day = row.occurrence_id.rpartition(".")[2]
        return date.fromisoformat(day).isoformat()
    original = original_start(row)
    return slot_of(original, zone, all_day=all_day) if original else ""


def slot_of(original: datetime, zone: str, *, all_day: bool) -> str:
    """The slot of an occurrence that was to start at `original`, in its series' zone. An all-day one that is given as
    UTC midnight already is the date."""
    if all_day and original.astimezone(UTC).time() == time():
        return original.astimezone(UTC).date().isoformat()
    return zones.local_date(original, zone).isoformat()


def original_start(row: Row) -> datetime | None:
    """The slot's start in UTC (graph.md §3.1), None on a single event."""
    return moment(row.original_start) if row.original_start else None


def moment(text: str) -> datetime:
    """A DateTimeOffset, UTC."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def said(when: When) -> dict[str, Any]:
    """start, end and isAllDay for a body. Times go out on the wall clock of their own zone, under its Windows name; in
    UTC where there is no zone or the clock shows one of them twice (TZ-15, TZ-16, TZ-19)."""
    if isinstance(when, Days):
        start, end = (datetime.combine(day, time()) for day in (when.first, when.until))
        return {**_pair(start, end, zones.UTC_NAME), "isAllDay": True}
    return {**_timed(when), "isAllDay": False}


def _timed(when: Timed) -> dict[str, Any]:
    name = zones.windows(when.zone)
    start, end = (zones.wall(at, when.zone) if name else None for at in (when.start, when.end))
    if start and end:
        return _pair(start, end, name)
    start, end = (at.astimezone(UTC).replace(tzinfo=None) for at in (when.start, when.end))
    return _pair(start, end, zones.UTC_NAME)


def _pair(start: datetime, end: datetime, name: str) -> dict[str, Any]:
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": name},
        "end": {"dateTime": end.isoformat(), "timeZone": name},
    }


def _days(start: datetime, end: datetime) -> Days:
    """Dates as they stand; one that ends on its own date is widened to a day (INB-22)."""
    first, until = start.date(), end.date() + (_DAY if end.time() != time() else timedelta())
    if until < first:
        raise Unclear("it ends before it starts")
    return Days(first, max(until, first + _DAY))


def _wall(at: Moment | None, which: str) -> datetime:
    if at is None or not at.date_time:
        raise Unclear(f"it has no {which}")
    try:
        return datetime.fromisoformat(at.date_time)
    except ValueError:
        raise Unclear(f"its {which} is no time") from None


def _instant(at: Moment | None, which: str) -> datetime:
    """Seven digits are cut to microseconds (TZ-05); an offset in the text itself stands before the zone (TZ-03)."""
    wall = _wall(at, which)
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    assert at is not None
    if not (zone := zones.iana(at.time_zone)):
        raise Unclear(f"the time zone of its {which} is unknown")
    return zones.instant(wall, zone)
