"""One row at a time: ids, values, refusals in Salesforce's words (salesforce.md §2.7, §2.9)."""

from email.utils import format_datetime
from typing import Any

import pytest

from services.sandbox.salesforce import Switches, ids
from tests.conformance.sandbox_salesforce.caller import ROOT, T0, Caller, hour

KEY = "sobjects/Event/M365_Key__c"


def test_the_long_form_of_an_id_is_the_published_one() -> None:
    assert ids.full("001D000000IqhSL") == "001D000000IqhSLIAZ"
    assert ids.full("00D000000000062") == "00D000000000062EAA"


def test_a_row_is_made_read_changed_and_deleted(call: Caller) -> None:
    made = call("POST", "sobjects/Event", hour(call.ann))
    event = made.body["id"]
    assert made.body == {"id": event, "success": True, "errors": []}
    assert made.headers["Location"] == f"{ROOT}/sobjects/Event/{event}"
    assert event[:3] == "00U"
    assert call("PATCH", f"sobjects/Event/{event[:15]}", {"subject": "Talk"}).status == 204
    row = call("GET", f"sobjects/Event/{event}").body
    assert row["attributes"] == {"type": "Event", "url": f"{ROOT}/sobjects/Event/{event}"}
    assert (row["Subject"], row["ShowAs"], row["IsPrivate"]) == ("Talk", "Busy", False)
    assert (row["CreatedById"], row["OwnerId"]) == (call.org.integration_user, call.ann)
    assert call("DELETE", f"sobjects/Event/{event}").status == 204
    assert (gone := call("GET", f"sobjects/Event/{event}")).status == 404
    assert gone.code == "ENTITY_IS_DELETED"


def test_a_save_without_changes_is_an_edit(call: Caller) -> None:  # ruling 11
    event = call.event()
    call.later(minutes=1)
    call("PATCH", f"sobjects/Event/{event}", {})
    assert call.org.row("Event", event)["LastModifiedDate"] == "2026-03-02T09:01:00.000+0000"


REFUSED = [
    pytest.param({"Colour": "red"}, "INVALID_FIELD", id="a field that is not there"),
    pytest.param({"IsChild": True}, "INVALID_FIELD_FOR_INSERT_UPDATE", id="a field that is read only"),
    pytest.param({"Subject": "x" * 256}, "STRING_TOO_LONG", id="a subject of 256 characters"),
    pytest.param({"Location": "x" * 256}, "STRING_TOO_LONG", id="a location of 256 characters"),
    pytest.param({"Description": "x" * 32001}, "STRING_TOO_LONG", id="a body of 32,001 characters"),
    pytest.param({"ShowAs": "Tentative"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", id="a value outside the picklist"),
    pytest.param({"My_Response__c": "Maybe"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", id="an answer nobody gives"),
    pytest.param({"IsPrivate": "perhaps"}, "JSON_PARSER_ERROR", id="a checkbox that is neither"),
    pytest.param({"ReminderDateTime": "tomorrow"}, "JSON_PARSER_ERROR", id="a time in words"),
    pytest.param({"OwnerId": "Ann"}, "MALFORMED_ID", id="an id that is none"),
    pytest.param({"OwnerId": "005000000000009AAA"}, "INVALID_CROSS_REFERENCE_KEY", id="an owner who is not there"),
    pytest.param({"WhoId": "005000000000009AAA"}, "FIELD_INTEGRITY_EXCEPTION", id="an id of another object"),
]


@pytest.mark.parametrize(("fields", "code"), REFUSED)
def test_an_event_is_refused_with(call: Caller, fields: dict[str, Any], code: str) -> None:
    answer = call("POST", "sobjects/Event", hour(call.ann) | fields)
    assert (answer.status, answer.code) == (400, code)
    event = call.event()
    assert call("PATCH", f"sobjects/Event/{event}", fields).code == code
    assert call.org.row("Event", event)["Subject"] == "Review"


def test_texts_lose_the_space_around_them_and_nothing_is_null(call: Caller) -> None:
    row = call.org.row("Event", call.event(Subject="  Talk  ", Location=""))
    assert (row["Subject"], row["Location"]) == ("Talk", None)


def test_an_inactive_user_owns_no_new_event(call: Caller) -> None:
    event = call.event()
    call.org.update("User", call.ann, {"IsActive": False}, call.at)
    assert call("POST", "sobjects/Event", hour(call.ann)).code == "INACTIVE_OWNER_OR_USER"
    assert call("PATCH", f"sobjects/Event/{event}", {"Subject": "Talk"}).status == 204


def test_a_key_makes_a_row_once_and_finds_it_again(call: Caller) -> None:
    first = call("PATCH", f"{KEY}/a%2Fb", hour(call.ann))
    again = call("PATCH", f"{KEY}/A%2FB", {"Subject": "Talk"})
    assert (first.status, first.body["created"], again.status, again.body["created"]) == (201, True, 200, False)
    assert again.body["id"] == first.body["id"]
    row = call("GET", f"{KEY}/a%2Fb").body
    assert (row["Subject"], row["M365_Key__c"]) == ("Talk", "a/b")
    assert call("DELETE", f"{KEY}/a%2Fb").status == 204
    assert call("GET", f"{KEY}/a%2Fb").code == "NOT_FOUND"


def test_a_key_that_two_rows_bear_names_them_both(call: Caller) -> None:
    both = [call.event(M365_Key__c="k") for _ in range(2)]
    answer = call("PATCH", f"{KEY}/k", {"Subject": "Talk"})
    assert (answer.status, answer.body) == (300, [f"{ROOT}/sobjects/Event/{event}" for event in both])


def test_a_unique_key_is_refused_a_second_time() -> None:
    call = Caller(Switches(key_unique=True))
    first = call.event(M365_Key__c="k")
    answer = call("POST", "sobjects/Event", hour(call.ann) | {"M365_Key__c": "K"})
    assert answer.code == "DUPLICATE_VALUE"
    assert first in answer.body[0]["message"]


def test_a_field_that_is_no_external_id_is_no_key(call: Caller) -> None:
    answer = call("PATCH", "sobjects/Event/Subject/x", {})
    assert answer.body[0]["message"] == "Provided external ID field does not exist or is not accessible: Subject"
    assert Caller(Switches(package=False))("PATCH", f"{KEY}/x", {}).status == 404


def test_the_key_is_not_said_twice(call: Caller) -> None:
    assert call("PATCH", f"{KEY}/k", {"M365_Key__c": "k"}).code == "INVALID_FIELD"


def test_a_row_that_changed_meanwhile_is_not_overwritten(call: Caller) -> None:
    event = call.event()
    call.later(minutes=1)
    call("PATCH", f"sobjects/Event/{event}", {"Subject": "Talk"})
    seen = format_datetime(T0, usegmt=True)
    assert call("PATCH", f"sobjects/Event/{event}", {"Subject": "Mine"}, if_unmodified_since=seen).status == 412
    assert call.org.row("Event", event)["Subject"] == "Talk"


UNKNOWN = [
    pytest.param("GET", "sobjects/Event/00U000000000009EAA", 404, "NOT_FOUND", id="an id that was never given"),
    pytest.param("GET", "sobjects/Meeting/describe", 404, "NOT_FOUND", id="an object that is not there"),
    pytest.param("GET", "sobjects/Event/short", 400, "MALFORMED_ID", id="an id that is none"),
    pytest.param("GET", "tooling/query", 404, "NOT_FOUND", id="a resource that is not there"),
    pytest.param("PUT", "sobjects/Event", 405, "METHOD_NOT_ALLOWED", id="a method that is not known"),
    pytest.param("POST", "sobjects/EventWhoRelation", 400, "INVALID_TYPE_FOR_OPERATION", id="a row of a view"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), UNKNOWN)
def test_what_is_not_there_is_said_so(call: Caller, method: str, path: str, status: int, code: str) -> None:
    answer = call(method, path, {} if method == "POST" else None)
    assert (answer.status, answer.code) == (status, code)


def test_a_body_that_is_no_object_is_refused(call: Caller) -> None:
    assert call("POST", "sobjects/Event", ["x"]).code == "JSON_PARSER_ERROR"


def test_a_person_account_is_one_person_in_two_rows(call: Caller) -> None:  # M1
    fields = {"FirstName": "Joe", "LastName": "Low", "PersonEmail": "joe@low.example"}
    account = call.org.insert("Account", {**fields, "practifi__Alternate_Email__pc": "jl@low.example"}, call.at)
    contact = call.org.row("Account", account)["PersonContactId"]
    row = call.org.row("Contact", contact)
    assert (row["Name"], row["IsPersonAccount"], row["AccountId"]) == ("Joe Low", True, account)
    assert (row["Email"], row["practifi__Alternate_Email__c"]) == ("joe@low.example", "jl@low.example")
    call.later(minutes=1)
    call.org.update("Account", account, {"PersonEmail": "joe@new.example"}, call.at)
    call.org.update("Contact", contact, {"LastName": "High"}, call.at)
    assert call.org.row("Contact", contact)["Email"] == "joe@new.example"
    assert call.org.row("Account", account)["Name"] == "Joe High"


def test_a_household_is_an_account_without_a_person(call: Caller) -> None:  # M2
    fields = {"Name": "Low Household", "practifi__Household_Email__c": "home@low.example"}
    row = call.org.row("Account", call.org.insert("Account", fields, call.at))
    assert (row["IsPersonAccount"], row["PersonContactId"]) == (False, None)


def test_a_contact_point_hangs_on_an_account_or_an_individual_only(call: Caller) -> None:
    individual = call.org.insert("Individual", {"LastName": "Low"}, call.at)
    body = {"ParentId": individual, "EmailAddress": "j@low.example"}
    point = call("POST", "sobjects/ContactPointEmail", body).body["id"]
    assert call.org.row("ContactPointEmail", point)["EmailDomain"] == "low.example"
    contact = call.contact("Low")
    assert call("POST", "sobjects/ContactPointEmail", body | {"ParentId": contact}).status == 400
    assert call("POST", "sobjects/ContactPointEmail", body | {"EmailAddress": "none"}).code == "INVALID_EMAIL_ADDRESS"
