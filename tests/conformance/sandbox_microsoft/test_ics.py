"""A calendar file stands in the mailbox at the times that another reader of the file finds (recurring-ical-events)."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from services.sandbox.ics import import_ics
from services.sandbox.microsoft import Microsoft

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "calendars"
FILES = sorted(FOLDER.glob("*.ics"))
WHO = "mike@contoso.example"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
REFUSED = {
    "end_before_start_event.ics": 1,
    "issue_117_until_before_dtstart.ics": 1,
    "multiple_timezones.ics": 3,
}


def mailbox() -> Microsoft:
    microsoft = Microsoft("contoso", "app", "secret")
    microsoft.add_user(name="Mike", upn=WHO)
    return microsoft


def plain(start: Any, end: Any) -> tuple[str, str]:
    """Times in UTC; floating ones are Berlin's; a day lasts a day at least."""
    if not isinstance(start, datetime):
        return start.isoformat(), max(end, start + DAY).isoformat()
    home = ZoneInfo("Europe/Berlin")
    first, last = (one if one.tzinfo else one.replace(tzinfo=home) for one in (start, end))
    return first.astimezone(UTC).isoformat(), last.astimezone(UTC).isoformat()


def theirs(calendar: Any, refused: set[str], low: datetime, high: datetime) -> Counter[tuple[str, str]]:
    parts = [part for part in calendar.subcomponents if str(part.get("UID")) not in refused]
    calendar.subcomponents = parts
    found = recurring_ical_events.of(calendar).between(low, high)
    return Counter(plain(one["DTSTART"].dt, one["DTEND"].dt if "DTEND" in one else one["DTSTART"].dt) for one in found)


def ours(microsoft: Microsoft, low: datetime, high: datetime) -> Counter[tuple[str, str]]:
    made: Counter[tuple[str, str]] = Counter()
    for row in microsoft.events(WHO, low, high):
        start, end = (datetime.fromisoformat(row[name]["dateTime"][:26]) for name in ("start", "end"))
        if row["isAllDay"]:
            made[start.date().isoformat(), end.date().isoformat()] += 1
        else:
            made[start.replace(tzinfo=UTC).isoformat(), end.replace(tzinfo=UTC).isoformat()] += 1
    return made


def starts(calendar: Any) -> list[date]:
    found = [event["DTSTART"].dt for event in calendar.walk("VEVENT")]
    return [one.date() if isinstance(one, datetime) else one for one in found]


@pytest.mark.skipif(not FILES, reason="the real calendars are not beside the project")
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_real_calendar_keeps_its_times(file: Path) -> None:
    microsoft, text = mailbox(), file.read_bytes()
    result = import_ics(microsoft, WHO, text, NOW)
    calendar = icalendar.Calendar.from_ical(text)
    nameless = [event for event in calendar.walk("VEVENT") if not event.get("UID")]
    for number, event in enumerate(nameless, 1):
        event["UID"] = f"no-uid-{number}"
    first = datetime.combine(min(starts(calendar)), time(), UTC) - timedelta(days=30)
    last = max(first + timedelta(days=760), datetime.combine(max(starts(calendar)), time(), UTC) + timedelta(days=60))
    refused = {uid for uid, _ in result.refused}
    assert ours(microsoft, first, last) == theirs(calendar, refused, first, last)
    assert len(result.refused) == REFUSED.get(file.name, 0)
    assert microsoft.mails == []


def vevent(*lines: str) -> bytes:
    head = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//x//y//EN",
        "BEGIN:VEVENT",
        "UID:u1",
        "DTSTAMP:20260101T000000Z",
    )
    return "\r\n".join((*head, *lines, "END:VEVENT", "END:VCALENDAR", "")).encode()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("DTSTART:20260302T090000Z", "RRULE:FREQ=HOURLY"), "HOURLY"),
        (("DTSTART:20260302T090000Z", "RDATE:20260303T090000Z"), "RDATE"),
        (("DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2"), "several"),
        (("DTSTART:20260131T090000Z", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31"), "nearest pattern"),
        (("DTSTART:20260302T090000Z", "RRULE:FREQ=MONTHLY;BYMONTHDAY=2,16"), "several days"),
        (("DTSTART:20260330T090000Z", "RRULE:FREQ=MONTHLY;BYDAY=5MO"), "does not count"),
        (("DTSTART:20260303T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO"), "does not name"),
        (("DTSTART:20260302T090000Z", "DTEND:20260302T080000Z"), "ends before"),
        (("DTSTART;TZID=Middle/Earth:20260302T090000",), "neither known"),
    ],
    ids=["hourly", "rdate", "two rules", "31st", "two days", "fifth Monday", "off pattern", "backwards", "no zone"],
)
def test_what_exchange_cannot_hold_is_named(lines: tuple[str, ...], reason: str) -> None:
    microsoft = mailbox()
    result = import_ics(microsoft, WHO, vevent(*lines), NOW)
    assert result.added == 0
    assert [(uid, reason in said) for uid, said in result.refused] == [("u1", True)]
    assert microsoft.events(WHO) == []


def test_a_file_says_more_than_times() -> None:
    lines = (
        "DTSTART:20260302T090000Z",
        "DURATION:PT30M",
        "SUMMARY:Review",
        "DESCRIPTION:a < b",
        "LOCATION:Hall",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "CATEGORIES:Red,Blue",
        "ORGANIZER;CN=Guest:mailto:guest@elsewhere.example",
        "ATTENDEE;CN=Mike;PARTSTAT=ACCEPTED:mailto:mike@contoso.example",
        "STATUS:CANCELLED",
    )
    microsoft = mailbox()
    import_ics(microsoft, WHO, vevent(*lines), NOW)
    (row,) = microsoft.events(WHO)
    assert (row["subject"], row["bodyPreview"], row["location"]["displayName"]) == ("Review", "a < b", "Hall")
    assert (row["sensitivity"], row["showAs"], row["categories"]) == ("private", "free", ["Red", "Blue"])
    assert (row["isOrganizer"], row["isCancelled"], row["iCalUId"]) == (False, True, "u1")
    assert row["attendees"][0]["status"]["response"] == "accepted"


ZONE = """BEGIN:VTIMEZONE
TZID:Head Office
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT"""


def test_a_custom_zone_is_known_by_how_its_clock_runs() -> None:
    text = vevent("DTSTART;TZID=Head Office:20260302T090000").decode().replace("BEGIN:VEVENT", ZONE)
    microsoft = mailbox()
    import_ics(microsoft, WHO, text.encode(), NOW)
    (row,) = microsoft.events(WHO)
    assert (row["originalStartTimeZone"], row["start"]["dateTime"][:16]) == (
        "Eastern Standard Time",
        "2026-03-02T14:00",
    )


def test_exceptions_that_make_room_for_each_other_go_in_whatever_their_order() -> None:
    moves = (("20260309", "20260316"), ("20260316", "20260318"))
    lines = ["DTSTART:20260302T090000Z", "RRULE:FREQ=WEEKLY;COUNT=4"]
    for slot, day in moves:
        lines += ["END:VEVENT", "BEGIN:VEVENT", "UID:u1", f"RECURRENCE-ID:{slot}T090000Z", f"DTSTART:{day}T090000Z"]
    microsoft = mailbox()
    assert import_ics(microsoft, WHO, vevent(*lines), NOW).refused == ()
    starts = [row["start"]["dateTime"][8:10] for row in microsoft.events(WHO, NOW, NOW + timedelta(days=60))]
    assert starts == ["02", "16", "18", "23"]


def test_an_exception_past_its_neighbour_is_named_and_its_series_stays() -> None:
    lines = ("DTSTART:20260302T090000Z", "RRULE:FREQ=WEEKLY;COUNT=3", "END:VEVENT", "BEGIN:VEVENT", "UID:u1")
    microsoft = mailbox()
    moved = ("RECURRENCE-ID:20260309T090000Z", "DTSTART:20260317T090000Z")
    result = import_ics(microsoft, WHO, vevent(*lines, *moved), NOW)
    assert (result.added, [uid for uid, _ in result.refused]) == (1, ["u1"])
    assert "2026-03-09" in result.refused[0][1]
    assert len(microsoft.events(WHO, NOW, NOW + timedelta(days=60))) == 3


def test_a_text_that_is_no_calendar_is_an_error() -> None:
    with pytest.raises(ValueError, match=r".+"):
        import_ics(mailbox(), WHO, b"hello", NOW)
