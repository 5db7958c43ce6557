"""What an advisor reads on the Practifi Event when something is wrong or lost: through the whole product, to the
sandbox's own rows and back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.sandbox import calendars
from tests.conformance.calendars.firm import WHO, Firm, firm

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SOON = "2026-03-09T10:00:00+00:00"


def add(it: Firm, side: str, **given: Any) -> dict[str, Any]:
    return calendars.add(it.world.sides, side, WHO, {"start": SOON, **given}, it.town.time.at)


def word(it: Firm) -> str:
    """What stands on the one Event."""
    (row,) = it.events()
    return row["Sync_Status__c"] or ""


async def rests(it: Firm) -> None:
    """Another run writes nothing."""
    before = it.writes
    await it.sync()
    assert it.writes == before


async def test_what_was_cut_is_told_and_put_back_when_somebody_edits_it(tmp_path: Path) -> None:  # F3, R2, D6
    async with firm(tmp_path, NOW) as it:
        made = add(it, "microsoft", subject="S" * 300)
        await it.sync()
        assert word(it) == "Shortened in Practifi: subject"
        await rests(it)
        (row,) = it.events()
        calendars.change(it.world.sides, "practifi", WHO, row["Id"], {"Sync_Status__c": "all is well"}, it.town.time.at)
        await it.sync()
        assert word(it) == "Shortened in Practifi: subject"
        await rests(it)
        calendars.change(it.world.sides, "microsoft", WHO, made["id"], {"subject": "Short"}, it.town.time.at)
        await it.sync()
        assert word(it) == ""
        await rests(it)


async def test_a_calendar_without_teams_is_told_on_the_event(tmp_path: Path) -> None:  # T3, TMS-14
    async with firm(tmp_path, NOW) as it:
        it.world.sides.microsoft.change_user(WHO, teams=False)
        await it.sync()
        add(it, "practifi", subject="Review", teams=True)
        it.town.time.turn(minutes=5)
        await it.sync()
        await it.sync()
        (event,) = calendars.shown(it.world.sides, {"side": "microsoft", "mailbox": WHO})
        assert not event["isOnlineMeeting"]
        assert word(it) == "This calendar does not allow Teams meetings"
        assert it.events()[0]["Teams_Meeting__c"], "the wish stays"
        await rests(it)


async def test_a_body_that_loses_the_meeting_is_told_on_the_event(tmp_path: Path) -> None:  # T3
    async with firm(tmp_path, NOW) as it:
        made = add(it, "microsoft", subject="Review", teams=True)
        await it.sync()
        assert word(it) == ""
        calendars.change(it.world.sides, "microsoft", WHO, made["id"], {"body": "rewritten"}, it.town.time.at)
        await it.sync()
        assert word(it) == "Its Teams link is gone in Microsoft: add the Teams meeting there again"
        await rests(it)
