"""The days on which a series falls (EXP), in the zone in which it was made."""

from typing import Any
from urllib.parse import quote

import pytest

MIKE = "mike@contoso.example"
PACIFIC = "Pacific Standard Time"
WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
WINDOW = "startDateTime=2022-09-01T00:00:00Z&endDateTime=2024-01-01T00:00:00Z"


def until(day: str) -> dict[str, Any]:
    return {"type": "endDate", "endDate": day}


def times(count: int) -> dict[str, Any]:
    return {"type": "numbered", "numberOfOccurrences": count}


EXPANDED: dict[str, tuple[dict[str, Any], dict[str, Any], str, list[str]]] = {
    "EXP-01 daily": (
        {"type": "daily"}, until("2022-09-23"), PACIFIC,
        ["2022-09-19", "2022-09-20", "2022-09-21", "2022-09-22", "2022-09-23"]),
    "EXP-02 every other day": (
        {"type": "daily", "interval": 2}, until("2022-09-23"), PACIFIC, ["2022-09-19", "2022-09-21", "2022-09-23"]),
    "EXP-04 three days of every other week": (
        {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "tuesday", "thursday"]}, until("2022-10-10"), "UTC",
        ["2022-09-19", "2022-09-20", "2022-09-22", "2022-10-03", "2022-10-04", "2022-10-06"]),
    "EXP-05 the 19th of every other month": (
        {"type": "absoluteMonthly", "interval": 2, "dayOfMonth": 19}, until("2023-02-01"), PACIFIC,
        ["2022-09-19", "2022-11-19", "2023-01-19"]),
    "EXP-06 the third Monday of every other month": (
        {"type": "relativeMonthly", "interval": 2, "index": "third", "daysOfWeek": ["monday"]}, until("2023-02-01"),
        PACIFIC, ["2022-09-19", "2022-11-21", "2023-01-16"]),
    "EXP-10 of seven days the first, not all of them (graph.md §3.5)": (
        {"type": "relativeMonthly", "index": "first", "daysOfWeek": WEEK}, times(3), "UTC",
        ["2022-10-01", "2022-11-01", "2022-12-01"]),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "closing", "zone", "days"), EXPANDED.values(), ids=EXPANDED)
def test_a_series_falls_on_its_days(
    graph: Any, make: Any, rule: dict[str, Any], closing: dict[str, Any], zone: str, days: list[str]
) -> None:
    recurrence = {"pattern": {"interval": 1, **rule}, "range": {"startDate": "2022-09-19", **closing}}
    times_ = {"start": make.at("2022-09-19T08:00:00", zone), "end": make.at("2022-09-19T08:30:00", zone)}
    series = graph.create(MIKE, recurrence=recurrence, **times_)
    rows = graph.get(f"users/{MIKE}/events/{quote(series['id'])}/instances?{WINDOW}&$top=50",
                     prefer=f'outlook.timezone="{zone}"')["value"]  # fmt: skip
    assert [row["start"]["dateTime"][:16] for row in rows] == [f"{day}T08:00" for day in days]
