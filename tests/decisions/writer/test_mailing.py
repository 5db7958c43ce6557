"""Whom an order mails in Microsoft, and which orders may never go for that reason (A5)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.calendar import Attendee, CalendarEvent, Days, Response, Side, Timed, When
from contracts.policy import Invitations
from contracts.write import Erase, Write
from services.clients.graph.seen import Kind, Seen
from services.writer.compare import Order
from services.writer.mailing import concerned, forbidden, invited, mailed, unanswerable

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WHEN = Timed(datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 9, 11, tzinfo=UTC))
ANN, BEN = Attendee("ann@client.example"), Attendee("ben@client.example")
EVENT = CalendarEvent(WHEN, "Review", attendees=(ANN, BEN), my_response=Response.ACCEPTED)


def write(*fields: str) -> Write:
    return Write("o", "link", Side.MICROSOFT, "mike", EVENT, fields, target="t", base=EVENT)


def seen(guests: int = 2, **more: Any) -> Seen:
    return Seen("t", Kind.SINGLE, event=EVENT, guests=guests, **more)


ERASE = Erase("o", "link", Side.MICROSOFT, "mike", "t", EVENT)


@pytest.mark.parametrize(("order", "there", "many"), [
    pytest.param(write("subject"), seen(), 2, id="a change of what everybody sees mails its guests"),
    pytest.param(write("subject", "reminder"), seen(), 2, id="also together with what only the organizer sees"),
    pytest.param(write("subject"), seen(0), 0, id="no guests, no mail"),
    pytest.param(write("show_as", "reminder", "sensitivity", "categories"), seen(), 0, id="the organizer's own"),
    pytest.param(write("attendees", "recurrence"), seen(), 0, id="what is never sent mails nobody"),
    pytest.param(ERASE, seen(), 2, id="a deletion mails its guests"),
    pytest.param(ERASE, seen(0), 0, id="a deletion without guests"),
    pytest.param(ERASE, seen(mine=False), 0, id="a copy of somebody else's event"),
    pytest.param(write("show_as", "reminder"), seen(mine=False), 0, id="an invited mailbox changes its own copy"),
    pytest.param(write("my_response"), seen(mine=False), 1, id="an answer mails the organizer"),
    pytest.param(write("my_response", "reminder"), seen(mine=False), 1, id="an answer and a change of the copy"),
    pytest.param(write("subject"), seen(3, redacted=True), 3, id="the guests of a private event count"),
])  # fmt: skip
def test_whom_a_write_mails(order: Order, there: Seen, many: int) -> None:  # A5, graph.md §3.9, §3.10
    assert mailed(order, there) == many


def test_a_new_event_mails_each_guest_once_and_not_its_organizer() -> None:
    event = CalendarEvent(WHEN, organizer="mike@firm.example", attendees=(ANN, BEN, ANN, Attendee("mike@firm.example")))
    assert invited(event) == 2


def test_a_change_that_mails_nobody_concerns_the_guests_all_the_same() -> None:  # ruling 16: no PATCH at all
    assert concerned(write("show_as"), seen()) == 2
    assert concerned(write("show_as"), seen(mine=False)) == 0


ALWAYS, ON_CREATE, NEVER = Invitations.ALWAYS, Invitations.ON_CREATE, Invitations.NEVER
PAST = Timed(datetime(2026, 3, 2, 7, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.mark.parametrize(("many", "when", "policy", "word"), [
    pytest.param(2, WHEN, ON_CREATE, "", id="a coming event"),
    pytest.param(2, WHEN, ALWAYS, "", id="a coming event, always"),
    pytest.param(2, WHEN, NEVER, "never", id="never"),
    pytest.param(0, WHEN, NEVER, "", id="never, but nobody is invited"),
    pytest.param(2, PAST, ON_CREATE, "past", id="it has begun"),
    pytest.param(2, PAST, ALWAYS, "past", id="it has begun, always"),
    pytest.param(0, PAST, ON_CREATE, "", id="it has begun, but nobody is invited"),
    pytest.param(2, Days(date(2026, 3, 2), date(2026, 3, 3)), ON_CREATE, "", id="it is today"),
    pytest.param(2, Days(date(2026, 3, 1), date(2026, 3, 3)), ON_CREATE, "past", id="it began yesterday"),
])  # fmt: skip
def test_what_is_never_written(many: int, when: When, policy: Invitations, word: str) -> None:  # A5, ruling 16
    reason = forbidden(many, when, policy, NOW)
    assert word in reason
    assert bool(word) is bool(reason)


@pytest.mark.parametrize(("order", "there", "word"), [
    pytest.param(write("my_response"), seen(mine=False), "", id="an invited mailbox answers"),
    pytest.param(write("my_response"), seen(), "organizer", id="the organizer has nothing to answer"),
    pytest.param(write("subject"), seen(), "", id="nobody answers"),
])  # fmt: skip
def test_which_answers_microsoft_takes(order: Write, there: Seen, word: str) -> None:  # A6, graph.md §3.9
    assert word in unanswerable(order, there)
    assert bool(word) is bool(unanswerable(order, there))


def test_nobody_takes_an_answer_back() -> None:  # A6
    none = Write("o", "link", Side.MICROSOFT, "mike", CalendarEvent(WHEN), ("my_response",), target="t")
    assert "taken back" in unanswerable(none, seen(mine=False))
