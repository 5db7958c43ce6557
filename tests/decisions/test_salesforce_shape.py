"""What an org is like, as its describe answers tell, and the questions that are put to it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simple_salesforce.format import quote_soql_value

from contracts.person import Source
from services.clients.salesforce import soql
from services.clients.salesforce.row import Shape
from services.clients.salesforce.shape import shape


def field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": name, "createable": True, "updateable": True, **more}


def described(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"fields": list(fields), **more}


def seen(**objects: Any) -> Shape:
    return shape("00D", "005", {"Event": described(), "Contact": described(), "Account": described(), **objects})


def test_a_plain_org_has_nothing_special() -> None:
    found = seen(Event=described(field("Id", createable=False), field("Subject")))
    assert (found.event_fields, found.event_writable) == (("Id", "Subject"), ("Subject",))
    flags = found.shared_activities, found.person_accounts, found.has_key, found.has_contact_points
    assert (flags, found.join_url_length, found.namespace) == ((False,) * 4, 0, "")


SHARED = {
    "by WhoCount": described(field("WhoCount", "int")),
    "by the junction list": described(childRelationships=[{"junctionIdListNames": ["EventWhoIds"]}]),
}


@pytest.mark.parametrize("event", SHARED.values(), ids=SHARED)
def test_shared_activities_show(event: dict[str, Any]) -> None:  # salesforce.md §5
    assert seen(Event=event).shared_activities


def test_a_key_that_is_no_external_id_does_not_serve() -> None:  # SFD-18
    assert seen(Event=described(field("M365_Key__c", externalId=True))).has_key
    assert not seen(Event=described(field("M365_Key__c", externalId=False))).has_key


def test_the_join_link_takes_what_its_field_takes() -> None:  # T3
    assert seen(Event=described(field("Teams_URL__c", "url", length=255))).join_url_length == 255


def test_person_accounts_need_both_halves() -> None:
    person = described(field("IsPersonAccount", "boolean"))
    assert seen(Account=person, Contact=person).person_accounts
    assert not seen(Account=person).person_accounts


def test_e_mail_fields_are_found_by_type_and_ranked_by_label() -> None:  # M1, M3
    contact = described(
        field("A__c", "email"), field("x__Other__c", "email", label=" alternate EMAIL "), field("Email", "email"),
        field("Email_Note__c"),
    )  # fmt: skip
    assert seen(Contact=contact).contact_emails == (
        ("Email", Source.EMAIL), ("x__Other__c", Source.ALTERNATE), ("A__c", Source.CUSTOM),
    )  # fmt: skip


@pytest.mark.parametrize(("name", "namespace"), [("practifi__A__c", "practifi"), ("cloupra__A__c", "cloupra")])
def test_the_namespace_of_practifi_is_discovered(name: str, namespace: str) -> None:
    assert seen(Contact=described(field(name))).namespace == namespace


def test_every_field_that_names_a_person_leads_to_them() -> None:  # salesforce.md §4.1
    point = described(
        field("ParentId", "reference", referenceTo=["Account", "Individual"]), field("EmailAddress", "email"),
        field("x__Contact__c", "reference", referenceTo=["Contact"]),
        field("OwnerId", "reference", referenceTo=["User"]),
    )  # fmt: skip
    found = seen(ContactPointEmail=point)
    assert (found.contact_point_parents, found.has_contact_points) == (("ParentId", "x__Contact__c"), True)


@given(st.text())
def test_a_value_is_quoted_as_salesforce_asks(text: str) -> None:
    assert soql.quoted(text) == quote_soql_value(text)


def test_a_full_query_of_ids_fits_the_longest_url() -> None:  # salesforce.md §4.2
    ids = [f"00U{number:015}" for number in range(soql.IDS)]
    assert len(soql.path(soql.relations_of(ids))) < 16_384 - 1_000


def test_only_columns_that_the_org_has_are_asked_for() -> None:  # salesforce.md §2.1
    found = Shape("00D", "005", event_fields=("Id", "Subject", "Foreign__c"))
    assert soql.event_columns(found) == ("Id", "Subject")
