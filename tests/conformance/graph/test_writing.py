"""Writes: once, only what changed, only on the version that was seen, and mail only where it is meant."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import Attendee, CalendarEvent, Response as Answer, ShowAs, Timed
from contracts.policy import PrivateEvents
from services.clients.graph import mapping
from services.clients.http import UnknownOutcome
from services.kernel.errors import Conflict, Permanent, Transient
from services.sandbox.microsoft import Switches
from services.sandbox.wire import Response
from tests.conformance.graph.stage import WEEKLY, WINDOW, Stage, refusal, said

FULL = PrivateEvents.FULL
LINK = "0f3a9c0d5e7b4a61"
WHEN = Timed(datetime(2026, 7, 1, 14, tzinfo=UTC), datetime(2026, 7, 1, 15, tzinfo=UTC), "America/New_York")
EVENT = CalendarEvent(WHEN, "Annual review", "Room 2", show_as=ShowAs.AWAY, attendees=(Attendee("ann@client.example", "Ann"),))
FIELDS = ("when", "subject", "location", "show_as", "reminder", "attendees")


async def created(stage: Stage, mailbox: str, event: CalendarEvent = EVENT, **more: Any) -> Any:
    settings = {"transaction": mapping.transaction(LINK, 0), "stamp": LINK, "invite": False, **more}
    return await stage.graph.create(mailbox, event, FIELDS, **settings)


async def test_a_created_event_is_what_was_wanted_and_bears_our_stamp(stage: Stage) -> None:  # A3, ruling 1
    mike = stage.person("mike")

    seen = await created(stage, mike)

    assert seen.event == replace(EVENT, attendees=(), organizer="mike@contoso.example", my_response=seen.event.my_response)
    assert (seen.stamp, seen.mine, seen.error) == (LINK, True, "")
    again = (await stage.graph.look(mike, [seen.id], FULL))[seen.id]
    assert again is not None
    assert (again.stamp, again.mark, again.event) == (LINK, seen.mark, seen.event)
    assert (await stage.graph.round(mike, "", (WHEN.start, WHEN.end), FULL)).rows[0].stamp == LINK


@pytest.mark.parametrize("invite", [True, False])
async def test_only_an_invitation_mails(stage: Stage, invite: bool) -> None:  # A5
    mike = stage.person("mike")

    seen = await created(stage, mike, invite=invite)

    assert [mail.recipients for mail in stage.microsoft.mails] == ([("ann@client.example",)] if invite else [])
    assert seen.event.attendee_count == int(invite)


async def test_a_repeated_creation_makes_no_second_event(stage: Stage) -> None:  # graph.md §3.6, O6
    mike = stage.person("mike")

    first = await created(stage, mike, invite=True)
    again = await created(stage, mike, invite=True)

    assert again.id == first.id
    assert len(stage.microsoft.events(mike)) == len(stage.microsoft.mails) == 1


@pytest.mark.parametrize("status", [400, 409])
async def test_a_transaction_used_for_another_content_gives_the_event_that_is_there(stage: Stage, status: Any) -> None:
    mike = stage.person("mike")
    stage.microsoft.switches = Switches(duplicate_status=status)
    first = await created(stage, mike)

    again = await created(stage, mike, replace(EVENT, subject="Changed meanwhile"))

    assert (again.id, again.event.subject) == (first.id, "Annual review")
    assert len(stage.microsoft.events(mike)) == 1


async def test_a_creation_that_breaks_off_is_not_repeated_by_itself(stage: Stage) -> None:  # ruling 9
    mike = stage.person("mike")
    stage.answers("/events", Response(0), method="POST")

    with pytest.raises(UnknownOutcome):
        await created(stage, mike)
    assert len(stage.calls("/events", "POST")) == 1


async def test_a_throttled_write_goes_back_to_its_lane_at_once(stage: Stage) -> None:  # THR-07, THR-09
    mike = stage.person("mike")
    stage.answers("/events", refusal(429, "ApplicationThrottled", {"Retry-After": "7"}), method="POST")

    with pytest.raises(Transient) as raised:
        await created(stage, mike)
    assert not isinstance(raised.value, UnknownOutcome)
    assert raised.value.delay is not None
    assert raised.value.delay.total_seconds() == 7
    assert len(stage.calls("/events", "POST")) == 1


async def test_a_write_that_microsoft_cannot_take_is_refused_with_its_code_and_nobodys_name(stage: Stage) -> None:  # THR-08
    mike = stage.person("mike")
    stage.answers("/events", refusal(400, "ErrorPropertyValidationFailure"), method="POST")

    with pytest.raises(Permanent) as raised:
        await created(stage, mike)
    assert raised.value.code == "ErrorPropertyValidationFailure"
    assert "mike@" not in str(raised.value)
    assert "00000000-0000-4000-8000-000000000001" in str(raised.value)
    assert len(stage.calls("/events", "POST")) == 1


async def test_a_teams_meeting_has_its_link_at_once_where_the_calendar_allows_it(stage: Stage) -> None:  # T2, TMS-05, TMS-14
    mike, john = stage.person("mike"), stage.person("john", teams=False)
    fields = (*FIELDS, "online")
    wanted = replace(EVENT, online=True)
    name = {"transaction": "t", "stamp": LINK, "invite": False}

    with_teams = await stage.graph.create(mike, wanted, fields, **name)  # type: ignore[arg-type]
    without = await stage.graph.create(john, wanted, fields, **name)  # type: ignore[arg-type]

    assert with_teams.event is not None
    assert with_teams.event.online
    assert with_teams.event.join_url.startswith("https://teams.microsoft.com/")
    assert without.event is not None
    assert (without.event.online, without.event.join_url) == (False, "")
    assert said(stage.calls("/events", "POST")[0])["onlineMeetingProvider"] == "teamsForBusiness"


async def test_a_change_sends_its_fields_alone_and_mails_nobody_new(stage: Stage) -> None:  # A4, D6
    mike = stage.person("mike")
    made = await created(stage, mike, invite=True)
    stage.microsoft.mails.clear()

    wanted = replace(made.event, location="Room 9", attendees=(Attendee("new@client.example"),))
    seen = await stage.graph.update(mike, made.id, made.mark, wanted, ["location", "attendees"])

    assert said(stage.calls("/events/", "PATCH")[0]) == {"location": {"displayName": "Room 9"}}
    assert seen.event is not None
    assert (seen.event.location, [one.address for one in seen.event.attendees]) == ("Room 9", ["ann@client.example"])
    assert seen.mark != made.mark


async def test_a_change_of_what_cannot_be_sent_sends_nothing(stage: Stage) -> None:  # R2, A4
    mike = stage.person("mike")
    made = await created(stage, mike)

    seen = await stage.graph.update(mike, made.id, made.mark, replace(made.event, recurrence="Daily"), ["recurrence"])

    assert seen.mark == made.mark
    assert not stage.calls("/events/", "PATCH")


async def test_a_teams_meeting_keeps_its_link_when_its_subject_and_body_change(stage: Stage) -> None:  # F4, TMS-09
    mike = stage.person("mike")
    made = await stage.graph.create(mike, replace(EVENT, online=True), (*FIELDS, "online"),
                                    transaction="t", stamp=LINK, invite=False)  # fmt: skip
    assert made.event is not None

    seen = await stage.graph.update(mike, made.id, made.mark, replace(made.event, subject="New", body="X"), ["subject", "body"])

    assert seen.event is not None
    assert (seen.event.subject, seen.event.join_url) == ("New", made.event.join_url)


async def test_a_change_of_an_event_that_moved_on_is_a_conflict(stage: Stage) -> None:  # ruling 8, CON-20
    mike = stage.person("mike")
    made = await created(stage, mike)
    stage.microsoft.change(mike, made.id, {"subject": "By a person"}, stage.now)

    with pytest.raises(Conflict):
        await stage.graph.update(mike, made.id, made.mark, replace(made.event, subject="Ours"), ["subject"])
    stage.answers("/events/", refusal(409, "errorIrresolvableConflict"), method="PATCH")
    with pytest.raises(Conflict):
        await stage.graph.update(mike, made.id, "", replace(made.event, subject="Ours"), ["subject"])
    assert stage.microsoft.events(mike)[0]["subject"] == "By a person"


async def test_a_mark_out_of_delta_is_good_for_a_change(stage: Stage) -> None:  # ruling 8
    mike = stage.person("mike")
    id_ = stage.event(mike)
    row = (await stage.graph.round(mike, "", WINDOW, FULL)).rows[0]
    assert row.event is not None

    seen = await stage.graph.update(mike, id_, row.mark, replace(row.event, subject="New"), ["subject"])

    assert seen.event is not None
    assert seen.event.subject == "New"


async def test_an_occurrence_cannot_pass_its_neighbour(stage: Stage) -> None:  # R5
    mike = stage.person("mike")
    stage.event(mike, **WEEKLY)
    one = (await stage.graph.round(mike, "", WINDOW, FULL)).rows[1]
    far = Timed(datetime(2026, 3, 17, 9, tzinfo=UTC), datetime(2026, 3, 17, 10, tzinfo=UTC), "Europe/Berlin")

    with pytest.raises(Permanent) as raised:
        await stage.graph.update(mike, one.id, one.mark, CalendarEvent(far), ["when"])
    assert raised.value.code == "ErrorOccurrenceCrossingBoundary"


async def test_what_is_written_and_turned_private_meanwhile_comes_back_without_its_text(stage: Stage) -> None:  # ruling 20
    mike = stage.person("mike")
    id_ = stage.event(mike, sensitivity="private", subject="Secret")

    seen = await stage.graph.update(mike, id_, "", EVENT, ["show_as"])

    assert seen.event is not None
    assert (seen.redacted, seen.event.subject) == (True, "Private appointment")


async def test_a_deletion_is_done_when_it_is_gone_already(stage: Stage) -> None:  # THR-09
    mike = stage.person("mike")
    made = await created(stage, mike)

    await stage.graph.delete(mike, made.id)
    await stage.graph.delete(mike, made.id)
    await stage.graph.cancel(mike, made.id)

    assert stage.microsoft.events(mike) == []
    with pytest.raises(Permanent):
        await stage.graph.update(mike, made.id, "", EVENT, ["subject"])
    with pytest.raises(Permanent) as raised:
        await stage.graph.delete("nobody", made.id)
    assert raised.value.code == "ErrorInvalidUser"


async def test_an_attendee_answers_and_cannot_cancel(stage: Stage) -> None:  # A6, ATT-17
    mike, john = stage.person("mike"), stage.person("john")
    stage.event(mike, attendees=[{"emailAddress": {"address": "john@contoso.example"}, "type": "required"}])
    copy = (await stage.graph.round(john, "", WINDOW, FULL)).rows[0]

    await stage.graph.respond(john, copy.id, Answer.TENTATIVE, "Perhaps")

    own = (await stage.graph.round(mike, "", WINDOW, FULL)).rows[0]
    assert own.event is not None
    assert own.event.attendees[0].response is Answer.TENTATIVE
    assert said(stage.calls("/tentativelyAccept")[0]) == {"comment": "Perhaps", "sendResponse": True}
    with pytest.raises(Permanent):
        await stage.graph.cancel(john, copy.id)
    with pytest.raises(Permanent):
        await stage.graph.respond(john, copy.id, Answer.NONE)


async def test_writes_into_one_mailbox_are_one_at_a_time_and_others_do_not_wait(stage: Stage) -> None:  # THR-11, ruling 8
    boxes = [stage.person(f"user{n}") for n in range(5)]

    await asyncio.gather(*(
        stage.graph.create(box, EVENT, FIELDS, transaction=f"{n}", stamp=LINK, invite=False) for box in boxes for n in range(3)
    ))  # fmt: skip

    assert stage.most_open == 1
    first = [one.path for one in stage.calls("/events", "POST")][:5]
    assert len(set(first)) == 5
