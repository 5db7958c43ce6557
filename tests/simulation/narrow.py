"""The narrow level: merge and decisions alone. A calendar is generated and synced, then changed twice, so that the two
sides have much in common and differ in little, as real ones do; some of it is the same on both. Writes succeed, in any
order. It must come to rest within a few rounds, with both sides alike. No store, no bus, no fault: thousands of cases a
minute."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, ShowAs, Side
from contracts.observed import Item
from tests.decisions.reconciler.shard import NOW, STANDUP, TEN, TWO_WAY, Shard, timed
from tests.decisions.reconciler.test_converges import agree
from tests.decisions.reconciler.world import World

ROUNDS = 8
"""Reads of both sides until it rests: one brings an edit over, the next one our own writes back; a deletion that meets
an edit takes a few more."""
MOST = 8
"""Events in a calendar."""


class Calendars(World):
    """Both calendars; each side says when an event was changed last, as the real ones do: so an answer that comes late
    is told from a person's return to what was there before."""

    def item(self, side: Side, name: str) -> Item:
        item = super().item(side, name)
        return replace(item, changed_at=NOW + timedelta(seconds=int(item.mark)))


def case(seed: int) -> list[str]:
    """What is wrong with the calendar of a seed after both sides were changed."""
    chance = Random(f"narrow {seed}")
    world = Calendars(Shard(replace(TWO_WAY, park_after_writes_per_hour=1000, brake_minimum=1000)))
    for number in range(chance.randint(1, MOST)):
        world.make(chance.choice(list(Side)), _event(chance, number), edited=True)
    if not rests(world, chance):
        return ["the first sync never ends"]
    common = Random(chance.getrandbits(32))  # what both people do alike
    shared = [_perturbation(common) for _ in range(common.randint(0, 2))]
    for side in Side:
        for act in [*shared, *(_perturbation(chance) for _ in range(chance.randint(0, 5)))]:
            act(world, side)
        if chance.random() < 0.5:
            _half(world, chance, side)
    if not rests(world, chance):
        return [f"it does not rest within {ROUNDS} rounds"]
    try:
        agree(world)
    except AssertionError as error:
        return [str(error).partition("\n")[0]]
    return [] if rests(world, chance, most=1) else ["another run writes"]


def rests(world: World, chance: Random, most: int = ROUNDS) -> bool:
    """Read, decide and write in rounds, the writes of each in any order; whether nothing is left to do in the end."""
    for _ in range(most):
        for side in chance.sample(list(Side), 2):
            world.look(side)
        while world.under_way:
            world.arrive()
        idle = not world.shard.orders and not world.answers
        while world.shard.orders or world.answers:
            chance.shuffle(world.shard.orders)
            world.perform()
            chance.shuffle(world.answers)
            while world.answers:
                world.answer()
        if idle:
            return True
    return False


def _half(world: World, chance: Random, side: Side) -> None:
    """One side is read and decided upon before the other one is changed; the orders are still out."""
    world.look(side)
    while world.under_way:
        world.arrive()
    if chance.random() < 0.5:
        world.perform()  # and carried out, but nobody has heard so


Act = Callable[[World, Side], None]


def _perturbation(chance: Random) -> Act:
    """Something that a person does to a calendar; to which event is decided by the calendar's own order, so that two
    sides that do it do it to the same."""
    at, what = chance.randint(0, MOST), chance.choice(("edit", "edit", "edit", "move", "remove", "make", "anew"))
    values, number = _values(chance), chance.randint(100, 999)

    def act(world: World, side: Side) -> None:
        names = sorted(world.rows[side], key=lambda name: _key(world.rows[side][name].event))
        if what == "make" or not names:
            world.make(side, _event(Random(number), number), edited=True)
            return
        name = names[at % len(names)]
        if what == "edit":
            world.edit(side, name, **values)
        elif what == "move":
            world.edit(side, name, when=_time(Random(number)))
        else:
            event = world.rows[side][name].event
            world.remove(side, name)
            if what == "anew":  # deleted, and made again as it was
                world.make(side, event, edited=True)

    return act


def _key(event: CalendarEvent) -> str:
    return f"{event.subject} {event.when}"


def _event(chance: Random, number: int) -> CalendarEvent:
    return replace(STANDUP, when=_time(chance), subject=f"Meeting {number}", location=f"Room {chance.randint(1, 3)}")


def _time(chance: Random) -> Any:
    return timed(TEN + timedelta(hours=chance.randint(0, 48)), zone="Europe/Warsaw")


def _values(chance: Random) -> dict[str, Any]:
    """One field or two, with few values, so that both sides often choose the same."""
    values: dict[str, Any] = {
        "subject": chance.choice(("Daily", "Review", "x" * 300)), "location": chance.choice(("Room 1", "Room 9", "")),
        "show_as": chance.choice((ShowAs.FREE, ShowAs.BUSY, ShowAs.TENTATIVE)), "reminder": chance.choice((None, 15)),
    }  # fmt: skip
    return {name: values[name] for name in chance.sample(sorted(values), chance.randint(1, 2))}
