"""Series against the window, exceptions and conversions, and what people do to occurrences in Practifi (scenarios
§7.1, the second part, and §7.3)."""

import json
from datetime import date, timedelta

import pytest

from contracts.facts import Blocked
from contracts.policy import PractifiSeries
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import (
    AUTUMN,
    DAYS,
    F_SERIES,
    F_SINGLE,
    GUEST,
    NAME,
    at,
    daily,
    known,
    lines,
    rule,
)
from tests.conformance.scenarios.stage import JOHN, MIKE
from tests.conformance.scenarios.wrote import Write

MOVED = "2021-09-28T10:00:00.0000000"
ENDLESS = {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2021-09-22"}}


async def test_an_occurrence_on_its_siblings_slot_leaves_both(scene: Scene) -> None:  # REC-37, REC-38
    async with scene(AUTUMN) as it:
        series = await known(it)
        it.outlook().change(it.outlook().on(series, "2021-09-28"), **at("2021-09-29"))
        it.outlook().change(it.outlook().on(series, "2021-09-26"), **at("2021-09-28"))
        await it.sync()
        assert it.practifi().shows == sorted(lines(*(day for day in DAYS if day != "2021-09-26"), "2021-09-29"))
        it.bend(lambda event: event.update(at("2021-09-29")) if event["start"]["dateTime"] == MOVED else None)
        it.outlook().change(it.outlook().on(series, "2021-09-26"), location="Library")
        await it.sync()
        days = [day for day in DAYS if day not in {"2021-09-26", "2021-09-28"}]
        assert it.practifi().shows == sorted(lines(*days, "2021-09-29", "2021-09-29")), "two at the same time"


async def test_an_exception_in_the_window_of_a_series_that_is_over(scene: Scene) -> None:  # REC-39
    async with scene("2021-12-01T00:00") as it:
        series = it.outlook().add(**F_SERIES)
        it.outlook().change(it.outlook().on(series, "2021-10-04"), **at("2021-12-05"))
        await it.sync()
        assert it.practifi().shows == lines("2021-12-05")


async def test_an_endless_series_is_bounded_and_rolls_forward(scene: Scene) -> None:  # REC-41, R4
    async with scene(AUTUMN, future_inbound_months=1) as it:
        it.outlook().add(**F_SERIES | {"recurrence": ENDLESS})
        wrote = await it.sync()
        assert len(it.practifi().shows) == 30, "22 September to 21 October"
        assert len(wrote.practifi) == 30
        await it.later(days=1)
        assert [write.method for write in (await it.sync()).practifi] == ["POST"], "one more day"
        await it.later(days=30)
        await it.sync()
        assert it.practifi().shows[-1] == f"2021-11-22 10:00-11:00 {NAME}"
        assert len(it.practifi().shows) == len(set(it.practifi().shows)) == 62


async def test_a_series_full_of_exceptions_costs_pages_and_not_occurrences(scene: Scene) -> None:  # REC-42, REC-43
    async with scene(AUTUMN) as it:
        series = it.outlook().add(**F_SERIES | {"recurrence": ENDLESS})
        for number in range(1, 725):
            day = (date(2021, 9, 22) + timedelta(days=number)).isoformat()
            it.outlook().change(it.outlook().on(series, day), subject=f"no {number}")
        before = it.requests("microsoft")
        await it.sync()
        asked = it.requests("microsoft") - before
        assert len(it.practifi().shows) == 730
        assert len([one for one in it.practifi().shows if " no " in one]) == 724
        assert asked <= 730 / 50 + 2


async def test_a_series_that_began_before_the_window_has_its_occurrences(scene: Scene) -> None:  # REC-47
    async with scene("2021-10-03T00:00", past_inbound_days=2) as it:
        it.outlook().add(**F_SERIES)
        await it.sync()
        assert it.practifi().shows == lines("2021-10-02", "2021-10-04")


async def test_an_occurrence_that_is_moved_into_the_window_appears(scene: Scene) -> None:  # REC-48
    async with scene(AUTUMN, future_inbound_months=1) as it:
        weekly = rule({"type": "weekly", "daysOfWeek": ["wednesday"]}, "2021-10-27", "2021-11-10", "UTC")
        series = it.outlook().add(**F_SERIES | at("2021-10-27") | {"recurrence": weekly})
        assert (await it.sync()).nothing
        it.outlook().change(it.outlook().on(series, "2021-10-27"), **at("2021-10-20"))
        await it.sync()
        assert it.practifi().shows == lines("2021-10-20")


async def test_what_lies_before_the_window_is_never_made_again(scene: Scene) -> None:  # REC-49
    async with scene("2021-10-03T00:00", past_inbound_days=2) as it:
        series = it.outlook().add(**F_SERIES)
        await it.sync()
        await it.later(days=6)
        it.sides.microsoft.forget_deltas()
        assert (await it.sync()).nothing
        it.outlook().change(series, subject="renamed")
        await it.sync()
        assert len(it.practifi().shows) == 2


async def test_a_single_event_becomes_a_series_and_back(scene: Scene) -> None:  # REC-51, IDN-11, ruling 2
    async with scene(AUTUMN) as it:
        event = it.outlook().add(**F_SINGLE | {"attendees": []})
        await it.sync()
        row = it.practifi().only["Id"]
        it.outlook().change(event, recurrence=daily("2021-09-22", "2021-09-24", "UTC"))
        await it.sync()
        assert it.practifi().shows == lines("2021-09-22", "2021-09-23", "2021-09-24", name="simple_event")
        assert it.practifi().on("2021-09-22") == row
        it.outlook().change(event, recurrence="null")
        await it.sync()
        assert it.practifi().shows == lines("2021-09-22", name="simple_event")
        assert it.practifi().only["Id"] == row


async def test_a_deleted_exception_is_not_brought_back_by_its_series(scene: Scene) -> None:  # REC-52
    async with scene(AUTUMN) as it:
        series = await known(it)
        third = it.outlook().on(series, "2021-09-26")
        it.outlook().change(third, subject="edited")
        await it.sync()
        it.outlook().delete(third)
        await it.sync()
        it.outlook().change(series, subject="renamed")
        await it.sync()
        assert it.practifi().shows == lines(*(day for day in DAYS if day != "2021-09-26"), name="renamed")


async def test_a_guest_of_one_occurrence_has_that_one(scene: Scene) -> None:  # REC-53
    async with scene(AUTUMN, (MIKE, JOHN)) as it:
        series = await known(it)
        it.outlook().change(it.outlook().on(series, "2021-09-26"), attendees=[GUEST])
        await it.sync()
        await it.later(minutes=31)
        await it.sync()
        assert it.practifi(JOHN).shows == lines("2021-09-26"), "after two runs at most (ruling 19)"
        assert it.practifi().shows == lines(*DAYS)


async def test_a_lone_exception_says_nothing_of_its_siblings(scene: Scene) -> None:  # REC-57
    async with scene(AUTUMN) as it:
        series = await known(it)
        third = it.outlook().on(series, "2021-09-26")
        it.outlook().change(third, subject="other")
        it.firm.spoil = lambda body: _only(body, third)
        wrote = await it.sync()
        it.firm.spoil = bytes
        assert [write.keys for write in wrote.practifi] == [{"Subject"}]
        assert len(it.practifi().shows) == 7


def _only(body: bytes, event: str) -> bytes:
    """A round that holds nothing but one row."""
    said = json.loads(body) if body.startswith(b"{") else {}
    if "@odata.deltaLink" not in said:
        return body
    return json.dumps({**said, "value": [row for row in said["value"] if row["id"] == event]}).encode()


async def test_the_words_of_the_recurrence_are_put_back(scene: Scene) -> None:  # REC-62, R2
    async with scene(AUTUMN) as it:
        await known(it)
        row = it.practifi().on("2021-09-24")
        it.practifi().change(row, Recurrence_in_Microsoft_365__c="never", Recurring_in_Microsoft_365__c=False)
        wrote = await it.sync()
        assert wrote.microsoft == []
        assert it.practifi().row(row)["Recurrence_in_Microsoft_365__c"] == "Every 2 days until 4 Oct 2021"
        assert it.practifi().row(row)["Recurring_in_Microsoft_365__c"] is True


async def test_an_occurrence_edited_in_practifi_is_one_patch_of_that_occurrence(scene: Scene) -> None:  # REC-63, R5
    async with scene(AUTUMN) as it:
        series = await known(it)
        it.practifi().change(it.practifi().on("2021-09-24"), subject="mine")
        wrote = await it.sync()
        assert wrote.microsoft == [("PATCH", it.outlook().on(series, "2021-09-24"), {"subject"})]
        assert it.outlook().shows == it.practifi().shows
        assert len([line for line in it.outlook().shows if line.endswith(NAME)]) == 6


async def test_a_move_past_its_neighbour_is_refused_and_shown(scene: Scene) -> None:  # R5
    async with scene(AUTUMN) as it:
        await known(it)
        row = it.practifi().on("2021-09-26")
        it.practifi().change(row, start="2021-09-29T10:00Z", end="2021-09-29T11:00Z")
        await it.sync()
        assert it.outlook().shows == lines(*DAYS)
        assert it.practifi().row(row)["Sync_Status__c"]


async def test_the_first_occurrence_goes_alone(scene: Scene) -> None:  # REC-67
    async with scene(AUTUMN) as it:
        series = await known(it)
        first = it.outlook().on(series, DAYS[0])
        it.practifi().delete(it.practifi().on(DAYS[0]))
        wrote = await it.sync()
        assert wrote.microsoft == [Write("DELETE", first)]
        assert it.outlook().shows == lines(*DAYS[1:])


async def test_a_whole_series_is_not_deleted_without_consent(scene: Scene) -> None:  # REC-68, SAF-01, SAF-02, SAF-12
    async with scene(AUTUMN) as it:
        await known(it)
        it.practifi().delete(*(row["Id"] for row in it.practifi().events))
        assert (await it.sync()).microsoft == []
        assert (await it.sync()).microsoft == []
        assert len(it.facts(Blocked)) == 7, "asked once for each"
        await it.resume()
        wrote = await it.sync()
        assert [write.method for write in wrote.microsoft] == ["DELETE"] * 7 or it.outlook().shows == []
        assert it.outlook().shows == []


async def test_what_we_delete_ourselves_does_not_come_back_as_a_deletion(scene: Scene) -> None:  # REC-69
    async with scene(AUTUMN) as it:
        it.outlook().delete(await known(it))
        assert (await it.sync()).microsoft == []
        assert (await it.sync()).nothing


@pytest.mark.parametrize(("policy", "shown"), [
    (PractifiSeries.SKIP, []), (PractifiSeries.SINGLE_EVENTS, ["2021-09-29 10:00-11:00 Standup"]),
])  # fmt: skip
async def test_a_series_of_practifi_is_treated_by_the_policy(
    policy: PractifiSeries, shown: list[str], scene: Scene
) -> None:
    async with scene(AUTUMN, practifi_series=policy) as it:  # REC-71, R6
        text = "RRULE:FREQ=DAILY;INTERVAL=1;COUNT=3"
        row = it.practifi().add(subject="Standup", start="2021-09-29T10:00Z", end="2021-09-29T11:00Z")
        org = it.sides.salesforce
        org.memory.tables["Event"].rows[row] |= {"Recurrence2PatternText": text, "IsRecurrence2": True}
        await it.sync()
        assert it.outlook().shows == shown
        assert bool(it.facts(Blocked)) is not bool(shown)
