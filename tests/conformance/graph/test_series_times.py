"""When the occurrences of a series are, and which of them lie in the window: over the change of clocks, from long ago
and from afar (REC, TZ)."""

from datetime import UTC, datetime, timedelta

import pytest

from services.graph_poller.window import said
from tests.conformance.graph.reader import POLICY, Reader, start
from tests.conformance.graph.stage import Stage

SEPTEMBER = datetime(2021, 9, 22, tzinfo=UTC)
NOVEMBER = datetime(2022, 11, 4, tzinfo=UTC)
MARCH = datetime(2026, 3, 20, 8, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 20, 8, tzinfo=UTC)


async def test_one_deletion_is_exactly_one(stage: Stage) -> None:  # REC-31
    it = Reader(stage, datetime(2022, 9, 18, tzinfo=UTC))
    master = it.series("Talk", "2022-09-19T08:00", "2022-09-21", zone="Pacific Standard Time")
    await it.run()
    assert it.starts() == ["09-19 15:00", "09-20 15:00", "09-21 15:00"]
    it.delete(it.occurrence(master, "2022-09-20"))
    assert [(one.series, one.slot) for one in (await it.run()).vanished] == [(master, "2022-09-20")]


@pytest.mark.parametrize(("lost", "left"), [
    pytest.param((), ["11-05 12:00", "11-06 13:00"], id="REC-32 nothing is missing although the hour changes"),
    pytest.param(("2022-11-06",), ["11-05 12:00"], id="REC-33 what is missing is the one an hour later"),
])  # fmt: skip
async def test_over_the_change_of_clocks(stage: Stage, lost: tuple[str, ...], left: list[str]) -> None:
    it = Reader(stage, NOVEMBER)
    master = it.series("Talk", "2022-11-05T08:00", "2022-11-06", zone="Eastern Standard Time")
    await it.run()
    for day in lost:
        it.delete(it.occurrence(master, day))
    it.change(master, location={"displayName": "Room 1"})
    assert [one.slot for one in (await it.run()).vanished] == list(lost)
    assert it.starts() == left


async def test_a_weekly_series_keeps_its_wall_clock_and_causes_no_storm(stage: Stage) -> None:  # TZ-18, Z2
    it = Reader(stage, datetime(2026, 3, 1, tzinfo=UTC))
    it.series("Standup", "2026-03-02T09:00", "2026-03-16", zone="Eastern Standard Time",
              rule={"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]})  # fmt: skip
    first = await it.run()
    assert it.starts() == ["03-02 14:00", "03-09 13:00", "03-16 13:00"]
    assert (await it.run()).items == ()
    assert (await it.run(fresh=True)).items == first.items


@pytest.mark.parametrize(("now", "first", "last"), [
    pytest.param(MARCH, "2026-03-26", "2026-04-02", id="spring"),
    pytest.param(AUTUMN, "2026-10-22", "2026-10-29", id="autumn"),
])  # fmt: skip
@pytest.mark.parametrize("zone", ["W. Europe Standard Time", "New Zealand Standard Time", "UTC"])
async def test_whole_days_over_the_change_of_clocks(
    stage: Stage, now: datetime, first: str, last: str, zone: str
) -> None:  # TZ-13, Z1
    it = Reader(stage, now)
    it.series("Leave", f"{first}T00:00", last, zone=zone, length=timedelta(days=1), isAllDay=True)
    await it.run()
    days = [(datetime.fromisoformat(first) + timedelta(days=n)).date() for n in range(8)]
    assert it.starts() == [f"{day:%m-%d}" for day in days]
    assert [key[-10:] for key in sorted(it.there)] == [day.isoformat() for day in days]


async def test_an_hour_that_the_clock_leaves_out_is_shifted_once_and_stays(stage: Stage) -> None:  # TZ-17
    it = Reader(stage, MARCH)
    it.series("Backup", "2026-03-28T02:30", "2026-03-30", zone="W. Europe Standard Time")
    first = await it.run()
    assert it.starts() == ["03-28 01:30", "03-29 01:30", "03-30 00:30"]
    assert [item.slot for item in first.items] == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert (await it.run(fresh=True)).items == first.items


async def test_the_last_day_of_the_window_is_in_and_the_next_is_not_until_tomorrow(stage: Stage) -> None:  # TZ-14
    it = Reader(stage, MARCH)
    it.series("Leave", "2026-06-18T00:00", "2026-06-22", length=timedelta(days=1), isAllDay=True)
    await it.run()
    assert it.starts() == ["06-18", "06-19"], "the window of three months ends with 19 June"
    for fresh in (False, True):
        again = await it.run(fresh=fresh)
        assert (it.starts(), again.vanished) == (["06-18", "06-19"], ())
    it.later(days=1)
    assert [start(item) for item in (await it.run()).items] == ["06-20"]


async def test_an_exception_of_a_series_that_is_over_is_kept(stage: Stage) -> None:  # REC-39
    it = Reader(stage, SEPTEMBER)
    master = it.series("Talk", "2021-09-10", "2021-09-14")
    it.moves(it.occurrence(master, "2021-09-14"), "2021-09-25T10:00:00", "2021-09-25T11:00:00")
    await it.run()
    assert it.starts() == ["09-25 10:00"]
    await it.run(fresh=True)
    assert it.starts() == ["09-25 10:00"]


async def test_a_series_that_began_long_ago_shows_what_lies_in_the_window(stage: Stage) -> None:  # REC-47
    it = Reader(stage, SEPTEMBER)
    it.series("Talk", "2015-01-05", rule={"type": "weekly", "interval": 4, "daysOfWeek": ["monday"]})
    await it.run()
    assert it.starts() == ["10-04 10:00", "11-01 10:00", "11-29 10:00"]


@pytest.mark.parametrize(("day", "to"), [
    pytest.param("2021-08-01", "2021-09-24", id="from long ago"),
    pytest.param("2022-01-28", "2021-12-01", id="from afar"),
])  # fmt: skip
async def test_an_occurrence_that_moves_into_the_window_appears_once(stage: Stage, day: str, to: str) -> None:  # REC-48
    it = Reader(stage, SEPTEMBER)
    master = it.series("Talk", "2021-08-01", rule={"type": "daily", "interval": 180})
    await it.run()
    assert it.shown() == []
    it.moves(it.occurrence(master, day), f"{to}T10:00:00", f"{to}T11:00:00")
    for fresh in (False, False, True):
        await it.run(fresh=fresh)
        assert [(key, start(item)) for key, item in it.there.items()] == [(f"{master}/{day}", f"{to[5:]} 10:00")]


async def test_what_lies_before_the_window_is_never_said(stage: Stage) -> None:  # REC-49
    it = Reader(stage, SEPTEMBER)
    it.series("Talk", "2021-07-01", "2021-09-30")
    said_ = [item for fresh in (False, True, True) for item in (await it.run(fresh=fresh)).items]
    low, _ = said(POLICY, it.now)
    assert min(item.slot for item in said_) == low.date().isoformat() == "2021-09-17"
    assert len(it.there) == 14
