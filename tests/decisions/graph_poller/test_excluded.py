"""What the policy leaves out by category or domain: not said if it never was, and left as it is if it was, because a
filter is no deletion (INB-30, INB-31, X2)."""

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity
from contracts.control import Again
from contracts.policy import Policy, PrivateEvents
from services.clients.graph.seen import Seen
from services.graph_poller.rows import Prove, Root
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

DAYS = ("2026-03-10", "2026-03-11")
OUT = single(subject="Changed", excluded=True)


def knows(*rows: Seen) -> Poller:
    poller = Poller()
    poller.reads(*(rows or (single(),)), fresh=True)
    return poller


def test_what_is_left_out_from_the_beginning_is_not_said() -> None:  # INB-30, INB-31
    poller = knows(single(excluded=True), single("s2"))
    assert subjects(poller.heard()) == {"s2": "Review"}
    assert poller.row(f"known/{MIKE}/s1", Root) is None


def test_its_deletion_is_not_missed() -> None:  # INB-16
    poller = knows(single(excluded=True))
    poller.reads(single(excluded=True, cancelled=True))
    assert poller.heard().vanished == ()


def test_what_was_said_before_is_left_as_it_is() -> None:  # X2
    poller = knows()
    said = poller.reads(OUT)
    assert (said.items, said.vanished) == ((), ())


def test_its_deletion_is_still_said() -> None:  # INB-12, X1
    poller = knows()
    poller.reads(OUT)
    poller.reads(removed("s1"))
    assert gone(poller.proves(s1=None)) == ["s1"]


def test_cancelled_counts_before_left_out() -> None:  # INB-30
    poller = knows()
    assert gone(poller.reads(replace(OUT, cancelled=True))) == ["s1"]


def test_what_is_let_in_again_is_said_and_was_never_gone() -> None:  # SAF-08, PRV-08
    poller = knows()
    assert gone(poller.reads(OUT)) == []
    assert gone(poller.reads(fresh=True)) == []
    assert gone(poller.proves(s1=OUT)) == []
    assert subjects(poller.reads(single(subject="Back"))) == {"s1": "Back"}


def test_what_we_have_made_is_told_once_more_to_a_reconciler_that_has_forgotten_it() -> None:  # rulings 5, 18
    ours, later = (single(stamp="link-g0", excluded=True, subject=text) for text in ("Review", "Later"))
    poller = knows(single(stamp="link-g0"), single("s2"))
    poller.reads(ours, single("s2", excluded=True))
    poller.hear(Again("w1", "reconciler"))
    said = poller.reads(ours, single("s2", excluded=True), fresh=True)
    assert (subjects(said), said.vanished) == ({"s1": "Review"}, ())
    assert poller.reads(later).items == (), "what is typed in it later is left out as before"


def test_a_series_that_is_left_out_is_left_out_whole() -> None:
    poller = knows(master(excluded=True), *map(thin, DAYS))
    assert poller.heard().items == ()
    poller = knows(master(), *map(thin, DAYS))
    said = poller.reads(master(excluded=True), *map(thin, DAYS))
    assert (said.items, said.vanished) == ((), ())
    assert not poller.asked(Prove), "nothing is suspected"
    poller.reads(removed(SERIES))
    assert gone(poller.proves(REC=None)) == list(DAYS)


def test_one_occurrence_can_be_left_out() -> None:
    poller = knows(master(), thin(DAYS[0]), edited(DAYS[1], excluded=True))
    assert subjects(poller.heard()) == {DAYS[0]: "My recurrent event"}


def test_what_turns_private_loses_its_text_even_if_it_is_left_out() -> None:  # P2, ruling 20
    poller = knows()
    hidden = CalendarEvent(single().when, "Private appointment", sensitivity=Sensitivity.PRIVATE)  # type: ignore[arg-type]  # it has one
    assert subjects(poller.reads(replace(OUT, event=hidden, redacted=True))) == {"s1": "Private appointment"}
    assert poller.reads(replace(OUT, event=hidden)).items == (), "but nothing else of it is said"


def test_a_private_event_that_is_skipped_and_left_out_too() -> None:  # P2
    poller = Poller(Policy(enabled=True, private_events=PrivateEvents.SKIP))
    poller.reads(single(), fresh=True)
    said = poller.reads(replace(OUT, event=None, skipped=True), replace(OUT, id="s2", event=None, skipped=True))
    assert subjects(said) == {"s1": "Private appointment"}


@pytest.mark.parametrize("later", ["shown again", "deleted"])
def test_an_event_that_repeats_as_it_comes_to_be_left_out_is_left_as_it_is(later: str) -> None:  # X2, ruling 2
    """Somebody sets its category and makes it repeat at once."""
    poller = knows(single(SERIES))
    out = master(excluded=True), *map(thin, DAYS)
    said = poller.reads(*out)
    assert (said.items, said.vanished) == ((), ())
    if later == "deleted":
        poller.reads(removed(SERIES))
        assert gone(poller.proves(REC=None)) == [SERIES]
    else:
        said = poller.reads(master(), *map(thin, DAYS))
        assert (sorted(subjects(said)), gone(said)) == ([*DAYS], [SERIES])


def test_an_event_that_repeats_as_it_becomes_private_and_is_left_out_is_said_without_its_text() -> None:  # P2, X2
    poller = Poller(Policy(enabled=True, private_events=PrivateEvents.SKIP))
    poller.reads(single(SERIES), fresh=True)
    said = poller.reads(master(event=None, skipped=True), *map(thin, DAYS))
    assert [(item.slot, item.redacted, item.event.subject) for item in said.items] == [
        (day, True, "Private appointment") for day in DAYS
    ]
    assert gone(said) == [SERIES], "it is the first of them"


@pytest.mark.parametrize("later", ["shown again", "deleted"])
def test_a_series_that_becomes_a_single_event_as_it_comes_to_be_left_out_keeps_its_first_one(
    later: str,
) -> None:  # X2, ruling 2
    """Only the other occurrences are gone."""
    poller = knows(master(), *map(thin, DAYS))
    said = poller.reads(single(SERIES, excluded=True))
    assert (said.items, gone(said)) == ((), [DAYS[1]])
    if later == "deleted":
        poller.reads(removed(SERIES))
        assert gone(poller.proves(REC=None)) == [DAYS[0]]
    else:
        said = poller.reads(single(SERIES))
        assert (subjects(said), gone(said)) == ({SERIES: "Review"}, [DAYS[0]]), "it is that one"
