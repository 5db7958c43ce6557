"""Series from Outlook: each occurrence is one event in Practifi (scenarios §7.1, the first part)."""

import json

import pytest

from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import (
    AUTUMN,
    DAYS,
    F_DAILY3,
    F_DST,
    F_EXP,
    F_MOVED,
    F_SERIES,
    F_SINGLE,
    ROMANCE,
    at,
    daily,
    known,
    lines,
    utc,
)
from tests.conformance.scenarios.wrote import Write


async def test_a_series_is_seven_events_that_say_so(scene: Scene) -> None:  # REC-01, R1, R2
    async with scene(AUTUMN) as it:
        await known(it)
        assert it.practifi().shows == lines(*DAYS)
        rows = it.practifi().events
        assert {row["Recurring_in_Microsoft_365__c"] for row in rows} == {True}
        assert {row["Recurrence_in_Microsoft_365__c"] for row in rows} == {"Every 2 days until 4 Oct 2021"}
        assert not any(row["IsRecurrence"] or row["IsRecurrence2"] for row in rows)


def _without_occurrences(body: bytes) -> bytes:
    said = json.loads(body)
    if isinstance(said.get("value"), list):
        said["value"] = [row for row in said["value"] if not row.get("seriesMasterId")]
    return json.dumps(said).encode()


async def test_an_empty_list_of_occurrences_is_not_believed(scene: Scene) -> None:  # REC-07
    async with scene(AUTUMN) as it:
        series = await known(it)
        it.outlook().change(series, subject="renamed")
        it.firm.spoil = lambda body: _without_occurrences(body) if body.startswith(b"{") else body
        assert (await it.sync()).nothing
        assert it.practifi().shows == lines(*DAYS)
        it.firm.spoil = bytes
        await it.sync()
        assert it.practifi().shows == lines(*DAYS, name="renamed")


async def test_a_renamed_occurrence_alone_is_renamed(scene: Scene) -> None:  # REC-08
    async with scene(AUTUMN) as it:
        series = await known(it)
        row = it.practifi().on("2021-09-24")
        it.outlook().change(it.outlook().on(series, "2021-09-24"), subject="other")
        wrote = await it.sync()
        assert wrote.practifi == [("PATCH", row, {"Subject"})]


async def test_a_moved_occurrence_stays_the_same_event(scene: Scene) -> None:  # REC-09, R3
    async with scene(AUTUMN) as it:
        series = await known(it)
        row = it.practifi().on("2021-09-26")
        third = it.outlook().on(series, "2021-09-26")
        it.outlook().change(third, **at("2021-09-25"))
        wrote = await it.sync()
        assert [write[:2] for write in wrote.practifi] == [("PATCH", row)]
        assert it.practifi().row(row)["StartDateTime"].startswith("2021-09-25T10:00")
        it.outlook().delete(third)
        assert (await it.sync()).practifi == [Write("DELETE", row)]


async def test_five_occurrences_are_renamed_one_by_one(scene: Scene) -> None:  # REC-11
    async with scene(AUTUMN) as it:
        series = await known(it)
        for day in DAYS[2:]:
            it.outlook().change(it.outlook().on(series, day), subject=f"event of {day}")
        await it.sync()
        renamed = [line for day in DAYS[2:] for line in lines(day, name=f"event of {day}")]
        assert it.practifi().shows == sorted([*lines(*DAYS[:2]), *renamed])


SPLITS = {
    "shifted": ("2021-09-25", "2021-10-03", ["2021-09-25", "2021-09-27", "2021-09-29", "2021-10-01", "2021-10-03"]),
    "overlapping": ("2021-09-23", "2021-10-01", ["2021-09-23", "2021-09-25", "2021-09-27", "2021-09-29", "2021-10-01"]),
}


@pytest.mark.parametrize("split", SPLITS.values(), ids=SPLITS)
async def test_this_and_future_becomes_a_series_of_its_own(split: tuple[str, str, list[str]], scene: Scene) -> None:
    first, last, days = split  # REC-12, REC-13, ruling 2
    async with scene(AUTUMN) as it:
        series = await known(it)
        it.outlook().change(series, recurrence=daily("2021-09-22", "2021-09-25", ROMANCE, 2))
        it.outlook().add(**F_SERIES | at(first) | {"recurrence": daily(first, last, ROMANCE, 2)})
        wrote = await it.sync()
        assert it.practifi().shows == sorted(lines(*DAYS[:2], *days))
        assert wrote.microsoft == []
        assert it.sides.microsoft.mails == []


async def test_a_series_that_is_shifted_and_shorter_keeps_five(scene: Scene) -> None:  # REC-17, ruling 2
    async with scene(AUTUMN) as it:
        series = await known(it)
        rows = [row["Id"] for row in it.practifi().events]
        it.outlook().change(series, **at("2021-09-21"), recurrence=daily("2021-09-21", "2021-09-29", ROMANCE, 2))
        await it.sync()
        assert it.practifi().shows == lines("2021-09-21", "2021-09-23", "2021-09-25", "2021-09-27", "2021-09-29")
        assert [row["Id"] for row in it.practifi().events] == rows[:5]


async def test_shifted_and_shorter_with_an_occurrence_elsewhere(scene: Scene) -> None:  # REC-18
    async with scene(AUTUMN) as it:
        series = await known(it)
        it.outlook().change(series, **at("2021-09-21"), recurrence=daily("2021-09-21", "2021-09-29", ROMANCE, 2))
        it.outlook().change(it.outlook().on(series, "2021-09-23"), **at("2021-09-24"))
        await it.sync()
        assert it.practifi().shows == lines("2021-09-21", "2021-09-24", "2021-09-25", "2021-09-27", "2021-09-29")


@pytest.mark.parametrize("gone", [DAYS[3:4], DAYS[4:], DAYS[:1]], ids=["one", "the_last_three", "the_first"])
async def test_deleted_occurrences_go_alone(gone: tuple[str, ...], scene: Scene) -> None:  # REC-19, REC-21
    async with scene(AUTUMN) as it:
        series = await known(it)
        it.outlook().delete(*(it.outlook().on(series, day) for day in gone))
        wrote = await it.sync()
        assert it.practifi().shows == lines(*(day for day in DAYS if day not in gone))
        assert [write.method for write in wrote.practifi] == ["DELETE"] * len(gone)


async def test_a_deleted_series_goes_whole(scene: Scene) -> None:  # REC-22, REC-28b
    async with scene(AUTUMN) as it:
        it.outlook().delete(await known(it))
        await it.sync()
        assert it.practifi().shows == []


MAY = ("2020-05-03", "2020-05-04", "2020-05-05")


async def test_thin_occurrences_bear_the_name_of_their_series(scene: Scene) -> None:  # REC-03, REC-23
    async with scene("2020-05-02T00:00") as it:
        it.outlook().add(**F_DAILY3)
        await it.sync()
        assert it.practifi().shows == lines(*MAY, name="My recurrent event", hours="14:30-16:00")


async def test_what_outlook_brings_back_comes_back(scene: Scene) -> None:  # REC-27
    async with scene("2020-05-02T00:00") as it:
        series = it.outlook().add(**F_DAILY3)
        await it.sync()
        for day, left in ((MAY[0], MAY[1:]), (MAY[2], MAY[1:2])):
            it.outlook().delete(it.outlook().on(series, day))
            await it.sync()
            assert it.practifi().shows == lines(*left, name="My recurrent event", hours="14:30-16:00")
        it.outlook().change(series, end=utc("2020-05-03T16:30"), recurrence=daily(MAY[0], MAY[2], "UTC"))
        await it.sync()
        assert it.practifi().shows == lines(*MAY, name="My recurrent event", hours="14:30-16:30")


async def test_a_split_with_an_exception_in_one_round(scene: Scene) -> None:  # REC-28
    async with scene("2020-05-02T00:00") as it:
        series = it.outlook().add(**F_DAILY3)
        await it.sync()
        it.outlook().change(series, end=utc("2020-05-03T16:30"), recurrence=daily(MAY[0], MAY[0], ROMANCE))
        tail = daily(MAY[1], "2020-05-06", ROMANCE)
        new = it.outlook().add(**F_DAILY3 | at(MAY[1], "14:30", "17:00") | {"recurrence": tail})
        it.outlook().change(it.outlook().on(new, MAY[2]), subject="My recurrent event 2")
        await it.sync()
        assert it.practifi().shows == [
            "2020-05-03 14:30-16:30 My recurrent event",
            "2020-05-04 14:30-17:00 My recurrent event",
            "2020-05-05 14:30-17:00 My recurrent event 2",
            "2020-05-06 14:30-17:00 My recurrent event",
        ]


async def test_an_occurrence_that_is_called_off_goes(scene: Scene) -> None:  # REC-29
    async with scene("2021-07-14T00:00") as it:
        outside = {"emailAddress": {"name": "Olga", "address": "olga@elsewhere.example"}}
        rule = daily("2021-07-15", "2021-07-17", "UTC")
        series = it.outlook().add(**F_SINGLE | at("2021-07-15"), recurrence=rule, organizer=outside)
        await it.sync()
        middle = it.outlook().on(series, "2021-07-16")
        it.outlook().change(middle, subject="Canceled: simple_event", isCancelled=True)
        await it.sync()
        assert it.practifi().shows == lines("2021-07-15", "2021-07-17", name="simple_event")


async def test_one_deletion_is_exactly_one(scene: Scene) -> None:  # REC-31
    async with scene("2022-09-18T00:00") as it:
        series = it.outlook().add(**F_EXP)
        await it.sync()
        row = it.practifi().on("2022-09-20")
        it.outlook().delete(it.outlook().on(series, "2022-09-20"))
        assert (await it.sync()).practifi == [Write("DELETE", row)]


async def test_over_the_end_of_summer_time_nothing_is_missing_but_what_is(scene: Scene) -> None:  # REC-32, REC-33
    async with scene("2022-11-04T00:00") as it:
        series = it.outlook().add(**F_DST)
        await it.sync()
        assert it.practifi().shows == ["2022-11-05 12:00-12:30 dst", "2022-11-06 13:00-13:30 dst"]
        row = it.practifi().on("2022-11-06")
        it.sides.microsoft.forget_deltas()
        assert (await it.sync()).nothing
        it.outlook().delete(it.outlook().on(series, "2022-11-06"))
        assert (await it.sync()).practifi == [Write("DELETE", row)]


async def test_a_moved_occurrence_stands_at_its_new_hour(scene: Scene) -> None:  # REC-09
    async with scene("2022-09-25T00:00") as it:
        series = it.outlook().add(**F_MOVED)
        it.outlook().change(it.outlook().on(series, "2022-09-27"), **at("2022-09-27", "13:30", "14:00"))
        await it.sync()
        assert it.practifi().shows == [
            "2022-09-26 12:00-12:30 moved", "2022-09-27 13:30-14:00 moved", "2022-09-28 12:00-12:30 moved",
        ]  # fmt: skip
