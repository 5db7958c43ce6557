"""The window moves over series: one occurrence after the other comes on its day (R4, REC-41)."""

from datetime import timedelta

import pytest

from contracts.policy import Policy
from services.clients.graph.seen import Seen
from services.graph_poller.rows import Prove, Root
from tests.decisions.graph_poller.ahead import AHEAD, DUE, IN, MONTH, days, knows, on
from tests.decisions.graph_poller.mailbox import (
    MIKE,
    SERIES,
    Poller,
    at,
    edited,
    gone,
    master,
    removed,
    single,
    subjects,
    thin,
)


def test_an_endless_series_rolls_forward_by_one_occurrence_a_day() -> None:  # R4, REC-41
    all_days = [(at("2026-03-02") + timedelta(days=n)).date().isoformat() for n in range(59)]
    poller = knows(master("2026-03-02"), *map(thin, all_days))
    assert [one.slot for one in poller.heard().items] == all_days[:31], "one month, and not a day more"
    expected = {all_days[n]: [all_days[n + 30]] for n in range(1, 28)}
    assert days(poller, "2026-03-03", 27) == expected
    members = poller.row(f"known/{MIKE}/{SERIES}", Root)
    assert members is not None
    assert sorted(members.members.values()) == all_days[:58]


def test_an_occurrence_that_is_deleted_ahead_is_never_said_and_its_siblings_are() -> None:  # REC-19
    poller = knows(master(IN), thin(IN), thin(AHEAD), thin("2026-04-11"))
    said = poller.reads(master(IN), thin(IN), thin("2026-04-11"))
    assert gone(said) == []
    assert not poller.asked(Prove), "nothing that was said is missing"
    assert days(poller, "2026-03-03", 12) == {"2026-03-12": ["2026-04-11"]}


def test_an_occurrence_that_is_edited_ahead_comes_as_it_is_then_and_so_do_its_siblings() -> None:  # REC-08, REC-57
    poller = knows(master(IN), thin(IN), thin(AHEAD), thin("2026-04-11"))
    poller.reads(edited(AHEAD, subject="Renamed"))
    poller.proves(REC=master(IN))
    assert subjects(on(poller, DUE)) == {AHEAD: "Renamed"}
    assert subjects(on(poller, "2026-03-12")) == {"2026-04-11": "My recurrent event"}


def test_an_occurrence_that_moves_from_ahead_into_the_window_is_said_once() -> None:  # REC-48
    poller = knows(master(IN), thin(IN), thin(AHEAD))
    poller.reads(edited("2026-03-25", slot=AHEAD))
    assert subjects(poller.proves(REC=master(IN))) == {AHEAD: "Moved"}
    assert days(poller, "2026-03-03", 12) == {}


def test_a_series_that_becomes_a_single_event_leaves_nothing_ahead() -> None:  # REC-51
    poller = knows(master(IN), thin(IN), thin(AHEAD))
    assert subjects(poller.reads(single(SERIES, IN))) == {SERIES: "Review"}
    assert days(poller, "2026-03-03", 12) == {}


def test_a_single_event_that_has_left_the_window_and_repeats_there_stays_in_practifi() -> None:  # D9, ruling 28
    poller = knows(single(SERIES, "2026-02-02"))
    poller.now = at("2026-03-10", 8)
    assert gone(poller.reads(master("2026-02-02"), thin("2026-02-02"), thin("2026-02-03"))) == []
    assert gone(poller.reads(removed(SERIES))) == []
    assert not poller.asked(Prove), "nor when it is deleted there"


def test_what_has_left_the_window_and_is_deleted_while_it_is_read_stays_in_practifi() -> None:  # D9, CUR-13
    """A round from the beginning does not show it any more, and the next one says that it is removed."""
    poller = knows(single(day="2026-02-02"))
    poller.now = at("2026-03-10", 8)
    poller.reads(fresh=True)
    assert gone(poller.proves(s1=None)) == []
    assert gone(poller.reads(removed("s1"))) == []
    assert not poller.asked(Prove)


def test_a_series_of_long_ago_with_one_occurrence_ahead_is_not_lost_by_a_round_that_misses_it() -> None:  # CUR-33
    poller = knows(master("2020-01-01"), thin(AHEAD))
    poller.reads(fresh=True)
    assert poller.asked(Prove)[0].ids == (SERIES,)
    poller.proves(REC=master("2020-01-01"))
    poller.proves(series=(thin(AHEAD),))
    assert days(poller, "2026-03-03", 12) == {DUE: [AHEAD]}


def test_a_series_that_loses_all_its_occurrences_ahead_is_never_said() -> None:  # INB-16
    poller = knows(master(AHEAD), thin(AHEAD))
    poller.reads(removed(SERIES))
    poller.proves(REC=master(AHEAD))
    assert gone(poller.proves(series=())) == []
    assert days(poller, "2026-03-03", 12) == {}


def test_an_occurrence_that_is_called_off_ahead_is_never_said() -> None:  # REC-29
    poller = knows(master(IN), thin(IN), thin(AHEAD))
    poller.reads(edited(AHEAD, id="another", cancelled=True))
    assert days(poller, "2026-03-03", 12) == {}


def test_a_series_that_is_deleted_takes_along_what_lies_ahead() -> None:  # REC-22
    poller = knows(master(IN), thin(IN), thin(AHEAD))
    poller.reads(removed(SERIES))
    assert gone(poller.proves(REC=None)) == [IN]
    assert days(poller, "2026-03-03", 12) == {}


def test_what_a_proof_of_the_series_shows_ahead_is_kept() -> None:  # CUR-33
    poller = knows(master(IN), thin(IN), thin(AHEAD))
    poller.reads(master(IN))
    poller.proves(series=(thin(IN), thin(AHEAD)))
    assert days(poller, "2026-03-03", 12) == {DUE: [AHEAD]}


@pytest.mark.parametrize("rows", [
    pytest.param((master(IN), thin(IN)), id="it is deleted"),
    pytest.param((master(IN), thin(IN), edited(AHEAD, cancelled=True)), id="it is called off"),
])  # fmt: skip
def test_what_is_called_off_after_a_window_that_was_wider_once_is_missed_when_that_has_come_to_it(
    rows: tuple[Seen, ...],
) -> None:  # D9, X1
    poller = Poller(Policy(enabled=True, future_inbound_months=3))
    poller.reads(master(IN), thin(IN), thin(AHEAD), fresh=True)
    poller.govern(MONTH)
    assert gone(poller.reads(*rows)) == [], "outside the window nothing is touched"
    assert not poller.asked(Prove)
    poller.now = at(DUE, 8)
    poller.reads(master(IN), thin(IN), fresh=True)
    assert gone(poller.proves(series=(thin(IN),))) == [AHEAD]


def test_of_a_series_that_is_deleted_what_lies_after_a_window_that_was_wider_once_is_missed_then() -> None:  # D9, X1
    poller = Poller(Policy(enabled=True, future_inbound_months=3))
    poller.reads(master(IN), thin(IN), thin(AHEAD), fresh=True)
    poller.govern(MONTH)
    poller.reads(removed(SERIES))
    assert gone(poller.proves(REC=None)) == [IN]
    poller.now = at(DUE, 8)
    poller.reads(fresh=True)
    assert gone(poller.proves(REC=None)) == [AHEAD]


def test_a_series_out_of_sight_because_the_window_became_narrower_is_missed_when_it_is_as_wide_again() -> None:  # D9
    poller = Poller(Policy(enabled=True, future_inbound_months=6))
    poller.reads(master("2026-08-10"), thin("2026-08-10"), fresh=True)
    poller.govern(MONTH)
    poller.due(fresh=True)
    poller.brings(fresh=True)
    poller.govern(Policy(enabled=True, future_inbound_months=6))
    poller.reads(fresh=True)
    assert gone(poller.proves(REC=None)) == ["2026-08-10"]
