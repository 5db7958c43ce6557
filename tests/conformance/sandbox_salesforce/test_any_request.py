"""Whatever a client sends, the org answers, and what it answers an error with has Salesforce's shape."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.sandbox_salesforce.caller import ROOT, Caller, hour

FIELDS = [
    "id",
    "Subject",
    "StartDateTime",
    "EndDateTime",
    "DurationInMinutes",
    "IsAllDayEvent",
    "ActivityDate",
    "OwnerId",
    "EventWhoIds",
    "WhoId",
    "M365_Key__c",
    "Attendee_Count__c",
]
OTHERS = [
    "Id",
    "attributes",
    "type",
    "records",
    "allOrNone",
    "EventId",
    "RelationId",
    "LastName",
    "referenceId",
    "Contacts",
    "ids",
    "fields",
    "url",
    "method",
    "body",
]
VALUES = ["2026-03-03T10:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "00U000000000009EAA", "@{a.id}"]
PATHS = [
    "sobjects/Event",
    "sobjects/EventRelation",
    "sobjects/Account",
    "sobjects/Event/{event}",
    "sobjects/Event/M365_Key__c/k",
    "composite",
    "composite/batch",
    "composite/graph",
    "composite/tree",
    "composite/tree/Account",
    "composite/tree/Event",
    "composite/sobjects",
    "composite/sobjects/Event",
    "composite/sobjects/Event/M365_Key__c",
    "composite/sobjects/Event/Id",
]
WORDS = [
    "SELECT",
    "Id",
    "COUNT()",
    "COUNT(",
    "Subject",
    "FROM",
    "Event",
    "WHERE",
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "=",
    "<",
    "IN",
    "LIKE",
    "'x'",
    "''",
    "2026-03-02",
    "2026-03-02T00:00:00Z",
    "9999-12-31T23:59:59-23:00",
    "TODAY",
    "LAST_N_DAYS:9",
    "LAST_N_YEARS:99999",
    "null",
    "true",
    "5",
    "ORDER",
    "BY",
    "DESC",
    "LIMIT",
    "OFFSET",
    "StartDateTime",
    "Who.Email",
    "EventWhoIds",
    "EventRelations",
    ",",
    "FIELDS(ALL)",
    "ActivityDate",
    "DurationInMinutes",
    "OwnerId",
    "\\",
    "'",
]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(VALUES))
NAMES = st.sampled_from(FIELDS + OTHERS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=12,
)
ROWS = st.fixed_dictionaries(
    {"attributes": st.just({"type": "Event", "referenceId": "r"})}, optional=dict.fromkeys(FIELDS, JSON)
)
SUBS = st.fixed_dictionaries(
    {"method": st.sampled_from(["GET", "POST", "PATCH", "DELETE"]), "referenceId": st.sampled_from(["a", "b"])},
    optional={
        "url": st.sampled_from([f"{ROOT}/sobjects/Event", f"{ROOT}/query?q=x", f"{ROOT}/", "v59.0/limits", "@{a.id}"]),
        "body": JSON, "httpHeaders": JSON, "richInput": JSON,
    },
)  # fmt: skip
BODIES = st.one_of(
    JSON,
    st.fixed_dictionaries({"records": st.lists(ROWS, max_size=3), "allOrNone": SCALARS}),
    st.fixed_dictionaries({"compositeRequest": st.lists(SUBS, max_size=3), "allOrNone": SCALARS}),
    st.fixed_dictionaries({"batchRequests": st.lists(SUBS, max_size=3), "haltOnError": SCALARS}),
    st.fixed_dictionaries(
        {"graphs": st.lists(st.fixed_dictionaries({"compositeRequest": st.lists(SUBS, max_size=2)}))}
    ),
    st.fixed_dictionaries({"ids": st.lists(SCALARS, max_size=3), "fields": st.lists(SCALARS, max_size=3)}),
)
WHERE = "SELECT Id FROM Event WHERE "


def shaped(answer: Any) -> bool:
    """Whether a refusal is an array of code and message, or a tree's own form."""
    if answer.status < 400 or (isinstance(answer.body, dict) and answer.body["hasErrors"]):
        return True
    return isinstance(answer.body, list) and {"message", "errorCode"} <= set(answer.body[0])


@pytest.fixture(scope="module")
def org() -> Caller:
    return Caller()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]), path=st.sampled_from(PATHS), body=BODIES)
def test_any_body_is_answered(org: Caller, method: str, path: str, body: Any) -> None:
    event = org.org.insert("Event", hour(org.ann), org.at)
    assert shaped(org(method, path.format(event=event), body))


@settings(max_examples=300, deadline=None)
@given(
    words=st.lists(st.sampled_from(WORDS), max_size=14),
    start=st.sampled_from(["", "SELECT Id FROM Event ", WHERE]),
    resource=st.sampled_from(["query", "search"]),
)
def test_any_query_is_answered(org: Caller, words: list[str], start: str, resource: str) -> None:
    assert shaped(org("GET", resource, query={"q": start + " ".join(words)}))


@pytest.mark.parametrize("text", ["(" * 5_000, "NOT " * 3_000], ids=["parentheses", "nots"])
def test_a_query_too_deep_is_refused(org: Caller, text: str) -> None:
    assert org.ask(WHERE + text).code == "QUERY_TOO_COMPLICATED"
