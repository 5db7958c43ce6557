"""A meeting in Outlook whose guests are known to Practifi by all kinds of addresses: each is on the Event, once, and
nobody is made up (M1, M2, M3, ATT-02 to ATT-08, ATT-24, ATT-26)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.salesforce import Salesforce, Switches
from tests.conformance.calendars.firm import WHO, Firm, firm

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BEFORE = NOW - timedelta(days=90)
ORGS = {
    "shared activities and person accounts": Switches(),
    "shared activities, contacts only": Switches(person_accounts=False, namespace="cloupra__"),
    "one person an Event, person accounts": Switches(shared_activities=False),
    "one person an Event, contacts only, no package": Switches(
        shared_activities=False, person_accounts=False, namespace="", package=False
    ),
}


def contact(org: Salesforce, name: str, days: int = 0, **fields: Any) -> str:
    return org.insert("Contact", {"LastName": name, **fields}, BEFORE + timedelta(days=days))


def meeting(it: Firm, *guests: str, kinds: tuple[str, ...] = ()) -> str:
    """A meeting of Ann's with these guests; its id."""
    start, end = ({"dateTime": f"2026-03-09T{hour}:00:00", "timeZone": "UTC"} for hour in (10, 11))
    people = [
        {"emailAddress": {"address": guest, "name": "x"}, "type": kinds[at] if kinds else "required"}
        for at, guest in enumerate(guests)
    ]
    fields = {"subject": "Review", "start": start, "end": end, "attendees": people}
    return str(it.world.sides.microsoft.add(WHO, fields, NOW)["id"])


def on_event(it: Firm) -> list[str]:
    """The people on the one Event of Practifi, as far as the org can show them."""
    (event,) = it.events()
    if not it.world.sides.salesforce.switches.shared_activities:
        return [event["WhoId"]] if event["WhoId"] else []
    return sorted(event["EventWhoIds"])


@pytest.mark.parametrize("switches", ORGS.values(), ids=ORGS)
async def test_guests_are_on_the_event_by_whatever_address_they_are_known(
    switches: Switches, tmp_path: Path
) -> None:  # M1, M2, ATT-02, ATT-03, ATT-04, ATT-08
    async with firm(tmp_path, NOW, switches=switches) as it:
        org = it.world.sides.salesforce
        household = {"Name": "Home", f"{switches.namespace}Household_Email__c": "home@c.example"}
        home = org.insert("Account", household, BEFORE)
        org.insert("ContactPointEmail", {"ParentId": home, "EmailAddress": "house@c.example"}, BEFORE)
        individual = org.insert("Individual", {"LastName": "D"}, BEFORE)
        org.insert("ContactPointEmail", {"ParentId": individual, "EmailAddress": "point@c.example"}, BEFORE)
        known = [
            contact(org, "A", Email="a@c.example", AccountId=home),
            contact(org, "B", **{f"{switches.namespace}Alternate_Email__c": "b@c.example"}),
            contact(org, "C", Assistant_Email__c="c@c.example"),
            contact(org, "D", IndividualId=individual),
        ]
        if switches.person_accounts:
            account = org.insert("Account", {"LastName": "E", "PersonEmail": "e@c.example"}, BEFORE)
            known.append(org.row("Account", account)["PersonContactId"])
        people = len(org.rows("Contact"))
        guests = ("A@C.example", "B@c.example", "c@C.example", "Point@c.example", "E@c.example")
        meeting(it, *guests, "home@c.example", "house@c.example", "nobody@c.example")
        await it.sync()
        assert on_event(it) == (sorted(known) if switches.shared_activities else known[:1])
        assert len(org.rows("Contact")) == people, "nobody is made up"
        writes = it.writes
        await it.sync()
        assert it.writes == writes


async def test_of_two_who_share_an_address_always_the_same_one_is_on_the_event(tmp_path: Path) -> None:  # ATT-07
    async with firm(tmp_path, NOW) as it:
        org = it.world.sides.salesforce
        contact(org, "Younger", days=9, Email="a@c.example")
        older = contact(org, "Older", days=1, Email="a@c.example")
        event = meeting(it, "a@c.example")
        for subject in ("Review", "Moved", "Moved again"):
            it.world.sides.microsoft.change(WHO, event, {"subject": subject}, it.town.time.at)
            await it.sync()
            assert on_event(it) == [older]


async def test_a_colleague_is_the_user_and_not_the_contact_of_the_same_address(tmp_path: Path) -> None:  # ATT-06, I2
    async with firm(tmp_path, NOW) as it:
        org = it.world.sides.salesforce
        contact(org, "Ben", Email="ben@firm.example")
        ben = org.add_user(name="Ben", email="ben@firm.example", at=BEFORE)
        meeting(it, "ben@firm.example")
        await it.sync()
        (event, *copies) = it.events()
        assert event["EventWhoIds"] == []
        assert [copy["OwnerId"] for copy in copies] == [ben], "invited, as he has no synced mailbox"


async def test_a_room_is_on_no_event(tmp_path: Path) -> None:  # ATT-24
    async with firm(tmp_path, NOW) as it:
        contact(it.world.sides.salesforce, "Room", Email="room@c.example")
        meeting(it, "room@c.example", kinds=("resource",))
        await it.sync()
        assert on_event(it) == []


async def test_an_address_that_moves_to_somebody_else_moves_the_person_on_the_event(tmp_path: Path) -> None:  # ATT-26
    async with firm(tmp_path, NOW) as it:
        org = it.world.sides.salesforce
        first = contact(org, "First", Email="a@c.example")
        second = contact(org, "Second", days=1)
        meeting(it, "a@c.example")
        await it.sync()
        assert on_event(it) == [first]
        org.update("Contact", first, {"Email": None}, it.town.time.at)
        org.update("Contact", second, {"Email": "a@c.example"}, it.town.time.at)
        for _ in range(2):
            await it.sync()
        assert on_event(it) == [second]
        written = {side for side, kind, _ in it.world.log.counts if kind == "write"}
        assert written == {"practifi"}, "nothing is written to Microsoft"
