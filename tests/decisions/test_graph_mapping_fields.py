"""One table, read in both directions: what each field of an event is in Graph's words (F1)."""

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import FIELDS, Attendee, CalendarEvent, Importance, Response, Role, Sensitivity, ShowAs
from services.clients.graph import mapping
from services.clients.graph.seen import Kind
from tests.decisions.graph_rows import CHANGE_KEY, MEETING, read


@dataclass(frozen=True)
class Same:
    """A value of a field, and the properties of Graph that say it."""

    id: str
    field: str
    value: Any
    graph: dict[str, Any]


BOTH_WAYS = (
    Same("a subject", "subject", "Annual review", {"subject": "Annual review"}),
    Same("no subject", "subject", "", {"subject": ""}),
    Same("a place", "location", "Room 2", {"location": {"displayName": "Room 2"}}),
    Same("text", "body", "Line 1\nLine 2", {"body": {"contentType": "text", "content": "Line 1\nLine 2"}}),
    *(Same(f"shown as {one}", "show_as", one, {"showAs": word}) for one, word in (
        (ShowAs.FREE, "free"), (ShowAs.TENTATIVE, "tentative"), (ShowAs.BUSY, "busy"), (ShowAs.AWAY, "oof"),
        (ShowAs.ELSEWHERE, "workingElsewhere"))),
    *(Same(f"{one} in sensitivity", "sensitivity", one, {"sensitivity": one.value}) for one in Sensitivity),
    *(Same(f"{one} in importance", "importance", one, {"importance": one.value}) for one in Importance),
    Same("categories", "categories", ("Client", "Red"), {"categories": ["Client", "Red"]}),
    Same("no categories", "categories", (), {"categories": []}),
    Same("a reminder", "reminder", 30, {"isReminderOn": True, "reminderMinutesBeforeStart": 30}),
    Same("no reminder", "reminder", None, {"isReminderOn": False}),
    Same("a Teams meeting", "online", True, {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}),
)  # fmt: skip


@pytest.mark.parametrize("row", BOTH_WAYS, ids=lambda row: row.id)
def test_a_field_says_in_graph_what_it_is_read_from(row: Same) -> None:  # F1
    without = {key: value for key, value in MEETING.items() if key != "locations"}
    seen = read(without, **row.graph)

    assert seen.event is not None
    assert getattr(seen.event, row.field) == row.value
    assert mapping.patched(replace(seen.event), [row.field]) == row.graph


def test_every_field_of_an_event_has_its_row_in_the_table() -> None:  # F1
    assert sorted(rule.field for rule in mapping.RULES) == sorted(FIELDS)
    assert all(rule.lost for rule in mapping.RULES)


def test_what_microsoft_alone_decides_is_never_sent() -> None:  # A4, R1
    event = CalendarEvent(
        read(MEETING).event.when,  # type: ignore[union-attr]  # it has one
        join_url="https://teams.microsoft.com/l/meetup-join/1", recurrence="Daily", organizer="mike@organizer.com",
        attendees=(Attendee("john@attendee.com"),), attendee_count=9, my_response=Response.ACCEPTED,
    )  # fmt: skip

    fields = ["join_url", "recurrence", "organizer", "attendees", "attendee_count", "my_response"]
    assert mapping.patched(event, fields) == {}


def test_only_the_fields_that_changed_are_sent() -> None:
    event = read(MEETING).event
    assert event is not None

    assert mapping.patched(replace(event, subject="New", location="There"), ["subject"]) == {"subject": "New"}


def test_the_body_of_an_online_meeting_is_never_sent() -> None:  # F4, TMS-09
    event = read(MEETING).event
    assert event is not None
    fields = ["subject", "body"]

    assert "body" in mapping.patched(event, fields)
    assert "body" not in mapping.patched(replace(event, online=True), fields)
    assert "body" not in mapping.patched(replace(event, join_url="https://meet.google.com/abc"), fields)


def test_an_event_is_created_with_stamp_and_transaction_and_its_guests_only_if_they_are_invited() -> None:  # A3, A5
    event = read(MEETING).event
    assert event is not None
    event = replace(event, attendees=(Attendee("john@attendee.com", "John", Role.OPTIONAL),))

    silent = mapping.created(event, ["subject"], name="abc-g1", stamp="abc", invite=False)
    inviting = mapping.created(event, ["subject"], name="abc-g1", stamp="abc", invite=True)

    assert silent == {"subject": "Portfolio review", "transactionId": "abc-g1",
                      "singleValueExtendedProperties": [{"id": mapping.STAMP, "value": "abc"}]}  # fmt: skip
    guest = {"emailAddress": {"address": "john@attendee.com", "name": "John"}, "type": "optional"}
    assert inviting == {**silent, "attendees": [guest]}


def test_our_own_event_is_known_by_its_transaction_alone_and_outlooks_are_not() -> None:  # ruling 1
    link = "0f3a9c0d5e7b4a61"

    assert read(MEETING, transactionId=mapping.transaction(link, 3)).stamp == f"{link}-g3"
    assert read(MEETING, transactionId="localevent:8a1c3e52-1111-4c1e-9d1c-0a2f6e1c9b35").stamp == ""
    assert read(MEETING, transactionId="8a1c3e52-1111-4c1e-9d1c-0a2f6e1c9b35").stamp == ""
    assert read(MEETING, singleValueExtendedProperties=[{"id": mapping.STAMP, "value": link}]).stamp == link


def test_attendees_are_read_with_their_answers_and_without_what_is_no_address() -> None:  # A6, ATT-24
    def person(address: str, kind: str, response: str) -> dict[str, Any]:
        return {"emailAddress": {"address": address, "name": "N"}, "type": kind, "status": {"response": response}}

    seen = read(MEETING, attendees=[
        person("John@Attendee.com", "required", "tentativelyAccepted"),
        person("room1@x.example", "resource", "accepted"),
        person("/O=EXCHANGELABS/OU=X/CN=GONE", "optional", "none"),
    ], organizer={"emailAddress": {"address": "/O=X/CN=GONE"}}, responseStatus={"response": "declined"})  # fmt: skip

    assert seen.event is not None
    assert seen.event.attendees == (
        Attendee("john@attendee.com", "N", Role.REQUIRED, Response.TENTATIVE),
        Attendee("room1@x.example", "N", Role.RESOURCE, Response.ACCEPTED),
    )
    assert (seen.event.attendee_count, seen.event.organizer, seen.event.my_response) == (3, "", Response.DECLINED)


LOCATIONS = {
    "none": ([{"displayName": "", "address": {}}], ""),
    "only an address": ([{"address": {"street": "1 High St", "city": "Perth", "state": "WA", "postalCode": "6000",
                                      "countryOrRegion": "Australia"}}], "1 High St, Perth, WA, 6000, Australia"),
    "only a name": ([{"displayName": "Room 1"}], "Room 1"),
    "a name and an address": ([{"displayName": "Head office", "address": {"city": "Perth"}}], "Head office"),
    "several": ([{"displayName": "Room 1"}, {"displayName": "Teams"}, {"displayName": "Room 1"}], "Room 1; Teams"),
}  # fmt: skip


@pytest.mark.parametrize(("places", "text"), LOCATIONS.values(), ids=LOCATIONS)
def test_every_place_is_said_once(places: list[dict[str, Any]], text: str) -> None:  # F5, INB-20
    event = read(MEETING, locations=places, location=places[0]).event

    assert event is not None
    assert event.location == text


def test_a_mark_is_the_same_in_the_form_of_delta_and_of_a_direct_read() -> None:  # ruling 8
    delta_form = "DwAAABYAAABmWdaQ128cT7Bkelw2dOdtAAAAAAAB"

    assert read(MEETING).mark == CHANGE_KEY
    assert read(MEETING, **{"@odata.etag": f'W/"{delta_form}"'}).mark == CHANGE_KEY
    assert read(MEETING, **{"@odata.etag": 'W/"not base64"'}).mark == "not base64"


def test_what_an_event_does_not_name_has_its_default_and_what_nobody_knows_too() -> None:
    odd = {"showAs": "unknown", "sensitivity": None, "importance": "urgent", "categories": None, "attendees": None}
    event = read(MEETING, **odd).event

    assert event is not None
    assert (event.show_as, event.sensitivity, event.importance) == (ShowAs.BUSY, Sensitivity.NORMAL, Importance.NORMAL)
    assert (event.categories, event.attendees) == ((), ())


def test_a_cancelled_event_a_removed_one_and_a_strangers_are_told_apart() -> None:  # CUR-19
    assert read(MEETING, isCancelled=True).cancelled
    assert not read(MEETING, isOrganizer=False).mine
    removed = read({"id": "AAMk-2", "@removed": {"reason": "deleted"}})
    assert (removed.id, removed.kind, removed.event) == ("AAMk-2", Kind.REMOVED, None)
