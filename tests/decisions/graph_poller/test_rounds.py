"""What a round says of single events, of what is missing, and of what cannot be read."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Timed
from contracts.observed import Made, Unreadable
from contracts.policy import Policy
from services.clients.graph.seen import Kind, Seen
from services.graph_poller import window
from services.graph_poller.rows import Place, Prove, Proved, Root
from tests.decisions.graph_poller.mailbox import MIKE, SERIES, Poller, gone, master, removed, single, subjects, thin
from tests.decisions.life import NOW


def knows(*rows: Seen) -> Poller:
    poller = Poller()
    poller.reads(*(rows or (single(),)), fresh=True)
    return poller


def test_a_single_event_is_said_as_it_is() -> None:  # INB-01
    (item,) = Poller().reads(single(), fresh=True).items
    assert (item.id, item.mailbox, item.mark, item.series, item.slot) == ("s1", MIKE, "m1", "", "")


def test_removed_and_not_found_is_gone() -> None:  # INB-12
    poller = knows()
    assert gone(poller.reads(removed("s1"))) == []
    assert poller.asked(Prove)[0].ids == ("s1",)
    assert gone(poller.proves(s1=None)) == ["s1"]
    assert poller.row(f"known/{MIKE}/s1", Root) is None


def test_what_was_made_for_another_owner_is_gone_with_its_stamp() -> None:  # rulings 1, 5, 14
    """Nobody can read that any more, and a reconciler without a memory would make it once more."""
    poller = knows(single(stamp="link-g1"))
    poller.hear(Made(MIKE, "s7", "other-g2"))
    poller.reads(removed("s1"), removed("s7"))
    said = poller.proves(s1=None, s7=None)
    assert {(one.id, one.stamp) for one in said.vanished} == {("s1", "link-g1"), ("s7", "other-g2")}


def test_removed_but_still_there_has_only_left_the_window() -> None:  # INB-12b, CUR-20
    poller = knows()
    poller.reads(removed("s1"))
    said = poller.proves(s1=single(day="2030-01-01"))
    assert (said.items, said.vanished) == ((), ())
    assert subjects(poller.reads(single(subject="Back again"))) == {"s1": "Back again"}


def test_a_removed_series_goes_with_all_its_occurrences() -> None:  # REC-22, REC-28b
    days = ("2026-03-10", "2026-03-11")
    poller = knows(master(), *map(thin, days))
    poller.reads(removed(SERIES))
    assert gone(poller.proves(REC=None)) == list(days)


def test_an_event_that_came_and_went_between_two_rounds_is_gone() -> None:  # X1: our own creation, deleted at once
    poller = Poller()
    assert poller.reads(removed("s7")).vanished == ()
    assert gone(poller.proves(s7=None)) == ["s7"]


def test_a_removed_event_that_nobody_knows_and_that_is_there_means_nothing() -> None:  # graph.md §2.4, CUR-20
    poller = Poller()
    poller.reads(removed("s7"))
    said = poller.proves(s7=single("s7", day="2030-01-01"))
    assert (said.items, said.vanished) == ((), ())


def test_a_removed_event_that_was_cancelled_is_gone() -> None:  # X3
    poller = knows()
    poller.reads(removed("s1"))
    assert gone(poller.proves(s1=single(cancelled=True))) == ["s1"]


def test_a_fresh_round_that_misses_events_asks_and_deletes_nothing() -> None:  # CUR-03, CUR-33, INB-32
    poller = knows(*(single(f"s{n}") for n in range(10)))
    said = poller.reads(single("s0"), fresh=True)
    assert (said.items, said.vanished) == ((), ())
    assert len(poller.asked(Prove)[0].ids) == 9
    there: dict[str, Any] = {f"s{n}": single(f"s{n}") for n in range(1, 10)}
    said = poller.proves(**there)
    assert said.vanished == ()
    poller.reads(removed("s5"))
    assert gone(poller.proves(s5=None)) == ["s5"], "what the round left out is still known"


def test_a_later_round_that_misses_events_means_nothing() -> None:  # INB-32
    poller = knows(single("s1"), single("s2"))
    assert poller.reads(single("s1")).vanished == ()
    assert not poller.asked(Prove)


def test_a_cancelled_event_is_gone() -> None:  # CUR-19, INB-15
    assert gone(knows().reads(single(subject="Canceled: Review", cancelled=True))) == ["s1"]


def test_a_cancelled_event_that_was_never_said_is_ignored() -> None:  # INB-16
    assert Poller().reads(single(cancelled=True)).vanished == ()


def test_one_unreadable_event_is_named_and_the_others_go_on() -> None:  # CUR-25, INB-21, TZ-07
    poller = Poller()
    said = poller.reads(Seen("bad", Kind.SINGLE, error="unknown zone"), *(single(f"s{n}") for n in range(9)))
    assert len(said.items) == 9
    assert [(one.id, one.reason) for one in poller.told(Unreadable)] == [("bad", "unknown zone")]
    assert poller.row(f"place/{MIKE}", Place).cursor == "c1"  # type: ignore[union-attr]


def test_an_event_that_becomes_unreadable_is_still_known() -> None:
    poller = knows()
    poller.reads(Seen("s1", Kind.SINGLE, error="unknown zone"))
    poller.reads(removed("s1"))
    assert gone(poller.proves(s1=None)) == ["s1"]


def test_an_event_outside_the_window_is_not_said_and_not_gone() -> None:  # CUR-20, D9
    poller = knows()
    said = poller.reads(single(day="2028-03-10"))
    assert (said.items, said.vanished) == ((), ())


def test_the_cursor_moves_in_the_decision_that_says_what_it_brought() -> None:  # CUR-23
    poller = knows()
    poller.reads(removed("s1"), cursor="c2")
    assert poller.row(f"place/{MIKE}", Place).cursor == "c1", "not before the proof"  # type: ignore[union-attr]
    poller.proves(s1=None)
    assert poller.row(f"place/{MIKE}", Place).cursor == "c2"  # type: ignore[union-attr]


def test_a_proof_that_nobody_waits_for_says_nothing() -> None:
    poller = knows()
    poller.hear(Proved(MIKE, {"s1": None}, {}))
    assert poller.heard().vanished == ()


def aged(days: int) -> Poller:
    """A poller that has said an event of 10 March, so many days before it reads the mailbox from the beginning."""
    poller = knows()
    poller.later(days=days)
    poller.reads(fresh=True)
    return poller


def test_what_has_left_our_sight_is_let_go_without_a_question() -> None:  # D9
    poller = aged(100)
    assert not poller.asked(Prove)
    assert poller.row(f"known/{MIKE}/s1", Root) is None


def test_its_deletion_long_after_is_none_of_ours() -> None:  # D9, ruling 28
    poller = aged(100)
    said = poller.reads(removed("s1"))
    assert (said.vanished, poller.asked(Prove)) == ((), [])


def test_it_counts_again_when_it_moves_back_into_the_window() -> None:  # CUR-20, X1
    poller = aged(100)
    assert subjects(poller.reads(single(day="2026-07-01"))) == {"s1": "Review"}
    poller.reads(removed("s1"))
    assert gone(poller.proves(s1=None)) == ["s1"]


def test_what_the_other_side_still_shows_within_the_window_is_remembered() -> None:  # CUR-20, X1
    poller = knows()
    poller.reads(removed("s1"))
    assert gone(poller.proves(s1=single(day="2030-01-01"))) == []
    poller.reads(removed("s1"))
    assert gone(poller.proves(s1=None)) == ["s1"]


def test_a_single_event_before_the_window_is_left_alone_when_it_is_deleted() -> None:  # D9, ruling 28
    poller = knows()
    poller.later(days=45)
    poller.reads(removed("s1"))
    assert gone(poller.proves(s1=None)) == []


START, END = window.said(Policy(), NOW)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("begins", "length", "said"), [
    pytest.param(START - 2 * SECOND, SECOND, False, id="ends a second before it"),
    pytest.param(START - SECOND, SECOND, False, id="ends as it begins"),
    pytest.param(START - SECOND, 2 * SECOND, True, id="reaches into it"),
    pytest.param(START, SECOND, True, id="begins with it"),
    pytest.param(END - SECOND, SECOND, True, id="ends with it"),
    pytest.param(END, SECOND, False, id="begins as it ends"),
    pytest.param(START, timedelta(), True, id="no length, at its beginning"),
    pytest.param(START - SECOND, timedelta(), False, id="no length, before it"),
    pytest.param(END - SECOND, timedelta(), True, id="no length, just inside its end"),
    pytest.param(END, timedelta(), False, id="no length, at its end"),
])  # fmt: skip
def test_the_edges_of_the_window(begins: Any, length: timedelta, said: bool) -> None:  # TZ-25
    row = replace(single(), event=CalendarEvent(Timed(begins, begins + length)))
    assert bool(Poller().reads(row, fresh=True).items) is said


def test_an_event_deleted_outside_the_window_is_left_alone() -> None:  # D9
    poller = knows(master("2026-01-20"), thin("2026-01-20"), thin("2026-03-10"))
    poller.reads(removed(SERIES))
    assert gone(poller.proves(REC=None)) == ["2026-03-10"]
