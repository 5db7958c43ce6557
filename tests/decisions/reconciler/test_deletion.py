"""Something is gone on one side: what follows on the other, and what never comes back."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity, Side
from contracts.facts import Deleted
from contracts.observed import Observed, ReadDone, Vanished
from contracts.policy import Invitations, Policy, PrivateEvents
from contracts.write import Erase, Outcomes, Refused, Why, Write, Written
from services.kernel.micros import micros
from services.reconciler.rows import State
from tests.decisions.reconciler.shard import (
    ANN,
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    NOW,
    OUTWARD,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
    timed,
)  # fmt: skip

HIDDEN = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
PAST = replace(STANDUP, when=timed(NOW - timedelta(days=1)))


class Case(NamedTuple):
    name: str
    gone: Side
    erased: Side | None
    policy: Policy = TWO_WAY
    event: Any = STANDUP
    held: Mapping[str, Any] = MappingProxyType({})


CASES = [
    Case("deleted in Microsoft (X1, INB-12)", MICROSOFT, PRACTIFI),
    Case("called off by an organizer from outside (INB-15, X3)", MICROSOFT, PRACTIFI, held={"mine": False}),
    Case("deleted in Microsoft, one way inward", MICROSOFT, PRACTIFI, INWARD),
    Case("deleted in Microsoft, outward only: Practifi keeps its own (D1)", MICROSOFT, None, OUTWARD),
    Case("deleted in Practifi (X1, OUT-17)", PRACTIFI, MICROSOFT),
    Case("deleted in Practifi, one way inward: Microsoft is never touched", PRACTIFI, None, INWARD),
    Case("a past event is deleted in Practifi (X3)", PRACTIFI, None, event=PAST),
    Case("an invitation is deleted in Practifi: others keep the meeting (X3, A7)", PRACTIFI, None,
         held={"mine": False}),
    Case("a meeting with guests, and the policy forbids mail (ruling 16)", PRACTIFI, None,
         replace(TWO_WAY, invitations=Invitations.NEVER), replace(STANDUP, attendees=guest("ann@client.example"))),
]  # fmt: skip


def test_what_turns_private_while_it_is_deleted_in_practifi_leaves_no_text() -> None:  # P2, ruling 20
    shard = Shard(replace(TWO_WAY, private_events=PrivateEvents.SKIP))
    name = shard.paired()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI, whole=False)
    shard.see(here(HIDDEN, mark="m-b", redacted=True))
    shard.round_done(messages=1)
    assert not shard.orders
    assert b"Standup" not in shard.rows[f"link/{name}"]


def test_what_turns_private_after_it_was_deleted_in_practifi_leaves_no_text() -> None:  # P2, X5, ruling 20
    """Nor does it bring any back when the Event is taken out of the bin."""
    shard = Shard(INWARD)
    name = shard.paired()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.see(here(HIDDEN, mark="m-b", redacted=True))
    assert shard.link(name).state is State.ENDED
    assert b"Standup" not in shard.rows[f"link/{name}"]
    shard.see(there(mark="p-b", stamp=name), side=PRACTIFI)
    purge = shard.take()
    assert isinstance(purge, Write)
    assert (purge.side, purge.event.subject, purge.event.location) == (PRACTIFI, "Private appointment", "")


def test_the_same_in_a_pause_where_nothing_goes_to_practifi() -> None:  # P2, D1, ruling 20
    shard = Shard()
    name = shard.paired(here(mine=False))
    shard.set_policy(OUTWARD, active=False)
    shard.see(here(HIDDEN, mark="m-b", redacted=True, mine=False))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.set_policy(OUTWARD)
    assert shard.link(name).state is State.ENDED
    assert b"Standup" not in shard.rows[f"link/{name}"]


@pytest.mark.parametrize("gone", Side)
def test_what_a_side_refused_to_change_goes_with_the_other_all_the_same(gone: Side) -> None:  # X1, O4
    shard = Shard()
    shard.paired()
    edited = replace(STANDUP, location="Room 2")
    if gone is MICROSOFT:
        shard.see(here(edited, mark="m-b"))
    else:
        shard.see(there(replace(edited, when=SHOWN.when), mark="p-b"), side=PRACTIFI)
    shard.refuse(Why.INVALID)
    shard.refuse(Why.INVALID)  # and our word on the Event
    shard.see(Vanished("m1" if gone is MICROSOFT else "p1", MIKE), side=gone)
    order = shard.take()
    assert isinstance(order, Erase)
    assert order.side is gone.other


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_deletion(case: Case) -> None:
    shard = Shard()
    shown = replace(case.event, when=timed(case.event.when.start), attendees=())
    name = shard.paired(here(case.event, **case.held), there(shown, edited=False))
    shard.set_policy(case.policy)
    shard.see(Vanished("m1" if case.gone is MICROSOFT else "p1", MIKE), side=case.gone)
    if case.erased is None:
        assert not shard.orders
    else:
        order = shard.take()
        assert isinstance(order, Erase)
        assert (order.side, order.target) == (case.erased, "p1" if case.erased is PRACTIFI else "m1")
        shard.write(order=order)
        assert isinstance(shard.facts[-1], Deleted)
    assert shard.link(name).state is State.ENDED
    assert not shard.orders


def test_a_new_zone_alone_does_not_bring_back_what_was_deleted_in_practifi() -> None:  # X1, TZ-20
    shard = Shard()
    shard.paired()
    elsewhere = here(replace(STANDUP, when=timed(zone="UTC")), mark="m-b")
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, item=elsewhere)
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target, order.base) == (MICROSOFT, "m1", elsewhere.event)


def test_what_was_deleted_in_practifi_is_not_brought_back_by_a_resync() -> None:  # X5
    shard = Shard(INWARD)
    shard.paired()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.see(here())
    shard.see(here(replace(STANDUP, subject="Renamed"), mark="m-b"))
    assert not shard.orders


def test_what_outlook_brings_back_comes_back_as_the_next_generation() -> None:  # REC-27, CON-19
    shard = Shard()
    name = shard.paired()
    shard.see(Vanished("m1", MIKE))
    shard.write()
    shard.see(here())
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.link, order.target) == (PRACTIFI, name, "")
    assert order.generation > 0


def test_what_a_person_deletes_unheard_is_told_only_from_what_never_was_there() -> None:  # X1, REC-27, ruling 9
    shard = Shard()
    shard.see(here())
    first = shard.take()
    assert isinstance(first, Write)
    assert first.since == shard.now
    shard.write(there(stamp=first.link, edited=False), first)
    shard.see(Vanished("m1", MIKE))
    shard.write()
    shard.see(here())
    again = shard.take()
    assert isinstance(again, Write)
    assert (again.side, again.target, again.since) == (PRACTIFI, "", None)


def test_an_event_deleted_in_practifi_while_microsoft_changes_it_comes_back() -> None:
    shard = Shard()
    shard.paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.refuse(Why.GONE)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.event.subject, order.generation) == (PRACTIFI, "", "Daily", 1)
    shard.write(there(replace(SHOWN, subject="Daily"), name="p2"), order)
    assert not shard.orders
    assert "Conflict" in shard.kinds()


def test_what_microsoft_adds_to_our_own_event_does_not_bring_it_back() -> None:  # X1, T2, A1
    shard = Shard()
    shard.see(there(people=(ANN,)), side=PRACTIFI)
    order = shard.take()
    with_guest = replace(STANDUP, attendees=guest("ann@client.example"), attendee_count=1, join_url="https://teams/1")
    shard.write(here(with_guest, stamp=f"{order.link}-g0"), order)
    shard.refuse(Why.GONE)
    shard.round_done()
    erase = shard.take()
    assert isinstance(erase, Erase)
    assert (erase.side, erase.target) == (MICROSOFT, "m1")


def test_people_who_were_gone_when_it_was_last_read_do_not_bring_it_back() -> None:  # X1, A1
    shard = Shard()
    shard.see(there(people=(ANN,)), side=PRACTIFI)
    order = shard.take()
    with_guest = replace(STANDUP, attendees=guest("ann@client.example"), attendee_count=1)
    shard.write(here(with_guest, stamp=f"{order.link}-g0"), order)
    shard.see(there(mark="p-without-people"), side=PRACTIFI)
    shard.refuse(Why.GONE)
    shard.refuse(Why.GONE)  # asked once more, for a reader has spoken since
    shard.round_done()
    erase = shard.take()
    assert isinstance(erase, Erase)
    assert (erase.side, erase.target) == (MICROSOFT, "m1")


def test_a_guest_who_was_invited_in_outlook_meanwhile_brings_it_back() -> None:  # X1
    shard = Shard()
    shard.paired()
    shard.see(here(replace(STANDUP, attendees=guest("ann@client.example"), attendee_count=1), mark="m-b"))
    shard.refuse(Why.GONE)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target) == (PRACTIFI, "")


def test_gone_in_microsoft_wins_over_an_edit_in_practifi() -> None:
    shard = Shard()
    shard.paired()
    shard.see(Vanished("m1", MIKE))
    edited = there(replace(SHOWN, subject="Daily"), mark="p-b")
    shard.refuse(Why.MOVED_ON, edited)
    order = shard.take()
    assert isinstance(order, Erase)
    assert order.base == edited.event


def test_a_late_reader_does_not_revive_what_we_erased() -> None:  # O6
    shard = Shard()
    shard.paired()
    shard.see(Vanished("m1", MIKE))
    shard.write()
    shard.see(there(edited=True), side=PRACTIFI)
    assert not shard.orders


@pytest.mark.parametrize("later", [0, 60])
def test_what_we_erased_is_back_only_when_somebody_took_it_out_of_the_bin(later: int) -> None:  # O6, X5
    shard = Shard()
    shard.see(here(replace(STANDUP, attendees=guest("ann@client.example"))))
    shard.write(there(people=(ANN,), changed_at=NOW))
    shard.see(Vanished("m1", MIKE))
    shard.write()
    read_meanwhile = there(mark="p-without-people", edited=True, changed_at=NOW + timedelta(seconds=later))
    shard.see(read_meanwhile, side=PRACTIFI)
    assert [order.side for order in shard.orders] == [MICROSOFT] * bool(later)


@pytest.mark.parametrize("later", [-60, 0, 60])
def test_an_edit_that_our_deletion_overtook_brings_nothing_back(later: int) -> None:  # O6, X1
    shard = Shard()
    shard.see(here(replace(STANDUP, attendees=guest("ann@client.example"))))
    shard.write(there(people=(ANN,), changed_at=NOW))
    shard.see(Vanished("m1", MIKE))
    order, edited = shard.take(), NOW + timedelta(minutes=5)
    shard.hear(Outcomes((Written(order.order, order.link, order.side, changed_at=edited),)))
    shard.see(there(mark="p-edited", edited=True, changed_at=edited + timedelta(seconds=later)), side=PRACTIFI)
    assert [order.side for order in shard.orders] == [MICROSOFT] * (later > 0)


def test_an_unknown_item_that_is_gone_is_ignored() -> None:  # IDN-08, INB-16
    shard = Shard()
    shard.see(Vanished("m9", MIKE))
    assert (shard.orders, shard.links()) == ([], [])


def test_gone_on_both_sides_at_once_needs_no_write() -> None:
    shard = Shard()
    name = shard.paired()
    shard.set_policy(TWO_WAY, active=False)
    shard.see(Vanished("m1", MIKE))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    assert not shard.orders
    assert shard.link(name).state is State.ENDED


def test_a_tombstone_holds_no_text() -> None:  # X5, ruling 20
    shard = Shard()
    name = shard.paired()
    shard.see(Vanished("m1", MIKE))
    shard.write()
    assert b"Standup" not in shard.rows[f"link/{name}"]


def test_deleted_before_we_are_told_that_our_own_order_made_it() -> None:  # O6
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    shard.see(Vanished("m1", MIKE))
    shard.write(here(stamp=f"{order.link}-g0"), order)
    erase = shard.take()
    assert isinstance(erase, Erase)
    assert erase.side is PRACTIFI


def test_what_is_edited_and_deleted_in_practifi_before_its_making_is_answered() -> None:  # X1, O6
    shard = Shard()
    shard.set_policy(TWO_WAY, active=False)
    shard.see(there(), side=PRACTIFI)
    shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    made = shard.take()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.write(here(replace(STANDUP, subject="Daily"), stamp=f"{made.link}-g0"), made)
    shard.round_done()
    erased = shard.take()
    assert isinstance(erased, Erase)
    assert (erased.side, erased.target) == (MICROSOFT, "m1")


@pytest.mark.parametrize("found", [False, True], ids=["the writer saw it", "it was gone when the writer looked"])
@pytest.mark.parametrize("told", [False, True], ids=["the writer was faster", "a reader was faster"])
def test_an_event_that_is_deleted_in_practifi_as_soon_as_it_is_made(told: bool, found: bool) -> None:  # X1, ruling 9
    shard = Shard()
    shard.see(here())
    made = shard.take()
    gone = Vanished("p1", MIKE, stamp=made.link)
    if told:
        shard.see(gone, side=PRACTIFI)
    if found:
        shard.orders.append(made)
        shard.refuse(Why.GONE)
    else:
        shard.write(there(stamp=made.link, edited=False), made)
    if not told:
        shard.see(gone, side=PRACTIFI)
    shard.round_done()
    erased = shard.take()
    assert isinstance(erased, Erase)
    assert (erased.side, erased.target) == (MICROSOFT, "m1")


@pytest.mark.parametrize("order", ["in order", "the deletion is heard of first"])
def test_deleted_after_it_was_seen_and_before_its_making_was_answered(order: str) -> None:  # X1, O6, design §2.3
    shard = Shard()
    shard.see(here())
    made = shard.take()
    made_item = there(stamp=made.link, edited=False)
    said = [Observed(PRACTIFI, 21, (made_item,)), Observed(PRACTIFI, 22, (), (Vanished("p1", MIKE),))]
    if order == "in order":
        shard.hear(said.pop(0))
    shard.hear(said.pop())
    shard.round_done(messages=2)
    shard.write(made_item, made)
    for late in said:
        shard.hear(late)
    shard.round_done()
    erased = shard.take()
    assert isinstance(erased, Erase)
    assert (erased.side, erased.target) == (MICROSOFT, "m1")


@pytest.mark.parametrize("side", Side)
def test_made_and_deleted_before_its_first_word_arrives_stays_gone(side: Side) -> None:  # design §2.3
    shard = Shard()
    name = "m1" if side is MICROSOFT else "p1"
    shard.hear(Observed(side, 902, (), (Vanished(name, MIKE),)))
    shard.hear(Observed(side, 901, (here() if side is MICROSOFT else there(),)))
    assert (shard.orders, shard.links()) == ([], [])


def test_what_is_there_again_after_it_vanished_is_new() -> None:
    shard = Shard()
    shard.hear(Observed(PRACTIFI, 902, (), (Vanished("p1", MIKE),)))
    shard.hear(Observed(PRACTIFI, 903, (there(),)))
    assert len(shard.orders) == 1


@pytest.mark.parametrize("side", Side)
def test_what_came_back_and_went_again_is_gone_though_its_coming_back_is_heard_last(side: Side) -> None:  # design §2.3
    shard = Shard()
    shard.paired()
    name, back = ("m1", here(mark="m-b")) if side is MICROSOFT else ("p1", there(mark="p-b"))
    shard.hear(Observed(side, 901, (), (Vanished(name, MIKE),)))
    shard.hear(Observed(side, 903, (), (Vanished(name, MIKE),)))
    shard.hear(Observed(side, 902, (back,)))
    (link,) = shard.links()
    held = link.on(side)
    assert held is not None
    assert held.gone
    shard.orders.clear()


def test_three_deleted_at_once_are_three_deletions() -> None:  # OUT-19
    shard = Shard()
    for number in range(3):
        shard.paired(here(name=f"m{number}"), there(name=f"p{number}", edited=False))
    shard.see(*(Vanished(f"p{number}", MIKE) for number in range(3)), side=PRACTIFI)
    assert [(type(one), one.side, one.mailbox) for one in shard.orders] == [(Erase, MICROSOFT, MIKE)] * 3


def test_whoever_deletes_it_goes_from_its_owners_mailbox() -> None:  # OUT-17, OUT-18
    shard = Shard()
    shard.see(there(people=(JOHNS,)), side=PRACTIFI)
    made = shard.take()
    meeting = replace(STANDUP, organizer="mike@firm.example", attendees=guest("john@firm.example"))
    shard.write(here(meeting, stamp=f"{made.link}-g0", uid="u1"), made)
    shard.see(here(meeting, name="j1", mailbox=JOHN, uid="u1", mine=False))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.mailbox, order.target) == (MIKE, "m1")


@pytest.mark.parametrize("side", Side)
def test_what_is_gone_already_needs_no_second_try(side: Side) -> None:  # OUT-21
    shard = Shard()
    name = shard.paired()
    shard.see(Vanished("m1" if side is PRACTIFI else "p1", MIKE), side=side.other)
    shard.refuse(Why.GONE)
    assert (shard.orders, shard.link(name).state) == ([], State.ENDED)


def test_a_deletion_that_microsoft_forbids_is_shown_and_not_repeated() -> None:  # OUT-21
    shard = Shard()
    shard.paired()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.refuse(Why.FORBIDDEN, code="ErrorAccessDenied")
    shard.round_done()
    shard.see(here(mark="m-b"))
    assert (shard.orders, shard.kinds()) == ([], ["Failed"])


def test_what_left_the_window_and_came_back_is_the_same_event() -> None:  # INB-12b, X2
    shard = Shard()
    name = shard.paired()
    shard.see(here(replace(STANDUP, when=timed(NOW + timedelta(days=20))), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.link, order.target, order.fields) == (name, "p1", ("when",))


def test_nothing_is_gone_because_a_reader_does_not_say_it() -> None:  # INB-32, SAF-09, X2
    shard = Shard()
    shard.paired()
    shard.paired(here(name="m2"), there(name="p2", edited=False))
    for run in ("run-1", "run-2"):
        shard.see(here(mark=run))
        shard.see(there(mark=run, edited=False), side=PRACTIFI)
        shard.hear(ReadDone(run, "salesforce-watcher", messages=1))
        shard.hear(ReadDone(run, "graph-poller", messages=1, failed=(MIKE,)), "graph-poller/acme/0")
    assert shard.orders == []
    assert {link.state for link in shard.links()} == {State.ACTIVE}


def test_a_narrower_window_deletes_nothing() -> None:  # SAF-07, D9
    shard = Shard()
    shard.paired()
    shard.set_policy(replace(TWO_WAY, past_inbound_days=0, future_inbound_months=1, future_outbound_months=1))
    shard.see(here(mark="m-b"))
    shard.see(there(mark="p-b", edited=False), side=PRACTIFI)
    assert shard.orders == []


def test_one_that_cannot_go_on_keeps_no_other_from_it() -> None:  # SAF-11, AUT-14
    shard = Shard(replace(TWO_WAY, brake_minimum=1, brake_share=0.1))
    shard.paired()
    shard.paired(here(name="m2"), there(name="p2", edited=False))
    shard.see(there(name="p3", native_series=True), side=PRACTIFI)
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.orders.clear()
    shard.set_policy(shard.policy, active=False)
    shard.see(here(replace(STANDUP, subject="Daily"), name="m2", mark="m-b"))
    shard.set_policy(shard.policy)
    assert [(one.side, one.event.subject) for one in shard.orders if isinstance(one, Write) and one.fields] == [
        (PRACTIFI, "Daily")
    ]


def test_a_late_word_of_an_event_that_is_deleted_and_made_anew_makes_no_second_one() -> None:  # X1, IDN-18, A5
    """Somebody edits it in Practifi and deletes it; Outlook's own edit brings it back before that edit is heard."""
    shard = Shard()
    shard.see(here())
    order = shard.orders[0]
    shard.write(there(stamp=order.link))
    shard.now += timedelta(minutes=1)
    typed, read = there(replace(SHOWN, subject="Typed"), mark="p-b", stamp=order.link), micros(shard.now)
    shard.now += timedelta(minutes=1)
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.refuse(Why.GONE)
    shard.write(there(replace(SHOWN, subject="Daily"), name="p2", stamp=order.link))
    shard.hear(Observed(PRACTIFI, read, (typed,)))
    assert ([link.id for link in shard.links()], shard.orders) == ([order.link], [])


def test_what_came_out_of_the_bin_before_the_writer_says_once_more_that_it_was_gone_is_there() -> None:  # X5, O6
    """The message was lost at first, and is sent again after the Event is back."""
    shard = Shard()
    name = shard.paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order, missed = shard.take(), micros(shard.now)
    back = Observed(PRACTIFI, missed + 60_000_000, (there(mark="p-back", stamp=name),))
    shard.now += timedelta(minutes=2)
    shard.hear(Outcomes((Refused(order.order, name, PRACTIFI, Why.GONE, "", "because"),)), number=missed)
    shard.hear(back)
    there_now = shard.link(name).practifi
    assert there_now is not None
    assert not there_now.gone


def test_what_came_back_beside_its_successor_can_be_deleted_again() -> None:  # IDN-18, X1
    """Deleted in Practifi and edited in Outlook at once, it was made in Practifi anew; then somebody took the first one
    out of the bin, so that it was made in Microsoft, too."""
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    shard.write(here(stamp=f"{shard.orders[0].link}-g0"))
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.refuse(Why.GONE)
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.write(there(replace(SHOWN, subject="Daily"), name="p2", edited=False))
    shard.see(there(mark="p-back"), side=PRACTIFI)
    order = shard.take()
    shard.write(here(name="m2", stamp=f"{order.link}-g0"), order)
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    erase = shard.take()
    assert (type(erase), erase.side, isinstance(erase, Erase) and erase.target) == (Erase, MICROSOFT, "m2")


@pytest.mark.parametrize("back", [False, True])
def test_an_event_and_its_successor_may_be_told_of_together(back: bool) -> None:  # X1, INB-24
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    shard.write(here(stamp=f"{order.link}-g0"), order)
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.refuse(Why.GONE)
    again = there(replace(SHOWN, subject="Daily"), name="p2", edited=False, stamp=order.link)
    shard.see(again, there(mark="p-back") if back else Vanished("p1", MIKE), side=PRACTIFI)
    shard.write(again, shard.orders.pop(0))
    assert [one.side for one in shard.orders] == [MICROSOFT] * back


@pytest.mark.parametrize("side", Side)
def test_an_edit_before_a_deletion_that_is_heard_after_it_brings_nothing_back(side: Side) -> None:  # X1, design §2.3
    """Edited and then deleted; the writer finds it gone first, and the reader's two words arrive in the other order."""
    shard = Shard()
    shard.paired()
    one, other = (here, there) if side is MICROSOFT else (there, here)
    event, name = (STANDUP, "m1") if side is MICROSOFT else (SHOWN, "p1")
    shard.see(other(replace(event, subject="Daily"), mark="b"), side=side.other)
    shard.refuse(Why.GONE)
    shard.orders.clear()
    edited = Observed(side, shard.sequence + 1, (one(replace(event, location="Room 2"), mark="c"),))
    shard.hear(Observed(side, shard.sequence + 2, (), (Vanished(name, MIKE),)))
    shard.hear(edited)
    (link,) = shard.links()
    held = link.on(side)
    assert held is not None
    assert held.gone
