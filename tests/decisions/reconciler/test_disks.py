"""Whatever store fails at whatever moment: nothing is there twice, nothing is deleted without proof, everything comes
to rest, and what stands on both sides afterwards is a pair like any other (rulings 5, 6)."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Side
from tests.decisions.reconciler.disks import Disks
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, STANDUP, TEN, Shard, timed
from tests.decisions.reconciler.test_converges import CALM

POLICY = replace(CALM, brake_minimum=1000)
PEOPLE = ("make", "edit", "remove")
MACHINES = ("look", "look", "arrive", "arrive", "arrive", "awake", "ask", "give", "perform", "signs")
Steps = list[tuple[str, Side, int]]


def steps(*faults: str) -> st.SearchStrategy[Steps]:
    what = st.one_of(st.sampled_from(PEOPLE), st.sampled_from(MACHINES), st.sampled_from(faults))
    return st.lists(st.tuples(what, st.sampled_from(Side), st.integers(0, 3)), max_size=30)


def story(told: Steps) -> Disks:
    """Two meetings that both sides have, then these steps; in the end an administrator consents."""
    disks = begun()
    for step in told:
        play(disks, *step)
    disks.settle()
    disks.shard.set_policy(POLICY, consents=1)
    disks.settle()
    assert disks.settle() == 0, "another run writes"
    return disks


def play(disks: Disks, what: str, side: Side, which: int) -> None:
    names = sorted(disks.rows[side])
    match what:
        case "make":
            when = timed(TEN + timedelta(hours=disks.ticks + 20), zone="Europe/Warsaw")
            disks.make(side, replace(STANDUP, subject=f"Made at {disks.ticks}", when=when), edited=True)
        case "edit" if names:
            disks.edit(side, names[which % len(names)], subject=f"Typed at {disks.ticks}")
        case "remove" if names:
            disks.remove(side, names[which % len(names)])
        case "edit" | "remove":
            pass
        case "look" | "lose_reader":
            getattr(disks, what)(side)
        case "arrive" | "ask":
            getattr(disks, what)(which)
        case _:
            getattr(disks, what)()


def begun() -> Disks:
    """Two meetings that both sides have."""
    disks = Disks(Shard(POLICY))
    disks.make(MICROSOFT, STANDUP)
    disks.make(PRACTIFI, replace(STANDUP, subject="Review", when=timed(TEN + timedelta(hours=9))), edited=True)
    disks.settle()
    return disks


def works(disks: Disks) -> None:
    """What stands on both sides is kept alike, whoever edits it, and goes on both when one is deleted."""
    pairs = {name: twins for name, twins in disks.families().items() if len(twins) == 2}
    for side in Side:
        for name, twins in pairs.items():
            disks.edit(side, twins[side], subject=f"{name}, typed in {side.value}")
        disks.settle()
        for name, twins in pairs.items():
            shown = {disks.rows[one][twins[one]].event.subject for one in Side}
            assert shown == {f"{name}, typed in {side.value}"}
    for place, twins in enumerate(pairs.values()):
        side = list(Side)[place % 2]
        disks.remove(side, twins[side])
    disks.settle()
    assert not pairs.keys() & disks.families().keys(), "a deletion is lost"
    assert disks.wrong == []


TURNED = [("lose", MICROSOFT, 0), ("signs", MICROSOFT, 0), ("copy", MICROSOFT, 0), ("ask", MICROSOFT, 0)]
BETWEEN = [*TURNED, ("lose", MICROSOFT, 0), ("signs", MICROSOFT, 0), ("ask", MICROSOFT, 1), ("put_back", MICROSOFT, 0)]
"""A memory that is put back waits for its own question, and its readers have heard that of another."""
ANEW = [("edit", MICROSOFT, 1), ("remove", PRACTIFI, 1), ("settle", MICROSOFT, 0), ("lose", MICROSOFT, 0)]
"""What was deleted and made again is told with what it was made for."""


@settings(max_examples=100)
@example(BETWEEN)
@example(ANEW)
@given(steps("lose", "copy", "put_back", "signs", "settle"))
def test_a_reconciler_whose_store_fails_at_any_moment(told: Steps) -> None:  # ruling 6, PRO-02, PRO-10
    """What a person deleted just before that may stay on the other side; nothing else may be alone."""
    disks = story(told)
    alone = {name for name, twins in disks.families().items() if len(twins) == 1}
    assert alone <= disks.deleted.keys()
    works(disks)


@settings(max_examples=60)
@given(steps("lose_reader", "settle"))
def test_a_reader_whose_store_fails_at_any_moment(told: Steps) -> None:  # ruling 6, PRO-02, PRO-10
    disks = story(told)
    assert {len(twins) for twins in disks.families().values()} <= {2}
    works(disks)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(("edit", "make", *MACHINES)), st.just(PRACTIFI), st.integers(0, 3))))
def test_what_people_do_in_practifi_while_a_mailbox_cannot_be_read_after_a_loss(told: Steps) -> None:
    """It goes out as soon as the mailbox can be read, and is there once (ruling 5, PRO-02, PRO-10)."""
    disks = begun()
    disks.shut = True
    disks.lose()
    disks.settle()
    for step in told:
        play(disks, *step)
    disks.shut = False
    disks.settle()
    assert {frozenset(twins) for twins in disks.families().values()} == {frozenset(Side)}
    for twins in disks.families().values():
        here, there = (disks.rows[side][twins[side]].event.subject for side in Side)
        assert here == there, "a word is lost"
    works(disks)
