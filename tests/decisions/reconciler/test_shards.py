"""A firm in two shards behaves like one in one: each shard knows everybody who is synced, and tells the others of the
meetings to which their people are invited (I1, I2, rulings 18, 19, 22)."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side
from contracts.observed import Item, Pair, Paired
from contracts.write import Order, Write
from services.reconciler.rows import State
from tests.decisions.reconciler.shard import (
    EVE,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    MIKES,
    PRACTIFI,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip

TWO = replace(TWO_WAY, shards=2)
PAIRS = (
    Pair(MIKE, 0, MIKES, ("mike@firm.example",)),
    Pair(JOHN, 1, JOHNS, ("john@firm.example",)),
    Pair("mailbox-sue", 0, "005-sue", ("sue@firm.example",)),
)
MEETING = replace(STANDUP, organizer="mike@firm.example", attendees=guest("john@firm.example", "eve@firm.example"))


class Firm:
    """Mike's shard and John's; what one tells the other arrives when the test says so."""

    def __init__(self) -> None:
        self.mikes, self.johns = (Shard(TWO, pairs=Paired(1, PAIRS, shard)) for shard in (0, 1))

    def exchange(self) -> None:
        shards = (self.mikes, self.johns)
        for shard in shards:
            while shard.told:
                to, own = shard.told.pop(0)
                shards[to].hear(own)

    def take(self, shard: Shard, side: Side) -> Write:
        (order,) = [one for one in shard.orders if one.side is side]
        shard.orders.remove(order)
        assert isinstance(order, Write)
        return order


def copy(event: CalendarEvent = MEETING, **more: Any) -> Item:
    """The meeting in John's mailbox."""
    return here(event, name="j1", mark="j-a", mailbox=JOHN, uid="uid-1", mine=False, **more)


def own(event: CalendarEvent = MEETING, **more: Any) -> Item:
    """The meeting in Mike's mailbox."""
    return here(event, uid="uid-1", **more)


def made(firm: Firm, order: Order) -> None:
    firm.mikes.write(own(stamp=f"{order.link}-g0"), order)


def test_a_synced_user_of_another_shard_is_shown_and_not_invited() -> None:  # I2
    firm = Firm()
    firm.mikes.see(own())
    order = firm.take(firm.mikes, PRACTIFI)
    assert (order.people, order.invitees) == ((), (EVE,))


def test_every_synced_mailbox_has_its_own_version_of_a_microsoft_meeting() -> None:  # I2, ruling 18
    firm = Firm()
    firm.mikes.see(own())
    firm.exchange()
    firm.johns.see(copy())
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


@pytest.mark.parametrize("early", [True, False], ids=["the copy is read first", "the copy is read last"])
def test_the_copy_of_a_practifi_meeting_is_no_event_of_its_own(early: bool) -> None:
    firm = Firm()  # ruling 18, I1
    firm.mikes.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    if early:
        firm.johns.see(copy())
    made(firm, order)
    firm.exchange()
    if not early:
        firm.johns.see(copy())
    for wake in firm.johns.wakes:
        firm.johns.now = wake.at
        firm.johns.hear(wake.body)
    assert firm.johns.orders == []


def test_a_copy_waits_for_the_word_of_the_organizers_shard() -> None:  # ruling 19
    firm = Firm()
    firm.johns.see(copy())
    assert firm.johns.orders == []
    firm.mikes.see(own())
    firm.exchange()
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


def test_it_does_not_wait_for_ever() -> None:  # ruling 19
    firm = Firm()
    firm.johns.see(copy())
    (wake,) = firm.johns.wakes
    assert wake.at == firm.johns.now + timedelta(minutes=30)
    firm.johns.hear(wake.body)
    assert firm.take(firm.johns, PRACTIFI).mailbox == JOHN


def test_who_is_invited_later_has_a_copy_like_the_others() -> None:  # rulings 18, 19
    firm = Firm()
    firm.mikes.see(there(), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    firm.mikes.write(own(STANDUP, stamp=f"{order.link}-g0"), order)
    assert firm.mikes.told == [], "nobody of John's shard is invited yet"
    firm.mikes.see(own(MEETING, mark="m-b"))
    firm.exchange()
    firm.johns.see(copy())
    assert ([link.state for link in firm.johns.links()], firm.johns.wakes) == ([State.COPY], [])


def test_who_is_synced_later_in_another_shard_has_no_second_event_of_their_copy() -> None:  # rulings 18, 19
    firm = Firm()
    for shard in (firm.mikes, firm.johns):
        shard.hear(Paired(2, (PAIRS[0],), shard.pairs.shard))
    firm.mikes.see(there(people=(JOHNS,)), side=PRACTIFI)
    made(firm, firm.take(firm.mikes, MICROSOFT))
    for shard in (firm.mikes, firm.johns):
        shard.hear(Paired(3, PAIRS, shard.pairs.shard))
    firm.exchange()
    firm.johns.see(copy())
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


def test_the_same_is_told_once_and_heard_twice_without_harm() -> None:  # O6
    firm = Firm()
    firm.johns.see(copy())
    firm.mikes.see(own())
    (told,) = firm.mikes.told
    firm.johns.hear(told[1])
    firm.johns.hear(told[1])
    assert len(firm.johns.orders) == 1
    firm.mikes.see(own(replace(MEETING, subject="Daily"), mark="m-b"))
    assert len(firm.mikes.told) == 1


def test_a_meeting_within_one_shard_is_told_to_nobody() -> None:  # ruling 21
    firm = Firm()
    firm.mikes.see(own(replace(MEETING, attendees=guest("eve@firm.example", "sue@firm.example"))))
    assert firm.mikes.told == []


def test_the_orders_of_a_shard_stay_in_it() -> None:  # ruling 22
    firm = Firm()
    firm.mikes.see(own())
    firm.exchange()
    firm.johns.see(copy())
    assert {one.mailbox for one in firm.mikes.orders} == {MIKE}
    assert {one.mailbox for one in firm.johns.orders} == {JOHN}
    assert all(link.state is State.ACTIVE for link in firm.johns.links())


def test_an_event_given_to_a_user_of_another_shard_is_made_nowhere() -> None:  # ruling 14, ruling 22
    firm = Firm()
    firm.mikes.see(there(mailbox=JOHN, owner=JOHNS), side=PRACTIFI)
    assert [one for one in firm.mikes.orders if one.side is MICROSOFT] == []
    assert firm.mikes.kinds() == ["Blocked"]
