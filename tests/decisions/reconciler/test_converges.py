"""Left alone, both sides agree, whatever people did meanwhile and however late everybody heard of it (PRO-02, PRO-08,
PRO-09)."""

from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Importance, Response, Sensitivity, ShowAs, Side
from contracts.policy import Direction, Invitations, Mapped, Narrower, Policy, PrivateEvents
from contracts.write import Erase, Write
from services.reconciler import made
from services.reconciler.reach import TO_MICROSOFT
from tests.decisions.reconciler.shard import INWARD, MICROSOFT, PRACTIFI, STANDUP, TEN, TWO_WAY, Shard, timed
from tests.decisions.reconciler.watched import Watched
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


@given(EDITS, EDITS, st.sets(st.sampled_from(sorted(VALUES))))
def test_what_one_side_changed_survives_and_the_winner_keeps_what_both_changed(
    mine: dict[str, Any], theirs: dict[str, Any], ours: set[str]
) -> None:  # CON-01, CON-04, PRO-08, C1, C2
    world = World(Shard(replace(CALM, winners=dict.fromkeys(ours, PRACTIFI))))
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
        moved = field in mine and mine[field] != getattr(STANDUP, field) and not (field in ours and field in changed)
        wanted = mine[field] if moved else getattr(before, field) if field in changed else getattr(STANDUP, field)
        assert has == getattr(kept(replace(STANDUP, **{field: wanted})), field), field
    agree(world)
    assert world.settle() == 0


MACHINES = ("look", "look", "arrive", "arrive", "perform", "perform", "answer", "answer", "forget")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(Side), st.integers(0, 5), EDITS),
        st.tuples(st.just("make"), st.sampled_from(Side), st.just(0), EDITS),
        st.tuples(st.just("remove"), st.sampled_from(Side), st.integers(0, 5), st.just({})),
        st.tuples(st.sampled_from(MACHINES), st.sampled_from(Side), st.integers(0, 5), st.just({})),
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


def heard(world: World, side: Side, name: str) -> bool:
    """Whether we know of an event, unless it was none of ours."""
    known = {half.id for link in world.shard.links() if (half := link.on(side)) is not None}
    return name in known or not world.rows[side][name].stamp


def kept_as_sent(values: dict[str, Any]) -> dict[str, Any]:
    """What can be told from Microsoft's own way of keeping what an attempt has made of which nobody heard."""
    return {name: value for name, value in values.items() if name in made.KEPT}


def play(world: World, what: str, side: Side, which: int, values: dict[str, Any]) -> None:
    names = sorted(world.rows[side])
    match what:
        case "make":
            world.make(side, replace(STANDUP, **values), edited=True)
        case "edit" if names:
            name = names[which % len(names)]
            world.edit(side, name, **(values if heard(world, side, name) else kept_as_sent(values)))
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
        case "forget":
            world.forget(which)
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


TYPED: dict[str, st.SearchStrategy[Any]] = {
    **VALUES,
    "body": st.sampled_from(("", "notes", "agenda")),
    "sensitivity": st.sampled_from((Sensitivity.NORMAL, Sensitivity.PRIVATE)),
    "importance": st.sampled_from((Importance.NORMAL, Importance.HIGH)),
    "categories": st.sampled_from(((), ("Red",))),
    "my_response": st.sampled_from((Response.NONE, Response.ACCEPTED, Response.TENTATIVE)),
}
TYPES = st.dictionaries(st.sampled_from(sorted(TYPED)), st.none(), max_size=3).flatmap(
    lambda chosen: st.fixed_dictionaries({name: TYPED[name] for name in chosen})
)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("type", "type", "begin")), st.sampled_from(Side), st.integers(0, 5), TYPES),
        st.tuples(st.just("delete"), st.sampled_from(Side), st.integers(0, 5), st.just({})),
        st.tuples(st.sampled_from(MACHINES), st.sampled_from(Side), st.integers(0, 5), st.just({})),
    ),
    max_size=30,
)  # fmt: skip
SWITCHES = st.sampled_from((None, None, False, True))
PRIVATE = st.sampled_from((PrivateEvents.FULL, PrivateEvents.BUSY_ONLY))
"""What the readers leave out by SKIP never comes here."""
POLICIES = st.builds(
    replace,
    st.just(CALM),
    direction=st.sampled_from((Direction.TWO_WAY, *Direction)),
    invitations=st.sampled_from(Invitations),
    private_events=PRIVATE,
    winners=st.dictionaries(st.sampled_from(sorted(TYPED)), st.sampled_from(Side), max_size=3),
    mapping=st.dictionaries(
        st.sampled_from(sorted(TYPED)), st.builds(Mapped, st.sampled_from(("", "Place__c")), SWITCHES, SWITCHES),
        max_size=3,
    ),
    narrower=st.lists(st.builds(Narrower, st.just(("mike@firm.example",)), st.none(), PRIVATE), max_size=1).map(tuple),
)  # fmt: skip


def do(world: Watched, what: str, side: Side, which: int, values: dict[str, Any]) -> None:
    """A person's deed, or a step of the machinery."""
    names = sorted(world.rows[side])
    match what:
        case "begin":
            world.begin(side, replace(STANDUP, **values), which)
        case "type" if names:
            world.edit(side, names[which % len(names)], **values)
        case "delete" if names:
            world.delete(side, names[which % len(names)])
        case "type" | "delete":
            pass
        case _:
            play(world, what, side, which, values)


CROSSED = [("type", PRACTIFI, 0, {"body": ""}), ("type", MICROSOFT, 1, {"body": "notes"})]
"""A text is emptied in Practifi, and typed in Microsoft as it was last read in Practifi."""

PLACED = replace(CALM, mapping={"location": Mapped(to_practifi=False)})
TAKEN_BACK = [("type", PRACTIFI, 1, {"location": "Room 1"}), ("type", PRACTIFI, 1, {"location": ""})]
"""A place is typed in Practifi, where Microsoft's does not show, and taken back before anybody has read it."""


@settings(max_examples=400)
@example(CALM, CROSSED)
@example(PLACED, TAKEN_BACK)
@given(POLICIES, DEEDS)
def test_under_any_policy_a_story_ends_as_the_policy_says(
    policy: Policy, deeds: list[tuple[str, Side, int, dict[str, Any]]]
) -> None:  # PRO-02, PRO-08, PRO-09, PRO-10, CON-24, CON-25, C1, C2, F2, D11, A4, X2, P2, I3
    world = Watched(Shard(policy), policy=policy.of(("mike@firm.example",)))
    for which in range(3):
        world.begin(MICROSOFT, STANDUP, which)
    world.begin(PRACTIFI, replace(STANDUP, subject="Review", body="notes"), 0)
    world.settle()
    for deed in deeds:
        do(world, *deed)
    world.settle()
    world.settle()
    world.agree()
    assert world.settle() == 0, "a third run writes"


@settings(max_examples=100)
@given(POLICIES, POLICIES, TYPES, TYPES)
def test_a_change_of_the_policy_alone_changes_and_deletes_nothing(
    before: Policy, after: Policy, mine: dict[str, Any], theirs: dict[str, Any]
) -> None:  # D1, ruling 12
    before = replace(before, private_events=PrivateEvents.FULL, narrower=())
    after = replace(after, private_events=PrivateEvents.FULL, narrower=(), mapping=_switched(before, after))
    world = Watched(Shard(replace(before, direction=Direction.TWO_WAY)), policy=before)
    names = [world.begin(MICROSOFT, STANDUP, which) for which in range(3)]
    world.settle()
    world.shard.set_policy(before)
    for twin in sorted(world.rows[PRACTIFI]):
        world.edit(PRACTIFI, twin, **theirs)
    world.settle()
    for name in names:
        world.edit(MICROSOFT, name, **mine)
    world.settle()
    world.log.clear()
    world.shard.set_policy(after)
    world.read = {side: {} for side in Side}
    world.settle()
    assert not [order for order in world.log if isinstance(order, Erase) or (isinstance(order, Write) and order.fields)]
    assert [len(rows) for rows in world.rows.values()] == [3, 3]


def _switched(before: Policy, after: Policy) -> dict[str, Mapped]:
    """The later mapping, with every field in the column where it was before: another column is another value."""
    rows = {one: replace(row, field="") for one, row in after.mapping.items()}
    for one, row in before.mapping.items():
        rows[one] = replace(rows.get(one, Mapped()), field=row.field)
    return rows


@settings(max_examples=100)
@given(STEPS)
def test_one_way_from_microsoft_never_writes_there(steps: list[tuple[str, Side, int, dict[str, Any]]]) -> None:
    world = started(replace(INWARD, park_after_writes_per_hour=1000))  # D6, PRO-03
    for step in steps:
        play(world, *step)
    world.settle()
    assert all(order.side is PRACTIFI for order in world.log)
    assert world.settle() == 0
