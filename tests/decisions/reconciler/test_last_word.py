"""Nobody's last word is lost, however reads, writes and answers cross one another (CON-20, CON-21, INB-24, OUT-23)."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Side
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, STANDUP, TWO_WAY, Shard
from tests.decisions.reconciler.test_converges import VALUES, agree
from tests.decisions.reconciler.world import World, kept

CALM = replace(TWO_WAY, park_after_writes_per_hour=1000)
OWN = {MICROSOFT: ("subject", "when"), PRACTIFI: ("location", "show_as")}
"""Who edits what: each field has one author, so that its last word is known."""

WORDS = st.one_of(
    *(st.tuples(st.just(side), st.just(field), VALUES[field]) for side, fields in OWN.items() for field in fields)
)
MOVES = st.tuples(st.sampled_from(("look", "arrive", "perform", "answer")), st.sampled_from(Side), st.integers(0, 3))


def story(world: World, moves: list[Any]) -> dict[str, Any]:
    """Play edits and crossings on one pair; the last word on each field."""
    name = world.make(MICROSOFT, STANDUP)
    world.settle()
    (twin,) = world.rows[PRACTIFI]
    said: dict[str, Any] = {}
    for one, other, third in moves:
        if one in OWN:
            world.edit(one, name if one is MICROSOFT else twin, **{other: third})
            said[other] = third
        elif one == "look":
            world.look(other)
        elif one == "arrive":
            world.arrive(third)
        else:
            world.perform() if one == "perform" else world.answer()
    world.settle()
    return said


@settings(max_examples=400)
@given(st.lists(st.one_of(WORDS, MOVES), max_size=40))
def test_the_last_word_on_every_field_stands(moves: list[Any]) -> None:
    world = World(Shard(CALM))
    said = story(world, moves)
    (row,) = world.rows[MICROSOFT].values()
    for field, value in said.items():
        wanted = kept(replace(STANDUP, **{field: value}))
        assert getattr(kept(row.event), field) == getattr(wanted, field), field
    agree(world)
    assert world.settle() == 0
    assert "Conflict" not in world.shard.kinds(), "nobody changed what the other changed"
