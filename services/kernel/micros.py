"""Times as stores keep them: whole microseconds since 1970, UTC, so that they sort and compare as numbers."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """The whole microseconds of an aware time. TypeError for a naive one."""
    return (at - _EPOCH) // _MICRO


def instant(number: int) -> datetime:
    return _EPOCH + number * _MICRO
