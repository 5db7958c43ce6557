"""Where an event lies against the present: future, past, or too far ahead. The present comes in as an argument."""

from datetime import UTC, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from contracts.calendar import Timed, When


def start(when: When) -> datetime:
    """The instant when it begins; whole days begin at midnight UTC."""
    return when.start if isinstance(when, Timed) else datetime.combine(when.first, time(), UTC)


def future(when: When, now: datetime) -> bool:
    """Whether it has yet to begin; a whole day has, while it is today."""
    return when.start > now if isinstance(when, Timed) else when.first >= now.date()


def due(when: When, months: int) -> datetime:
    """When it comes within so many months (D8)."""
    return start(when) - relativedelta(months=months)


def length(when: When) -> timedelta:
    """How long it lasts."""
    return when.end - when.start if isinstance(when, Timed) else when.until - when.first
