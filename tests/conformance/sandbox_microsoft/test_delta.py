"""calendarView/delta answers as graph.md §2 says."""

import base64
import json
from typing import Any

import pytest

MIKE = "mike@contoso.example"
JOHN = "john@contoso.example"
THIN = {"@odata.type", "@odata.etag", "id", "type", "seriesMasterId", "start", "end"}


def kinds(rows: list[Any]) -> list[str]:
    return ["removed" if "@removed" in row else row["type"] for row in rows]


def test_a_first_round_brings_singles_whole_and_series_as_master_and_thin_occurrences(graph: Any, make: Any) -> None:
    graph.create(MIKE)
    graph.create(MIKE, recurrence=make.weekly())
    rows, _ = graph.first(MIKE)
    assert kinds(rows) == ["singleInstance", "seriesMaster", *["occurrence"] * 4]
    assert rows[0]["subject"] == rows[1]["subject"] == "Talk"
    assert all(set(row) == THIN for row in rows[2:])
    assert {row["seriesMasterId"] for row in rows[2:]} == {rows[1]["id"]}


def test_an_idle_round_is_empty_and_its_link_goes_on(graph: Any) -> None:
    graph.create(MIKE)
    _, link = graph.first(MIKE)
    rows, again = graph.round(link)
    assert rows == []
    graph.create(MIKE)
    assert len(graph.round(again)[0]) == 1


def test_a_round_says_only_what_changed(graph: Any) -> None:
    one, _ = graph.create(MIKE), graph.create(MIKE)
    _, link = graph.first(MIKE)
    graph.patch(MIKE, one["id"], subject="Other")
    rows, _ = graph.round(link)
    assert [row["subject"] for row in rows] == ["Other"]


def test_a_deleted_single_event_is_removed(graph: Any) -> None:
    one = graph.create(MIKE)
    _, link = graph.first(MIKE)
    graph.send("DELETE", f"users/{MIKE}/events/{one['id']}")
    rows, _ = graph.round(link)
    assert rows == [{"@odata.type": "#microsoft.graph.event", "id": one["id"], "@removed": {"reason": "deleted"}}]


def test_a_deleted_occurrence_is_told_by_its_absence_alone(graph: Any, make: Any) -> None:
    graph.create(MIKE, recurrence=make.weekly())
    rows, link = graph.first(MIKE)
    graph.send("DELETE", f"users/{MIKE}/events/{rows[2]['id']}")
    again, _ = graph.round(link)
    assert kinds(again) == ["seriesMaster", *["occurrence"] * 3]
    assert rows[2]["id"] not in {row["id"] for row in again}


def test_a_changed_master_brings_the_whole_series_again(graph: Any, make: Any) -> None:
    series = graph.create(MIKE, recurrence=make.weekly())
    _, link = graph.first(MIKE)
    graph.patch(MIKE, series["id"], subject="Other")
    assert kinds(graph.round(link)[0]) == ["seriesMaster", *["occurrence"] * 4]


@pytest.mark.parametrize("thin", [False, True], ids=["whole exceptions", "thin exceptions"])
def test_an_edited_occurrence_comes_as_exception_under_its_own_id(make: Any, *, thin: bool) -> None:
    graph = make.firm(thin_exceptions=thin)
    graph.create(MIKE, recurrence=make.weekly())
    rows, link = graph.first(MIKE)
    graph.patch(MIKE, rows[2]["id"], subject="Edited")
    again, _ = graph.round(link)
    assert kinds(again) == ["seriesMaster", "occurrence", "exception", "occurrence", "occurrence"]
    assert again[2]["id"] == rows[2]["id"]
    assert again[2].get("subject") == (None if thin else "Edited")


@pytest.mark.parametrize("does", ["added", "changed", "deleted", "moved out"])
def test_what_lies_outside_the_window_comes_as_removed_only_after_the_first_round(
    graph: Any, make: Any, does: str
) -> None:
    outside = {"start": make.at("2026-06-01T10:00:00"), "end": make.at("2026-06-01T11:00:00")}
    one = graph.create(MIKE, **({} if does == "moved out" else outside))
    rows, link = graph.first(MIKE)
    assert len(rows) == (1 if does == "moved out" else 0)
    if does == "added":
        one = graph.create(MIKE, **outside)
    elif does == "deleted":
        graph.send("DELETE", f"users/{MIKE}/events/{one['id']}")
    else:
        graph.patch(MIKE, one["id"], **(outside if does == "moved out" else {"subject": "Other"}))
    again, _ = graph.round(link)
    assert [(row["id"], kinds([row])) for row in again] == [(one["id"], ["removed"])]
    assert graph.send("GET", f"users/{MIKE}/events/{one['id']}")[0] == (404 if does == "deleted" else 200)


def test_a_series_is_never_split_over_pages(graph: Any, make: Any) -> None:
    graph.prefer = 'IdType="ImmutableId", odata.maxpagesize=2'
    graph.create(MIKE)
    graph.create(MIKE, recurrence=make.weekly())
    graph.create(MIKE)
    page = graph.get(f"users/{MIKE}/calendarView/delta?{make.window}")
    assert kinds(page["value"]) == ["singleInstance", "seriesMaster", *["occurrence"] * 4]
    assert kinds(graph.get(page["@odata.nextLink"])["value"]) == ["singleInstance"]


def test_what_changes_while_a_round_runs_is_in_the_next_one(graph: Any, make: Any) -> None:
    graph.prefer = 'IdType="ImmutableId", odata.maxpagesize=1'
    first, second = graph.create(MIKE), graph.create(MIKE)
    page = graph.get(f"users/{MIKE}/calendarView/delta?{make.window}")
    graph.patch(MIKE, first["id"], subject="Late")
    graph.send("DELETE", f"users/{MIKE}/events/{second['id']}")
    _, link = graph.round(page["@odata.nextLink"])
    rows, _ = graph.round(link)
    assert [row.get("subject", "gone") for row in rows] == ["Late", "gone"]


def test_the_first_page_can_be_empty(make: Any) -> None:
    graph = make.firm(empty_first_page=True)
    graph.create(MIKE)
    page = graph.get(f"users/{MIKE}/calendarView/delta?{make.window}")
    assert page["value"] == []
    assert len(graph.round(page["@odata.nextLink"])[0]) == 1


def test_etags_of_delta_are_thirty_bytes_and_end_like_those_of_a_get(graph: Any) -> None:
    one = graph.create(MIKE)
    rows, _ = graph.first(MIKE)
    short, long = (base64.b64decode(tag[3:-1]) for tag in (one["@odata.etag"], rows[0]["@odata.etag"]))
    assert (len(short), len(long), long[-22:]) == (22, 30, short)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "ErrorInvalidParameter"),
        ("startDateTime=2026-03-01", 400, "ErrorInvalidParameter"),
        ("startDateTime=2020-01-01&endDateTime=2026-01-01", 400, "ErrorInvalidRequest"),
        ("WINDOW&$expand=singleValueExtendedProperties", 500, "InternalServerError"),
        ("WINDOW&$filter=subject eq 'x'", 400, "ErrorInvalidUrlQuery"),
        ("WINDOW&$orderby=start/dateTime", 400, "ErrorInvalidUrlQuery"),
        ("$deltatoken=nonsense", 400, "SyncStateInvalid"),
    ],
    ids=["no window", "half a window", "six years", "expand", "filter", "orderby", "foreign token"],
)
def test_delta_refuses(graph: Any, make: Any, query: str, status: int, code: str) -> None:
    url = f"users/{MIKE}/calendarView/delta?{query.replace('WINDOW', make.window)}"
    answer = graph.send("GET", url)
    assert (answer[0], answer[1]["error"]["code"]) == (status, code)


def test_events_delta_does_not_exist_in_this_version(graph: Any) -> None:
    status, value = graph.send("GET", f"users/{MIKE}/events/delta")
    assert status == 400
    assert "Change tracking is not supported" in value["error"]["message"]


def test_evicted_old_and_foreign_tokens_ask_for_a_new_round(graph: Any) -> None:
    _, link = graph.first(MIKE)
    _, other = graph.first(JOHN)
    graph.microsoft.forget_deltas(MIKE)
    status, value = graph.send("GET", link)
    assert (status, value["error"]["code"]) == (410, "SyncStateNotFound")
    graph.get(other)
    crossed = other.replace(graph.people["john"], graph.people["mike"]).replace(JOHN, MIKE)
    assert graph.send("GET", crossed)[1]["error"]["code"] == "SyncStateInvalid"
    graph.later(days=31)
    graph.sign_in()
    assert graph.send("GET", other)[0] == 410


def test_select_is_ignored_or_refused(make: Any) -> None:
    url = f"users/{MIKE}/calendarView/delta?{make.window}&$select=subject"
    lax = make.firm()
    lax.create(MIKE)
    assert "body" in lax.get(url)["value"][0]
    assert make.firm(delta_select="refused").send("GET", url)[0] == 400


def test_ids_follow_the_header_of_each_request(graph: Any) -> None:
    one = graph.create(MIKE)
    _, link = graph.first(MIKE)
    graph.patch(MIKE, one["id"], subject="Other")
    graph.prefer = ""
    rows, _ = graph.round(link)
    assert rows[0]["id"] != one["id"]
    assert graph.item(MIKE, rows[0]["id"])["subject"] == "Other"
    assert "track-changes" in json.dumps(dict(graph.seen[-2].headers))
