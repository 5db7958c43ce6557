"""Creations: once, as wanted, and with mail only where it is meant."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.clients.http import UnknownOutcome
from services.kernel.errors import Permanent, Transient
from services.sandbox.microsoft import Switches
from services.sandbox.wire import Response
from tests.conformance.graph.stage import Stage, refusal, said
from tests.conformance.graph.wanted import EVENT, FIELDS, FULL, LINK, WHEN, created


async def test_a_created_event_is_what_was_wanted_and_bears_our_stamp(stage: Stage) -> None:  # A3, ruling 1
    mike = stage.person("mike")

    seen = await created(stage, mike)

    assert seen.event == replace(EVENT, attendees=(), organizer="mike@contoso.example")
    assert (seen.stamp, seen.mine, seen.error) == (f"{LINK}-g0", True, "")
    again = (await stage.graph.look(mike, [seen.id], FULL))[seen.id]
    assert again is not None
    assert (again.stamp, again.mark, again.event) == (f"{LINK}-g0", seen.mark, seen.event)
    assert (await stage.graph.round(mike, "", (WHEN.start, WHEN.end), FULL)).rows[0].stamp == f"{LINK}-g0"


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


async def test_a_write_that_microsoft_cannot_take_names_its_code_and_nobody(stage: Stage) -> None:  # THR-08
    mike = stage.person("mike")
    stage.answers("/events", refusal(400, "ErrorPropertyValidationFailure"), method="POST")

    with pytest.raises(Permanent) as raised:
        await created(stage, mike)
    assert raised.value.code == "ErrorPropertyValidationFailure"
    assert "mike@" not in str(raised.value)
    assert "00000000-0000-4000-8000-000000000001" in str(raised.value)
    assert len(stage.calls("/events", "POST")) == 1


async def test_a_teams_meeting_has_its_link_at_once_where_teams_is_allowed(stage: Stage) -> None:  # T2, TMS-05, TMS-14
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
