"""What happens in Practifi arrives in Outlook, once, and through the organizer's own mailbox (scenarios §6)."""

from typing import Any

import pytest

from contracts.facts import Blocked
from contracts.policy import Direction
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, F_SINGLE
from tests.conformance.scenarios.stage import JOHN, MIKE, Stage
from tests.conformance.scenarios.wrote import Write

INWARD, OUTWARD = Direction.MICROSOFT_TO_PRACTIFI, Direction.PRACTIFI_TO_MICROSOFT
CALL: dict[str, Any] = {"subject": "Call", "start": "2021-09-29T10:00Z", "end": "2021-09-29T11:00Z"}
SHOWN = "2021-09-29 10:00-11:00 Call"


async def born(it: Stage, **more: Any) -> tuple[str, str]:
    """An event that was made in Practifi and is in Outlook: both ids."""
    row = it.practifi().add(**CALL | more)
    await it.sync()
    (one,) = it.outlook().events
    return row, str(one["id"])


async def test_while_sync_goes_the_other_way_nothing_is_sent_then_or_later(scene: Scene) -> None:  # OUT-01, D1, D7
    async with scene(AUTUMN, direction=INWARD) as it:
        it.practifi().add(**CALL)
        assert (await it.sync()).nothing
        await it.govern(direction=Direction.TWO_WAY)
        assert (await it.sync()).nothing


async def test_a_disabled_firm_sends_nothing(scene: Scene) -> None:  # OUT-01, D2
    async with scene(AUTUMN) as it:
        await it.govern(active=False, enabled=False)
        it.practifi().add(**CALL)
        assert (await it.sync()).nothing


async def test_a_new_event_is_sent_once_with_its_guests(scene: Scene) -> None:  # OUT-02
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        row = it.practifi().add(**CALL, attendees=[JOHN])
        wrote = await it.sync()
        (write,) = wrote.microsoft
        assert (write.method, it.sides.address(write.what)) == ("POST", MIKE)
        assert {"subject", "start", "end", "attendees", "showAs", "sensitivity", "transactionId"} <= write.keys
        (guest,) = it.outlook().events[0]["attendees"]
        assert guest["emailAddress"]["address"] == JOHN
        assert it.mails == [("invitation", (JOHN,))]
        assert it.outlook().shows == it.practifi().shows == [SHOWN]
        assert it.practifi().only["Id"] == row


async def test_a_guest_without_an_address_is_left_out_and_said(scene: Scene) -> None:  # OUT-03
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        silent = it.sides.salesforce.insert("Contact", {"LastName": "Silent"}, it.now)
        it.practifi().add(**CALL, attendees=[JOHN, silent])
        it.practifi().add(**CALL | {"subject": "Other"})
        await it.sync()
        assert len(it.outlook().shows) == 2
        assert it.mails == [("invitation", (JOHN,))]
        assert [fact for fact in it.facts(Blocked) if "no address" in fact.reason]


async def test_of_what_was_there_before_only_what_is_saved_again_goes(scene: Scene) -> None:  # OUT-07, D7
    async with scene(AUTUMN, first=False) as it:
        rows = [it.practifi().add(**CALL | {"subject": f"Old {number}"}) for number in range(3)]
        assert (await it.sync()).nothing
        it.practifi().change(rows[1], location="Library")
        wrote = await it.sync()
        assert [write.method for write in wrote.microsoft] == ["POST"]
        assert it.outlook().shows == ["2021-09-29 10:00-11:00 Old 1"]


async def test_what_lies_too_far_ahead_waits(scene: Scene) -> None:  # OUT-08, D8
    async with scene(AUTUMN) as it:
        it.practifi().add(subject="far", start="2023-10-22T10:00Z", end="2023-10-22T11:00Z")
        it.practifi().add(subject="near", start="2023-09-21T10:00Z", end="2023-09-21T11:00Z")
        await it.sync()
        assert it.outlook().shows == ["2023-09-21 10:00-11:00 near"]


async def test_what_is_past_is_not_sent(scene: Scene) -> None:  # OUT-09
    async with scene(AUTUMN) as it:
        row = it.practifi().add(subject="past", start="2021-09-20T10:00Z", end="2021-09-20T11:00Z")
        await it.sync()
        it.practifi().change(row, location="Library")
        assert (await it.sync()).nothing


async def test_an_edit_by_somebody_else_goes_through_the_owners_mailbox(scene: Scene) -> None:  # OUT-11
    async with scene(AUTUMN, (MIKE, JOHN)) as it:
        event = it.outlook().add(**F_SINGLE)
        await it.sync()
        it.practifi(JOHN).change(it.practifi().only["Id"], subject="by John")
        wrote = await it.sync()
        assert wrote.microsoft == [("PATCH", event, {"subject"})]
        await it.sync()
        assert it.outlook(JOHN).shows == it.practifi(JOHN).shows == ["2021-09-22 10:00-11:00 by John"]


async def test_an_edit_stays_in_practifi_where_sync_goes_the_other_way(scene: Scene) -> None:  # OUT-12, D6
    async with scene(AUTUMN, direction=INWARD) as it:
        it.outlook().add(**F_SINGLE)
        await it.sync()
        it.practifi().change(it.practifi().only["Id"], subject="mine")
        assert (await it.sync()).nothing
        assert it.practifi().shows == ["2021-09-22 10:00-11:00 mine"]


async def test_a_change_of_the_guests_alone_is_not_sent(scene: Scene) -> None:  # OUT-13, A4
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        it.contact("eve@client.example")
        row, _ = await born(it, attendees=[JOHN])
        it.practifi().change(row, attendees=[JOHN, "eve@client.example"])
        wrote = await it.sync()
        assert wrote.microsoft == []
        assert it.practifi().people(row) == {JOHN, "eve@client.example"}


@pytest.mark.parametrize("who", [MIKE, JOHN])
async def test_a_deletion_goes_once_to_the_owners_mailbox(who: str, scene: Scene) -> None:  # OUT-17, OUT-18, X1
    async with scene(AUTUMN, (MIKE, JOHN)) as it:
        event = it.outlook().add(**F_SINGLE)
        await it.sync()
        it.practifi(who).delete(it.practifi().only["Id"])
        wrote = await it.sync()
        assert wrote.microsoft == [Write("DELETE", event)]
        await it.sync()
        assert it.practifi(JOHN).shows == [], "the guest's copy was called off"


async def test_three_deleted_at_once_are_three_deletions(scene: Scene) -> None:  # OUT-19
    async with scene(AUTUMN) as it:
        events = {it.outlook().add(**CALL | {"subject": f"Call {number}"}) for number in range(4)}
        await it.sync()
        it.practifi().delete(*(row["Id"] for row in it.practifi().events if row["Subject"] != "Call 3"))
        wrote = await it.sync()
        assert [write.method for write in wrote.microsoft] == ["DELETE"] * 3
        assert {write.what for write in wrote.microsoft} < events
        assert it.outlook().shows == ["2021-09-29 10:00-11:00 Call 3"]


async def test_private_leave_is_no_online_meeting(scene: Scene) -> None:  # OUT-27
    async with scene(AUTUMN) as it:
        it.practifi().add(subject="Leave", start="2021-10-04", end="2021-10-08", private=True)
        wrote = await it.sync()
        assert not {"onlineMeetingProvider"} & wrote.microsoft[0].keys
        assert wrote.bodies[0].get("isOnlineMeeting") in {None, False}
        assert it.outlook().shows == ["2021-10-04..08 Leave"]


async def test_inward_only_microsofts_next_change_of_a_field_restores_it(scene: Scene) -> None:  # OUT-28, D6
    async with scene(AUTUMN, direction=INWARD) as it:
        event = it.outlook().add(**F_SINGLE)
        await it.sync()
        it.practifi().change(it.practifi().only["Id"], subject="mine", location="here")
        assert (await it.sync()).nothing
        it.outlook().change(event, subject="theirs")
        wrote = await it.sync()
        assert wrote.microsoft == []
        assert it.practifi().shows == ["2021-09-22 10:00-11:00 theirs"]
        assert it.practifi().only["Location"] == "here"


async def test_outward_only_the_next_edit_in_practifi_overwrites(scene: Scene) -> None:  # OUT-29, ruling 13
    async with scene(AUTUMN, direction=OUTWARD) as it:
        row, event = await born(it)
        it.outlook().change(event, subject="theirs")
        assert (await it.sync()).nothing
        it.practifi().change(row, subject="mine")
        wrote = await it.sync()
        assert wrote.microsoft == [("PATCH", event, {"subject"})]
        assert wrote.practifi == []
        assert it.outlook().shows == ["2021-09-29 10:00-11:00 mine"]


async def test_what_came_and_went_between_two_runs_leaves_no_orphan(scene: Scene) -> None:  # OUT-32
    async with scene(AUTUMN) as it:
        row = it.practifi().add(**CALL)
        it.practifi().change(row, subject="edited")
        it.practifi().delete(row)
        assert (await it.sync()).nothing
        assert it.outlook().shows == []
