"""Recurring Events that people make in Lightning: a pattern row and occurrences without a common id; what a change of
one does depends on the version of the API (salesforce.md §2.1, §2.3). R6, REC-71."""

from typing import Any

import pytest

from tests.conformance.sandbox_salesforce.caller import Caller


def times(day: int) -> dict[str, Any]:
    return {"StartDateTime": f"2026-03-{day:02}T10:00:00Z", "EndDateTime": f"2026-03-{day:02}T11:00:00Z"}


def series(call: Caller) -> list[str]:
    """One occurrence of yesterday, three to come."""
    fields = {"Subject": "Daily", "OwnerId": call.ann}
    return call.org.add_series(fields, [times(day) for day in (1, 3, 4, 5)], call.at)


def test_a_series_is_a_pattern_and_its_occurrences(call: Caller) -> None:
    ids = series(call)
    rows = call.records("SELECT Id, GroupEventType, RecurrenceActivityId FROM Event WHERE IsRecurrence2 = true")
    assert [row["Id"] for row in rows if row["GroupEventType"] == "3"] != []
    assert {row["Id"] for row in rows if row["GroupEventType"] != "3"} == set(ids)
    assert {row["RecurrenceActivityId"] for row in rows} == {None}


@pytest.mark.parametrize(("version", "changed"), [("57.0", [1]), ("58.0", [1, 2, 3]), ("60.0", [1, 2, 3])])
def test_a_change_of_one_by_a_client_changes(call: Caller, version: str, changed: list[int]) -> None:
    ids = series(call)
    path = f"/services/data/v{version}/sobjects/Event/{ids[1]}"
    assert call("PATCH", path, {"Location": "Room 4", **times(6)}).status == 204
    rows = [call.org.row("Event", one) for one in ids]
    assert [at for at, row in enumerate(rows) if row["Location"] == "Room 4"] == changed
    assert [row["StartDateTime"][8:10] for row in rows] == ["01", "06", "04", "05"], "their times are their own"


def test_a_person_changes_the_one_that_they_mean(call: Caller) -> None:
    ids = series(call)
    call.org.update("Event", ids[1], {"Location": "Room 4"}, call.at)
    assert [call.org.row("Event", one)["Location"] for one in ids] == [None, "Room 4", None, None]
