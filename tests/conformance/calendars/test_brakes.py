"""The tenant's brake over an hour of deletions (X4, ruling 30), through the whole product and in both directions: a
person deletes thirty events on one side, the other side keeps all of them until an administrator consents."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from contracts.calendar import Side
from services.sandbox import calendars
from tests.conformance.calendars.firm import WHO, Firm, firm
from tests.conformance.calendars.meetings import FREE, Meetings

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = replace(FREE, brake_hourly_deletions=10)
MANY = 30


def left(it: Firm, side: Side) -> int:
    return len(it.world.sides.microsoft.events(WHO) if side is Side.MICROSOFT else it.events())


async def filled(some: Meetings) -> None:
    """Thirty events that stand on both sides."""
    for number in range(MANY):
        some.outlook(f"Event {number}", day=7 + number)
    await some.it.sync()
    assert left(some.it, Side.PRACTIFI) == MANY


def delete(some: Meetings, side: Side, many: int) -> None:
    """A person deletes so many events on a side, one after the other."""
    for one in calendars.shown(some.sides, {"side": side.value})[:many]:
        calendars.delete(some.sides, side.value, WHO, str(one["id"]), some.now)


@pytest.mark.parametrize("side", list(Side))
async def test_a_flood_is_held_over_a_restart_until_somebody_consents(side: Side, tmp_path: Path) -> None:  # X4
    async with firm(tmp_path, NOW, TEN) as it:
        some = Meetings(it, TEN)
        await filled(some)
        delete(some, side, MANY)
        await it.sync()
        assert left(it, side.other) == MANY, "not even the first one goes"
        (shown,) = await some.problems()
        assert "`brake_hourly_deletions` is 10" in shown.what

        await some.restart(tmp_path)
        it.town.time.turn(hours=2)
        await it.sync()
        assert left(it, side.other) == MANY
        assert len(await some.problems()) == 1

        await some.consent()
        await it.sync()
        assert left(it, side.other) == 0
        assert await some.problems() == []


@pytest.mark.parametrize("side", list(Side))
async def test_so_many_may_go_within_an_hour_and_the_next_ones_wait(side: Side, tmp_path: Path) -> None:  # ruling 30
    async with firm(tmp_path, NOW, TEN) as it:
        some = Meetings(it, TEN)
        await filled(some)
        delete(some, side, 7)
        await it.sync()
        assert left(it, side.other) == MANY - 7
        delete(some, side, 3)
        await it.sync()
        assert left(it, side.other) == MANY - 10
        it.town.time.turn(minutes=61)
        delete(some, side, 10)
        await it.sync()
        assert left(it, side.other) == MANY - 20, "an hour later as many may go again"
        delete(some, side, 1)
        await it.sync()
        assert left(it, side.other) == MANY - 20
        await some.consent()
        await it.sync()
        assert left(it, side.other) == MANY - 21


async def test_what_is_edited_meanwhile_is_written_and_only_deletions_wait(tmp_path: Path) -> None:  # X4, D6
    async with firm(tmp_path, NOW, TEN) as it:
        some = Meetings(it, TEN)
        await filled(some)
        delete(some, Side.MICROSOFT, 11)
        await it.sync()
        (first, *_) = calendars.shown(some.sides, {"side": "microsoft", "mailbox": WHO})
        calendars.change(some.sides, "microsoft", WHO, first["id"], {"subject": "Still alive"}, some.now)
        some.meet("New")
        await it.sync()
        assert "Still alive" in {row["Subject"] for row in it.events()}
        assert "New" in {one["subject"] for one in it.world.sides.microsoft.events(WHO)}
        assert left(it, Side.PRACTIFI) == MANY + 1
