"""Whole days, zones and summer time (scenarios §8)."""

from typing import Any

import pytest

from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import EASTERN, PACIFIC, daily, rule, utc
from tests.conformance.scenarios.stage import MIKE

Json = dict[str, Any]
MARCH = "2026-03-02T08:00"
LONDON = "GMT Standard Time"


def wall(at: str, zone: str) -> Json:
    return {"dateTime": f"{at}:00", "timeZone": zone}


def whole(first: str, until: str, zone: str = "UTC") -> Json:
    return {"isAllDay": True, "start": wall(f"{first}T00:00", zone), "end": wall(f"{until}T00:00", zone)}


@pytest.mark.parametrize(("until", "last", "shown"), [
    ("2026-03-11", "2026-03-10", "2026-03-10 Holiday"), ("2026-03-13", "2026-03-12", "2026-03-10..12 Holiday"),
])  # fmt: skip
async def test_whole_days_are_the_same_days(until: str, last: str, shown: str, scene: Scene) -> None:
    async with scene(MARCH) as it:  # TZ-09, TZ-10, Z1
        it.outlook().add(subject="Holiday", **whole("2026-03-10", until))
        await it.sync()
        row = it.practifi().only
        assert it.practifi().shows == [shown]
        assert (row["IsAllDayEvent"], row["ActivityDate"], row["EndDateTime"][:10]) == (True, "2026-03-10", last)


async def test_a_whole_day_of_practifi_is_sent_as_midnights(scene: Scene) -> None:  # TZ-11
    async with scene(MARCH) as it:
        it.practifi().add(subject="Holiday", start="2026-03-10", end="2026-03-10")
        wrote = await it.sync()
        (body,) = wrote.bodies
        assert body["isAllDay"] is True
        assert body["start"]["dateTime"].startswith("2026-03-10T00:00:00")
        assert body["end"]["dateTime"].startswith("2026-03-11T00:00:00")
        assert it.outlook().shows == ["2026-03-10 Holiday"]


@pytest.mark.parametrize("zone", ["New Zealand Standard Time", PACIFIC, "India Standard Time", "UTC"])
async def test_a_whole_day_is_its_date_in_every_zone(zone: str, scene: Scene) -> None:  # TZ-12, Z1
    async with scene(MARCH) as it:
        it.sides.microsoft.change_user(MIKE, zone=zone)
        it.outlook().add(subject="Theirs", **whole("2026-03-10", "2026-03-11", zone))
        it.practifi().add(subject="Ours", start="2026-03-12", end="2026-03-12")
        await it.sync()
        assert it.practifi().shows == it.outlook().shows == ["2026-03-10 Theirs", "2026-03-12 Ours"]


@pytest.mark.parametrize(("first", "last"), [("2026-03-05", "2026-03-12"), ("2026-10-29", "2026-11-05")])
@pytest.mark.parametrize("zone", [EASTERN, "New Zealand Standard Time"])
async def test_whole_days_over_a_change_of_clocks(first: str, last: str, zone: str, scene: Scene) -> None:  # TZ-13
    async with scene(MARCH) as it:
        it.outlook().add(subject="Camp", **whole(first, f"{first[:8]}{int(first[8:]) + 1:02}", zone),
                         recurrence=daily(first, last, zone))  # fmt: skip
        await it.sync()
        days = [line[:10] for line in it.practifi().shows]
        assert len(days) == len(set(days)) == 8
        assert (days[0], days[-1]) == (first, last)
        assert it.practifi().shows == it.outlook().shows


async def test_the_last_day_of_the_window_is_in_and_the_next_one_is_not(scene: Scene) -> None:  # TZ-14
    async with scene(MARCH, future_inbound_months=1) as it:
        it.outlook().add(subject="in", **whole("2026-04-01", "2026-04-02"))
        it.outlook().add(subject="out", **whole("2026-04-02", "2026-04-03"))
        await it.sync()
        assert it.practifi().shows == ["2026-04-01 in"]
        it.sides.microsoft.forget_deltas()
        assert (await it.sync()).nothing


async def test_a_summer_event_of_practifi_is_the_same_instant_in_outlook(scene: Scene) -> None:  # TZ-15, TZ-19
    async with scene(MARCH) as it:
        it.practifi().add(subject="July", start="2026-07-01T14:00Z", end="2026-07-01T15:00Z")
        await it.sync()
        assert it.outlook().shows == ["2026-07-01 14:00-15:00 July"]


async def test_the_label_is_the_zone_of_the_numbers(scene: Scene) -> None:  # TZ-19
    async with scene(MARCH) as it:
        it.outlook().add(subject="London", start=wall("2026-07-01T10:00", LONDON), end=wall("2026-07-01T11:00", LONDON))
        await it.sync()
        row = it.practifi().only["Id"]
        it.practifi().change(row, start="2026-07-01T12:00Z", end="2026-07-01T13:00Z")
        wrote = await it.sync()
        said = wrote.bodies[0]["start"]
        assert (said["dateTime"][:16], said["timeZone"]) in {("2026-07-01T13:00", LONDON), ("2026-07-01T12:00", "UTC")}
        assert it.outlook().shows == it.practifi().shows == ["2026-07-01 12:00-13:00 London"]


async def test_the_hour_that_comes_twice_stays_two_hours(scene: Scene) -> None:  # TZ-16
    async with scene(MARCH) as it:
        it.outlook().add(
            subject="Theirs", start=wall("2026-11-01T03:00", EASTERN), end=wall("2026-11-01T03:30", EASTERN)
        )
        await it.sync()
        row = it.practifi().only["Id"]
        it.practifi().add(subject="Before", start="2026-11-01T05:30Z", end="2026-11-01T05:45Z")
        it.practifi().add(subject="After", start="2026-11-01T06:30Z", end="2026-11-01T06:45Z")
        for hour in ("05", "06"):
            it.practifi().change(row, start=f"2026-11-01T{hour}:30Z", end=f"2026-11-01T{hour}:45Z")
            await it.sync()
            assert it.outlook().shows == it.practifi().shows
            assert f"2026-11-01 {hour}:30-{hour}:45 Theirs" in it.outlook().shows


async def test_an_hour_that_does_not_exist_is_shifted_once(scene: Scene) -> None:  # TZ-17
    async with scene(MARCH) as it:
        it.outlook().add(
            subject="Early", start=wall("2026-03-08T02:30", EASTERN), end=wall("2026-03-08T03:30", EASTERN)
        )
        await it.sync()
        assert it.practifi().shows == it.outlook().shows
        it.practifi().change(it.practifi().only["Id"], location="Library")
        wrote = await it.sync()
        assert [write.keys for write in wrote.microsoft] == [{"location"}]
        assert it.practifi().shows == it.outlook().shows


async def test_nine_o_clock_in_new_york_stays_nine_o_clock(scene: Scene) -> None:  # TZ-18, Z2
    async with scene("2026-03-01T08:00") as it:
        weekly = rule({"type": "weekly", "daysOfWeek": ["monday"]}, "2026-03-02", "2026-03-09", EASTERN)
        it.outlook().add(subject="Nine", start=wall("2026-03-02T09:00", EASTERN), end=wall("2026-03-02T10:00", EASTERN),
                         recurrence=weekly)  # fmt: skip
        await it.sync()
        assert it.practifi().shows == ["2026-03-02 14:00-15:00 Nine", "2026-03-09 13:00-14:00 Nine"]
        it.practifi().change(it.practifi().on("2026-03-09"), subject="Nine sharp")
        wrote = await it.sync()
        assert [write.keys for write in wrote.microsoft] == [{"subject"}]


async def test_another_zone_for_the_same_instant_writes_nothing(scene: Scene) -> None:  # TZ-20
    async with scene(MARCH) as it:
        event = it.outlook().add(subject="Call", start=utc("2026-03-10T18:00"), end=utc("2026-03-10T19:00"))
        await it.sync()
        it.outlook().change(event, start=wall("2026-03-10T11:00", PACIFIC), end=wall("2026-03-10T12:00", PACIFIC))
        assert (await it.sync()).nothing
        it.practifi().delete(it.practifi().only["Id"])
        await it.sync()
        assert it.outlook().shows == []


async def test_fractions_of_a_second_are_no_change(scene: Scene) -> None:  # TZ-21
    def precise(event: Json) -> None:
        for key in ("start", "end"):
            event[key]["dateTime"] = event[key]["dateTime"][:20] + "1234567"

    async with scene(MARCH) as it:
        event = it.outlook().add(subject="Call", start=utc("2026-03-10T10:00"), end=utc("2026-03-10T11:00"))
        it.bend(precise)
        await it.sync()
        assert it.practifi().shows == ["2026-03-10 10:00-11:00 Call"]
        it.practifi().change(it.practifi().only["Id"], subject="New")
        wrote = await it.sync()
        assert wrote.microsoft == [("PATCH", event, {"subject"})]


async def test_timed_and_whole_days_turn_into_each_other_in_practifi(scene: Scene) -> None:  # TZ-22
    async with scene(MARCH) as it:
        it.outlook().add(subject="Fair", start=utc("2026-03-10T10:00"), end=utc("2026-03-10T11:00"))
        await it.sync()
        row = it.practifi().only["Id"]
        it.practifi().change(row, start="2026-03-10", end="2026-03-11")
        await it.sync()
        assert it.outlook().shows == it.practifi().shows == ["2026-03-10..11 Fair"]
        it.practifi().change(row, all_day=False, start="2026-03-10T10:00Z", end="2026-03-10T12:00Z")
        await it.sync()
        assert it.outlook().shows == it.practifi().shows == ["2026-03-10 10:00-12:00 Fair"]


async def test_a_night_with_a_change_of_clocks_keeps_its_length(scene: Scene) -> None:  # TZ-23
    async with scene(MARCH) as it:
        it.outlook().add(
            subject="Night", start=wall("2026-03-07T22:00", EASTERN), end=wall("2026-03-08T04:00", EASTERN)
        )
        await it.sync()
        row = it.practifi().only
        assert (row["StartDateTime"][:16], row["EndDateTime"][:16]) == ("2026-03-08T03:00", "2026-03-08T08:00")
        assert row["DurationInMinutes"] == 300


EDGES = {
    "ends as it begins": ("2026-01-30T23:00:00", "2026-01-31T00:00:00", False),
    "ends a second later": ("2026-01-30T23:00:00", "2026-01-31T00:00:01", True),
    "no length, as it begins": ("2026-01-31T00:00:00", "2026-01-31T00:00:00", True),
    "no length, a second before": ("2026-01-30T23:59:59", "2026-01-30T23:59:59", False),
    "begins a second before its end": ("2026-04-01T23:59:59", "2026-04-02T01:00:00", True),
    "begins as it ends": ("2026-04-02T00:00:00", "2026-04-02T01:00:00", False),
    "no length, as it ends": ("2026-04-02T00:00:00", "2026-04-02T00:00:00", False),
}


async def test_the_edges_of_the_window_are_the_same_for_everybody(scene: Scene) -> None:  # TZ-25
    async with scene(MARCH, future_inbound_months=1) as it:
        events = {}
        for name, (start, end, _) in EDGES.items():
            times = {key: {"dateTime": at, "timeZone": "UTC"} for key, at in (("start", start), ("end", end))}
            events[name] = it.outlook().add(subject=name, **times)
        wanted = sorted(name for name, (*_, inside) in EDGES.items() if inside)
        await it.sync()
        assert sorted(row["Subject"] for row in it.practifi().events) == wanted
        it.sides.microsoft.forget_deltas()
        assert (await it.sync()).nothing, "read afresh"
        for event in events.values():
            it.outlook().change(event, location="Library")
        wrote = await it.sync()
        assert [write.keys for write in wrote.practifi] == [{"Location"}] * len(wanted), "read on"
        assert sorted(row["Subject"] for row in it.practifi().events) == wanted
