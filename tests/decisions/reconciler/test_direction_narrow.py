"""Rules that are narrower for one mailbox than for its firm (D11)."""

from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import Sensitivity, Side
from contracts.policy import Narrower, Policy, PrivateEvents
from contracts.write import Erase, Outcomes, Refused, Why
from tests.decisions.reconciler.shard import (
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    PRACTIFI,
    STANDUP,
    TWO_WAY,
    Shard,
    here,
    there,
)  # fmt: skip
from tests.decisions.reconciler.test_direction import IN, OUT, happens


class Narrow(NamedTuple):
    """A rule of Mike's mailbox alone, and what does not follow there; in John's it does."""

    name: str
    rule: dict[str, Any]
    side: Side
    happens: str


NARROW = [
    Narrow("nothing of it is made in Practifi", {"direction": OUT}, MICROSOFT, "make"),
    Narrow("nothing of it is made in Microsoft", {"direction": IN}, PRACTIFI, "make"),
    Narrow("no edit goes to Practifi", {"direction": OUT}, MICROSOFT, "edit"),
    Narrow("no edit goes to Microsoft", {"direction": IN}, PRACTIFI, "edit"),
    Narrow("no deletion goes to Practifi", {"direction": OUT}, MICROSOFT, "delete"),
    Narrow("no deletion goes to Microsoft", {"direction": IN}, PRACTIFI, "delete"),
]  # fmt: skip


@pytest.mark.parametrize("whose", [MIKE, JOHN])
@pytest.mark.parametrize("case", NARROW, ids=lambda case: case.name)
def test_a_direction_may_be_narrower_for_one_mailbox(case: Narrow, whose: str) -> None:  # D11
    shard = Shard()
    if case.happens != "make":
        shard.paired()
    rule = Narrower(("Mike@Firm.example" if whose == MIKE else "john@firm.example",), **case.rule)
    shard.set_policy(replace(TWO_WAY, narrower=(rule,)))
    happens(shard, case.side, case.happens)
    assert len(shard.orders) == (0 if whose == MIKE else 1)
    if case.happens == "make":
        assert len(shard.links()) == len(shard.orders), "what does not sync leaves no trace"


@pytest.mark.parametrize("side", Side)
def test_what_waited_is_judged_by_the_rule_of_its_mailbox_as_it_is_now(side: Side) -> None:  # D11, D1
    shard = Shard()
    shard.set_policy(TWO_WAY, active=False)
    happens(shard, side, "make")
    direction = OUT if side is MICROSOFT else IN
    shard.set_policy(replace(TWO_WAY, narrower=(Narrower(("mike@firm.example",), direction),)))
    assert shard.orders == []


@pytest.mark.parametrize("whose", [MIKE, JOHN])
@pytest.mark.parametrize("case", NARROW, ids=lambda case: case.name)
def test_an_order_that_is_out_when_a_direction_becomes_narrower_is_given_again_where_it_may_go(
    case: Narrow, whose: str
) -> None:  # D11, ruling 26
    """The writer does not know whose rule it is, and stops it."""
    shard = Shard()
    if case.happens != "make":
        shard.paired()
    happens(shard, case.side, case.happens)
    before = shard.orders[0]
    shard.set_policy(
        replace(TWO_WAY, narrower=(Narrower((f"{whose.removeprefix('mailbox-')}@firm.example",), **case.rule),))
    )
    shard.refuse(Why.STOPPED)
    for wake in shard.wakes[-1:]:
        shard.now = wake.at
        shard.hear(wake.body)
    again = [(type(one), one.side, one.policy > before.policy) for one in shard.orders]
    assert again == ([] if whose == MIKE else [(type(before), case.side.other, True)])


def test_private_events_may_be_left_out_for_one_mailbox() -> None:  # D11, P1
    rule = Narrower(("mike@firm.example",), private_events=PrivateEvents.SKIP)
    private = replace(STANDUP, subject="Private appointment", sensitivity=Sensitivity.PRIVATE)
    for narrower, orders in (((), 1), ((rule,), 0)):
        shard = Shard(replace(TWO_WAY, narrower=narrower))
        shard.see(here(private, redacted=True))
        assert len(shard.orders) == orders


def narrow(**rule: Any) -> Policy:
    """John's mailbox is narrower."""
    return replace(TWO_WAY, private_events=PrivateEvents.FULL, narrower=(Narrower(("john@firm.example",), **rule),))


def handed(policy: Policy) -> Shard:
    """Mike's Event, made in Practifi, was given to John there."""
    shard = Shard(policy)
    shard.see(there(), side=PRACTIFI)
    made = shard.take()
    shard.write(here(stamp=f"{made.link}-g0"), made)
    shard.see(there(owner=JOHNS, mailbox=JOHN, mark="p-b"), side=PRACTIFI)
    return shard


def test_an_event_does_not_follow_its_owner_into_a_mailbox_that_is_not_written() -> None:  # D11, ruling 14
    shard = handed(narrow(direction=IN))
    assert not [order for order in shard.orders if order.side is MICROSOFT]
    assert "Blocked" in shard.kinds()


def test_what_follows_its_owner_leaves_the_old_mailbox_although_that_is_written_no_more() -> None:  # D11, ruling 14
    """The one half is done: else the event would be in both mailboxes."""
    shard = handed(TWO_WAY)
    made = shard.take()
    shard.write(here(name="j1", mailbox=JOHN, stamp=f"{made.link}-g1"), made)
    shard.set_policy(replace(TWO_WAY, narrower=(Narrower(("mike@firm.example",), IN),)))
    erase = next(order for order in shard.orders if isinstance(order, Erase))
    shard.orders.clear()
    shard.hear(Outcomes((Refused(erase.order, erase.link, MICROSOFT, Why.STOPPED, "", "because"),)))
    shard.now = shard.wakes[-1].at
    shard.hear(shard.wakes[-1].body)
    again = shard.take()
    assert isinstance(again, Erase)
    assert (again.mailbox, again.policy > erase.policy) == (MIKE, True)


def test_each_order_is_read_by_the_rule_of_the_mailbox_that_it_goes_to() -> None:  # D11, P1
    shard = handed(narrow(private_events=PrivateEvents.BUSY_ONLY))
    made = shard.take()
    assert (made.mailbox, made.private) == (JOHN, PrivateEvents.BUSY_ONLY)
    johns = here(name="j1", mailbox=JOHN, stamp=f"{made.link}-g1")
    shard.write(johns, made)
    erase = next(order for order in shard.orders if isinstance(order, Erase))
    assert (erase.mailbox, erase.private) == (MIKE, PrivateEvents.FULL)
