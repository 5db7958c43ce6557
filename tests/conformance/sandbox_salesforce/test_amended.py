"""What an administrator changes in an org in use, and what the platform does by itself (salesforce.md §2, §3)."""

from tests.conformance.sandbox_salesforce.caller import Caller

TOPIC = "Topic__c | string 80 | CUNFSGAP | Topic"


def fields(call: Caller) -> dict[str, object]:
    return {one["name"]: one["type"] for one in call("GET", "sobjects/Event/describe").body["fields"]}


def test_a_field_that_is_made_is_empty_and_takes_values(call: Caller) -> None:
    event = call.event()
    call.org.add_field(TOPIC)
    assert fields(call)["Topic__c"] == "string"
    assert call.records("SELECT Topic__c FROM Event")[0]["Topic__c"] is None
    assert call("PATCH", f"sobjects/Event/{event}", {"Topic__c": "Tax"}).status == 204
    assert call.records("SELECT Topic__c FROM Event")[0]["Topic__c"] == "Tax"
    call.org.add_field(TOPIC.replace("80", "2"))
    assert call("PATCH", f"sobjects/Event/{event}", {"Topic__c": "Tax"}).code == "STRING_TOO_LONG"


def test_a_field_that_is_removed_is_no_column(call: Caller) -> None:
    call.org.add_field(TOPIC)
    call.event(Topic__c="Tax")
    call.org.drop_field("Topic__c")
    assert "Topic__c" not in fields(call)
    assert call.ask("SELECT Topic__c FROM Event").code == "INVALID_FIELD"


def test_a_field_that_is_hidden_is_no_column_and_keeps_its_value(call: Caller) -> None:
    event = call.event(Location="Room 4")
    call.org.hide_fields("Location")
    assert "Location" not in fields(call)
    assert call.ask("SELECT Location FROM Event").code == "INVALID_FIELD"
    assert call("PATCH", f"sobjects/Event/{event}", {"Location": "Room 5"}).code == "INVALID_FIELD"
    call.org.hide_fields()
    assert call.records("SELECT Location FROM Event")[0]["Location"] == "Room 4"


def test_upkeep_moves_the_stamp_and_is_no_edit(call: Caller) -> None:  # ruling 11
    event = call.event()
    before = call.org.row("Event", event)
    call.later(hours=1)
    call.org.upkeep("Event", event, call.at)
    after = call.org.row("Event", event)
    assert after["SystemModstamp"] == "2026-03-02T10:00:00.000+0000"
    assert after == before | {"SystemModstamp": after["SystemModstamp"]}
