"""Recurring events: patterns, exceptions, deleted occurrences (graph.md §3.5)."""

from typing import Any
from urllib.parse import quote

import pytest

MIKE = "mike@contoso.example"
YEAR = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2028-01-01T00:00:00Z"


def days(graph: Any, item: str) -> list[str]:
    rows = graph.get(f"users/{MIKE}/events/{quote(item)}/instances?{YEAR}&$top=50")["value"]
    return [row["start"]["dateTime"][:10] for row in rows]


def pattern(make: Any, first: str, count: int, **fields: Any) -> dict[str, Any]:
    closing = {"type": "numbered", "startDate": first, "numberOfOccurrences": count}
    recurrence = {"pattern": {"interval": 1, **fields}, "range": closing}
    times = {"start": make.at(f"{first}T10:00:00"), "end": make.at(f"{first}T11:00:00")}
    return {**times, "recurrence": recurrence}


@pytest.mark.parametrize(
    ("first", "fields", "expected"),
    [
        ("2026-03-02", {"type": "daily", "interval": 2}, ["2026-03-02", "2026-03-04", "2026-03-06"]),
        (
            "2026-03-04",
            {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "wednesday"], "firstDayOfWeek": "monday"},
            ["2026-03-04", "2026-03-16", "2026-03-18"],
        ),
        (
            "2026-03-01",
            {"type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "monday"]},
            ["2026-03-01", "2026-03-02", "2026-03-15"],
        ),
        ("2026-01-31", {"type": "absoluteMonthly", "dayOfMonth": 31}, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        (
            "2026-03-02",
            {"type": "relativeMonthly", "index": "first", "daysOfWeek": ["monday", "tuesday"]},
            ["2026-03-02", "2026-04-06", "2026-05-04"],
        ),
        (
            "2026-03-27",
            {"type": "relativeMonthly", "index": "last", "daysOfWeek": ["friday"]},
            ["2026-03-27", "2026-04-24", "2026-05-29"],
        ),
        ("2026-03-02", {"type": "absoluteYearly", "dayOfMonth": 2, "month": 3}, ["2026-03-02", "2027-03-02"]),
        (
            "2026-03-08",
            {"type": "relativeYearly", "index": "second", "daysOfWeek": ["sunday"], "month": 3},
            ["2026-03-08", "2027-03-14"],
        ),
    ],
    ids=[
        "every other day",
        "every other week from Monday",
        "every other week from Sunday",
        "the 31st is the last day of short months",
        "first of several weekdays",
        "last Friday",
        "yearly",
        "second Sunday of March",
    ],
)
def test_patterns(graph: Any, make: Any, first: str, fields: dict[str, Any], expected: list[str]) -> None:
    series = graph.create(MIKE, **pattern(make, first, len(expected), **fields))
    assert days(graph, series["id"]) == expected


def test_a_series_keeps_its_wall_clock_over_daylight_saving(graph: Any, make: Any) -> None:  # Z2
    series = graph.create(MIKE, recurrence=make.weekly(numberOfOccurrences=5))
    rows = graph.get(f"users/{MIKE}/events/{quote(series['id'])}/instances?{YEAR}")["value"]
    assert [row["start"]["dateTime"][11:16] for row in rows] == ["09:00"] * 4 + ["08:00"]


def test_a_recurrence_reads_with_fillers(graph: Any, make: Any) -> None:
    series = graph.create(MIKE, recurrence=make.weekly("monday", type="noEnd"))
    assert series["recurrence"]["pattern"] == {
        "type": "weekly",
        "interval": 1,
        "month": 0,
        "dayOfMonth": 0,
        "firstDayOfWeek": "sunday",
        "index": "first",
        "daysOfWeek": ["monday"],
    }
    assert series["recurrence"]["range"] == {
        "type": "noEnd",
        "startDate": "2026-03-02",
        "endDate": "0001-01-01",
        "recurrenceTimeZone": make.berlin,
        "numberOfOccurrences": 0,
    }


def test_a_start_beside_the_pattern_moves_to_the_first_occurrence(graph: Any, make: Any) -> None:
    series = graph.create(MIKE, recurrence=make.weekly("thursday"))
    assert series["start"]["dateTime"][:10] == "2026-03-05"
    assert series["recurrence"]["range"]["startDate"] == "2026-03-05"


@pytest.mark.parametrize(
    ("pattern_part", "range_part"),
    [
        ({"daysOfWeek": []}, {}),
        ({"interval": 0}, {}),
        ({"type": "hourly"}, {}),
        ({}, {"startDate": "2026-03-03"}),
        ({}, {"numberOfOccurrences": 0}),
        ({}, {"type": "endDate", "endDate": "2026-03-01"}),
        ({}, {"recurrenceTimeZone": "Middle Earth Standard Time"}),
        ({"firstDayOfWeek": "noday"}, {}),
    ],
    ids=["no weekday", "interval 0", "hourly", "other start", "no occurrences", "end first", "zone", "week start"],
)
def test_recurrences_that_exchange_cannot_hold(
    graph: Any, make: Any, pattern_part: dict[str, Any], range_part: dict[str, Any]
) -> None:
    recurrence = make.weekly()
    recurrence["pattern"] |= pattern_part
    recurrence["range"] |= range_part
    assert graph.send("POST", f"users/{MIKE}/events", make.event(recurrence=recurrence))[0] == 400


@pytest.fixture
def series(graph: Any, make: Any) -> Any:
    made = graph.create(MIKE, recurrence=make.weekly())
    rows = graph.get(f"users/{MIKE}/events/{quote(made['id'])}/instances?{YEAR}")["value"]
    return made["id"], [row["id"] for row in rows]


def test_an_exception_keeps_its_place_and_its_own_values(graph: Any, make: Any, series: Any) -> None:  # R3
    master, ids = series
    moved = {"start": make.at("2026-03-10T15:00:00"), "end": make.at("2026-03-10T16:00:00")}
    value = graph.patch(MIKE, ids[1], subject="Moved", **moved)
    assert (value["type"], value["id"], value["originalStart"]) == ("exception", ids[1], "2026-03-09T09:00:00Z")
    graph.patch(MIKE, master, subject="All", location={"displayName": "Hall"})
    again = graph.item(MIKE, ids[1])
    assert (again["subject"], again["location"]["displayName"]) == ("Moved", "Hall")
    assert days(graph, master) == ["2026-03-02", "2026-03-10", "2026-03-16", "2026-03-23"]


@pytest.mark.parametrize(
    ("day", "status"), [("2026-03-03", 200), ("2026-03-02", 400), ("2026-03-15", 200), ("2026-03-16", 400)]
)
def test_an_exception_stays_between_its_neighbours_days(
    graph: Any, make: Any, series: Any, day: str, status: int
) -> None:  # R5
    moved = {"start": make.at(f"{day}T20:00:00"), "end": make.at(f"{day}T21:00:00")}
    got, value = graph.send("PATCH", f"users/{MIKE}/events/{series[1][1]}", moved)
    assert got == status
    if status == 400:
        assert value["error"]["code"] == "ErrorOccurrenceCrossingBoundary"


def test_a_deleted_occurrence_leaves_room_for_its_neighbour(graph: Any, make: Any, series: Any) -> None:
    graph.send("DELETE", f"users/{MIKE}/events/{series[1][2]}")
    moved = {"start": make.at("2026-03-17T10:00:00"), "end": make.at("2026-03-17T11:00:00")}
    assert graph.patch(MIKE, series[1][1], **moved)["type"] == "exception"


def test_deleted_and_edited_occurrences_can_be_asked_of_the_master(graph: Any, series: Any) -> None:
    master, ids = series
    graph.send("DELETE", f"users/{MIKE}/events/{ids[1]}")
    graph.patch(MIKE, ids[2], subject="Edited")
    value = graph.item(MIKE, master, "?$select=subject,cancelledOccurrences&$expand=exceptionOccurrences")
    assert value["cancelledOccurrences"] == [f"OID.{master}.2026-03-09"]
    edited = [(one["occurrenceId"], one["subject"]) for one in value["exceptionOccurrences"]]
    assert edited == [(f"OID.{master}.2026-03-16", "Edited")]
    assert "cancelledOccurrences" not in graph.item(MIKE, master)
    assert graph.send("GET", f"users/{MIKE}/events/{ids[1]}")[1]["error"]["code"] == "ErrorItemNotFound"


@pytest.mark.parametrize("keeps", [False, True])
def test_another_time_drops_the_exceptions_unless_switched(make: Any, *, keeps: bool) -> None:
    graph = make.firm(keeps_exceptions=keeps)
    made = graph.create(MIKE, recurrence=make.weekly())
    row = graph.day(MIKE, 9)[0]
    graph.patch(MIKE, row["id"], subject="Edited")
    graph.patch(MIKE, made["id"], start=make.at("2026-03-02T14:00:00"), end=make.at("2026-03-02T15:00:00"))
    assert graph.item(MIKE, row["id"])["type"] == ("exception" if keeps else "occurrence")


def test_a_later_end_keeps_exceptions_and_deletions(graph: Any, make: Any, series: Any) -> None:
    master, ids = series
    graph.patch(MIKE, ids[2], subject="Edited")
    graph.send("DELETE", f"users/{MIKE}/events/{ids[1]}")
    graph.patch(MIKE, master, recurrence=make.weekly(numberOfOccurrences=5))
    assert days(graph, master) == ["2026-03-02", "2026-03-16", "2026-03-23", "2026-03-30"]
    assert graph.item(MIKE, ids[2])["subject"] == "Edited"


def test_a_single_event_becomes_a_series_and_back_under_one_id(graph: Any, make: Any) -> None:
    one = graph.create(MIKE)
    assert graph.patch(MIKE, one["id"], recurrence=make.weekly())["type"] == "seriesMaster"
    assert graph.patch(MIKE, one["id"], recurrence=None)["type"] == "singleInstance"


def test_occurrences_differ_in_ical_uid_and_share_the_uid(graph: Any, series: Any, make: Any) -> None:
    rows = graph.get(f"users/{MIKE}/calendarView?{make.window}")["value"]
    assert len({row["iCalUId"] for row in rows}) == 4
    assert len({row["uid"] for row in rows}) == 1
