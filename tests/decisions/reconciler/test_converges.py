"""Left alone, both sides agree, whatever people did meanwhile and however late everybody heard of it (PRO-02, PRO-08,
PRO-09)."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import ShowAs, Side
from contracts.policy import Policy
from contracts.write import Write
from services.reconciler.merge import TO_MICROSOFT
from tests.decisions.reconciler.shard import INWARD, MICROSOFT, PRACTIFI, STANDUP, TEN, TWO_WAY, Shard, timed
from tests.decisions.reconciler.world import World, kept

CALM = replace(TWO_WAY, park_after_writes_per_hour=1000)
"""Fuzzing writes more often than any person."""

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "subject": st.sampled_from(("Standup", "Daily", "x" * 300, "y" * 255)),
    "location": st.sampled_from(("Room 1", "Room 2", "")),
    "show_as": st.sampled_from((ShowAs.BUSY, ShowAs.TENTATIVE, ShowAs.FREE)),
    "reminder": st.sampled_from((None, 15)),
    "when": st.integers(0, 3).map(lambda hours: timed(TEN + timedelta(hours=hours), zone="Europe/Warsaw")),
}
EDITS = st.dictionaries(st.sampled_from(sorted(VALUES)), st.none(), max_size=3).flatmap(
    lambda chosen: st.fixed_dictionaries({name: VALUES[name] for name in chosen})
)


def agree(world: World) -> None:
    """Every event is on both sides, and Practifi holds all that it can of it."""
    one, other = world.rows[MICROSOFT], world.rows[PRACTIFI]
    links = {link.microsoft.id: link.practifi.id for link in world.shard.links()
             if link.microsoft and link.practifi and not link.microsoft.gone and not link.practifi.gone}  # fmt: skip
    assert set(links) == set(one), "an event of Microsoft is not in Practifi"
    assert sorted(links.values()) == sorted(other), "an event of Practifi is lost or there twice"
    for name, twin in links.items():
        shown = kept(one[name].event)
        for field in TO_MICROSOFT:
            assert getattr(shown, field) == getattr(other[twin].event, field), field


@given(EDITS, EDITS)
def test_what_one_side_changed_survives_and_microsoft_wins_what_both_changed(
    mine: dict[str, Any], theirs: dict[str, Any]
) -> None:  # CON-01, CON-04, PRO-08
    world = World(Shard(CALM))
    name = world.make(MICROSOFT, STANDUP)
    world.settle()
    (twin,) = world.rows[PRACTIFI]
    world.edit(MICROSOFT, name, **mine)
    world.edit(PRACTIFI, twin, **theirs)
    before = world.rows[PRACTIFI][twin].event
    world.settle()
    changed = {field for field in theirs if getattr(before, field) != getattr(kept(STANDUP), field)}
    for field in TO_MICROSOFT:
        has = getattr(kept(world.rows[MICROSOFT][name].event), field)
        moved = field in mine and mine[field] != getattr(STANDUP, field)
        wanted = mine[field] if moved else getattr(before, field) if field in changed else getattr(STANDUP, field)
        assert has == getattr(kept(replace(STANDUP, **{field: wanted})), field), field
    agree(world)
    assert world.settle() == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(Side), st.integers(0, 5), EDITS),
        st.tuples(st.just("make"), st.sampled_from(Side), st.just(0), EDITS),
        st.tuples(st.just("remove"), st.sampled_from(Side), st.integers(0, 5), st.just({})),
        st.tuples(st.sampled_from(("look", "arrive", "perform", "answer")), st.sampled_from(Side), st.integers(0, 5),
                  st.just({})),
    ),
    max_size=40,
)  # fmt: skip


def started(policy: Policy) -> World:
    """A world with two meetings that both sides have."""
    world = World(Shard(policy))
    world.make(MICROSOFT, STANDUP)
    world.make(PRACTIFI, replace(STANDUP, subject="Review"), edited=True)
    world.settle()
    return world


def play(world: World, what: str, side: Side, which: int, values: dict[str, Any]) -> None:
    names = sorted(world.rows[side])
    match what:
        case "make":
            world.make(side, replace(STANDUP, **values), edited=True)
        case "edit" if names:
            world.edit(side, names[which % len(names)], **values)
        case "remove" if names:
            world.remove(side, names[which % len(names)])
        case "look":
            world.look(side)
        case "arrive":
            world.arrive(which)
        case "perform":
            world.perform()
        case "answer":
            world.answer()
        case _:
            pass


@settings(max_examples=300)
@given(STEPS)
def test_any_story_ends_with_both_sides_alike(steps: list[tuple[str, Side, int, dict[str, Any]]]) -> None:
    world = started(CALM)
    for step in steps:
        play(world, *step)
    world.settle()
    agree(world)
    assert world.settle() == 0, "a second run writes"
    writes = [order for order in world.log if isinstance(order, Write)]
    assert all("attendees" not in order.fields for order in writes if order.target)  # PRO-09
    assert all("body" not in order.fields for order in writes if order.side is MICROSOFT)  # ruling 15


@settings(max_examples=100)
@given(STEPS)
def test_one_way_from_microsoft_never_writes_there(steps: list[tuple[str, Side, int, dict[str, Any]]]) -> None:
    world = started(replace(INWARD, park_after_writes_per_hour=1000))  # D6, PRO-03
    for step in steps:
        play(world, *step)
    world.settle()
    assert all(order.side is PRACTIFI for order in world.log)
    assert world.settle() == 0
