"""Date literals of SOQL: TODAY, LAST_N_DAYS:3 and their kin, as days in the zone of the asking user.
Pure; "now" is an argument."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.sandbox.salesforce import times
from services.sandbox.salesforce.refused import bad

_UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def known(word: str) -> bool:
    """Whether a word looks like a date literal."""
    name = word.upper().partition(":")[0]
    return name in ("TODAY", "YESTERDAY", "TOMORROW") or name.startswith(("LAST_", "NEXT_", "THIS_"))


def days(word: str, today: date) -> tuple[date, date]:
    """The first day, and the day after the last, of a literal; Refused MALFORMED_QUERY."""
    name, _, number = word.upper().partition(":")
    if name in ("TODAY", "YESTERDAY", "TOMORROW"):
        first = today + timedelta(days=("YESTERDAY", "TODAY", "TOMORROW").index(name) - 1)
        return first, first + timedelta(days=1)
    which, _, unit = name.partition("_")
    if bool(number) != unit.startswith("N_"):
        raise bad("MALFORMED_QUERY", f"unexpected token: '{word}'")
    unit, count = unit.removeprefix("N_").removesuffix("S") if number else unit, int(number or 1)
    if unit not in _UNITS or (not number and unit == "DAY"):
        raise bad("MALFORMED_QUERY", f"unexpected token: '{word}'")
    if unit == "DAY" and number and which == "LAST":  # today included
        return today - timedelta(days=count), today + timedelta(days=1)
    start = _start(unit, today)
    offsets = {"LAST": (-count, 0), "THIS": (0, 1), "NEXT": (1, count + 1)}[which]
    return _moved(unit, start, offsets[0]), _moved(unit, start, offsets[1])


def _start(unit: str, day: date) -> date:
    """The first day of the day's own week, month, quarter or year."""
    if unit == "DAY":
        return day
    if unit == "WEEK":
        return day - timedelta(days=day.isoweekday() % 7)
    months = _MONTHS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _moved(unit: str, day: date, count: int) -> date:
    if unit in ("DAY", "WEEK"):
        return day + timedelta(days=count * (7 if unit == "WEEK" else 1))
    month = day.year * 12 + day.month - 1 + count * _MONTHS[unit]
    return date(month // 12, month % 12 + 1, 1)


def bounds(word: str, kind: str, now: datetime, zone: str) -> tuple[str, str]:
    """The wire values between which a literal lies, for a field of kind date or datetime; the second excluded."""
    place = ZoneInfo(zone)
    try:
        first, end = days(word, now.astimezone(place).date())
    except (OverflowError, ValueError):
        raise bad("MALFORMED_QUERY", f"unexpected token: '{word}'") from None
    if kind == "date":
        return first.isoformat(), end.isoformat()
    return tuple(times.wire(datetime.combine(day, time(), place)) for day in (first, end))  # type: ignore[return-value] # two
