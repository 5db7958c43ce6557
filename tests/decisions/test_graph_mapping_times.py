"""When an event is: zones, all-day events, slots, and what is no time at all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tzlocal.windows_tz import tz_win, win_tz

from contracts.calendar import CalendarEvent, Days, Timed
from contracts.policy import PrivateEvents
from services.clients.graph import mapping, zones
from tests.decisions.graph_rows import CUSTOM, EASTERN, MEETING, THIN, WEEKLY, at, master, read

INSTANTS = {
    "TZ-01 UTC": (at("2022-09-08T12:00:00.0000000"), datetime(2022, 9, 8, 12, tzinfo=UTC)),
    "TZ-02 a Windows zone": (at("2022-09-22T12:30:00", EASTERN), datetime(2022, 9, 22, 16, 30, tzinfo=UTC)),
    "TZ-03 the first day": (at("0001-01-01T00:00:00Z", "tzone://Microsoft/Utc"), datetime(1, 1, 1, tzinfo=UTC)),
    "TZ-04 the last moment": (at("9999-12-31T23:59:59.9999999"), datetime.max.replace(tzinfo=UTC)),
    "TZ-05 seven digits": (at("2026-03-02T10:00:00.1234567"), datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC)),
    "TZ-06 Pacific": (at("2026-03-02T10:00:00", "Pacific Standard Time"), datetime(2026, 3, 2, 18, tzinfo=UTC)),
    "TZ-06 an IANA zone": (at("2026-03-02T10:00:00", "Europe/Warsaw"), datetime(2026, 3, 2, 9, tzinfo=UTC)),
}


@pytest.mark.parametrize(("said", "instant"), INSTANTS.values(), ids=INSTANTS)
def test_a_time_is_the_instant_that_it_names(said: dict[str, str], instant: datetime) -> None:
    when = read(MEETING, start=said, end=said).when

    assert isinstance(when, Timed)
    assert when.start == when.end == instant


def test_the_zone_is_the_one_in_which_the_event_was_made() -> None:  # Z2
    zone = {"originalStartTimeZone": EASTERN, "originalEndTimeZone": EASTERN}

    assert read(MEETING, **zone).when == read(MEETING, originalStartTimeZone="America/New_York").when
    assert read(MEETING, **zone).zone == "America/New_York"


def test_an_unknown_original_zone_leaves_a_single_event_in_utc() -> None:  # TZ-08
    seen = read(MEETING, originalStartTimeZone="Customized Time Zone", originalEndTimeZone=CUSTOM)

    assert not seen.error
    assert seen.when == Timed(datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC), "")


BROKEN: dict[str, dict[str, Any]] = {
    "TZ-07 an unknown zone": {"start": at("2026-03-02T09:00:00", "Middle-earth Standard Time")},
    "INB-21 no dateTime": {"start": {"timeZone": "UTC"}},
    "INB-21 no start": {"start": None},
    "INB-21 a malformed dateTime": {"end": at("yesterday")},
    "INB-22 the end before the start": {"end": at("2026-03-02T08:00:00")},
    "INB-22 all-day, the end before the start": {"isAllDay": True, "end": at("2026-03-01T00:00:00")},
    "a time past all time": {"start": at("9999-12-31T23:59:59", EASTERN), "end": at("9999-12-31T23:59:59", EASTERN)},
    "a type that nobody knows": {"type": "festival"},
    "a subject that is a number": {"subject": 7},
    "a reminder of half a minute": {"reminderMinutesBeforeStart": 0.5},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_understood_is_set_aside_without_its_content(changes: dict[str, Any]) -> None:
    seen = read(MEETING, **changes)  # CUR-25

    assert seen.id == "AAMk-1"
    assert seen.error
    assert (seen.event, seen.uid, seen.stamp) == (None, "", "")
    assert not any(word in seen.error for word in ("Portfolio", "figures", "Mike", "Middle-earth", "yesterday"))


def test_what_is_no_json_is_set_aside_too() -> None:
    assert mapping.seen(b'{"id": 7}', PrivateEvents.FULL).error
    assert mapping.seen(b"<html>", PrivateEvents.FULL).error


def test_zero_duration_is_kept() -> None:  # INB-22
    when = read(MEETING, end=MEETING["start"]).when

    assert isinstance(when, Timed)
    assert when.start == when.end


@pytest.mark.parametrize("zone", ["UTC", "New Zealand Standard Time", "Pacific Standard Time", "Asia/Kolkata"])
@pytest.mark.parametrize("original", ["New Zealand Standard Time", "Pacific Standard Time", "India Standard Time"])
def test_an_all_day_event_is_on_its_dates_in_every_zone(zone: str, original: str) -> None:  # Z1, TZ-09, TZ-12
    seen = read(MEETING, isAllDay=True, originalStartTimeZone=original,
                start=at("2026-03-10T00:00:00.0000000", zone), end=at("2026-03-11T00:00:00.0000000", zone))  # fmt: skip

    assert seen.when == Days(date(2026, 3, 10), date(2026, 3, 11))


def test_three_days_end_before_the_fourth_and_no_day_is_one() -> None:  # TZ-10, INB-22
    three = read(MEETING, isAllDay=True, start=at("2026-03-10T00:00:00"), end=at("2026-03-13T00:00:00"))
    none = read(MEETING, isAllDay=True, start=at("2026-03-10T00:00:00"), end=at("2026-03-10T00:00:00"))

    assert three.when == Days(date(2026, 3, 10), date(2026, 3, 13))
    assert none.when == Days(date(2026, 3, 10), date(2026, 3, 11))


def test_days_are_sent_as_midnights() -> None:  # TZ-11
    days = CalendarEvent(Days(date(2026, 3, 10), date(2026, 3, 11)))

    assert mapping.patched(days, ["when"]) == {
        "start": at("2026-03-10T00:00:00"), "end": at("2026-03-11T00:00:00"), "isAllDay": True,
    }  # fmt: skip


def test_a_time_is_sent_on_the_wall_of_its_own_zone() -> None:  # TZ-15, TZ-19
    when = Timed(datetime(2026, 7, 1, 14, tzinfo=UTC), datetime(2026, 7, 1, 15, tzinfo=UTC), "America/New_York")

    assert mapping.patched(CalendarEvent(when), ["when"]) == {
        "start": at("2026-07-01T10:00:00", EASTERN), "end": at("2026-07-01T11:00:00", EASTERN), "isAllDay": False,
    }  # fmt: skip


@pytest.mark.parametrize("hour", [5, 6])
def test_an_hour_that_the_clock_shows_twice_is_sent_in_utc(hour: int) -> None:  # TZ-16
    start = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
    when = Timed(start, start + timedelta(minutes=15), "America/New_York")

    body = mapping.patched(CalendarEvent(when), ["when"])

    assert body["start"] == at(f"2026-11-01T0{hour}:30:00")


@given(
    start=st.integers(0, 3_500_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    length=st.timedeltas(timedelta(0), timedelta(days=20)),
    zone=st.sampled_from(["", "UTC", "America/New_York", "Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_what_is_sent_is_read_as_the_same_instants(start: datetime, length: timedelta, zone: str) -> None:  # TZ-23
    body = mapping.patched(CalendarEvent(Timed(start, start + length, zone)), ["when"])

    when = read(MEETING, **body).when

    assert isinstance(when, Timed)
    assert (when.start, when.end) == (start, start + length)


def test_parts_of_a_second_come_to_rest_after_one_way_there_and_back() -> None:  # TZ-21
    odd = {"start": at("2026-03-02T09:00:00.1234567"), "end": at("2026-03-02T10:00:00.9999999")}
    first = read(MEETING, **odd).event
    assert first is not None

    again = read(MEETING, **mapping.patched(first, ["when"])).event

    assert again is not None
    assert again.when == first.when
    assert mapping.patched(again, ["when"]) == mapping.patched(first, ["when"])


SERIES_ZONES = {
    "RRU-14 only the original zone": ("", EASTERN, EASTERN, "America/New_York"),
    "RRU-15 custom ones, but the end's": (CUSTOM, CUSTOM, EASTERN, "America/New_York"),
    "the series' own before the original": ("Pacific Standard Time", EASTERN, EASTERN, "America/Los_Angeles"),
    "none is given": ("", None, None, "UTC"),
}


@pytest.mark.parametrize(("own", "start", "end", "zone"), SERIES_ZONES.values(), ids=SERIES_ZONES)
def test_a_series_has_the_zone_in_which_it_recurs(own: str, start: str | None, end: str | None, zone: str) -> None:
    span = {**WEEKLY["range"], "recurrenceTimeZone": own}
    seen = read(master(recurrence={**WEEKLY, "range": span}, originalStartTimeZone=start, originalEndTimeZone=end))

    assert (seen.zone, seen.error) == (zone, "")


def test_a_series_in_zones_that_nobody_knows_is_set_aside() -> None:  # RRU-16, Z2
    span = {**WEEKLY["range"], "recurrenceTimeZone": CUSTOM}
    seen = read(master(recurrence={**WEEKLY, "range": span}, originalStartTimeZone="x", originalEndTimeZone="y"))

    assert "time zone" in seen.error


SLOTS: dict[str, tuple[dict[str, Any], str]] = {
    "by its own id, whatever dots the master's has": ({"occurrenceId": "OID.AA.Mk.2026-05-21"}, "2026-05-21"),
    "by its original start, on the wall of its zone": (
        {"originalStart": "2026-05-21T02:00:00Z", "originalStartTimeZone": EASTERN}, "2026-05-20"),
    "all-day, said as UTC midnight": (
        {"originalStart": "2026-05-21T00:00:00Z", "originalStartTimeZone": EASTERN, "isAllDay": True}, "2026-05-21"),
    "all-day, said as midnight of its zone": (
        {"originalStart": "2026-05-21T04:00:00Z", "originalStartTimeZone": EASTERN, "isAllDay": True}, "2026-05-21"),
    "of a row that does not tell": ({}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "slot"), SLOTS.values(), ids=SLOTS)
def test_the_slot_is_the_original_date(changes: dict[str, Any], slot: str) -> None:  # ruling 2, R3
    midnight = at("2026-05-22T00:00:00")
    row = {**MEETING, "type": "exception", "seriesMasterId": "AAMk-0", "start": midnight, "end": midnight}

    assert read(row, **changes).slot == slot


def test_a_thin_occurrence_has_its_time_and_nothing_else() -> None:  # graph.md §2.4
    seen = read(THIN)

    assert (seen.series, seen.event, seen.error) == ("AAMk-1", None, "")
    assert seen.when == Timed(datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC))


def test_every_name_that_microsoft_has_for_a_zone_is_one_that_python_knows() -> None:  # Z2, TZ-06
    names = set(filter(None, tz_win)) | set(win_tz)

    assert len(names) > 500
    assert all(ZoneInfo(zones.iana(name)) for name in names)
    assert zones.iana("pacific standard time") == "America/Los_Angeles"
    assert zones.iana("Nowhere/Land") == zones.iana(None) == ""
