"""Somebody takes an Event out of Practifi's recycle bin while an order of ours about it is out (X5)."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.calendar import CalendarEvent
from contracts.control import Restore
from contracts.observed import Item, Observed, Vanished
from contracts.write import Erase, Outcomes, Refused, Why, Write, Written
from tests.decisions.reconciler.shard import (
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    MIKES,
    NOW,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    here,
    there,
)


def version(minute: int, event: CalendarEvent = SHOWN) -> Item:
    """The Event as it stood from that minute on."""
    return there(event, mark=f"p-{minute}", changed_at=NOW + timedelta(minutes=minute))


def paired() -> tuple[Shard, str]:
    shard = Shard()
    return shard, shard.paired(other=version(0))


def erased_in_practifi() -> tuple[Shard, str, Erase]:
    """The meeting was deleted in Outlook, and its Event is being erased."""
    shard, link = paired()
    shard.see(Vanished("m1", MIKE))
    order = shard.take()
    assert isinstance(order, Erase)
    return shard, link, order


def test_an_event_that_was_to_be_made_again_stands_again_and_takes_nothing_with_it() -> None:
    shard, link = paired()
    shard.set_policy(TWO_WAY, active=False)
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.see(Vanished("p1", MIKE, stamp=link), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    shard.write(replace(version(5), stamp=link), echo=replace(SHOWN, subject="Daily"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields, order.event.subject) == (PRACTIFI, "p1", ("subject",), "Daily")
    shard.write(version(6, replace(SHOWN, subject="Daily")), order)
    shard.round_done()
    assert not shard.orders


def test_an_event_that_stands_again_before_we_hear_that_it_was_erased_is_made_in_microsoft_anew() -> None:
    shard, _, order = erased_in_practifi()
    shard.see(version(5), side=PRACTIFI)
    shard.hear(Outcomes((Written(order.order, order.link, PRACTIFI, changed_at=NOW),)))
    anew = shard.take()
    assert isinstance(anew, Write)
    assert (anew.side, anew.target, anew.event.subject, anew.generation) == (MICROSOFT, "", "Standup", 2)


def test_an_event_that_was_not_there_to_be_erased_and_stands_now_is_erased_after_all() -> None:
    shard, _, order = erased_in_practifi()
    shard.see(version(5), side=PRACTIFI)
    shard.hear(Outcomes((Written(order.order, order.link, PRACTIFI),)))
    again = shard.take()
    assert isinstance(again, Erase)
    assert again.side is PRACTIFI


def test_what_was_not_there_to_be_changed_and_stands_now_is_changed_and_not_deleted() -> None:
    shard, link = paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order = shard.take()
    shard.see(version(5), side=PRACTIFI)
    shard.hear(Outcomes((Refused(order.order, link, PRACTIFI, Why.GONE),)))
    again = shard.take()
    assert isinstance(again, Write)
    assert (again.side, again.target, again.fields) == (PRACTIFI, "p1", ("subject",))


def test_an_event_that_its_owner_was_faster_to_restore_goes_to_microsoft_again() -> None:
    shard, link, order = erased_in_practifi()
    shard.hear(Outcomes((Written(order.order, link, PRACTIFI, changed_at=NOW),)))
    shard.hear(Restore("an administrator", link))
    revive = shard.take()
    shard.see(version(5), side=PRACTIFI)
    shard.hear(Outcomes((Refused(revive.order, link, PRACTIFI, Why.GONE),)))
    anew = shard.take()
    assert isinstance(anew, Write)
    assert (anew.side, anew.target) == (MICROSOFT, "")


def test_an_event_beside_the_one_that_took_its_place_goes_in_microsoft_too_when_it_is_deleted_again() -> None:  # X1
    shard = Shard()
    shard.see(version(0), side=PRACTIFI)
    order = shard.take()
    shard.write(here(stamp=f"{order.link}-g0"), order)
    shard.set_policy(TWO_WAY, active=False)
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b", stamp=f"{order.link}-g0"))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    shard.write(there(replace(SHOWN, subject="Daily"), name="p2", stamp=order.link))
    shard.see(version(5), side=PRACTIFI)
    again = shard.take()
    shard.write(here(name="m2", stamp=f"{again.link}-g0"), again)
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    erase = shard.take()
    assert isinstance(erase, Erase)
    assert (erase.side, erase.target) == (MICROSOFT, "m2")


def test_an_event_beside_the_one_that_took_its_place_does_not_undo_what_was_changed_in_outlook() -> None:  # IDN-18, X5
    shard, link = paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order = shard.take()
    shard.see(Vanished("p1", MIKE, stamp=link), side=PRACTIFI)
    shard.hear(Outcomes((Refused(order.order, link, PRACTIFI, Why.GONE),)))
    shard.write(there(replace(SHOWN, subject="Daily"), name="p2", stamp=link))
    shard.see(replace(version(5), stamp=link), side=PRACTIFI)
    anew = shard.take()
    assert isinstance(anew, Write)
    assert (anew.side, anew.target, anew.event.subject) == (MICROSOFT, "", "Standup"), "it is an event of its own"
    assert shard.link(link).practifi.id == "p2"


def test_what_is_heard_late_of_an_event_whose_place_another_one_has_taken_is_no_new_event() -> None:  # CON-20, PRO-10
    shard = Shard()
    shard.see(version(0), side=PRACTIFI)
    order = shard.take()
    shard.write(here(stamp=f"{order.link}-g0"), order)
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b", stamp=f"{order.link}-g0"))
    shard.refuse(Why.GONE)
    shard.hear(Observed(PRACTIFI, 90, vanished=(Vanished("p1", MIKE),)))
    shard.write(there(replace(SHOWN, subject="Daily"), name="p2", stamp=order.link))
    shard.hear(Observed(PRACTIFI, 89, (version(5),)))
    assert not shard.orders


def test_what_microsoft_still_has_gets_its_owner_back_though_it_was_restored_for_another() -> None:  # ruling 14
    shard, link = paired()
    shard.set_policy(TWO_WAY, active=False)
    shard.see(Vanished("p1", MIKE, stamp=link), side=PRACTIFI)
    shard.see(replace(version(5), owner=JOHNS, mailbox=JOHN), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.owner) == (PRACTIFI, "p1", MIKES)
