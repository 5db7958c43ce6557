"""What a round says of a series: occurrences as they are, and gone only what is proven gone."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Days, Sensitivity, Timed
from contracts.observed import Unreadable, Vanished
from contracts.policy import Policy, PrivateEvents
from services.clients.graph.seen import Kind, Seen
from services.graph_poller.rows import Prove, Root
from services.graph_poller.series import slot_of
from tests.decisions.graph_poller.mailbox import (
    SERIES,
    Poller,
    edited,
    gone,
    master,
    single,
    starts,
    subjects,
    thin,
    timed,
)

DAYS = ("2026-03-10", "2026-03-11", "2026-03-12")
STAMP = "0f3a9c0d5e7b4a61-g0"


def knows(*days: str) -> Poller:
    """A poller that has said a daily series."""
    poller = Poller()
    poller.reads(master(), *(thin(day) for day in days or DAYS), fresh=True)
    assert not poller.asked(Prove)
    return poller


def test_thin_occurrences_have_their_masters_content_and_their_own_time() -> None:  # REC-03, REC-23
    said = Poller().reads(master(), *(thin(day) for day in DAYS), fresh=True)
    assert subjects(said) == dict.fromkeys(DAYS, "My recurrent event")
    assert starts(said) == [timed(day).start for day in DAYS]
    assert {item.event.recurrence for item in said.items} == {"Daily"}
    assert {(item.series, item.uid, item.mine) for item in said.items} == {(SERIES, "uid", True)}
    assert SERIES not in {item.id for item in said.items}, "the master is no event of its own"


def test_occurrences_of_an_all_day_series_are_dates() -> None:  # Z1
    whole = replace(master(), event=CalendarEvent(Days(date(2026, 3, 10), date(2026, 3, 11)), "Leave"))
    row = thin("2026-03-11", when=Timed(datetime(2026, 3, 11, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC)))
    (item,) = Poller().reads(whole, row, fresh=True).items
    assert (item.event.when, item.slot) == (Days(date(2026, 3, 11), date(2026, 3, 12)), "2026-03-11")


def test_an_edited_occurrence_is_in_the_zone_of_its_series() -> None:  # ruling 3, R5
    """Microsoft names the zone of who made the series; another name of the same time is no move."""
    (before,) = Poller().reads(master(), thin(DAYS[1]), fresh=True).items
    there = replace(edited(DAYS[1]), event=CalendarEvent(replace(timed(DAYS[1]), zone="UTC"), "Renamed"), zone="UTC")
    (after,) = Poller().reads(master(), there, fresh=True).items
    assert after.event.when == before.event.when


def test_an_edited_occurrence_brings_its_own_words_and_the_series_rule() -> None:  # REC-08, R2
    said = knows().reads(master(), thin(DAYS[0]), edited(DAYS[1], subject="Renamed"), thin(DAYS[2]))
    assert subjects(said)[DAYS[1]] == "Renamed"
    assert {item.event.recurrence for item in said.items} == {"Daily"}
    assert not said.vanished


def test_an_edited_occurrence_is_another_version_when_its_series_has_changed() -> None:  # R3, design §2.3
    poller, versions = knows(), set()
    for series in ("M", "N"):
        said = poller.reads(master(mark=series), thin(DAYS[0]), edited(DAYS[1]), thin(DAYS[2]))
        versions |= {item.mark for item in said.items if item.slot == DAYS[1]}
    assert len(versions) == 2, "what was not edited of it is its series', and its own mark does not tell"


def test_a_moved_occurrence_keeps_its_slot() -> None:  # REC-09, R3
    said = knows().reads(master(), thin(DAYS[0]), edited("2026-03-14", slot=DAYS[1]), thin(DAYS[2]))
    assert {item.slot: item.event.when for item in said.items}[DAYS[1]] == timed("2026-03-14")
    assert gone(said) == []


def test_two_exceptions_on_the_same_time_are_both_kept() -> None:  # REC-37, REC-38
    rows = (thin(DAYS[0]), edited(DAYS[0], slot=DAYS[1]), edited(DAYS[0], slot=DAYS[2]))
    assert set(subjects(knows().reads(master(), *rows))) == set(DAYS)


def test_one_read_of_the_series_proves_what_is_missing() -> None:  # REC-19, REC-21, ruling 29
    poller = knows()
    assert poller.reads(master(), thin(DAYS[0])).items == (), "nothing is said before the proof"
    assert poller.asked(Prove)[0].series == (SERIES,)
    assert poller.asked(Prove)[0].ids == (), "not one read for each occurrence"
    said = poller.proves(series=(thin(DAYS[0]),))
    assert gone(said) == list(DAYS[1:])
    assert set(subjects(said)) == {DAYS[0]}


def test_an_occurrence_that_the_series_still_has_is_not_gone() -> None:  # ✗3
    poller = knows()
    poller.reads(master(), thin(DAYS[0]), thin(DAYS[1]))
    said = poller.proves(series=tuple(thin(day) for day in DAYS))
    assert gone(said) == []
    poller.reads(master(), thin(DAYS[0]), thin(DAYS[1]))
    assert gone(poller.proves(series=(thin(DAYS[0]), thin(DAYS[1])))) == [DAYS[2]], "it is still known and can go"


def test_an_occurrence_that_comes_back_is_said_again() -> None:  # REC-27
    poller = knows()
    poller.reads(master(), thin(DAYS[1]), thin(DAYS[2]))
    poller.proves(series=(thin(DAYS[1]), thin(DAYS[2])))
    said = poller.reads(master(), *(thin(day, 11) for day in DAYS))
    assert set(subjects(said)) == set(DAYS)
    assert gone(said) == []


def test_without_the_master_in_a_round_the_siblings_are_left_alone() -> None:  # REC-57
    poller = knows()
    poller.reads(edited(DAYS[1], subject="Renamed"))
    said = poller.proves(REC=master())
    assert subjects(said) == {DAYS[1]: "Renamed"}
    assert gone(said) == []
    assert poller.row(f"known/mailbox-mike/{SERIES}", Root) == Root({f"{SERIES}-{day}": day for day in DAYS})


def test_a_meeting_with_a_guest_of_one_occurrence_stands_without_its_series() -> None:  # REC-53
    poller = Poller()
    poller.reads(edited(DAYS[1], subject="Only once"), single())
    assert poller.asked(Prove)[0].ids == (SERIES,)
    said = poller.proves(REC=None)
    assert subjects(said) == {DAYS[1]: "Only once", "s1": "Review"}


def test_a_thin_row_without_its_series_is_read_by_itself() -> None:  # REC-53
    poller = Poller()
    poller.reads(thin(DAYS[1]))
    poller.proves(REC=None)
    assert poller.asked(Prove)[0].ids == (f"{SERIES}-{DAYS[1]}",)
    said = poller.proves(REC_2026_03_11=edited(DAYS[1], subject="Only once"))
    assert subjects(said) == {DAYS[1]: "Only once"}, "the first proof is not asked for again"


def test_a_cancelled_occurrence_goes_and_the_others_stay() -> None:  # REC-29, CUR-19
    said = knows().reads(master(), thin(DAYS[0]), edited(DAYS[1], subject="Canceled", cancelled=True), thin(DAYS[2]))
    assert gone(said) == [DAYS[1]]
    assert set(subjects(said)) == {DAYS[0], DAYS[2]}


def test_a_cancelled_occurrence_that_was_never_said_is_ignored() -> None:  # INB-16
    said = knows().reads(master(), *(thin(day) for day in DAYS), edited("2026-03-20", cancelled=True))
    assert gone(said) == []


def test_a_cancelled_occurrence_goes_also_under_another_id() -> None:
    said = knows().reads(master(), thin(DAYS[0]), edited(DAYS[1], id="new", cancelled=True), thin(DAYS[2]))
    assert gone(said) == [DAYS[1]]


def test_an_occurrence_that_comes_under_another_id_is_not_missing() -> None:  # R3
    poller = knows()
    said = poller.reads(master(), thin(DAYS[0]), edited(DAYS[1], id="new"), thin(DAYS[2]))
    assert gone(said) == []
    assert not poller.asked(Prove)


def test_a_cancelled_series_goes_whole() -> None:  # INB-15
    assert gone(knows().reads(master(cancelled=True))) == list(DAYS)


def test_a_cancelled_series_that_was_never_said_is_ignored() -> None:  # INB-16
    assert gone(Poller().reads(master(cancelled=True))) == []


def test_occurrences_that_left_our_sight_are_not_gone() -> None:  # D9
    poller = knows()
    poller.later(days=70)
    said = poller.reads(master(), thin("2026-05-20"), fresh=True)
    assert gone(said) == []
    assert not poller.asked(Prove)


def test_a_single_event_that_becomes_a_series_leaves_its_own_place() -> None:  # ruling 2, REC-51
    poller = Poller()
    poller.reads(single(SERIES), fresh=True)
    said = poller.reads(master(), thin(DAYS[0]))
    assert said.vanished == (Vanished(SERIES, "mailbox-mike"),)
    assert set(subjects(said)) == {DAYS[0]}


@pytest.mark.parametrize("first", [thin(DAYS[0]), edited("2026-03-09", slot=DAYS[0])], ids=["plain", "moved"])
def test_what_we_made_is_the_first_occurrence_of_the_series_that_it_becomes(first: Seen) -> None:  # rulings 1, 2
    """Microsoft keeps our stamp on the master, and may show it with any occurrence that is read by itself."""
    said = Poller().reads(master(stamp=STAMP), first, edited(DAYS[1], stamp=STAMP), thin(DAYS[2]), fresh=True)
    assert {item.slot: item.stamp for item in said.items} == {DAYS[0]: STAMP, DAYS[1]: "", DAYS[2]: ""}


def test_where_the_first_occurrence_is_called_off_no_other_is_what_we_made() -> None:  # rulings 1, 2
    said = Poller().reads(master(stamp=STAMP), *(thin(day) for day in DAYS[1:]), fresh=True)
    assert [item.stamp for item in said.items] == ["", ""]


def test_what_we_made_loses_its_text_as_a_series_too_although_nobody_remembers_it() -> None:  # ruling 5, P2, skip
    poller = Poller(Policy(enabled=True, private_events=PrivateEvents.SKIP))
    hidden = replace(master(stamp=STAMP), event=None, skipped=True)
    assert subjects(poller.reads(hidden, *(thin(day) for day in DAYS), fresh=True)) == {DAYS[0]: "Private appointment"}


def test_a_series_that_becomes_a_single_event_leaves_exactly_one() -> None:  # REC-51
    said = knows().reads(single(SERIES))
    assert set(subjects(said)) == {SERIES}
    assert gone(said) == list(DAYS)


def test_a_series_that_cannot_be_read_is_told_once_and_keeps_its_occurrences() -> None:  # CUR-25, TZ-07
    poller = knows()
    said = poller.reads(Seen(SERIES, Kind.MASTER, error="unknown zone"), *(thin(day) for day in DAYS))
    assert (said.items, said.vanished) == ((), ())
    assert [(one.id, one.reason) for one in poller.told(Unreadable)] == [(SERIES, "unknown zone")]
    assert poller.row(f"known/mailbox-mike/{SERIES}", Root) is not None


def test_a_series_that_turns_private_loses_its_text_where_it_was_said() -> None:  # P2, skip
    poller = knows()
    poller.govern(Policy(enabled=True, private_events=PrivateEvents.SKIP))
    hidden = replace(master(), event=None, skipped=True)
    said = poller.reads(hidden, *(thin(day) for day in DAYS), thin("2026-03-13"), fresh=True)
    assert subjects(said) == dict.fromkeys(DAYS, "Private appointment"), "what was never said stays unsaid"
    assert {(item.redacted, item.event.sensitivity) for item in said.items} == {(True, Sensitivity.PRIVATE)}


@pytest.mark.parametrize(("start", "zone", "slot"), [
    pytest.param("2022-10-31T12:00", "America/New_York", "2022-10-31", id="REC-32: before the clocks change"),
    pytest.param("2022-11-06T13:00", "America/New_York", "2022-11-06", id="REC-33: after it, an hour later in UTC"),
    pytest.param("2026-03-10T23:30", "Europe/Warsaw", "2026-03-11", id="after midnight where the series lives"),
    pytest.param("2026-03-10T02:30", "America/New_York", "2026-03-09", id="the evening before where it lives"),
    pytest.param("2026-03-10T10:00", "", "2026-03-10", id="without a zone it is UTC"),
])  # fmt: skip
def test_the_slot_is_the_local_date(start: str, zone: str, slot: str) -> None:
    begins = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert slot_of(Timed(begins, begins), zone) == slot


def test_a_thin_occurrence_after_local_midnight_has_its_local_date() -> None:  # ruling 2
    (item,) = Poller().reads(master(), thin("2026-03-11", 23), fresh=True).items
    assert item.slot == "2026-03-12"


def test_over_a_change_of_clocks_nothing_is_missing_but_what_is() -> None:  # REC-32, REC-33
    poller = Poller()
    days = ("2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30")
    rows = [thin(day, 9 if day < "2026-03-29" else 8) for day in days]
    said = poller.reads(master("2026-03-27"), *rows, fresh=True)
    assert set(subjects(said)) == set(days)
    poller.reads(master("2026-03-27"), *rows[:2], rows[3])
    assert gone(poller.proves(series=(rows[0], rows[1], rows[3]))) == ["2026-03-29"]
