"""Events that cannot be understood, that the policy leaves out, or that a read has missed (scenarios §5)."""

from typing import Any

import pytest

from contracts.observed import Unreadable
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, F_SINGLE, utc
from tests.conformance.scenarios.stage import Stage

Json = dict[str, Any]
SINGLE = "2021-09-22 10:00-11:00 simple_event"


def _no_time(event: Json) -> None:
    event["start"] = {"timeZone": "UTC"}


def _odd_time(event: Json) -> None:
    event["start"] = {"dateTime": "half past nine", "timeZone": "UTC"}


def _backwards(event: Json) -> None:
    event["start"], event["end"] = event["end"], event["start"]


@pytest.mark.parametrize("spoils", [_no_time, _odd_time, _backwards])
async def test_one_broken_event_is_told_and_stops_no_other(spoils: Any, scene: Scene) -> None:  # INB-21, INB-22
    async with scene(AUTUMN) as it:
        it.outlook().add(subject="fine", start="2021-09-23T10:00")
        bad = it.outlook().add(**F_SINGLE)
        it.bend(lambda event: spoils(event) if event["id"] == bad else None)
        await it.sync()
        assert [one.split(" ", 2)[2] for one in it.practifi().shows] == ["fine"]
        assert [message.body.id for message in it.firm.town.heard_of(Unreadable)] == [bad]


async def test_an_event_whose_calendar_id_is_withdrawn_stays_what_it_is(scene: Scene) -> None:  # INB-21, IDN-05
    async with scene(AUTUMN) as it:
        event = it.outlook().add(**F_SINGLE)
        await it.sync()
        it.outlook().change(event, subject="renamed")
        it.bend(lambda shown: shown.update(iCalUId=None))
        await it.sync()
        assert it.practifi().shows == ["2021-09-22 10:00-11:00 renamed"]


async def test_no_time_at_all_is_a_time_and_a_day_without_length_is_one(scene: Scene) -> None:  # INB-22
    def pointless(event: Json) -> None:
        event["end"] = event["start"]

    async with scene(AUTUMN) as it:
        it.outlook().add(**F_SINGLE)
        it.outlook().add(subject="day", isAllDay=True, start=utc("2021-09-23T00:00"), end=utc("2021-09-24T00:00"))
        it.bend(pointless)
        await it.sync()
        assert it.practifi().shows == ["2021-09-22 10:00-10:00 simple_event", "2021-09-23 day"]


async def test_an_excluded_category_is_left_out_in_any_case(scene: Scene) -> None:  # INB-30
    async with scene(AUTUMN, excluded_categories=("Personal",)) as it:
        it.outlook().add(**F_SINGLE, categories=[" personal "])
        it.outlook().add(subject="work", start="2021-09-23T10:00", categories=["Work"])
        await it.sync()
        assert it.practifi().shows == ["2021-09-23 08:00-09:00 work"]


async def test_what_is_excluded_later_stays_until_it_is_called_off(scene: Scene) -> None:  # INB-30, PRV-08
    async with scene(AUTUMN, excluded_categories=("Personal",)) as it:
        event = it.outlook().add(**F_SINGLE | {"attendees": []})
        await it.sync()
        it.outlook().change(event, categories=["Personal"], subject="unseen")
        assert (await it.sync()).nothing
        assert it.practifi().shows == [SINGLE]
        it.outlook().change(event, isCancelled=True)
        await it.sync()
        assert it.practifi().shows == []


async def test_a_meeting_among_an_excluded_domain_is_left_out(scene: Scene) -> None:  # INB-31
    async with scene(AUTUMN, excluded_domains=("attendee.com",)) as it:
        it.outlook().add(**F_SINGLE)
        it.outlook().add(subject="alone", start=utc("2021-09-23T10:00"), end=utc("2021-09-23T11:00"))
        await it.sync()
        assert it.practifi().shows == ["2021-09-23 10:00-11:00 alone"]


async def _known_then_deleted(it: Stage) -> None:
    event = it.outlook().add(**F_SINGLE | {"attendees": []})
    it.outlook().add(subject="stays", start=utc("2021-09-23T10:00"), end=utc("2021-09-23T11:00"))
    await it.sync()
    it.outlook().delete(event)
    it.sides.microsoft.forget_deltas()


async def test_a_stale_event_goes_after_a_complete_read(scene: Scene) -> None:  # INB-32, CUR-03
    async with scene(AUTUMN) as it:
        await _known_then_deleted(it)
        await it.sync()
        assert it.practifi().shows == ["2021-09-23 10:00-11:00 stays"]


async def test_a_stale_event_stays_after_a_read_that_broke_off(scene: Scene) -> None:  # INB-32, SAF-09, CUR-10
    async with scene(AUTUMN) as it:
        await _known_then_deleted(it)
        it.firm.world.faults.set("server-error", side="microsoft")
        assert (await it.sync()).nothing
        assert len(it.practifi().shows) == 2
        it.firm.world.faults.clear()
        await it.later(minutes=10)
        await it.sync()
        assert it.practifi().shows == ["2021-09-23 10:00-11:00 stays"]
