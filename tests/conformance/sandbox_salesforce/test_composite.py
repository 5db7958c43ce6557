"""Several calls in one: references, limits, all-or-none, and what each costs (salesforce.md §7)."""

from typing import Any

import pytest

from tests.conformance.sandbox_salesforce.caller import ROOT, Caller, hour


def sub(reference: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    made = {"method": method, "url": f"{ROOT}/{path}", "referenceId": reference}
    return made if body is None else made | {"body": body}


def composite(call: Caller, *subs: dict[str, Any], **options: Any) -> Any:
    return call("POST", "composite", {"compositeRequest": list(subs), **options})


def statuses(answer: Any) -> list[int]:
    return [one["httpStatusCode"] for one in answer.body["compositeResponse"]]


def events(call: Caller, number: int) -> dict[str, Any]:
    return {"records": [{"attributes": {"type": "Event"}, **hour(call.ann)} for _ in range(number)]}


def test_later_calls_speak_of_earlier_ones(call: Caller) -> None:
    ada = call.contact("Ada")
    relation = {"attributes": {"type": "EventRelation"}, "EventId": "@{ev[1].id}", "RelationId": ada}
    answer = composite(
        call,
        sub("ev", "POST", "composite/sobjects", events(call, 2)),
        sub("rel", "POST", "composite/sobjects", {"records": [relation]}),
        sub("one", "GET", "sobjects/Event/@{ev[1].id}?fields=OwnerId"),
        sub("owner", "GET", "query?q=SELECT+Email+FROM+User+WHERE+Id='@{one.OwnerId}'"),
    )
    assert statuses(answer) == [200, 200, 200, 200]
    assert answer.body["compositeResponse"][3]["body"]["records"][0]["Email"] == "ann@firm.example"
    assert call.org.rows("EventRelation")[0]["EventId"] == call.org.rows("Event")[1]["Id"]


def test_a_reference_that_leads_nowhere_fails_its_call_only(call: Caller) -> None:
    answer = composite(
        call,
        sub("bad", "POST", "sobjects/Event", hour(call.ann) | {"Subject": "x" * 256}),
        sub("uses", "GET", "sobjects/Event/@{bad.id}"),
        sub("case", "GET", "sobjects/User/@{good.id}"),
        sub("good", "POST", "sobjects/Event", hour(call.ann)),
    )
    assert statuses(answer) == [400, 400, 400, 201]
    assert answer.body["compositeResponse"][1]["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_all_or_none_undoes_every_call(call: Caller) -> None:
    good, bad = hour(call.ann), hour(call.ann) | {"ShowAs": "Maybe"}
    subs = [sub(f"r{place}", "POST", "sobjects/Event", body) for place, body in enumerate((good, bad, good))]
    answer = composite(call, *subs, allOrNone=True)
    assert statuses(answer) == [400, 400, 400]
    found = [one["body"][0]["errorCode"] for one in answer.body["compositeResponse"]]
    assert found == ["PROCESSING_HALTED", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "PROCESSING_HALTED"]
    assert call.org.rows("Event") == []
    assert statuses(composite(call, *subs)) == [201, 400, 201]


QUERY = "query?q=SELECT+Id+FROM+Event"
REFUSED = [
    pytest.param([sub(f"r{n}", "GET", "limits") for n in range(26)], id="26 subrequests"),
    pytest.param([sub(f"r{n}", "GET", QUERY) for n in range(6)], id="six queries"),
    pytest.param([sub("a b", "GET", "limits")], id="a reference id with a space"),
    pytest.param([sub("a", "GET", "limits"), sub("a", "GET", "limits")], id="a reference id twice"),
    pytest.param([], id="nothing"),
]


@pytest.mark.parametrize("subs", REFUSED)
def test_a_composite_is_refused_whole_for(call: Caller, subs: list[dict[str, Any]]) -> None:
    answer = composite(call, *subs)
    assert (answer.status, isinstance(answer.body, list)) == (400, True)


def test_five_queries_and_twenty_others_are_taken(call: Caller) -> None:
    subs = [sub(f"q{n}", "GET", QUERY) for n in range(5)] + [sub(f"r{n}", "GET", "limits") for n in range(20)]
    assert statuses(composite(call, *subs)) == [200] * 25


def test_a_url_outside_the_api_is_not_followed(call: Caller) -> None:
    assert statuses(composite(call, {"method": "GET", "url": "/services/oauth2/token", "referenceId": "r"})) == [404]


def used(call: Caller) -> int:
    return int(call("GET", "limits").headers["Sforce-Limit-Info"].partition("=")[2].partition("/")[0])


def test_a_composite_is_one_call_and_a_batch_as_many_as_it_holds(call: Caller) -> None:
    before = used(call)
    composite(call, *[sub(f"r{n}", "GET", "limits") for n in range(10)])
    assert used(call) - before == 2  # the composite and the question itself
    before = used(call)
    batch = [{"method": "GET", "url": "v59.0/limits"} for _ in range(10)]
    answer = call("POST", "composite/batch", {"batchRequests": batch})
    assert [one["statusCode"] for one in answer.body["results"]] == [200] * 10
    assert used(call) - before == 11


def test_a_batch_halts_when_told(call: Caller) -> None:
    subs = [{"method": "POST", "url": "v59.0/sobjects/Event", "richInput": body} for body in ({}, hour(call.ann))]
    answer = call("POST", "composite/batch", {"batchRequests": subs, "haltOnError": True})
    assert answer.body["hasErrors"] is True
    assert [one["statusCode"] for one in answer.body["results"]] == [400, 412]
    answer = call("POST", "composite/batch", {"batchRequests": subs})
    assert [one["statusCode"] for one in answer.body["results"]] == [400, 201]


def test_each_graph_stands_or_falls_alone(call: Caller) -> None:
    def graph(name: str, *bodies: dict[str, Any]) -> dict[str, Any]:
        subs = [sub(f"r{place}", "POST", "sobjects/Event", body) for place, body in enumerate(bodies)]
        return {"graphId": name, "compositeRequest": subs}

    good = hour(call.ann)
    answer = call("POST", "composite/graph", {"graphs": [graph("a", good, {}), graph("b", good, good)]})
    assert [(one["graphId"], one["isSuccessful"]) for one in answer.body["graphs"]] == [("a", False), ("b", True)]
    assert len(call.org.rows("Event")) == 2
    assert call("POST", "composite/graph", {"graphs": [graph("a", good)] * 76}).status == 400


def test_after_fourteen_failed_graphs_the_rest_is_not_tried(call: Caller) -> None:
    bad = [{"graphId": f"g{n}", "compositeRequest": [sub("r", "POST", "sobjects/Event", {})]} for n in range(14)]
    last = {"graphId": "last", "compositeRequest": [sub("r", "POST", "sobjects/Event", hour(call.ann))]}
    answer = call("POST", "composite/graph", {"graphs": [*bad, last]})
    reply = answer.body["graphs"][-1]["graphResponse"]["compositeResponse"][0]
    assert reply["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert call.org.rows("Event") == []
