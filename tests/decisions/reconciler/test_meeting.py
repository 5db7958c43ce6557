"""One meeting in several mailboxes: whose Event is made, and whose is not (I1, I2, rulings 18, 19)."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent
from contracts.observed import Item
from contracts.write import Write
from tests.decisions.reconciler.shard import (
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKES,
    PRACTIFI,
    STANDUP,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip

MEETING = replace(STANDUP, organizer="mike@firm.example", attendees=guest("john@firm.example"))


def copy(event: CalendarEvent = MEETING, **more: Any) -> Item:
    """The same meeting in John's mailbox."""
    return here(event, name="j1", mark="j-a", mailbox=JOHN, uid="uid-1", mine=False, **more)


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


def test_it_does_not_wait_for_ever() -> None:  # ruling 19
    shard = Shard()
    shard.see(copy())
    (wake,) = shard.wakes
    assert wake.at == shard.now + timedelta(minutes=30)
    shard.hear(wake.body)
    assert shard.take().mailbox == JOHN


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
        assert [one for one in shard.orders if one.side is PRACTIFI and not one.target] == []
        assert len(shard.links()) == 1
        for wake in shard.wakes:
            shard.hear(wake.body)
        assert len(shard.links()) == 1


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
