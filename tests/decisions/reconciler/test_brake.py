"""The brake toward Microsoft: deletions that people make in Practifi are counted over a whole round of the org before
one of them goes to Microsoft (X4, ruling 30)."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.facts import Blocked
from contracts.observed import ReadDone, Vanished
from contracts.policy import Policy
from contracts.status import Problem
from contracts.write import Erase, Why, Write
from services.reconciler.judge import Judge
from services.reconciler.rows import Death, Held, State
from services.reconciler.sizes import Size
from tests.decisions.reconciler.shard import (
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TEN,
    TWO_WAY,
    Shard,
    here,
    there,
    timed,
)  # fmt: skip
from tests.decisions.reconciler.test_converges import CALM, STEPS, play, started

SHY = replace(TWO_WAY, brake_minimum=3, brake_share=0.3)
"""A brake small enough for a small mailbox."""


def mailbox(pairs: int, policy: Policy = SHY, *, series: str = "", shard: Shard | None = None) -> Shard:
    """A shard in which Mike has so many events that Practifi has too: `m0` is `p0` there."""
    shard = shard or Shard(policy)
    for number in range(pairs):
        when = timed(TEN + timedelta(days=number), zone="UTC")
        slot = when.start.date().isoformat() if series else ""
        shard.see(here(replace(STANDUP, when=when), name=f"m{number}", mark=f"m{number}", series=series, slot=slot))
        order = shard.take()
        shown = replace(SHOWN, when=timed(when.start))
        shard.write(there(shown, name=f"p{number}", mark=f"p{number}", edited=False, stamp=order.link), order)
    shard.facts.clear()
    return shard


def deleted(shard: Shard, *numbers: int, whole: bool = True) -> list[str]:
    """People delete these in Practifi in one round; which events are to be erased in Microsoft by now."""
    shard.see(*(Vanished(f"p{number}", MIKE) for number in numbers), side=PRACTIFI, whole=whole)
    return erased(shard)


def erased(shard: Shard) -> list[str]:
    return sorted(order.target for order in shard.orders if isinstance(order, Erase) and order.side is MICROSOFT)


def problem(shard: Shard) -> Problem | None:
    raw = shard.rows.get(f"problem/deletions/{MIKE}")
    return msgspec.msgpack.decode(raw, type=Problem) if raw else None


def size(shard: Shard, of: str = MIKE) -> Size:
    return msgspec.msgpack.decode(shard.rows.get(f"size/{of}", msgspec.msgpack.encode(Size())), type=Size)


def test_a_deletion_waits_until_the_round_of_the_org_is_complete() -> None:  # ruling 30
    shard = mailbox(4)
    assert deleted(shard, 0, whole=False) == []
    shard.round_done(messages=1)
    assert erased(shard) == ["m0"]
    shard.write()
    assert deleted(shard, 1, whole=False) == [], "so does the next round, whatever else of the run is still to come"


@pytest.mark.parametrize(("pairs", "policy", "gone", "goes"), [
    pytest.param(10, SHY, 2, True, id="fewer than the minimum"),
    pytest.param(10, SHY, 3, True, id="just the share, which may go"),
    pytest.param(9, SHY, 3, False, id="more than the share"),
    pytest.param(3, SHY, 3, False, id="all of them"),
    pytest.param(9, replace(SHY, brake_minimum=4), 3, True, id="more than the share of very few"),
])  # fmt: skip
def test_too_many_at_once_are_not_passed_on(pairs: int, policy: Policy, gone: int, goes: bool) -> None:
    shard = mailbox(pairs, policy)  # X4, SAF-01
    assert deleted(shard, *range(gone)) == ([f"m{number}" for number in range(gone)] if goes else [])
    assert (problem(shard) is None) is goes


def test_a_round_that_comes_in_many_messages_is_judged_as_one() -> None:  # ruling 30
    shard = mailbox(9)
    for number in range(3):
        deleted(shard, number, whole=False)
    shard.hear(ReadDone(shard.next_run(), "salesforce-watcher", messages=4))
    assert erased(shard) == [], "the fourth message is still under way"
    deleted(shard, 3, whole=False)
    assert (erased(shard), size(shard)) == ([], Size(living=5, dying=4, held=4))


def test_an_org_that_could_not_be_read_to_the_end_proves_nothing() -> None:  # X4, SAF-03
    shard = mailbox(9)
    deleted(shard, 0, whole=False)
    shard.round_done(messages=1, failed=("org",))
    assert erased(shard) == []
    shard.round_done()
    assert erased(shard) == ["m0"], "the next complete round does"


def test_what_a_later_round_says_early_is_not_judged_with_the_one_before() -> None:
    shard = mailbox(9)
    deleted(shard, 0, whole=False)
    newest = shard.number
    deleted(shard, 1, whole=False)
    shard.hear(Judge(MIKE, newest, 0))
    assert erased(shard) == ["m0"]


def test_a_person_hears_why_once_and_says_when_it_may_go() -> None:  # X4, SAF-01, SAF-02
    shard = mailbox(9)
    deleted(shard, 0, 1, 2, 3)
    assert len(shard.facts) == 4
    assert all(isinstance(fact, Blocked) and fact.side is MICROSOFT for fact in shard.facts)
    shown = problem(shard)
    assert shown is not None
    assert (shown.where, shown.what.partition(" ")[0], "calsync resume" in shown.mend) == (MIKE, "4", True)
    for _ in range(3):
        shard.round_done()
    shard.set_policy(SHY)
    assert (erased(shard), len(shard.facts)) == ([], 4), "the same question is not asked again"
    shard.set_policy(SHY, consents=1)
    assert erased(shard) == ["m0", "m1", "m2", "m3"]
    assert (problem(shard), size(shard)) == (None, Size(living=5))


def test_what_was_answered_is_not_asked_again() -> None:  # SAF-12
    shard = mailbox(9)
    deleted(shard, 0, 1, 2, 3)
    shard.set_policy(SHY, consents=1)
    first, *others = shard.orders
    shard.orders[:] = [first]
    shard.refuse(Why.STOPPED)
    shard.set_policy(SHY, consents=1)
    assert erased(shard) == ["m0"]
    shard.orders += others
    for order in list(shard.orders):
        shard.write(order=order)
    shard.orders.clear()
    assert {link.state for link in shard.links() if link.death is not Death.NONE} == {State.ENDED}
    assert deleted(shard, 4) == ["m4"], "the next deletion is an ordinary one"


def test_taken_out_of_the_recycle_bin_they_are_no_question_any_more() -> None:  # SAF-12, X4
    shard = mailbox(9)
    deleted(shard, 0, 1, 2, 3)
    for number in range(4):
        when = timed(TEN + timedelta(days=number))
        shard.see(there(replace(SHOWN, when=when), name=f"p{number}", mark="back", edited=False), side=PRACTIFI)
    assert (problem(shard), size(shard)) == (None, Size(living=9))
    shard.set_policy(SHY, consents=1)
    assert shard.orders == []
    assert deleted(shard, 0) == ["m0"]


def test_a_brake_that_stands_takes_what_is_deleted_after_it() -> None:
    shard = mailbox(9)
    deleted(shard, 0, 1, 2, 3)
    assert deleted(shard, 4) == []
    shard.set_policy(SHY, consents=1)
    assert erased(shard) == ["m0", "m1", "m2", "m3", "m4"]


def test_consent_from_before_is_no_consent() -> None:  # X4
    shard = mailbox(9)
    shard.set_policy(SHY, consents=5)
    assert deleted(shard, 0, 1, 2, 3) == []
    shard.set_policy(SHY, consents=5)
    assert erased(shard) == []
    shard.set_policy(SHY, consents=6)
    assert len(erased(shard)) == 4


def test_the_brake_of_one_mailbox_does_not_stop_another() -> None:  # ruling 30
    shard = mailbox(9)
    meeting = here(name="j1", mailbox=JOHN)
    shard.see(meeting)
    order = shard.take()
    shard.write(there(name="pj", mailbox=JOHN, owner=JOHNS, edited=False, stamp=order.link), order)
    shard.see(*(Vanished(f"p{n}", MIKE) for n in range(4)), Vanished("pj", JOHN), side=PRACTIFI)
    assert erased(shard) == ["j1"]


def test_what_changes_nothing_in_microsoft_needs_no_brake() -> None:  # X3, D1
    shard = mailbox(9)
    shard.set_policy(INWARD)
    assert deleted(shard, 0, 1, 2, 3) == []
    assert (problem(shard), size(shard)) == (None, Size(living=5))
    shard = mailbox(9)
    shard.now = TEN + timedelta(days=30)
    deleted(shard, 0, 1, 2, 3)
    assert (problem(shard), size(shard)) == (None, Size(living=5)), "they are past"


def test_what_we_erased_ourselves_is_not_counted() -> None:  # REC-69
    shard = mailbox(9)
    shard.see(*(Vanished(f"m{number}", MIKE) for number in range(8)))
    orders, shard.orders = shard.orders, []
    assert deleted(shard, *range(4)) == [], "a reader is faster than the writer's answer"
    for order in orders:
        shard.write(order=order)
    assert deleted(shard, *range(4, 8)) == []
    assert (shard.orders, problem(shard), size(shard)) == ([], None, Size(living=1))


def test_a_mailbox_that_changes_in_microsoft_while_it_waits_brings_its_event_back() -> None:  # SAF-01
    shard = mailbox(9)
    deleted(shard, 0, 1, 2, 3)
    shard.see(here(replace(STANDUP, when=timed(TEN, zone="UTC"), subject="Daily"), name="m0", mark="new"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, size(shard)) == (PRACTIFI, "", Size(living=5, dying=3, held=3))


def test_deletions_made_while_paused_are_judged_after_it() -> None:  # AUT-15, X4
    shard = mailbox(9)
    shard.set_policy(SHY, active=False)
    deleted(shard, 0, 1, 2, 3)
    shard.set_policy(SHY, consents=1)
    assert erased(shard) == [], "the resume ends the pause; it is no answer to what was not asked yet"
    shard.round_done()
    assert (erased(shard), size(shard).held) == ([], 4)
    shard.set_policy(SHY, consents=2)
    assert len(erased(shard)) == 4


def test_a_run_has_not_settled_before_its_deletions_are_written() -> None:  # ruling 24
    shard = mailbox(4)
    run = shard.next_run()
    deleted(shard, 0, whole=False)
    for reader in ("graph-poller", "salesforce-watcher"):
        shard.hear(ReadDone(run, reader, messages=(0, 1)[reader != "graph-poller"]), f"{reader}/acme/0")
    assert not shard.settled
    shard.write()
    assert [settled.run for settled in shard.settled] == [run]


def test_all_that_is_left_of_a_series_does_not_go_without_consent() -> None:  # REC-68
    shard = mailbox(3, TWO_WAY, series="REC")
    assert deleted(shard, 0, 1, 2) == []
    assert problem(shard) is not None
    assert all("series" in fact.reason for fact in shard.facts if isinstance(fact, Blocked))
    shard.set_policy(TWO_WAY, consents=1)
    assert erased(shard) == ["m0", "m1", "m2"]


@pytest.mark.parametrize(("gone", "goes"), [
    pytest.param((0,), ["m0"], id="the first"),
    pytest.param((1,), ["m1"], id="one in the middle"),
    pytest.param((0, 1), ["m0", "m1"], id="two of three"),
])  # fmt: skip
def test_a_part_of_a_series_goes(gone: tuple[int, ...], goes: list[str]) -> None:  # REC-67
    shard = mailbox(3, TWO_WAY, series="REC")
    assert deleted(shard, *gone) == goes
    assert problem(shard) is None


def test_the_last_occurrence_of_a_series_goes_alone() -> None:  # REC-67
    shard = mailbox(3, TWO_WAY, series="REC")
    for number in range(3):
        assert deleted(shard, number) == [f"m{number}"]
        shard.write()


def test_occurrences_of_the_past_do_not_keep_a_series_alive() -> None:  # REC-68
    shard = mailbox(4, TWO_WAY, series="REC")
    shard.now = TEN + timedelta(days=1, hours=12)
    assert deleted(shard, 2, 3) == [], "the two that were still to come"


def alive(held: Held | None) -> bool:
    return held is not None and not held.gone


@given(STEPS)
def test_the_size_of_a_mailbox_is_what_it_holds(steps: list[tuple[str, Side, int, dict[str, Any]]]) -> None:  # X4
    world = started(CALM)
    for step in steps:
        play(world, *step)
        measured(world.shard)
    if world.rows[PRACTIFI]:
        world.remove(PRACTIFI, min(world.rows[PRACTIFI]))
    world.settle()
    measured(world.shard)


def measured(shard: Shard) -> None:
    """The rows tell what the links tell."""
    links = shard.links()
    living = [link for link in links if alive(link.microsoft) and alive(link.practifi)]
    dying = [link for link in links if link.state is State.ACTIVE and link.pending is None
             and alive(link.microsoft) and link.practifi and link.practifi.gone]  # fmt: skip
    assert size(shard) == Size(len(living), len(dying))
    rows = {key for key in shard.rows if key.startswith("dying/")}
    assert rows == {f"dying/{MIKE}/{one.id}" for one in dying}
