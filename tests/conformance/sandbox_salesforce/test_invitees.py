"""Invited users and the read-only copies that Salesforce makes for them (salesforce.md §2.4, §2.5). I1."""

from typing import Any

import pytest

from services.sandbox.salesforce import Switches
from tests.conformance.sandbox_salesforce.caller import Caller


def invite(call: Caller, event: str, who: str, **more: Any) -> Any:
    return call("POST", "sobjects/EventRelation", {"EventId": event, "RelationId": who, **more})


def children(call: Caller) -> list[dict[str, Any]]:
    return call.records("SELECT Id, Subject, OwnerId, IsGroupEvent, M365_Key__c FROM Event WHERE IsChild = true")


@pytest.fixture
def bob(call: Caller) -> str:
    return call.org.add_user(name="Bob Ray", email="bob@firm.example")


def test_an_invited_user_gets_a_copy_of_their_own(call: Caller, bob: str) -> None:
    event = call.event(M365_Key__c="k1")
    assert invite(call, event, bob).status == 201
    (copy,) = children(call)
    assert (copy["Subject"], copy["OwnerId"], copy["IsGroupEvent"], copy["M365_Key__c"]) == ("Review", bob, True, None)
    assert call.org.row("Event", event)["GroupEventType"] == "1"


def test_an_invited_contact_gets_no_copy(call: Caller) -> None:
    invite(call, call.event(), call.contact("Ada"))
    assert children(call) == []


def test_a_copy_is_read_only_except_for_its_reminder(call: Caller, bob: str) -> None:
    invite(call, call.event(), bob)
    copy = f"sobjects/Event/{children(call)[0]['Id']}"
    assert call("PATCH", copy, {"Subject": "Mine"}).code == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert call("PATCH", copy, {"IsReminderSet": True, "ReminderDateTime": "2026-03-03T09:45:00Z"}).status == 204


def test_a_change_of_the_event_reaches_its_copies(call: Caller, bob: str) -> None:
    event = call.event()
    invite(call, event, bob)
    call("PATCH", f"sobjects/Event/{event}", {"Subject": "Moved", "StartDateTime": "2026-03-04T10:00:00Z"})
    copy = call.org.row("Event", children(call)[0]["Id"])
    assert (copy["Subject"], copy["EndDateTime"]) == ("Moved", "2026-03-04T11:00:00.000+0000")


def test_a_copy_goes_with_the_invitation_and_with_the_event(call: Caller, bob: str) -> None:
    event = call.event()
    relation = invite(call, event, bob).body["id"]
    call("DELETE", f"sobjects/EventRelation/{relation}")
    assert children(call) == []
    invite(call, event, bob)
    call("DELETE", f"sobjects/Event/{event}")
    assert children(call) == []


def test_a_user_who_takes_the_copy_off_their_calendar_has_declined(call: Caller, bob: str) -> None:
    relation = invite(call, call.event(), bob).body["id"]
    call.org.delete("Event", children(call)[0]["Id"], call.at)
    assert call.org.row("EventRelation", relation)["Status"] == "Declined"


def test_one_row_per_person(call: Caller, bob: str) -> None:
    event = call.event()
    invite(call, event, bob)
    assert invite(call, event, bob).code == "DUPLICATE_VALUE"


FLAGS = [
    pytest.param({}, (False, True), id="nothing said is an invitee"),
    pytest.param({"IsParent": True}, (True, False), id="a related person is no invitee by itself"),
    pytest.param({"IsParent": True, "IsInvitee": True}, (True, True), id="both in one row"),
]


@pytest.mark.parametrize(("flags", "expected"), FLAGS)
def test_the_flags_of_a_new_relation(call: Caller, flags: dict[str, bool], expected: tuple[bool, bool]) -> None:
    row = call.org.row("EventRelation", invite(call, call.event(), call.contact("Ada"), **flags).body["id"])
    assert (row["IsParent"], row["IsInvitee"], row["Status"]) == (*expected, "New")


REFUSED = [
    pytest.param({"IsParent": False, "IsInvitee": False}, "FIELD_INTEGRITY_EXCEPTION", id="a relation that is nothing"),
    pytest.param({"Status": "Maybe"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", id="an answer that does not exist"),
    pytest.param({"EventId": None}, "REQUIRED_FIELD_MISSING", id="no event"),
    pytest.param({"RelationId": "001000000000001AAA"}, "INVALID_CROSS_REFERENCE_KEY", id="somebody who is not there"),
]


@pytest.mark.parametrize(("fields", "code"), REFUSED)
def test_a_relation_is_refused_with(call: Caller, fields: dict[str, Any], code: str) -> None:
    body = {"EventId": call.event(), "RelationId": call.contact("Ada"), **fields}
    assert call("POST", "sobjects/EventRelation", body).code == code


def test_a_relation_keeps_its_event_and_person(call: Caller, bob: str) -> None:
    relation = invite(call, call.event(), bob).body["id"]
    change = {"RelationId": call.contact("Ada")}
    assert call("PATCH", f"sobjects/EventRelation/{relation}", change).code == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_invitees_do_not_stamp_the_event(call: Caller, bob: str) -> None:
    event = call.event()
    call.later(minutes=5)
    invite(call, event, bob)
    assert call.org.row("Event", event)["SystemModstamp"] == "2026-03-02T09:00:00.000+0000"


def test_an_org_may_relate_invitees_by_itself() -> None:
    call = Caller(Switches(auto_relate_attendees=True))
    bob = call.org.add_user(name="Bob Ray", email="bob@firm.example")
    ada, also_bob = call.contact("Ada"), call.contact("Ray", Email="Bob@firm.example")
    event = call.event()
    invite(call, event, ada)
    invite(call, event, bob)
    assert call.org.row("Event", event)["EventWhoIds"] == [ada, also_bob]


def test_copies_of_custom_values_clash_where_the_key_is_unique() -> None:
    call = Caller(Switches(child_copies_custom=True, key_unique=True))
    bob = call.org.add_user(name="Bob Ray", email="bob@firm.example")
    assert invite(call, call.event(M365_Key__c="k1"), bob).code == "DUPLICATE_VALUE"
    assert invite(call, call.event(), bob).status == 201
