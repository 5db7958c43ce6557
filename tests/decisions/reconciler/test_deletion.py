"""Something is gone on one side: what follows on the other, and what never comes back."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.facts import Deleted
from contracts.observed import Observed, Vanished
from contracts.policy import Invitations, Policy
from contracts.write import Erase, Why, Write
from services.reconciler.rows import State
from tests.decisions.reconciler.shard import (
    INWARD,
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
