"""An event appears on one side: when it is made on the other, and how."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent
from contracts.facts import Blocked, Created
from contracts.observed import Item, Vanished
from contracts.policy import Invitations, Narrower, Policy, PractifiSeries, PrivateEvents
from contracts.write import Cause, Write
from services.reconciler.rows import Look
from tests.decisions.reconciler.shard import (
    ANN,
    BOB,
    EVE,
    INWARD,
    JOHNS,
    MICROSOFT,
    MIKE,
    MIKES,
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


def test_a_microsoft_event_is_made_in_practifi_for_its_owner() -> None:  # INB-01
    shard = Shard(INWARD)
    meeting = replace(STANDUP, body="agenda", attendees=guest("ann@client.example", "nobody@else.example"))
    shard.see(here(meeting))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.owner, order.mailbox, order.target, order.base) == (PRACTIFI, MIKES, MIKE, "", None)
    assert order.status is None, "all is well"
    assert (order.event.subject, order.event.body, order.people) == ("Standup", "agenda", (ANN,))
    assert {"when", "subject", "location", "body"} <= set(order.fields)
    assert "attendees" not in order.fields
    shard.write(there(replace(meeting, when=timed(), attendees=()), people=(ANN,)), order)
    assert not shard.orders, "no write back"
    (fact,) = shard.facts
    assert isinstance(fact, Created)
    assert fact.side is PRACTIFI


class Quiet(NamedTuple):
    """An item of which nothing follows."""

    name: str
    item: Item
    side: Any = MICROSOFT
    policy: Policy = TWO_WAY


LATER = replace(SHOWN, when=timed(NOW + timedelta(days=3)))
QUIET = [
    Quiet("the mailbox has no user (M7)", here(mailbox="mailbox-none")),
    Quiet("the mailbox was never heard of", here(mailbox="mailbox-other")),
    Quiet("Practifi is the only source (D1)", here(), policy=OUTWARD),
    Quiet("a private event, and the policy skips them (P1)", here(redacted=True),
          policy=replace(TWO_WAY, private_events=PrivateEvents.SKIP)),
    Quiet("an existing Event that nobody touched since (D7)", there(LATER, edited=False), PRACTIFI),
    Quiet("an edited Event of the past (OUT-09)", there(replace(SHOWN, when=timed(NOW - timedelta(days=1)))), PRACTIFI),
    Quiet("an edited Event, one way from Microsoft (OUT-01)", there(LATER), PRACTIFI, INWARD),
]  # fmt: skip


@pytest.mark.parametrize("case", QUIET, ids=lambda case: case.name)
def test_nothing_follows(case: Quiet) -> None:
    shard = Shard(case.policy)
    shard.see(case.item, side=case.side)
    assert (shard.orders, shard.links(), shard.facts) == ([], [], [])


def test_a_practifi_event_goes_out_once_with_its_guests() -> None:  # OUT-02, A3
    shard = Shard()
    made = replace(SHOWN, body="private notes", online=True)
    shard.see(there(made, people=(ANN, MIKES, BOB)), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.mailbox, order.generation, order.cause) == (MICROSOFT, MIKE, 0, Cause.EDIT)
    assert [one.address for one in order.event.attendees] == ["ann@client.example", "bob@client.example"]
    assert {"attendees", "online"} <= set(order.fields)  # T2
    assert "body" not in order.fields  # ruling 15
    shard.see(there(made, people=(ANN, MIKES, BOB)), side=PRACTIFI)
    assert not shard.orders, "said again"


def test_the_join_link_of_a_new_meeting_comes_back() -> None:  # T2
    shard = Shard()
    shard.see(there(replace(SHOWN, online=True)), side=PRACTIFI)
    order = shard.take()
    answer = replace(STANDUP, online=True, join_url="https://teams.example/1", organizer="mike@firm.example")
    shard.write(here(answer, stamp=f"{order.link}-g0"), order)
    back = shard.take()
    assert isinstance(back, Write)
    assert (back.side, back.target, back.fields) == (PRACTIFI, "p1", ("join_url",))
    shard.write(there(replace(SHOWN, online=True, join_url="https://teams.example/1"), mark="p-b"), back)
    assert not shard.orders


class Barred(NamedTuple):
    """An Event that stays in Practifi for now."""

    name: str
    event: CalendarEvent
    policy: Policy
    reason: str
    people: tuple[str, ...] = ()
    native: bool = False


MONTHS_25 = replace(SHOWN, when=timed(NOW.replace(year=2028, month=4)))
BARRED = [
    Barred("it has 51 people (A2, ATT-13)", LATER, TWO_WAY, "more than 50", tuple(f"003-{n}" for n in range(51))),
    Barred("it starts 25 months ahead (D8, OUT-08)", MONTHS_25, TWO_WAY, "24 months"),
    Barred("it belongs to a series of Practifi (R6, REC-71)", LATER, TWO_WAY, "recurring", native=True),
]


@pytest.mark.parametrize("case", BARRED, ids=lambda case: case.name)
def test_an_event_is_held_back_and_the_reason_is_said_once(case: Barred) -> None:
    shard = Shard(case.policy)
    for mark in ("p-a", "p-b"):
        shard.see(there(case.event, mark=mark, people=case.people, native_series=case.native), side=PRACTIFI)
    assert not [order for order in shard.orders if order.side is MICROSOFT]
    (fact,) = shard.facts
    assert isinstance(fact, Blocked)
    assert case.reason in fact.reason


def test_an_order_says_by_which_rule_its_mailbox_is_read() -> None:  # P1, D11
    rule = Narrower(("mike@firm.example",), private_events=PrivateEvents.BUSY_ONLY)
    for narrower, private in (((), PrivateEvents.FULL), ((rule,), PrivateEvents.BUSY_ONLY)):
        shard = Shard(replace(TWO_WAY, private_events=PrivateEvents.FULL, narrower=narrower))
        shard.see(here())
        order = shard.take()
        assert isinstance(order, Write)
        assert order.private is private


def test_a_far_event_is_sent_when_it_comes_within_the_months() -> None:  # D8
    shard = Shard()
    shard.see(there(MONTHS_25), side=PRACTIFI)
    shard.write(there(MONTHS_25, mark="p-b"))
    (wake,) = {wake.key: wake for wake in shard.wakes}.values()
    assert wake.quiet
    assert isinstance(wake.body, Look)
    shard.now = wake.at
    shard.hear(wake.body)
    assert shard.take().side is MICROSOFT


WIDER = [
    (MONTHS_25, False, replace(TWO_WAY, future_outbound_months=26)),
    (LATER, True, replace(TWO_WAY, practifi_series=PractifiSeries.SINGLE_EVENTS)),
]


@pytest.mark.parametrize(("event", "native", "wider"), WIDER, ids=["months (D8)", "series of Practifi (R6)"])
@pytest.mark.parametrize("people", [(), (ANN,)], ids=["alone", "with a guest"])
def test_what_the_policy_kept_back_goes_when_it_lets_it_through(
    event: CalendarEvent, native: bool, wider: Policy, people: tuple[str, ...]
) -> None:
    """With guests it waits for consent: a change of the policy mails nobody (ruling 16)."""
    shard = Shard()
    item = there(event, native_series=native, people=people)
    shard.see(item, side=PRACTIFI)
    for consents, policy in enumerate((TWO_WAY, wider, wider)):
        if shard.orders and shard.orders[0].side is PRACTIFI:  # our word on it
            shard.write(replace(item, mark=f"p-{consents}"))
        assert not shard.orders
        shard.set_policy(policy, consents=consents)
        if policy is wider and not people:
            break
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.cause) == (MICROSOFT, Cause.POLICY)


def test_occurrences_of_a_practifi_series_go_out_as_single_events_if_wanted() -> None:  # R6
    shard = Shard(replace(TWO_WAY, practifi_series=PractifiSeries.SINGLE_EVENTS))
    shard.see(there(LATER, native_series=True), side=PRACTIFI)
    assert shard.take().side is MICROSOFT


def test_without_invitations_an_event_goes_out_without_guests() -> None:  # A5
    shard = Shard(replace(TWO_WAY, invitations=Invitations.NEVER))
    shard.see(there(people=(ANN,)), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert "attendees" not in order.fields
    assert order.event.attendees == ()


def test_a_guest_without_an_address_is_left_out_and_said() -> None:  # OUT-03
    shard = Shard()
    shard.see(there(people=(ANN, "003-unknown")), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert len(order.event.attendees) == 1
    assert shard.kinds() == ["Blocked"]


def test_a_user_with_a_mailbox_is_no_relation_and_one_without_is_invited() -> None:  # I2
    shard = Shard()
    meeting = replace(STANDUP, attendees=guest("john@firm.example", "eve@firm.example", "mike@firm.example"))
    shard.see(here(meeting))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.people, order.invitees) == ((), (EVE,))
    assert JOHNS not in (order.invitees or ())


def test_what_is_deleted_before_it_was_sent_is_never_sent() -> None:  # OUT-32
    shard = Shard()
    shard.set_policy(TWO_WAY, active=False)
    shard.see(there(), side=PRACTIFI)
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    assert not shard.orders
