"""One event that nobody can understand among many: it is set aside with its reason, the others go on, and it goes
through once it is mended (O5, CUR-25, TZ-07)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.observed import Unreadable
from tests.conformance.calendars.firm import WHO, firm

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOBART = "Tasmania Standard Time"
ODD = 417


def weekly(zone: str, subject: str) -> dict[str, object]:
    start, end = ({"dateTime": f"2026-03-09T{hour}:00:00", "timeZone": zone} for hour in ("10", "11"))
    rule = {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]},
        "range": {"type": "numbered", "startDate": "2026-03-09", "numberOfOccurrences": 3},
    }
    return {"subject": subject, "start": start, "end": end, "recurrence": rule}


def lunch(number: int) -> dict[str, object]:
    day = NOW.date() + timedelta(days=number // 4)
    start, end = ({"dateTime": f"{day}T{number % 4 + hour}:00:00", "timeZone": "UTC"} for hour in (12, 13))
    return {"subject": f"Lunch {number:03}", "start": start, "end": end}


def subjects(events: list[dict[str, object]]) -> list[str]:
    return sorted(str(event["Subject"]) for event in events)


async def test_a_series_in_a_zone_that_nobody_knows_stops_nothing_else(tmp_path: Path) -> None:
    async with firm(tmp_path, NOW) as it:
        outlook = it.world.sides.microsoft
        for number in range(4):
            outlook.add(WHO, weekly("W. Europe Standard Time", f"Fine {number}"), NOW)
        odd = outlook.add(WHO, weekly(HOBART, "Odd"), NOW)
        it.spoil = lambda body: body.replace(HOBART.encode(), b"Middle Earth Standard Time")
        await it.sync()
        assert subjects(it.events()) == sorted(f"Fine {number}" for number in range(4) for _ in range(3))
        (told,) = [message.body for message in it.town.heard_of(Unreadable)]
        assert told.id == odd["id"]
        assert "zone" in told.reason
        it.spoil = bytes
        outlook.change(WHO, odd["id"], {"subject": "Even"}, it.town.time.at)
        await it.sync()
        assert subjects(it.events()).count("Even") == 3


async def test_one_of_a_thousand_is_set_aside_and_goes_through_once_it_is_mended(tmp_path: Path) -> None:  # O5, CUR-25
    async with firm(tmp_path, NOW) as it:
        outlook = it.world.sides.microsoft
        made = [outlook.add(WHO, lunch(number), NOW) for number in range(1000)]
        it.spoil = lambda body: body.replace(f'"Lunch {ODD}"'.encode(), b"417")
        await it.sync()
        others = [f"Lunch {number:03}" for number in range(1000) if number != ODD]
        assert subjects(it.events()) == others
        (told,) = [message.body for message in it.town.heard_of(Unreadable)]
        assert told.id == made[ODD]["id"]
        writes = it.writes
        await it.sync()
        assert it.writes == writes
        it.spoil = bytes
        outlook.change(WHO, told.id, {"importance": "high"}, it.town.time.at)
        await it.sync()
        assert subjects(it.events()) == sorted([*others, f"Lunch {ODD}"])
