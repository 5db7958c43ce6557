"""The window moves from day to day over what is stored: what lies ahead is said on the day on which the window comes to
it, and not before (D9, R4, ruling 28)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Days
from contracts.observed import Item, Observed
from contracts.policy import PrivateEvents
from services.clients.graph.seen import Kind, Seen
from services.graph_poller.rows import Ahead, Place, Prove, Unread
from tests.decisions.graph_poller.ahead import AHEAD, DUE, IN, MONTH, days, knows, on
from tests.decisions.graph_poller.mailbox import (
    MIKE,
    Poller,
    at,
    gone,
    removed,
    single,
    subjects,
)


def kept(poller: Poller) -> list[str]:
    return sorted(key.removeprefix(f"ahead/{MIKE}/") for key in poller.rows if key.startswith("ahead/"))


def test_an_event_beyond_the_window_is_said_on_the_day_on_which_it_comes_within() -> None:
    poller = knows(single(day=AHEAD))
    assert poller.heard().items == ()
    assert days(poller, "2026-03-03", 20) == {DUE: ["s1"]}
    assert kept(poller) == []
    assert poller.row(f"place/{MIKE}", Place).size == 1  # type: ignore[union-attr]  # it is there


def test_it_is_said_by_the_first_run_of_the_day_and_by_no_other() -> None:
    poller = knows(single(day=AHEAD))
    said = [on(poller, DUE).items, poller.reads().items, poller.reads().items]
    assert [len(items) for items in said] == [1, 0, 0]


def test_what_waits_is_looked_through_once_a_day() -> None:  # ruling 27
    poller = knows(single(day="2026-04-28"))
    loaded: list[str] = []
    load = poller._load

    def noted(keys: set[str]) -> dict[str, bytes | None]:
        loaded.extend(keys)
        return load(keys)

    poller._load = noted  # type: ignore[method-assign]  # to look over its shoulder
    for times in (1, 1, 1):
        on(poller, "2026-03-03")
        assert loaded.count(f"ahead/{MIKE}/") == times


def test_what_came_on_its_day_leaves_the_window_like_all_others() -> None:  # D9, ruling 28
    poller = knows(single(day=AHEAD))
    on(poller, DUE)
    on(poller, "2026-05-20", removed("s1"))
    assert gone(poller.proves(s1=None)) == []


def test_days_without_a_run_are_made_up_for() -> None:
    poller = knows(*(single(f"s{n}", f"2026-04-{n:02}") for n in range(2, 29)))
    assert len(on(poller, "2026-03-12").items) == 10
    assert days(poller, "2026-03-13", 2) == {"2026-03-13": ["s12"], "2026-03-14": ["s13"]}


def test_after_a_long_silence_what_is_over_is_none_of_ours() -> None:
    poller = knows(single("s1", AHEAD), single("s2", "2026-04-28"))
    assert [one.id for one in on(poller, "2026-05-25").items] == ["s2"]
    assert kept(poller) == []


def test_a_day_begins_for_a_mailbox_when_it_can_be_read() -> None:  # AUT-05
    poller = knows(single(day=AHEAD))
    poller.now = at(DUE, 8)
    poller.due()
    poller.hear(Unread(MIKE, "waiting", "throttled"))
    assert poller.heard().items == ()
    assert [one.id for one in poller.reads().items] == ["s1"]


def test_whole_days_come_with_their_first_day() -> None:  # Z1
    leave = CalendarEvent(Days(at(AHEAD).date(), at("2026-04-12").date()), "Leave")
    poller = knows(replace(single(), when=leave.when, event=leave))
    assert days(poller, "2026-03-03", 12) == {DUE: ["s1"]}


Change = Callable[[Poller], Observed]


def changed(*rows: Seen) -> Change:
    return lambda poller: poller.reads(*rows)


def deleted(poller: Poller) -> Observed:
    poller.reads(removed("s1"))
    return poller.proves(s1=None)


def emptied(poller: Poller) -> Observed:
    poller.reads(fresh=True)
    return poller.proves(s1=None)


@pytest.mark.parametrize(("change", "at_once", "later"), [
    pytest.param(changed(single(day=AHEAD, subject="New")), {}, {DUE: "New"}, id="renamed: said with its new name"),
    pytest.param(changed(single(day="2026-04-14")), {}, {"2026-03-15": "Review"}, id="moved: said on another day"),
    pytest.param(changed(single(day=IN)), {"s1": "Review"}, {}, id="moved into the window: said at once, and once"),
    pytest.param(changed(single(day="2026-01-20")), {}, {}, id="moved into the past: not said"),
    pytest.param(changed(single(day=AHEAD, cancelled=True)), {}, {}, id="cancelled: not said"),
    pytest.param(changed(single(day=AHEAD, excluded=True)), {}, {}, id="left out by the policy: not said"),
    pytest.param(changed(Seen("s1", Kind.SINGLE, error="unknown zone")), {}, {}, id="unreadable: not said"),
    pytest.param(deleted, {}, {}, id="deleted: not said"),
    pytest.param(emptied, {}, {}, id="missing from a fresh round, and gone: not said"),
])  # fmt: skip
def test_what_becomes_of_an_event_while_it_lies_ahead(change: Change, at_once: object, later: object) -> None:
    poller = knows(single(day=AHEAD))
    said = change(poller)
    assert (subjects(said), said.vanished) == (at_once, ()), "what was never said is not missed (INB-16)"
    found = {day: on(poller, day) for day in ("2026-03-10", DUE, "2026-03-12", "2026-03-15", "2026-03-20")}
    assert {day: one.items[0].event.subject for day, one in found.items() if one.items} == later
    assert kept(poller) == []


def test_what_a_fresh_round_leaves_out_is_asked_for_and_still_comes_on_its_day() -> None:  # CUR-33
    poller = knows(single(day=AHEAD))
    poller.reads(fresh=True)
    assert poller.asked(Prove)[0].ids == ("s1",)
    poller.proves(s1=single(day=AHEAD))
    assert days(poller, "2026-03-03", 12) == {DUE: ["s1"]}


def test_what_has_moved_out_of_sight_is_forgotten() -> None:  # CUR-20
    poller = knows(single(day=AHEAD))
    poller.reads(removed("s1"))
    poller.proves(s1=single(day="2027-01-01"))
    assert kept(poller) == []


def test_an_event_that_was_said_and_moves_ahead_is_left_alone_until_its_new_day() -> None:  # CUR-20, ruling 28
    poller = knows(single(day=IN))
    said = poller.reads(single(day=AHEAD))
    assert (said.items, said.vanished) == ((), ())
    assert days(poller, "2026-03-03", 12) == {DUE: ["s1"]}


def test_one_that_was_said_long_ago_and_lies_ahead_now_is_asked_for() -> None:  # X2
    poller = knows(single(day=IN))
    on(poller, "2026-05-25", single(day="2026-07-01"))
    poller.reads(fresh=True)
    assert poller.asked(Prove)[0].ids == ("s1",)
    assert gone(poller.proves(s1=None)) == []
    assert kept(poller) == []


def test_one_that_we_had_let_go_and_that_comes_back_ahead_can_be_deleted_there() -> None:  # X1
    poller = knows(single(day=IN))
    poller.now = at("2026-07-01", 8)
    poller.reads(fresh=True)
    poller.reads(single(day="2026-08-10"))
    assert gone(deleted(poller)) == []
    assert kept(poller) == []


def test_one_that_was_said_and_is_deleted_while_it_lies_ahead_is_gone() -> None:  # X1
    poller = knows(single(day=IN))
    poller.reads(single(day=AHEAD))
    assert gone(deleted(poller)) == ["s1"], "Practifi still shows it where it was"


def test_a_braked_round_says_nothing_of_the_new_day() -> None:  # X4
    policy = replace(MONTH, brake_minimum=3)
    poller = Poller(policy)
    poller.reads(*(single(f"s{n}", IN) for n in range(4)), single("s9", AHEAD), fresh=True)
    missing = {f"s{n}": None for n in range(4)}
    on(poller, DUE, *map(removed, missing))
    assert poller.proves(**missing).items == ()
    poller.govern(policy, consents=1)
    poller.reads(*map(removed, missing))
    assert subjects(poller.proves(**missing)) == {"s9": "Review"}


@pytest.mark.parametrize("private", [PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP])
def test_what_turns_private_ahead_leaves_no_word_of_it_in_the_rows(private: PrivateEvents) -> None:  # P2, ruling 20
    poller = Poller(replace(MONTH, private_events=private))
    poller.reads(single(day=AHEAD, subject="Secret"), fresh=True)
    assert b"Secret" in b"".join(poller.rows.values())
    row = single(day=AHEAD, subject="Private appointment", redacted=True)
    poller.reads(row if private is PrivateEvents.BUSY_ONLY else replace(row, event=None, redacted=False, skipped=True))
    assert b"Secret" not in b"".join(poller.rows.values())
    said = on(poller, DUE).items
    assert [one.redacted for one in said] == [True] * (private is PrivateEvents.BUSY_ONLY)


def test_an_idle_day_changes_nothing_of_what_is_remembered() -> None:  # CUR-15
    poller = knows(single("s1", IN), single("s2", "2026-04-28"))
    before = {key: row for key, row in poller.rows.items() if key.startswith(("known/", "ahead/"))}
    assert len(before) == 2
    on(poller, "2026-03-03")
    assert {key: row for key, row in poller.rows.items() if key.startswith(("known/", "ahead/"))} == before


def test_a_narrower_window_lets_what_lies_after_it_wait() -> None:  # SAF-07
    poller = Poller(replace(MONTH, future_inbound_months=2))
    poller.reads(single(day=AHEAD), fresh=True)
    poller.govern(MONTH)
    said = poller.reads(single(day=AHEAD, subject="New"))
    assert (said.items, said.vanished) == ((), ())
    poller.reads(removed("s1"))
    assert gone(poller.proves(s1=None)) == [], "outside the window nothing is touched"
    poller.govern(replace(MONTH, future_inbound_months=2))
    poller.reads(fresh=True)
    assert gone(poller.proves(s1=None)) == ["s1"], "it is missed when the window is as wide as before"


def test_what_lies_out_of_sight_because_the_window_became_narrower_is_missed_when_it_is_as_wide_again() -> None:  # D9
    poller = Poller(replace(MONTH, future_inbound_months=6))
    poller.reads(single(day="2026-08-10"), fresh=True)
    poller.govern(MONTH)
    poller.due(fresh=True)
    poller.brings(fresh=True)
    assert not poller.asked(Prove)
    poller.reads(removed("s1"))
    assert not poller.asked(Prove)
    poller.govern(replace(MONTH, future_inbound_months=6))
    poller.reads(fresh=True)
    assert gone(poller.proves(s1=None)) == ["s1"]


def test_what_is_kept_is_what_will_be_said() -> None:  # ruling 1
    poller = knows(single(day=AHEAD, stamp="0f3a9c0d5e7b4a61-g1", mine=False))
    row = poller.row(f"ahead/{MIKE}/s1", Ahead)
    assert row is not None
    assert on(poller, DUE).items == row.items == (
        Item("s1", "m1", MIKE, row.items[0].event, stamp="0f3a9c0d5e7b4a61-g1", uid="uid", mine=False),
    )  # fmt: skip
