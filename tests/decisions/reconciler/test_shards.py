"""A firm in two shards behaves like one in one: each shard knows everybody who is synced, and tells the others of the
meetings to which their people are invited (I1, I2, rulings 18, 19, 22)."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity, Side
from contracts.meeting import Own
from contracts.observed import Homes, Item, Pair, Paired
from contracts.policy import Direction, PrivateEvents
from contracts.write import Order, Outcomes, Refused, Why, Write, Written
from services.kernel.decision import Forgot
from services.reconciler.link import minted
from services.reconciler.prune import DAYS, Prune
from services.reconciler.rows import State
from tests.decisions.reconciler.forgetful import done, tells
from tests.decisions.reconciler.shard import (
    EVE,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    MIKES,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip

TWO = replace(TWO_WAY, shards=2)
SUE, SUES = "mailbox-sue", "005-sue"
PAIRS = (
    Pair(MIKE, 0, MIKES, ("mike@firm.example",)),
    Pair(JOHN, 1, JOHNS, ("john@firm.example",)),
    Pair(SUE, 0, SUES, ("sue@firm.example",)),
)
LEFT = (Pair(MIKE, 0, "", ("mike@firm.example",)), *PAIRS[1:])
"""Mike's mailbox has lost its user."""
MEETING = replace(STANDUP, organizer="mike@firm.example", attendees=guest("john@firm.example", "eve@firm.example"))

BLANK = CalendarEvent(MEETING.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)


class Firm:
    """Mike's shard and John's; what one tells the other arrives when the test says so."""

    def __init__(self) -> None:
        self.mikes, self.johns = (Shard(TWO, pairs=Paired(1, PAIRS, shard)) for shard in (0, 1))
        self.exchange()

    def exchange(self) -> None:
        shards = (self.mikes, self.johns)
        for shard in shards:
            while shard.told:
                to, own = shard.told.pop(0)
                shards[to].hear(own)
            for to, other in enumerate(shards):
                if (again := shard.asked.pop(f"reconciler/{to}", None)) is not None:
                    other.hear(again)

    def lose(self, shard: Shard, pairs: tuple[Pair, ...]) -> None:
        """A shard loses its memory, and knows again who belongs to whom."""
        shard.hear(Forgot("writer", shard.pairs.shard, shard.pairs.shard))
        shard.hear(Paired(2, pairs, shard.pairs.shard))
        self.exchange()

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


def unread(firm: Firm) -> None:
    """Mike's shard is told all anew but for what is in his mailbox."""
    tells(firm.mikes, PRACTIFI)
    done(firm.mikes, MICROSOFT, failed=(MIKE,), again=firm.mikes.asked["graph-poller"].wish)
    firm.exchange()


def wait_over(shard: Shard) -> None:
    """The time for which a copy waits is over."""
    wakes, shard.wakes = shard.wakes, []
    for wake in wakes:
        shard.now = max(shard.now, wake.at)
        shard.hear(wake.body)


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


@pytest.mark.parametrize("moved", [True, False], ids=["before our write", "with our write"])
def test_whom_the_writer_finds_invited_has_no_second_event(*, moved: bool) -> None:  # rulings 7, 18, I1
    firm = Firm()
    firm.mikes.see(there(), side=PRACTIFI)
    order, alone = firm.take(firm.mikes, MICROSOFT), replace(MEETING, attendees=())
    firm.mikes.write(own(alone, stamp=f"{order.link}-g0"), order)
    firm.mikes.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    if moved:
        refused = Refused(order.order, order.link, MICROSOFT, Why.MOVED_ON, item=own(mark="m-b"))
        firm.mikes.hear(Outcomes((refused,)))
    else:
        firm.mikes.write(own(replace(MEETING, subject="Daily"), mark="m-b"), order, replace(alone, subject="Daily"))
    firm.exchange()
    firm.johns.see(copy())
    wait_over(firm.johns)
    assert firm.johns.orders == []


def test_a_copy_waits_for_the_word_of_the_organizers_shard() -> None:  # ruling 19
    firm = Firm()
    firm.johns.see(copy())
    assert firm.johns.orders == []
    firm.mikes.see(own())
    firm.exchange()
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


def test_so_does_a_private_one_which_does_not_say_who_organizes_it() -> None:  # rulings 18, 19, P1
    firm = Firm()
    firm.mikes.see(there(), side=PRACTIFI)
    order, alone = firm.take(firm.mikes, MICROSOFT), replace(MEETING, attendees=())
    firm.mikes.write(own(alone, stamp=f"{order.link}-g0"), order)
    firm.johns.see(copy(BLANK, redacted=True))
    assert firm.johns.orders == []
    firm.mikes.see(own(BLANK, mark="m-b", stamp=f"{order.link}-g0", redacted=True))
    firm.exchange()
    wait_over(firm.johns)
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


def test_a_private_copy_does_not_wait_where_its_private_host_is_heard() -> None:  # ruling 19, I1, P1
    firm = Firm()
    firm.johns.see(copy(BLANK, redacted=True))
    firm.mikes.see(own(BLANK, redacted=True))
    firm.exchange()
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


@pytest.mark.parametrize("before", [Direction.TWO_WAY, Direction.PRACTIFI_TO_MICROSOFT])
@pytest.mark.parametrize("ours", [True, False], ids=["it is one of Practifi", "it is one of Outlook"])
def test_so_does_one_that_comes_when_nothing_is_sent_to_microsoft_any_more(*, before: Direction, ours: bool) -> None:
    firm = Firm()  # D1, ruling 18: the order goes out all the same
    for shard in (firm.mikes, firm.johns):
        shard.set_policy(replace(TWO, direction=before))
    firm.lose(firm.johns, PAIRS)
    tells(firm.johns, PRACTIFI)
    tells(firm.johns, MICROSOFT)
    firm.johns.now += timedelta(days=1)
    firm.mikes.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    for shard in (firm.mikes, firm.johns):
        shard.set_policy(replace(TWO, direction=Direction.MICROSOFT_TO_PRACTIFI))
    firm.johns.see(copy())
    assert firm.johns.orders == []
    firm.mikes.see(own(stamp=f"{order.link}-g0" if ours else "", name="m1" if ours else "m2"))
    firm.exchange()
    events = [one.owner for one in firm.johns.orders if isinstance(one, Write)]
    assert events == ([] if ours else [JOHNS])


def test_an_hour_after_the_direction_has_changed_a_copy_waits_for_no_other_shard() -> None:  # D1, ruling 19
    firm = Firm()
    for shard in (firm.mikes, firm.johns):
        shard.set_policy(replace(TWO, direction=Direction.MICROSOFT_TO_PRACTIFI))
        shard.now += timedelta(minutes=61)
    firm.johns.see(copy())
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS
    firm.mikes.see(own())
    assert firm.mikes.told == []


def test_it_does_not_wait_for_ever() -> None:  # ruling 19
    firm = Firm()
    firm.johns.see(copy())
    (wake,) = firm.johns.wakes
    assert wake.at == firm.johns.now + timedelta(minutes=30)
    firm.johns.hear(wake.body)
    assert firm.take(firm.johns, PRACTIFI).mailbox == JOHN


def test_a_host_who_has_no_user_any_more_before_we_hear_of_the_meeting_is_waited_for() -> None:  # rulings 18, 19
    firm = Firm()
    firm.mikes.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    for shard in (firm.mikes, firm.johns):
        shard.hear(Paired(2, LEFT, shard.pairs.shard))
    firm.johns.see(copy())
    wait_over(firm.johns)
    assert firm.johns.orders == [], "it is only being made"
    made(firm, order)
    firm.exchange()
    wait_over(firm.johns)
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


def test_a_host_who_lost_the_user_long_ago_is_not_waited_for() -> None:  # ruling 19, I4
    firm = Firm()
    firm.johns.hear(Paired(2, LEFT, 1))
    firm.johns.now += timedelta(hours=2)
    firm.johns.see(copy())
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


@pytest.mark.parametrize("pairs", [PAIRS, LEFT], ids=["its host is synced", "its host has no user any more"])
@pytest.mark.parametrize("earlier", [True, False], ids=["that was lost earlier", "both are lost"])
def test_a_copy_waits_for_a_host_whose_mailbox_another_shard_cannot_read_since_its_memory_was_lost(
    pairs: tuple[Pair, ...], *, earlier: bool
) -> None:  # rulings 5, 18, 19
    firm = Firm()
    firm.lose(firm.mikes, pairs)
    if earlier:
        unread(firm)
    firm.lose(firm.johns, pairs)
    tells(firm.johns, PRACTIFI)
    tells(firm.johns, MICROSOFT, copy())
    if not earlier:
        wait_over(firm.johns)
        assert firm.johns.orders == [], "nobody has read Mike's mailbox yet"
        unread(firm)
    wait_over(firm.johns)
    assert firm.johns.orders == [], "it could not be read"
    firm.mikes.see(own(stamp=f"{minted(PRACTIFI, MIKE, 'p1')}-g0"))
    firm.exchange()
    wait_over(firm.johns)
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


def test_a_copy_that_comes_while_the_hosts_shard_has_no_memory_waits_until_that_knows() -> None:  # rulings 18, 19
    firm = Firm()
    firm.mikes.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    firm.lose(firm.mikes, PAIRS)
    firm.johns.see(copy())
    wait_over(firm.johns)
    assert firm.johns.orders == [], "what was ordered before was perhaps made"
    tells(firm.mikes, PRACTIFI, there(people=(JOHNS,)))
    tells(firm.mikes, MICROSOFT, own(stamp=f"{order.link}-g0"))
    firm.exchange()
    wait_over(firm.johns)
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


@pytest.mark.parametrize("both", [False, True], ids=["the host's is lost", "both are lost"])
def test_so_does_a_private_copy_which_may_be_of_anybody_there(*, both: bool) -> None:  # rulings 5, 18, 19, P1
    firm = Firm()
    firm.lose(firm.mikes, PAIRS)
    if both:
        firm.lose(firm.johns, PAIRS)
        tells(firm.johns, PRACTIFI)
        tells(firm.johns, MICROSOFT, copy(BLANK, redacted=True))
    else:
        firm.johns.see(copy(BLANK, redacted=True))
    wait_over(firm.johns)
    assert firm.johns.orders == [], "nobody has read Mike's mailbox yet"
    if both:
        unread(firm)
        wait_over(firm.johns)
        assert firm.johns.orders == [], "it could not be read"
    else:
        tells(firm.mikes, PRACTIFI)
        tells(firm.mikes, MICROSOFT)
    firm.mikes.see(own(BLANK, redacted=True, stamp=f"{minted(PRACTIFI, MIKE, 'p1')}-g0"))
    firm.exchange()
    wait_over(firm.johns)
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


def test_a_private_copy_that_comes_later_waits_for_no_mailbox_that_stays_closed() -> None:  # ruling 19, I4, P1
    firm = Firm()
    firm.lose(firm.mikes, PAIRS)
    unread(firm)
    firm.johns.see(copy(BLANK, redacted=True))
    wait_over(firm.johns)
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


def test_a_copy_of_a_practifi_meeting_that_is_private_for_its_host_is_no_event_of_its_own_after_a_loss() -> None:
    firm = Firm()  # rulings 5, 18, P1: nobody sees whom the private one invites
    firm.lose(firm.mikes, PAIRS)
    firm.lose(firm.johns, PAIRS)
    tells(firm.johns, PRACTIFI)
    tells(firm.johns, MICROSOFT, copy())
    tells(firm.mikes, PRACTIFI, there(BLANK, stamp=minted(PRACTIFI, MIKE, "p1"), redacted=True))
    tells(firm.mikes, MICROSOFT, own(BLANK, stamp=f"{minted(PRACTIFI, MIKE, 'p1')}-g0", redacted=True))
    firm.exchange()
    wait_over(firm.johns)
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


def test_a_copy_that_comes_later_waits_as_well_for_a_host_whose_mailbox_cannot_be_read_since() -> None:
    firm = Firm()  # rulings 18, 19
    firm.mikes.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    firm.lose(firm.mikes, PAIRS)
    unread(firm)
    firm.johns.see(copy())
    wait_over(firm.johns)
    assert firm.johns.orders == [], "what was ordered before was perhaps made"
    firm.mikes.see(own(stamp=f"{order.link}-g0"))
    firm.exchange()
    wait_over(firm.johns)
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


def test_when_another_shard_has_read_all_its_mailboxes_since_nothing_is_waited_for() -> None:  # ruling 19
    firm = Firm()
    firm.lose(firm.mikes, PAIRS)
    unread(firm)
    firm.lose(firm.johns, PAIRS)
    tells(firm.johns, PRACTIFI)
    tells(firm.johns, MICROSOFT, copy())
    for side in (PRACTIFI, MICROSOFT):
        done(firm.mikes, side, run="run-z")
    firm.exchange()
    wait_over(firm.johns)
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


def test_a_shard_that_has_read_all_before_it_knows_which_one_it_is_tells_it_then() -> None:  # rulings 6, 19
    firm = Firm()
    firm.johns.hear(Forgot("writer", 1, 1))
    done(firm.johns, MICROSOFT, again=firm.johns.asked["graph-poller"].wish)
    assert firm.johns.told == []
    firm.johns.hear(Paired(2, PAIRS, 1))
    assert firm.johns.told == [(0, Own((), 1, ()))]


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


def test_who_is_invited_to_what_is_about_to_be_erased_for_its_new_owner_has_no_event_of_it() -> None:
    firm = Firm()  # rulings 14, 18: the invitation goes with it
    firm.mikes.see(there(), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    firm.mikes.write(own(STANDUP, stamp=f"{order.link}-g0"), order)
    firm.mikes.see(there(mailbox=SUE, owner=SUES, mark="p-b", stamp=order.link), side=PRACTIFI)
    order = firm.take(firm.mikes, MICROSOFT)
    firm.mikes.write(here(name="m2", mailbox=SUE, uid="uid-2", stamp=f"{order.link}-g1"), order)
    firm.mikes.see(own(MEETING, mark="m-b"))
    firm.exchange()
    firm.johns.see(copy())
    assert ([link.state for link in firm.johns.links()], firm.johns.orders) == ([State.COPY], [])


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


@pytest.mark.parametrize("shards", [1, 2])
def test_where_new_events_are_known_is_said_at_once_for_all_of_them_and_only_in_several_shards(shards: int) -> None:
    shard = Shard(replace(TWO, shards=shards), pairs=Paired(1, PAIRS, shards - 1))  # ruling 22: the watcher may meet
    own = [here(name=f"m{at}", mailbox=JOHN) for at in (1, 2)]  # them when they are somebody else's by then
    shard.see(*own)
    made = [
        Written(one.order, one.link, PRACTIFI, there(name=f"p{one.link}", owner=JOHNS, mailbox=JOHN, stamp=one.link))
        for one in shard.orders
    ]
    shard.hear(Outcomes(tuple(made)))
    names = tuple(sorted(f"p{one.link}" for one in made))
    assert shard.homes == ([] if shards == 1 else [Homes("", 1, 0, 1, names)])


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


BLANK = CalendarEvent(MEETING.when, sensitivity=Sensitivity.PRIVATE)
"""What is told of a private meeting."""


@pytest.mark.parametrize("rule", [PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP])
@pytest.mark.parametrize("early", [True, False], ids=["the copy is read first", "the copy is read last"])
def test_a_private_event_of_the_host_frees_the_copies_of_all_shards(rule: PrivateEvents, *, early: bool) -> None:
    firm = Firm()  # ruling 19
    for shard in (firm.mikes, firm.johns):
        shard.set_policy(replace(TWO, private_events=rule))
    if early:
        firm.johns.see(copy())
    firm.mikes.see(own(BLANK, redacted=True))
    firm.exchange()
    if not early:
        firm.johns.see(copy())
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


def test_a_shard_that_has_lost_its_memory_is_told_of_what_is_left_out_once_more() -> None:  # rulings 6, 19, P1
    firm = Firm()
    for shard in (firm.mikes, firm.johns):
        shard.set_policy(replace(TWO, private_events=PrivateEvents.SKIP))
    firm.mikes.see(own(BLANK, redacted=True))
    firm.exchange()
    firm.lose(firm.johns, PAIRS)
    firm.exchange()
    tells(firm.johns, PRACTIFI)
    tells(firm.johns, MICROSOFT, copy())
    assert firm.take(firm.johns, PRACTIFI).owner == JOHNS


def test_what_another_shard_has_told_of_a_meeting_of_microsofts_is_forgotten_some_day() -> None:  # ruling 19
    firm = Firm()
    firm.mikes.see(own())
    firm.exchange()
    assert "uid/uid-1~" in firm.johns.rows
    firm.johns.now += DAYS + timedelta(days=2)
    firm.johns.hear(Prune((firm.johns.now - DAYS).date()))
    assert "uid/uid-1~" not in firm.johns.rows
