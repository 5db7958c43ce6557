"""`$batch` and the limits of one mailbox (graph.md §4)."""

from typing import Any

import pytest

MIKE, JOHN = "mike@contoso.example", "john@contoso.example"
JSON = {"Content-Type": "application/json"}


def step(name: str, who: str = MIKE, **more: Any) -> dict[str, Any]:
    return {"id": name, "method": "GET", "url": f"/users/{who}/events", **more}


def by_id(value: Any) -> dict[str, Any]:
    return {one["id"]: one for one in value["responses"]}


def test_each_request_of_a_batch_has_its_own_answer(graph: Any, make: Any) -> None:
    body = {
        "requests": [
            step("A", method="POST", headers=JSON, body=make.event()),
            step("b", url=f"/users/{MIKE}/calendarView/delta?{make.window}", dependsOn=["a"]),
            step("c", "nobody@contoso.example"),
            step("d", dependsOn=["C"]),
        ]
    }
    status, value = graph.send("POST", "$batch", body)
    answers = by_id(value)
    assert status == 200
    assert {name: one["status"] for name, one in answers.items()} == {"A": 201, "b": 200, "c": 404, "d": 424}
    assert len(answers["b"]["body"]["value"]) == 1


def test_answers_come_in_a_free_order_that_the_seed_decides(make: Any) -> None:
    body = {"requests": [step(str(number)) for number in range(12)]}
    orders = [[one["id"] for one in make.firm().send("POST", "$batch", body)[1]["responses"]] for _ in range(2)]
    assert orders[0] == orders[1] != [str(number) for number in range(12)]


@pytest.mark.parametrize(
    "requests",
    [
        [step(str(number)) for number in range(21)],
        [step("a"), step("A")],
        [step("a", dependsOn=["b"])],
        [step("a", dependsOn=["b"]), step("b", dependsOn=["a"])],
        [step("a", method="POST", body={})],
        [{"id": "a"}],
        [],
        "x",
    ],
    ids=["21", "same id", "unknown parent", "circle", "no content type", "no method", "empty", "text"],
)
def test_a_malformed_batch_is_refused_as_a_whole(graph: Any, requests: Any) -> None:
    assert graph.send("POST", "$batch", {"requests": requests})[0] == 400


def test_a_batch_holds_no_batch(graph: Any) -> None:
    _, value = graph.send("POST", "$batch", {"requests": [step("a", method="POST", url="/$batch")]})
    assert by_id(value)["a"]["status"] == 400


def test_a_fifth_open_request_of_a_mailbox_is_throttled(graph: Any) -> None:
    assert graph.send("GET", f"users/{MIKE}/events", x_sandbox_concurrent="4")[0] == 200
    status, value = graph.send("GET", f"users/{MIKE}/events", x_sandbox_concurrent="5")
    assert (status, value["error"]["code"]) == (429, "ApplicationThrottled")
    assert int(graph.seen[-1].headers["Retry-After"]) > 0


def test_a_batch_beside_other_requests_throttles_only_its_own_mailbox(graph: Any) -> None:  # THR-13
    body = {"requests": [step(str(number), MIKE if number < 4 else JOHN) for number in range(5)]}
    _, value = graph.send("POST", "$batch", body, x_sandbox_concurrent="2")
    answers = by_id(value)
    assert {answers[str(number)]["status"] for number in range(4)} == {429}
    assert "Retry-After" in answers["0"]["headers"]
    assert answers["4"]["status"] == 200


def test_too_many_requests_in_ten_minutes_wait_for_the_oldest_to_pass(make: Any) -> None:
    graph = make.firm(request_limit=5)
    url = f"users/{MIKE}/events"
    assert [graph.send("GET", url)[0] for _ in range(6)] == [200] * 5 + [429]
    wait = int(graph.seen[-1].headers["Retry-After"])
    assert 590 <= wait <= 600
    assert graph.send("GET", f"users/{JOHN}/events")[0] == 200
    graph.later(seconds=wait)
    assert graph.send("GET", url)[0] == 200


def test_the_limit_can_be_the_applications(make: Any) -> None:
    graph = make.firm(concurrency="app")
    assert graph.send("GET", f"users/{MIKE}/events", x_sandbox_concurrent="9")[0] == 200
    assert graph.send("GET", f"users/{MIKE}/events", x_sandbox_concurrent_app="5")[0] == 429
