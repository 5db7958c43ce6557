"""Single events: times, zones, bodies, places, stamps, ids, concurrency (graph.md §3)."""

from typing import Any
from urllib.parse import quote

import pytest

MIKE = "mike@contoso.example"
STAMP = "String {6f1d3c52-8a4b-4a57-9a2e-0b6c1d2e3f40} Name Key"
EXPAND = quote(f"singleValueExtendedProperties($filter=id eq '{STAMP}')")


def refused(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


def test_everything_reads_in_utc_unless_a_zone_is_preferred(graph: Any) -> None:
    one = graph.create(MIKE)
    assert one["start"] == {"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"}
    assert one["originalStartTimeZone"] == "W. Europe Standard Time"
    graph.prefer = 'outlook.timezone="Asia/Tokyo"'
    assert graph.item(MIKE, one["id"])["start"] == {
        "dateTime": "2026-03-02T18:00:00.0000000",
        "timeZone": "Asia/Tokyo",
    }
    assert 'outlook.timezone="Asia/Tokyo"' in graph.seen[-1].headers["Preference-Applied"]


@pytest.mark.parametrize("zone", ["Middle Earth Standard Time", "", None])
def test_an_unknown_zone_is_refused(graph: Any, make: Any, zone: str | None) -> None:
    body = make.event(start={"dateTime": "2026-03-02T10:00:00", "timeZone": zone})
    assert refused(graph.send("POST", f"users/{MIKE}/events", body)) == (400, "TimeZoneNotSupportedException")


def test_an_unknown_preferred_zone_is_refused(graph: Any) -> None:
    answer = graph.send("GET", f"users/{MIKE}/events", prefer='outlook.timezone="Nowhere"')
    assert refused(answer) == (400, "TimeZoneNotSupportedException")


def test_all_day_events_keep_their_dates_in_every_zone_and_match_at_utc(graph: Any, make: Any) -> None:  # Z1
    day = {"start": make.at("2026-03-10T00:00:00"), "end": make.at("2026-03-11T00:00:00"), "isAllDay": True}
    one = graph.create(MIKE, **day)
    for zone in ("Asia/Tokyo", "Pacific Standard Time"):
        graph.prefer = f'outlook.timezone="{zone}"'
        value = graph.item(MIKE, one["id"])
        assert (value["start"]["dateTime"][:16], value["end"]["dateTime"][:16]) == (
            "2026-03-10T00:00",
            "2026-03-11T00:00",
        )
    edges = "startDateTime=2026-03-10T23:00:00Z&endDateTime=2026-03-11T23:00:00Z"
    assert len(graph.get(f"users/{MIKE}/calendarView?{edges}")["value"]) == 1


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-03-10T00:00:00", "2026-03-10T00:00:00"), ("2026-03-10T08:00:00", "2026-03-11T00:00:00")],
    ids=["no day", "not midnight"],
)
def test_all_day_events_run_from_midnight_to_a_later_midnight(graph: Any, make: Any, start: str, end: str) -> None:
    body = make.event(start=make.at(start), end=make.at(end), isAllDay=True)
    assert refused(graph.send("POST", f"users/{MIKE}/events", body)) == (400, "ErrorInvalidRequest")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"end": {"dateTime": "2026-03-02T09:00:00", "timeZone": "W. Europe Standard Time"}}, "ErrorCalendarEndDate"),
        ({"colour": "red"}, "RequestBodyRead"),
        ({"showAs": "asleep"}, "RequestBodyRead"),
        ({"isReminderOn": "yes"}, "RequestBodyRead"),
        ({"start": None}, "ErrorPropertyValidationFailure"),
        ({"attendees": [{"emailAddress": {"address": "nobody"}}]}, "ErrorInvalidRecipients"),
        ({"attendees": [{"emailAddress": {"address": f"a{n}@x.example"}} for n in range(501)]}, "ErrorInvalidRequest"),
        ({"singleValueExtendedProperties": [{"id": "Key", "value": "x"}]}, "ErrorInvalidProperty"),
    ],
    ids=["end first", "unknown property", "unknown value", "text for truth", "no start", "address", "501", "stamp"],
)
def test_creation_refuses(graph: Any, make: Any, changes: dict[str, Any], code: str) -> None:
    status, value = graph.send("POST", f"users/{MIKE}/events", make.event(**changes))
    assert status == 400
    assert value["error"]["code"].startswith(code)


def test_read_only_properties_are_passed_over(graph: Any) -> None:
    one = graph.create(
        MIKE, organizer={"emailAddress": {"address": "x@y.example"}}, isCancelled=True, type="occurrence"
    )
    assert one["organizer"]["emailAddress"]["address"] == MIKE
    assert (one["isCancelled"], one["type"]) == (False, "singleInstance")


def test_bodies_are_rewritten_once(graph: Any) -> None:
    one = graph.create(MIKE, body={"contentType": "text", "content": "a < b\nc"})
    assert one["body"]["content"].startswith("<html>")
    assert one["bodyPreview"] == "a < b\r\nc"
    again = graph.patch(MIKE, one["id"], body=one["body"])
    assert again["body"] == one["body"]
    graph.prefer = 'outlook.body-content-type="text"'
    assert graph.item(MIKE, one["id"])["body"] == {"contentType": "text", "content": "a < b\r\nc"}


def test_a_location_replaces_the_list_and_the_list_names_the_location(graph: Any) -> None:  # F5
    one = graph.create(MIKE, locations=[{"displayName": "A"}, {"displayName": "B"}])
    assert one["location"]["displayName"] == "A; B"
    one = graph.patch(MIKE, one["id"], location={"displayName": "C"})
    assert [place["displayName"] for place in one["locations"]] == ["C"]
    assert graph.patch(MIKE, one["id"], location=None)["locations"] == []


def test_stamps_are_not_echoed_but_can_be_expanded_and_found(graph: Any) -> None:
    one = graph.create(MIKE, singleValueExtendedProperties=[{"id": STAMP, "value": "Link-1"}])
    graph.create(MIKE)
    assert "singleValueExtendedProperties" not in one
    value = graph.item(MIKE, one["id"], f"?$expand={EXPAND}")
    assert value["singleValueExtendedProperties"] == [{"id": STAMP, "value": "Link-1"}]
    query = quote(f"singleValueExtendedProperties/Any(ep: ep/id eq '{STAMP}' and ep/value eq 'LINK-1')")
    found = graph.get(f"users/{MIKE}/events?$filter={query}&$select=id")["value"]
    assert [row["id"] for row in found] == [one["id"]]
    other = quote(f"singleValueExtendedProperties/Any(ep: ep/id eq '{STAMP}y' and ep/value eq 'LINK-1')")
    assert graph.get(f"users/{MIKE}/events?$filter={other}")["value"] == []


def test_the_same_creation_twice_is_one_event(graph: Any, make: Any) -> None:
    body = make.event(transactionId="t-1")
    first = graph.send("POST", f"users/{MIKE}/events", body)
    again = graph.send("POST", f"users/{MIKE}/events", body)
    assert (first[0], again[0], first[1]["id"]) == (201, 201, again[1]["id"])
    assert len(graph.get(f"users/{MIKE}/events")["value"]) == 1
    status, value = graph.send("POST", f"users/{MIKE}/events", make.event(transactionId="t-1", subject="Other"))
    assert (status, value["error"]["code"]) == (400, "ErrorDuplicateTransactionId")
    assert value["error"]["@event.existingEventId"] == first[1]["id"]


def test_if_match_takes_either_form_of_the_etag_and_refuses_an_old_one(graph: Any, make: Any) -> None:
    one = graph.create(MIKE)
    rows, _ = graph.first(MIKE)
    url = f"users/{MIKE}/events/{one['id']}"
    assert graph.send("PATCH", url, {"subject": "B"}, if_match=rows[0]["@odata.etag"])[0] == 200
    stale = graph.send("PATCH", url, {"subject": "C"}, if_match=one["@odata.etag"])
    assert refused(stale) == (412, "ErrorIrresolvableConflict")
    lax = make.firm(if_match=False)
    item = lax.create(MIKE)["id"]
    assert lax.send("PATCH", f"users/{MIKE}/events/{item}", {"subject": "C"}, if_match='W/"AAAA"')[0] == 200


def test_ids_are_case_sensitive_and_of_one_mailbox(graph: Any) -> None:
    item = graph.create(MIKE)["id"]
    swapped = refused(graph.send("GET", f"users/{MIKE}/events/{item.swapcase()}"))
    assert swapped == (400, "ErrorInvalidIdMalformed")
    assert refused(graph.send("GET", f"users/john@contoso.example/events/{item}")) == (400, "ErrorInvalidIdMalformed")
    graph.send("DELETE", f"users/{MIKE}/events/{item}")
    assert refused(graph.send("DELETE", f"users/{MIKE}/events/{item}")) == (404, "ErrorItemNotFound")


def test_listing_pages_by_ten_and_can_be_narrowed(graph: Any) -> None:
    for number in range(12):
        graph.create(MIKE, subject=f"T{number}")
    page = graph.get(f"users/{MIKE}/events?$select=subject")
    assert len(page["value"]) == 10
    assert set(page["value"][0]) == {"@odata.etag", "id", "subject"}
    assert len(graph.get(page["@odata.nextLink"])["value"]) == 2
    named = graph.get(f"users/{MIKE}/events?$filter={quote(chr(39).join(['subject eq ', 'T3', '']))}")["value"]
    assert [row["subject"] for row in named] == ["T3"]
    for bad in ("$filter=transactionId eq 'x'", "$filter=nonsense", "$select=colour", "$expand=attachments", "$top=x"):
        assert graph.send("GET", f"users/{MIKE}/events?{bad}")[0] == 400


def test_teams_is_given_where_allowed_and_silently_not_elsewhere(graph: Any) -> None:  # T2 T3 TMS-05 TMS-14
    asked = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    one = graph.create(MIKE, **asked)
    link = one["onlineMeeting"]["joinUrl"]
    assert link in one["body"]["content"].replace("&amp;", "&")
    assert graph.patch(MIKE, one["id"], isOnlineMeeting=False)["onlineMeeting"]["joinUrl"] == link
    other = graph.create("ann@contoso.example", **asked)
    assert (other["isOnlineMeeting"], other["onlineMeeting"]) == (False, None)
    assert graph.patch(MIKE, one["id"], body=one["body"])["isOnlineMeeting"]
    lost = graph.patch(MIKE, one["id"], body={"contentType": "html", "content": "new"})
    assert (lost["isOnlineMeeting"], lost["onlineMeeting"]) == (False, None)  # F4


def test_the_calendar_keeps_a_mark(graph: Any) -> None:  # E9
    calendar = graph.get(f"users/{MIKE}/calendar")
    assert calendar["allowedOnlineMeetingProviders"] == ["teamsForBusiness"]
    url = f"users/{MIKE}/calendars/{calendar['id']}"
    mark = {"singleValueExtendedProperties": [{"id": STAMP, "value": "held"}]}
    assert graph.send("PATCH", url, mark)[0] == 200
    assert "singleValueExtendedProperties" not in graph.get(url)
    assert graph.get(f"{url}?$expand={EXPAND}")["singleValueExtendedProperties"][0]["value"] == "held"
