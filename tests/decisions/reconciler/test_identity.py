"""Which item belongs to which link: stores that were lost, copies, repeats and late readers."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Observed, Vanished
from contracts.write import Erase, Why, Write
from services.reconciler.link import minted
from tests.decisions.reconciler.shard import (
    INWARD,
    MICROSOFT,
    MIKE,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    here,
    there,
)  # fmt: skip


def lost(first: Side, *, born: Side) -> Shard:
    """A shard that lost its store reads both sides again, one before the other."""
    shard = Shard(ready=False)
    own = minted(MICROSOFT, MIKE, "m1") if born is MICROSOFT else minted(PRACTIFI, MIKE, "p1")
    mine = here(stamp="" if born is MICROSOFT else f"{own}-g0")
    theirs = there(replace(SHOWN, location="Room 2"), stamp=own if born is MICROSOFT else "")
    for side in (first, first.other):
        shard.see(mine if side is MICROSOFT else theirs, side=side, run="run-1")
    shard.readers_done("run-1", messages=1)
    return shard


def test_a_lost_store_is_rebuilt_from_either_side_first() -> None:  # ruling 5, IDN-15, IDN-16
    for first in Side:
        for born in Side:
            shard = lost(first, born=born)
            assert not shard.orders, (first, born)
            (link,) = shard.links()
            assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")
            assert link.born is born
            shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b", stamp="" if born is MICROSOFT else link.id))
            order = shard.take()
            assert isinstance(order, Write)
            assert (order.side, order.fields) == (PRACTIFI, ("subject",)), "the rooms differ until somebody edits one"


def test_nothing_is_made_in_practifi_before_practifi_was_read() -> None:  # ruling 5
    shard = Shard(ready=False)
    shard.see(here(), run="run-1")
    assert not shard.orders
    shard.readers_done("run-1", messages=1)
    assert not shard.orders, "one message of the org is still under way"
    shard.see(there(name="p9", edited=False), side=PRACTIFI, run="run-1")
    assert shard.take().side is PRACTIFI


def test_a_copy_in_outlook_that_carries_our_stamp_is_a_new_event() -> None:  # IDN-18
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    stamp = f"{order.link}-g0"
    shard.write(here(stamp=stamp), order)
    shard.see(here(name="m2", mark="m-z", stamp=stamp))
    made = shard.take()
    assert isinstance(made, Write)
    assert (made.side, made.target) == (PRACTIFI, "")
    assert made.link != order.link
    link = shard.link(order.link)
    assert link.microsoft
    assert link.microsoft.id == "m1"


def test_a_clone_in_salesforce_is_a_new_event() -> None:  # IDN-19
    shard = Shard()
    name = shard.paired()
    shard.see(there(name="p2", stamp=name), side=PRACTIFI)
    order = shard.take()
    assert (order.side, order.link == name) == (MICROSOFT, False)


def test_our_own_creation_that_a_reader_shows_first_is_no_new_event() -> None:  # CON-10, CON-11
    for side, item, answer in ((MICROSOFT, here(), there), (PRACTIFI, there(), here)):
        shard = Shard()
        shard.see(item, side=side)
        order = shard.take()
        made = replace(answer(), stamp=f"{order.link}-g0")
        shard.see(made, side=side.other)
        shard.write(made, order)
        assert not shard.orders
        assert len(shard.links()) == 1


def test_the_same_id_three_times_is_one_event() -> None:  # IDN-25, INB-25
    shard = Shard()
    shard.see(here(), here(), here())
    shard.take()


def test_an_older_observation_never_overwrites_a_newer_one() -> None:  # INB-24
    shard = Shard()
    shard.paired()
    shard.hear(Observed(MICROSOFT, 90, (here(replace(STANDUP, subject="Newer"), mark="m-c"),)))
    order = shard.take()
    assert isinstance(order, Write)
    shard.write(there(replace(SHOWN, subject="Newer"), mark="p-c"), order)
    shard.hear(Observed(MICROSOFT, 80, (here(replace(STANDUP, subject="Older"), mark="m-b"),)))
    assert not shard.orders


def test_a_reader_that_is_behind_our_write_does_not_undo_it() -> None:  # CON-10
    shard = Shard()
    shard.paired()
    shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
    shard.write(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.see(here(mark="m-a"))
    assert not shard.orders


def test_a_new_mark_without_a_new_content_is_no_change() -> None:  # CON-23
    shard = Shard()
    shard.paired()
    shard.see(here(mark="m-b"))
    shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
    assert shard.take().side is MICROSOFT


def test_what_is_said_again_changes_no_row() -> None:  # CON-24, CUR-15
    shard = Shard(INWARD)
    shard.paired()
    before = {key: row for key, row in shard.rows.items() if key != "runs"}
    for _ in range(3):
        shard.see(here(mark="m-a"))
    assert {key: row for key, row in shard.rows.items() if key != "runs"} == before


def test_three_copies_of_one_meeting_are_three_events() -> None:  # IDN-10, I2
    shard = Shard(INWARD)
    shard.see(here(uid="u1", mine=False), here(name="m2", uid="u1", mailbox="mailbox-john", mine=False))
    assert len({order.link for order in shard.orders}) == 2


def test_ids_are_kept_byte_for_byte() -> None:  # IDN-24
    shard = Shard(TWO_WAY)
    shard.see(*(here(name=name, uid=name) for name in ("aB", "ab", "a/b/", "Ä b\n", "a~")))
    assert len({order.link for order in shard.orders}) == 5


def test_an_event_that_comes_back_from_another_calendar_with_another_id_is_the_same() -> None:  # IDN-20
    shard = Shard()
    name = shard.paired(here(uid="u1"))
    shard.see(here(name="m2", mark="m-b", uid="u1"), Vanished("m1", MIKE))
    assert shard.orders == []
    link = shard.link(name)
    assert link.microsoft
    assert (link.microsoft.id, link.microsoft.gone) == ("m2", False)
    shard.see(here(replace(STANDUP, subject="Daily"), name="m2", mark="m-c", uid="u1"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.link) == (PRACTIFI, "p1", name)
    shard.write(there(replace(SHOWN, subject="Daily"), mark="p-b"), order)
    shard.see(Vanished("m2", MIKE))
    assert isinstance(shard.take(), Erase)


def test_what_became_of_the_old_id_says_nothing_of_the_new_one() -> None:  # IDN-20, X2
    shard = Shard()
    name = shard.paired(here(uid="u1"))
    shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
    shard.see(here(name="m2", mark="m-b", uid="u1"), Vanished("m1", MIKE))
    shard.refuse(Why.GONE)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields, order.link) == (MICROSOFT, "m2", ("subject",), name)


def test_another_meeting_that_appears_as_one_is_deleted_is_another() -> None:  # ruling 1
    shard = Shard()
    shard.paired(here(uid="u1"))
    shard.see(here(name="m2", mark="m-b", uid="u2"), Vanished("m1", MIKE))
    assert [type(order) for order in shard.orders] == [Write, Erase]


def test_the_calendar_id_of_a_meeting_may_come_later_or_never() -> None:  # IDN-04, IDN-05
    shard = Shard()
    name = shard.paired()
    shard.see(here(mark="m-b", uid="u1"))
    link = shard.link(name)
    assert (shard.orders, link.microsoft and link.microsoft.uid) == ([], "u1")


def test_there_and_gone_in_one_message_is_there() -> None:  # CUR-13
    shard = Shard()
    shard.paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"), Vanished("m1", MIKE))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.subject) == (PRACTIFI, "Daily")


def test_a_message_of_strangers_asks_the_store_as_often_as_one_of_them() -> None:  # IDN-09
    asked = []
    for many in (1, 500):
        shard = Shard()
        shard.loads = 0
        shard.see(*(here(name=f"m{number}", uid="") for number in range(many)))
        asked.append(shard.loads)
        assert len(shard.orders) == many
    assert asked[0] == asked[1]


def test_a_foreign_event_is_never_touched() -> None:  # SAF-08
    shard = Shard()
    shard.paired()
    shard.see(there(name="p9", edited=False), side=PRACTIFI)
    shard.see(Vanished("p9", MIKE), side=PRACTIFI)
    shard.see(Vanished("m9", MIKE))
    assert (shard.orders, len(shard.links())) == ([], 1)
