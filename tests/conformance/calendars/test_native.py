"""Practifi's own recurring Events, of both kinds that Salesforce has: left alone, or sent one by one, as the policy
says; the rows that only hold a pattern harm nothing (R6, REC-71)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.facts import Blocked, Said
from contracts.policy import PractifiSeries
from services.sandbox import calendars
from tests.conformance.calendars.firm import POLICY, WHO, Firm, firm

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SINGLY = replace(POLICY, practifi_series=PractifiSeries.SINGLE_EVENTS)


def span(day: int) -> dict[str, str]:
    start = datetime(2026, 3, 9, 10, tzinfo=UTC) + timedelta(days=day)
    return {"StartDateTime": start.isoformat(), "EndDateTime": (start + timedelta(hours=1)).isoformat()}


def owner(it: Firm) -> str:
    found = it.world.sides.owner(WHO)
    assert found
    return str(found["Id"])


def lightning(it: Firm) -> None:
    """A series as Salesforce makes it today: its pattern is a row of its own, and nothing binds the others to it."""
    org, now = it.world.sides.salesforce, it.town.time.at
    for one, day in zip(org.add_series({"Subject": "Day", "OwnerId": owner(it)}, [span(day) for day in range(3)], now),
                        range(3), strict=True):  # fmt: skip
        org.update("Event", one, {"Subject": f"Day {day}"}, now)


def classic(it: Firm) -> None:
    """A series as Salesforce Classic makes it: the others name the row of the pattern."""
    org, by, now = it.world.sides.salesforce, owner(it), it.town.time.at
    pattern = org.insert("Event", {"Subject": "Pattern", "OwnerId": by, "IsRecurrence": True} | span(0), now)
    org.update("Event", pattern, {"RecurrenceActivityId": pattern}, now)
    for day in range(3):
        fields = {"Subject": f"Day {day}", "OwnerId": by, "RecurrenceActivityId": pattern}
        org.insert("Event", fields | span(day), now)


def shown(it: Firm) -> list[dict[str, Any]]:
    asked = {"side": "microsoft", "mailbox": WHO, "start": "2026-03-01T00:00:00", "end": "2026-04-01T00:00:00"}
    return calendars.shown(it.world.sides, asked)


def in_microsoft(it: Firm) -> list[str]:
    return sorted(one["subject"] for one in shown(it))


async def ran(it: Firm, series: Any) -> None:
    """Outbound is on, somebody makes the series, it is quiet, and a run goes by."""
    await it.sync()
    series(it)
    it.world.sides.salesforce.insert("Event", {"Subject": "Single", "OwnerId": owner(it)} | span(9), it.town.time.at)
    await it.town.later(minutes=2)
    await it.sync()
    await it.town.later(minutes=2)


SERIES = pytest.mark.parametrize("series", [lightning, classic])


@SERIES
async def test_a_series_of_practifi_is_left_alone_and_says_why(series: Any, tmp_path: Path) -> None:  # R6, REC-71
    async with firm(tmp_path, NOW) as it:
        await ran(it, series)
        assert in_microsoft(it) == ["Single"], "what is no series goes on"
        said = [fact for message in it.town.heard_of(Said) for fact in message.body.facts if isinstance(fact, Blocked)]
        assert len({fact.about.link for fact in said}) == 3, "the pattern is no event"
        assert {"practifi_series" in fact.reason for fact in said} == {True}


@SERIES
async def test_each_event_of_a_series_is_sent_as_one_of_its_own(series: Any, tmp_path: Path) -> None:  # R6, REC-71
    async with firm(tmp_path, NOW, SINGLY) as it:
        await ran(it, series)
        assert in_microsoft(it) == ["Day 0", "Day 1", "Day 2", "Single"]
        writes = it.writes
        await it.sync()
        assert it.writes == writes
        org = it.world.sides.salesforce
        (first,) = [row for row in org.rows("Event") if row["Subject"] == "Day 1"]
        org.update("Event", first["Id"], {"Subject": "Day 1 moved"}, it.town.time.at)
        await it.sync()
        assert in_microsoft(it) == ["Day 0", "Day 1 moved", "Day 2", "Single"]


async def test_a_change_of_one_of_them_in_outlook_changes_no_other_in_practifi(tmp_path: Path) -> None:  # R6
    async with firm(tmp_path, NOW, SINGLY) as it:
        await ran(it, lightning)
        (one,) = [one for one in shown(it) if one["subject"] == "Day 1"]
        change = {"location": {"displayName": "Room 4"}}
        it.world.sides.microsoft.change(WHO, one["id"], change, it.town.time.at)
        await it.sync()
        rows = {row["Subject"]: row for row in it.events()}
        places = [rows[f"Day {day}"]["Location"] for day in range(3)]
        keys = [rows[f"Day {day}"]["M365_Key__c"] for day in range(3)]
        assert places == [None, "Room 4", None]
        assert [bool(key) for key in keys] == [False, True, False], "each is its own pair"
