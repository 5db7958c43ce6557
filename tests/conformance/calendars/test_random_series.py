"""Series of any rule in any zone, with any of their occurrences moved, renamed or cancelled: Practifi shows exactly
what Microsoft shows, before and after (PRO-13)."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.sandbox import calendars
from services.sandbox.microsoft.refused import Refused
from tests.conformance.calendars.firm import WHO, Firm, firm
from tests.conformance.calendars.test_two_way import graph, in_microsoft, in_practifi, row

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ZONES = ("UTC", "Pacific Standard Time", "W. Europe Standard Time", "AUS Eastern Standard Time", "India Standard Time",
         "Hawaiian Standard Time", "Tonga Standard Time", "Europe/Warsaw")  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Json = dict[str, Any]


def pattern(chance: Random, start: datetime) -> Json:
    """A rule that some calendar has."""
    interval = chance.randint(1, 3)
    days = sorted({*chance.sample(DAYS, chance.randint(0, 2)), DAYS[start.weekday()]})
    return chance.choice([
        {"type": "daily", "interval": interval},
        {"type": "weekly", "interval": interval, "daysOfWeek": days, "firstDayOfWeek": "sunday"},
        {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": start.day},
        {"type": "relativeMonthly", "interval": 1, "daysOfWeek": [DAYS[start.weekday()]], "index": "last"},
    ])  # fmt: skip


def series(chance: Random) -> Json:
    """A series of up to twelve, in any zone, of any length, now and then of whole days."""
    zone = chance.choice(ZONES)
    day = datetime.combine(NOW.date(), time()) + timedelta(days=chance.randint(3, 43))
    start = day + timedelta(hours=chance.randint(0, 23), minutes=chance.choice((0, 30)))
    length = timedelta(minutes=chance.choice((15, 60, 24 * 60 + 30)))
    all_day = chance.random() < 0.25
    if all_day:
        start, length = start.replace(hour=0, minute=0), timedelta(days=chance.randint(1, 2))
    span = {"type": "numbered", "startDate": f"{start:%Y-%m-%d}", "numberOfOccurrences": chance.randint(2, 12)}
    moments = ({"dateTime": at.isoformat(), "timeZone": zone} for at in (start, start + length))
    return {"subject": "Series", "isAllDay": all_day, "recurrence": {"pattern": pattern(chance, start), "range": span},
            **dict(zip(("start", "end"), moments, strict=True))}  # fmt: skip


def edited(it: Firm, chance: Random, number: int) -> None:
    """Somebody moves, renames or cancels one occurrence; Exchange may forbid it."""
    occurrences = in_microsoft(it)
    if not occurrences:
        return
    one, at = chance.choice(occurrences), it.town.time.at
    begin = datetime.fromisoformat(one["start"]["dateTime"][:19]).replace(tzinfo=UTC)
    moved = {"start": (begin + timedelta(minutes=chance.randint(-90, 90))).isoformat()}
    try:
        if chance.random() < 0.3:
            calendars.delete(it.world.sides, "microsoft", WHO, one["id"], at)
        else:
            change = (
                {"subject": f"Edited {number}"} if one["isAllDay"] else chance.choice((moved, {"subject": "Other"}))
            )
            calendars.change(it.world.sides, "microsoft", WHO, one["id"], change, at)
    except Refused:
        return


@pytest.mark.parametrize("seed", range(25))
async def test_practifi_shows_what_microsoft_shows_of_any_series(seed: int, tmp_path: Path) -> None:  # PRO-13, R1, Z2
    chance = Random(seed)
    async with firm(tmp_path, NOW) as it:
        for _ in range(3):
            it.world.sides.microsoft.add(WHO, series(chance), NOW)
        await it.sync()
        assert Counter(map(row, in_practifi(it))) == Counter(map(graph, in_microsoft(it)))
        for number in range(8):
            edited(it, chance, number)
        await it.sync()
        assert Counter(map(row, in_practifi(it))) == Counter(map(graph, in_microsoft(it)))
