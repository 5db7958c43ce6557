"""The people on an Event where Shared Activities are on: WhoId, EventWhoIds their relations (salesforce.md §2.4)."""

from typing import Any

import pytest

from services.sandbox.salesforce import Switches
from tests.conformance.sandbox_salesforce.caller import Caller


def people(call: Caller, event: str) -> tuple[Any, list[str]]:
    """WhoId, and the last names of all related people, the primary first."""
    row = call("GET", f"sobjects/Event/{event}", query={"fields": "WhoId,EventWhoIds"}).body
    names = [call.org.row("Contact", who)["LastName"] for who in row["EventWhoIds"]]
    return row["WhoId"] and call.org.row("Contact", row["WhoId"])["LastName"], names


def relations(call: Caller, event: str) -> list[dict[str, Any]]:
    fields = "RelationId, IsParent, IsWhat, IsInvitee, Status, Relation.Name, Relation.Type"
    return call.records(f"SELECT {fields} FROM EventRelation WHERE EventId = '{event}'")


@pytest.fixture
def three(call: Caller) -> dict[str, str]:
    return {name: call.contact(name) for name in ("Ada", "Ben", "Cy")}


CHANGES = [
    pytest.param({"EventWhoIds": ["Ben", "Cy"]}, "Ben", ["Ben", "Cy"], id="a new list, whose first leads"),
    pytest.param(
        {"EventWhoIds": ["Ben", "Cy"], "WhoId": "Cy"}, "Cy", ["Cy", "Ben"], id="a new list with its leader named"
    ),
    pytest.param({"EventWhoIds": None}, "Ada", ["Ada"], id="null, which puts WhoId back"),
    pytest.param({"EventWhoIds": None, "WhoId": None}, None, [], id="null for both"),
    pytest.param({"WhoId": None}, "Ben", ["Ben"], id="no leader, so the next moves up"),
    pytest.param({"WhoId": "Ben"}, "Ben", ["Ben", "Ada"], id="a leader from the list"),
    pytest.param({"WhoId": "Cy"}, "Cy", ["Cy", "Ben"], id="a leader who was not on the list"),
    pytest.param({"Subject": "Talk"}, "Ada", ["Ada", "Ben"], id="no word of people"),
]


@pytest.mark.parametrize(("change", "leader", "listed"), CHANGES)
def test_an_event_of_ada_and_ben_has_after(
    call: Caller, three: dict[str, str], change: dict[str, Any], leader: str | None, listed: list[str]
) -> None:
    def ids(value: Any) -> Any:
        return [three[one] for one in value] if isinstance(value, list) else three.get(value, value)

    event = call.event(EventWhoIds=[three["Ada"], three["Ben"]])
    assert people(call, event) == ("Ada", ["Ada", "Ben"])
    assert call("PATCH", f"sobjects/Event/{event}", {key: ids(value) for key, value in change.items()}).status == 204
    assert people(call, event) == (leader, listed)
    assert call.org.row("Event", event)["WhoCount"] == len(listed)


def test_each_person_and_what_is_one_relation_row(call: Caller, three: dict[str, str]) -> None:
    firm = call.org.insert("Account", {"Name": "Fry Household"}, call.at)
    rows = relations(call, call.event(WhoId=three["Ada"], WhatId=firm))
    assert [(row["Relation"]["Type"], row["IsParent"], row["IsWhat"], row["IsInvitee"]) for row in rows] == [
        ("Contact", True, False, False),
        ("Account", True, True, False),
    ]


def test_the_account_of_an_event_is_its_what_or_that_of_its_contact(call: Caller) -> None:
    firm = call.org.insert("Account", {"Name": "Fry Household"}, call.at)
    other = call.org.insert("Account", {"Name": "Other"}, call.at)
    ada = call.contact("Ada", AccountId=firm)
    assert call.org.row("Event", call.event(WhoId=ada))["AccountId"] == firm
    assert call.org.row("Event", call.event(WhoId=ada, WhatId=other))["AccountId"] == other


def test_fifty_contacts_are_the_most(call: Caller) -> None:  # A1
    many = [call.contact(f"C{number}") for number in range(51)]
    event = call.event(EventWhoIds=many[:50])
    assert call("PATCH", f"sobjects/Event/{event}", {"EventWhoIds": many}).code == "FIELD_INTEGRITY_EXCEPTION"
    assert len(people(call, event)[1]) == 50


def test_a_lead_stands_alone(call: Caller, three: dict[str, str]) -> None:
    lead = call.org.insert("Lead", {"LastName": "Lee", "Company": "Lee"}, call.at)
    event = call.event(WhoId=lead)
    assert call("PATCH", f"sobjects/Event/{event}", {"EventWhoIds": [lead, three["Ada"]]}).status == 400


def test_a_person_who_is_also_invited_stays_as_invitee(call: Caller, three: dict[str, str]) -> None:
    event = call.event(EventWhoIds=[three["Ada"], three["Ben"]])
    (ada,) = call.records(f"SELECT Id FROM EventRelation WHERE EventId='{event}' AND RelationId='{three['Ada']}'")
    assert call("PATCH", f"sobjects/EventRelation/{ada['Id']}", {"IsInvitee": True, "Status": "Accepted"}).status == 204
    call("PATCH", f"sobjects/Event/{event}", {"EventWhoIds": [three["Ben"]]})
    rows = {row["Relation"]["Name"]: row for row in relations(call, event)}
    assert (rows["Ada"]["IsParent"], rows["Ada"]["IsInvitee"], rows["Ada"]["Status"]) == (False, True, "Accepted")


def test_deleting_the_leaders_relation_moves_the_next_up(call: Caller, three: dict[str, str]) -> None:
    event = call.event(EventWhoIds=[three["Ada"], three["Ben"]])
    call.later(minutes=1)
    (ada,) = call.records(f"SELECT Id FROM EventRelation WHERE EventId='{event}' AND RelationId='{three['Ada']}'")
    assert call("DELETE", f"sobjects/EventRelation/{ada['Id']}").status == 204
    assert people(call, event) == ("Ben", ["Ben"])
    assert call.org.row("Event", event)["SystemModstamp"] == "2026-03-02T09:01:00.000+0000"


def test_without_shared_activities_there_is_one_person_and_no_junction() -> None:
    call = Caller(Switches(shared_activities=False))
    ada = call.contact("Ada")
    answer = call("POST", "sobjects/Event", {"EventWhoIds": [ada]})
    assert answer.body == [
        {"message": "No such column 'EventWhoIds' on sobject of type Event", "errorCode": "INVALID_FIELD"}
    ]
    event = call.event(WhoId=ada)
    assert call.records(f"SELECT Id FROM EventRelation WHERE EventId = '{event}'") == []


def test_the_who_relations_are_a_view_of_the_same_rows(call: Caller, three: dict[str, str]) -> None:
    event = call.event(
        EventWhoIds=[three["Ada"], three["Ben"]], WhatId=call.org.insert("Account", {"Name": "F"}, call.at)
    )
    rows = call.records(f"SELECT RelationId, Type FROM EventWhoRelation WHERE EventId = '{event}'")
    assert [(row["RelationId"], row["Type"]) for row in rows] == [(three["Ada"], "Contact"), (three["Ben"], "Contact")]
