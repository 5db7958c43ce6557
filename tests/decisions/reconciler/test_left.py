"""What is left in Practifi of invitations that were declined while Practifi was not written: whatever happened to it
meanwhile, it goes when the host invites anew, and nothing else does (A7, D1)."""

import pytest
from msgspec.structs import replace

from contracts.observed import Vanished
from contracts.write import Erase, Outcomes, Refused, Why, Write
from tests.decisions.reconciler.shard import (
    JOHN,
    JOHNS,
    MIKE,
    MIKES,
    OUTWARD,
    PRACTIFI,
    TWO_WAY,
    Shard,
    there,
)
from tests.decisions.reconciler.test_meeting import copy, declined_while_practifi_is_not_written

ORDER = ("Write", "")
"""The Event of the new invitation is made."""


def orders(shard: Shard) -> list[tuple[str, str]]:
    return sorted((type(one).__name__, one.target) for one in shard.orders)


def declined_twice() -> Shard:
    """John gave what was left of the first one to Mike, was invited anew, declined that, and got the first one back."""
    shard = declined_while_practifi_is_not_written()
    shard.see(there(name="p-john", mark="p-b", owner=MIKES, mailbox=MIKE), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    shard.see(replace(copy(mark="j-b"), id="j2"))
    order = shard.take()
    shard.write(there(name="p-later", owner=JOHNS, mailbox=JOHN, edited=False, stamp=order.link), order)
    shard.set_policy(OUTWARD)
    shard.see(Vanished("j2", JOHN))
    shard.see(there(name="p-john", mark="p-c", owner=JOHNS, mailbox=JOHN), side=PRACTIFI)
    return shard


def test_all_that_is_left_of_a_meeting_goes_when_its_guest_is_invited_anew() -> None:  # A7, D1
    shard = declined_twice()
    shard.set_policy(TWO_WAY)
    shard.see(replace(copy(mark="j-c"), id="j3"))
    assert orders(shard) == [("Erase", "p-john"), ("Erase", "p-later"), ORDER]


def test_what_its_guest_has_deleted_in_practifi_since_is_not_all_that_is_left() -> None:  # A7, D1
    shard = declined_twice()
    shard.see(Vanished("p-john", JOHN), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    shard.see(replace(copy(mark="j-c"), id="j3"))
    assert orders(shard) == [("Erase", "p-later"), ORDER]


def stopped(*, held: bool) -> Shard:
    """John is invited anew, and what is left may not go yet."""
    shard = declined_while_practifi_is_not_written()
    shard.set_policy(TWO_WAY, active=held)
    shard.see(replace(copy(mark="j-b"), id="j2"))
    if held:
        (erase,), (write,) = ([one for one in shard.orders if isinstance(one, kind)] for kind in (Erase, Write))
        shard.orders.clear()
        shard.write(there(name="p-later", owner=JOHNS, mailbox=JOHN, edited=False, stamp=write.link), write)
        shard.hear(Outcomes((Refused(erase.order, erase.link, PRACTIFI, Why.HELD),)))
    return shard


STOPPED = pytest.mark.parametrize("held", [True, False], ids=["held by the brake", "in a pause"])


@STOPPED
def test_what_may_not_go_yet_goes_later_although_practifi_is_not_written_meanwhile(*, held: bool) -> None:  # X4, D1
    shard = stopped(held=held)
    shard.set_policy(OUTWARD)
    assert shard.orders == []
    shard.set_policy(TWO_WAY, consents=1)
    assert orders(shard) == [("Erase", "p-john"), ORDER][: 1 if held else 2]


@STOPPED
def test_what_is_given_to_somebody_else_before_it_may_go_stays_theirs(*, held: bool) -> None:  # A7, X4
    shard = stopped(held=held)
    shard.see(there(name="p-john", mark="p-b", owner=MIKES, mailbox=MIKE), side=PRACTIFI)
    shard.set_policy(TWO_WAY, consents=1)
    assert ("Erase", "p-john") not in orders(shard)
