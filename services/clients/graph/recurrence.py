"""Says the rule of a series in words (R2). Never computes dates: Microsoft expands its series itself."""

from datetime import date

from services.clients.graph.shape import Pattern, Range, Recurrence

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SETS = {7: "day", 5: "weekday", 2: "weekend day"}
_EVERY = {"daily": ("Daily", "days"), "weekly": ("Weekly", "weeks"), "monthly": ("Monthly", "months")}
UNKNOWN = "Repeats"


def words(recurrence: Recurrence) -> str:
    """One English sentence without a full stop: "Every 2 weeks on Mon, Wed until 30 Jun 2027".

    A pattern that nobody knows is "Repeats". Of several days of a relative pattern the first that fits counts
    (graph.md §3.5). ValueError or IndexError for figures that no calendar has.
    """
    pattern = recurrence.pattern
    kind = pattern.type.casefold()
    unit = next((unit for unit in ("daily", "weekly", "monthly", "yearly") if kind.endswith(unit)), "")
    if not unit:
        return UNKNOWN + _until(recurrence.range)
    return _often(unit, pattern.interval) + _on(kind, pattern) + _until(recurrence.range)


def _often(unit: str, interval: int) -> str:
    once, many = _EVERY.get(unit, ("Yearly", "years"))
    return once if interval <= 1 else f"Every {interval} {many}"


def _on(kind: str, pattern: Pattern) -> str:
    if kind == "weekly":
        names = ", ".join(_short(_sorted(pattern)))
        return f" on {names}" if names else ""
    if kind == "absolutemonthly":
        return f" on day {_within(pattern.day_of_month, 31)}"
    if kind == "absoluteyearly":
        return f" on {_within(pattern.day_of_month, 31)} {_month(pattern)}"
    if kind == "relativemonthly":
        return f" on {_which(pattern)}"
    return f" on {_which(pattern)} of {_month(pattern)}" if kind == "relativeyearly" else ""


def _which(pattern: Pattern) -> str:
    days = _sorted(pattern)
    named = _SETS.get(len(days), "")
    whole = named and days == {7: _DAYS, 5: _DAYS[:5], 2: _DAYS[5:]}[len(days)]
    return f"the {(pattern.index or 'first').casefold()} {named if whole else ' or '.join(_short(days))}"


def _sorted(pattern: Pattern) -> tuple[str, ...]:
    return tuple(sorted({day.casefold() for day in pattern.days_of_week or ()}, key=_DAYS.index))


def _short(days: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(day[:3].capitalize() for day in days)


def _month(pattern: Pattern) -> str:
    return _MONTHS[_within(pattern.month, 12) - 1]


def _within(number: int, most: int) -> int:
    if not 1 <= number <= most:
        raise ValueError(number)
    return number


def _until(span: Range) -> str:
    kind = span.type.casefold()
    if kind == "numbered":
        return ", once" if span.number_of_occurrences == 1 else f", {span.number_of_occurrences} times"
    if kind == "enddate":
        last = date.fromisoformat(span.end_date or "")
        return f" until {last.day} {_MONTHS[last.month - 1]} {last.year}"
    return ""
