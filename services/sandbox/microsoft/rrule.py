"""Turns an iCalendar recurrence into the patternedRecurrence that falls on the same days, where there is one.
Never trusts its own translation: both are counted out side by side, and a difference is a reason to refuse."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from icalendar.prop import vRecur

from services.sandbox.microsoft import recurrence
from services.sandbox.microsoft.recurrence import DAYS, INDEXES
from services.sandbox.microsoft.refused import Refused
from services.sandbox.microsoft.zones import wall

_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}
_COUNTED = 4000
_LARGEST = 999
_INDEX = {1: 0, 2: 1, 3: 2, 4: 3, -1: 4}


class Inexpressible(Exception):
    """Exchange cannot hold this; the text says why."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a series starts: its wall clock, the IANA place, and the zone's name for Exchange."""

    wall: datetime
    place: str
    name: str


def pattern(rule: vRecur, start: Start) -> dict[str, Any]:
    """The patternedRecurrence; Inexpressible with the reason when Exchange has none that is the same."""
    parts: dict[str, list[Any]] = {str(name).upper(): list(value) for name, value in rule.items()}
    unknown = sorted(parts.keys() - _KNOWN)
    if unknown:
        raise Inexpressible(f"its rule uses {', '.join(unknown)}")
    days = _expected(rule, start)
    if not days:
        raise Inexpressible("its rule ends before its start: there is no occurrence")
    if days[0] != start.wall.date():
        raise Inexpressible("it starts on a day that its own rule does not name")
    made = {"pattern": _pattern(parts, start.wall.date()), "range": _range(parts, days, start)}
    _compare(made, days, start)
    return made


def _expected(rule: vRecur, start: Start) -> list[date]:
    parts = dict(rule)
    if "UNTIL" in parts:
        parts["UNTIL"] = [_local(parts["UNTIL"][0], start)]
    try:
        text = vRecur(parts).to_ical().decode()  # type: ignore[no-untyped-call]  # icalendar leaves it untyped
        found = list(islice(rrulestr(text, dtstart=start.wall), _COUNTED))
    except (ValueError, OverflowError) as error:
        raise Inexpressible("its rule cannot be read") from error
    return [one.date() for one in found]


def _local(until: date, start: Start) -> datetime:
    """UNTIL as wall clock of the series: RFC 5545 has it in UTC, or as a date for all-day events."""
    if not isinstance(until, datetime):
        return datetime.combine(until, start.wall.time())
    return wall(until.astimezone(UTC), start.place) if until.tzinfo else until


def _pattern(parts: dict[str, list[Any]], first: date) -> dict[str, Any]:
    kind = str(parts["FREQ"][0]).upper()
    interval = int(parts.get("INTERVAL", [1])[0])
    makers = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}
    if kind not in makers:
        raise Inexpressible(f"it repeats {kind}")
    return {"interval": interval, **makers[kind](parts, first)}


def _daily(parts: dict[str, list[Any]], first: date) -> dict[str, Any]:
    _without(parts, "BYMONTHDAY", "BYMONTH", "BYSETPOS")
    if "BYDAY" not in parts:
        return {"type": "daily"}
    if int(parts.get("INTERVAL", [1])[0]) > 1:
        raise Inexpressible("it repeats every few days on certain weekdays")
    return _weekly(parts, first)


def _weekly(parts: dict[str, list[Any]], first: date) -> dict[str, Any]:
    _without(parts, "BYMONTHDAY", "BYMONTH", "BYSETPOS")
    days = [_day(one)[1] for one in parts.get("BYDAY", [])] or [first.weekday()]
    begins = _NAMES.index(str(parts.get("WKST", ["MO"])[0]).upper())
    return {"type": "weekly", "daysOfWeek": [DAYS[day] for day in days], "firstDayOfWeek": DAYS[begins]}


def _monthly(parts: dict[str, list[Any]], first: date) -> dict[str, Any]:
    _without(parts, "BYMONTH")
    return _within_month(parts, first, "Monthly")


def _yearly(parts: dict[str, list[Any]], first: date) -> dict[str, Any]:
    months = [int(one) for one in parts.get("BYMONTH", [first.month])]
    if len(months) > 1:
        raise Inexpressible("its rule names several months")
    if "BYDAY" in parts and "BYMONTH" not in parts:
        raise Inexpressible("its rule counts weekdays through the year")
    return {**_within_month(parts, first, "Yearly"), "month": months[0]}


def _within_month(parts: dict[str, list[Any]], first: date, ending: str) -> dict[str, Any]:
    if "BYDAY" not in parts:
        _without(parts, "BYSETPOS")
        days = [int(one) for one in parts.get("BYMONTHDAY", [first.day])]
        if len(days) > 1:
            raise Inexpressible("its rule names several days of the month")
        return {"type": f"absolute{ending}", "dayOfMonth": _month_day(days[0])}
    _without(parts, "BYMONTHDAY")
    named = [_day(one) for one in parts["BYDAY"]]
    ordinals = {ordinal for ordinal, _ in named} | {int(one) for one in parts.get("BYSETPOS", [])}
    ordinals.discard(None)
    if len(ordinals) != 1 or (len(named) > 1 and any(ordinal for ordinal, _ in named)):
        raise Inexpressible("its rule names several weekdays of the month, or none by number")
    index = _INDEX.get(ordinals.pop() or 0)
    if index is None:
        raise Inexpressible("its rule counts a weekday that Exchange does not count to")
    return {"type": f"relative{ending}", "index": INDEXES[index], "daysOfWeek": [DAYS[day] for _, day in named]}


def _month_day(day: int) -> int:
    if day == -1:
        return 31  # Exchange's 31st is the last day of a shorter month
    if day < 1:
        raise Inexpressible("its rule counts days from the end of the month")
    return day


def _day(value: Any) -> tuple[int | None, int]:
    text = str(value).upper()
    return (int(text[:-2]) if text[:-2] else None), _NAMES.index(text[-2:])


def _without(parts: dict[str, list[Any]], *names: str) -> None:
    for name in names:
        if name in parts:
            raise Inexpressible(f"its rule narrows a {parts['FREQ'][0]} recurrence by {name}")


def _range(parts: dict[str, list[Any]], days: list[date], start: Start) -> dict[str, Any]:
    made = {"startDate": days[0].isoformat(), "recurrenceTimeZone": start.name}
    if "COUNT" in parts and len(days) <= _LARGEST:
        return {**made, "type": "numbered", "numberOfOccurrences": len(days)}
    if "COUNT" in parts or "UNTIL" in parts:
        return {**made, "type": "endDate", "endDate": _end(parts, days, start).isoformat()}
    return {**made, "type": "noEnd"}


def _end(parts: dict[str, list[Any]], days: list[date], start: Start) -> date:
    return days[-1] if len(days) < _COUNTED or "UNTIL" not in parts else _local(parts["UNTIL"][0], start).date()


def _compare(made: dict[str, Any], days: list[date], start: Start) -> None:
    try:
        rule = recurrence.read(made, days[0], start.name)
    except Refused as refused:
        raise Inexpressible(refused.message) from refused
    ours: Iterator[date] = rule.dates(days[0], days[-1] if len(days) == _COUNTED else date.max)
    got = list(islice(ours, len(days) + 1))
    if got[: len(days)] != days or (len(days) < _COUNTED and len(got) != len(days)):
        wrong = next((day for day in days if day not in set(got)), days[-1])
        raise Inexpressible(f"Exchange's nearest pattern differs from its rule, at {wrong} first")
