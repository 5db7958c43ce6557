"""What is deleted, what comes back, what is archived, and how one hears of it (salesforce.md §2.8, §3). X1, X5."""

from typing import Any

import pytest

from services.sandbox.salesforce import Refused
from tests.conformance.sandbox_salesforce.caller import T0, Caller

ALL = "SELECT Id, IsDeleted, IsArchived FROM Event ORDER BY SystemModstamp, Id"


def window(call: Caller, what: str, start: str, end: str, tail: str = "/") -> Any:
    return call("GET", f"sobjects/Event/{what}{tail}", query={"start": start, "end": end})


def test_a_deleted_event_is_in_the_bin_with_a_new_stamp(call: Caller) -> None:
    event = call.event()
    call.later(minutes=1)
    call.org.delete("Event", event, call.at)
    assert call.records(ALL) == []
    (row,) = call.records("SELECT IsDeleted, SystemModstamp FROM Event", "queryAll")
    assert (row["IsDeleted"], row["SystemModstamp"]) == (True, "2026-03-02T09:01:00.000+0000")


def test_relations_and_copies_go_and_come_back_with_their_event(call: Caller) -> None:
    bob = call.org.add_user(name="Bob Ray", email="bob@firm.example")
    event = call.event(EventWhoIds=[call.contact("Ada"), call.contact("Ben")])
    call("POST", "sobjects/EventRelation", {"EventId": event, "RelationId": bob})
    call.org.delete("Event", event, call.at)
    assert (call.org.rows("Event"), call.org.rows("EventRelation")) == ([], [])
    call.org.undelete(event, call.at)
    assert (len(call.org.rows("Event")), len(call.org.rows("EventRelation"))) == (2, 3)


def test_a_relation_that_went_alone_does_not_come_back_with_the_event(call: Caller) -> None:
    event = call.event(EventWhoIds=[call.contact("Ada"), call.contact("Ben")])
    call.org.delete("EventRelation", call.org.rows("EventRelation")[0]["Id"], call.at)
    call.org.delete("Event", event, call.at)
    call.org.undelete(event, call.at)
    assert len(call.org.rows("EventRelation")) == 1


def test_the_bin_is_emptied_after_fifteen_days(call: Caller) -> None:
    event = call.event()
    call.org.delete("Event", event, call.at)
    call.later(days=14)
    call.token = call.login()
    assert call("GET", f"sobjects/Event/{event}").code == "ENTITY_IS_DELETED"
    call.later(days=2)
    call.token = call.login()
    assert call("GET", f"sobjects/Event/{event}").code == "NOT_FOUND"
    with pytest.raises(Refused):
        call.org.undelete(event, call.at)


def test_an_event_a_year_old_is_archived_and_only_in_query_all(call: Caller) -> None:
    event = call.event()
    call.later(days=368)
    call.token = call.login()
    assert call.records(ALL) == []
    (row,) = call.records(ALL, "queryAll")
    assert (row["Id"], row["IsArchived"], row["IsDeleted"]) == (event, True, False)


def test_a_deleted_contact_leaves_its_events(call: Caller) -> None:
    ada, ben = call.contact("Ada"), call.contact("Ben")
    event = call.event(EventWhoIds=[ada, ben])
    call.org.delete("Contact", ada, call.at)
    assert call.org.row("Event", event)["EventWhoIds"] == [ben]
    call.org.delete("Contact", ben, call.at)
    assert call.org.row("Event", event)["WhoId"] is None


def test_a_deleted_household_takes_its_contacts_and_leaves_the_events(call: Caller) -> None:
    home = call.org.insert("Account", {"Name": "Home"}, call.at)
    ada = call.contact("Ada", AccountId=home)
    event = call.event(WhatId=home, WhoId=ada)
    call.org.delete("Account", home, call.at)
    assert call.org.rows("Contact") == []
    row = call.org.row("Event", event)
    assert (row["WhatId"], row["WhoId"], row["IsDeleted"]) == (None, None, False)


@pytest.mark.parametrize("tail", ["", "/"])
def test_get_deleted_and_get_updated_tell_ids_by_the_minute(call: Caller, tail: str) -> None:
    kept, gone = call.event(), call.event()
    call.later(minutes=2, seconds=30)
    call.org.delete("Event", gone, call.at)
    call.later(minutes=5)
    start, end = "2026-03-02T09:00:59+00:00", "2026-03-02T09:05:00+00:00"
    assert window(call, "updated", start, end, tail).body == {
        "ids": [kept],
        "latestDateCovered": "2026-03-02T09:05:00.000+0000",
    }
    deleted = window(call, "deleted", start, end, tail).body
    assert deleted["deletedRecords"] == [{"id": gone, "deletedDate": "2026-03-02T09:02:30.000+0000"}]
    assert deleted["earliestDateAvailable"] < deleted["latestDateCovered"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("2026-03-02T09:00:00Z", "2026-03-02T09:00:30Z", id="less than a minute"),
        pytest.param("2026-01-01T00:00:00Z", "2026-03-02T09:00:00Z", id="more than thirty days ago"),
        pytest.param("yesterday", "2026-03-02T09:00:00Z", id="no time at all"),
    ],
)
def test_a_window_is_refused_that_is(call: Caller, start: str, end: str) -> None:
    assert window(call, "updated", start, end).code == "INVALID_REPLICATION_DATE"


def test_a_person_is_refused_what_the_org_refuses(call: Caller) -> None:
    with pytest.raises(Refused) as refused:
        call.org.insert("Event", {"Subject": "x" * 256, "StartDateTime": "2026-03-03T10:00:00Z"}, T0)
    assert (refused.value.status, refused.value.code) == (400, "STRING_TOO_LONG")
