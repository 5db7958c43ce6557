"""Many rows in one call: collections and their row errors (salesforce.md §7)."""

from typing import Any

import pytest

from tests.conformance.sandbox_salesforce.caller import Caller, hour

KEYED = "composite/sobjects/Event/M365_Key__c"


def event(call: Caller, **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": "Event"}, **hour(call.ann), **fields}


def codes(rows: list[dict[str, Any]]) -> list[str | None]:
    return [None if row["success"] else row["errors"][0]["statusCode"] for row in rows]


@pytest.mark.parametrize("path", ["composite/sobjects", "composite/sobjects/"])
def test_each_row_has_its_own_fate(call: Caller, path: str) -> None:
    records = [event(call), event(call, Subject="x" * 256), event(call, ReminderDateTime="soon"), event(call)]
    answer = call("POST", path, {"records": records})
    assert answer.status == 200
    assert codes(answer.body) == [None, "STRING_TOO_LONG", "INVALID_TYPE_ON_FIELD_IN_RECORD", None]
    assert answer.body[1]["errors"][0]["fields"] == ["Subject"]
    assert len(call.org.rows("Event")) == 2


def test_all_or_none_takes_the_innocent_back(call: Caller) -> None:
    records = [event(call), event(call, Subject="x" * 256)]
    answer = call("POST", "composite/sobjects", {"allOrNone": True, "records": records})
    assert (answer.status, codes(answer.body)) == (200, ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "STRING_TOO_LONG"])
    assert call.org.rows("Event") == []
    assert call("GET", f"sobjects/Event/{answer.body[0]['id']}").code == "NOT_FOUND"


def test_updates_go_by_a_lower_case_id(call: Caller) -> None:
    ada = call.contact("Ada")
    first, gone = call.event(), call.event()
    call.org.delete("Event", gone, call.at)
    records = [
        {"attributes": {"type": "Event"}, "id": first, "Subject": "Talk", "EventWhoIds": [ada]},
        {"attributes": {"type": "Contact"}, "id": ada, "Title": "Dr"},
        {"attributes": {"type": "Event"}, "id": gone, "Subject": "Talk"},
        {"attributes": {"type": "Event"}, "id": "00U000000000009EAA", "Subject": "Talk"},
        {"attributes": {"type": "Event"}, "Subject": "Talk"},
    ]
    rows = call("PATCH", "composite/sobjects", {"records": records}).body
    assert codes(rows) == [None, None, "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "MISSING_ARGUMENT"]
    assert (call.org.row("Event", first)["Subject"], call.org.row("Event", first)["WhoId"]) == ("Talk", ada)


def test_upserts_tell_what_they_made(call: Caller) -> None:
    call.event(M365_Key__c="twice")
    call.event(M365_Key__c="twice")
    old = call.event(M365_Key__c="old")
    records = [event(call, M365_Key__c=key) for key in ("old", "new", "twice", "NEW", "")]
    rows = call("PATCH", KEYED, {"records": records}).body
    assert codes(rows) == [None, None, "DUPLICATE_EXTERNAL_ID", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]
    assert [row["created"] for row in rows] == [False, True, False, False, False]
    assert rows[0]["id"] == old


def test_an_upsert_finds_no_row_in_the_bin(call: Caller) -> None:
    call.org.delete("Event", call.event(M365_Key__c="k"), call.at)
    assert call("PATCH", KEYED, {"records": [event(call, M365_Key__c="k")]}).body[0]["created"] is True


def test_rows_are_deleted_by_ids_in_the_url(call: Caller) -> None:
    first, second = call.event(), call.event()
    query = {"ids": f"{first},{second},{first}", "allOrNone": "false"}
    assert codes(call("DELETE", "composite/sobjects", query=query).body) == [None, None, "ENTITY_IS_DELETED"]


def test_reads_put_null_in_the_place_of_what_is_not_there(call: Caller) -> None:
    first, gone = call.event(), call.event()
    call.org.delete("Event", gone, call.at)
    body = {"ids": [gone, first, "00U000000000009EAA"], "fields": ["Subject", "EventWhoIds"]}
    rows = call("POST", "composite/sobjects/Event", body).body
    assert [row and row["Subject"] for row in rows] == [None, "Review", None]
    again = call("GET", "composite/sobjects/Event", query={"ids": first, "fields": "Id,Subject"}).body
    assert (again[0]["Id"], again[0]["Subject"]) == (first, "Review")


def mixed(call: Caller, chunks: int) -> list[dict[str, Any]]:
    contact = {"attributes": {"type": "Contact"}, "LastName": "Low"}
    return [event(call) if number % 2 else contact for number in range(chunks)]


REFUSED = [
    pytest.param(lambda call: [event(call)] * 201, "EXCEEDED_ID_LIMIT", id="more than 200 rows"),
    pytest.param(lambda call: mixed(call, 11), "LIMIT_EXCEEDED", id="more than ten changes of type"),
    pytest.param(lambda _call: [], "INVALID_INPUT", id="no rows"),
    pytest.param(lambda call: [hour(call.ann)], "INVALID_INPUT", id="a row without its type"),
]


@pytest.mark.parametrize(("records", "code"), REFUSED)
def test_a_malformed_request_is_refused_whole(call: Caller, records: Any, code: str) -> None:
    answer = call("POST", "composite/sobjects", {"records": records(call)})
    assert (answer.status, answer.code) == (400, code)
    assert call.org.rows("Event") == []


def test_ten_changes_of_type_are_taken(call: Caller) -> None:
    assert set(codes(call("POST", "composite/sobjects", {"records": mixed(call, 10)}).body)) == {None}


def test_the_next_rows_fail_as_told_and_no_more(call: Caller) -> None:
    call.org.fail_rows("UNABLE_TO_LOCK_ROW", 2)
    call.org.insert("Event", hour(call.ann), call.at)  # a person's row is not the client's
    rows = call("POST", "composite/sobjects", {"records": [event(call)] * 3}).body
    assert codes(rows) == ["UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW", None]


def test_a_tree_is_planted_whole_or_not_at_all(call: Caller) -> None:
    def account(last: str) -> dict[str, Any]:
        contact = {"attributes": {"type": "Contact", "referenceId": "c1"}, "LastName": last}
        return {
            "attributes": {"type": "Account", "referenceId": "a1"},
            "Name": "Low",
            "Contacts": {"records": [contact]},
        }

    good = call("POST", "composite/tree/Account", {"records": [account("Low")]})
    assert (good.status, [row["referenceId"] for row in good.body["results"]]) == (201, ["a1", "c1"])
    assert call.org.rows("Contact")[0]["AccountId"] == good.body["results"][0]["id"]
    bad = call("POST", "composite/tree/Account", {"records": [account("x" * 81)]})
    assert (bad.status, bad.body["results"][0]["errors"][0]["statusCode"]) == (400, "STRING_TOO_LONG")
    assert len(call.org.rows("Account")) == 1
