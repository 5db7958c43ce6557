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
from services.clients.salesforce.columns import DEFAULTS
from services.clients.salesforce.fit import cut, line, lines, units
from services.clients.salesforce.mapping import echo, redact, render
from services.clients.salesforce.neutral import parse
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.record import record_of
from services.clients.salesforce.row import Column, Shape

PLAIN = ("Subject", "Location", "Description", "IsAllDayEvent", "StartDateTime", "EndDateTime", "IsPrivate", "ShowAs",
         "IsReminderSet", "ReminderDateTime")  # fmt: skip
PACKAGE = ("Recurring_in_Microsoft_365__c", "Recurrence_in_Microsoft_365__c", "Teams_URL__c", "Teams_Meeting__c",
           "Attendee_Count__c", "My_Response__c")  # fmt: skip
texts = st.text(max_size=40) | st.text(st.sampled_from("a;😀 \n\r\t@{…'\\"), min_size=200, max_size=600)
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
lengths = st.integers(-3, 40_000_000)
timed = st.builds(
    lambda start, seconds: Timed(start, start + timedelta(seconds=seconds), "Europe/Berlin"),
    st.integers(0, 3_000_000_000).map(lambda second: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=second)),
    lengths,
)  # fmt: skip
spans = timed | st.builds(lambda day, more: Days(day, day + timedelta(days=more)), days, st.integers(0, 40))
texts_of = st.builds(lambda kind, length: (kind, length), st.sampled_from(["string", "textarea"]), st.integers(17, 300))
moved = st.fixed_dictionaries({}, optional={
    **dict.fromkeys(("subject", "location", "body", "categories", "importance", "show_as"), texts_of),
    **dict.fromkeys(("join_url", "recurrence", "my_response"), texts_of),
    "online": st.just(("boolean", 0)), "attendee_count": st.tuples(st.just("double"), st.integers(1, 18)),
}).map(lambda kinds: tuple(Column(field, f"{field}__c", *kind) for field, kind in kinds.items()))  # fmt: skip
lacking = st.lists(st.sampled_from(sorted(DEFAULTS)), max_size=2, unique=True)


def shaped(custom: tuple[str, ...], length: int, columns: tuple[Column, ...], out: list[str]) -> Shape:
    """An org with some columns of the package, some fields moved elsewhere, and some left out."""
    kept = tuple(column for column in columns if column.field not in out)
    writable = (*PLAIN, *custom, *(column.name for column in kept))
    left_out = tuple(Column(field, why="it does not fit") for field in out)
    return Shape("00D", "005", event_writable=writable, join_url_length=length, columns=(*kept, *left_out))


shapes = st.builds(
    shaped, st.lists(st.sampled_from(PACKAGE), unique=True).map(tuple), st.sampled_from([0, 255, 2000]),
    moved | st.just(()), lacking | st.just([]),
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
    kind = record_of(tuple(column.name for column in shape.columns if column.name))
    record = convert({"Id": "00U", **render(event, FIELDS, shape)}, kind)
    assert parse(record, (), shape, Privacy(policy)).event == echo(event, shape, policy)


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
