"""What guests answer on either side, and what they do to their own copies (scenarios §9, A6, A7, I2)."""

from typing import Any

import pytest

from contracts.facts import Conflict
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, DAYS, F_SERIES, F_SINGLE, GUEST, at, guest
from tests.conformance.scenarios.stage import JOHN, MIKE, Stage

Json = dict[str, Any]
EVE, OLGA = "eve@client.example", "olga@elsewhere.example"
OUTSIDE = {"emailAddress": {"name": "Olga", "address": OLGA}}
MEETING = F_SINGLE | at("2021-09-29")


async def test_one_answer_of_three_hundred_is_one_write_at_most(scene: Scene) -> None:  # ATT-14
    async with scene(AUTUMN) as it:
        guests = [guest(f"client{number}@client.example") for number in range(300)]
        it.contact("client7@client.example")
        event = it.outlook().add(**MEETING | {"attendees": guests})
        await it.sync()
        before = it.requests("practifi") + it.requests("microsoft")
        _answer(it, event, "client7@client.example", "accepted")
        wrote = await it.sync()
        assert len(wrote.practifi) <= 1
        assert wrote.microsoft == []
        assert it.requests("practifi") + it.requests("microsoft") - before <= 8


def _answer(it: Stage, event: str, address: str, response: str) -> None:
    """A guest from outside answers, and Exchange notes it in the organizer's event."""
    box = it.sides.microsoft.tenant.holder(MIKE)
    assert box
    (held,) = [one for one in box.events.values() if box.id_of(one) == event]
    for one in held.props["attendees"]:
        if one["emailAddress"]["address"] == address:
            one["status"] = {"response": response, "time": "2021-09-22T01:00:00Z"}
    box.touch(held, it.now)


async def test_a_guests_answer_shows_on_the_event(scene: Scene) -> None:  # A6
    async with scene(AUTUMN) as it:
        eve = it.contact(EVE)
        event = it.outlook().add(**MEETING | {"attendees": [guest(EVE)]})
        await it.sync()
        _answer(it, event, EVE, "declined")
        await it.sync()
        (relation,) = [one for one in it.sides.salesforce.rows("EventRelation") if one["RelationId"] == eve]
        assert relation["Status"] == "Declined"


async def _invited(it: Stage, organizer: Json | None = None) -> tuple[str, str]:
    """John is invited and both are synced: his own copy and his own version."""
    if organizer:
        copy = it.outlook(JOHN).add(**MEETING | {"organizer": organizer})
    else:
        it.outlook().add(**MEETING)
        copy = str(it.outlook(JOHN).events[0]["id"])
    await it.sync()
    await it.sync()
    return copy, it.practifi(JOHN).only["Id"]


ANSWERS = pytest.mark.parametrize(("said", "action"), [("Accepted", "accept"), ("Declined", "decline")])


@ANSWERS
async def test_an_answer_in_practifi_is_an_answer_from_that_persons_mailbox(
    said: str, action: str, scene: Scene
) -> None:
    async with scene(AUTUMN, (MIKE, JOHN)) as it:  # ATT-17, A6, ruling 17
        copy, row = await _invited(it)
        it.practifi(JOHN).change(row, My_Response__c=said)
        wrote = await it.sync()
        assert wrote.microsoft == [("POST", f"{copy}/{action}", {"comment", "sendResponse"})]
        assert {"comment": "", "sendResponse": True} in wrote.bodies
        assert it.mails == [("response", (MIKE,))]
        await it.sync()
        assert it.outlook().events[0]["attendees"][0]["status"]["response"] == said.lower()


@ANSWERS
async def test_an_answer_to_an_organizer_from_outside(said: str, action: str, scene: Scene) -> None:  # ATT-18, A6
    async with scene(AUTUMN, (JOHN,)) as it:
        copy, row = await _invited(it, OUTSIDE)
        it.practifi(JOHN).change(row, My_Response__c=said)
        wrote = await it.sync()
        assert wrote.microsoft == [("POST", f"{copy}/{action}", {"comment", "sendResponse"})]
        assert it.mails == [("response", (OLGA,))]
        await it.sync()
        assert len(it.practifi(JOHN).shows) == len(it.outlook(JOHN).shows) == (said == "Accepted")


async def test_an_answer_to_one_occurrence_is_for_that_one(scene: Scene) -> None:  # ATT-22, A6
    async with scene(AUTUMN, (JOHN,)) as it:
        series = it.outlook(JOHN).add(**F_SERIES, attendees=[GUEST], organizer=OUTSIDE)
        await it.sync()
        it.practifi(JOHN).change(it.practifi(JOHN).on(DAYS[2]), My_Response__c="Accepted")
        wrote = await it.sync()
        one = it.outlook(JOHN).on(series, DAYS[2])
        assert wrote.microsoft == [("POST", f"{one}/accept", {"comment", "sendResponse"})]
        await it.sync()
        answers = {row["StartDateTime"][:10]: row["My_Response__c"] for row in it.practifi(JOHN).events}
        assert [day for day, answer in answers.items() if answer == "Accepted"] == [DAYS[2]]


async def test_the_organizers_edit_overrides_a_guests_and_is_told(scene: Scene) -> None:  # ATT-27, ATT-28, I2, I3
    async with scene(AUTUMN, (MIKE, JOHN)) as it:
        _, row = await _invited(it)
        it.practifi(JOHN).change(row, subject="John's own")
        assert (await it.sync()).microsoft == []
        assert it.practifi(JOHN).shows == ["2021-09-29 10:00-11:00 John's own"]
        it.practifi().change(it.practifi().only["Id"], subject="Mike's")
        await it.sync()
        await it.sync()
        assert it.practifi().shows == it.practifi(JOHN).shows == ["2021-09-29 10:00-11:00 Mike's"]
        assert [one.fields for one in it.facts(Conflict)] == [("subject",)]


async def test_a_copy_that_its_guest_deletes_leaves_everybody_elses(scene: Scene) -> None:  # A7
    async with scene(AUTUMN, (MIKE, JOHN)) as it:
        copy, _ = await _invited(it)
        it.outlook(JOHN).delete(copy)
        await it.sync()
        assert (it.practifi(JOHN).shows, it.practifi().shows) == ([], ["2021-09-29 10:00-11:00 simple_event"])
        assert it.outlook().shows == ["2021-09-29 10:00-11:00 simple_event"]
