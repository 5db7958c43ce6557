"""Each neutral field and the columns that hold it, read in both directions (F1), and what does not survive (F3)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import convert
from msgspec.structs import replace

from contracts.calendar import FIELDS, CalendarEvent, Days, Response, Sensitivity, ShowAs, Timed
from contracts.policy import PrivateEvents
from services.clients.salesforce.mapping import PRIVATE_SUBJECT, echo, lost, related, render
from services.clients.salesforce.neutral import parse
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.record import EventRecord, RelationRecord
from services.clients.salesforce.row import Row, Shape

PACKAGE = ("M365_Key__c", "Recurring_in_Microsoft_365__c", "Recurrence_in_Microsoft_365__c", "Teams_URL__c",
           "Teams_Meeting__c", "Attendee_Count__c", "Sync_Status__c", "My_Response__c")  # fmt: skip
PLAIN = ("Subject", "Location", "Description", "IsAllDayEvent", "StartDateTime", "EndDateTime", "IsPrivate", "ShowAs",
         "IsReminderSet", "ReminderDateTime", "OwnerId", "WhoId")  # fmt: skip
FULL = Shape("00D", "005ME", shared_activities=True, event_writable=PLAIN + PACKAGE, has_key=True, join_url_length=2000)
BARE = Shape("00D", "005ME", event_writable=PLAIN)

TEN = datetime(2027, 3, 2, 10, tzinfo=UTC)
HALF = Timed(TEN, TEN + timedelta(minutes=30))
EVENT = CalendarEvent(HALF, subject="Review")
TIMES = {"IsAllDayEvent": False, "StartDateTime": "2027-03-02T10:00:00.000+0000",
         "EndDateTime": "2027-03-02T10:30:00.000+0000"}  # fmt: skip


def sent(shape: Shape = FULL, **fields: Any) -> dict[str, Any]:
    """What is sent for these fields of an event."""
    return render(replace(EVENT, **fields), tuple(fields), shape)


def read(
    private: PrivateEvents = PrivateEvents.FULL,
    related: tuple[str, ...] = (),
    *,
    said: str | None = None,
    **columns: Any,
) -> Row:
    """The row of an Event with these people on it, all of whom have `said` the same."""
    record = convert({"Id": "00U1", "SystemModstamp": "s", **TIMES, **columns}, EventRecord)
    return parse(record, [RelationRecord("0RE", "00U1", one, status=said) for one in related], FULL, Privacy(private))


BOTH_WAYS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "timed": ("when", HALF, TIMES),
    "one whole day ends on itself": ("when", Days(date(2027, 3, 2), date(2027, 3, 3)), {
        "IsAllDayEvent": True, "StartDateTime": "2027-03-02T00:00:00.000+0000",
        "EndDateTime": "2027-03-02T00:00:00.000+0000"}),
    "three whole days": ("when", Days(date(2027, 3, 27), date(2027, 3, 30)), {
        "IsAllDayEvent": True, "StartDateTime": "2027-03-27T00:00:00.000+0000",
        "EndDateTime": "2027-03-29T00:00:00.000+0000"}),
    "subject": ("subject", "Review", {"Subject": "Review"}),
    "no subject": ("subject", "", {"Subject": None}),
    "location": ("location", "Room 4; Online", {"Location": "Room 4; Online"}),
    "body keeps its lines": ("body", "One\n\nTwo", {"Description": "One\n\nTwo"}),
    "free": ("show_as", ShowAs.FREE, {"ShowAs": "Free"}),
    "busy": ("show_as", ShowAs.BUSY, {"ShowAs": "Busy"}),
    "away": ("show_as", ShowAs.AWAY, {"ShowAs": "OutOfOffice"}),
    "private": ("sensitivity", Sensitivity.PRIVATE, {"IsPrivate": True}),
    "not private": ("sensitivity", Sensitivity.NORMAL, {"IsPrivate": False}),
    "reminder": ("reminder", 15, {"IsReminderSet": True, "ReminderDateTime": "2027-03-02T09:45:00.000+0000"}),
    "reminder at the start": ("reminder", 0, {"IsReminderSet": True, "ReminderDateTime": TIMES["StartDateTime"]}),
    "no reminder": ("reminder", None, {"IsReminderSet": False, "ReminderDateTime": None}),
    "a Teams meeting": ("online", True, {"Teams_Meeting__c": True}),
    "join link": ("join_url", "https://teams.example/1", {"Teams_URL__c": "https://teams.example/1"}),
    "a series": ("recurrence", "Every 2 weeks on Mon", {
        "Recurring_in_Microsoft_365__c": True, "Recurrence_in_Microsoft_365__c": "Every 2 weeks on Mon"}),
    "no series": ("recurrence", "", {
        "Recurring_in_Microsoft_365__c": False, "Recurrence_in_Microsoft_365__c": None}),
    "number of attendees": ("attendee_count", 73, {"Attendee_Count__c": 73}),
    "tentative answer": ("my_response", Response.TENTATIVE, {"My_Response__c": "Tentative"}),
    "no answer": ("my_response", Response.NONE, {"My_Response__c": "None"}),
}  # fmt: skip


@pytest.mark.parametrize("row", BOTH_WAYS.values(), ids=BOTH_WAYS)
def test_is_written_and_read_alike(row: tuple[str, Any, dict[str, Any]]) -> None:
    field, value, columns = row
    assert sent(**{field: value}) == columns
    assert getattr(read(**columns).event, field) == value


ONE_WAY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "tentative is busy": ({"show_as": ShowAs.TENTATIVE}, {"ShowAs": "Busy"}),
    "elsewhere is busy": ({"show_as": ShowAs.ELSEWHERE}, {"ShowAs": "Busy"}),
    "personal is private": ({"sensitivity": Sensitivity.PERSONAL}, {"IsPrivate": True}),  # PRV-01
    "confidential is private": ({"sensitivity": Sensitivity.CONFIDENTIAL}, {"IsPrivate": True}),  # PRV-01
    "a long subject is cut with a sign": ({"subject": "x" * 256}, {"Subject": "x" * 254 + "…"}),
    "a long location too": ({"location": "x" * 300}, {"Location": "x" * 254 + "…"}),
    "a long body too": ({"body": "x" * 32_001}, {"Description": "x" * 31_999 + "…"}),
    "what fits exactly stays": ({"subject": "x" * 255}, {"Subject": "x" * 255}),
    "a face counts twice": ({"subject": "😀" * 128}, {"Subject": "😀" * 127 + "…"}),
    "a subject has one line": ({"subject": " a\r\nb\tc "}, {"Subject": "a b c"}),
    "no reference of a composite request": ({"subject": "@{r0.id}"}, {"Subject": "@ {r0.id}"}),
    "too long a link is left out": ({"join_url": "https://t/" + "x" * 2000}, {"Teams_URL__c": None}),  # T3
    "categories, importance and guests stay behind": (
        {"categories": ("a",), "organizer": "a@b.example", "attendees": ()}, {}),
}  # fmt: skip


@pytest.mark.parametrize("row", ONE_WAY.values(), ids=ONE_WAY)
def test_is_sent_as(row: tuple[dict[str, Any], dict[str, Any]]) -> None:  # F3
    fields, columns = row
    assert sent(**fields) == columns


LENGTHS: dict[str, tuple[timedelta, timedelta, timedelta]] = {
    "fourteen days": (timedelta(), timedelta(days=14), timedelta(days=14)),
    "fifteen days are clamped": (timedelta(), timedelta(days=15), timedelta(days=14)),  # SFD-20
    "seconds are dropped": (timedelta(seconds=59), timedelta(minutes=30, seconds=30), timedelta(minutes=30)),
    "shorter than a minute": (timedelta(seconds=10), timedelta(seconds=50), timedelta()),
    "never backwards": (timedelta(minutes=5), timedelta(), timedelta()),
}


@pytest.mark.parametrize("row", LENGTHS.values(), ids=LENGTHS)
def test_an_event_lasts(row: tuple[timedelta, timedelta, timedelta]) -> None:
    start, end, length = row
    held = echo(replace(EVENT, when=Timed(TEN + start, TEN + end, "Europe/Berlin")), FULL).when
    assert isinstance(held, Timed)
    assert held.end - held.start == length
    assert (held.start.second, held.zone) == (0, "")


def test_three_weeks_of_leave_are_clamped_to_fourteen_days() -> None:  # SFD-20
    held = echo(replace(EVENT, when=Days(date(2027, 3, 1), date(2027, 3, 22))), FULL).when
    assert held == Days(date(2027, 3, 1), date(2027, 3, 15))


def test_an_all_day_row_is_as_long_as_its_minutes_whatever_its_end_says() -> None:  # Z1
    for end in ("2027-03-03T00:00:00.000+0000", "2027-03-04T00:00:00.000+0000"):
        row = read(IsAllDayEvent=True, ActivityDate="2027-03-02", DurationInMinutes=2880, EndDateTime=end)
        assert row.event
        assert row.event.when == Days(date(2027, 3, 2), date(2027, 3, 4))


def test_only_start_and_end_say_when() -> None:  # SFD-19
    assert sent(when=HALF).keys() == {"IsAllDayEvent", "StartDateTime", "EndDateTime"}


def test_a_moved_event_takes_its_reminder_along() -> None:
    moved = render(replace(EVENT, reminder=15), ("when",), FULL)
    assert moved["ReminderDateTime"] == "2027-03-02T09:45:00.000+0000"


def test_an_edited_checkbox_or_emptied_words_of_a_series_are_seen_as_an_edit() -> None:  # R2
    words = "Every day"
    ours: dict[str, Any] = {"Recurring_in_Microsoft_365__c": True, "Recurrence_in_Microsoft_365__c": words}
    unticked = read(**ours | {"Recurring_in_Microsoft_365__c": False}).event
    emptied = read(**ours | {"Recurrence_in_Microsoft_365__c": None}).event
    ticked = read(Recurring_in_Microsoft_365__c=True, Recurrence_in_Microsoft_365__c=None).event
    assert unticked
    assert unticked.recurrence != words
    assert emptied
    assert emptied.recurrence not in {words, ""}
    assert ticked
    assert ticked.recurrence != ""


def test_without_the_package_its_columns_are_not_sent_and_read_as_nothing() -> None:
    event = replace(EVENT, recurrence="Every day", join_url="https://t/1", online=True, attendee_count=3)
    columns = render(event, FIELDS, BARE, key="k", status="fine")
    assert not set(columns) & set(PACKAGE)
    assert echo(event, BARE) == EVENT
    assert lost(event, BARE) == ("online", "join_url", "recurrence", "attendee_count")


def test_what_is_lost_is_named() -> None:  # F3
    assert lost(EVENT, FULL) == ()
    assert lost(replace(EVENT, subject="x" * 300, categories=("a",)), FULL) == ("subject", "categories")
    assert lost(replace(EVENT, body="one\r\ntwo\n", location="Hall\n2"), FULL) == (), "other line breaks, all words"


PEOPLE = [f"003{number:015}" for number in range(60)]


def test_fifty_people_are_related_in_their_order() -> None:  # A1
    assert related(PEOPLE, FULL) == {"EventWhoIds": PEOPLE[:50]}
    assert related((PEOPLE[2], PEOPLE[1], PEOPLE[2]), FULL) == {"EventWhoIds": [PEOPLE[2], PEOPLE[1]]}


def test_without_shared_activities_the_first_person_is_related() -> None:
    assert related(PEOPLE, BARE) == {"WhoId": PEOPLE[0]}
    assert related((), BARE) == {"WhoId": None}


def test_one_lead_is_related_where_there_is_no_contact() -> None:
    assert related(("00Q2", "00Q1"), FULL) == {"EventWhoIds": ["00Q2"]}
    assert related(("00Q2", PEOPLE[1]), FULL) == {"EventWhoIds": [PEOPLE[1]]}


def test_users_are_never_related() -> None:  # I2
    assert related(("005A", "00Q1", "005B"), FULL) == {"EventWhoIds": ["00Q1"]}
    assert related(("005A",), FULL) == {"EventWhoIds": None, "WhoId": None}


def test_nobody_is_related_any_more() -> None:
    assert related((), FULL) == {"EventWhoIds": None, "WhoId": None}


def test_a_row_tells_who_is_on_it_and_whose_it_is() -> None:
    row = read(OwnerId="005A", WhoId="003B", related=("001X", "005A", "003A", "005C", "003B"), M365_Key__c="link")
    assert (row.owner, row.people, row.invitees, row.stamp) == ("005A", ("003B", "003A"), ("005C",), "link")


def test_the_mark_changes_with_the_row_and_with_its_people() -> None:
    marks = {read().mark, read(related=("003A",)).mark, read(related=("003B",)).mark, read(SystemModstamp="t").mark}
    assert len(marks) == 4
    assert read(related=("003A", "005B")).mark == read(related=("005B", "003A")).mark


def test_an_answer_of_somebody_on_the_event_is_told_and_changes_the_mark() -> None:  # A6
    row = read(related=("003A", "005C", "001X", "023R"), said="Accepted")
    assert row.answers == (("003A", Response.ACCEPTED), ("005C", Response.ACCEPTED))
    declined = read(related=("003A", "005C"), said="Declined")
    assert declined.answers == (("003A", Response.DECLINED), ("005C", Response.DECLINED))
    open_ = read(related=("003A", "005C"), said="New")
    assert open_.answers == ()
    assert open_ == read(related=("003A", "005C"))
    assert len({row.mark, declined.mark, open_.mark}) == 3


def test_of_a_private_event_no_answers_are_told() -> None:  # P1
    assert read(PrivateEvents.BUSY_ONLY, ("003A",), said="Accepted", IsPrivate=True).answers == ()


def test_our_own_word_is_read_as_it_stands() -> None:
    assert read(Sync_Status__c="Waits").status == "Waits"
    assert read().status == ""


def test_what_cannot_be_understood_is_set_aside_with_a_reason() -> None:  # O5
    row = read(StartDateTime="soon", EndDateTime=None)
    assert row.event is None
    assert row.error
    assert "soon" not in row.error


def test_a_deleted_row_leaves_its_key() -> None:  # ruling 5
    row = read(IsDeleted=True, M365_Key__c="link")
    assert (row.deleted, row.event, row.stamp) == (True, None, "link")


SECRETS: dict[str, Any] = {"Subject": "Surgery", "Location": "Clinic", "Description": "Fasting", "Teams_URL__c": "https://t/secret",
           "IsPrivate": True, "ShowAs": "OutOfOffice", "WhoId": "003B"}  # fmt: skip


@pytest.mark.parametrize("policy", [PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP])
def test_of_a_private_event_only_the_time_is_read(policy: PrivateEvents) -> None:  # P1, ruling 20
    row = read(policy, related=("003A", "005C"), **SECRETS)
    wanted = CalendarEvent(HALF, PRIVATE_SUBJECT, show_as=ShowAs.AWAY, sensitivity=Sensitivity.PRIVATE)
    assert row.event == wanted
    assert (row.redacted, row.skipped, row.people, row.invitees) == (True, policy is PrivateEvents.SKIP, (), ())


@pytest.mark.parametrize(("columns", "related", "more"), [
    pytest.param({}, (), False, id="nothing"),
    pytest.param({"Location": "Clinic"}, (), True, id="a text"),
    pytest.param({"WhoId": "003B"}, (), True, id="a client"),
    pytest.param({}, ("005C",), True, id="a colleague"),
    pytest.param({}, ("005A",), False, id="its owner"),
])  # fmt: skip
def test_what_is_purged_covers(columns: dict[str, Any], related: tuple[str, ...], more: bool) -> None:
    """Nothing but what has been written there since (P2)."""
    purged = render(replace(EVENT, subject=PRIVATE_SUBJECT, sensitivity=Sensitivity.PRIVATE), FIELDS, FULL)
    row = read(PrivateEvents.BUSY_ONLY, related, **{**purged, "OwnerId": "005A", **columns})
    assert row.redacted
    assert row.covers is more


def test_the_policy_full_shows_private_events_whole() -> None:  # P1
    row = read(PrivateEvents.FULL, **SECRETS)
    assert row.event
    assert row.event.subject == "Surgery"
    assert not row.redacted
