"""Meetings: copies, cancellations, responses, and who is mailed (graph.md §3.9, §3.10)."""

from typing import Any

import pytest

MIKE, JOHN, ANN = "mike@contoso.example", "john@contoso.example", "ann@contoso.example"
OUT = "guest@elsewhere.example"


def only(graph: Any, who: str) -> Any:
    """The one event of a mailbox."""
    rows = graph.get(f"users/{who}/events")["value"]
    assert len(rows) == 1
    return rows[0]


@pytest.fixture
def meeting(graph: Any, make: Any) -> Any:
    made = graph.create(MIKE, attendees=make.guests(JOHN, OUT))
    assert graph.mailed() == [("invitation", (JOHN, OUT))]
    return made


def test_an_invited_colleague_gets_a_copy(graph: Any, meeting: Any) -> None:  # I2
    copy = only(graph, JOHN)
    assert copy["id"] != meeting["id"]
    assert copy["iCalUId"] == meeting["iCalUId"]
    assert (copy["isOrganizer"], copy["responseStatus"]["response"]) == (False, "notResponded")
    assert copy["organizer"]["emailAddress"]["address"] == MIKE
    assert meeting["responseStatus"] == {"response": "organizer", "time": "0001-01-01T00:00:00Z"}


def test_an_event_without_attendees_mails_nobody(graph: Any) -> None:
    item = graph.create(MIKE)["id"]
    graph.patch(MIKE, item, subject="Other")
    graph.send("DELETE", f"users/{MIKE}/events/{item}")
    assert graph.mailed() == []


def test_an_organisers_change_mails_everybody_and_overwrites_the_copies(graph: Any, meeting: Any) -> None:
    copy = only(graph, JOHN)
    graph.patch(JOHN, copy["id"], subject="Mine", categories=["Red"])
    assert graph.mailed() == []
    assert graph.item(MIKE, meeting["id"])["subject"] == "Talk"
    graph.patch(MIKE, meeting["id"], location={"displayName": "Hall"})
    assert graph.mailed() == [("update", (JOHN, OUT))]
    copy = only(graph, JOHN)
    assert (copy["subject"], copy["location"]["displayName"], copy["categories"]) == ("Talk", "Hall", ["Red"])


def test_a_change_of_attendees_alone_mails_only_those_changed(graph: Any, make: Any, meeting: Any) -> None:
    graph.patch(MIKE, meeting["id"], attendees=make.guests(JOHN, ANN))
    assert graph.mailed() == [("invitation", (ANN,)), ("cancellation", (OUT,))]
    assert only(graph, ANN)["subject"] == "Talk"
    graph.patch(MIKE, meeting["id"], attendees=make.guests(ANN))
    assert graph.mailed() == [("cancellation", (JOHN,))]
    copy = only(graph, JOHN)
    assert (copy["isCancelled"], copy["subject"]) == (True, "Canceled: Talk")


@pytest.mark.parametrize("mails", [False, True])
def test_local_properties_mail_nobody_unless_switched(make: Any, *, mails: bool) -> None:
    graph = make.firm(local_patch_mails=mails)
    item = graph.create(MIKE, attendees=make.guests(OUT))["id"]
    graph.mailed()
    graph.patch(MIKE, item, showAs="free", categories=["Red"], isReminderOn=False)
    assert graph.mailed() == ([("update", (OUT,))] if mails else [])


@pytest.mark.parametrize("how", ["DELETE", "cancel", "permanentDelete"])
def test_removal_by_the_organiser_cancels(graph: Any, meeting: Any, how: str) -> None:
    url = f"users/{MIKE}/events/{meeting['id']}"
    status, _ = graph.send("DELETE", url) if how == "DELETE" else graph.send("POST", f"{url}/{how}", {"comment": "no"})
    assert status == {"DELETE": 204, "cancel": 202, "permanentDelete": 204}[how]
    assert graph.mailed() == [("cancellation", (JOHN, OUT))]
    assert graph.send("GET", url)[0] == 404
    copy = only(graph, JOHN)
    assert (copy["isCancelled"], copy["subject"]) == (True, "Canceled: Talk")
    graph.send("DELETE", f"users/{JOHN}/events/{copy['id']}")
    assert graph.mailed() == []


def test_an_attendee_can_remove_a_copy_but_not_cancel(graph: Any, meeting: Any) -> None:  # A7
    url = f"users/{JOHN}/events/{only(graph, JOHN)['id']}"
    status, value = graph.send("POST", f"{url}/cancel", {})
    assert (status, value["error"]["code"]) == (400, "ErrorInvalidRequest")
    assert graph.send("DELETE", url)[0] == 204
    assert graph.mailed() == []
    assert graph.item(MIKE, meeting["id"])["isCancelled"] is False


@pytest.mark.parametrize(
    ("action", "response", "shown"),
    [("accept", "accepted", "busy"), ("tentativelyAccept", "tentativelyAccepted", "tentative")],
)
def test_a_response_reaches_the_organiser(  # A6
    graph: Any, meeting: Any, action: str, response: str, shown: str
) -> None:
    url = f"users/{JOHN}/events/{only(graph, JOHN)['id']}/{action}"
    assert graph.send("POST", url, {"sendResponse": True}) == (202, None)
    assert graph.mailed() == [("response", (MIKE,))]
    copy = only(graph, JOHN)
    assert (copy["responseStatus"]["response"], copy["showAs"]) == (response, shown)
    answers = {
        one["emailAddress"]["address"]: one["status"]["response"]
        for one in graph.item(MIKE, meeting["id"])["attendees"]
    }
    assert answers == {JOHN: response, OUT: "none"}


def test_declining_removes_the_copy_and_a_later_update_brings_it_back(graph: Any, make: Any, meeting: Any) -> None:
    graph.send("POST", f"users/{JOHN}/events/{only(graph, JOHN)['id']}/decline", {})
    assert graph.get(f"users/{JOHN}/events")["value"] == []
    assert graph.item(MIKE, meeting["id"])["attendees"][0]["status"]["response"] == "declined"
    graph.patch(MIKE, meeting["id"], start=make.at("2026-03-02T12:00:00"), end=make.at("2026-03-02T13:00:00"))
    assert only(graph, JOHN)["responseStatus"]["response"] == "notResponded"
    assert graph.item(MIKE, meeting["id"])["attendees"][0]["status"]["response"] == "none"


def test_a_silent_answer_stays_with_the_attendee(graph: Any, meeting: Any) -> None:
    graph.send("POST", f"users/{JOHN}/events/{only(graph, JOHN)['id']}/accept", {"sendResponse": False})
    assert graph.mailed() == []
    assert graph.item(MIKE, meeting["id"])["attendees"][0]["status"]["response"] == "none"


def test_nobody_answers_his_own_meeting(graph: Any, meeting: Any) -> None:
    status, value = graph.send("POST", f"users/{MIKE}/events/{meeting['id']}/accept", {})
    assert (status, value["error"]["code"]) == (400, "ErrorInvalidRequest")


def test_a_forward_by_an_attendee_is_told_to_the_organiser(graph: Any, make: Any, meeting: Any) -> None:
    url = f"users/{JOHN}/events/{only(graph, JOHN)['id']}/forward"
    assert graph.send("POST", url, {"toRecipients": make.guests(ANN)})[0] == 202
    assert graph.mailed() == [("forward", (ANN,)), ("forward", (MIKE,))]
    assert only(graph, ANN)["isOrganizer"] is False
    assert graph.send("POST", url, {})[0] == 400


@pytest.fixture
def series(graph: Any, make: Any) -> Any:
    made = graph.create(MIKE, attendees=make.guests(JOHN), recurrence=make.weekly())
    graph.mailed()
    return made["id"], [row["id"] for row in graph.get(f"users/{MIKE}/calendarView?{make.window}")["value"]]


def march(graph: Any, make: Any, who: str) -> list[tuple[str, str]]:
    rows = graph.get(f"users/{who}/calendarView?{make.window}")["value"]
    return [(row["start"]["dateTime"][8:10], row["subject"]) for row in rows]


def test_an_edited_occurrence_reaches_the_copy_of_the_series(graph: Any, make: Any, series: Any) -> None:
    graph.patch(MIKE, series[1][1], subject="Guest talk")
    assert graph.mailed() == [("update", (JOHN,))]
    expected = [("02", "Talk"), ("09", "Guest talk"), ("16", "Talk"), ("23", "Talk")]
    assert march(graph, make, JOHN) == expected


def test_a_cancelled_occurrence_stays_marked_with_the_attendee(graph: Any, make: Any, series: Any) -> None:
    graph.send("DELETE", f"users/{MIKE}/events/{series[1][1]}")
    assert graph.mailed() == [("cancellation", (JOHN,))]
    assert [day for day, _ in march(graph, make, MIKE)] == ["02", "16", "23"]
    assert march(graph, make, JOHN)[1] == ("09", "Canceled: Talk")


def test_a_change_of_the_series_mails_once_more_for_each_exception(graph: Any, series: Any) -> None:
    graph.patch(MIKE, series[1][1], subject="Guest talk")
    graph.patch(MIKE, series[1][2], subject="Panel")
    graph.mailed()
    graph.patch(MIKE, series[0], body={"contentType": "text", "content": "Bring paper"})
    assert graph.mailed() == [("update", (JOHN,))] * 3


def test_a_guest_of_one_occurrence_gets_that_one_alone(graph: Any, make: Any, series: Any) -> None:
    graph.patch(MIKE, series[1][1], attendees=make.guests(JOHN, ANN))
    assert graph.mailed() == [("invitation", (ANN,))]
    assert march(graph, make, ANN) == [("09", "Talk")]
    graph.send("DELETE", f"users/{MIKE}/events/{series[1][1]}")
    assert march(graph, make, ANN) == [("09", "Canceled: Talk")]


def test_an_answer_to_one_occurrence_holds_for_it_alone(graph: Any, make: Any, series: Any) -> None:  # ATT-22
    occurrence = graph.day(JOHN, 9)[0]
    graph.send("POST", f"users/{JOHN}/events/{occurrence['id']}/accept", {})
    rows = graph.get(f"users/{MIKE}/calendarView?{make.window}")["value"]
    assert [row["attendees"][0]["status"]["response"] for row in rows] == ["none", "accepted", "none", "none"]
    rows = graph.get(f"users/{JOHN}/calendarView?{make.window}")["value"]
    assert [row["responseStatus"]["response"] for row in rows] == ["notResponded", "accepted", *["notResponded"] * 2]


def test_hidden_attendees_see_only_themselves(graph: Any, make: Any) -> None:
    graph.create(MIKE, attendees=make.guests(JOHN, ANN), hideAttendees=True)
    assert [one["emailAddress"]["address"] for one in only(graph, JOHN)["attendees"]] == [JOHN]


def test_what_a_person_does_in_outlook_mails_by_the_same_rules(graph: Any, make: Any) -> None:
    microsoft, now = graph.microsoft, graph.now
    made = microsoft.add(MIKE, make.event(attendees=make.guests(JOHN)), now)
    microsoft.respond(JOHN, microsoft.events(JOHN)[0]["id"], "accept", now)
    microsoft.change(MIKE, made["id"], {"subject": "Other"}, now)
    microsoft.delete(MIKE, made["id"], now)
    said = [(mail.kind, mail.cause) for mail in microsoft.mails]
    assert said == [(kind, "person") for kind in ("invitation", "response", "update", "cancellation")]


def test_a_meeting_of_an_outsider_is_an_attendees_copy(graph: Any, make: Any) -> None:  # I4
    organizer = {"emailAddress": {"name": "Guest", "address": OUT}}
    made = graph.microsoft.add(MIKE, make.event(organizer=organizer, attendees=make.guests(MIKE)), graph.now)
    assert (made["isOrganizer"], made["organizer"], graph.mailed()) == (False, organizer, [])
    graph.send("POST", f"users/{MIKE}/events/{made['id']}/accept", {})
    assert graph.mailed() == [("response", (OUT,))]
