"""Dates and times as Salesforce writes them: UTC, whole seconds, `.000+0000` (salesforce.md §2.2).
Stored as this text, which sorts as time does. Never reads a clock."""

from datetime import UTC, date, datetime
from typing import TypeVar

DAY = 10  # characters of a date
Moment = TypeVar("Moment", date, datetime)
_EARLIEST, _LATEST = 1700, 4000


def wire(at: datetime) -> str:
    """An aware time on the wire: `2026-01-02T03:04:05.000+0000`."""
    return at.astimezone(UTC).isoformat(timespec="seconds")[:19] + ".000+0000"


def read(text: str) -> datetime:
    """An aware UTC time from Salesforce's or ISO notation; ValueError without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or text[DAY : DAY + 1] != "T":
        raise ValueError(text)
    return at.astimezone(UTC)


def within(at: Moment) -> Moment:
    """A date or time that Salesforce can hold; ValueError outside the years 1700 to 4000."""
    if not _EARLIEST <= at.year <= _LATEST:
        raise ValueError(at)
    return at


def midnight(day: date) -> str:
    """The floating midnight of a date, as all-day events carry it."""
    return f"{day.isoformat()}T00:00:00.000+0000"


def read_date(text: str) -> date:
    """A date from `2026-01-02`; ValueError."""
    if len(text) != DAY:
        raise ValueError(text)
    return date.fromisoformat(text)
