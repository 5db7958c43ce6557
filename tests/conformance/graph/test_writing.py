"""Changes, deletions and answers: only what changed, and only of the version that was seen."""

import asyncio
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from contracts.calendar import Attendee, CalendarEvent, Timed
from contracts.calendar import Response as Answer
from services.kernel.errors import Conflict, Permanent
from tests.conformance.graph.stage import WEEKLY, WINDOW, Stage, refusal, said
from tests.conformance.graph.wanted import EVENT, FIELDS, FULL, LINK, WHEN, created


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

    wanted = replace(made.event, subject="New", body="X")
    seen = await stage.graph.update(mike, made.id, made.mark, wanted, ["subject", "body"])

    assert seen.event is not None
    assert (seen.event.subject, seen.event.join_url) == ("New", made.event.join_url)


async def test_a_teams_meeting_stays_one_meeting_when_a_guest_is_taken_off(stage: Stage) -> None:  # TMS-11
    mike = stage.person("mike")
    made = await stage.graph.create(mike, replace(EVENT, online=True), (*FIELDS, "online"),
                                    transaction="t", stamp=LINK, invite=True)  # fmt: skip
    cursor = (await stage.graph.round(mike, "", (WHEN.start, WHEN.end), FULL)).cursor
    stage.microsoft.change(mike, made.id, {"attendees": []}, stage.now)

    (row,) = (await stage.graph.round(mike, cursor, (WHEN.start, WHEN.end), FULL)).rows
    assert made.event is not None
    assert row.event is not None
    assert (row.id, row.event.join_url, row.event.attendees) == (made.id, made.event.join_url, ())
    await stage.graph.update(mike, row.id, row.mark, replace(row.event, subject="New"), ["subject"])

    assert said(stage.calls("/events/", "PATCH")[0]) == {"subject": "New"}, "nothing asks for a meeting again"
    assert len(stage.microsoft.events(mike)) == 1
    assert stage.microsoft.events(mike)[0]["onlineMeeting"]["joinUrl"] == made.event.join_url


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
    assert "move it to a day between them" in raised.value.what


async def test_what_has_turned_private_meanwhile_comes_back_without_its_text(stage: Stage) -> None:  # ruling 20
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


async def test_writes_go_into_a_mailbox_one_by_one_and_others_do_not_wait(stage: Stage) -> None:  # THR-11
    boxes = [stage.person(f"user{n}") for n in range(5)]

    await asyncio.gather(*(created(stage, box, transaction=f"{n}") for box in boxes for n in range(3)))

    assert stage.most_open == 1
    first = [one.path for one in stage.calls("/events", "POST")][:5]
    assert len(set(first)) == 5
