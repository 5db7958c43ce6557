"""Which of Exchange's zones an iCalendar time means: by its name, or else by how its clock runs (graph.md §3.3).
Never takes a zone whose offsets differ at the event's own times."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from services.sandbox.microsoft import zones

_DAYS = 730


def named(tzid: str | None, clock: tzinfo | None) -> str | None:
    """A name that Exchange knows and that the file gave; None: only the rules can tell."""
    key = getattr(clock, "key", None)
    for name in (tzid and tzid.strip().strip('":'), key):
        if zones.known(name) and (key is None or _same(str(name), key)):
            return str(name)
    return "UTC" if clock is UTC else None


def _same(name: str, key: str) -> bool:
    return zones.resolve(name) == key or ZoneInfo(zones.resolve(name)) == ZoneInfo(key) or name == key


def matched(walls: Iterable[datetime], clock: tzinfo, tzid: str) -> str | None:
    """The zone that agrees with `clock` at these wall times; of several the one that runs most alike for two years
    more, of those the one that `tzid` speaks of."""
    own = _offsets(walls, clock)
    further = _offsets(_telling(min(at for at, _ in own), clock), clock)
    misses = {name: _misses(place, further) for name, place in win_tz.items() if not _misses(place, own)}
    alike = [name for name, missed in misses.items() if missed == min(misses.values())]
    return next((name for name in alike if name in tzid or win_tz[name] in tzid), alike[0] if alike else None)


def _telling(first: datetime, clock: tzinfo) -> list[datetime]:
    """Noon of every day, and every hour of the days on which the clock changes."""
    noons = [datetime.combine(first, time(12)) + timedelta(days=day) for day in range(_DAYS)]
    offsets = [offset for _, offset in _offsets(noons, clock)]
    changes = [noon for noon, now, then in zip(noons, offsets, offsets[1:], strict=False) if now != then]
    return noons + [noon + timedelta(hours=hour) for noon in changes for hour in range(24)]


def _offsets(walls: Iterable[datetime], clock: tzinfo) -> list[tuple[datetime, timedelta | None]]:
    return [(at, at.replace(tzinfo=clock).utcoffset()) for at in walls]


def _misses(place: str, offsets: list[tuple[datetime, timedelta | None]]) -> int:
    """How often they differ; skipped and doubled hours are read differently even by equal clocks."""
    zone = ZoneInfo(place)
    return sum(at.replace(tzinfo=zone).utcoffset() != offset for at, offset in offsets)
