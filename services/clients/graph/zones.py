"""Zone names: Microsoft's Windows names and the IANA names of everybody else (graph.md §3.3). Tables only; a name that
nobody knows is "", never a guess."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

UTC_NAME = "UTC"
_IANA: dict[str, str] = {
    **{name.casefold(): name for name in tz_win if name},
    **{name.casefold(): place for name, place in win_tz.items()},
    **dict.fromkeys(("utc", "etc/utc", "tzone://microsoft/utc"), UTC_NAME),
}


@lru_cache(maxsize=1024)
def iana(name: str | None) -> str:
    """The IANA name for a Windows or IANA name, whatever its case; "" for none, a custom or an unknown one."""
    return _IANA.get((name or "").strip().casefold(), "")


@lru_cache(maxsize=1024)
def windows(zone: str) -> str:
    """The name by which Exchange surely knows an IANA zone; "" when it has none."""
    return UTC_NAME if iana(zone) == UTC_NAME else tz_win.get(zone, "") if zone else ""


def instant(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall clock in an IANA zone; of an hour that comes twice, the first."""
    if zone == UTC_NAME:
        return wall.replace(tzinfo=UTC)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_date(moment: datetime, zone: str) -> date:
    """The date on the wall of `zone` (IANA, "" for UTC)."""
    return moment.astimezone(ZoneInfo(zone or UTC_NAME)).date()


def wall(moment: datetime, zone: str) -> datetime | None:
    """The naive wall clock of an instant, or None where the clock shows that time twice: only UTC can tell (TZ-16)."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        return None
    return local.replace(tzinfo=None, fold=0)
