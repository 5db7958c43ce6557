"""What must never be lost: brakes, foreign events, unverified reads, a firm that leaves (scenarios §13)."""

from typing import Any

import pytest

from contracts.facts import Blocked, MailboxState
from contracts.policy import Direction
from services.sandbox.wire import Response
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN, F_SERIES, F_SINGLE, at, known
from tests.conformance.scenarios.stage import JOHN, Stage

Json = dict[str, Any]
MANY = 25


async def _many(it: Stage) -> list[str]:
    """More meetings than the brake lets go at once, which both sides have."""
    days = [f"2021-10-{day:02}" for day in range(1, MANY + 1)]
    events = [it.outlook().add(**F_SINGLE | at(day) | {"attendees": []}) for day in days]
    await it.sync()
    return events


async def test_a_mailbox_that_is_suddenly_empty_deletes_nothing_before_consent(scene: Scene) -> None:
    async with scene(AUTUMN) as it:  # SAF-01, SAF-02, SAF-12, X4
        it.outlook().delete(*await _many(it))
        for _ in range(2):
            assert (await it.sync()).nothing
        assert len(it.practifi().shows) == MANY
        (alarm,) = [fact for fact in it.facts(MailboxState) if fact.state == "attention"]
        assert "25 of 25" in alarm.reason
        await it.resume()
        wrote = await it.sync()
        assert [write.method for write in wrote.practifi] == ["DELETE"] * MANY
        await it.later(hours=2)
        await it.sync()
        assert len([fact for fact in it.facts(MailboxState) if fact.state == "attention"]) == 1, "not asked again"


async def test_an_org_that_is_suddenly_empty_deletes_nothing_before_consent(scene: Scene) -> None:
    async with scene(AUTUMN) as it:  # SAF-01, SAF-02, SAF-12, X4
        await _many(it)
        it.practifi().delete(*(row["Id"] for row in it.practifi().events))
        for _ in range(2):
            assert (await it.sync()).microsoft == []
        assert len(it.facts(Blocked)) == MANY
        await it.resume()
        await it.sync()
        assert it.outlook().shows == []
        assert len(it.facts(Blocked)) == MANY, "not asked again"


async def test_a_brake_that_is_not_answered_yields_to_what_comes_back(scene: Scene) -> None:  # SAF-12
    async with scene(AUTUMN) as it:
        await _many(it)
        rows = [row["Id"] for row in it.practifi().events]
        it.practifi().delete(*rows)
        await it.sync()
        for row in rows:
            it.sides.salesforce.undelete(row, it.now)
        await it.sync()
        await it.resume()
        assert (await it.sync()).microsoft == []
        assert len(it.outlook().shows) == len(it.practifi().shows) == MANY


@pytest.mark.parametrize("fault", ["timeout-before", "timeout-after", "server-error"])
@pytest.mark.parametrize("side", ["microsoft", "practifi"])
async def test_a_read_that_breaks_off_deletes_nothing(fault: str, side: str, scene: Scene) -> None:  # SAF-03, SAF-09
    async with scene(AUTUMN) as it:
        await _many(it)
        it.sides.microsoft.forget_deltas()
        it.firm.world.faults.set(fault, side=side)  # type: ignore[arg-type]  # one of the two
        assert (await it.sync()).nothing
        assert len(it.outlook().shows) == len(it.practifi().shows) == MANY
        it.firm.world.faults.clear()
        await it.later(minutes=10)
        assert (await it.sync()).nothing


async def test_a_page_in_the_middle_that_breaks_off_is_applied_in_no_part(scene: Scene) -> None:  # SAF-03, CUR-10
    async with scene(AUTUMN) as it:
        events = await _many(it)
        it.outlook().delete(*events[:3])
        it.answers("GET", "/calendarView/delta", Response(500), times=100)
        assert (await it.sync()).nothing
        it.meanwhile.clear()
        await it.later(minutes=10)
        await it.sync()
        assert len(it.practifi().shows) == MANY - 3


async def test_a_shorter_window_leaves_what_is_outside_alone(scene: Scene) -> None:  # SAF-07, D9
    async with scene(AUTUMN) as it:
        it.outlook().add(**F_SINGLE | at("2022-06-01"))
        it.outlook().add(**F_SINGLE | at("2021-09-29"))
        await it.sync()
        await it.govern(future_inbound_months=1, past_inbound_days=1)
        assert (await it.sync()).nothing
        await it.later(days=9)
        assert (await it.sync()).nothing, "also after the mailbox was read afresh"
        assert len(it.practifi().shows) == len(it.outlook().shows) == 2


@pytest.mark.parametrize("direction", [Direction.MICROSOFT_TO_PRACTIFI, Direction.PRACTIFI_TO_MICROSOFT])
async def test_what_is_not_ours_is_never_touched(direction: Direction, scene: Scene) -> None:  # SAF-08
    async with scene(AUTUMN, direction=direction) as it:
        inward = direction is Direction.MICROSOFT_TO_PRACTIFI
        for number in range(3):
            if inward:
                it.practifi().add(subject=f"own {number}", start="2021-09-29T10:00Z")
            else:
                it.outlook().add(subject=f"own {number}", start="2021-09-29T10:00")
        before = it.practifi().events if inward else it.outlook().events
        await it.sync()
        it.sides.microsoft.forget_deltas()
        assert (await it.sync()).nothing
        assert (it.practifi().events if inward else it.outlook().events) == before


async def test_a_pause_with_outliers_ends_like_any_other(scene: Scene) -> None:  # SAF-11, AUT-14
    async with scene(AUTUMN) as it:
        series = await known(it)
        it.outlook().change(it.outlook().on(series, "2021-09-26"), **at("2021-09-27", "09:00", "10:00"))
        it.outlook().delete(it.outlook().on(series, "2021-10-02"))
        await it.govern(active=False)
        it.outlook().change(it.outlook().on(series, "2021-09-30"), subject="other")
        assert (await it.sync()).nothing
        await it.govern(active=True)
        await it.sync()
        assert it.practifi().shows == it.outlook().shows


async def test_a_firm_that_leaves_keeps_its_events_on_both_sides(scene: Scene) -> None:  # SAF-13, D1, D2
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        it.outlook().add(**F_SERIES)
        it.practifi().add(subject="Call", start="2021-09-29T10:00Z", attendees=[JOHN])
        await it.sync()
        shown = it.practifi().shows
        await it.govern(active=False, enabled=False)
        for _ in range(2):
            assert (await it.sync()).nothing
        assert it.practifi().shows == it.outlook().shows == shown
        assert it.mails == [("invitation", (JOHN,))]
