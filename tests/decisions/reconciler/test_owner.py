"""The owner of an Event changes in Practifi: the event follows, and is neither lost nor there twice (ruling 14)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Attendee, CalendarEvent, Response, Sensitivity, ShowAs
from contracts.control import Again
from contracts.facts import Blocked, Conflict
from contracts.observed import Item, Pair, Paired, Vanished
from contracts.policy import Direction, Invitations, Narrower, Policy
from contracts.write import Cause, Erase, Order, Why, Write
from services.reconciler.rows import Look, State, Trouble
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
from tests.decisions.reconciler.test_converges import CALM, STEPS, agree, play
from tests.decisions.reconciler.world import World, kept


def made(policy: Policy = TWO_WAY, *, guests: str = "") -> tuple[Shard, str]:
    """An Event that Mike made in Practifi and that is in his mailbox by now; its link."""
    shard = Shard(policy)
    shard.see(there(people=(ANN,) if guests else ()), side=PRACTIFI)
    order = shard.take()
    answer = replace(STANDUP, attendees=guest(guests) if guests else ())
    shard.write(here(replace(answer, organizer="mike@firm.example"), stamp=f"{order.link}-g0"), order)
    shard.orders.clear()
    shard.facts.clear()
    return shard, order.link


def johns(event: CalendarEvent = SHOWN, **more: Any) -> Item:
    """The same Event, given to John."""
    return there(event, **{"mark": "p-john", "owner": JOHNS, "mailbox": JOHN, **more})


def in_johns_mailbox(order: Write, **more: Any) -> Item:
    stamp, event = f"{order.link}-g{order.generation}", more.pop("event", order.event)
    return here(event, **{"name": "j1", "mark": "j-a", "mailbox": JOHN, "stamp": stamp, **more})


def outward(shard: Shard) -> list[Order]:
    """Orders to Microsoft that are out."""
    return [order for order in shard.orders if order.side is MICROSOFT]


def spoken(shard: Shard, shown: Item) -> None:
    """What is ordered in Practifi beside it (our word on the Event) is written."""
    for order in [one for one in shard.orders if isinstance(one, Write) and one.side is PRACTIFI]:
        shard.orders.remove(order)
        shard.write(replace(shown, mark=f"{shown.mark}+", status=order.status or ""), order)


def taken(shard: Shard) -> Write:
    order = shard.take()
    assert isinstance(order, Write)
    return order


def test_it_is_made_in_the_new_mailbox_and_then_erased_in_the_old_one() -> None:  # ruling 14
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    assert (order.side, order.mailbox, order.target, order.generation) == (MICROSOFT, JOHN, "", 1)
    assert order.cause is Cause.OWNER
    shard.write(in_johns_mailbox(order), order)
    erase = shard.take()
    assert isinstance(erase, Erase)
    assert (erase.side, erase.mailbox, erase.target, erase.cause) == (MICROSOFT, MIKE, "m1", Cause.OWNER)
    shard.write(order=erase)
    assert (shard.orders, shard.kinds()) == ([], ["Created", "Deleted"])
    link = shard.link(name)
    assert (link.mailbox, link.microsoft and link.microsoft.id, link.owner) == (JOHN, "j1", JOHNS)
    assert [one.state for one in shard.links() if one.id != name] == [State.ENDED]


NARROW = Narrower(("john@firm.example",), direction=Direction.MICROSOFT_TO_PRACTIFI)
MUTE = replace(TWO_WAY, invitations=Invitations.NEVER)


@pytest.mark.parametrize(
    ("policy", "guests"), [(replace(TWO_WAY, narrower=(NARROW,)), ""), (MUTE, "ann@client.example")],
    ids=["the new mailbox is not written (D11)", "its guest may not be mailed (A5)"],
)  # fmt: skip
def test_it_follows_when_the_policy_that_kept_it_is_changed(policy: Policy, guests: str) -> None:  # ruling 14
    shard, _ = made(guests=guests)
    shard.set_policy(policy)
    event = johns(people=(ANN,) if guests else ())
    shard.see(event, side=PRACTIFI)
    assert not outward(shard)
    for consents in range(2):  # with a guest, everybody would be mailed twice
        spoken(shard, event)
        shard.set_policy(TWO_WAY, consents=consents)
    order = taken(shard)
    assert (order.side, order.mailbox, order.target) == (MICROSOFT, JOHN, "")


def test_after_that_it_is_an_event_like_any_other() -> None:  # ruling 14
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.write(in_johns_mailbox(order), order)
    shard.write()
    shard.see(Vanished("m1", MIKE))
    assert shard.orders == [], "our own deletion comes back"
    shard.see(replace(in_johns_mailbox(order, mark="j-b"), event=replace(order.event, subject="Daily")))
    back = taken(shard)
    assert (back.side, back.target, back.fields, back.link) == (PRACTIFI, "p1", ("subject",), name)
    shard.write(johns(replace(SHOWN, subject="Daily"), mark="p-c"), back)
    shard.see(johns(replace(SHOWN, subject="Daily", location="Room 2"), mark="p-d"), side=PRACTIFI)
    assert (taken(shard).mailbox, shard.orders) == (JOHN, [])


def test_what_was_edited_along_with_the_owner_goes_with_it() -> None:
    shard, _ = made()
    shard.see(johns(replace(SHOWN, subject="Daily")), side=PRACTIFI)
    order = taken(shard)
    assert (order.mailbox, order.event.subject, order.event.when) == (JOHN, "Daily", STANDUP.when)


def test_what_practifi_cannot_hold_goes_with_it() -> None:  # ruling 14, ruling 3
    shard, name = made()
    long, tag = "Standup " * 40, ("Blue",)
    rich = replace(STANDUP, subject=long, body="Agenda", show_as=ShowAs.TENTATIVE, categories=tag)
    shard.see(here(rich, mark="m-b", stamp=f"{name}-g0"))
    shown = kept(replace(rich, location="Room 1"))
    shard.write(there(shown, mark="p-b"))
    shard.see(johns(replace(shown, location="Room 2"), mark="p-c"), side=PRACTIFI)
    order = taken(shard)
    event = order.event
    assert (order.mailbox, event.location) == (JOHN, "Room 2")
    assert (event.subject, event.body, event.show_as, event.categories) == (long, "Agenda", ShowAs.TENTATIVE, tag)
    assert {"subject", "body", "show_as", "categories"} <= set(order.fields)


def test_what_stays_in_practifi_is_overridden_in_the_new_mailbox_as_in_the_old_one() -> None:  # I3, ruling 15
    shard, _ = made()
    shard.see(there(replace(SHOWN, body="For us alone"), mark="p-b"), side=PRACTIFI)
    assert outward(shard) == []
    shard.see(johns(replace(SHOWN, body="For us alone"), mark="p-c"), side=PRACTIFI)
    order = taken(shard)
    assert order.event.body == ""
    shard.write(in_johns_mailbox(order), order)
    shard.write()
    shard.see(in_johns_mailbox(order, mark="j-b", event=replace(order.event, body="Agenda")))
    shard.write(johns(replace(SHOWN, body="Agenda"), mark="p-d"))
    assert [fact.fields for fact in shard.facts if isinstance(fact, Conflict)] == [("body",)]


def test_a_reader_that_shows_the_new_event_first_changes_nothing() -> None:  # O6
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.see(in_johns_mailbox(order))
    erase = shard.take()
    assert (erase.side, erase.mailbox, type(erase)) == (MICROSOFT, MIKE, Erase)
    shard.write(in_johns_mailbox(order), order)
    shard.write(order=erase)
    assert shard.orders == []
    assert shard.link(name).mailbox == JOHN


def test_a_creation_that_fails_leaves_the_event_where_it_is() -> None:  # ruling 14
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    shard.refuse(Why.FORBIDDEN)
    assert (outward(shard), shard.kinds()) == ([], ["Failed"])
    link = shard.link(name)
    assert (link.mailbox, link.microsoft and link.microsoft.gone) == (MIKE, False)


def test_what_was_edited_with_an_owner_whose_mailbox_refuses_it_goes_when_it_is_given_back() -> None:  # THR-08
    shard, _ = made()
    moved = replace(SHOWN, location="Room 2")
    shard.see(johns(moved), side=PRACTIFI)
    shard.refuse(Why.INVALID)
    spoken(shard, johns(moved))
    shard.see(there(moved, mark="p-back"), side=PRACTIFI)
    (order,) = outward(shard)
    assert isinstance(order, Write)
    assert (order.mailbox, order.target, order.fields) == (MIKE, "m1", ("location",))


@pytest.mark.parametrize("seen", [False, True])
def test_what_practifi_refuses_goes_there_after_the_hand_over_when_it_is_mended(seen: bool) -> None:  # THR-08
    shard, name = made()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.refuse(Why.INVALID, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    spoken(shard, there(mark="p-b"))
    shard.see(johns(), side=PRACTIFI)
    shard.refuse(Why.INVALID, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    create = taken(shard)
    if seen:
        shard.see(in_johns_mailbox(create))
    shard.write(in_johns_mailbox(create), create)
    spoken(shard, johns())
    assert [one.kind for one in shard.link(name).troubles] == [Trouble.REFUSED]
    shard.see(johns(replace(SHOWN, location="Room 2"), mark="p-c"), side=PRACTIFI)
    (order,) = [one for one in shard.orders if isinstance(one, Write)]
    assert (order.side, order.fields, order.event.subject) == (PRACTIFI, ("subject",), "Daily")


def test_whom_practifi_refuses_comes_on_its_event_after_the_hand_over_when_it_is_mended() -> None:  # THR-08, M1
    shard, _ = made(replace(TWO_WAY, invitations=Invitations.ALWAYS))
    shard.see(here(replace(STANDUP, attendees=guest("ann@client.example")), mark="m-b"))
    shard.refuse(Why.INVALID, code="INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY")
    spoken(shard, there(mark="p-b"))
    shard.see(johns(), side=PRACTIFI)
    shard.refuse(Why.INVALID, code="INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY")
    create = taken(shard)
    shard.write(in_johns_mailbox(create), create)
    spoken(shard, johns())
    shard.see(johns(replace(SHOWN, location="Room 2"), mark="p-c"), side=PRACTIFI)
    (order,) = [one for one in shard.orders if isinstance(one, Write)]
    assert (order.side, order.people) == (PRACTIFI, (ANN,))


def test_a_creation_that_the_policy_stops_is_made_again_as_the_same() -> None:  # ruling 26
    shard, _ = made()
    shard.see(johns(), side=PRACTIFI)
    first = shard.orders[0]
    shard.refuse(Why.STOPPED)
    shard.set_policy(TWO_WAY)
    again = taken(shard)
    assert isinstance(first, Write)
    assert (again.mailbox, again.generation) == (JOHN, first.generation), "Microsoft knows it by that"


def test_what_somebody_edited_in_the_old_event_meanwhile_goes_with_it() -> None:  # ruling 14, O4
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.write(in_johns_mailbox(order), order)
    edited = here(replace(STANDUP, subject="Edited"), mark="m-z")
    shard.refuse(Why.MOVED_ON, edited)
    back, erase = shard.orders
    assert isinstance(back, Write)
    assert isinstance(erase, Erase)
    assert (back.link, back.mailbox, back.target, back.fields) == (name, JOHN, "j1", ("subject",))
    assert back.event.subject == "Edited"
    assert (erase.target, erase.base, erase.cause) == ("m1", edited.event, Cause.OWNER)
    shard.orders.clear()
    shard.write(in_johns_mailbox(order, mark="j-b", event=back.event), back)
    shown = taken(shard)
    assert (shown.side, shown.fields, shown.event.subject) == (PRACTIFI, ("subject",), "Edited")
    shard.write(order=erase)


@pytest.mark.parametrize("seen", [False, True], ids=["unseen", "a reader was faster"])
def test_what_is_typed_in_the_new_event_before_its_making_is_told_reaches_practifi(seen: bool) -> None:  # ruling 9
    """The writer died when it had made the event; as it begins again, it finds it, and somebody has typed there."""
    shard, _ = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    typed = in_johns_mailbox(order, event=replace(order.event, subject="Typed"))
    if seen:
        shard.see(typed)
    shard.write(typed, order)
    (shown,) = [one for one in shard.orders if isinstance(one, Write)]
    assert (shown.side, shown.fields, shown.event.subject) == (PRACTIFI, ("subject",), "Typed")


def test_what_its_new_owner_has_typed_since_is_not_overwritten_by_the_old_event() -> None:  # ruling 14, C3
    shard, _ = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.write(in_johns_mailbox(order), order)
    shard.refuse(Why.MOVED_ON, here(replace(STANDUP, subject="Edited"), mark="m-z"))
    shard.orders = shard.orders[:1]
    newer = replace(STANDUP, subject="Newer")
    shard.refuse(Why.MOVED_ON, in_johns_mailbox(order, mark="j-b", event=newer))
    shown = taken(shard)
    assert (shown.side, shown.fields, shown.event.subject) == (PRACTIFI, ("subject",), "Newer")


def test_what_somebody_typed_last_in_the_old_event_is_what_goes_with_it() -> None:  # ruling 14, C3
    shard, _ = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.write(in_johns_mailbox(order), order)
    erase, first = shard.take(), list[Order]()
    for number, word in enumerate(("Once", "Twice", "Thrice")):
        shard.orders.append(erase)
        shard.refuse(Why.MOVED_ON, here(replace(STANDUP, subject=word), mark=f"m-{number}"))
        erase = shard.orders.pop()
        first, shard.orders = first or shard.orders, []
    (back,) = first
    assert isinstance(back, Write)
    assert back.event.subject == "Once"
    shard.write(in_johns_mailbox(order, mark="j-b", event=back.event), back)
    last = taken(shard)
    assert (last.side, last.target, last.event.subject) == (MICROSOFT, "j1", "Thrice")
    shard.write(in_johns_mailbox(order, mark="j-c", event=last.event), last)
    shown = taken(shard)
    assert (shown.side, shown.fields, shown.event.subject) == (PRACTIFI, ("subject",), "Thrice")


def test_what_a_reader_tells_of_the_old_event_while_the_new_one_is_made_goes_with_it() -> None:  # ruling 14, O6
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.see(here(replace(STANDUP, location="Room 9"), mark="m-z", stamp=f"{name}-g0"))
    shard.write(in_johns_mailbox(order), order)
    assert [(one.mailbox, type(one)) for one in outward(shard)] == [(JOHN, Write), (MIKE, Erase)]
    back = outward(shard)[0]
    assert isinstance(back, Write)
    assert (back.fields, back.event.location) == (("location",), "Room 9")


def test_an_old_event_that_was_the_first_of_a_series_does_not_take_the_new_ones_place() -> None:  # rulings 2, 14
    shard, name = made()
    first = here(name="o1", series="m1", slot="2026-03-09", stamp=f"{name}-g0")
    shard.see(first, Vanished("m1", MIKE))
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.write(in_johns_mailbox(order), order)
    shard.see(replace(first, mark="m-b", event=replace(STANDUP, location="Room 9")))
    assert [(type(one), one.mailbox, one.target) for one in outward(shard)] == [(Erase, MIKE, "o1")]
    assert shard.link(name).mailbox == JOHN


def test_an_old_event_that_goes_as_the_new_one_is_seen_says_no_more() -> None:  # ruling 14, X1
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.see(here(replace(STANDUP, location="Room 9"), mark="m-z", stamp=f"{name}-g0"))
    shard.see(in_johns_mailbox(order), Vanished("m1", MIKE))
    shard.write(in_johns_mailbox(order), order)
    assert (shard.orders, shard.link(name).mailbox) == ([], JOHN)


def test_what_was_hidden_while_it_was_handed_over_is_private_for_its_new_owner() -> None:  # ruling 14, P2
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    hidden = CalendarEvent(STANDUP.when, subject="Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(here(hidden, mark="m-z", stamp=f"{name}-g0", redacted=True))
    shard.write(in_johns_mailbox(order), order)
    back = outward(shard)[0]
    assert isinstance(back, Write)
    assert (back.target, back.fields) == ("j1", ("sensitivity",)), "the text that nobody shows us is not ours to copy"
    shard.orders.clear()
    new = here(hidden, name="j1", mark="j-b", mailbox=JOHN, stamp=f"{name}-g1", redacted=True)
    shard.write(new, back)
    purge = taken(shard)
    assert (purge.side, purge.event.subject, purge.event.sensitivity) == (
        PRACTIFI, "Private appointment", Sensitivity.PRIVATE,
    )  # fmt: skip


def test_what_a_new_mailbox_refuses_for_a_while_goes_to_it_later() -> None:  # ruling 14, O4
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.see(here(replace(STANDUP, location="Room 9"), mark="m-z", stamp=f"{name}-g0"))
    shard.write(in_johns_mailbox(order), order)
    shard.orders = outward(shard)[:1]
    shard.refuse(Why.FORBIDDEN)
    spoken(shard, johns())
    shard.orders.clear()
    shard.hear(Look(name))
    (back,) = outward(shard)
    assert isinstance(back, Write)
    assert (back.target, back.event.location) == ("j1", "Room 9")


def test_what_its_new_owner_deleted_is_not_edited_again() -> None:  # ruling 14, X1
    shard, _ = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.write(in_johns_mailbox(order), order)
    erase = shard.take()
    shard.see(Vanished("j1", JOHN))
    shard.orders = [erase]
    shard.refuse(Why.MOVED_ON, here(replace(STANDUP, subject="Edited"), mark="m-z"))
    assert [type(one) for one in outward(shard)] == [Erase]


def test_a_late_word_about_the_old_event_does_not_bring_it_back() -> None:  # INB-24
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.write(in_johns_mailbox(order), order)
    shard.see(here(mark="m-late", stamp=f"{name}-g0"))
    erase = shard.take()
    assert (type(erase), erase.mailbox) == (Erase, MIKE)
    assert shard.link(name).mailbox == JOHN


def test_with_guests_nothing_happens_before_an_administrator_consents() -> None:  # ruling 14, ruling 16, A5
    shard, _ = made(guests="ann@client.example")
    shard.see(johns(people=(ANN,)), side=PRACTIFI)
    assert outward(shard) == []
    assert [fact.reason for fact in shard.facts if isinstance(fact, Blocked) and "owner" in fact.reason]
    spoken(shard, johns(people=(ANN,)))
    shard.set_policy(TWO_WAY, consents=1)
    (order,) = outward(shard)
    shard.orders.remove(order)
    assert isinstance(order, Write)
    assert (order.mailbox, order.event.attendees, order.cause) == (JOHN, guest("ann@client.example"), Cause.OWNER)
    assert "attendees" in order.fields
    shard.write(in_johns_mailbox(order), order)
    (erase,) = [order for order in shard.orders if isinstance(order, Erase)]
    assert (erase.mailbox, erase.cause) == (MIKE, Cause.OWNER), "one consent is enough"


def test_one_consent_is_enough_for_all_that_is_typed_in_the_old_event_meanwhile() -> None:  # ruling 14, A5
    shard, name = made(guests="ann@client.example")
    shard.set_policy(replace(TWO_WAY, invitations=Invitations.ALWAYS))
    shard.see(johns(people=(ANN,)), side=PRACTIFI)
    spoken(shard, johns(people=(ANN,)))
    order = taken(shard)
    shard.set_policy(TWO_WAY)
    shard.write(in_johns_mailbox(order), order)
    for number, word in enumerate(("Once", "Twice")):
        edited = replace(STANDUP, subject=word, attendees=guest("ann@client.example"))
        shard.see(here(edited, mark=f"m-{number}", stamp=f"{name}-g0"))
    spoken(shard, johns(people=(ANN,)))
    shard.set_policy(TWO_WAY, consents=1)
    shard.orders = [one for one in shard.orders if not isinstance(one, Erase)]
    back = taken(shard)
    assert (back.target, back.event.subject) == ("j1", "Twice")
    shard.write(in_johns_mailbox(order, mark="j-b", event=back.event), back)
    assert taken(shard).side is PRACTIFI


def test_whom_microsoft_invites_stays_invited_and_nobody_has_answered_yet() -> None:  # A4, ruling 14
    shard, _ = made()
    added = (Attendee("ann@client.example", "Ann", response=Response.ACCEPTED), Attendee("john@firm.example"))
    shard.see(here(replace(STANDUP, attendees=added), mark="m-b"))
    spoken(shard, there(people=(ANN,)))
    shard.set_policy(replace(TWO_WAY, invitations=Invitations.ALWAYS))
    shard.see(johns(people=(ANN,)), side=PRACTIFI)
    (order,) = outward(shard)
    assert isinstance(order, Write)
    assert order.event.attendees == (Attendee("ann@client.example", "Ann"),), "John is the organizer now"


@pytest.mark.parametrize(("item", "policy", "reason"), [
    pytest.param(johns(owner="005-other", mailbox=""), TWO_WAY, "not synced", id="nobody with a mailbox"),
    pytest.param(johns(mailbox="mailbox-none"), TWO_WAY, "not synced", id="a mailbox without a user"),
    pytest.param(johns(redacted=True), TWO_WAY, "private", id="its text is not ours to copy"),
])  # fmt: skip
def test_it_stays_where_it_is_and_says_why(item: Item, policy: Policy, reason: str) -> None:  # ruling 14
    shard, name = made(policy)
    for mark in ("p-b", "p-c"):
        shard.see(replace(item, mark=mark), side=PRACTIFI)
    assert outward(shard) == []
    (fact,) = [fact for fact in shard.facts if isinstance(fact, Blocked)]
    assert reason in fact.reason
    assert shard.link(name).mailbox == MIKE
    shard.orders.clear()


def test_an_edit_of_the_new_owner_without_a_mailbox_reaches_the_old_one() -> None:  # ruling 14
    shard, _ = made()
    shard.see(johns(replace(SHOWN, subject="Daily"), owner="005-other", mailbox=""), side=PRACTIFI)
    spoken(shard, johns(replace(SHOWN, subject="Daily"), owner="005-other", mailbox=""))
    order = taken(shard)
    assert (order.mailbox, order.target, order.fields) == (MIKE, "m1", ("subject",))


def test_a_past_event_does_not_follow() -> None:  # X3, A5
    shard, _ = made()
    shard.now = STANDUP.when.start + timedelta(hours=1)  # type: ignore[union-attr]  # it is timed
    shard.see(johns(), side=PRACTIFI)
    assert outward(shard) == []


def test_without_leave_to_mail_a_meeting_with_guests_stays() -> None:  # ruling 16
    shard, _ = made(guests="ann@client.example")
    shard.set_policy(replace(TWO_WAY, invitations=Invitations.NEVER))
    shard.see(johns(people=(ANN,)), side=PRACTIFI)
    assert outward(shard) == []
    assert any("mail" in fact.reason for fact in shard.facts if isinstance(fact, Blocked))


def test_inward_microsoft_is_left_alone() -> None:  # D1
    shard, _ = made()
    shard.set_policy(INWARD)
    shard.see(johns(), side=PRACTIFI)
    assert outward(shard) == []


def test_a_mailbox_of_another_shard_is_a_limit_and_says_so() -> None:  # ruling 14, ruling 22
    shard, _ = made()
    shard.hear(Paired(2, (PAIRS.pairs[0], Pair(JOHN, 1, JOHNS, ("john@firm.example",)))))
    shard.see(johns(), side=PRACTIFI)
    assert outward(shard) == []
    assert any("shard" in fact.reason for fact in shard.facts if isinstance(fact, Blocked))


def test_given_back_it_is_as_if_nothing_had_been() -> None:
    shard, _ = made(guests="ann@client.example")
    shard.see(johns(people=(ANN,)), side=PRACTIFI)
    spoken(shard, johns(people=(ANN,)))
    shard.see(there(people=(ANN,), mark="p-z"), side=PRACTIFI)
    spoken(shard, there(people=(ANN,)))
    shard.set_policy(TWO_WAY, consents=1)
    assert outward(shard) == []


@pytest.mark.parametrize("on_it", [True, False], ids=["nobody took them off", "taken off in Practifi"])
def test_who_was_invited_and_gives_the_event_back_is_invited_again_unless_taken_off(on_it: bool) -> None:  # A4, M1
    shard, name = made()
    shard.see(here(replace(STANDUP, attendees=guest("john@firm.example")), mark="m-b", stamp=f"{name}-g0"))
    invite = taken(shard)
    assert invite.invitees == (JOHNS,)
    shard.write(there(people=(JOHNS,)), invite)
    shard.set_policy(replace(TWO_WAY, invitations=Invitations.ALWAYS))
    shard.see(johns(), side=PRACTIFI)
    spoken(shard, johns())
    (order,) = outward(shard)
    assert isinstance(order, Write)
    shard.orders.clear()
    shard.write(in_johns_mailbox(order), order)
    spoken(shard, johns())
    shard.orders.clear()
    shard.see(back := there(mark="p-z", people=(JOHNS,) if on_it else ()), side=PRACTIFI)
    spoken(shard, back)
    (order,) = outward(shard)
    assert isinstance(order, Write)
    assert order.event.attendees == (guest("john@firm.example") if on_it else ())
    shard.orders.clear()
    shard.write(here(order.event, name="m2", mark="m-z", stamp=f"{name}-g{order.generation}"), order)
    told = [one for one in shard.orders if isinstance(one, Write) and one.side is PRACTIFI]
    assert [one.invitees for one in told if one.invitees is not None] == [], "who is on it stays as it is"


def test_a_colleague_put_on_it_in_practifi_who_owned_it_for_a_while_is_still_on_it_when_it_is_given_back() -> None:
    shard = Shard(replace(TWO_WAY, invitations=Invitations.ALWAYS))  # A3, A4, ruling 14
    shard.see(there(people=(ANN, JOHNS)), side=PRACTIFI)
    for number, (shown, mailbox, guests) in enumerate((
        (None, MIKE, {"ann@client.example", "john@firm.example"}),
        (johns(people=(ANN,)), JOHN, {"ann@client.example"}),
        (there(mark="p-z", people=(ANN, JOHNS)), MIKE, {"ann@client.example", "john@firm.example"}),
    )):  # fmt: skip
        if shown is not None:
            shard.see(shown, side=PRACTIFI)
            spoken(shard, shown)
        (order,) = outward(shard)
        assert isinstance(order, Write)
        assert (order.mailbox, {one.address for one in order.event.attendees}) == (mailbox, guests)
        shard.orders.clear()
        new = {"name": f"m-{number}", "mark": f"m-{number}", "mailbox": mailbox}
        shard.write(here(order.event, stamp=f"{order.link}-g{order.generation}", **new), order)
        told = [one for one in shard.orders if isinstance(one, Write) and one.side is PRACTIFI]
        assert [one for one in told if one.invitees is not None or one.people is not None] == []
        if shown is not None:
            spoken(shard, shown)
        shard.orders.clear()


def test_what_its_owner_for_a_while_typed_in_it_reaches_practifi_although_nobody_said_that_it_was_made() -> None:
    """The writer has lost its memory, and the event was given back by then (rulings 9, 14, O6)."""
    shard, name = made()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    shard.see(there(mark="p-back"), side=PRACTIFI)
    shard.hear(Again("w", "writer"))
    assert shard.orders == [], "it stands with its owner"
    shard.see(in_johns_mailbox(order, event=replace(order.event, subject="Typed")))
    told = [one for one in shard.orders if isinstance(one, Write) and one.side is PRACTIFI]
    assert [(one.link, one.event.subject, one.fields) for one in told] == [(name, "Typed", ("subject",))]


def test_a_microsoft_born_event_gets_its_owner_back() -> None:  # ruling 14
    shard = Shard()
    shard.paired()
    shard.see(johns(), side=PRACTIFI)
    order = taken(shard)
    assert (order.side, order.owner, order.target) == (PRACTIFI, MIKES, "p1")


@pytest.mark.parametrize("seen", [False, True], ids=["the writer finds it", "a reader was faster"])
def test_the_same_if_it_was_given_away_before_we_heard_that_it_was_made(seen: bool) -> None:  # ruling 14, ruling 9
    shard = Shard()
    shard.see(here())
    made = taken(shard)
    given = there(owner=JOHNS, mailbox=JOHN, stamp=made.link, edited=seen)
    if seen:
        shard.see(given, side=PRACTIFI)
    shard.write(given, made)
    order = taken(shard)
    assert (order.side, order.owner, order.target) == (PRACTIFI, MIKES, "p1")


def test_a_microsoft_born_event_never_moves() -> None:  # ruling 14, D1
    shard = Shard()
    shard.paired()
    shard.set_policy(OUTWARD)
    shard.see(johns(), side=PRACTIFI)
    assert shard.orders == []


HANDS = st.lists(
    st.tuples(st.sampled_from(("hand", "look", "arrive", "perform", "again", "forget", "answer")),
              st.sampled_from((MIKE, JOHN)), st.integers(0, 3)),
    max_size=40,
)  # fmt: skip


@settings(max_examples=300)
@given(HANDS)
def test_at_no_moment_is_there_none_and_in_the_end_there_is_one(moves: list[tuple[str, str, int]]) -> None:
    world = World(Shard(CALM))  # ruling 14, O6, CON-29: whatever crosses, fails half-way or is done twice
    name = world.make(PRACTIFI, STANDUP, edited=True)
    world.settle()
    for what, mailbox, which in moves:
        match what:
            case "hand":
                world.hand(name, mailbox)
            case "look":
                world.look(PRACTIFI if which % 2 else MICROSOFT)
            case "arrive":
                world.arrive(which)
            case "again":
                world.perform_twice()
            case "perform":
                world.perform()
            case "forget":
                world.forget(which)
            case "answer":
                world.answer()
        assert world.rows[MICROSOFT], "the meeting is in nobody's mailbox"
    world.settle()
    (event,) = world.rows[MICROSOFT].values()
    assert event.mailbox == world.rows[PRACTIFI][name].mailbox
    agree(world)
    assert world.settle() == 0


TYPING = st.lists(
    st.tuples(st.sampled_from(("hand", "look", "arrive", "perform", "die", "forget", "answer", "type")),
              st.sampled_from((MIKE, JOHN)), st.integers(0, 3)),
    max_size=40,
)  # fmt: skip
TWICE = [(what, JOHN, which) for what, which in (
    ("hand", 0), ("look", 1), ("arrive", 0), ("perform", 0), ("type", 0), ("look", 0), ("type", 0),
)]  # fmt: skip
"""The old event is typed in once before and once after it is seen that the new one is there."""


LOST = [(what, JOHN, which) for what, which in (
    ("hand", 0), ("look", 1), ("arrive", 0), ("die", 0), ("type", 1),
)]  # fmt: skip
"""The new event is typed in before we know that it was made."""
BACK = [(what, mailbox, which) for what, mailbox, which in (
    ("hand", JOHN, 0), ("look", JOHN, 1), ("arrive", JOHN, 0), ("hand", MIKE, 0), ("look", MIKE, 1),
    ("arrive", MIKE, 1), ("forget", JOHN, 1), ("type", JOHN, 1),
)]  # fmt: skip
"""Nobody knows that it was made, and it is given back by then."""


@settings(max_examples=300)
@example(False, TWICE)
@example(True, TWICE)
@example(True, LOST)
@example(False, BACK)
@example(True, BACK)
@given(st.booleans(), TYPING)
def test_whatever_is_typed_in_outlook_while_it_is_handed_over_stands(
    dated: bool, moves: list[tuple[str, str, int]]
) -> None:
    world = World(Shard(CALM), dated=dated)  # ruling 14, ruling 9, O4
    name, words = world.make(PRACTIFI, STANDUP, edited=True), dict[str, str]()
    world.settle()
    stands = {STANDUP.subject}
    for number, (what, mailbox, which) in enumerate(moves):
        match what:
            case "hand":
                world.hand(name, mailbox)
            case "look":
                world.look(PRACTIFI if which % 2 else MICROSOFT)
            case "arrive":
                world.arrive(which)
            case "perform":
                world.perform()
            case "die":
                world.die()
            case "forget":
                world.forget(which)
            case "answer":
                world.answer()
            case "type":
                names = sorted(world.rows[MICROSOFT], key=lambda one: int(one[1:]))
                words[names[which % len(names)]] = f"Typed {number}"
                world.edit(MICROSOFT, names[which % len(names)], subject=f"Typed {number}")
                stands = {words[one] for one in names if one in words}  # of two that stand, either one's last word
    world.settle()
    (there_,) = world.rows[MICROSOFT].values()
    assert there_.event.subject in stands
    agree(world)


@settings(max_examples=200)
@given(STEPS, st.lists(st.sampled_from((MIKE, JOHN)), max_size=6))
def test_any_story_with_changing_owners_ends_with_both_sides_alike(steps: list[Any], owners: list[str]) -> None:
    world = World(Shard(CALM))
    world.make(MICROSOFT, STANDUP)
    world.make(PRACTIFI, replace(STANDUP, subject="Review"), edited=True)
    world.settle()
    for number, step in enumerate(steps):
        play(world, *step)
        if number % 5 == 0 and owners and world.rows[PRACTIFI]:
            names = sorted(world.rows[PRACTIFI])
            world.hand(names[number % len(names)], owners.pop())
    world.settle()
    agree(world)
    for link in world.shard.links():
        if link.microsoft and link.practifi and not link.microsoft.gone and not link.practifi.gone:
            assert link.microsoft.mailbox == link.practifi.mailbox
    assert world.settle() == 0


def test_a_hand_over_that_the_writer_finds_first_is_not_missed() -> None:  # ruling 14
    shard = Shard()
    shard.see(there(replace(SHOWN, online=True)), side=PRACTIFI)
    order = taken(shard)
    shard.write(here(replace(STANDUP, online=True, join_url="https://teams"), stamp=f"{order.link}-g0"), order)
    given = johns(replace(SHOWN, online=True, join_url="https://teams"))
    shard.write(replace(given, mailbox=MIKE))  # it knows no mailbox but that of its order
    shard.see(given, side=PRACTIFI)
    order = taken(shard)
    assert (order.side, order.mailbox, order.generation) == (MICROSOFT, JOHN, 1)


@pytest.mark.parametrize("later", [0, 60])
def test_a_hand_over_that_is_read_before_our_write_is_answered_is_not_missed(later: int) -> None:  # ruling 14, O6
    shard, name = made()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b", stamp=f"{name}-g0"))
    order = taken(shard)
    daily = replace(SHOWN, subject="Daily")
    shard.see(johns(daily, mark="p-c", changed_at=NOW + timedelta(seconds=later)), side=PRACTIFI)
    shard.write(there(daily, mark="p-b", changed_at=NOW), order)
    order = taken(shard)
    assert (order.side, order.mailbox, order.event.subject) == (MICROSOFT, JOHN, "Daily")


def test_our_own_word_on_an_event_does_not_take_it_back_to_its_old_owner() -> None:  # ruling 14, C4
    shard, name = made(guests="ann@client.example")
    shard.see(johns(people=(ANN,)), side=PRACTIFI)
    order = taken(shard)
    assert (order.side, order.fields, bool(order.status)) == (PRACTIFI, (), True), "it waits for consent, and says so"
    word = johns(people=(ANN,), mark="p-word", status=order.status or "", mailbox=MIKE)
    shard.write(word, order)
    assert not shard.orders
    assert shard.link(name).practifi is not None
    assert [one.kind.value for one in shard.link(name).troubles] == ["held"]
