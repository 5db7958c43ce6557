"""What a person types, as values: one set of names for both calendars, in any case, and each side's own names too.
Knows neither Graph's nor Salesforce's shapes."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.parser import isoparse

from services.sandbox.microsoft import zones

DAY = 10  # characters of a date
TEXTS: Final = frozenset({"subject", "location", "body", "start", "end", "time_zone", "show_as"})
NAMES: Final[Mapping[str, str]] = MappingProxyType({
    "subject": "subject", "start": "start", "startdatetime": "start", "end": "end", "enddatetime": "end",
    "location": "location", "body": "body", "description": "body", "showas": "show_as",
    "allday": "all_day", "isallday": "all_day", "isalldayevent": "all_day",
    "private": "private", "isprivate": "private", "attendees": "attendees",
    "teams": "teams", "isonlinemeeting": "teams", "timezone": "time_zone", "zone": "time_zone",
})  # fmt: skip


class Unclear(ValueError):
    """What was asked cannot be understood: why."""


def asked(given: Any) -> dict[str, Any]:
    """The values by neutral name, or by the side's own name where there is no neutral one."""
    if not isinstance(given, dict):
        raise Unclear("`set` must be an object of names and values")
    made: dict[str, Any] = {}
    for key, value in given.items():
        name = NAMES.get(key.lower().replace("_", ""), key)
        made[name] = value if name in TEXTS else parsed(value)
    return made


def parsed(value: Any) -> Any:
    """Text that looks like JSON (true, null, 12, {…}) as what it says; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def flag(name: str, value: Any) -> bool:
    """A yes or no."""
    if isinstance(value, bool):
        return value
    raise Unclear(f"{name} is true or false, not {value!r}")


def listed(value: Any) -> list[Any]:
    """A list, or text with commas."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    return [part.strip() for part in str(value).split(",") if part.strip()]


def moment(name: str, value: Any) -> date | datetime:
    """A date, a wall clock, or a time with its offset, from ISO text."""
    try:
        return date.fromisoformat(value) if len(value) == DAY else isoparse(value)
    except (TypeError, ValueError) as error:
        raise Unclear(f"{name} is a date or a time such as 2026-03-01T09:00, not {value!r}") from error


def place(name: str) -> ZoneInfo:
    """A zone by its Windows or IANA name; Microsoft's Refused for any other."""
    return ZoneInfo(zones.resolve(name))


def wall(at: date | datetime, zone: ZoneInfo) -> datetime:
    """The naive wall clock in a zone; a date is its midnight."""
    if not isinstance(at, datetime):
        return datetime.combine(at, time())
    return _shifted(at, zone).replace(tzinfo=None) if at.tzinfo else at


def _shifted(at: datetime, zone: tzinfo) -> datetime:
    try:
        return at.astimezone(zone)
    except OverflowError as error:
        raise Unclear("a time beyond the calendar") from error


def instant(at: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall clock or of a time with its offset."""
    return _shifted(at if at.tzinfo else at.replace(tzinfo=zone), UTC)


def day(at: date | datetime, zone: ZoneInfo) -> date:
    """The date on which it lies."""
    return wall(at, zone).date()


def tomorrow(at: datetime, zone: ZoneInfo) -> datetime:
    """The next full hour, tomorrow, by the wall clock of the zone."""
    local = wall(at, zone) + timedelta(days=1)
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
