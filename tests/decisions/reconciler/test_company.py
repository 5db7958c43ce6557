"""Who is on an event, at random: whatever people change on both sides while orders are out, crossed or not heard of, in
the end everybody is where the last word about them has put them (M1, A4, I2)."""

from functools import partial
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.policy import Invitations, Policy
from tests.decisions.reconciler.company import ADDRESSES, Company
from tests.decisions.reconciler.shard import ANN, BOB, JOHN, MICROSOFT, MIKE, PRACTIFI, Shard
from tests.decisions.reconciler.test_converges import CALM, agree

Deed = tuple[str, int, str, int]
OUTLOOK = ("invite", "invite", "rename", "meet")


def deeds(*what: str) -> st.SearchStrategy[Deed]:
    return st.tuples(st.sampled_from(what), st.integers(0, 2), st.sampled_from(sorted(ADDRESSES)), st.integers(0, 1))


STEP = st.one_of(
    deeds(*OUTLOOK, "put on").map(lambda deed: (deed,)),
    st.tuples(st.sampled_from(("tell", "perform", "die", "answer", "rest")), st.sampled_from(Side)),
    st.tuples(st.just("forget"), st.integers(0, 3)),
    st.tuples(st.just("cross"), st.integers(0, 4), deeds(*OUTLOOK)),
)  # fmt: skip
"""In Practifi nobody acts within our write: the README states what that may cost (ruling 7)."""
HANDS = st.tuples(st.sampled_from((MIKE, JOHN)), st.integers(0, 2)).map(lambda hand: ("hand", hand))


def act(world: Company, deed: Deed) -> None:
    """A person's deed."""
    what, which, person, how = deed
    outlook, office = (sorted(world.rows[side], key=lambda name: int(name[1:])) for side in Side)
    match what:
        case "meet":
            world.meet(list(Side)[how], person)
        case "invite":
            world.invite(outlook[which % len(outlook)], person)
        case "put on":
            world.put_on(office[which % len(office)], person, related=bool(how))
        case _:
            world.edit(MICROSOFT, outlook[which % len(outlook)], subject=f"Call {how}")


def play(world: Company, what: str, which: Any) -> None:
    """A step of the machinery."""
    match what:
        case "tell":
            world.look(which)
            while world.under_way:
                world.arrive()
        case "perform":
            world.perform()
        case "die":
            world.die()
        case "answer":
            world.answer()
        case "forget":
            world.forget(which)
        case "hand":
            mailbox, place = which
            office = sorted(world.rows[PRACTIFI], key=lambda name: int(name[1:]))
            world.hand(office[place % len(office)], mailbox)
        case _:
            rest(world)


def rest(world: Company) -> None:
    world.settle()
    world.judge()
    assert world.settle() == 0, "a second run writes"


def told(person: str) -> list[Any]:
    """The list in Outlook is changed, and told."""
    return [(("invite", 0, person, 0),), ("tell", MICROSOFT)]


UNHEARD = [*told(ANN), ("die", MICROSOFT), (("invite", 0, ANN, 0),)]
"""Somebody is put on an Event, nobody hears of it, and the list is changed back."""
BY_HAND = [(("put on", 0, ANN, 0),), ("rest", MICROSOFT), *told(ANN), ("rest", MICROSOFT), *told(ANN)]
"""Who was invited by hand comes on the list, and leaves it."""

BORN = [(("meet", 0, ANN, 1),), ("tell", PRACTIFI), ("perform", MICROSOFT), (("invite", 2, BOB, 0),)]
"""The list is changed before it is heard that the event was made."""
RENAMED = [(("meet", 0, ANN, 1),), ("tell", PRACTIFI), (("invite", 0, ANN, 0),), ("forget", 1),
           (("invite", 2, ANN, 0),), (("invite", 2, BOB, 0),)]  # fmt: skip
"""One comes and another goes on the list of an event that the writer has made, and forgotten."""

LEFT = [(("meet", 0, ANN, 0),), ("tell", MICROSOFT), (("invite", 2, ANN, 0),), ("tell", MICROSOFT), ("forget", 1)]
"""Somebody leaves the list of what the writer has made in Practifi with them, and forgotten."""
JOINED = [LEFT[0], LEFT[1], (("invite", 2, BOB, 0),), *LEFT[3:]]
"""The same, but somebody else is put on that list."""


@settings(max_examples=150)
@example(BORN)
@example(UNHEARD)
@example(BY_HAND)
@example(RENAMED)
@example(LEFT)
@example(JOINED)
@given(st.lists(STEP, max_size=25))
def test_everybody_is_where_the_last_word_about_them_has_put_them(steps: list[Any]) -> None:  # rulings 7, 9
    world = begun(CALM)
    for step in steps:
        go_on(world, step)
    rest(world)


def begun(policy: Policy) -> Company:
    world = Company(Shard(policy))
    for side in Side:
        world.meet(side, BOB)
    rest(world)
    return world


def go_on(world: Company, step: Any) -> None:
    match step:
        case (deed,):
            act(world, deed)
        case ("cross", moment, deed):
            world.meanwhile = [None] * moment + [partial(act, world, deed)]
            world.perform()
            world.meanwhile.clear()
        case what, which:
            play(world, what, which)


@settings(max_examples=60)
@given(st.lists(st.one_of(STEP, HANDS), max_size=25))
def test_whoever_has_an_event_meanwhile_both_sides_are_alike_and_it_goes_by_the_list(steps: list[Any]) -> None:
    """Whom a hand-over takes along is not asked; who is put on the list next is there (ruling 14, A4, M1)."""
    world = begun(replace(CALM, invitations=Invitations.ALWAYS))
    for step in steps:
        if step[0] == "rest":
            world.settle()
        else:
            go_on(world, step)
    world.settle()
    agree(world)
    for name, twin, person in world.places():
        assert world.rows[MICROSOFT][name].mailbox == world.rows[PRACTIFI][twin].mailbox
        world.invite(name, person)
    world.settle()
    for name, twin, person in world.places():
        assert world.names(name, person) is (person in world.on.get(twin, {})), (name, twin, person)
    assert world.settle() == 0, "a second run writes"
