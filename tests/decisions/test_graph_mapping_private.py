"""What is private stays in Microsoft (P1, ruling 20)."""

from datetime import date
from typing import Any

import msgspec
import pytest

from contracts.calendar import CalendarEvent, Days, Sensitivity, ShowAs
from contracts.policy import PrivateEvents
from services.clients.graph.seen import Seen
from tests.decisions.graph_rows import MEETING, at, master, read

SECRETS: dict[str, Any] = {
    "subject": "Secret subject",
    "body": {"contentType": "text", "content": "Secret body https://teams.microsoft.com/l/meetup-join/secret"},
    "locations": [{"displayName": "Secret place"}],
    "attendees": [{"emailAddress": {"address": "secret@x.example", "name": "Secret"}, "type": "required"}],
    "organizer": {"emailAddress": {"address": "secret@y.example"}},
    "categories": ["Secret category"],
    "isOnlineMeeting": True,
    "onlineMeeting": {"joinUrl": "https://teams.microsoft.com/l/meetup-join/secret"},
    "showAs": "oof",
}


def leaks(seen: Seen) -> bool:
    return b"secret" in msgspec.json.encode(seen).lower()


@pytest.mark.parametrize("sensitivity", ["private", "confidential", "Private"])
def test_busy_only_keeps_the_time_how_it_shows_and_that_it_is_private(sensitivity: str) -> None:  # P1, PRV-01, PRV-02
    seen = read(MEETING, PrivateEvents.BUSY_ONLY, sensitivity=sensitivity, **SECRETS)

    assert seen.when is not None
    assert seen.event == CalendarEvent(
        seen.when, "Private appointment", show_as=ShowAs.AWAY, sensitivity=Sensitivity(sensitivity.lower())
    )
    assert (seen.redacted, seen.skipped) == (True, False)
    assert not leaks(seen)


def test_a_private_series_does_not_even_say_its_rule() -> None:
    seen = read(master(sensitivity="private"), PrivateEvents.BUSY_ONLY, **SECRETS)

    assert seen.event is not None
    assert seen.event.recurrence == ""
    assert not leaks(seen)


def test_skip_leaves_only_that_something_is_there_and_which_meeting_it_is() -> None:  # P1, rulings 5, 18
    """After a loss of memory the copies of invited colleagues have to be known for what they are."""
    seen = read(MEETING, PrivateEvents.SKIP, sensitivity="private", iCalUId="u1", **SECRETS)

    assert (seen.id, seen.event, seen.skipped, seen.redacted, seen.uid) == ("AAMk-1", None, True, False, "u1")
    assert seen.when is not None
    assert not leaks(seen)


def test_full_hides_nothing() -> None:
    seen = read(MEETING, PrivateEvents.FULL, sensitivity="private", **SECRETS)

    assert seen.event is not None
    assert (seen.event.subject, seen.event.sensitivity) == ("Secret subject", Sensitivity.PRIVATE)
    assert not seen.redacted


@pytest.mark.parametrize("sensitivity", ["personal", "normal", None])
@pytest.mark.parametrize("private", list(PrivateEvents))
def test_a_personal_or_normal_event_is_never_hidden(private: PrivateEvents, sensitivity: str | None) -> None:  # PRV-01
    seen = read(MEETING, private, sensitivity=sensitivity)

    assert seen.event is not None
    assert seen.event.subject == "Portfolio review"
    assert not seen.redacted


def test_a_private_all_day_event_keeps_its_dates() -> None:
    days = {"isAllDay": True, "start": at("2026-03-10T00:00:00"), "end": at("2026-03-11T00:00:00")}
    seen = read(MEETING, PrivateEvents.BUSY_ONLY, sensitivity="private", **days)

    assert seen.event is not None
    assert seen.event.when == Days(date(2026, 3, 10), date(2026, 3, 11))


@pytest.mark.parametrize("broken", [{"end": at("2026-03-01T00:00:00")}, {"subject": ["Secret"]}, {"type": "secret"}])
def test_a_private_event_that_cannot_be_read_leaks_nothing_either(broken: dict[str, Any]) -> None:
    seen = read(MEETING, PrivateEvents.BUSY_ONLY, sensitivity="private", **{**SECRETS, **broken})

    assert seen.error
    assert not leaks(seen)
