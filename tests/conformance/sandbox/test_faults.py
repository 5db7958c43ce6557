"""Each fault is seen by the client that it strikes, in the words of the side that gives it, and leaves what it must."""

import json
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.faults import NAMES, stripped
from services.sandbox.wire import Response
from services.sandbox.world import World
from tests.conformance.sandbox.worlds import ADA, BEN, START, Asking, request, signed_in

EVENTS = f"/v1.0/users/{ADA}/events"
DELTA = f"/v1.0/users/{ADA}/calendarView/delta"
ORG = "/services/data/v59.0"
ROWS = f"{ORG}/composite/sobjects"
NEW = {"subject": "Call", "start": {"dateTime": "2026-03-09T10:00:00", "timeZone": "UTC"},
       "end": {"dateTime": "2026-03-09T11:00:00", "timeZone": "UTC"}}  # fmt: skip
WINDOW = {"startDateTime": "2026-03-01T00:00:00Z", "endDateTime": "2026-09-01T00:00:00Z"}


def _graph(ask: Asking) -> Response:
    return ask("GET", EVENTS)


def _org(ask: Asking) -> Response:
    return ask("GET", f"{ORG}/query", q="SELECT Id FROM Event")


def _code(response: Response) -> str:
    said = json.loads(response.body)
    return str(said[0]["errorCode"] if isinstance(said, list) else said["error"]["code"])


ANSWERS = {
    "throttle": (429, "ApplicationThrottled"),
    "throttle-fractional": (429, "ApplicationThrottled"),
    "throttle-date": (429, "ApplicationThrottled"),
    "throttle-silent": (429, "ApplicationThrottled"),
    "unavailable": (503, "serviceNotAvailable"),
    "gateway": (504, "UnknownError"),
    "server-error": (500, "InternalServerError"),
    "unauthorized": (401, "InvalidAuthenticationToken"),
    "forbidden": (403, "ErrorAccessDenied"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_graph_says(name: str, world: World, ask: Asking) -> None:  # O4
    world.faults.set(name, count=1)
    struck = _graph(ask)
    assert (struck.status, _code(struck)) == ANSWERS[name]
    assert _graph(ask).status == 200


ORG_ANSWERS = {
    "unavailable": (503, "SERVER_UNAVAILABLE"),
    "server-error": (500, "UNKNOWN_EXCEPTION"),
    "unauthorized": (401, "INVALID_SESSION_ID"),
    "limit": (403, "REQUEST_LIMIT_EXCEEDED"),
    "forbidden": (403, "INSUFFICIENT_ACCESS_OR_READONLY"),
}


@pytest.mark.parametrize("name", ORG_ANSWERS)
def test_the_org_says(name: str, world: World, ask: Asking) -> None:
    world.faults.set(name, count=1)
    struck = _org(ask)
    assert (struck.status, _code(struck)) == ORG_ANSWERS[name]
    assert _org(ask).status == 200


WAITS = {"throttle": "2", "throttle-fractional": "1.128", "throttle-silent": None}


@pytest.mark.parametrize("name", WAITS)
def test_retry_after_in_its_forms(name: str, world: World, ask: Asking) -> None:  # THR-01
    world.faults.set(name)
    assert _graph(ask).headers.get("Retry-After") == WAITS[name]


def test_retry_after_as_a_date_lies_a_little_ahead(world: World, ask: Asking) -> None:  # THR-03
    world.faults.set("throttle-date")
    until = parsedate_to_datetime(_graph(ask).headers["Retry-After"])
    assert timedelta() < until - START < timedelta(seconds=10)


def test_an_empty_503_has_no_body(world: World, ask: Asking) -> None:  # THR-02
    world.faults.set("empty-503", count=1)
    struck = _graph(ask)
    assert (struck.status, struck.body) == (503, b"")


def _count(world: World) -> int:
    return len(world.sides.microsoft.events(ADA))


def test_cut_before_the_effect_nothing_has_happened(world: World, ask: Asking) -> None:
    world.faults.set("timeout-before", count=1)
    assert ask("POST", EVENTS, NEW).status == 0
    assert _count(world) == 0


def test_cut_after_the_effect_it_has_happened(world: World, ask: Asking) -> None:  # ruling 9
    world.faults.set("timeout-after", count=1)
    assert ask("POST", EVENTS, NEW).status == 0
    assert _count(world) == 1


def test_slow_asks_the_shell_to_wait_and_keeps_that_off_the_wire(world: World, ask: Asking) -> None:
    world.faults.set("slow", count=1)
    headers, wait = stripped(_graph(ask))
    assert wait == 2
    assert not any("sandbox" in name for name in headers)


def test_offline_cuts_everything_of_its_side_until_it_is_cleared(world: World, ask: Asking) -> None:
    world.faults.set("offline", side="practifi")
    assert [_org(ask).status for _ in range(3)] == [0, 0, 0]
    assert ask("POST", "/services/oauth2/token").status == 0
    assert _graph(ask).status == 200
    world.faults.clear("offline")
    assert _org(ask).status == 200


def _rest(url: str) -> dict[str, str]:
    name, _, token = url.partition("?")[2].partition("=")
    return {name: token}


def test_a_lost_cursor_is_410_and_a_new_round_works(world: World, ask: Asking) -> None:  # CUR
    first: dict[str, Any] = json.loads(ask("GET", DELTA, **WINDOW).body)
    world.faults.set("gone")
    again = ask("GET", DELTA, **_rest(first["@odata.deltaLink"]))
    assert (again.status, _code(again)) == (410, "SyncStateNotFound")
    assert ask("GET", DELTA, **WINDOW).status == 200


def test_a_page_that_repeats_says_its_items_twice(world: World, ask: Asking) -> None:  # CUR-15
    ask("POST", EVENTS, NEW)
    world.faults.set("repeat", count=1)
    ids = [one["id"] for one in json.loads(ask("GET", DELTA, **WINDOW).body)["value"]]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_page_can_say_an_item_again_as_it_was_before(world: World, ask: Asking) -> None:  # CUR-14
    ask("POST", EVENTS, NEW)
    world.faults.set("older", count=1)
    newer, older = json.loads(ask("GET", DELTA, **WINDOW).body)["value"]
    assert newer["id"] == older["id"]
    assert newer["lastModifiedDateTime"] > older["lastModifiedDateTime"]
    assert (newer["subject"], older["subject"]) == ("Call", "Call (before)")


def _batch(count: int, **last: Any) -> dict[str, Any]:
    posts = [
        {"id": str(number), "method": "POST", "url": f"/users/{ADA}/events", "body": NEW,
         "headers": {"Content-Type": "application/json"}}
        for number in range(count)
    ]  # fmt: skip
    posts[-1].update(last)
    return {"requests": posts}


def test_inside_a_batch_some_are_throttled_and_only_those_are_not_done(world: World, ask: Asking) -> None:  # THR-13
    world.faults.set("throttle-inner", count=1)
    said = {one["id"]: one for one in json.loads(ask("POST", "/v1.0/$batch", _batch(7)).body)["responses"]}
    refused = [name for name, one in sorted(said.items()) if one["status"] == 429]
    assert refused == ["0", "3", "6"]
    assert {said[name]["headers"]["Retry-After"] for name in refused} == {"7"}
    assert (len(said), _count(world)) == (7, 4)
    again = json.loads(ask("POST", "/v1.0/$batch", _batch(2)).body)["responses"]
    assert [one["status"] for one in again] == [201, 201]


def test_a_batch_of_one_is_throttled_whole_and_a_chain_is_left_alone(world: World, ask: Asking) -> None:
    world.faults.set("throttle-inner")
    alone = json.loads(ask("POST", "/v1.0/$batch", _batch(1)).body)["responses"]
    chain = json.loads(ask("POST", "/v1.0/$batch", _batch(2, dependsOn=["0"])).body)["responses"]
    assert [[one["status"] for one in part] for part in (alone, chain)] == [[429], [201, 201]]


def test_a_stale_etag_is_412_on_a_change_only(world: World, ask: Asking) -> None:  # CON-20
    made = json.loads(ask("POST", EVENTS, NEW).body)
    world.faults.set("stale-etag", count=1)
    path = f"{EVENTS}/{made['id']}"
    assert ask("GET", path).status == 200
    struck = ask("PATCH", path, {"subject": "Other"})
    assert (struck.status, _code(struck)) == (412, "ErrorIrresolvableConflict")
    assert json.loads(ask("GET", path).body)["subject"] == "Call"


def test_a_new_event_may_not_be_found_at_once(world: World, ask: Asking) -> None:
    made = json.loads(ask("POST", EVENTS, NEW).body)
    world.faults.set("lag", count=1)
    found = [ask("GET", f"{EVENTS}/{made['id']}").status for _ in range(2)]
    assert found == [404, 200]


def test_an_event_that_has_been_there_for_a_while_is_always_found(world: World, ask: Asking) -> None:  # X2
    made = json.loads(ask("POST", EVENTS, NEW).body)
    world.faults.set("lag")
    read = request("GET", f"{EVENTS}/{made['id']}", at=START + timedelta(minutes=1))
    assert world.handle(replace(read, headers=signed_in(world, "microsoft"))).status == 200


def _row(subject: str) -> dict[str, Any]:
    time = {"StartDateTime": "2026-03-09T10:00:00Z", "DurationInMinutes": 30}
    return {"attributes": {"type": "Event"}, "Subject": subject, **time}


def test_a_locked_row_fails_alone(world: World, ask: Asking) -> None:
    control = world.handle(request("POST", "/sandbox/faults", {"name": "lock-row", "count": 1}))
    assert control.status == 201
    done = json.loads(ask("POST", ROWS, {"records": [_row("one"), _row("two")]}).body)
    assert [one["success"] for one in done] == [False, True]
    assert done[0]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"


def test_a_locked_row_can_be_called_off(world: World, ask: Asking) -> None:
    world.handle(request("POST", "/sandbox/faults", {"name": "lock-row", "count": 3}))
    world.handle(request("DELETE", "/sandbox/faults"))
    assert json.loads(ask("POST", ROWS, {"records": [_row("one")]}).body)[0]["success"]


def test_a_fault_of_one_side_leaves_the_other_alone(world: World, ask: Asking) -> None:
    world.faults.set("unavailable", side="practifi")
    assert (_org(ask).status, _graph(ask).status) == (503, 200)


def test_a_fault_of_one_mailbox_leaves_the_others_alone(world: World, ask: Asking) -> None:  # CUR-30
    world.handle(request("POST", "/sandbox/faults", {"name": "throttle", "mailbox": ADA.title()}))
    ids = {one["mail"]: one["id"] for one in world.sides.microsoft.mailboxes()}
    found = [ask("GET", f"/v1.0/users/{name}/events").status for name in (ADA, ids[ADA], BEN, ids[BEN])]
    assert found == [429, 429, 200, 200]


def test_sign_in_is_throttled_by_no_mailbox_fault(world: World) -> None:
    world.faults.set("throttle")
    answer = world.handle(request("POST", "/tenant/oauth2/v2.0/token"))
    assert answer.status != 429


def test_a_count_strikes_that_often(world: World, ask: Asking) -> None:
    world.faults.set("unavailable", count=3)
    assert [_graph(ask).status for _ in range(5)] == [503, 503, 503, 200, 200]


def test_a_rate_strikes_by_chance_and_the_same_seed_strikes_alike(world: World, ask: Asking) -> None:
    def struck() -> list[int]:
        world.faults.__post_init__()
        world.faults.set("unavailable", rate=0.3)
        return [_graph(ask).status for _ in range(200)]

    first = struck()
    assert 30 < first.count(503) < 90
    assert struck() == first


@pytest.mark.parametrize(
    "asked", [("no-such",), ("throttle", 2.0), ("throttle", 1.0, -1), ("throttle", 1.0, 1, "left")]
)
def test_nonsense_is_refused(asked: Any, world: World) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        world.faults.set(*asked)


def test_this_file_shows_every_fault() -> None:
    told = Path(__file__).read_text()
    assert [name for name in NAMES if f'"{name}"' not in told] == []
