"""Both sides change, our own writes come back, and remotes keep what we send in their own way (scenarios §12)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.facts import Conflict
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, F_SINGLE, at, utc
from tests.conformance.scenarios.stage import JOHN, Stage

Json = dict[str, Any]
ALONE = F_SINGLE | at("2021-09-29") | {"attendees": []}
CALL: Json = {"subject": "Call", "start": "2021-09-29T10:00Z", "end": "2021-09-29T11:00Z"}
MINUTES = pytest.mark.parametrize("minutes", [0, 10, -10], ids=["on_time", "we_are_behind", "we_are_ahead"])


async def paired(it: Stage, minutes: int = 0) -> tuple[str, str]:
    """A meeting that both sides have; the remotes' clocks are so far ahead of ours (CON-13)."""
    it.firm.skew = timedelta(minutes=minutes)
    event = it.outlook().add(**ALONE)
    await it.sync()
    return event, it.practifi().only["Id"]


@MINUTES
async def test_different_fields_both_survive(minutes: int, scene: Scene) -> None:  # CON-01, CON-13
    async with scene(AUTUMN) as it:
        event, row = await paired(it, minutes)
        it.practifi().change(row, location="Library")
        it.outlook().change(event, subject="theirs")
        wrote = await it.sync()
        assert wrote.microsoft == [("PATCH", event, {"location"})]
        assert wrote.practifi == [("PATCH", row, {"Subject"})]
        assert it.facts(Conflict) == []


@MINUTES
async def test_the_same_new_value_is_written_nowhere(minutes: int, scene: Scene) -> None:  # CON-03, CON-13
    async with scene(AUTUMN) as it:
        event, row = await paired(it, minutes)
        it.practifi().change(row, subject="agreed")
        it.outlook().change(event, subject="agreed")
        assert (await it.sync()).nothing


@MINUTES
async def test_microsoft_wins_the_field_that_both_changed_and_no_other(minutes: int, scene: Scene) -> None:
    async with scene(AUTUMN) as it:  # CON-04, CON-13, C1, C3
        event, row = await paired(it, minutes)
        it.practifi().change(row, subject="ours", location="Library")
        it.outlook().change(event, subject="theirs")
        await it.sync()
        assert it.practifi().row(row)["Subject"] == it.outlook().event(event)["subject"] == "theirs"
        assert it.practifi().row(row)["Location"] == it.outlook().event(event)["location"]["displayName"] == "Library"
        assert [(one.winner.value, one.fields) for one in it.facts(Conflict)] == [("microsoft", ("subject",))]


@MINUTES
async def test_start_and_end_are_one_field(minutes: int, scene: Scene) -> None:  # CON-05, CON-13, ruling 4
    async with scene(AUTUMN) as it:
        event, row = await paired(it, minutes)
        it.practifi().change(row, end="2021-09-29T10:30Z")
        it.outlook().change(event, start=utc("2021-09-29T14:00"), end=utc("2021-09-29T15:00"))
        await it.sync()
        assert it.outlook().shows == it.practifi().shows == ["2021-09-29 14:00-15:00 simple_event"]


async def test_two_that_only_look_alike_stay_two(scene: Scene) -> None:  # CON-09
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        it.outlook().add(**F_SINGLE | at("2021-09-29"))
        it.practifi().add(**CALL | {"subject": "simple_event"}, attendees=[JOHN])
        await it.sync()
        await it.sync()
        assert it.outlook().shows == it.practifi().shows == ["2021-09-29 10:00-11:00 simple_event"] * 2
        assert it.mails == [("invitation", (JOHN,))]


@MINUTES
async def test_our_own_writes_come_back_and_are_nobodys_edit(minutes: int, scene: Scene) -> None:  # CON-10, CON-11
    async with scene(AUTUMN) as it:
        event, row = await paired(it, minutes)
        it.practifi().change(row, subject="ours")
        assert [write.method for write in (await it.sync()).microsoft] == ["PATCH"]
        assert (await it.sync()).nothing
        it.outlook().change(event, subject="theirs")
        assert [write.method for write in (await it.sync()).practifi] == ["PATCH"]
        assert (await it.sync()).nothing


async def test_what_must_be_made_again_bears_a_new_transaction(scene: Scene) -> None:  # CON-19, ruling 1
    async with scene(AUTUMN) as it:
        row = it.practifi().add(**CALL)
        first = (await it.sync()).bodies[0]["transactionId"]
        it.outlook().delete(it.outlook().events[0]["id"])
        await it.sync()
        it.sides.salesforce.undelete(row, it.now)
        it.practifi().change(row, subject="again")
        wrote = await it.sync()
        assert [write.method for write in wrote.microsoft] == ["POST"]
        assert wrote.bodies[0]["transactionId"] not in {first, None}
        assert it.outlook().shows == it.practifi().shows == ["2021-09-29 10:00-11:00 again"]


@pytest.mark.parametrize("enforced", [True, False], ids=["if_match_holds", "if_match_is_ignored"])
async def test_an_edit_in_outlook_during_our_write_is_not_lost(enforced: bool, scene: Scene) -> None:
    async with scene(AUTUMN) as it:  # CON-20, CON-21, ruling 8
        event, row = await paired(it)
        it.sides.microsoft.switches = replace(it.sides.microsoft.switches, if_match=enforced)
        it.practifi().change(row, subject="ours")
        it.once("PATCH", "/events/", lambda: it.outlook().change(event, location="Library"))
        await it.sync()
        await it.sync()
        assert it.outlook().shows == it.practifi().shows == ["2021-09-29 10:00-11:00 ours"]
        assert it.practifi().row(row)["Location"] == "Library"


async def test_an_edit_in_practifi_during_our_write_is_not_lost(scene: Scene) -> None:  # CON-21, ruling 7
    async with scene(AUTUMN) as it:
        event, row = await paired(it)
        it.outlook().change(event, subject="theirs")
        it.once("POST", "/composite", lambda: it.practifi().change(row, location="Library"), about='"Subject":"theirs"')
        await it.sync()
        await it.sync()
        assert it.outlook().shows == it.practifi().shows == ["2021-09-29 10:00-11:00 theirs"]
        assert it.outlook().event(event)["location"]["displayName"] == "Library"


async def test_a_refused_etag_is_not_tried_for_ever(scene: Scene) -> None:  # CON-20
    async with scene(AUTUMN) as it:
        _, row = await paired(it)
        it.practifi().change(row, subject="ours")
        it.firm.world.faults.set("stale-etag")
        wrote = await it.sync()
        assert len(wrote.microsoft) <= 10
        it.firm.world.faults.clear()
        await it.later(minutes=10)
        await it.sync()
        assert it.outlook().shows == ["2021-09-29 10:00-11:00 ours"]


async def test_a_new_mark_without_a_new_content_yields_to_a_real_change(scene: Scene) -> None:  # CON-23
    async with scene(AUTUMN) as it:
        event, row = await paired(it)
        it.outlook().change(event, subject="simple_event")
        it.practifi().change(row, subject="ours")
        wrote = await it.sync()
        assert (wrote.microsoft, wrote.practifi) == ([("PATCH", event, {"subject"})], [])
        it.sides.salesforce.upkeep("Event", row, it.now)
        it.outlook().change(event, subject="theirs")
        wrote = await it.sync()
        assert (wrote.microsoft, wrote.practifi) == ([], [("PATCH", row, {"Subject"})])


async def test_in_turn_from_one_side_and_the_other(scene: Scene) -> None:  # CON-24, CON-25
    async with scene(AUTUMN) as it:
        event, row = await paired(it)
        steps: list[Callable[[], Any]] = [
            lambda: it.practifi().change(row, subject="two"),
            lambda: it.practifi().add(**CALL),
            lambda: it.outlook().change(event, subject="three"),
        ]
        for step in steps:
            step()
            await it.sync()
            assert it.outlook().shows == it.practifi().shows
            await it.rests()
