"""A series of which Microsoft says, with a good answer, that it has no occurrence: that alone is no proof (REC-07)."""

import pytest

from contracts.observed import ReadDone
from contracts.status import Problem
from services.clients.graph.seen import Seen
from services.graph_poller.rows import Place, Prove, Root
from tests.decisions.graph_poller.mailbox import (
    MIKE,
    SERIES,
    Poller,
    edited,
    gone,
    master,
    removed,
    single,
    subjects,
    thin,
)

DAYS = ("2026-03-10", "2026-03-11", "2026-03-12")
FIRST = f"{SERIES}-{DAYS[0]}"


def emptied(*rows: Seen) -> Poller:
    """A poller that has said a series, and hears then that it has no occurrence; its next question."""
    poller = Poller()
    poller.reads(master(), *map(thin, DAYS), single(), fresh=True)
    poller.reads(master(), *rows, cursor="c2")
    assert poller.asked(Prove)[0].series == (SERIES,)
    assert gone(poller.proves(series=())) == []
    return poller


def test_the_series_itself_is_asked_for_and_if_it_is_gone_so_are_its_occurrences() -> None:  # X2
    poller = emptied()
    (asked,) = poller.asked(Prove)
    assert (asked.ids, asked.series) == ((SERIES,), ()), "the listing is not asked for twice"
    assert gone(poller.proves(REC=None)) == list(DAYS)
    assert poller.row(f"known/{MIKE}/{SERIES}", Root) is None


def test_a_series_that_has_been_cancelled_is_gone_as_well() -> None:  # X3
    assert gone(emptied().proves(REC=master(cancelled=True))) == list(DAYS)


def missing(seen: Seen | None) -> Poller:
    """The series is there, and so one of its occurrences is asked for."""
    poller = emptied()
    assert gone(poller.proves(REC=master())) == []
    assert poller.asked(Prove)[0].ids == (FIRST,), "one, not all of them"
    poller.proves(REC_2026_03_10=seen)
    return poller


@pytest.mark.parametrize("seen", [None, edited(DAYS[0], cancelled=True)], ids=["not found", "called off"])
def test_if_one_occurrence_is_gone_they_all_are(seen: Seen | None) -> None:
    assert gone(missing(seen).heard()) == list(DAYS)


def test_if_it_is_there_the_answer_was_a_lie_and_nothing_follows_from_it() -> None:
    poller = missing(edited(DAYS[0]))
    assert (poller.heard().items, poller.heard().vanished) == ((), ())
    problem = poller.row(f"problem/{MIKE}", Problem)
    assert problem is not None
    assert (problem.where, problem.heals, "nothing is deleted" in problem.what) == (MIKE, True, True)
    assert poller.row(f"place/{MIKE}", Place).state == "waiting"  # type: ignore[union-attr]  # it is there


def test_the_round_is_not_taken_and_the_next_run_reads_it_again() -> None:  # CUR-10
    poller = missing(edited(DAYS[0]))
    mike, _ = poller.due()
    assert mike.cursor == "c1"
    said = poller.brings(master(), *map(thin, DAYS), cursor="c2")
    assert gone(said) == []
    assert poller.row(f"problem/{MIKE}", Problem) is None
    assert poller.due()[0].cursor == "c2"


def test_the_run_goes_on_without_that_mailbox() -> None:  # CUR-30
    poller = Poller()
    poller.reads(master(), *map(thin, DAYS), fresh=True)
    poller.due("mike@firm.example")
    poller.brings(master())
    for proof in ({}, {"REC": master()}, {"REC_2026_03_10": edited(DAYS[0])}):
        poller.proves(**proof)  # type: ignore[arg-type]  # by name
    assert [done.failed for done in poller.told(ReadDone)] == [(MIKE,)]


def test_one_that_has_moved_out_of_sight_says_nothing_of_the_others() -> None:  # D9
    poller = missing(edited("2030-01-01", slot=DAYS[0]))
    assert poller.asked(Prove)[0].ids == (f"{SERIES}-{DAYS[1]}",)
    assert gone(poller.proves(REC_2026_03_11=None)) == list(DAYS[1:]), "the moved one is not gone"


def test_one_that_has_moved_out_of_sight_is_missed_when_its_series_is_deleted_unseen() -> None:  # X1
    """Microsoft has forgotten the cursor, so that nothing says that it is removed; Practifi shows it where it was."""
    poller = missing(edited("2030-01-01", slot=DAYS[0]))
    poller.proves(REC_2026_03_11=None)
    poller.due()
    poller.brings(single(), fresh=True)
    assert gone(poller.proves(REC=None)) == [DAYS[0]]


def test_occurrences_that_the_round_itself_brings_stay() -> None:
    poller = emptied(thin(DAYS[0]))
    poller.proves(REC=master())
    said = poller.proves(REC_2026_03_11=None)
    assert (subjects(said), gone(said)) == ({DAYS[0]: "My recurrent event"}, list(DAYS[1:]))


def test_a_series_that_cannot_even_be_listed_is_gone() -> None:  # ruling 29
    poller = Poller()
    poller.reads(master(), *map(thin, DAYS), fresh=True)
    poller.reads(master())
    assert gone(poller.proves(series=None)) == list(DAYS)


def test_many_occurrences_that_are_truly_gone_still_wait_for_consent() -> None:  # X4, SAF-01
    poller = Poller()
    rows = [thin(f"2026-03-{day:02}") for day in range(3, 28)]
    poller.reads(master(), *rows, fresh=True)
    poller.reads(master())
    poller.proves(series=())
    assert gone(poller.proves(REC=None)) == []
    assert "25 of 25" in poller.row(f"problem/{MIKE}", Problem).what  # type: ignore[union-attr]  # it is there


def test_a_series_that_is_said_to_be_removed_but_stands_has_lost_its_occurrences_only_if_they_are_read() -> None:  # X2
    poller = Poller()
    poller.reads(master(), *map(thin, DAYS), fresh=True)
    poller.reads(removed(SERIES))
    poller.proves(REC=master())
    assert poller.asked(Prove)[0].series == (SERIES,)
    poller.proves(series=())
    assert gone(poller.proves(REC_2026_03_10=None)) == list(DAYS)


def test_a_removed_series_needs_no_listing() -> None:  # REC-22
    poller = Poller()
    poller.reads(master(), *map(thin, DAYS), fresh=True)
    poller.reads(removed(SERIES))
    assert poller.asked(Prove)[0].series == ()
    assert gone(poller.proves(REC=None)) == list(DAYS)


def repeats() -> Poller:
    """A single event that repeats by now, of which the next round shows nothing; what the series has is asked for."""
    poller = Poller()
    poller.reads(single(SERIES), fresh=True)
    poller.reads(removed(SERIES))
    poller.proves(REC=master())
    assert poller.asked(Prove)[0].series == (SERIES,)
    return poller


def test_a_single_event_that_repeats_and_then_loses_every_occurrence_is_gone() -> None:  # REC-51, X1
    poller = repeats()
    poller.proves(series=())
    assert gone(poller.heard()) == [SERIES]
    assert poller.row(f"known/{MIKE}/{SERIES}", Root) is None


def test_if_it_has_occurrences_after_all_it_stays_and_they_come_with_the_next_round() -> None:  # ruling 2
    poller = repeats()
    assert gone(poller.proves(series=(thin(DAYS[0]),))) == []
    said = poller.reads(master(), *map(thin, DAYS), cursor="c3")
    assert (list(subjects(said)), gone(said)) == (list(DAYS), [SERIES])


def test_a_series_that_is_a_single_event_out_of_sight_by_now_has_no_occurrences_and_is_not_listed() -> None:  # REC-51
    poller = Poller()
    poller.reads(master(), *map(thin, DAYS), fresh=True)
    poller.reads(removed(SERIES), cursor="c2")
    assert gone(poller.proves(REC=single(SERIES, "2031-01-01"))) == list(DAYS)
    assert poller.due()[0].cursor == "c2", "the mailbox is read on"
