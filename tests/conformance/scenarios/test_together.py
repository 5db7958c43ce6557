"""What several people, and several events at once, do to each other through the whole product: answers, copies, owners
and the brake toward Outlook."""

from typing import Any

import pytest

from contracts.facts import Blocked
from services.salesforce_watcher.pair import shard_of
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, DAYS, F_SERIES, F_SINGLE
from tests.conformance.scenarios.stage import JOHN, MIKE, Stage

SHARDS = pytest.mark.parametrize("shards", [1, 2], ids=["one shard", "two shards"])
"""Mike's mailbox and John's are kept by one or by two (I2, ruling 22)."""
CALL: dict[str, Any] = {"subject": "Call", "start": "2021-09-29T10:00Z", "end": "2021-09-29T11:00Z"}
BOTH = (MIKE, JOHN)


async def _invited(it: Stage) -> tuple[str, str]:
    """Mike's meeting with John, made in Practifi and known everywhere: Mike's event and John's copy in Outlook."""
    kept = {shard_of(str(box["id"]), it.policy.shards) for box in it.sides.microsoft.mailboxes()}
    assert len(kept) == it.policy.shards
    it.practifi().add(**CALL, attendees=[JOHN])
    await it.sync()
    await it.sync()
    (own,), (copy,) = it.outlook().events, it.outlook(JOHN).events
    return str(own["id"]), str(copy["id"])


def _give(it: Stage, row: str, who: str) -> None:
    """Somebody gives an Event to another user."""
    user = next(one["Id"] for one in it.sides.salesforce.rows("User") if one["Email"] == who)
    it.sides.salesforce.update("Event", row, {"OwnerId": user}, it.now)


def _relation(it: Stage) -> dict[str, Any]:
    (one,) = it.sides.salesforce.rows("EventRelation")
    return one


def _answer(it: Stage, status: str) -> None:
    """John answers in Practifi."""
    it.sides.salesforce.update("EventRelation", _relation(it)["Id"], {"Status": status}, it.now)


def _answers(it: Stage) -> list[str]:
    """What Mike sees of his guests in Outlook."""
    return [one["status"]["response"] for one in it.outlook().events[0]["attendees"]]


@SHARDS
async def test_an_invited_colleague_has_a_copy_in_outlook_and_no_second_event_in_practifi(
    scene: Scene, shards: int
) -> None:
    async with scene(AUTUMN, BOTH, shards=shards) as it:  # I1, ruling 18
        await _invited(it)
        assert len(it.practifi().events) == 1
        assert it.practifi(JOHN).events == []


@SHARDS
async def test_an_answer_given_in_practifi_goes_out_once_from_the_own_mailbox(
    scene: Scene, shards: int
) -> None:  # A6, ATT-17
    async with scene(AUTUMN, BOTH, shards=shards) as it:
        _, copy = await _invited(it)
        before = len(it.mails)
        _answer(it, "Accepted")
        wrote = await it.sync()
        assert [write.what for write in wrote.microsoft] == [f"{copy}/accept"]
        assert _answers(it) == ["accepted"]
        assert len(it.mails) == before + 1


@SHARDS
async def test_an_answer_given_in_outlook_shows_in_practifi(scene: Scene, shards: int) -> None:  # A6
    async with scene(AUTUMN, BOTH, shards=shards) as it:
        _, copy = await _invited(it)
        it.outlook(JOHN).respond(copy, "accepted")
        assert (await it.sync()).microsoft == []
        assert _relation(it)["Status"] == "Accepted"


@SHARDS
async def test_an_attendee_who_declines_in_practifi_leaves_the_meeting_to_the_others(
    scene: Scene, shards: int
) -> None:  # A7, A6
    async with scene(AUTUMN, BOTH, shards=shards) as it:
        await _invited(it)
        _answer(it, "Declined")
        await it.sync()
        assert (len(it.outlook().events), it.outlook(JOHN).events) == (1, [])
        assert _answers(it) == ["declined"]
        assert len(it.practifi().events) == 1


@SHARDS
async def test_a_meeting_made_in_outlook_is_everybodys_own_event_and_invites_nobody(scene: Scene, shards: int) -> None:
    async with scene(AUTUMN, BOTH, shards=shards) as it:  # I2
        it.outlook().add(**F_SINGLE)
        await it.sync()
        assert it.practifi().shows == it.practifi(JOHN).shows == ["2021-09-22 10:00-11:00 simple_event"]
        assert it.sides.salesforce.rows("EventRelation") == []


async def test_too_many_deletions_in_practifi_wait_for_an_administrator(scene: Scene) -> None:  # X4, SAF-01, SAF-12
    async with scene(AUTUMN, brake_minimum=3) as it:
        for day in range(10, 16):
            it.practifi().add(subject="Call", start=f"2021-10-{day}T10:00Z", end=f"2021-10-{day}T11:00Z")
        await it.sync()
        it.practifi().delete(*(one["Id"] for one in it.practifi().events[:4]))
        for _ in range(3):
            assert (await it.sync()).nothing
        assert len(it.outlook().events) == 6
        assert len(it.facts(Blocked)) == 4
        await it.resume()
        await it.sync()
        assert len(it.outlook().events) == 2


async def test_a_series_that_is_deleted_in_practifi_stays_in_outlook(scene: Scene) -> None:  # REC-68, REC-67
    async with scene(AUTUMN) as it:
        it.outlook().add(**F_SERIES)
        await it.sync()
        days = [one["Id"] for one in it.practifi().events]
        it.practifi().delete(days[0])
        assert [write.method for write in (await it.sync()).microsoft] == ["DELETE"]
        it.practifi().delete(*days[1:])
        for _ in range(2):
            assert (await it.sync()).nothing
        assert len(it.outlook().events) == len(DAYS) - 1


async def test_an_event_that_gets_another_owner_moves_to_that_mailbox(scene: Scene) -> None:  # ruling 14
    async with scene(AUTUMN, BOTH) as it:
        row = it.practifi().add(**CALL)
        await it.sync()
        _give(it, row, JOHN)
        wrote = await it.sync()
        assert [write.method for write in wrote.microsoft] == ["POST", "DELETE"]
        assert (it.outlook().events, it.outlook(JOHN).shows) == ([], ["2021-09-29 10:00-11:00 Call"])


async def test_an_event_that_gets_an_owner_of_another_shard_stays_and_says_why(scene: Scene) -> None:  # ruling 14
    async with scene(AUTUMN, BOTH, shards=2) as it:
        row = it.practifi().add(**CALL)
        await it.sync()
        _give(it, row, JOHN)
        assert (await it.sync()).microsoft == []
        assert (len(it.outlook().events), it.outlook(JOHN).events) == (1, [])
        assert ["shard" in fact.reason for fact in it.facts(Blocked)] == [True]
        it.practifi(JOHN).change(row, subject="Called")
        await it.sync()
        assert it.outlook().shows == ["2021-09-29 10:00-11:00 Called"], "one shard still knows it"
