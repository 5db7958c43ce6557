"""Zone names of Microsoft (Windows and IANA) and its ways of writing times (graph.md §3.3).
Must never guess: a name that Exchange does not know is refused."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.parser import isoparse
from tzlocal.windows_tz import tz_win, win_tz

from services.sandbox.microsoft.refused import Refused, bad_body, bad_property

_FIRST, _LAST = 1601, 4500  # the years of an Exchange calendar
EPOCH = "0001-01-01T00:00:00Z"
_NAMES = {
    **{name.casefold(): name for name in tz_win if name},
    **{name.casefold(): place for name, place in win_tz.items()},
    "utc": "UTC",
    "tzone://microsoft/utc": "UTC",
}


def known(name: object) -> bool:
    """Whether Exchange has a zone of this Windows or IANA name."""
    return isinstance(name, str) and name.casefold() in _NAMES


def resolve(name: object) -> str:
    """The IANA name for a Windows or IANA name; Refused 400 TimeZoneNotSupportedException."""
    if isinstance(name, str) and (place := _NAMES.get(name.casefold())):
        return place
    message = "A valid TimeZone value must be specified. The following TimeZone value is not supported: "
    raise Refused(400, "TimeZoneNotSupportedException", f"{message}'{name or ''}'.")


def instant(wall: datetime, place: str) -> datetime:
    """The UTC instant of a wall clock; a skipped hour is read with the offset before it."""
    if place == "UTC":
        return wall.replace(tzinfo=UTC)
    return wall.replace(tzinfo=ZoneInfo(place)).astimezone(UTC)


def wall(moment: datetime, place: str) -> datetime:
    """The naive wall clock of an instant."""
    return moment.astimezone(ZoneInfo(place)).replace(tzinfo=None)


def seven(naive: datetime) -> str:
    """`2026-03-29T09:00:00.0000000`: seven digits, no offset."""
    return naive.isoformat(timespec="microseconds") + "0"


def stamp(moment: datetime) -> str:
    """A DateTimeOffset with seven digits and Z."""
    return seven(moment.astimezone(UTC).replace(tzinfo=None)) + "Z"


def seconds(moment: datetime) -> str:
    """A DateTimeOffset in whole seconds with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def midnight(day: date) -> datetime:
    """The naive start of a day."""
    return datetime.combine(day, time())


def read(value: object, place: str) -> datetime:
    """A `dateTime` as naive wall clock in `place`; one with an offset is converted."""
    if not isinstance(value, str):
        raise bad_body("Cannot convert the literal to the expected type 'Edm.String' of dateTime.")
    try:
        moment = isoparse(value[:26] if "." in value and len(value) > len("2026-03-29T09:00:00.000000") else value)
    except (ValueError, OverflowError) as error:
        raise bad_body(f"Cannot convert '{value}' to a date and time.") from error
    if not _FIRST <= moment.year < _LAST:
        raise bad_property(f"Exchange keeps no time of the year {moment.year}.")
    return wall(moment, place) if moment.tzinfo else moment


def bound(value: str, name: str) -> datetime:
    """A window's edge as UTC instant; without offset it is UTC (graph.md §2.2)."""
    try:
        moment = isoparse(value.replace(" ", "+"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(400, "ErrorInvalidParameter", f"The value '{value}' of parameter '{name}' is invalid.") from error
