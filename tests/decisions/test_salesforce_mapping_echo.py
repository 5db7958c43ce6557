"""What Practifi will hold of an event: reached in one step, whatever the event and the org (PRO-12)."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from contracts.calendar import (
    FIELDS,
    Attendee,
    CalendarEvent,
    Days,
    Importance,
    Response,
    Sensitivity,
    ShowAs,
    Timed,
)
from contracts.policy import PrivateEvents
from services.clients.salesforce.fit import cut, line, lines, units
from services.clients.salesforce.mapping import echo, parse, redact, render
from services.clients.salesforce.record import EventRecord
from services.clients.salesforce.row import Shape

PLAIN = ("Subject", "Location", "Description", "IsAllDayEvent", "StartDateTime", "EndDateTime", "IsPrivate", "ShowAs",
         "IsReminderSet", "ReminderDateTime")  # fmt: skip
PACKAGE = ("Recurring_in_Microsoft_365__c", "Recurrence_in_Microsoft_365__c", "Teams_URL__c", "Teams_Meeting__c",
           "Attendee_Count__c", "My_Response__c")  # fmt: skip
texts = st.text(max_size=40) | st.text(st.sampled_from("a😀 \n\r\t@{…'\\"), min_size=200, max_size=600)
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
lengths = st.integers(-3, 40_000_000)
timed = st.builds(
    lambda start, seconds: Timed(start, start + timedelta(seconds=seconds), "Europe/Berlin"),
    st.integers(0, 3_000_000_000).map(lambda second: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=second)),
    lengths,
)  # fmt: skip
spans = timed | st.builds(lambda day, more: Days(day, day + timedelta(days=more)), days, st.integers(0, 40))
shapes = st.builds(
    lambda custom, length: Shape("00D", "005", event_writable=PLAIN + custom, join_url_length=length),
    st.lists(st.sampled_from(PACKAGE), unique=True).map(tuple), st.sampled_from([0, 255, 2000]),
)  # fmt: skip
events = st.builds(
    CalendarEvent, when=spans, subject=texts, location=texts, body=texts | st.just("x" * 40_000),
    show_as=st.sampled_from(ShowAs), sensitivity=st.sampled_from(Sensitivity),
    reminder=st.none() | st.integers(-100, 2**31), importance=st.sampled_from(Importance),
    categories=st.lists(texts, max_size=2).map(tuple), online=st.booleans(), join_url=texts,
    recurrence=texts, organizer=texts, attendees=st.just((Attendee("a@b.example"),)),
    attendee_count=st.integers(-1, 5000), my_response=st.sampled_from(Response),
)  # fmt: skip
policies = st.sampled_from(PrivateEvents)


@given(events, shapes, policies)
def test_an_echo_echoes_itself(event: CalendarEvent, shape: Shape, policy: PrivateEvents) -> None:  # PRO-12
    once = echo(event, shape, policy)
    assert echo(once, shape, policy) == once


@given(events, shapes, policies)
def test_an_echo_is_what_a_reader_sees_after_the_write(
    event: CalendarEvent, shape: Shape, policy: PrivateEvents
) -> None:
    record = convert({"Id": "00U", **render(event, FIELDS, shape)}, EventRecord)
    assert parse(record, (), user_id="005", private=policy).event == echo(event, shape, policy)


@given(events, shapes)
def test_a_redacted_event_stays_as_it_is(event: CalendarEvent, shape: Shape) -> None:  # P1
    held = echo(redact(event), shape, PrivateEvents.BUSY_ONLY)
    assert held == redact(held)


@given(texts, st.integers(1, 300))
def test_a_cut_text_fits_and_is_cut_once(text: str, length: int) -> None:  # F3
    for short in (cut(text, length), line(text, length), lines(text, length)):
        assert units(short) <= length
    assert lines(lines(text, length), length) == lines(text, length)
    assert line(line(text, length), length) == line(text, length)
