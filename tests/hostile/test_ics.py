"""Calendar files, whatever stands in them: an event is imported or refused with a reason, and the others go in; a file
that is none is a ValueError."""

import warnings
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sandbox.ics import Imported, import_ics
from services.sandbox.microsoft import Microsoft
from tests.hostile.spoiled import EXAMPLES

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO = "mike@contoso.example"
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:good@x
DTSTART:20260309T100000Z
DTEND:20260309T110000Z
SUMMARY:Good
END:VEVENT
BEGIN:VEVENT
UID:odd@x
SEQUENCE:1
DTSTART;TZID=Europe/Berlin:20260309T100000
DTEND;TZID=Europe/Berlin:20260309T110000
RRULE:FREQ=WEEKLY;COUNT=4;INTERVAL=1;BYDAY=MO
EXDATE;TZID=Europe/Berlin:20260316T100000
SUMMARY:Odd
DESCRIPTION:text
CLASS:PRIVATE
PRIORITY:5
CATEGORIES:a,b
ORGANIZER;CN=Mike:mailto:mike@contoso.example
ATTENDEE;CN=Ann;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:ann@client.example
BEGIN:VALARM
TRIGGER:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:odd@x
RECURRENCE-ID;TZID=Europe/Berlin:20260323T100000
DTSTART;TZID=Europe/Berlin:20260323T120000
DURATION:PT1H
SUMMARY:Moved
END:VEVENT
END:VCALENDAR"""
LINES = FILE.split("\n")
ODD = range(LINES.index("UID:odd@x"), len(LINES))
VALUES = [
    "",
    "x",
    "-1",
    "9" * 30,
    "9" * 5_000,
    "00000000T000000Z",
    "99991231T235959Z",
    "00010101T000000Z",
    "20260230T250000",
    "20260309",
    "FREQ=SECONDLY;COUNT=1000000",
    "FREQ=DAILY;COUNT=99999999",
    "FREQ=WEEKLY;INTERVAL=0",
    "FREQ=DAILY;COUNT=-1",
    "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2",
    "\x00",
    "\u202e",
    "PT999999999999999H",
    "-P1D",
    "P99999999W",
    "mailto:",
    "x" * 100_000,
    "20260309T100000,20260316",
]
STRICT = ("EXDATE", "TRIGGER", "BEGIN", "END")
"""Where the library takes a wrong value for the end of the whole file."""


def imported(lines: list[str]) -> tuple[Imported | None, set[str]]:
    """What went in; None for what is no calendar file."""
    microsoft = Microsoft("contoso.example", "app", "word")
    microsoft.add_user(name="Mike", upn=WHO)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            done = import_ics(microsoft, WHO, "\r\n".join(lines).encode(), NOW)
        except ValueError:
            return None, set()
    return done, {event["subject"] for event in microsoft.events(WHO)}


def mistakes(at: int) -> list[list[str]]:
    name, _, value = LINES[at].partition(":")
    wrong = [[f"{name}:{one}"] for one in VALUES]
    return [*wrong, [], [LINES[at]] * 2, [f"{name};TZID=Nowhere/Zone:{value}"], [f"{name};VALUE=DATE:{value}"]]


@pytest.mark.parametrize("at", ODD, ids=lambda at: LINES[at][:20])
def test_an_event_with_one_mistake_harms_no_other(at: int) -> None:
    for instead in mistakes(at)[:: 1 if EXAMPLES else 3]:
        done, subjects = imported([*LINES[:at], *instead, *LINES[at + 1 :]])
        assert "Good" in subjects or (done is None and instead != [LINES[at]]) or LINES[at].startswith(STRICT), instead


TWICE = ["DTSTART;TZID=Europe/Berlin:20260309T100000", "SEQUENCE:1", "PRIORITY:5", "TRIGGER:-PT15M", "DURATION:PT1H"]


@pytest.mark.parametrize("line", TWICE)
def test_a_property_that_stands_there_twice_is_a_reason(line: str) -> None:
    at = LINES.index(line)
    done, subjects = imported([*LINES[:at], line, *LINES[at:]])
    assert done is not None
    assert done.refused
    assert "Good" in subjects


@settings(settings.get_profile("hostile"))
@given(st.lists(st.tuples(st.sampled_from(ODD), st.sampled_from([*VALUES, *LINES]) | st.text(max_size=9)), max_size=4))
def test_any_lines_are_imported_or_refused(changes: list[tuple[int, str]]) -> None:
    lines = list(LINES)
    for at, value in changes:
        lines[at] = f"{lines[at].partition(':')[0]}:{value}"
    imported(lines)
