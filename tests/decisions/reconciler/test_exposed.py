"""A stricter rule for private events (P2): what it hides does not stay in Practifi, where both sides show a blank."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from contracts.asked import Question
from contracts.calendar import Attendee, CalendarEvent, Response, Sensitivity
from contracts.facts import Updated
from contracts.observed import Item, ReadDone, Vanished
from contracts.policy import Policy, PrivateEvents
from contracts.write import Why, Write
from services.reconciler.rows import Death, Look, State
from tests.decisions.reconciler.forgetful import THEIRS, forgetful, tells
from tests.decisions.reconciler.shard import (
    ANN,
    INWARD,
    JOHN,
    MICROSOFT,
    MIKE,
    OUTWARD,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TEN,
    TWO_WAY,
    Shard,
    here,
    there,
    timed,
)  # fmt: skip
from tests.decisions.reconciler.world import kept

FULL = replace(TWO_WAY, private_events=PrivateEvents.FULL)
BLANK = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
GUESTS = (Attendee("ann@client.example", response=Response.ACCEPTED), Attendee("new@client.example"))
ACCEPTED = ((ANN, Response.ACCEPTED),)


def hidden(item: Item, mark: str) -> Item:
    """The item as a reader shows it by the stricter rule."""
    event = replace(BLANK, when=item.event.when, show_as=item.event.show_as)
    return replace(item, event=event, mark=mark, redacted=True, people=(), answers=())


def names(shard: Shard) -> list[str]:
    """Where a guest is named, besides the address book."""
    rows = {key: row for key, row in shard.rows.items() if key.partition("/")[0] not in {"person", "who"}}
    return [key for key, row in rows.items() if any(one in key.encode() + row for one in (b"@client", ANN.encode()))]


def full(start: datetime = TEN, policy: Policy = TWO_WAY) -> tuple[Shard, Item, Item]:
    """A private meeting with a client that stands in Practifi with all that it says, as the rule becomes stricter."""
    shard, guests, when = Shard(FULL), (Attendee("ann@client.example"),), timed(start, zone="Europe/Warsaw")
    one = here(replace(STANDUP, when=when, sensitivity=Sensitivity.PRIVATE, attendees=guests))
    shown = replace(SHOWN, when=timed(start), sensitivity=Sensitivity.PRIVATE)
    other = there(shown, edited=False, people=(ANN,))
    shard.paired(one, other)
    shard.set_policy(policy)
    return shard, one, other


def purge(shard: Shard) -> Write:
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.people) == (PRACTIFI, ("subject", "location"), ())
    assert (order.event.subject, order.event.location) == ("Private appointment", "")
    return order


def test_the_text_of_a_private_meeting_goes_when_the_rule_becomes_stricter() -> None:
    shard, one, other = full()
    shard.see(hidden(other, "p-b"), side=PRACTIFI)
    shard.see(hidden(one, "m-b"))
    shard.write(hidden(other, "p-c"), purge(shard))
    shard.see(hidden(other, "p-d"), side=PRACTIFI)
    assert not shard.orders
    assert "Conflict" not in shard.kinds()


def test_it_goes_as_well_where_microsoft_is_heard_first() -> None:
    shard, one, other = full()
    shard.see(hidden(one, "m-b"))
    shard.refuse(Why.MOVED_ON, hidden(other, "p-a"))
    shard.write(hidden(other, "p-c"), purge(shard))
    assert not shard.orders


@pytest.mark.parametrize("rule", [PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP])
def test_it_goes_as_well_where_it_is_over_for_so_long_that_no_reader_tells_of_it(rule: PrivateEvents) -> None:
    """It is counted beforehand like all others (`calsync private`)."""
    shard, _, other = full()  # P2, ruling 20
    shard.set_policy(FULL)
    shard.now += timedelta(days=100)
    shard.set_policy(replace(TWO_WAY, private_events=rule))
    order = purge(shard)
    assert order.base == hidden(other, "").event
    shard.write(hidden(other, "p-b"), order)
    assert not shard.orders
    assert not shard.ask(Question.PRIVATE)
    assert not names(shard)
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]


def test_it_goes_as_well_where_it_is_so_far_ahead_that_no_reader_tells_of_it_yet() -> None:  # P2, D9
    """The window was wider when it was told."""
    shard, _, other = full(TEN + timedelta(days=60), replace(TWO_WAY, future_inbound_months=1))
    shard.write(hidden(other, "p-b"), purge(shard))
    assert not shard.orders
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]


@pytest.mark.parametrize("carried_out", [True, False])
def test_so_does_what_was_on_its_way_to_practifi_as_the_rule_became_stricter(carried_out: bool) -> None:
    """The order brings its text, or is stopped, and no reader tells of it any more (P2)."""
    shard, shown = Shard(FULL), replace(SHOWN, sensitivity=Sensitivity.PRIVATE)
    one, other = here(replace(STANDUP, sensitivity=Sensitivity.PRIVATE)), there(shown, edited=False)
    shard.paired(one, other)
    shard.see(replace(one, event=replace(one.event, location="Room 2"), mark="m-b"))
    shard.now += timedelta(days=100)
    shard.set_policy(TWO_WAY)
    if carried_out:
        shard.write(replace(other, event=replace(shown, location="Room 2"), mark="p-b"))
    else:
        shard.refuse(Why.STOPPED)
        shard.hear(Look(shard.links()[0].id))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.subject) == (PRACTIFI, ("subject", "location"), "Private appointment")
    shard.write(hidden(other, "p-c"), order)
    assert not shard.orders
    assert not [key for key, row in shard.rows.items() if b"Standup" in row or b"Room" in row]


def closed(shard: Shard, *, failed: bool = False) -> None:
    """A run is over in which Mike's mailbox could not be opened, or has `failed`."""
    mikes = (MIKE,)
    done = ReadDone("run-1", "graph-poller", failed=mikes if failed else (), closed=() if failed else mikes)
    shard.hear(done, "graph-poller/acme/0")


@pytest.mark.parametrize("failed", [True, False])
@pytest.mark.parametrize("practifi_told", [True, False])
def test_it_goes_as_well_where_its_mailbox_is_closed(failed: bool, practifi_told: bool) -> None:
    """Nobody can tell of it before the mailbox opens again; then there is nothing left to do (P2, ruling 20)."""
    shard, one, other = full()
    if practifi_told:
        shard.see(hidden(other, "p-a2"), side=PRACTIFI)
    closed(shard, failed=failed)
    shard.write(hidden(other, "p-b"), purge(shard))
    assert not shard.ask(Question.PRIVATE)
    assert not names(shard)
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]
    shard.see(hidden(one, "m-b"))
    shard.see(hidden(other, "p-c"), side=PRACTIFI)
    assert not shard.orders


def test_what_a_closed_mailbox_has_stays_where_the_rule_still_is_the_wider_one() -> None:  # P1
    shard, _, _ = full()
    shard.set_policy(FULL)
    closed(shard)
    assert not shard.orders
    assert shard.ask(Question.PRIVATE)


def test_what_somebody_has_moved_in_practifi_is_moved_when_its_mailbox_opens_again() -> None:  # P2, REC-01
    shard, other = Shard(FULL), there(replace(SHOWN, sensitivity=Sensitivity.PRIVATE), edited=False)
    shard.paired(here(replace(STANDUP, sensitivity=Sensitivity.PRIVATE)), other)
    when = timed(TEN + timedelta(hours=2))
    moved = replace(other.event, when=when)
    shard.see(replace(other, event=moved, mark="p-b"), side=PRACTIFI)
    shard.refuse(Why.FORBIDDEN)
    shard.write(replace(other, event=moved, mark="p-c"))  # why it does not go stands there
    shard.set_policy(TWO_WAY)
    closed(shard)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.when) == (PRACTIFI, ("subject", "location"), moved.when)
    shard.write(hidden(replace(other, event=moved), "p-d"), order)
    shard.orders.clear()
    shard.hear(Look(order.link))
    out = shard.take()
    assert isinstance(out, Write)
    assert (out.side, out.fields, out.event.when) == (MICROSOFT, ("when",), replace(when, zone="Europe/Warsaw"))


@pytest.mark.parametrize("there_already", [True, False])
def test_what_the_writer_was_stopped_from_writing_is_not_ordered_again_before_a_reader_has_hidden_it(
    there_already: bool,
) -> None:  # P1
    """Our memory may be lost before the text could be taken from Practifi again, and then nobody knows that it stands
    there."""
    shard, one = Shard(FULL), here(replace(STANDUP, subject="Dentist", sensitivity=Sensitivity.PRIVATE))
    if there_already:
        old = replace(STANDUP, sensitivity=Sensitivity.PRIVATE), replace(SHOWN, sensitivity=Sensitivity.PRIVATE)
        shard.paired(here(old[0], mark="m-0"), there(old[1], edited=False))
    shard.see(one)
    shard.refuse(Why.STOPPED)
    shard.set_policy(TWO_WAY)
    shard.hear(Look(shard.links()[0].id))
    assert not shard.orders
    shard.see(hidden(one, "m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.subject) == (PRACTIFI, "Private appointment")


@pytest.mark.parametrize("practifi_first", [True, False])
def test_what_was_written_to_microsoft_by_the_wider_rule_does_not_come_back_with_its_answer(
    practifi_first: bool,
) -> None:
    """A reader has told the very same version as a blank by then, and tells it no more (P2, ruling 20)."""
    shard, old = Shard(FULL), replace(SHOWN, sensitivity=Sensitivity.PRIVATE)
    shard.paired(here(replace(STANDUP, sensitivity=Sensitivity.PRIVATE)), there(old, edited=False))
    edited = there(replace(old, location="Room 2"), mark="p-b")
    shard.see(edited, side=PRACTIFI)
    order = shard.take()
    written = here(replace(STANDUP, sensitivity=Sensitivity.PRIVATE, location="Room 2"), mark="m-b")
    shard.set_policy(TWO_WAY)
    words = [(hidden(edited, "p-c"), PRACTIFI), (hidden(written, "m-b"), MICROSOFT)]
    for item, side in words if practifi_first else reversed(words):
        shard.see(item, side=side)
    shard.write(written, order)
    sent = shard.take()
    assert isinstance(sent, Write)
    assert (sent.side, sent.event.subject, sent.event.location) == (PRACTIFI, "Private appointment", "")
    assert {"subject", "location"} <= set(sent.fields)
    shard.write(hidden(edited, "p-d"), sent)
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]


def test_it_is_ordered_again_where_the_rule_is_the_old_one_again_before_anybody_has_read() -> None:  # P1, ruling 12
    """To its reader nothing has changed."""
    shard = Shard(FULL)
    shard.see(here(replace(STANDUP, sensitivity=Sensitivity.PRIVATE)))
    shard.refuse(Why.STOPPED)
    shard.set_policy(TWO_WAY)
    shard.hear(Look(shard.links()[0].id))
    shard.set_policy(FULL)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.event.subject, order.private) == (PRACTIFI, "Standup", PrivateEvents.FULL)


@pytest.mark.parametrize("rule", [PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP])
@pytest.mark.parametrize("practifi_first", [True, False])
def test_it_goes_as_soon_as_something_goes_to_practifi_again(rule: PrivateEvents, practifi_first: bool) -> None:
    """Nothing did when the rule became stricter, and what it hides is remembered nowhere."""
    shard, one, other = full()  # ruling 20
    shard.set_policy(replace(OUTWARD, private_events=rule))
    words = [(hidden(other, "p-b"), PRACTIFI), (hidden(one, "m-b"), MICROSOFT)]
    for item, side in words if practifi_first else reversed(words):
        shard.see(item, side=side)
    assert not shard.orders
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]
    shard.set_policy(replace(TWO_WAY, private_events=rule))
    shard.refuse(Why.MOVED_ON, hidden(other, "p-c"))
    shard.write(hidden(other, "p-d"), purge(shard))
    shard.see(hidden(other, "p-e"), side=PRACTIFI)
    shard.see(hidden(one, "m-c"))
    assert not shard.orders


def test_what_its_owner_makes_private_in_practifi_keeps_its_text_there() -> None:
    shard = Shard()
    shard.paired()
    shard.see(hidden(there(), "p-b"), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (MICROSOFT, ("sensitivity",))
    shard.write(hidden(here(), "m-b"), order)
    shard.see(hidden(here(), "m-b"))
    assert not shard.orders


@pytest.mark.parametrize("typed", [False, True])
def test_what_turned_private_while_nothing_went_to_practifi_goes_from_there_when_something_does(typed: bool) -> None:
    """Whatever was typed there meanwhile."""
    shard, other = Shard(), there(edited=False)
    shard.paired(here(), other)
    shard.set_policy(OUTWARD)
    shard.see(hidden(here(), "m-b"))
    if typed:
        other = there(replace(SHOWN, subject="Dentist"), mark="p-b")
        shard.see(other, side=PRACTIFI)
    assert not shard.orders
    shard.set_policy(TWO_WAY)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (PRACTIFI, ("subject", "location", "sensitivity"))
    shard.write(replace(other, event=kept(order.event), mark="p-c"), order)
    shard.see(hidden(here(), "m-b"))
    assert not shard.orders


def test_what_turned_private_while_nothing_went_to_practifi_is_not_remembered() -> None:  # ruling 20
    shard = Shard()
    shard.paired()
    shard.set_policy(OUTWARD)
    shard.see(here(replace(STANDUP, subject="Dentist"), mark="m-b"))
    shard.see(hidden(here(), "m-c"))
    assert not [key for key, row in shard.rows.items() if b"Dentist" in row]


def test_nothing_is_told_of_what_has_turned_private_while_it_was_written() -> None:  # P2, S3
    shard, other = Shard(), there(edited=False)
    shard.paired(here(), other)
    shard.see(here(replace(STANDUP, subject="Dentist"), mark="m-b"))
    shard.see(hidden(here(), "m-c"))
    shard.write(replace(other, event=replace(SHOWN, subject="Dentist"), mark="p-b"))
    (fact,) = shard.facts
    assert isinstance(fact, Updated)
    assert fact.detail is None


def test_what_waits_alone_in_practifi_and_turns_private_is_not_remembered() -> None:  # ruling 20
    shard = Shard()
    shard.see(there(native_series=True), side=PRACTIFI)
    shard.see(replace(hidden(there(native_series=True), "p-b"), edited=True), side=PRACTIFI)
    assert not shard.orders
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]


def test_what_waits_for_its_host_and_turns_private_is_not_remembered() -> None:  # rulings 19, 20
    """The host's mailbox may be closed for weeks."""
    shard, meeting = Shard(), replace(STANDUP, organizer="mike@firm.example", attendees=GUESTS)
    copy = here(meeting, name="j1", mailbox=JOHN, mine=False, uid="u1")
    shard.see(copy)
    shard.see(hidden(copy, "m-b"))
    assert [link.state for link in shard.links()] == [State.WAITING]
    assert not names(shard)
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]


@pytest.mark.parametrize("policy", [OUTWARD, TWO_WAY])
def test_what_a_brake_keeps_in_microsoft_and_turns_private_is_not_remembered(policy: Policy) -> None:  # X4, ruling 20
    """Where Practifi is written, it is shown there again, as a private one; else it stays until somebody consents."""
    shard = Shard(replace(policy, brake_minimum=1, brake_share=0.01))
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    made = here(stamp=f"{order.link}-g0")
    shard.write(made, order)
    shard.orders.clear()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    assert [link.death for link in shard.links()] == [Death.HELD]
    shard.see(hidden(made, "m-b"))
    assert [order.event.subject for order in shard.orders] == ["Private appointment"] * (policy is TWO_WAY)
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]


def test_what_is_alone_in_microsoft_and_turns_private_is_not_remembered() -> None:  # rulings 5, 20
    """Its Event was deleted before our memory was lost, so nothing follows."""
    shard = forgetful()
    tells(shard, PRACTIFI)
    tells(shard, MICROSOFT, here(stamp=f"{THEIRS}-g0"))
    shard.see(hidden(here(stamp=f"{THEIRS}-g0"), "m-b"))
    assert not shard.orders
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]


def test_what_practifi_has_made_private_does_not_come_back_with_the_text_that_was_heard_meanwhile() -> None:  # P2
    shard = Shard()
    shard.paired()
    private = replace(hidden(there(), "p-b"), edited=True)
    shard.see(private, side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (MICROSOFT, ("sensitivity",))
    shard.see(here(replace(STANDUP, body="notes"), mark="m-b"))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.write(hidden(here(), "m-c"), order)
    assert "Standup" not in {order.event.subject for order in shard.orders if order.side is PRACTIFI}
    assert shard.links()[0].microsoft.redacted


@pytest.mark.parametrize("reader_first", [False, True])
def test_what_is_made_private_before_we_hear_that_it_was_made_leaves_no_text_in_practifi(reader_first: bool) -> None:
    """The writer had died after it had made it: the next attempt finds it as it stands by now (ruling 9)."""
    shard = Shard()  # P2, ruling 20
    shard.see(there(people=(ANN,)), side=PRACTIFI)
    order = shard.take()
    made = hidden(here(stamp=f"{order.link}-g0"), "m-b")
    if reader_first:
        shard.see(made)
    shard.write(made, order)
    purge = shard.take()
    assert isinstance(purge, Write)
    assert (purge.side, purge.fields, purge.people) == (PRACTIFI, ("subject", "location", "sensitivity"), ())
    shard.write(hidden(there(), "p-b"), purge)
    assert not shard.orders
    assert not [key for key, row in shard.rows.items() if b"Standup" in row]


def test_whom_a_private_event_invites_is_not_remembered() -> None:  # P1, ruling 20
    shard = Shard()
    shard.paired(here(replace(STANDUP, attendees=GUESTS)), there(edited=False, people=(ANN,), answers=ACCEPTED))
    assert names(shard)
    shard.see(hidden(here(), "m-b"))
    shard.write(hidden(there(), "p-b"))
    assert not names(shard)


def test_nor_is_whom_it_invited_when_we_made_it_where_a_reader_was_faster() -> None:  # P1, O6
    shard = Shard()
    shard.see(there(people=(ANN,)), side=PRACTIFI)
    order = shard.take()
    made = here(replace(STANDUP, attendees=GUESTS), stamp=f"{order.link}-g0")
    shard.see(hidden(made, "m-b"))
    shard.write(made, order)
    shard.write(hidden(there(), "p-b"))
    assert not names(shard)


def test_nor_is_that_of_one_whose_event_was_deleted_in_practifi() -> None:  # P1, D1
    shard = Shard(INWARD)
    shard.paired(here(replace(STANDUP, attendees=GUESTS)), there(edited=False, people=(ANN,), answers=ACCEPTED))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.see(hidden(here(), "m-b"))
    assert not names(shard)


def test_nor_is_that_of_one_that_the_policy_leaves_out_and_practifi_has_not_any_more() -> None:  # P1, P2
    shard = Shard(replace(TWO_WAY, private_events=PrivateEvents.SKIP))
    shard.paired(here(replace(STANDUP, attendees=GUESTS)), there(edited=False, people=(ANN,), answers=ACCEPTED))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI, whole=False)
    shard.see(hidden(here(), "m-b"))
    assert not shard.orders
    assert not names(shard)


def test_who_had_answered_before_it_was_private_has_answered_when_it_is_shown_again() -> None:  # P2, A6
    shard, shown = Shard(), here(replace(STANDUP, attendees=GUESTS))
    shard.paired(shown, there(edited=False, people=(ANN,), answers=ACCEPTED))
    shard.see(hidden(shown, "m-b"))
    shard.write(hidden(there(), "p-b"))
    shard.see(replace(shown, mark="m-c"))
    shard.write(there(mark="p-c"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.invitees, order.people, order.answers) == (PRACTIFI, None, (ANN,), ACCEPTED)
