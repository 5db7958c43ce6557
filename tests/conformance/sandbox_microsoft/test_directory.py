"""People, their mailboxes and settings (graph.md §6, §4.3)."""

from typing import Any

import pytest

from services.sandbox.microsoft import Refused

MIKE = "mike@contoso.example"


def test_users_come_in_pages_with_the_selected_properties(graph: Any) -> None:
    page = graph.get("users?$select=id,mail,proxyAddresses,accountEnabled&$top=4")
    rest = graph.get(page["@odata.nextLink"])
    people = page["value"] + rest["value"]
    assert (len(page["value"]), len(people)) == (4, 6)
    assert people[0]["proxyAddresses"] == [f"SMTP:{MIKE}"]
    assert set(graph.get("users")["value"][0]) & {"proxyAddresses", "accountEnabled"} == set()


@pytest.mark.parametrize(
    ("query", "status"),
    [("$select=mailboxSettings", 501), ("$select=shoeSize", 400), ("$skip=1", 400), ("$top=1000", 400)],
)
def test_the_directory_refuses(graph: Any, query: str, status: int) -> None:
    assert graph.send("GET", f"users?{query}")[0] == status


@pytest.mark.parametrize("name", ["MIKE@contoso.example", "id"])
def test_a_user_is_found_by_id_or_name_in_any_case(graph: Any, name: str) -> None:
    found = graph.get(f"users/{graph.people['mike'] if name == 'id' else name}")
    assert (found["id"], found["mail"]) == (graph.people["mike"], MIKE)


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("otto@contoso.example", 404, "MailboxNotEnabledForRESTAPI"),
        ("uma@contoso.example", 404, "MailboxNotEnabledForRESTAPI"),
        ("sam@contoso.example", 403, "ErrorAccessDenied"),
        ("nobody@contoso.example", 404, "ErrorInvalidUser"),
    ],
    ids=["on premises", "unlicensed", "out of scope", "unknown"],
)
def test_only_a_call_to_the_mailbox_tells_what_it_is(  # E3 AUT-03
    graph: Any, who: str, status: int, code: str
) -> None:
    for resource in ("events", "mailboxSettings", "calendar"):
        answer = graph.send("GET", f"users/{who}/{resource}")
        assert (answer[0], answer[1]["error"]["code"]) == (status, code)


def test_user_delta_tells_who_came_changed_and_went(graph: Any) -> None:
    page = graph.get("users/delta?$select=id,displayName")
    assert len(page["value"]) == 6
    latest = graph.get("users/delta?$deltatoken=latest")
    assert latest["value"] == []
    graph.microsoft.change_user("john@contoso.example", kind="disabled")
    graph.microsoft.remove_user("ann@contoso.example")
    page = graph.get(page["@odata.deltaLink"])
    gone = {"id": graph.people["ann"], "@removed": {"reason": "changed"}}
    assert page["value"] == [{"id": graph.people["john"], "displayName": "John Example"}, gone]
    graph.later(days=8)
    graph.sign_in()
    assert graph.send("GET", page["@odata.deltaLink"])[0] == 410


def test_settings_say_the_zone(graph: Any) -> None:  # TZ-24
    assert graph.get(f"users/{MIKE}/mailboxSettings")["timeZone"] == "W. Europe Standard Time"
    assert graph.get(f"users/{MIKE}/mailboxSettings/timeZone")["value"] == "W. Europe Standard Time"


def test_supported_zones_come_in_either_standard(graph: Any) -> None:
    plain = graph.get(f"users/{MIKE}/outlook/supportedTimeZones")["value"]
    iana = graph.get(
        f"users/{MIKE}/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"
    )
    assert "W. Europe Standard Time" in {one["alias"] for one in plain}
    assert "Europe/Berlin" in {one["alias"] for one in iana["value"]}


def test_there_is_no_me_for_an_application(graph: Any) -> None:
    assert graph.send("GET", "me/events")[0] == 400


def test_an_address_belongs_to_one_person(graph: Any) -> None:
    with pytest.raises(Refused):
        graph.microsoft.add_user(name="Other", upn="other@contoso.example", aliases=(MIKE.upper(),))
