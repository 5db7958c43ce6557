"""An order was carried out, and the writer died before it could say so: what stands there is our own write and nobody's
edit, whatever people did meanwhile (ruling 9, O6)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity, ShowAs, Side
from contracts.control import Again
from contracts.facts import Conflict, Updated
from contracts.observed import Vanished
from contracts.write import Erase, Outcomes, Refused, Why, Write
from tests.decisions.reconciler.shard import (
    INWARD,
    MICROSOFT,
    MIKE,
    NOW,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    here,
    there,
    timed,
)  # fmt: skip

TYPED, AGAIN = replace(SHOWN, subject="Typed"), replace(SHOWN, subject="Typed again")
CARRIED, DAILY = replace(STANDUP, subject="Typed"), replace(STANDUP, subject="Daily")


def typed(event: CalendarEvent = TYPED) -> Shard:
    """A pair of which something was typed anew in Practifi; the order to Microsoft is out, and carried out."""
    shard = Shard()
    shard.paired()
    shard.see(there(event, mark="p-b"), side=PRACTIFI)
    return shard


def test_a_person_who_types_again_meanwhile_has_the_last_word() -> None:  # PRO-02, C4
    shard = typed()
    shard.see(there(AGAIN, mark="p-c"), side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, here(CARRIED, mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.subject) == (MICROSOFT, ("subject",), "Typed again")
    assert "Conflict" not in shard.kinds(), "nobody but us has written there"


def test_the_same_although_a_reader_has_seen_our_write_first() -> None:  # PRO-02, C4
    shard = typed()
    shard.see(here(CARRIED, mark="m-b"))
    shard.see(there(AGAIN, mark="p-c"), side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, here(CARRIED, mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.subject) == (MICROSOFT, "Typed again")


@pytest.mark.parametrize("seen", [False, True], ids=["the writer finds it", "a reader was faster"])
def test_what_was_typed_and_then_deleted_in_practifi_does_not_come_back(seen: bool) -> None:  # X1, C4
    shard = typed()
    if seen:
        shard.see(here(CARRIED, mark="m-b"))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, here(CARRIED, mark="m-b"))
    shard.round_done()
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (MICROSOFT, "m1")


def test_what_somebody_changed_in_microsoft_since_is_an_edit_and_wins() -> None:  # C1
    shard = typed(replace(TYPED, location="Room 2"))
    shard.see(there(replace(AGAIN, location="Room 3"), mark="p-c"), side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, here(replace(CARRIED, location="Room 9"), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.location) == (PRACTIFI, ("location",), "Room 9")
    shard.write(there(replace(AGAIN, location="Room 9"), mark="p-d"), order)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.subject) == (MICROSOFT, ("subject",), "Typed again")


def test_what_our_unheard_write_overrode_is_said() -> None:  # I3, C3
    shard = Shard()
    shard.paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.refuse(Why.MOVED_ON, there(TYPED, mark="p-b"))
    shard.refuse(Why.MOVED_ON, there(replace(SHOWN, subject="Daily"), mark="p-c"))
    assert not shard.orders
    assert [type(one) for one in shard.facts[-2:]] == [Updated, Conflict]


def test_what_a_person_deleted_before_we_heard_that_it_was_made_goes_in_practifi_too() -> None:  # X1, ruling 9
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    shard.refuse(Why.GONE)
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target, order.mailbox) == (PRACTIFI, "p1", MIKE)


@pytest.mark.parametrize("early", [True, False], ids=["before the pause is told", "after it"])
def test_what_was_made_unheard_before_a_pause_and_then_deleted_goes_in_microsoft_too(early: bool) -> None:
    shard = Shard()  # X1, ruling 9, ruling 26
    shard.see(here())
    gone = Vanished("p1", MIKE, stamp=shard.orders[0].link)
    shard.set_policy(shard.policy, active=False)
    if early:
        shard.see(gone, side=PRACTIFI)
    shard.refuse(Why.STOPPED)
    if not early:
        shard.see(gone, side=PRACTIFI)
    shard.set_policy(shard.policy)
    shard.round_done()
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target, order.mailbox) == (MICROSOFT, "m1", MIKE)


@pytest.mark.parametrize("seen", [False, True], ids=["unseen", "a reader was faster"])
def test_what_a_person_changes_before_we_heard_that_it_was_made_goes_to_practifi(seen: bool) -> None:  # C1, ruling 9
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    daily = here(replace(STANDUP, subject="Daily"), mark="m-b", stamp=f"{order.link}-g0")
    if seen:
        shard.see(daily)
    shard.write(daily, order)
    back = shard.take()
    assert isinstance(back, Write)
    assert (back.side, back.fields, back.event.subject) == (PRACTIFI, ("subject",), "Daily")


@pytest.mark.parametrize("lost", [False, True], ids=["a pause", "a writer that forgot"])
def test_what_is_typed_in_practifi_after_an_unheard_making_goes_out_as_an_edit(lost: bool) -> None:  # ruling 9, PRO-02
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    if lost:
        shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
        shard.orders.clear()
        shard.hear(Again("w", "writer"))
    else:
        shard.refuse(Why.STOPPED)
        shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
        shard.set_policy(TWO_WAY)
    order = shard.take()
    shard.write(here(stamp=f"{order.link}-g0"), order)
    edit = shard.take()
    assert isinstance(edit, Write)
    assert (edit.side, edit.target, edit.fields, edit.event.subject) == (MICROSOFT, "m1", ("subject",), "Daily")


@pytest.mark.parametrize("lost", [False, True], ids=["a pause", "a writer that forgot"])
@pytest.mark.parametrize("side", [MICROSOFT, PRACTIFI])
def test_what_is_typed_into_what_a_reader_found_before_its_making_was_answered(side: Side, lost: bool) -> None:
    shard = Shard()  # ruling 9, PRO-02
    shard.see(there(), side=PRACTIFI)
    made = here(DAILY if side is MICROSOFT else STANDUP, mark="m-b", stamp=f"{shard.orders[0].link}-g0")
    shard.see(made)
    if side is PRACTIFI:
        shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
    unheard(shard, lost)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.subject) == (side.other, "Daily")
    assert "subject" in order.fields


@pytest.mark.parametrize("lost", [False, True], ids=["a pause", "a writer that forgot"])
def test_what_became_private_before_its_making_was_answered_leaves_no_text_in_practifi(lost: bool) -> None:  # P2
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    hidden = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(here(hidden, mark="m-b", redacted=True, stamp=f"{shard.orders[0].link}-g0"))
    unheard(shard, lost)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.location) == (PRACTIFI, "")


@pytest.mark.parametrize("lost", [False, True], ids=["a pause", "a writer that forgot"])
def test_the_link_of_a_meeting_that_a_reader_found_before_its_making_was_answered(lost: bool) -> None:  # T2
    shard = Shard()
    shard.see(there(replace(SHOWN, online=True)), side=PRACTIFI)
    met = replace(STANDUP, online=True, join_url="https://teams.example/1")
    shard.see(here(met, mark="m-b", stamp=f"{shard.orders[0].link}-g0"))
    unheard(shard, lost)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.join_url) == (PRACTIFI, "https://teams.example/1")


FOUND = ["a reader before its answer", "a reader after it", "a writer that forgot"]


def found(way: str, shown: CalendarEvent, since: CalendarEvent = STANDUP, first: CalendarEvent = STANDUP) -> Shard:
    """An Event was made for what Microsoft had `first`, and nobody heard of it; a reader finds it as it is `shown` by
    now. Microsoft has the meeting as it is `since` then."""
    shard = Shard()
    shard.see(here(first))
    stands = there(shown, stamp=shard.orders[0].link)
    if way == "a writer that forgot":
        shard.see(stands, side=PRACTIFI)
        if since != first:
            shard.see(here(since, mark="m-b"))
        unheard(shard, lost=True)
        return shard
    if way == "a reader before its answer":
        shard.see(stands, side=PRACTIFI)
    shard.set_policy(shard.policy, active=False)
    shard.refuse(Why.STOPPED)
    if since != first:
        shard.see(here(since, mark="m-b"))
    if way == "a reader after it":
        shard.see(stands, side=PRACTIFI)
    shard.set_policy(shard.policy)
    return shard


@pytest.mark.parametrize("way", FOUND)
def test_what_is_typed_in_practifi_while_nobody_knows_that_we_have_made_it_is_an_edit(way: str) -> None:  # PRO-02
    shard = found(way, TYPED)  # ruling 9, ruling 26
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields, order.event) == (MICROSOFT, "m1", ("subject",), CARRIED)
    assert not shard.link(order.link).unsure


@pytest.mark.parametrize("way", FOUND)
def test_what_is_typed_in_microsoft_meanwhile_is_an_edit_too(way: str) -> None:  # ruling 9, ruling 26
    shard = found(way, SHOWN, since=DAILY)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields, order.event.subject) == (PRACTIFI, "p1", ("subject",), "Daily")


@pytest.mark.parametrize("way", FOUND)
def test_what_practifi_keeps_in_its_own_way_is_nobodys_edit(way: str) -> None:  # F3, PRO-12
    long = CalendarEvent(timed(minutes=60 * 24 * 15), "\t" + "ä" * 300, "Room\n1", show_as=ShowAs.TENTATIVE)
    cut = CalendarEvent(timed(minutes=60 * 24 * 14), "ä" * 254 + "…", "Room 1", show_as=ShowAs.BUSY)
    assert not found(way, cut, long, long).orders


@pytest.mark.parametrize("lost", [False, True], ids=["a pause", "a writer that forgot"])
def test_what_is_typed_in_a_private_event_that_we_made_unheard_stays_there(lost: bool) -> None:  # PRV-07
    hidden = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard = Shard()
    shard.see(here(hidden, redacted=True))
    stands = there(replace(hidden, when=SHOWN.when, subject="Mine"), redacted=True, stamp=shard.orders[0].link)
    shard.see(stands, side=PRACTIFI)
    unheard(shard, lost)
    assert not shard.orders


def test_an_event_that_an_earlier_order_made_unheard_gets_what_microsoft_has_since() -> None:  # ruling 9
    shard = Shard()
    shard.see(here())
    order = shard.take()  # it is carried out; the next attempt is forbidden
    shard.hear(Outcomes((Refused(order.order, order.link, PRACTIFI, Why.FORBIDDEN, "403", "because"),)))
    shard.see(here(DAILY, mark="m-b"))
    shard.see(there(stamp=order.link), side=PRACTIFI)
    unheard(shard, lost=False)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields, order.event.subject) == (PRACTIFI, "p1", ("subject",), "Daily")


@pytest.mark.parametrize("lost", [False, True])
def test_what_an_unheard_attempt_has_made_is_not_made_again_when_a_person_has_deleted_it(lost: bool) -> None:
    """The writer knows it by the time of the first order: it was made since then (X1, ruling 9)."""
    shard = Shard()
    shard.see(here())
    unheard(shard, lost)
    shard.now += timedelta(hours=1)
    unheard(shard, lost)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.since) == (PRACTIFI, "", NOW)


LONG = "x" * 300


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("seen", [False, True])
@pytest.mark.parametrize("first", ["Standup", LONG], ids=["a subject", "a subject that Practifi cuts"])
def test_what_was_typed_in_outlook_since_an_unheard_making_is_not_turned_back_by_what_that_left(
    first: str, seen: bool, lost: bool
) -> None:  # rulings 3, 9, PRO-02
    """Somebody has edited the Event in Practifi meanwhile, so the next order to make it takes it as it stands."""
    shard = Shard()
    shard.see(here(replace(STANDUP, subject=first)))  # it is made; nobody hears of that
    shard.see(here(DAILY, mark="m-b"))
    unheard(shard, lost)
    order = shard.take()
    assert isinstance(order, Write)
    shown = replace(SHOWN, subject=first[:255], location="Room 2")
    if seen:
        shard.see(there(shown, stamp=order.link), side=PRACTIFI)
    shard.write(there(shown, stamp=order.link), order, echo=replace(SHOWN, subject="Daily"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.subject) == (PRACTIFI, ("subject",), "Daily")
    shard.write(there(replace(shown, subject="Daily"), mark="p-b"), order)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.location) == (MICROSOFT, ("location",), "Room 2")


def unheard(shard: Shard, lost: bool) -> None:
    """What becomes of the order that is out is not heard: it is given again to a writer that has forgotten it, or one
    that died after it had carried it out finds that it may not write any more."""
    if lost:
        shard.orders.clear()
        shard.hear(Again("w", "writer"))
    else:
        shard.set_policy(TWO_WAY, active=False)
        shard.refuse(Why.STOPPED)
        shard.set_policy(TWO_WAY)


def test_if_it_has_gone_in_practifi_as_well_nothing_is_left_to_do() -> None:  # X1
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.orders.append(order)
    shard.refuse(Why.GONE)
    assert not shard.orders


@pytest.mark.parametrize("seen", ["before", "after"])
def test_an_edit_in_what_was_made_while_its_making_seemed_forbidden_is_an_edit(seen: str) -> None:  # ruling 9, PRO-02
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    order = shard.take()  # it is carried out; the next attempt is forbidden
    made = here(replace(STANDUP, subject="Mine"), mark="m-b", stamp=f"{order.link}-g0")
    if seen == "before":
        shard.see(made)
    shard.hear(Outcomes((Refused(order.order, order.link, MICROSOFT, Why.FORBIDDEN, "403", "because"),)))
    if seen == "after":
        shard.see(made)
        shard.write(there(mark="p-b"))  # our word on the Event
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.subject) == (PRACTIFI, ("subject",), "Mine")


def test_a_write_that_a_pause_leaves_unheard_is_recognised_when_it_is_read() -> None:  # ruling 9, ruling 26
    shard = typed()
    shard.refuse(Why.STOPPED)
    shard.set_policy(shard.policy, active=False)
    shard.see(here(CARRIED, mark="m-b"))
    shard.see(there(AGAIN, mark="p-c"), side=PRACTIFI)
    shard.set_policy(shard.policy)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.subject) == (MICROSOFT, "Typed again")


def test_the_same_when_the_next_write_finds_it() -> None:  # ruling 8, ruling 9
    shard = typed()
    shard.refuse(Why.STOPPED)
    shard.set_policy(shard.policy, active=False)
    shard.see(there(AGAIN, mark="p-c"), side=PRACTIFI)
    shard.set_policy(shard.policy)
    shard.refuse(Why.MOVED_ON, here(CARRIED, mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.subject) == (MICROSOFT, "Typed again")
    shard.write(here(replace(STANDUP, subject="Typed again"), mark="m-c"), order)
    assert not shard.link(order.link).unsure


def test_nothing_of_it_is_kept_once_the_event_is_private() -> None:  # ruling 20
    shard = typed()
    name = shard.orders[0].link
    shard.refuse(Why.STOPPED)
    assert shard.link(name).unsure
    hidden = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(here(hidden, mark="m-b", redacted=True))
    assert not shard.link(name).unsure


def test_the_same_although_it_was_read_before_the_pause_was_told() -> None:  # ruling 9, ruling 26
    shard = typed()
    shard.see(here(CARRIED, mark="m-b"))
    shard.see(there(AGAIN, mark="p-c"), side=PRACTIFI)
    shard.set_policy(shard.policy, active=False)
    shard.refuse(Why.STOPPED)
    shard.set_policy(shard.policy)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.subject) == (MICROSOFT, "Typed again")


def test_an_edit_that_is_read_before_our_write_is_answered_is_not_overwritten_by_the_answer() -> None:  # PRO-02
    shard = Shard()
    shard.paired()
    shard.see(here(replace(STANDUP, show_as=ShowAs.TENTATIVE), mark="m-b"))
    order = shard.take()  # Practifi shows tentative as busy: the write shows nowhere
    shard.see(there(replace(SHOWN, location="Room 2"), mark="p-c"), side=PRACTIFI)
    shard.write(there(SHOWN, mark="p-b"), order)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.location) == (MICROSOFT, ("location",), "Room 2")


@pytest.mark.parametrize(("minutes", "newer"), [(1, True), (-1, False)])
def test_the_sides_own_times_tell_which_word_is_the_newer_one(minutes: int, newer: bool) -> None:  # design §2.3
    shard = Shard()
    name = shard.paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order = shard.take()
    at = NOW + timedelta(minutes=minutes)
    shard.see(there(replace(SHOWN, location="Room 2"), mark="p-c", changed_at=at), side=PRACTIFI)
    shard.write(there(replace(SHOWN, subject="Daily"), mark="p-b", changed_at=NOW), order)
    held = shard.link(name).practifi
    assert held is not None
    assert held.event.location == ("Room 2" if newer else "Room 1")


def test_a_text_that_was_on_its_way_when_the_event_became_private_is_purged() -> None:  # P2, ruling 20
    shard = Shard()
    shard.paired()
    shard.see(here(replace(STANDUP, location="Room 9"), mark="m-b"))
    hidden = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(here(hidden, mark="m-c", redacted=True))
    shard.refuse(Why.MOVED_ON, there(replace(SHOWN, location="Room 9"), mark="p-b", edited=False))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.location) == (PRACTIFI, "")
    assert {"subject", "location", "sensitivity"} <= set(order.fields)


def test_what_a_person_typed_while_a_text_was_purged_goes_with_it_and_is_said() -> None:  # I3, P2
    shard = Shard(INWARD)
    shard.paired()
    hidden = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(here(hidden, mark="m-b", redacted=True))
    typed = there(replace(SHOWN, location="Room 2"), mark="p-b", edited=True)
    shard.see(typed, side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, typed)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.location) == (PRACTIFI, "")
    shard.write(there(hidden, mark="p-c"), order)
    assert [(one.winner, one.fields) for one in shard.facts if isinstance(one, Conflict)] == [
        (MICROSOFT, ("location",))
    ]


@pytest.mark.parametrize("late", [False, True], ids=["read before its answer", "read after it"])
@pytest.mark.parametrize("side", [MICROSOFT, PRACTIFI])
def test_what_is_typed_while_nobody_knows_that_we_have_made_the_event_is_an_edit(side: Side, late: bool) -> None:
    shard = Shard()  # ruling 9, ruling 26: it was made, and its writer found the firm paused when it tried again
    shard.see(there(), side=PRACTIFI)
    stands = here(CARRIED if side is MICROSOFT else STANDUP, stamp=f"{shard.orders[0].link}-g0")
    if not late:
        shard.see(stands)
    shard.set_policy(shard.policy, active=False)
    shard.refuse(Why.STOPPED)
    if side is PRACTIFI:
        shard.see(there(TYPED, mark="p-b"), side=PRACTIFI)
    if late:
        shard.see(stands)
    shard.set_policy(shard.policy)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.subject) == (side.other, ("subject",), "Typed")


@pytest.mark.parametrize("seen", ["before", "after"])
def test_what_we_made_for_an_event_that_went_meanwhile_goes_as_well(seen: str) -> None:  # X1, X5, ruling 9, ruling 26
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    stands = here(stamp=f"{shard.orders[0].link}-g0")
    shard.set_policy(shard.policy, active=False)
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.refuse(Why.STOPPED)
    if seen == "before":
        shard.see(stands)
    shard.set_policy(shard.policy)
    if seen == "after":
        assert "Standup" not in str(shard.links())
        shard.see(stands)
    shard.round_done()
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (MICROSOFT, "m1")


@pytest.mark.parametrize("seen", [False, True])
def test_what_is_shown_again_in_outlook_before_its_purge_was_answered_is_shown_again_in_practifi(seen: bool) -> None:
    """Nobody has made it private in Practifi, so Microsoft is not told that, nor are its guests."""
    shard = Shard()  # A5, C4, PRO-02
    shard.paired()
    hidden = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(here(hidden, mark="m-b", redacted=True))
    shard.see(here(mark="m-c"))
    purged = there(replace(hidden, when=SHOWN.when), mark="p-b", redacted=True)
    if seen:
        shard.see(purged, side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, purged)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (PRACTIFI, ("subject", "location", "sensitivity"))
    assert (order.event.subject, order.event.sensitivity) == ("Standup", Sensitivity.NORMAL)
