"""The recurrences that Exchange can hold, and the days they fall on (graph.md §3.5).
Works on dates alone: the time of day and the zone belong to the event."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, cast, get_args

from services.sandbox.microsoft import zones
from services.sandbox.microsoft.refused import Refused, bad_body, bad_property

Kind = Literal["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"]
Ending = Literal["endDate", "noEnd", "numbered"]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEXES = ("first", "second", "third", "fourth", "last")
_LAST = len(INDEXES) - 1
_NEVER = "0001-01-01"
_PERIOD = {"daily": 1, "weekly": 7, "absoluteMonthly": 31, "relativeMonthly": 31}
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """A patternedRecurrence. Weekdays count from Monday = 0; `zone` is the name as it was given."""

    kind: Kind
    interval: int
    begin: date
    zone: str
    month: int = 0
    day: int = 0
    days: tuple[int, ...] = ()
    first: int = 6
    index: int = 0
    ending: Ending = "noEnd"
    until: date | None = None
    count: int = 0

    def dates(self, low: date, high: date) -> Iterator[date]:
        """The days of the series from `low` to `high`, both included, in order."""
        stop = min(high, self.until or high)
        number = 0
        for day in self._candidates(low):
            if day > stop:
                return
            if day < self.begin:
                continue
            number += 1
            if self.ending == "numbered" and number > self.count:
                return
            if day >= low:
                yield day

    def has(self, day: date) -> bool:
        """Whether the pattern puts an occurrence on this day."""
        return next(self.dates(day, day), None) is not None

    def opening(self) -> date | None:
        """The first day of the series, if it has any."""
        return next(self.dates(self.begin, self.begin + timedelta(days=self.period() * 4)), None)

    def period(self) -> int:
        """Days that certainly hold one repetition."""
        return _PERIOD.get(self.kind, 366) * self.interval

    def same_pattern(self, other: "Rule") -> bool:
        """Whether both differ, at most, in where they end."""
        return replace(self, ending="noEnd", until=None, count=0) == replace(other, ending="noEnd", until=None, count=0)

    def _candidates(self, low: date) -> Iterator[date]:
        step = 0 if self.ending == "numbered" else max(0, self._step(low) - 1)
        try:
            while True:
                yield from self._days_of(step)
                step += 1
        except (ValueError, OverflowError):
            return  # the calendar ends in the year 9999

    def _step(self, low: date) -> int:
        if self.kind == "daily":
            return (low - self.begin).days // self.interval
        if self.kind == "weekly":
            return (low - self._week()).days // (7 * self.interval)
        if self.kind.endswith("Monthly"):
            return ((low.year - self.begin.year) * _MONTHS + low.month - self.begin.month) // self.interval
        return (low.year - self.begin.year) // self.interval

    def _week(self) -> date:
        return self.begin - timedelta(days=(self.begin.weekday() - self.first) % 7)

    def _days_of(self, step: int) -> list[date]:
        if self.kind == "daily":
            return [self.begin + timedelta(days=step * self.interval)]
        if self.kind == "weekly":
            week = self._week() + timedelta(days=7 * self.interval * step)
            return sorted(week + timedelta(days=(day - self.first) % 7) for day in self.days)
        if self.kind.endswith("Monthly"):
            years, month = divmod(self.begin.month - 1 + step * self.interval, _MONTHS)
            return [self._day_in(self.begin.year + years, month + 1)]
        return [self._day_in(self.begin.year + step * self.interval, self.month)]

    def _day_in(self, year: int, month: int) -> date:
        length = monthrange(year, month)[1]
        if self.kind.startswith("absolute"):
            return date(year, month, min(self.day, length))  # Exchange takes the last day of a short month
        fitting = [d for d in range(1, length + 1) if date(year, month, d).weekday() in self.days]
        return date(year, month, fitting[-1] if self.index == _LAST else fitting[self.index])

    def json(self) -> dict[str, Any]:
        """The patternedRecurrence with Graph's fillers for unused fields."""
        pattern: dict[str, Any] = {
            "type": self.kind,
            "interval": self.interval,
            "month": self.month,
            "dayOfMonth": self.day,
            "firstDayOfWeek": DAYS[self.first],
            "index": INDEXES[self.index],
        }
        if self.days:
            pattern["daysOfWeek"] = [DAYS[day] for day in sorted(self.days, key=lambda day: (day - 6) % 7)]
        closing = {
            "type": self.ending,
            "startDate": self.begin.isoformat(),
            "endDate": self.until.isoformat() if self.until else _NEVER,
            "recurrenceTimeZone": self.zone,
            "numberOfOccurrences": self.count,
        }
        return {"pattern": pattern, "range": closing}


def read(value: Any, start: date, zone: str) -> Rule:
    """A Rule from a patternedRecurrence whose event starts on `start` in `zone`; Refused when it makes none."""
    closing = _range(value)
    if not isinstance(value.get("pattern"), dict):
        raise bad_body("A recurrence needs a pattern and a range.")
    rule = _pattern(value["pattern"], _date(closing, "startDate"), zone)
    if rule.begin != start:
        raise bad_property("The recurrence's startDate must be the date of the event's start.")
    return opened(_closed(rule, closing))


def zone_of(value: Any) -> str | None:
    """The recurrenceTimeZone that a patternedRecurrence names."""
    zone = _range(value).get("recurrenceTimeZone")
    zones.resolve(zone or "UTC")
    return zone or None


def _range(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("range"), dict):
        raise bad_body("A recurrence needs a pattern and a range.")
    found: dict[str, Any] = value["range"]
    return found


def opened(rule: Rule) -> Rule:
    """The rule beginning on its first occurrence; Refused when there is none."""
    first = rule.opening()
    if first is None:
        raise Refused(400, "ErrorRecurrenceHasNoOccurrence", "The recurrence has no occurrence.")
    return replace(rule, begin=first)


def _pattern(pattern: dict[str, Any], begin: date, zone: str) -> Rule:
    kind = _choice(pattern.get("type"), get_args(Kind), "recurrencePatternType")
    days = _weekdays(pattern.get("daysOfWeek") or [])
    index = _choice(pattern.get("index") or "first", INDEXES, "weekIndex")
    first = _choice(pattern.get("firstDayOfWeek") or "sunday", DAYS, "dayOfWeek")
    if kind in {"weekly", "relativeMonthly", "relativeYearly"} and not days:
        raise bad_property(f"A {kind} recurrence needs daysOfWeek.")
    relative = kind.startswith("relative")
    yearly = kind.endswith("Yearly")
    return Rule(
        cast("Kind", kind),
        _whole(pattern, "interval", 1, 999),
        begin,
        zone,
        month=_whole(pattern, "month", 1, 12) if yearly else 0,
        day=_whole(pattern, "dayOfMonth", 1, 31) if kind.startswith("absolute") else 0,
        days=days if relative or kind == "weekly" else (),
        first=DAYS.index(first) if kind == "weekly" else DAYS.index("sunday"),
        index=INDEXES.index(index) if relative else 0,
    )


def _closed(rule: Rule, closing: dict[str, Any]) -> Rule:
    ending = cast("Ending", _choice(closing.get("type"), get_args(Ending), "recurrenceRangeType"))
    if ending == "numbered":
        return replace(rule, ending=ending, count=_whole(closing, "numberOfOccurrences", 1, 999))
    if ending == "noEnd":
        return rule
    until = _date(closing, "endDate")
    if until < rule.begin:
        raise Refused(400, "ErrorRecurrenceHasNoOccurrence", "The recurrence ends before it starts.")
    return replace(rule, ending=ending, until=until)


def _choice(value: Any, among: tuple[str, ...], kind: str) -> str:
    for one in among:
        if isinstance(value, str) and value.lower() == one.lower():
            return one
    raise bad_body(f"Requested value '{value}' was not found in '{kind}'.")


def _weekdays(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise bad_body("daysOfWeek must be a collection.")
    return tuple(sorted({DAYS.index(_choice(one, DAYS, "dayOfWeek")) for one in value}))


def _whole(source: dict[str, Any], name: str, low: int, high: int) -> int:
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise bad_property(f"{name} must be a whole number from {low} to {high}.")
    return value


def _date(source: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(source[name])
    except (KeyError, TypeError, ValueError) as error:
        raise bad_body(f"{name} must be a date.") from error
