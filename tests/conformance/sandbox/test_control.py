"""What people do through the sandbox's own paths arrives in the calendars, by the rules of each side."""

import json
from typing import Any

import pytest

from services.sandbox.wire import Response
from services.sandbox.world import World
from tests.conformance.sandbox.worlds import ADA, BEN, Asking, request

SIDES = ("microsoft", "practifi")
Json = dict[str, Any]


def act(world: World, method: str, path: str, body: Any = None, status: int = 200, **query: Any) -> Any:
    """The control interface's answer; the status is part of what is expected."""
    answer: Response = world.handle(request(method, f"/sandbox/{path}", body, **query))
    assert answer.status == status, answer.body
    return json.loads(answer.body) if answer.body else None


def add(world: World, side: str, mailbox: str = ADA, **given: Any) -> Json:
    return dict(act(world, "POST", "events", {"side": side, "mailbox": mailbox, "set": given}, 201))


def listed(world: World, side: str, mailbox: str = ADA, **query: Any) -> list[Json]:
    return list(act(world, "GET", "events", side=side, mailbox=mailbox, **query)["events"])


def spoken(side: str, one: Json) -> tuple[Any, ...]:
    """Subject, start and end in UTC, all-day, place, show-as, private: the same words for both sides."""
    if side == "microsoft":
        times = [one[key]["dateTime"][:16] for key in ("start", "end")]
        return (
            one["subject"],
            *times,
            one["isAllDay"],
            one["location"]["displayName"],
            one["showAs"],
            one["sensitivity"],
        )
    times = [one[key][:16] for key in ("StartDateTime", "EndDateTime")]
    return (one["Subject"], *times, one["IsAllDayEvent"], one["Location"] or "", one["ShowAs"], one["IsPrivate"])


@pytest.mark.parametrize("side", SIDES)
def test_an_event_of_which_nothing_is_said_is_tomorrow_at_the_next_full_hour(side: str, world: World) -> None:
    made = spoken(side, add(world, side))
    assert made[:4] == ("New event", "2026-03-03T09:00", "2026-03-03T10:00", False)


NEUTRAL = {"SUBJECT": "Lunch", "Start": "2026-07-01T12:00", "end": "2026-07-01T13:30", "location": "Park",
           "show_as": "oof", "private": "true"}  # fmt: skip
SAID = {
    "microsoft": ("Lunch", "2026-07-01T16:00", "2026-07-01T17:30", False, "Park", "oof", "private"),
    "practifi": ("Lunch", "2026-07-01T16:00", "2026-07-01T17:30", False, "Park", "OutOfOffice", True),
}


@pytest.mark.parametrize("side", SIDES)
def test_the_neutral_names_mean_the_same_on_both_sides_in_the_persons_own_zone(side: str, world: World) -> None:
    assert spoken(side, add(world, side, **NEUTRAL)) == SAID[side]


NATIVE: dict[str, Json] = {
    "microsoft": {"subject": "Lunch", "start": {"dateTime": "2026-07-01T12:00:00", "timeZone": "Eastern Standard Time"},
                  "end": {"dateTime": "2026-07-01T13:30:00", "timeZone": "Eastern Standard Time"},
                  "location.displayName": "Park", "showAs": "oof", "sensitivity": "private"},
    "practifi": {"Subject": "Lunch", "StartDateTime": "2026-07-01T16:00:00Z", "EndDateTime": "2026-07-01T17:30:00Z",
                 "Location": "Park", "ShowAs": "OutOfOffice", "IsPrivate": True},
}  # fmt: skip


@pytest.mark.parametrize("side", SIDES)
def test_each_sides_own_names_work_too(side: str, world: World) -> None:
    assert spoken(side, add(world, side, **NATIVE[side])) == SAID[side]


ALL_DAY = {"microsoft": ("2026-07-01T00:00", "2026-07-04T00:00"), "practifi": ("2026-07-01T00:00", "2026-07-03T00:00")}


@pytest.mark.parametrize("side", SIDES)
def test_dates_make_an_all_day_event_until_its_last_day(side: str, world: World) -> None:  # Z1
    made = spoken(side, add(world, side, start="2026-07-01", end="2026-07-03"))
    assert made[1:4] == (*ALL_DAY[side], True)


@pytest.mark.parametrize("side", SIDES)
def test_a_new_start_takes_the_end_along(side: str, world: World) -> None:
    made = add(world, side, start="2026-07-01T12:00", end="2026-07-01T13:30")
    body = {"side": side, "mailbox": ADA, "id": made["id"], "set": {"start": "2026-07-02T12:00"}}
    changed = act(world, "PATCH", "events", body)
    assert spoken(side, changed)[1:3] == ("2026-07-02T16:00", "2026-07-02T17:30")


@pytest.mark.parametrize("side", SIDES)
def test_a_changed_subject_leaves_the_rest(side: str, world: World) -> None:
    made = add(world, side, **NEUTRAL)
    body = {"side": side, "mailbox": ADA, "id": made["id"], "set": {"subject": "123"}}
    assert spoken(side, act(world, "PATCH", "events", body)) == ("123", *SAID[side][1:])


@pytest.mark.parametrize("side", SIDES)
def test_a_deleted_event_is_gone(side: str, world: World) -> None:
    made = add(world, side)
    act(world, "DELETE", "events", None, 204, side=side, mailbox=ADA, id=made["id"])
    assert listed(world, side) == []


def test_an_id_alone_names_a_mailboxs_event(world: World) -> None:
    made = add(world, "microsoft", BEN)
    body = {"side": "microsoft", "id": made["id"], "set": {"subject": "Named"}}
    assert act(world, "PATCH", "events", body)["mailbox"] == BEN
    act(world, "DELETE", "events", None, 204, side="microsoft", id=made["id"])
    assert listed(world, "microsoft", BEN) == []


@pytest.mark.parametrize("side", SIDES)
def test_the_list_is_sorted_and_bounded_and_names_the_mailbox(side: str, world: World) -> None:
    for day in ("2026-07-03", "2026-07-01", "2026-07-02"):
        add(world, side, subject=day, start=f"{day}T09:00")
    add(world, side, mailbox=BEN)
    assert [spoken(side, one)[0] for one in listed(world, side)] == ["2026-07-01", "2026-07-02", "2026-07-03"]
    assert {one["mailbox"] for one in listed(world, side)} == {ADA}
    within = listed(world, side, start="2026-07-02", end="2026-07-03")
    assert [spoken(side, one)[0] for one in within] == ["2026-07-02"]
    assert len(act(world, "GET", "events", side=side)["events"]) == 4


def test_a_series_comes_as_master_or_as_occurrences_of_a_window_and_one_can_be_moved(world: World) -> None:  # R1
    rule = '{"pattern":{"type":"daily","interval":1},"range":{"type":"numbered","numberOfOccurrences":3,"startDate":"2026-07-01"}}'  # noqa: E501
    add(world, "microsoft", start="2026-07-01T09:00", recurrence=rule)
    assert [one["type"] for one in listed(world, "microsoft")] == ["seriesMaster"]
    occurrences = listed(world, "microsoft", start="2026-07-01", end="2026-08-01")
    body = {"side": "microsoft", "mailbox": ADA, "id": occurrences[1]["id"], "set": {"start": "2026-07-02T15:00"}}
    act(world, "PATCH", "events", body)
    starts = [one["start"]["dateTime"][:16] for one in listed(world, "microsoft", start="2026-07-01", end="2026-08-01")]
    assert starts == ["2026-07-01T13:00", "2026-07-02T19:00", "2026-07-03T13:00"]


def test_a_teams_meeting_has_its_link_on_microsoft_and_its_mark_in_practifi(world: World) -> None:  # T1, T2
    assert add(world, "microsoft", teams="true")["onlineMeeting"]["joinUrl"].startswith("https://")
    assert add(world, "practifi", teams="true")["Teams_Meeting__c"] is True


def test_attendees_are_mailed_by_microsoft_and_an_answer_comes_back(world: World) -> None:
    add(world, "microsoft", attendees=f"{BEN}, guest@example.org")
    copy = listed(world, "microsoft", BEN)[0]
    act(world, "POST", "respond", {"mailbox": BEN, "id": copy["id"], "response": "accepted"}, 204)
    mails = act(world, "GET", "mails")["mails"]
    assert [(one["kind"], one["mailbox"]) for one in mails] == [("invitation", ADA), ("response", BEN)]
    assert set(mails[0]["recipients"]) == {BEN, "guest@example.org"}
    answers = {
        one["emailAddress"]["address"]: one["status"]["response"] for one in listed(world, "microsoft")[0]["attendees"]
    }
    assert answers == {BEN: "accepted", "guest@example.org": "none"}


def test_attendees_in_practifi_are_contacts_and_invited_users_whose_copies_are_left_out(world: World) -> None:  # I1
    made = add(world, "practifi", attendees=f"cora@example.com,{BEN}")
    assert len(made["EventWhoIds"]) == 1
    assert (len(listed(world, "practifi", BEN)), len(listed(world, "practifi", BEN, children="1"))) == (0, 1)
    body = {"side": "practifi", "id": made["id"], "set": {"attendees": "cora@example.com"}}
    act(world, "PATCH", "events", body)
    assert listed(world, "practifi", BEN, children="1") == []


def test_a_custom_field_takes_its_own_kind_of_value(world: World) -> None:
    assert add(world, "practifi", Attendee_Count__c="7", Sync_Status__c="waiting")["Attendee_Count__c"] == 7


REFUSED = {
    "an unknown mailbox": ("POST", {"side": "microsoft", "mailbox": "nobody@firm.example"}, 404),
    "no mailbox": ("POST", {"side": "microsoft"}, 400),
    "an unknown side": ("POST", {"side": "middle", "mailbox": ADA}, 400),
    "a time that is none": ("POST", {"side": "practifi", "mailbox": ADA, "set": {"start": "soon"}}, 400),
    "an unknown zone": ("POST", {"side": "microsoft", "mailbox": ADA, "set": {"timeZone": "Mars"}}, 400),
    "an unknown field": ("POST", {"side": "practifi", "mailbox": ADA, "set": {"Colour__c": "red"}}, 400),
    "a stranger in Practifi": ("POST", {"side": "practifi", "mailbox": ADA, "set": {"attendees": "x@y.example"}}, 400),
    "an end before the start": ("POST", {"side": "microsoft", "mailbox": ADA,
                                         "set": {"start": "2026-07-01T12:00", "end": "2026-07-01T11:00"}}, 400),
    "an unknown event": ("PATCH", {"side": "microsoft", "mailbox": ADA, "id": "AAMk", "set": {"subject": "x"}}, 400),
    "an unknown Event": ("PATCH", {"side": "practifi", "id": "00U000000000001EAA", "set": {"subject": "x"}}, 404),
    "no object": ("POST", [1], 400),
    "no JSON": ("POST", b"{", 400),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_refuses_and_says_why(case: str, world: World) -> None:
    method, body, status = REFUSED[case]
    assert act(world, method, "events", body, status)["error"]
    assert (listed(world, "microsoft"), listed(world, "practifi")) == ([], [])


def test_a_calendar_file_is_imported_and_what_cannot_be_held_is_named(world: World) -> None:
    times = "DTSTART:20260701T090000Z\r\nDTEND:20260701T100000Z\r\n"
    event = "BEGIN:VEVENT\r\nUID:{uid}\r\n" + times + "SUMMARY:Talk\r\n{more}END:VEVENT\r\n"
    hourly = event.format(uid="hourly", more="RRULE:FREQ=HOURLY;COUNT=3\r\n")
    body = event.format(uid="one", more="") + hourly
    lines = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{body}END:VCALENDAR\r\n"
    done = act(world, "POST", "import", lines.encode(), mailbox=ADA)
    assert (done["added"], [one["uid"] for one in done["refused"]]) == (1, ["hourly"])
    assert [one["subject"] for one in listed(world, "microsoft")] == ["Talk"]
    act(world, "POST", "import", b"no calendar", 400, mailbox=ADA)


def _contact(world: World, name: str) -> Json:
    return next(one for one in act(world, "GET", "people")["contacts"] if one["Name"] == name)


def test_people_are_shown_and_a_clients_addresses_can_be_changed(world: World) -> None:  # M1, M4
    people = act(world, "GET", "people")
    assert [one["mail"] for one in people["mailboxes"]] == [ADA, BEN]
    assert {ADA, BEN} <= {one["Email"] for one in people["users"]}
    cora = _contact(world, "Cora Client")
    said = {"email": "new@example.com", "alternate_email": "alt@example.com", "contact_point_email": "more@example.com"}
    act(world, "POST", "contacts", {"id": cora["Id"], "set": said})
    assert _contact(world, "Cora Client") == {
        **cora, "Email": "new@example.com", "practifi__Alternate_Email__c": "alt@example.com",
        "ContactPointEmail": ["more@example.com"],
    }  # fmt: skip


@pytest.mark.parametrize("individual", [True, False])
def test_a_client_can_be_added(individual: bool, world: World) -> None:
    said = {"email": "Dan@Example.com", "assistant_email": "desk@example.com", "contact_point_email": "p@example.com"}
    made = act(world, "POST", "contacts", {"name": "Dan Dale", "individual": individual, "set": said})
    assert (made["Name"], made["individual"], made["Email"].lower()) == ("Dan Dale", individual, "dan@example.com")
    assert (made["Assistant_Email__c"], made["ContactPointEmail"]) == ("desk@example.com", ["p@example.com"])


def test_requests_are_counted_by_side_kind_and_mailbox_until_reset(world: World, ask: Asking) -> None:
    ask("GET", f"/v1.0/users/{ADA}/events")
    ask("POST", f"/v1.0/users/{ADA}/events", {"subject": "x"})
    ask("GET", "/services/data/v59.0/query", q="SELECT Id FROM Event")
    reads = [{"method": "GET", "url": "/services/data/v59.0/limits", "referenceId": "a"}]
    ask("POST", "/services/data/v59.0/composite", {"compositeRequest": reads})
    shown = act(world, "GET", "requests")
    counters = shown["counters"]
    assert [(counters[side]["read"], counters[side]["write"]) for side in SIDES] == [(1, 1), (2, 0)]
    assert counters["microsoft"]["mailboxes"] == {ADA: 2}
    assert {one["path"] for one in shown["requests"]} >= {"/v1.0/users/{id}/events", "/services/data/v59.0/query"}
    assert ADA not in json.dumps([one["path"] for one in shown["requests"]])
    act(world, "DELETE", "requests", None, 204)
    assert act(world, "GET", "requests")["counters"]["microsoft"]["read"] == 0


def test_faults_are_set_shown_and_cleared(world: World) -> None:
    shown = act(world, "POST", "faults", {"name": "throttle", "rate": 0.5, "count": 3, "side": "microsoft"}, 201)
    assert shown["faults"] == [{"name": "throttle", "rate": 0.5, "count": 3, "side": "microsoft", "mailbox": None}]
    act(world, "DELETE", "faults", None, 204, name="throttle")
    assert act(world, "GET", "faults")["faults"] == []
    assert "there are" in act(world, "POST", "faults", {"name": "earthquake"}, 400)["error"]


def test_health_and_unknown_paths(world: World) -> None:
    assert act(world, "GET", "health") == {"status": "ok", "mailboxes": 2}
    act(world, "GET", "nothing", None, 404)
    act(world, "PUT", "events", None, 405)
    assert world.handle(request("GET", "/elsewhere")).status == 404
