"""What happens in Outlook arrives in Practifi (scenarios §5)."""

from typing import Any

import pytest

from contracts.facts import Deleted
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, F_SERIES, F_SINGLE, GUEST, utc
from tests.conformance.scenarios.stage import JOHN
from tests.conformance.scenarios.wrote import Write

Json = dict[str, Any]
SINGLE = "2021-09-22 10:00-11:00 simple_event"
STREET = {
    "displayName": "Office",
    "address": {"street": "1 Main St", "city": "Springfield", "state": "IL", "postalCode": "62701",
                "countryOrRegion": "USA"},
}  # fmt: skip


async def test_a_meeting_arrives_as_it_is_and_nothing_goes_back(scene: Scene) -> None:  # INB-01
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        it.outlook().add(**F_SINGLE)
        wrote = await it.sync()
        event = it.practifi().only
        assert it.practifi().shows == [SINGLE]
        assert event["Description"] == "my simple event"
        assert it.practifi().people(event["Id"]) == {JOHN}
        assert wrote.microsoft == []


async def test_addresses_are_the_same_in_capitals(scene: Scene) -> None:  # INB-04
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        capitals = {"type": "required", "emailAddress": {"address": "John@attendee.com"}}
        it.outlook().add(**F_SINGLE | {"attendees": [capitals]})
        it.bend(lambda event: event["organizer"]["emailAddress"].update(address="Mike@organizer.com"))
        await it.sync()
        assert it.practifi().people(it.practifi().only["Id"]) == {JOHN}


@pytest.mark.parametrize("organizer", [
    pytest.param(None, id="nobody"),
    pytest.param({"emailAddress": {"name": "Felipe González", "address": "Felipe González"}}, id="no_address"),
])  # fmt: skip
async def test_an_organizer_who_is_no_address_hinders_nothing(organizer: Json | None, scene: Scene) -> None:
    async with scene(AUTUMN) as it:  # INB-05, INB-06
        it.outlook().add(**F_SINGLE)
        it.bend(lambda event: event.update(organizer=organizer))
        await it.sync()
        assert it.practifi().shows == [SINGLE]


@pytest.mark.parametrize(("said", "keys"), [
    pytest.param({"subject": "New"}, {"Subject"}, id="subject"),
    pytest.param({"start": utc("2021-09-23T10:00"), "end": utc("2021-09-23T11:00")},
                 {"StartDateTime", "EndDateTime", "IsAllDayEvent", "IsReminderSet", "ReminderDateTime"}, id="start"),
    pytest.param({"end": utc("2021-09-22T12:00")},
                 {"StartDateTime", "EndDateTime", "IsAllDayEvent", "IsReminderSet", "ReminderDateTime"}, id="end"),
    pytest.param({"location": "Library"}, {"Location"}, id="location"),
    pytest.param({"body": "Agenda"}, {"Description"}, id="body"),
    pytest.param({"showAs": "oof"}, {"ShowAs"}, id="show_as"),
    pytest.param({"sensitivity": "private"}, {"IsPrivate"}, id="sensitivity"),
    pytest.param({"attendees": [GUEST]}, {"EventWhoIds", "Attendee_Count__c"}, id="attendees"),
    pytest.param({"teams": True}, {"Teams_URL__c", "Teams_Meeting__c", "Description"}, id="join_url"),
    pytest.param({"reminderMinutesBeforeStart": 30}, {"IsReminderSet", "ReminderDateTime"}, id="reminder"),
])  # fmt: skip
async def test_one_changed_field_is_one_update_of_that_field(said: Json, keys: set[str], scene: Scene) -> None:
    async with scene(AUTUMN) as it:  # INB-10
        it.contact(JOHN)
        event = it.outlook().add(**F_SINGLE | {"attendees": []})
        await it.sync()
        it.outlook().change(event, **said)
        wrote = await it.sync()
        assert wrote.practifi == [("PATCH", it.practifi().only["Id"], keys)]
        assert wrote.microsoft == []


async def test_a_timed_event_becomes_a_whole_day_and_back(scene: Scene) -> None:  # INB-10, TZ-22
    async with scene(AUTUMN) as it:
        event = it.outlook().add(**F_SINGLE)
        await it.sync()
        it.outlook().change(event, isAllDay=True, start=utc("2021-09-23T00:00"), end=utc("2021-09-24T00:00"))
        await it.sync()
        assert it.practifi().shows == ["2021-09-23 simple_event"]
        it.outlook().change(event, isAllDay=False, start=utc("2021-09-22T10:00"), end=utc("2021-09-22T11:00"))
        await it.sync()
        assert it.practifi().shows == [SINGLE]


async def test_in_a_mixed_batch_only_what_is_new_or_changed_is_written(scene: Scene) -> None:  # INB-11
    async with scene(AUTUMN) as it:
        known = [it.outlook().add(subject=f"known {number}", start=f"2021-09-2{number}T10:00") for number in (3, 4, 5)]
        await it.sync()
        it.outlook().change(known[1], subject="changed")
        new = [it.outlook().add(subject=f"new {number}", start=f"2021-09-2{number}T12:00") for number in (3, 4)]
        wrote = await it.sync()
        assert sorted(write.method for write in wrote.practifi) == ["PATCH", "POST", "POST"]
        assert len(new) == 2
        assert len(it.practifi().shows) == 5


async def test_what_is_deleted_in_outlook_goes_from_practifi(scene: Scene) -> None:  # INB-12
    async with scene(AUTUMN) as it:
        event = it.outlook().add(**F_SINGLE)
        await it.sync()
        row = it.practifi().only["Id"]
        it.outlook().delete(event)
        wrote = await it.sync()
        assert wrote.practifi == [Write("DELETE", row)]
        assert it.practifi().shows == []
        assert [fact.about.practifi_id for fact in it.facts(Deleted)] == [row]


async def test_what_leaves_the_window_stays_and_comes_back_as_the_same_event(scene: Scene) -> None:
    async with scene(AUTUMN, future_inbound_months=1) as it:  # INB-12b, CUR-20
        event = it.outlook().add(**F_SINGLE | {"attendees": []})
        await it.sync()
        row = it.practifi().only["Id"]
        it.outlook().change(event, start="2022-06-01T10:00")
        assert (await it.sync()).nothing
        assert it.practifi().shows == [SINGLE]
        it.outlook().change(event, start=utc("2021-10-01T10:00"), end=utc("2021-10-01T11:00"), subject="back again")
        await it.sync()
        assert it.practifi().shows == ["2021-10-01 10:00-11:00 back again"]
        assert it.practifi().only["Id"] == row


async def test_what_an_outside_organizer_calls_off_is_removed_and_not_renamed(scene: Scene) -> None:  # INB-15
    async with scene(AUTUMN) as it:
        outside = {"emailAddress": {"name": "Olga", "address": "olga@elsewhere.example"}}
        event = it.outlook().add(**F_SINGLE | {"organizer": outside})
        await it.sync()
        row = it.practifi().only["Id"]
        it.outlook().change(event, subject="Canceled: simple_event", isCancelled=True)
        wrote = await it.sync()
        assert wrote.practifi == [Write("DELETE", row)]


async def test_what_was_called_off_before_it_was_known_is_ignored(scene: Scene) -> None:  # INB-16
    async with scene(AUTUMN) as it:
        it.outlook().add(**F_SINGLE | {"subject": "Canceled: simple_event", "isCancelled": True})
        assert (await it.sync()).nothing


@pytest.mark.parametrize(("said", "place"), [
    pytest.param({}, None, id="none"),
    pytest.param({"location": {**STREET, "displayName": ""}}, "1 Main St, Springfield, IL, 62701, USA", id="address"),
    pytest.param({"location": {"displayName": "Library"}}, "Library", id="name"),
])  # fmt: skip
async def test_the_place_of_a_meeting(said: Json, place: str | None, scene: Scene) -> None:  # INB-20
    async with scene(AUTUMN) as it:
        it.outlook().add(**F_SINGLE | said)
        await it.sync()
        assert it.practifi().only["Location"] == place


async def test_the_join_link_of_an_online_meeting_is_no_place(scene: Scene) -> None:  # INB-20, T1
    async with scene(AUTUMN) as it:
        it.outlook().add(**F_SINGLE, teams=True)
        await it.sync()
        assert it.practifi().only["Teams_URL__c"].startswith("https://teams.")
        assert "https" not in (it.practifi().only["Location"] or "")


async def test_messages_that_come_twice_and_out_of_order_change_nothing(scene: Scene) -> None:  # INB-24, INB-25
    async with scene(AUTUMN) as it:
        it.firm.town.broker.repeat = it.firm.town.broker.reorder = 0.7
        event = it.outlook().add(**F_SINGLE | {"attendees": []})
        for subject in ("one", "two", "three"):
            await it.sync()
            it.outlook().change(event, subject=subject)
        await it.sync()
        assert it.practifi().shows == ["2021-09-22 10:00-11:00 three"]


async def test_a_guest_who_is_taken_off_a_series_goes_from_every_occurrence(scene: Scene) -> None:  # INB-26
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        it.contact("eve@client.example")
        eve = {"type": "required", "emailAddress": {"address": "eve@client.example"}}
        series = it.outlook().add(**F_SERIES, attendees=[GUEST, eve])
        await it.sync()
        it.outlook().change(series, attendees=[eve])
        wrote = await it.sync()
        assert [it.practifi().people(row["Id"]) for row in it.practifi().events] == [{"eve@client.example"}] * 7
        assert wrote.microsoft == []


@pytest.mark.parametrize(("said", "shown"), [
    ("free", "Free"), ("tentative", "Busy"), ("busy", "Busy"), ("oof", "OutOfOffice"), ("workingElsewhere", "Busy"),
])  # fmt: skip
async def test_what_practifi_cannot_show_is_not_sent_back(said: str, shown: str, scene: Scene) -> None:  # INB-34
    async with scene(AUTUMN) as it:
        event = it.outlook().add(**F_SINGLE | {"showAs": said, "attendees": []})
        await it.sync()
        assert it.practifi().only["ShowAs"] == shown
        it.practifi().change(it.practifi().only["Id"], subject="other")
        wrote = await it.sync()
        assert wrote.microsoft == [("PATCH", event, {"subject"})]
        assert it.outlook().event(event)["showAs"] == said
