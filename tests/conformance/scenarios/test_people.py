"""Whom an event means in Practifi (scenarios §9)."""

from typing import Any

import pytest

from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, F_SINGLE, at, guest
from tests.conformance.scenarios.stage import JOHN, MIKE, Stage
from tests.conformance.scenarios.wrote import Write

Json = dict[str, Any]
EVE = "eve@client.example"
MEETING = F_SINGLE | at("2021-09-29")
CALL: Json = {"subject": "Call", "start": "2021-09-29T10:00Z", "end": "2021-09-29T11:00Z"}


def related(it: Stage, who: str = MIKE) -> set[str]:
    """The ids of everybody on the one event of a calendar."""
    row = it.practifi(who).only["Id"]
    return {one["RelationId"] for one in it.sides.salesforce.rows("EventRelation") if one["EventId"] == row}


PLACES: dict[str, Json] = {
    "alternate (ATT-02)": {"practifi__Alternate_Email__c": EVE},
    "custom (ATT-03)": {"Assistant_Email__c": EVE},
}


@pytest.mark.parametrize("fields", PLACES.values(), ids=PLACES)
async def test_a_client_is_known_by_every_address(fields: Json, scene: Scene) -> None:  # ATT-02, ATT-03, M1
    async with scene(AUTUMN) as it:
        eve = it.sides.salesforce.insert("Contact", {"LastName": "Eve", **fields}, it.now)
        it.outlook().add(**MEETING | {"attendees": [guest(EVE.upper())]})
        await it.sync()
        assert related(it) == {eve}


async def test_a_client_is_known_by_a_contact_point(scene: Scene) -> None:  # ATT-04, M1
    async with scene(AUTUMN) as it:
        org = it.sides.salesforce
        person = org.insert("Individual", {"LastName": "Eve"}, it.now)
        eve = org.insert("Contact", {"LastName": "Eve", "IndividualId": person}, it.now)
        org.insert("ContactPointEmail", {"ParentId": person, "EmailAddress": EVE}, it.now)
        it.outlook().add(**MEETING | {"attendees": [guest(EVE)]})
        await it.sync()
        assert related(it) == {eve}


async def test_one_address_of_several_people_means_one_and_always_the_same(scene: Scene) -> None:  # ATT-06, ATT-07
    async with scene(AUTUMN) as it:
        oldest = it.contact(EVE, "Eve One")
        await it.later(minutes=1)
        it.contact(EVE, "Eve Two")
        it.sides.salesforce.add_user(name="Eve", email=EVE)
        it.outlook().add(**MEETING | {"attendees": [guest(EVE)]})
        await it.sync()
        assert related(it) == {oldest}
        it.contact(EVE, "Eve Three")
        assert (await it.sync()).nothing


async def test_somebody_unknown_is_nobody_in_practifi(scene: Scene) -> None:  # ATT-08
    async with scene(AUTUMN) as it:
        it.outlook().add(**MEETING | {"attendees": [guest("who@nowhere.example")]})
        wrote = await it.sync()
        assert related(it) == set()
        assert it.sides.salesforce.rows("Contact") == []
        assert it.practifi().only["Attendee_Count__c"] == 1
        assert wrote.microsoft == []


async def test_fifty_are_fifty_and_one_more_is_counted(scene: Scene) -> None:  # ATT-12, A1
    async with scene(AUTUMN) as it:
        guests = [f"client{number}@client.example" for number in range(51)]
        for address in guests:
            it.contact(address)
        it.outlook().add(**MEETING | {"attendees": [guest(one) for one in guests[:50]]})
        await it.sync()
        assert len(related(it)) == 50
        it.outlook().change(it.outlook().events[0]["id"], attendees=[guest(one) for one in guests])
        wrote = await it.sync()
        assert (len(related(it)), it.practifi().only["Attendee_Count__c"]) == (50, 51)
        assert wrote.microsoft == []
        assert len(it.outlook().events[0]["attendees"]) == 51


async def test_more_than_fifty_in_practifi_are_refused_with_advice(scene: Scene) -> None:  # ATT-13, A2
    async with scene(AUTUMN) as it:
        fifty = [it.contact(f"client{number}@client.example") for number in range(50)]
        it.practifi().add(**CALL | {"subject": "fifty"}, EventWhoIds=fifty)
        row = it.practifi().add(**CALL | {"subject": "more"}, EventWhoIds=fifty)
        more = it.sides.salesforce.add_user(name="One More", email="more@firm.example")
        relation = {"EventId": row, "RelationId": more, "IsInvitee": True}
        it.sides.salesforce.insert("EventRelation", relation, it.now, by=it.practifi().row(row)["OwnerId"])
        await it.sync()
        assert it.outlook().shows == ["2021-09-29 10:00-11:00 fifty"]
        assert "more than 50" in it.practifi().row(row)["Sync_Status__c"]


async def test_guests_of_a_deleted_meeting_hear_of_it_once(scene: Scene) -> None:  # ATT-16, X3, A5
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        event = it.outlook().add(**MEETING)
        await it.sync()
        it.practifi().delete(it.practifi().only["Id"])
        wrote = await it.sync()
        assert wrote.microsoft == [Write("DELETE", event)]
        assert it.mails == [("cancellation", (JOHN,))]


async def test_whom_a_colleague_adds_in_practifi_is_not_invited_and_shown_so(scene: Scene) -> None:  # ATT-23, A4
    async with scene(AUTUMN) as it:
        it.contact(EVE)
        it.outlook().add(**MEETING)
        await it.sync()
        row = it.practifi().only["Id"]
        it.practifi().change(row, attendees=[EVE])
        wrote = await it.sync()
        assert wrote.microsoft == []
        assert it.practifi().row(row)["Sync_Status__c"] == "1 person here is not invited in Microsoft"
        assert it.practifi().people(row) == {EVE}


async def test_a_room_is_nobody(scene: Scene) -> None:  # ATT-24
    async with scene(AUTUMN) as it:
        it.contact("room@firm.example", "Room Contact")
        it.outlook().add(**MEETING | {"attendees": [guest("room@firm.example", "resource")]})
        await it.sync()
        assert related(it) == set()
        assert len(it.outlook().events[0]["attendees"]) == 1


async def test_who_has_the_address_now_is_on_the_event(scene: Scene) -> None:  # ATT-26, M4
    async with scene(AUTUMN) as it:
        old = it.contact(EVE, "Eve Old")
        it.outlook().add(**MEETING | {"attendees": [guest(EVE)]})
        await it.sync()
        assert related(it) == {old}
        it.sides.salesforce.update("Contact", old, {"Email": "eve@home.example"}, it.now)
        new = it.contact(EVE, "Eve New")
        wrote = await it.sync()
        assert related(it) == {new}
        assert wrote.microsoft == []
