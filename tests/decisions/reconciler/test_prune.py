"""Tombstones do not grow for ever, and are never forgotten too early (X5)."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.observed import Observed, Vanished
from services.reconciler.prune import MANY
from services.reconciler.rows import State
from tests.decisions.reconciler.shard import (
    INWARD,
    MICROSOFT,
    MIKE,
    PRACTIFI,
    STANDUP,
    TEN,
    Shard,
    here,
    there,
    timed,
)  # fmt: skip

LATER = timedelta(days=61)
ABOUT = ("link/", "ref/", "uid/", "gone/", "old/", "size/", "dying/", "deleted/")


def left(shard: Shard) -> list[str]:
    """The rows about events that the shard still has."""
    return sorted(key for key in shard.rows if key.startswith(ABOUT) and not key.startswith("deleted/"))


def ended(shard: Shard, *numbers: int) -> None:
    """These meetings come, and go again in Microsoft."""
    far = replace(STANDUP, when=timed(TEN + timedelta(days=400)))
    for number in numbers:
        shard.paired(here(far, name=f"m{number}", uid=f"u{number}"), there(name=f"p{number}", edited=False))
    shard.see(*(Vanished(f"m{number}", MIKE) for number in numbers))
    for order in list(shard.orders):
        shard.write(order=order)
    shard.orders.clear()


def a_round(shard: Shard, later: timedelta = timedelta()) -> None:
    shard.now += later
    shard.round_done()


def test_what_is_over_on_both_sides_is_forgotten_after_sixty_days() -> None:
    shard = Shard(INWARD)
    a_round(shard)
    ended(shard, 1)
    a_round(shard, timedelta(days=59))
    assert [link.state for link in shard.links()] == [State.ENDED]
    a_round(shard, timedelta(days=2))
    assert left(shard) == []


def test_a_tombstone_stays_while_the_other_side_has_the_event() -> None:  # X5
    shard = Shard(INWARD)
    a_round(shard)
    shard.paired()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    a_round(shard, LATER)
    shard.see(here(mark="m-b"))
    assert (shard.orders, [link.state for link in shard.links()]) == ([], [State.ENDED])
    shard.see(Vanished("m1", MIKE))
    a_round(shard, timedelta(days=1))
    assert len(shard.links()) == 1, "only now it is over"
    a_round(shard, LATER)
    assert left(shard) == []


def test_what_has_lived_again_is_counted_from_its_last_end() -> None:
    shard = Shard(INWARD)
    a_round(shard)
    ended(shard, 1)
    shard.now += timedelta(days=30)
    shard.see(here(name="m1", uid="u1"))
    shard.write(there(name="p2", edited=False))
    shard.see(Vanished("m1", MIKE))
    shard.write()
    a_round(shard, timedelta(days=31))
    assert [link.state for link in shard.links()] == [State.ENDED]
    a_round(shard, timedelta(days=31))
    assert left(shard) == []


def test_what_lives_again_is_not_forgotten() -> None:  # REC-27
    shard = Shard(INWARD)
    a_round(shard)
    ended(shard, 1)
    shard.see(here(name="m1", uid="u1"))
    shard.write(there(name="p2", edited=False))
    a_round(shard, LATER)
    a_round(shard)
    assert [link.state for link in shard.links()] == [State.ACTIVE]


def test_a_word_about_a_stranger_is_forgotten_too() -> None:  # IDN-08
    shard = Shard()
    a_round(shard)
    shard.hear(Observed(MICROSOFT, 902, (), (Vanished("m9", MIKE),)))
    a_round(shard, LATER)
    assert left(shard) == []


def test_only_a_few_are_forgotten_at_once_and_in_the_end_all() -> None:
    shard = Shard(INWARD)
    a_round(shard)
    gone = tuple(Vanished(f"m{number}", MIKE) for number in range(3 * MANY))
    shard.see(*gone)
    shard.now += LATER
    before = len(left(shard))
    shrinks = []
    hear = shard.hear

    def counted(body: object, sender: str = "") -> object:
        decision = hear(body, sender)  # type: ignore[arg-type]  # it is a Struct
        shrinks.append(len([row for row in decision.rows.values() if row is None]))
        return decision

    shard.hear = counted  # type: ignore[method-assign, assignment]  # only to look on
    a_round(shard)
    assert before == 6 * MANY
    assert left(shard) == []
    assert max(shrinks) == 2 * MANY


def test_a_live_event_is_never_forgotten() -> None:
    shard = Shard(INWARD)
    a_round(shard)
    name = shard.paired()
    for _ in range(5):
        a_round(shard, LATER)
    assert shard.link(name).state is State.ACTIVE
