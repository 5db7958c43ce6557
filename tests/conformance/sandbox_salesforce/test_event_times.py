"""When an Event is: six fields that agree, dates that float, limits that hold (salesforce.md §2.2). F3, Z1."""

from typing import Any

import pytest

from services.sandbox.salesforce import Switches
from tests.conformance.sandbox_salesforce.caller import Caller

TIMES = (
    "IsAllDayEvent",
    "StartDateTime",
    "EndDateTime",
    "ActivityDateTime",
    "ActivityDate",
    "DurationInMinutes",
    "EndDate",
)
TEN, ELEVEN = "2026-03-03T10:00:00.000+0000", "2026-03-03T11:00:00.000+0000"
MIDNIGHT = "2026-03-03T00:00:00.000+0000"
HOUR = (False, TEN, ELEVEN, TEN, "2026-03-03", 60, "2026-03-03")
ONE_DAY = (True, MIDNIGHT, MIDNIGHT, None, "2026-03-03", 1440, "2026-03-03")

KEPT = [
    pytest.param({"StartDateTime": TEN, "EndDateTime": ELEVEN}, HOUR, id="a start and an end"),
    pytest.param({"StartDateTime": TEN, "DurationInMinutes": 60}, HOUR, id="a start and a duration"),
    pytest.param({"ActivityDateTime": TEN, "DurationInMinutes": 60}, HOUR, id="the older name of the start"),
    pytest.param({"StartDateTime": TEN, "ActivityDateTime": TEN, "EndDateTime": ELEVEN, "DurationInMinutes": 60}, HOUR,
                 id="all of them in agreement"),
    pytest.param({"StartDateTime": "2026-03-03T05:00:00-05:00", "EndDateTime": "2026-03-03T11:00:00Z"}, HOUR,
                 id="times with offsets, kept in UTC"),
    pytest.param({"StartDateTime": TEN, "EndDateTime": "2026-03-03T11:00:40Z"}, HOUR,
                 id="seconds, which a whole-minute duration loses"),
    pytest.param({"IsAllDayEvent": True, "ActivityDate": "2026-03-03"}, ONE_DAY, id="a date"),
    pytest.param({"IsAllDayEvent": True, "StartDateTime": MIDNIGHT, "EndDateTime": MIDNIGHT}, ONE_DAY,
                 id="an all-day event whose last day is its first"),
    pytest.param({"IsAllDayEvent": True, "StartDateTime": MIDNIGHT, "DurationInMinutes": 1440}, ONE_DAY,
                 id="an all-day event by its duration"),
    pytest.param({"IsAllDayEvent": True, "StartDateTime": MIDNIGHT, "EndDateTime": "2026-03-04T00:00:00Z"},
                 (True, MIDNIGHT, "2026-03-04T00:00:00.000+0000", None, "2026-03-03", 2880, "2026-03-04"),
                 id="an all-day event of two days, the last one inclusive"),
]  # fmt: skip


def written(call: Caller, times: dict[str, Any]) -> Any:
    return call("POST", "sobjects/Event", {"Subject": "Review", "OwnerId": call.ann, **times})


def read_back(call: Caller, event: str) -> tuple[Any, ...]:
    row = call("GET", f"sobjects/Event/{event}", query={"fields": ",".join(TIMES)}).body
    return tuple(row[name] for name in TIMES)


@pytest.mark.parametrize(("times", "expected"), KEPT)
def test_an_event_reads_back_as_one_time_after(call: Caller, times: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert read_back(call, written(call, times).body["id"]) == expected


CLASH = "FIELD_INTEGRITY_EXCEPTION"
REFUSED = [
    pytest.param({}, "REQUIRED_FIELD_MISSING", "ActivityDateTime", id="no start"),
    pytest.param({"StartDateTime": TEN}, "REQUIRED_FIELD_MISSING", "DurationInMinutes", id="no end"),
    pytest.param({"StartDateTime": TEN, "EndDateTime": ELEVEN, "DurationInMinutes": 61}, CLASH,
                 "DurationInMinutes", id="an end and a duration that disagree"),
    pytest.param({"StartDateTime": TEN, "ActivityDateTime": ELEVEN, "DurationInMinutes": 60}, CLASH,
                 "ActivityDateTime", id="two starts"),
    pytest.param({"StartDateTime": ELEVEN, "EndDateTime": TEN}, CLASH, "EndDateTime",
                 id="an end before the start"),
    pytest.param({"StartDateTime": TEN, "EndDateTime": "2026-03-17T10:01:00Z"}, CLASH, "EndDateTime",
                 id="fourteen days and a minute"),
    pytest.param({"StartDateTime": TEN, "DurationInMinutes": 20161}, CLASH, "DurationInMinutes",
                 id="the same, said as a duration"),
    pytest.param({"IsAllDayEvent": True, "ActivityDate": "2026-03-03", "EndDateTime": "2026-03-17T00:00:00Z"},
                 CLASH, "EndDateTime", id="fifteen whole days"),
    pytest.param({"IsAllDayEvent": True}, "REQUIRED_FIELD_MISSING", "ActivityDate", id="all day, but which"),
    pytest.param({"StartDateTime": TEN, "DurationInMinutes": 30.5}, "JSON_PARSER_ERROR", "DurationInMinutes",
                 id="half a minute"),
    pytest.param({"StartDateTime": "2026-03-03T10:00:00", "DurationInMinutes": 30}, "JSON_PARSER_ERROR",
                 "StartDateTime", id="a time without a zone"),
]  # fmt: skip


@pytest.mark.parametrize(("times", "code", "field"), REFUSED)
def test_an_event_is_refused_with(call: Caller, times: dict[str, Any], code: str, field: str) -> None:
    answer = written(call, times)
    assert (answer.status, answer.code, answer.body[0]["fields"]) == (400, code, [field])


def test_fourteen_days_exactly_are_taken(call: Caller) -> None:
    assert written(call, {"StartDateTime": TEN, "EndDateTime": "2026-03-17T10:00:00Z"}).status == 201
    assert (
        written(call, {"IsAllDayEvent": True, "ActivityDate": "2026-03-03", "DurationInMinutes": 20160}).status == 201
    )


def test_without_multiday_events_a_day_is_the_most() -> None:
    call = Caller(Switches(multiday=False))
    assert written(call, {"StartDateTime": TEN, "DurationInMinutes": 1441}).code == CLASH
    assert written(call, {"StartDateTime": TEN, "DurationInMinutes": 1440}).status == 201


CHANGED = [
    pytest.param(
        {"StartDateTime": ELEVEN}, (ELEVEN, "2026-03-03T12:00:00.000+0000", 60), id="a new start keeps the length"
    ),
    pytest.param({"EndDateTime": "2026-03-03T12:00:00Z"}, (TEN, "2026-03-03T12:00:00.000+0000", 120), id="a new end"),
    pytest.param({"DurationInMinutes": 30}, (TEN, "2026-03-03T10:30:00.000+0000", 30), id="a new length"),
    pytest.param({"IsAllDayEvent": True}, (MIDNIGHT, MIDNIGHT, 1440), id="all day from now on"),
    pytest.param({"Subject": "Talk"}, (TEN, ELEVEN, 60), id="no word of time"),
]


@pytest.mark.parametrize(("change", "expected"), CHANGED)
def test_an_edited_event_is_at(call: Caller, change: dict[str, Any], expected: tuple[Any, ...]) -> None:
    event = call.event()
    assert call("PATCH", f"sobjects/Event/{event}", change).status == 204
    row = call.org.row("Event", event)
    assert (row["StartDateTime"], row["EndDateTime"], row["DurationInMinutes"]) == expected


def test_an_all_day_event_that_gets_hours_needs_an_end(call: Caller) -> None:
    event = written(call, {"IsAllDayEvent": True, "ActivityDate": "2026-03-03"}).body["id"]
    assert call("PATCH", f"sobjects/Event/{event}", {"IsAllDayEvent": False}).code == "REQUIRED_FIELD_MISSING"
    change = {"IsAllDayEvent": False, "StartDateTime": TEN, "EndDateTime": ELEVEN}
    assert call("PATCH", f"sobjects/Event/{event}", change).status == 204
    assert read_back(call, event) == HOUR
