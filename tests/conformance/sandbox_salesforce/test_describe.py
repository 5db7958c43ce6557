"""What the org says of its objects agrees with what real orgs have said of theirs."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.salesforce import Switches
from tests.conformance.sandbox_salesforce.caller import Caller

FACTS = Path(__file__).parents[4] / "shared" / "reference" / "salesforce-schema.json"
FLAGS = (
    "createable", "updateable", "nillable", "filterable", "sortable", "groupable", "aggregatable", "permissionable",
    "defaultedOnCreate", "idLookup", "nameField", "restrictedPicklist", "namePointing",
    "polymorphicForeignKey",
)  # fmt: skip
CAPTURED = ("Event", "Contact", "Account", "PersonAccount")  # from the wire: there, what is not said is false


@pytest.fixture(scope="module")
def facts() -> Any:
    if not FACTS.exists():
        pytest.skip("the published field lists are not beside the project")
    return json.loads(FACTS.read_text())


def described(call: Caller, name: str) -> dict[str, Any]:
    answer = call("GET", f"sobjects/{name}/describe")
    assert answer.status == 200
    return dict(answer.body)


def fields(call: Caller, name: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in described(call, name)["fields"]}


@pytest.mark.parametrize("name", ["Event", "EventRelation", "Contact", "Account", "ContactPointEmail", "User"])
def test_each_field_is_what_the_published_list_says(call: Caller, facts: Any, name: str) -> None:
    known = {field["name"]: field for field in facts["objects"][name]["fields"]}
    ours = fields(call, name)
    assert len(ours.keys() & known.keys()) >= 10
    for field in ours.keys() & known.keys():
        fact = known[field]
        for key in ("type", "length"):
            assert ours[field][key] == fact[key], (field, key)
        for key in FLAGS if name in CAPTURED else ("createable", "updateable"):
            said = fact.get(key, False if name in CAPTURED else None)
            if said is not None:
                assert ours[field][key] is said, (field, key)


def test_the_person_fields_of_an_account_are_those_of_a_real_person_account(call: Caller, facts: Any) -> None:
    known = {field["name"]: field for field in facts["objects"]["PersonAccount"]["fields"]}
    ours = fields(call, "Account")
    for field in ("PersonEmail", "PersonContactId", "IsPersonAccount", "LastName", "PersonIndividualId"):
        for key in ("type", "length", "createable", "updateable", "nillable"):
            assert ours[field][key] == known[field][key], (field, key)


def test_an_event_has_every_field_of_a_real_one(call: Caller, facts: Any) -> None:
    known = [field["name"] for field in facts["objects"]["Event"]["fields"]]
    assert set(known) <= fields(call, "Event").keys()


@pytest.mark.parametrize("name", ["Event", "Contact", "Account", "User"])
def test_the_envelope_has_every_key_and_no_other(call: Caller, facts: Any, name: str) -> None:
    about = facts["_about"]
    whole = described(call, name)
    assert set(whole) == set(about["describe_envelope_keys"])
    assert set(whole["fields"][0]) == set(about["describe_field_keys"])
    for key, value in facts["objects"][name]["sobject"].items():
        assert whole[key] == value, key


def test_the_global_describe_lists_objects_as_real_orgs_do(call: Caller, facts: Any) -> None:
    about = facts["_about"]
    whole = call("GET", "sobjects").body
    assert set(whole) == set(about["global_describe_keys"])
    assert set(whole["sobjects"][0]) == set(about["global_describe_item_keys"])
    assert "practifi__Action__c" in {one["name"] for one in whole["sobjects"]}


@pytest.mark.parametrize("namespace", ["practifi__", "cloupra__", ""])
def test_the_alternate_email_is_found_by_label_and_type_under_any_namespace(namespace: str) -> None:  # M1
    call = Caller(Switches(namespace=namespace))
    found = [one["name"] for one in fields(call, "Contact").values() if one["label"] == "Alternate Email"]
    assert found == [f"{namespace}Alternate_Email__c"]
    assert fields(call, "Contact")[found[0]]["type"] == "email"
    assert f"{namespace}Alternate_Email__pc" in fields(call, "Account")


def test_an_org_without_shared_activities_shows_none_of_it() -> None:  # E4
    call = Caller(Switches(shared_activities=False))
    whole = described(call, "Event")
    assert "WhoCount" not in {field["name"] for field in whole["fields"]}
    assert not [one for one in whole["childRelationships"] if one["junctionIdListNames"]]
    assert "IsParent" not in fields(call, "EventRelation")


def test_an_org_with_shared_activities_names_its_junction(call: Caller) -> None:
    junctions = [one["junctionIdListNames"] for one in described(call, "Event")["childRelationships"]]
    assert ["EventWhoIds"] in junctions


def test_an_org_without_our_package_has_none_of_our_fields() -> None:  # E7
    ours = fields(Caller(Switches(package=False)), "Event")
    assert not [name for name in ours if name.endswith("__c")]


def test_our_key_is_an_external_id_and_unique_only_where_the_org_says_so(call: Caller) -> None:
    key = fields(call, "Event")["M365_Key__c"]
    assert (key["externalId"], key["unique"]) == (True, False)
    assert fields(Caller(Switches(key_unique=True)), "Event")["M365_Key__c"]["unique"] is True


def test_a_describe_that_has_not_changed_costs_no_body(call: Caller) -> None:
    changed = call("GET", "sobjects/Event/describe").headers["Last-Modified"]
    assert call("GET", "sobjects/Event/describe", if_modified_since=changed).status == 304
