"""Nobody's last word is lost, however reads, writes and answers cross one another (CON-20, CON-21, INB-24, OUT-23)."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Why, Write
from tests.decisions.reconciler.shard import MICROSOFT, NOW, PRACTIFI, SHOWN, STANDUP, TWO_WAY, Shard, here, there
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


def test_an_edit_after_our_write_that_a_reader_tells_before_the_writer_does() -> None:  # CON-21
    shard = Shard()
    shard.paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order = shard.take()
    shard.see(there(replace(SHOWN, subject="Mine"), mark="p-c"), side=PRACTIFI)
    shard.write(there(replace(SHOWN, subject="Daily"), mark="p-b"), order)
    back = shard.take()
    assert isinstance(back, Write)
    assert (back.side, back.event.subject) == (MICROSOFT, "Mine")


def test_a_refusal_that_is_older_than_what_a_reader_told_meanwhile() -> None:  # CON-20
    shard = Shard()
    shard.paired()
    shard.see(there(replace(SHOWN, location="Room 2"), mark="p-b"), side=PRACTIFI)
    order = shard.take()
    shard.see(here(replace(STANDUP, subject="Newest"), mark="m-c"))
    shard.orders.append(order)
    shard.refuse(Why.MOVED_ON, here(replace(STANDUP, subject="Older"), mark="m-b"))
    back = shard.take()
    assert isinstance(back, Write)
    assert (back.side, back.event.subject) == (PRACTIFI, "Newest")


def test_a_word_that_was_read_before_the_writer_looked_is_late_however_it_arrives() -> None:  # INB-24, ruling 7
    shard = Shard()
    earlier, later = NOW, NOW + timedelta(seconds=40)
    link = shard.paired()
    shard.see(here(replace(STANDUP, subject="New"), mark="m-b"))
    found = there(replace(SHOWN, subject="Typed later"), mark="p-c", changed_at=later)
    shard.refuse(Why.MOVED_ON, found)
    order = shard.take()
    shard.write(there(replace(SHOWN, subject="New"), mark="p-d", changed_at=later, edited=False), order)
    shard.see(there(replace(SHOWN, subject="Typed first"), mark="p-b", changed_at=earlier), side=PRACTIFI)
    assert shard.orders == []
    assert shard.link(link).practifi.event.subject == "New"  # type: ignore[union-attr]  # it is there
