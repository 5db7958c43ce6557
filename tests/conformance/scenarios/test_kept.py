"""Remotes keep what we send in their own way, change it back, or fail half-way (scenarios §12)."""

from typing import Any

import pytest

from contracts.facts import Blocked, Failed
from services.sandbox.wire import answer
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, at
from tests.conformance.scenarios.stage import JOHN, MIKE
from tests.conformance.scenarios.test_conflicts import ALONE, CALL, paired

Json = dict[str, Any]


def _normal(event: Json) -> None:
    event["subject"] = event["subject"].strip()
    event["body"] = {"contentType": "text", "content": f"\r\n {event['body']['content']} \r\n"}
    for one in event["attendees"]:
        one["emailAddress"]["name"] = "John Attendee (Firm)"


async def test_what_microsoft_keeps_in_its_own_way_is_no_change(scene: Scene) -> None:  # CON-14
    async with scene(AUTUMN) as it:
        it.bend(_normal)
        it.contact(JOHN)
        row = it.practifi().add(**CALL | {"subject": "Call  "}, attendees=[JOHN], body="Notes\n\n")
        await it.sync()
        assert (await it.sync()).nothing
        it.practifi().change(row, location="Library")
        wrote = await it.sync()
        assert [write.keys for write in wrote.microsoft] == [{"location"}]


async def test_what_practifi_cuts_is_no_change(scene: Scene) -> None:  # CON-15, F3
    async with scene(AUTUMN) as it:
        long = "x" * 300
        times = {
            key: {"dateTime": f"2021-09-29T1{hour}:00:42", "timeZone": "UTC"}
            for hour, key in enumerate(("start", "end"))
        }
        event = it.outlook().add(**ALONE | times | {"subject": long})
        await it.sync()
        assert (await it.sync()).nothing
        it.practifi().change(it.practifi().only["Id"], location="Library")
        wrote = await it.sync()
        assert wrote.microsoft == [("PATCH", event, {"location"})]
        assert it.outlook().event(event)["subject"] == long


async def test_a_replacement_that_fails_half_way_is_not_forgotten(scene: Scene) -> None:  # CON-29, ruling 14
    async with scene(AUTUMN, (MIKE, JOHN)) as it:
        row = it.practifi().add(**CALL)
        await it.sync()
        john = it.sides.owner(JOHN)
        assert john
        it.practifi().change(row, OwnerId=john["Id"])
        it.firm.world.faults.set("server-error", side="microsoft", mailbox=JOHN)
        await it.sync()
        assert len(it.outlook().shows) + len(it.outlook(JOHN).shows) == 1
        it.firm.world.faults.clear()
        await it.later(minutes=10)
        await it.sync()
        assert (it.outlook().shows, it.outlook(JOHN).shows) == ([], ["2021-09-29 10:00-11:00 Call"])


@pytest.mark.parametrize(("code", "left"), [("UNABLE_TO_LOCK_ROW", 0), ("FIELD_CUSTOM_VALIDATION_EXCEPTION", 1)])
async def test_one_of_twenty_that_fails_keeps_no_other(code: str, left: int, scene: Scene) -> None:  # CON-30
    async with scene(AUTUMN) as it:
        events = [it.outlook().add(**ALONE | at("2021-09-29", f"{hour:02}:00", f"{hour:02}:30")) for hour in range(20)]
        await it.sync()
        for event in events:
            it.outlook().change(event, subject="new")
        it.sides.salesforce.fail_rows(code, 1)
        await it.sync()
        assert sum("simple_event" in line for line in it.practifi().shows) == left
        assert len(it.facts(Failed)) == left


async def test_a_success_without_an_id_is_none(scene: Scene) -> None:  # CON-31
    async with scene(AUTUMN) as it:
        it.practifi().add(**CALL)
        it.answers("POST", "/events", answer(201, {}))
        await it.sync()
        await it.later(minutes=10)
        await it.sync()
        assert len(it.outlook().shows) <= 1
        assert it.outlook().shows or it.facts(Failed), "made after all, or told"


async def test_an_automation_that_changes_each_write_back_is_cut_off(scene: Scene) -> None:  # CON-33, C4
    async with scene(AUTUMN) as it:
        it.sides.salesforce.automate({"Location": "Room {n}"})
        event, _ = await paired(it)
        for number in range(14):
            it.outlook().change(event, location=f"Hall {number}")
            await it.sync()
        assert [fact for fact in it.facts(Blocked) if "within an hour" in fact.reason]
        before = it.requests("microsoft") + it.requests("practifi")
        wrote = await it.sync()
        assert wrote.nothing
        assert it.requests("microsoft") + it.requests("practifi") - before < 10
