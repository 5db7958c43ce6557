"""Answers to invitations (A6): what people answer in Outlook shows in Practifi, and what a user answers in Practifi
goes out from that user's own mailbox, never as an edit of the attendee list (rulings 17, 18)."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import Attendee, CalendarEvent, Response, Sensitivity, Side
from contracts.facts import Blocked, Failed
from contracts.meeting import Own
from contracts.observed import Item, Observed, Pair, Paired, Vanished
from contracts.policy import Invitations, Policy, PrivateEvents
from contracts.write import Order, Why, Write
from services.reconciler.rows import State
from tests.decisions.reconciler.shard import (
    ANN,
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    MIKES,
    OUTWARD,
    PRACTIFI,
    STANDUP,
    TWO_WAY,
    Shard,
    here,
    there,
)  # fmt: skip

ACCEPTED, DECLINED, TENTATIVE, NONE = Response.ACCEPTED, Response.DECLINED, Response.TENTATIVE, Response.NONE


def meeting(john: Response = NONE, ann: Response = NONE) -> CalendarEvent:
    """Mike's meeting in Microsoft, with what its guests have answered."""
    guests = (Attendee("john@firm.example", response=john), Attendee("ann@client.example", response=ann))
    return replace(STANDUP, organizer="mike@firm.example", attendees=guests, attendee_count=2)


def mikes(john: Response = NONE, ann: Response = NONE, *, mark: str = "m-a", **more: Any) -> Item:
    return here(meeting(john, ann), mark=mark, uid="u1", **more)


def johns(mine: Response = NONE, *, mark: str = "j-a", event: CalendarEvent | None = None) -> Item:
    """John's copy of it."""
    event = replace(event or meeting(mine), my_response=mine)
    return here(event, name="j1", mark=mark, mailbox=JOHN, uid="u1", mine=False)


def shown(*answers: tuple[str, Response], mark: str = "p-a") -> Item:
    """Mike's Event in Practifi, with the answers that stand there."""
    return there(mark=mark, people=(JOHNS, ANN), answers=answers, edited=True)


def synced(policy: Policy = TWO_WAY, *, copied: bool = True, shard: Shard | None = None) -> Shard:
    """A meeting that Mike made in Practifi, with John and Ann, and John's copy of it."""
    shard = shard or Shard(policy)
    shard.see(shown(), side=PRACTIFI)
    order = shard.take()
    shard.write(mikes(stamp=f"{order.link}-g0"), order)
    at_rest(shard)
    if copied:
        shard.see(johns())
    assert shard.orders == []
    shard.facts.clear()
    return shard


def at_rest(shard: Shard, *answers: tuple[str, Response], mark: str = "p-b") -> None:
    """Whatever else is to be written in Practifi (the count, our word) is, with these answers standing there."""
    while inward := [one for one in shard.orders if one.side is PRACTIFI and isinstance(one, Write)]:
        shard.orders.remove(inward[0])
        event = replace(shown().event, attendee_count=2)
        item = replace(shown(*answers, mark=mark), event=event, status=inward[0].status or "")
        shard.write(item, inward[0])


def said(shard: Shard, *answers: tuple[str, Response], mark: str) -> None:
    """The reader of Practifi says what stands there."""
    item = shown(*answers, mark=mark)
    shard.see(replace(item, event=replace(item.event, attendee_count=2)), side=PRACTIFI)


def given(shard: Shard) -> Write:
    """The one order: an answer."""
    order = shard.take()
    assert isinstance(order, Write)
    return order


def outward(shard: Shard) -> list[Order]:
    return [one for one in shard.orders if one.side is MICROSOFT]


@pytest.mark.parametrize("answer", [ACCEPTED, DECLINED])
def test_an_answer_given_in_practifi_goes_out_from_the_users_own_mailbox(answer: Response) -> None:  # A6, ATT-17
    shard = synced()
    said(shard, (JOHNS, answer), mark="p-c")
    order = given(shard)
    assert (order.side, order.mailbox, order.target, order.fields) == (MICROSOFT, JOHN, "j1", ("my_response",))
    assert (order.event.my_response, order.base) == (answer, johns().event)
    shard.write(johns(answer, mark="j-b"), order)
    shard.see(johns(answer, mark="j-b"))
    shard.see(mikes(answer, mark="m-b"))
    said(shard, (JOHNS, answer), mark="p-d")
    assert shard.orders == [], "nothing is said twice"
    assert shard.kinds() == ["Updated"]


def test_an_answer_given_in_outlook_is_shown_in_practifi() -> None:  # A6, ATT-14
    shard = synced()
    shard.see(mikes(ACCEPTED, DECLINED, mark="m-b"))
    order = given(shard)
    assert (order.side, order.target, order.fields) == (PRACTIFI, "p1", ())
    assert order.answers == ((JOHNS, ACCEPTED), (ANN, DECLINED))
    item = shown((JOHNS, ACCEPTED), (ANN, DECLINED), mark="p-c")
    shard.write(replace(item, event=replace(item.event, attendee_count=2), status=order.status or ""), order)
    said(shard, (JOHNS, ACCEPTED), (ANN, DECLINED), mark="p-c")
    shard.see(johns(ACCEPTED, mark="j-b"))
    assert shard.orders == [], "our own write is nobody's answer"


def test_one_who_changes_the_answer_is_written_alone() -> None:  # ATT-14
    shard = synced()
    shard.see(mikes(ACCEPTED, ACCEPTED, mark="m-b"))
    at_rest(shard, (JOHNS, ACCEPTED), (ANN, ACCEPTED))
    shard.see(mikes(ACCEPTED, DECLINED, mark="m-c"))
    assert given(shard).answers == ((ANN, DECLINED),)


def test_an_answer_that_microsoft_has_reset_is_reset_in_practifi() -> None:  # A6
    shard = synced()
    shard.see(mikes(ACCEPTED, mark="m-b"))
    at_rest(shard, (JOHNS, ACCEPTED))
    shard.see(mikes(NONE, mark="m-c"))
    assert given(shard).answers == ((JOHNS, NONE),)


def test_tentative_has_no_place_in_practifi_and_leaves_what_stands_there() -> None:  # A6
    shard = synced()
    shard.see(mikes(ACCEPTED, mark="m-b"))
    at_rest(shard, (JOHNS, ACCEPTED))
    shard.see(mikes(TENTATIVE, mark="m-c"))
    assert shard.orders == []
    shard.see(mikes(DECLINED, mark="m-d"))
    assert given(shard).answers == ((JOHNS, DECLINED),)


def test_where_both_have_answered_microsoft_stands() -> None:  # C1, A6
    shard = synced()
    shard.see(mikes(DECLINED, mark="m-b"))
    order = given(shard)
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.write(replace(shown((JOHNS, DECLINED), mark="p-d"), status=order.status or "",
                        event=replace(shown().event, attendee_count=2)), order)  # fmt: skip
    assert outward(shard) == []


def test_where_both_have_answered_and_practifi_has_no_word_for_it_microsoft_stands() -> None:  # C1, A6
    shard = synced()
    shard.set_policy(TWO_WAY, active=False)
    shard.see(mikes(TENTATIVE, mark="m-b"))
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.set_policy(TWO_WAY)
    assert shard.orders == []


def test_what_was_declined_and_is_invited_to_anew_is_not_declined_by_an_old_word() -> None:  # A6, ruling 9
    shard = synced()
    said(shard, (JOHNS, DECLINED), mark="p-c")
    anew = johns(mark="j-b", event=replace(meeting(DECLINED), location="Room 2"))
    shard.see(replace(anew, id="j2"), Vanished("j1", JOHN))
    shard.refuse(Why.GONE)  # the answer had been given, and nobody could say so
    assert shard.orders == []


def test_a_new_invitation_is_not_declined_by_an_answer_that_is_still_out() -> None:  # A6, ruling 9
    shard = synced()
    said(shard, (JOHNS, DECLINED), mark="p-c")
    shard.see(Vanished("j1", JOHN))  # by our answer, which nobody has told us yet
    shard.see(replace(johns(mark="j-b", event=replace(meeting(DECLINED), location="Room 2")), id="j2"))
    shard.refuse(Why.GONE)
    assert shard.orders == []
    said(shard, (JOHNS, ACCEPTED), mark="p-d")
    assert (given(shard).target, len(copies(shard))) == ("j2", 1)


@pytest.mark.parametrize(("since", "follows"), [
    pytest.param(DECLINED, (PRACTIFI, NONE), id="nothing since"),
    pytest.param(ACCEPTED, (MICROSOFT, ACCEPTED), id="another answer since"),
])  # fmt: skip
@pytest.mark.parametrize("out", [True, False], ids=["and is still out", "and was given up"])
def test_a_new_invitation_is_no_more_declined_by_an_old_word_where_it_is_an_own_version(
    since: Response, follows: tuple[Side, Response], *, out: bool
) -> None:  # A6, I2, ruling 9
    shard = Shard()
    copy = johns(event=replace(meeting(), organizer="ann@client.example"))
    own = there(owner=JOHNS, mailbox=JOHN, edited=False, people=(ANN,))
    own = replace(own, stamp=shard.paired(copy, own))
    shard.see(replace(own, event=replace(own.event, my_response=DECLINED), mark="p-b"), side=PRACTIFI)
    shard.set_policy(TWO_WAY, active=out)
    if not out:
        shard.refuse(Why.STOPPED)
    shard.see(replace(own, event=replace(own.event, my_response=since), mark="p-c"), side=PRACTIFI)
    shard.see(replace(copy, mark="j-b", id="j2"), Vanished("j1", JOHN))  # by our answer
    if out:
        shard.refuse(Why.GONE)
    shard.set_policy(TWO_WAY)
    order = given(shard)
    assert (order.side, order.fields, order.event.my_response) == (follows[0], ("my_response",), follows[1])


@pytest.mark.parametrize("read", [True, False], ids=["which is read first", "which the writer finds"])
def test_who_answers_otherwise_in_outlook_meanwhile_has_answered_that(read: bool) -> None:  # C1, A6
    shard = synced()
    said(shard, (JOHNS, DECLINED), mark="p-c")
    answered = johns(ACCEPTED, mark="j-b")
    if read:
        shard.see(answered)
    shard.refuse(Why.MOVED_ON, answered)
    assert shard.orders == []


def test_an_answer_of_ours_that_comes_back_hides_no_later_one() -> None:  # A6
    shard = synced()
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    first = given(shard)
    said(shard, (JOHNS, DECLINED), mark="p-d")
    shard.see(johns(ACCEPTED, mark="j-b"))
    shard.write(johns(ACCEPTED, mark="j-b"), first)
    assert given(shard).event.my_response is DECLINED


def test_a_changed_meeting_is_answered_although_it_has_no_answer_yet() -> None:  # A6
    shard = synced()
    shard.see(johns(TENTATIVE, mark="j-b"))
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.refuse(Why.MOVED_ON, johns(NONE, mark="j-c"))
    assert given(shard).event.my_response is ACCEPTED


def test_an_org_that_does_not_keep_an_answer_is_not_asked_again() -> None:  # CON-15
    shard = synced()
    shard.see(mikes(ACCEPTED, mark="m-b"))
    order = given(shard)
    item = shown(mark="p-c")
    shard.write(replace(item, event=replace(item.event, attendee_count=2), status=order.status or ""), order)
    shard.see(mikes(ACCEPTED, mark="m-c"))
    assert shard.orders == []


def test_one_way_outward_no_answer_comes_in_now_or_later() -> None:  # D1, ruling 12
    shard = synced()
    shard.set_policy(OUTWARD)
    shard.see(mikes(ACCEPTED, mark="m-b"))
    shard.set_policy(TWO_WAY)
    shard.see(mikes(ACCEPTED, mark="m-c"))
    assert shard.orders == []


def test_an_answer_that_is_there_already_is_not_given_again() -> None:  # A6, ruling 9
    shard = synced()
    shard.see(johns(ACCEPTED, mark="j-b"))
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    assert shard.orders == []
    shard = synced()
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.refuse(Why.MOVED_ON, johns(ACCEPTED, mark="j-b"))
    assert shard.orders == [], "John was faster in Outlook"


def test_a_copy_that_moved_on_is_answered_as_it_is() -> None:  # ruling 8
    shard = synced()
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    moved = johns(event=replace(meeting(), subject="Daily"), mark="j-b")
    shard.refuse(Why.MOVED_ON, moved)
    assert (given(shard).base, shard.kinds()) == (moved.event, [])


def test_who_answers_twice_has_answered_as_the_second_time() -> None:  # CON-21
    shard = synced()
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    first = given(shard)
    said(shard, (JOHNS, DECLINED), mark="p-d")
    assert outward(shard) == []
    shard.write(johns(ACCEPTED, mark="j-b"), first)
    assert given(shard).event.my_response is DECLINED


@pytest.mark.parametrize("before", [(), ((JOHNS, ACCEPTED),)], ids=["the first", "the second within a moment"])
def test_an_answer_that_is_heard_before_what_became_of_another_write_goes_out(
    before: tuple[tuple[str, Response], ...],
) -> None:  # A6, ruling 7
    shard = synced()
    shard.see(replace(mikes(mark="m-b"), event=replace(meeting(), subject="Daily")))
    order = given(shard)
    event = replace(shown().event, subject="Daily", attendee_count=2)
    item = replace(shown(mark="p-c"), event=event, status=order.status or "")
    shard.see(replace(item, mark="p-d", answers=((JOHNS, DECLINED),)), side=PRACTIFI)
    shard.write(replace(item, answers=before), order)
    assert given(shard).event.my_response is DECLINED


def test_our_own_answer_is_not_undone_by_what_was_read_before_it() -> None:  # A6
    shard = synced()
    shard.see(mikes(ACCEPTED, mark="m-b"))
    order = given(shard)
    said(shard, mark="p-c")
    at = replace(shown((JOHNS, ACCEPTED), mark="p-d"), event=replace(shown().event, attendee_count=2))
    shard.write(replace(at, status=order.status or ""), order)
    shard.see(mikes(NONE, mark="m-c"))
    assert given(shard).answers == ((JOHNS, NONE),)


def test_who_answers_before_the_copy_is_known_has_answered() -> None:  # ruling 19, A6
    shard = synced(copied=False)
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    assert outward(shard) == []
    shard.see(johns())
    assert given(shard).event.my_response is ACCEPTED


def test_who_answers_before_the_meeting_is_in_microsoft_has_answered() -> None:  # A6
    shard = Shard()
    shard.see(shown((JOHNS, ACCEPTED)), side=PRACTIFI)
    order = shard.take()
    shard.write(mikes(stamp=f"{order.link}-g0"), order)
    at_rest(shard, (JOHNS, ACCEPTED))
    shard.see(johns())
    assert given(shard).mailbox == JOHN


def test_who_answers_while_nobody_can_say_whether_it_is_in_microsoft_has_answered() -> None:  # A6, ruling 9
    shard = Shard()
    shard.see(shown(), side=PRACTIFI)
    link = shard.orders[0].link
    shard.set_policy(TWO_WAY, active=False)
    shard.refuse(Why.STOPPED)  # an earlier attempt had made it
    said(shard, (JOHNS, ACCEPTED), mark="p-b")
    shard.see(mikes(stamp=f"{link}-g0"), johns())
    shard.set_policy(TWO_WAY)
    assert [one.mailbox for one in outward(shard)] == [JOHN]


@pytest.mark.parametrize(("policy", "later"), [
    pytest.param(replace(TWO_WAY, invitations=Invitations.NEVER), timedelta(), id="the policy forbids to mail"),
    pytest.param(TWO_WAY, timedelta(days=30), id="it is past"),
])  # fmt: skip
def test_an_answer_that_may_not_be_mailed_stays_and_says_so(policy: Policy, later: timedelta) -> None:  # A5, ruling 16
    shard = synced()
    shard.set_policy(policy)
    shard.now += later
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    assert outward(shard) == []
    assert [type(fact) for fact in shard.facts] == [Blocked]
    shard.set_policy(TWO_WAY)
    shard.see(johns(mark="j-b"))
    assert outward(shard) == [], "nor later"
    assert [key for key in shard.rows if key.startswith("attention/")] == []


def test_one_way_inward_no_answer_goes_out_now_or_later() -> None:  # D1, ruling 12
    shard = synced()
    shard.set_policy(INWARD)
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.set_policy(TWO_WAY)
    shard.see(johns(mark="j-b"))
    assert outward(shard) == []


def test_an_answer_waits_for_the_end_of_a_pause() -> None:  # AUT-14
    shard = synced()
    shard.set_policy(TWO_WAY, active=False)
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    assert shard.orders == []
    shard.set_policy(TWO_WAY)
    assert given(shard).mailbox == JOHN


@pytest.mark.parametrize("why", [Why.STOPPED, Why.HELD])
def test_an_answer_that_was_held_goes_on_with_consent(why: Why) -> None:  # ruling 26, A5
    shard = synced()
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.refuse(why)
    assert shard.orders == []
    if why is Why.HELD:
        shard.set_policy(TWO_WAY)
        assert shard.orders == []
    shard.set_policy(TWO_WAY, consents=1)
    order = given(shard)
    assert order.event.my_response is ACCEPTED
    shard.write(johns(ACCEPTED, mark="j-b"), order)
    assert [key for key in shard.rows if key.startswith("attention/")] == []


@pytest.mark.parametrize("why", [Why.STOPPED, Why.HELD])
def test_an_answer_that_was_held_goes_although_consent_was_faster_than_that_word(why: Why) -> None:  # AUT-14, A5
    shard = synced()
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.set_policy(TWO_WAY, active=False)
    shard.set_policy(TWO_WAY, consents=1)
    shard.refuse(why)
    assert shard.orders == []
    shard.hear(shard.wakes[-1].body)
    assert given(shard).event.my_response is ACCEPTED


def test_an_answer_that_microsoft_refuses_is_shown_and_not_repeated() -> None:  # THR-08
    shard = synced()
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.refuse(Why.FORBIDDEN, code="ErrorAccessDenied")
    shard.see(johns(mark="j-b"))
    assert ([type(fact) for fact in shard.facts], shard.orders) == ([Failed], [])


def copies(shard: Shard) -> list[str]:
    return [link.id for link in shard.links() if link.state is State.COPY]


def test_a_declined_copy_leaves_the_calendar_and_nothing_is_left_of_it() -> None:  # A7, ruling 18
    shard = synced()
    said(shard, (JOHNS, DECLINED), mark="p-c")
    order = given(shard)
    shard.see(Vanished("j1", JOHN))
    shard.readers_done("run-1")
    assert shard.settled == []
    shard.write(johns(DECLINED, mark="j-b"), order)
    assert (copies(shard), shard.orders, len(shard.settled)) == ([], [], 1)
    assert all(link.state is State.ACTIVE for link in shard.links())
    shard.see(johns(mark="j-c"))
    assert (len(copies(shard)), shard.orders) == (1, []), "invited again, John has not answered again"


def test_a_copy_that_is_gone_is_forgotten() -> None:  # A7
    shard = synced()
    shard.see(Vanished("j1", JOHN))
    shard.hear(Observed(MICROSOFT, shard.sequence - 1, (johns(mark="j-late"),)))
    assert (copies(shard), shard.orders) == ([], [])
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard = synced()
    said(shard, (JOHNS, ACCEPTED), mark="p-c")
    shard.refuse(Why.GONE)
    assert (copies(shard), shard.orders) == ([], [])


def test_whatever_stands_in_the_copy_it_never_becomes_an_event() -> None:  # ruling 18
    shard = synced()
    shard.see(johns(event=replace(meeting(), subject="Mine"), mark="j-b"))
    shard.now += timedelta(days=30)
    shard.see(johns(event=replace(meeting(), subject="Later"), mark="j-c"))
    shard.set_policy(TWO_WAY, consents=1)
    (copy,) = copies(shard)
    assert shard.orders == []
    assert [row for row in shard.rows if row.startswith("invites/") and row.endswith(copy)] == []


def test_what_somebody_without_a_mailbox_answers_in_practifi_stays_there() -> None:  # A6
    shard = synced()
    said(shard, (ANN, ACCEPTED), mark="p-c")
    shard.see(mikes(mark="m-b"))
    assert shard.orders == []


def test_the_guests_of_a_microsoft_meeting_show_their_answers_from_the_beginning() -> None:  # A6
    shard = Shard()
    shard.see(mikes(ann=ACCEPTED))
    order = given(shard)
    assert (order.side, order.target, order.answers) == (PRACTIFI, "", ((ANN, ACCEPTED),))
    item = there(people=(ANN,), answers=((ANN, ACCEPTED),), edited=False, stamp=order.link)
    shard.write(item, order)
    shard.see(item, side=PRACTIFI)
    assert shard.orders == []
    shard.see(mikes(ann=DECLINED, mark="m-b"))
    assert given(shard).answers == ((ANN, DECLINED),)


def test_an_attendees_copy_says_nothing_about_the_others() -> None:  # I4
    shard = Shard()
    event = replace(meeting(ann=ACCEPTED), organizer="somebody@else.example")
    shard.see(here(event, mine=False))
    order = given(shard)
    assert order.answers is None
    shard.write(there(people=(ANN,), edited=False, stamp=order.link), order)
    shard.see(here(replace(meeting(ann=DECLINED), organizer="somebody@else.example"), mine=False, mark="m-b"))
    assert shard.orders == []


def test_a_private_meeting_tells_no_answers() -> None:  # P1
    shard = Shard()
    shard.see(here(replace(STANDUP, attendees=()), redacted=True))
    assert given(shard).answers is None


@pytest.mark.parametrize("heard", [ACCEPTED, NONE])
def test_after_a_loss_of_the_store_nobody_answers_again(heard: Response) -> None:  # ruling 5, IDN-15
    old = synced()
    (name,) = {link.id for link in old.links()} - set(copies(old))
    shard = Shard(ready=False)
    item = shown((JOHNS, ACCEPTED), mark="p-z")
    shard.see(replace(item, event=replace(item.event, attendee_count=2)), side=PRACTIFI)
    shard.see(mikes(heard, stamp=f"{name}-g0"), johns())
    shard.readers_done("run-1", messages=1)
    at_rest(shard, (JOHNS, ACCEPTED))
    assert shard.orders == []


PAIRS = (Pair(MIKE, 0, MIKES, ("mike@firm.example",)), Pair(JOHN, 1, JOHNS, ("john@firm.example",)))


def two_shards() -> tuple[Shard, Shard]:
    """Mike's mailbox is kept by one shard and John's by another; both know the meeting."""
    one, other = (Shard(replace(TWO_WAY, shards=2), pairs=Paired(1, PAIRS, shard)) for shard in (0, 1))
    synced(copied=False, shard=one)
    for _, own in one.told:
        other.hear(own)
    one.told.clear()
    other.see(johns())
    return one, other


def test_an_answer_travels_to_the_shard_of_the_copy() -> None:  # A6, ruling 22
    one, other = two_shards()
    said(one, (JOHNS, ACCEPTED), mark="p-c")
    ((shard, own),) = one.told
    assert (shard, one.orders) == (1, [])
    other.hear(own)
    order = given(other)
    assert (order.mailbox, order.target, order.event.my_response) == (JOHN, "j1", ACCEPTED)


def test_the_last_answer_stands_in_whatever_order_they_arrive() -> None:  # INB-24
    one, other = two_shards()
    said(one, (JOHNS, ACCEPTED), mark="p-c")
    said(one, (JOHNS, DECLINED), mark="p-d")
    for _, own in reversed(one.told):
        other.hear(own)
    order = given(other)
    assert order.event.my_response is DECLINED
    other.write(johns(DECLINED, mark="j-b"), order)
    assert other.orders == []


def test_what_another_one_answers_leaves_the_own_answer_alone() -> None:  # A6
    one, other = two_shards()
    said(one, (JOHNS, ACCEPTED), mark="p-c")
    ((_, own),) = one.told
    other.hear(own)
    other.write(johns(ACCEPTED, mark="j-b"))
    other.see(johns(DECLINED, mark="j-c"))
    (about,) = own.meetings
    other.hear(Own((replace(about, answers=(("005-else", ACCEPTED),), sequence=about.sequence + 1),)))
    assert other.orders == []


def test_an_answer_that_arrives_in_a_pause_goes_out_after_it() -> None:  # AUT-14
    one, other = two_shards()
    said(one, (JOHNS, ACCEPTED), mark="p-c")
    other.set_policy(other.policy, active=False)
    other.hear(one.told[0][1])
    assert other.orders == []
    other.set_policy(other.policy)
    assert given(other).mailbox == JOHN


def test_no_order_to_microsoft_ever_names_attendees_but_a_creation() -> None:  # A4, PRO-09
    for answer in (ACCEPTED, DECLINED):
        shard = synced()
        said(shard, (JOHNS, answer), mark="p-c")
        orders = [one for one in outward(shard) if isinstance(one, Write)]
        assert [one.fields for one in orders if one.target] == [("my_response",)]
        assert {one.side for one in orders} == {Side.MICROSOFT}


def test_who_answers_before_the_meeting_is_made_without_guests_stops_nothing() -> None:  # A5, A6, O5
    shard = Shard(replace(TWO_WAY, invitations=Invitations.NEVER))
    shard.see(shown((JOHNS, ACCEPTED)), side=PRACTIFI)
    order = shard.take()
    alone = replace(meeting(), attendees=(), attendee_count=0)
    shard.write(here(alone, uid="u1", stamp=f"{order.link}-g0"), order)
    assert shard.link(order.link).microsoft is not None


def test_a_copy_that_became_private_and_is_left_out_can_go() -> None:  # P1, X1, O5
    shard = Shard(replace(TWO_WAY, private_events=PrivateEvents.SKIP))
    shard.see(shown(), side=PRACTIFI)
    order = shard.take()
    shard.write(here(meeting(), uid="u1", stamp=f"{order.link}-g0"), order)
    copy = here(meeting(), name="j1", mailbox=JOHN, uid="u1", mine=False)
    shard.see(copy)
    hidden = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(replace(copy, event=hidden, uid="", redacted=True, mark="j-b"))
    shard.see(Vanished("j1", JOHN))
    assert outward(shard) == []
