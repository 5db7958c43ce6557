"""One meeting in several mailboxes: whose Event is made, and whose is not (I1, I2, rulings 18, 19)."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity
from contracts.observed import Item, Observed, Paired, ReadDone, Vanished
from contracts.policy import Direction, Narrower, PrivateEvents
from contracts.write import Erase, Why, Write
from services.kernel.decision import Forgot
from services.reconciler.link import minted
from services.reconciler.prune import DAYS, Prune
from services.reconciler.rows import State
from services.reconciler.runs import READERS
from tests.decisions.reconciler.forgetful import done, tells
from tests.decisions.reconciler.shard import (
    ANN,
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    MIKES,
    NOW,
    OUTWARD,
    PAIRS,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip

MEETING = replace(STANDUP, organizer="mike@firm.example", attendees=guest("john@firm.example"))


def copy(event: CalendarEvent = MEETING, *, mark: str = "j-a", **more: Any) -> Item:
    """The same meeting in John's mailbox."""
    return here(event, name="j1", mark=mark, mailbox=JOHN, uid="uid-1", mine=False, **more)


def test_every_synced_mailbox_has_its_own_version_of_a_microsoft_meeting() -> None:  # I2
    shard = Shard()
    shard.see(here(MEETING, uid="uid-1"), copy())
    assert sorted(order.owner for order in shard.orders if isinstance(order, Write)) == [JOHNS, MIKES]


def test_an_invitation_waits_for_the_organizers_own_event() -> None:  # ruling 19
    shard = Shard()
    shard.see(copy())
    assert not shard.orders
    shard.see(here(MEETING, uid="uid-1"))
    assert len(shard.orders) == 2


def test_an_invitation_to_what_is_a_series_before_its_making_is_answered_is_no_event_either() -> None:  # rulings 2, 18
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = shard.take()
    shard.see(copy())
    stamp = f"{order.link}-g0"
    shard.see(here(MEETING, name="o1", series="m1", slot="2026-03-09", stamp=stamp, uid="uid-1"))
    shard.write(here(MEETING, stamp=stamp, uid="uid-1"), order)
    assert [one for one in shard.orders if one.mailbox == JOHN] == []
    assert sorted(link.state for link in shard.links()) == [State.ACTIVE, State.COPY]


def test_an_invitation_thrown_away_before_that_and_taken_back_is_no_second_event() -> None:  # ruling 18
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = shard.take()
    shard.see(copy())
    shard.see(Vanished("j1", JOHN))
    shard.write(here(MEETING, uid="uid-1", stamp=f"{order.link}-g0"), order)
    shard.see(copy(mark="j-b"))
    assert [one for one in shard.orders if not one.target] == []
    assert sorted(link.state for link in shard.links()) == [State.ACTIVE, State.COPY]


def test_an_invitation_that_comes_and_goes_is_one_event_in_the_end() -> None:  # ruling 19
    shard = Shard()
    shard.see(copy())
    shard.see(Vanished("j1", JOHN))
    shard.see(copy(mark="j-b"))
    shard.see(here(MEETING, uid="uid-1"))
    assert sorted(order.owner for order in shard.orders if isinstance(order, Write)) == [JOHNS, MIKES]


def made_in_practifi(*people: str, guests: tuple[str, ...] = ()) -> Shard:
    """Mike's meeting, which he made in Practifi with these people; by now it has these guests in Outlook."""
    shard = Shard()
    shard.see(there(people=people), side=PRACTIFI)
    order = shard.take()
    event = replace(MEETING, attendees=guest(*guests), attendee_count=len(guests))
    shown = there(replace(SHOWN, attendee_count=len(guests)), people=people, mark="p-b", stamp=order.link)
    shard.write(here(event, uid="uid-1", stamp=f"{order.link}-g0"), order)
    while shard.orders:
        shard.write(shown)
    return shard


def test_a_colleague_whom_the_organizer_invites_in_outlook_sees_the_meeting_in_practifi() -> None:  # I1, ruling 18
    shard = made_in_practifi()
    shard.see(here(replace(MEETING, attendee_count=1), uid="uid-1", mark="m-b"), copy())
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.target, order.invitees) == ("p1", (JOHNS,))


def test_who_is_invited_in_outlook_before_we_hear_that_it_was_made_there_is_shown_as_well() -> None:  # A1, M1
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    stamp = f"{order.link}-g0"
    event = replace(STANDUP, attendees=guest("ann@client.example", "john@firm.example"), attendee_count=2)
    shard.see(here(event, uid="uid-1", mark="m-b", stamp=stamp))
    shard.write(here(uid="uid-1", stamp=stamp), order)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.target, order.people, order.invitees) == ("p1", (ANN,), (JOHNS,))


def test_a_colleague_whom_the_organizer_removes_in_outlook_sees_it_there_no_more() -> None:  # INB-26
    shard = made_in_practifi(JOHNS, guests=("john@firm.example",))
    shard.see(here(replace(MEETING, attendees=(), attendee_count=0), uid="uid-1", mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.target, order.invitees) == ("p1", ())


def test_a_colleague_who_has_no_user_for_a_while_stays_invited() -> None:  # A4, M7
    shard = made_in_practifi(JOHNS, guests=("john@firm.example",))
    for sequence, pairs in ((2, PAIRS.pairs[:1]), (3, PAIRS.pairs)):
        shard.hear(Paired(sequence, pairs))
        event = replace(MEETING, subject=f"Daily {sequence}", attendee_count=1)
        shard.see(here(event, uid="uid-1", mark=f"m-{sequence}"))
        order = shard.take()
        assert isinstance(order, Write)
        assert (order.fields, order.invitees) == (("subject",), None)
        shown = replace(SHOWN, subject=event.subject, attendee_count=1)
        shard.write(there(shown, people=(JOHNS,), mark=f"p-{sequence}", stamp=order.link), order)


def test_who_is_synced_from_now_on_is_no_invitee_beside_an_own_version() -> None:  # I2
    shard = Shard(pairs=Paired(1, PAIRS.pairs[:1]))
    event = replace(MEETING, attendee_count=1)
    shard.see(here(event, uid="uid-1"))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.invitees == (JOHNS,)
    shard.write(there(replace(SHOWN, attendee_count=1), people=(JOHNS,), stamp=order.link, edited=False), order)
    shard.hear(replace(PAIRS, sequence=2))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.target, order.invitees) == ("p1", ())


def test_who_had_no_user_for_a_while_is_no_invitee_beside_an_own_version_again() -> None:  # I2, M7
    shard = Shard()
    shard.see(here(replace(MEETING, attendee_count=1), uid="uid-1"))
    order = shard.take()
    shard.hear(Paired(2, PAIRS.pairs[:1]))
    shard.write(there(replace(SHOWN, attendee_count=1), stamp=order.link, edited=False), order)
    order = shard.take()
    assert isinstance(order, Write)
    assert order.invitees == (JOHNS,)
    shard.write(there(replace(SHOWN, attendee_count=1), people=(JOHNS,), mark="p-b", edited=False), order)
    shard.hear(replace(PAIRS, sequence=3))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.target, order.invitees) == ("p1", ())


def test_it_does_not_wait_for_ever() -> None:  # ruling 19
    shard = Shard()
    shard.see(copy())
    (wake,) = shard.wakes
    assert wake.at == shard.now + timedelta(minutes=30)
    shard.hear(wake.body)
    assert shard.take().mailbox == JOHN


def test_while_an_event_is_being_made_in_the_organizers_mailbox_it_waits_on() -> None:  # rulings 9, 18, 19
    """The mailbox cannot be read, and nobody can say yet what became of the order."""
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = shard.take()
    shard.see(copy())
    for hours in (1, 2):
        shard.now = NOW + timedelta(hours=hours)
        shard.hear(shard.wakes.pop().body)
        assert shard.orders == []
    shard.write(here(MEETING, uid="uid-1", stamp=f"{order.link}-g0"), order)
    shard.hear(shard.wakes.pop().body)
    assert ([link.state for link in shard.links() if link.mailbox == JOHN], shard.orders) == ([State.COPY], [])


@pytest.mark.parametrize("ours", [True, False], ids=["it is that one", "it is another meeting"])
def test_so_it_does_where_nothing_is_sent_to_microsoft_any_more(*, ours: bool) -> None:  # D1, rulings 18, 19
    """The order goes out all the same, when the mailbox opens: the direction has changed since."""
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = shard.take()
    shard.set_policy(INWARD)
    shard.now = NOW + timedelta(hours=2)
    shard.see(copy())
    assert shard.orders == []
    if ours:
        shard.write(here(MEETING, uid="uid-1", stamp=f"{order.link}-g0"), order)
    else:
        shard.see(here(MEETING, name="m2", uid="uid-1"))
    events = [one.owner for one in shard.orders if isinstance(one, Write) and not one.target]
    assert sorted(events) == ([] if ours else [JOHNS, MIKES])


def test_a_private_invitation_waits_while_an_event_is_being_made_for_it_does_not_say_whose_it_is() -> None:
    shard = Shard()  # rulings 18, 19, P1
    blank = CalendarEvent(STANDUP.when, sensitivity=Sensitivity.PRIVATE)
    shard.see(there(replace(SHOWN, sensitivity=Sensitivity.PRIVATE), people=(JOHNS,)), side=PRACTIFI)
    order = shard.take()
    shard.see(copy(blank, redacted=True))
    for minutes in (0, 30, 59):
        shard.now = NOW + timedelta(minutes=minutes)
        shard.hear(shard.wakes.pop().body)
        assert shard.orders == []
    shard.write(here(blank, uid="uid-1", stamp=f"{order.link}-g0", redacted=True), order)
    states = [link.state for link in shard.links() if link.mailbox == JOHN]
    assert (states, [one for one in shard.orders if one.mailbox == JOHN]) == ([State.COPY], [])


def test_one_mailbox_that_is_closed_does_not_hold_up_everybodys_private_invitations() -> None:  # ruling 19, CON-30
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    shard.take()
    shard.see(copy(CalendarEvent(STANDUP.when, sensitivity=Sensitivity.PRIVATE), redacted=True))
    shard.now = NOW + timedelta(minutes=61)
    shard.hear(shard.wakes.pop().body)
    assert [one.owner for one in shard.orders if isinstance(one, Write)] == [JOHNS]


@pytest.mark.parametrize("rule", [PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP])
def test_the_organizers_own_event_frees_an_invitation_although_it_is_private(rule: PrivateEvents) -> None:  # ruling 19
    shard = Shard(replace(TWO_WAY, private_events=rule))
    shard.see(copy())
    assert not shard.orders
    blank = CalendarEvent(STANDUP.when, sensitivity=Sensitivity.PRIVATE)
    shard.see(here(blank, uid="uid-1", redacted=True))
    owners = [one.owner for one in shard.orders if isinstance(one, Write)]
    assert sorted(owners) == ([JOHNS] if rule is PrivateEvents.SKIP else [JOHNS, MIKES])


def test_so_does_one_that_was_heard_before_and_is_left_out_and_that_is_forgotten_some_day() -> None:  # ruling 19, P1
    shard = Shard(replace(TWO_WAY, private_events=PrivateEvents.SKIP))
    blank = CalendarEvent(STANDUP.when, sensitivity=Sensitivity.PRIVATE)
    shard.see(here(blank, uid="uid-1", redacted=True))
    shard.see(copy())
    assert [one.owner for one in shard.orders if isinstance(one, Write)] == [JOHNS]
    shard.now = NOW + timedelta(days=62)
    shard.hear(Prune((shard.now - DAYS).date()))
    assert "uid/uid-1~" not in shard.rows


def test_an_event_that_becomes_private_may_invite_people_from_then_on() -> None:  # ruling 19
    shard = Shard()
    shard.paired(here(uid="uid-1"))
    blank = CalendarEvent(STANDUP.when, sensitivity=Sensitivity.PRIVATE)
    shard.see(here(blank, mark="m-b", uid="uid-1", redacted=True))
    shard.orders.clear()
    shard.see(copy())
    assert [one.owner for one in shard.orders if isinstance(one, Write)] == [JOHNS]


def test_a_host_whose_events_stay_in_outlook_frees_an_invitation_like_any_other() -> None:  # ruling 19, D11
    mikes = Narrower(("mike@firm.example",), direction=Direction.PRACTIFI_TO_MICROSOFT)
    shard = Shard(replace(TWO_WAY, narrower=(mikes,)))
    shard.see(copy())
    assert not shard.orders
    shard.see(here(MEETING, uid="uid-1"))
    assert [one.owner for one in shard.orders if isinstance(one, Write)] == [JOHNS]


def test_what_is_made_there_after_it_has_come_is_not_waited_for() -> None:  # ruling 19
    shard = Shard()
    shard.see(copy())
    shard.now = NOW + timedelta(minutes=29)
    shard.see(there(), side=PRACTIFI)
    shard.take()
    shard.now = NOW + timedelta(minutes=30)
    shard.hear(shard.wakes.pop().body)
    assert [one.owner for one in shard.orders if isinstance(one, Write)] == [JOHNS]


@pytest.mark.parametrize("minutes", [5, 60], ids=["shorter", "longer"])
def test_another_interval_meanwhile_changes_nothing_about_what_it_waits_for(minutes: int) -> None:  # D3, ruling 19
    """What was begun before it came is waited for, and nothing else, however often it is looked at."""
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    before = shard.take()
    shard.now = NOW + timedelta(minutes=10)
    shard.see(copy())
    shard.now = NOW + timedelta(minutes=20)
    shard.see(there(name="p2"), side=PRACTIFI)
    shard.take()
    shard.set_policy(replace(TWO_WAY, interval_minutes=minutes))
    shard.now = NOW + timedelta(minutes=40)
    shard.hear(shard.wakes.pop().body)
    assert shard.orders == []
    shard.orders.append(before)
    shard.refuse(Why.INVALID)
    shard.now = NOW + timedelta(hours=3)
    shard.hear(shard.wakes.pop().body)
    assert [one.owner for one in shard.orders if isinstance(one, Write) and one.mailbox == JOHN] == [JOHNS]


def test_when_what_was_to_be_made_there_is_refused_it_waits_no_longer() -> None:  # ruling 19
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    shard.see(copy())
    shard.refuse(Why.INVALID)
    shard.orders.clear()
    shard.hear(shard.wakes.pop().body)
    assert [one.owner for one in shard.orders if isinstance(one, Write)] == [JOHNS]


def forgetful() -> tuple[Shard, str, str]:
    """A shard that has lost its memory and knows the Event and a copy by now, but not the organizer's event; the name
    of their link, and what it has asked Microsoft's reader."""
    shard = Shard()
    shard.hear(Forgot("writer", 0))
    shard.hear(PAIRS)
    wishes = {side: shard.asked[reader].wish for reader, side in READERS.items()}
    link = minted(PRACTIFI, MIKE, "p1")
    shard.hear(Observed(PRACTIFI, 20, (there(people=(JOHNS,), stamp=link),), again=wishes[PRACTIFI]))
    shard.hear(ReadDone("run-x", "salesforce-watcher", again=wishes[PRACTIFI], told=1))
    shard.hear(Observed(MICROSOFT, 21, (copy(),), again=wishes[MICROSOFT]))
    return shard, link, wishes[MICROSOFT]


def test_while_nobody_has_read_microsoft_anew_it_waits_on() -> None:  # rulings 5, 18, 19
    shard, link, wish = forgetful()
    shard.hear(shard.wakes[-1].body)
    shard.hear(Observed(MICROSOFT, 22, (here(MEETING, uid="uid-1", stamp=f"{link}-g0"),), again=wish))
    shard.hear(ReadDone("run-x", "graph-poller", again=wish, told=2))
    assert sorted(one.state for one in shard.links()) == [State.ACTIVE, State.COPY]
    assert [one for one in shard.orders if not one.target] == []


def test_so_does_one_of_what_was_ordered_before_a_loss_although_nothing_is_sent_any_more() -> None:  # D1, rulings 5, 18
    """The direction has changed since, and then our memory was lost: the writer makes it all the same."""
    shard = Shard(INWARD)
    shard.hear(Forgot("writer", 0))
    shard.hear(PAIRS)
    tells(shard, PRACTIFI, there(people=(JOHNS,)))
    tells(shard, MICROSOFT)
    shard.see(copy())
    shard.see(here(MEETING, uid="uid-1", stamp=f"{minted(PRACTIFI, MIKE, 'p1')}-g0"))
    assert sorted(one.state for one in shard.links()) == [State.ACTIVE, State.COPY]
    assert [one for one in shard.orders if not one.target] == []


def test_what_was_there_before_a_loss_waits_until_the_organizers_mailbox_can_be_read() -> None:  # rulings 5, 18, 19
    shard, link, wish = forgetful()
    shard.hear(ReadDone("run-x", "graph-poller", again=wish, told=1, failed=(MIKE,)))
    for _ in range(3):
        shard.now += timedelta(minutes=31)
        shard.hear(shard.wakes[-1].body)
    shard.hear(Observed(MICROSOFT, 22, (here(MEETING, uid="uid-1", stamp=f"{link}-g0"),), again=wish))
    assert sorted(one.state for one in shard.links()) == [State.ACTIVE, State.COPY]
    assert [one for one in shard.orders if not one.target] == []


def test_so_does_a_private_one_which_may_be_anybodys() -> None:  # rulings 5, 18, 19, P1
    shard = Shard()
    blank = CalendarEvent(STANDUP.when, sensitivity=Sensitivity.PRIVATE)
    shard.hear(Forgot("writer", 0))
    shard.hear(PAIRS)
    tells(shard, PRACTIFI)
    tells(shard, MICROSOFT, copy(blank, redacted=True), whole=False)
    done(shard, MICROSOFT, failed=(MIKE,), messages=1, again=shard.asked["graph-poller"].wish)
    for _ in range(3):
        shard.now += timedelta(minutes=31)
        shard.hear(shard.wakes[-1].body)
    shard.see(here(blank, uid="uid-1", stamp=f"{minted(PRACTIFI, MIKE, 'p1')}-g0", redacted=True))
    assert [link.state for link in shard.links() if link.mailbox == JOHN] == [State.COPY]
    assert [one for one in shard.orders if one.mailbox == JOHN] == []


def test_an_invitation_from_outside_waits_for_nobody() -> None:  # I4
    shard = Shard()
    shard.see(copy(replace(MEETING, organizer="somebody@else.example")))
    assert shard.take().mailbox == JOHN


def test_one_way_inward_nobody_waits() -> None:
    shard = Shard(INWARD)
    shard.see(copy())
    assert shard.take().mailbox == JOHN


def test_the_copy_of_a_practifi_meeting_is_never_an_event_whenever_it_comes() -> None:  # ruling 18, I1
    for early in (True, False):
        shard = Shard()
        shard.see(there(people=(JOHNS,)), side=PRACTIFI)
        order = shard.take()
        assert [one.address for one in order.event.attendees] == ["john@firm.example"]  # type: ignore[union-attr]
        if early:
            shard.see(copy())
        shard.write(here(MEETING, uid="uid-1", stamp=f"{order.link}-g0"), order)
        if not early:
            shard.see(copy())
        for wake in shard.wakes:
            shard.hear(wake.body)
        assert [one for one in shard.orders if one.side is PRACTIFI and not one.target] == []
        assert sorted(link.state for link in shard.links()) == [State.ACTIVE, State.COPY]


def test_the_organizers_next_change_overrides_an_attendees_edit_and_says_so() -> None:  # I2, I3, ATT-27, ATT-28
    shard = Shard()
    theirs = replace(STANDUP, organizer="somebody@else.example")
    shown = there(replace(theirs, organizer=""), name="pj", mailbox=JOHN, owner=JOHNS, edited=False)
    shard.paired(copy(theirs), shown)
    renamed = replace(shown, event=replace(shown.event, subject="Mine"), mark="pj-b")
    shard.see(renamed, side=PRACTIFI)
    assert not shard.orders
    shard.see(replace(copy(replace(theirs, subject="Theirs")), mark="j-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.fields, order.event.subject, order.base) == (("subject",), "Theirs", renamed.event)
    shard.write(replace(shown, event=replace(shown.event, subject="Theirs"), mark="pj-c"), order)
    assert shard.kinds() == ["Updated", "Conflict"]
    assert shard.facts[-1].winner is MICROSOFT  # type: ignore[union-attr]  # it is a Conflict


def both() -> Shard:
    """A Microsoft meeting of Mike and John that both have in Practifi: `p1` is Mike's, `pj` John's."""
    shard = Shard()
    for item, shown in (
        (here(MEETING, uid="uid-1"), there(edited=False)),
        (copy(), there(name="pj", mailbox=JOHN, owner=JOHNS, edited=False)),
    ):
        shard.paired(item, shown)
    return shard


def states(shard: Shard) -> dict[str, State]:
    return {link.practifi.id: link.state for link in shard.links() if link.practifi}


def test_an_attendee_who_removes_the_own_copy_loses_the_own_version_alone() -> None:  # A7, X1, I2
    shard = both()
    shard.see(Vanished("j1", JOHN))
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "pj")
    shard.write(order=order)
    assert states(shard) == {"p1": State.ACTIVE, "pj": State.ENDED}


def test_an_attendee_who_deletes_the_own_version_in_practifi_deletes_it_for_nobody_else() -> None:  # A7, X3
    shard = both()
    shard.see(Vanished("pj", JOHN), side=PRACTIFI)
    assert shard.orders == []
    assert states(shard) == {"p1": State.ACTIVE, "pj": State.ENDED}
    shard.see(copy(mark="j-b"))
    assert shard.orders == [], "it does not come back by itself (X5)"


def test_an_organizer_who_deletes_the_meeting_deletes_it_for_all() -> None:  # X1, X3
    shard = both()
    shard.see(Vanished("m1", MIKE), Vanished("j1", JOHN))
    assert sorted(one.target for one in shard.orders if isinstance(one, Erase)) == ["p1", "pj"]


def test_an_attendee_who_declines_a_practifi_meeting_changes_nothing_for_the_others() -> None:  # A7, ruling 18
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    order = shard.take()
    shard.write(here(MEETING, uid="uid-1", stamp=f"{order.link}-g0"), order)
    shard.see(copy())
    shard.see(Vanished("j1", JOHN))
    assert [one for one in shard.orders if isinstance(one, Erase)] == []
    link = shard.link(order.link)
    assert (link.state, link.microsoft and link.microsoft.gone) == (State.ACTIVE, False)


def declined_while_practifi_is_not_written() -> Shard:
    """John's copy has left his calendar, and its Event could not follow."""
    shard = Shard()
    shard.paired(here(MEETING, uid="uid-1"))
    shard.paired(copy(), there(name="p-john", owner=JOHNS, mailbox=JOHN, edited=False))
    shard.set_policy(OUTWARD)
    shard.see(Vanished("j1", JOHN))
    return shard


def test_of_a_meeting_declined_while_practifi_was_not_written_a_new_invitation_leaves_one_event() -> None:  # A7, D1
    shard = declined_while_practifi_is_not_written()
    shard.set_policy(TWO_WAY)
    assert not shard.orders
    shard.see(replace(copy(replace(MEETING, subject="Later"), mark="j-b"), id="j2"))
    assert sorted((type(one).__name__, one.target) for one in shard.orders) == [("Erase", "p-john"), ("Write", "")]


def test_nor_does_it_leave_another_where_the_meeting_is_a_series_by_now() -> None:  # A7, D1, ruling 2
    shard = declined_while_practifi_is_not_written()
    shard.set_policy(TWO_WAY)
    days = ("2026-03-09", "2026-03-16")
    shard.see(*(replace(copy(), id=f"j-{day}", series="j2", slot=day) for day in days))
    assert [(type(one).__name__, one.target) for one in shard.orders if one.target] == [("Erase", "p-john")]
    assert len(shard.orders) == 1 + len(days)


def test_while_practifi_is_still_not_written_its_event_stays() -> None:  # D1
    shard = declined_while_practifi_is_not_written()
    shard.see(replace(copy(mark="j-b"), id="j2"))
    assert not shard.orders


def test_what_its_guest_has_deleted_in_practifi_since_is_not_erased_there() -> None:  # A7
    shard = declined_while_practifi_is_not_written()
    shard.set_policy(TWO_WAY)
    shard.see(Vanished("p-john", JOHN), side=PRACTIFI)
    shard.see(replace(copy(mark="j-b"), id="j2"))
    assert [type(one) for one in shard.orders] == [Write]


def test_of_such_a_meeting_of_which_the_host_has_not_told_the_old_event_goes_as_well() -> None:  # A7, D1, ruling 19
    """Its invitation waits for the host, and is a later one when nothing has come."""
    shard = Shard()
    shard.see(copy())
    shard.hear(shard.wakes.pop().body)
    order = shard.take()
    shard.write(there(name="p-john", owner=JOHNS, mailbox=JOHN, edited=False, stamp=order.link), order)
    shard.set_policy(OUTWARD)
    shard.see(Vanished("j1", JOHN))
    shard.set_policy(TWO_WAY)
    shard.see(replace(copy(replace(MEETING, subject="Later"), mark="j-b"), id="j2"))
    shard.hear(shard.wakes.pop().body)
    assert sorted((type(one).__name__, one.target) for one in shard.orders) == [("Erase", "p-john"), ("Write", "")]


def test_what_is_left_of_a_meeting_goes_although_the_policy_leaves_out_the_new_invitation() -> None:  # A7, D1, P1
    shard = declined_while_practifi_is_not_written()
    shard.set_policy(replace(TWO_WAY, private_events=PrivateEvents.SKIP))
    blank = CalendarEvent(STANDUP.when, sensitivity=Sensitivity.PRIVATE)
    shard.see(replace(copy(blank, mark="j-b", redacted=True), id="j2"))
    assert [(type(one), one.target) for one in shard.orders] == [(Erase, "p-john")]


def test_what_is_left_of_a_meeting_and_was_given_to_somebody_else_stays_theirs() -> None:  # A7, D1
    shard = declined_while_practifi_is_not_written()
    shard.see(there(name="p-john", mark="p-b", owner=MIKES, mailbox=MIKE), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    shard.see(replace(copy(mark="j-b"), id="j2"))
    assert [type(one) for one in shard.orders] == [Write]
