"""Two months go by, day after day: the window moves over what is stored, an endless series rolls forward by one
occurrence a day, and an idle mailbox costs one request a run and no write (D9, R4, rulings 27, 28)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from services.sandbox.wire import Request, Response
from tests.conformance.calendars.firm import POLICY, WHO, Firm, firm

FIRST = datetime(2026, 7, 1, 7, tzinfo=UTC)
"""July and August have 31 days each, so that a window of whole months moves by one day on each day of them."""
DAYS = 60
MONTH = replace(POLICY, past_inbound_days=10, future_inbound_months=1)
DAY = timedelta(days=1)
Json = dict[str, Any]


def times(first: str, hour: int) -> Json:
    start, end = ({"dateTime": f"{first}T{one:02}:00:00", "timeZone": "UTC"} for one in (hour, hour + 1))
    return {"start": start, "end": end}


def standup(first: str = "2026-01-05") -> Json:
    """Every day at nine, for ever."""
    rule = {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": first}}
    return {"subject": "Standup", **times(first, 9), "recurrence": rule}


def lunch(day: date) -> Json:
    return {"subject": "Lunch", **times(day.isoformat(), 12)}


def shown(it: Firm) -> dict[tuple[str, str], Json]:
    """What stands in Practifi, by what a person sees of it."""
    found = {(event["Subject"], event["StartDateTime"][:10]): event for event in it.events()}
    assert len(found) == len(it.events()), "nothing twice"
    return found


def asked(it: Firm) -> tuple[int, int]:
    """Requests into the mailbox, and requests that write, anywhere, since the last look."""
    entries = list(it.world.log.entries)
    it.world.log.entries.clear()
    return len([one for one in entries if one.mailbox == WHO]), len([one for one in entries if one.kind == "write"])


def read_from_the_beginning(it: Firm) -> list[date]:
    """The days on which a round begins without a cursor, from now on."""
    days: list[date] = []

    def door(request: Request) -> Response:
        if request.path.endswith("/delta") and "startDateTime" in request.query:
            days.append(it.town.time.at.date())
        return it.world.handle(request)

    it.door = door
    return days


async def test_day_by_day_what_comes_within_the_window_comes_and_nothing_else_changes(tmp_path: Path) -> None:
    async with firm(tmp_path, FIRST, MONTH) as it:  # D9, R4, REC-41, CUR-21
        outlook, today = it.world.sides.microsoft, FIRST.date()
        outlook.add(WHO, standup(), FIRST)
        lunches = {today + n * DAY for n in range(0, 120, 7)}
        for day in lunches:
            outlook.add(WHO, lunch(day), FIRST)
        await it.sync()
        assert len(it.events()) == 10 + 31 + 5
        asked(it)
        for _ in range(1, DAYS):
            before = shown(it)
            it.town.time.turn(days=1, minutes=-1)
            await it.sync()
            today += DAY
            new, after = today + 30 * DAY, shown(it)
            wanted = {("Standup", f"{new}"), ("Lunch", f"{new}")} if new in lunches else {("Standup", f"{new}")}
            assert after.keys() - before.keys() == wanted, today
            assert {key: after[key] for key in before} == before, today
            assert asked(it) == (1, 1), today


async def test_within_a_day_nothing_is_said_again(tmp_path: Path) -> None:  # ruling 27, CUR-15
    async with firm(tmp_path, FIRST, MONTH) as it:
        it.world.sides.microsoft.add(WHO, standup(), FIRST)
        await it.sync()
        it.town.time.turn(days=1)
        await it.sync()
        asked(it)
        for _ in range(5):
            it.town.time.turn(minutes=15)
            await it.sync()
            assert asked(it) == (1, 0)


async def test_a_window_of_two_years_grows_by_a_day_without_a_burst(tmp_path: Path) -> None:  # ruling 28
    async with firm(tmp_path, FIRST) as it:
        it.world.sides.microsoft.add(WHO, standup(), FIRST)
        await it.sync()
        assert len(it.events()) == 30 + 731
        anew = read_from_the_beginning(it)
        asked(it)
        for number in range(1, 31):
            it.town.time.turn(days=1, minutes=-1)
            await it.sync()
            assert len(it.events()) == 30 + 731 + number
            assert asked(it) == (1, 1), "also on the days on which it is read from the beginning"
        gaps = [(later - earlier).days for earlier, later in pairwise([FIRST.date(), *anew])]
        assert gaps != []
        assert 7 <= min(gaps) <= max(gaps) <= 15


async def test_what_has_left_the_window_stays_when_it_is_deleted_in_outlook(tmp_path: Path) -> None:  # D9, ruling 28
    async with firm(tmp_path, FIRST, MONTH) as it:
        outlook = it.world.sides.microsoft
        old = [outlook.add(WHO, lunch(FIRST.date() + n * DAY), FIRST)["id"] for n in (0, 1)]
        await it.sync()
        for days, id_ in ((15, old[0]), (45, old[1])):
            it.town.time.turn(days=days)
            await it.sync()
            outlook.delete(WHO, id_, it.town.time.at)
            await it.sync()
            assert len(it.events()) == 2, f"{days} days later"
