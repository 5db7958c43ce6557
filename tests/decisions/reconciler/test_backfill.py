"""Existing future Practifi Events that nobody has touched are counted, and sent when a person says so."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.asked import Attention, Preview, Question
from contracts.calendar import Side
from contracts.control import Backfill
from contracts.observed import Item, Paired, Vanished
from contracts.policy import Invitations, Policy
from contracts.write import Cause, Write
from services.reconciler import idle
from tests.decisions.reconciler.shard import (
    ANN,
    BOB,
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    NOW,
    PAIRS,
    PRACTIFI,
    SHOWN,
    TEN,
    TWO_WAY,
    Shard,
    here,
    there,
    timed,
)  # fmt: skip

MIKES_BOX, JOHNS_BOX = "mike@firm.example", "john@firm.example"


def old(name: str = "p1", **more: Any) -> Item:
    """An Event that stood in Practifi before outbound was switched on."""
    return there(more.pop("event", SHOWN), name=name, mark=more.pop("mark", f"{name}-a"), edited=False, **more)


def johns(name: str, **more: Any) -> Item:
    return old(name, mailbox=JOHN, owner=JOHNS, **more)


def shard_with(*items: Item, policy: Policy = TWO_WAY) -> Shard:
    shard = Shard(policy)
    shard.see(*items, side=PRACTIFI)
    assert not [order for order in shard.orders if order.side is MICROSOFT], "not before somebody saves it (D7)"
    return shard


def previews(shard: Shard, mailbox: str = "") -> dict[str, Preview]:
    return {line.mailbox: line for line in shard.ask(Question.BACKFILL, mailbox) if isinstance(line, Preview)}


def backfilled(shard: Shard, mailbox: str = "") -> list[Write]:
    """What Microsoft gets."""
    shard.hear(Backfill("ann", MICROSOFT, mailbox))
    return [order for order in shard.orders if isinstance(order, Write) and order.side is MICROSOFT]


def kept(shard: Shard) -> list[str]:
    return [key for key in shard.rows if key.startswith("idle/")]


def test_existing_events_are_counted_by_mailbox_with_the_people_who_would_be_mailed() -> None:  # D10, E5
    shard = shard_with(old("p1", people=(ANN, BOB)), old("p2", people=(ANN,)), johns("p3"))
    assert previews(shard) == {MIKES_BOX: Preview(MIKES_BOX, 2, mailed=3), JOHNS_BOX: Preview(JOHNS_BOX, 1)}
    assert shard.orders == []


def test_what_would_stay_is_counted_with_its_reason() -> None:  # D10, D8, R6, A2
    crowd = tuple(f"003-{number}" for number in range(51))
    far = replace(SHOWN, when=timed(TEN + timedelta(days=1000)))
    shard = shard_with(
        old("p1"), old("p2", native_series=True), old("p3", native_series=True), old("p4", people=crowd),
        old("p5", event=far),
    )  # fmt: skip
    line = previews(shard)[MIKES_BOX]
    assert line.creations == 1
    reasons = [(many, next(word for word in ("series", "50", "months") if word in why)) for why, many in line.blocked]
    assert sorted(reasons) == [(1, "50"), (1, "months"), (2, "series")]


@pytest.mark.parametrize(
    ("item", "why"),
    [
        pytest.param(old(event=replace(SHOWN, when=timed(NOW - timedelta(days=1)))), "it is past", id="past"),
        pytest.param(old(mailbox="mailbox-none"), "its owner has no mailbox", id="unpaired"),
        pytest.param(old(mailbox=""), "its owner is nobody", id="no-mailbox"),
    ],
)
def test_an_event_is_not_counted_when(item: Item, why: str) -> None:  # D10
    assert previews(shard_with(item))[MIKES_BOX] == Preview(MIKES_BOX), why


def test_an_event_that_has_passed_since_is_neither_counted_nor_sent() -> None:  # D10, OUT-09
    shard = shard_with(old())
    shard.now = TEN + timedelta(days=1)
    assert previews(shard)[MIKES_BOX] == Preview(MIKES_BOX)
    assert backfilled(shard) == []
    assert (kept(shard), shard.links()) == ([], [])


def test_an_owner_who_is_unpaired_since_is_left_out() -> None:  # D10
    shard = shard_with(old(), johns("p3"))
    shard.hear(Paired(2, PAIRS.pairs[1:]))
    assert previews(shard) == {JOHNS_BOX: Preview(JOHNS_BOX, 1)}
    assert [order.mailbox for order in backfilled(shard)] == [JOHN]


@pytest.mark.parametrize("how", ["edited", "gone", "linked", "past"])
def test_an_event_is_not_waiting_any_more_when_it_is(how: str) -> None:  # D10
    shard = shard_with(old())
    assert kept(shard) == ["idle/p1"]
    new = {
        "edited": there(mark="p-b"),
        "gone": Vanished("p1", MIKE),
        "linked": replace(old(mark="p-b"), stamp="a" * 64),
        "past": old(mark="p-b", event=replace(SHOWN, when=timed(NOW - timedelta(days=1)))),
    }
    shard.see(new[how], side=PRACTIFI)
    assert kept(shard) == []


def test_what_was_born_in_microsoft_never_waits() -> None:  # D10
    shard = Shard()
    shard.paired()
    assert kept(shard) == []


def test_a_backfill_sends_them_with_its_cause() -> None:  # D10
    shard = shard_with(old("p1"), johns("p2"))
    orders = backfilled(shard)
    assert [(order.mailbox, order.event.subject, order.cause) for order in orders] == [
        (MIKE, "Standup", Cause.BACKFILL), (JOHN, "Standup", Cause.BACKFILL),
    ]  # fmt: skip
    assert kept(shard) == []
    assert backfilled(shard) == orders, "twice is once"


def test_a_backfill_of_one_mailbox_leaves_the_others() -> None:  # D10
    shard = shard_with(old("p1"), johns("p2"))
    assert previews(shard, JOHNS_BOX.upper()) == {JOHNS_BOX: Preview(JOHNS_BOX, 1)}
    assert [order.mailbox for order in backfilled(shard, JOHNS_BOX)] == [JOHN]
    assert kept(shard) == ["idle/p1"]


def test_a_mailbox_that_nobody_has_is_nothing() -> None:  # D10
    shard = shard_with(old())
    assert previews(shard, "nobody@firm.example") == {}
    assert backfilled(shard, "nobody@firm.example") == []


def test_those_with_guests_wait_for_consent_and_then_go() -> None:  # A5, ruling 16
    shard = shard_with(old("p1", people=(ANN,)), old("p2"))
    first = old("p1", people=(ANN,))
    assert [order.fields.count("attendees") for order in backfilled(shard)] == [0]
    (line,) = shard.ask(Question.ATTENTION)
    assert isinstance(line, Attention)
    assert (line.kind, line.about.practifi_id) == ("held", "p1")
    for order in [order for order in shard.orders if order.side is PRACTIFI]:
        shard.write(replace(first, mark="p1-b"), order)  # our word on the Event
    shard.orders.clear()
    shard.set_policy(TWO_WAY, consents=1)
    (order,) = shard.orders
    assert isinstance(order, Write)
    assert [one.address for one in order.event.attendees] == ["ann@client.example"]
    assert order.cause is Cause.BACKFILL


@pytest.mark.parametrize(
    ("invitations", "mailed", "sent"),
    [
        pytest.param(Invitations.ALWAYS, 1, 1, id="always"),
        pytest.param(Invitations.NEVER, 0, 1, id="never: without guests"),
    ],
)
def test_the_policy_of_invitations_holds(invitations: Invitations, mailed: int, sent: int) -> None:  # A5
    shard = shard_with(old(people=(ANN,)), policy=replace(TWO_WAY, invitations=invitations))
    assert previews(shard)[MIKES_BOX] == Preview(MIKES_BOX, 1, mailed=mailed)
    assert len(backfilled(shard)) == sent


def test_events_are_known_before_outbound_is_switched_on() -> None:  # D7, ruling 12
    shard = shard_with(old(), policy=INWARD)
    line = previews(shard)[MIKES_BOX]
    assert (line.creations, [many for _, many in line.blocked]) == (0, [1])
    assert "direction" in line.blocked[0][0]
    shard.set_policy(TWO_WAY)
    assert shard.orders == [], "switching it on sends nothing"
    assert previews(shard)[MIKES_BOX].creations == 1


def test_the_preview_counts_what_would_happen_after_the_pause() -> None:  # D10
    shard = shard_with(old(people=(ANN,)))
    shard.set_policy(TWO_WAY, active=False)
    assert previews(shard)[MIKES_BOX] == Preview(MIKES_BOX, 1, mailed=1)


def test_a_backfill_while_paused_goes_on_when_resumed() -> None:  # D10, D2
    shard = shard_with(old())
    shard.set_policy(TWO_WAY, active=False)
    assert backfilled(shard) == []
    shard.set_policy(TWO_WAY)
    assert [order.cause for order in shard.orders] == [Cause.BACKFILL]


def test_a_large_backfill_goes_on_in_pieces_until_all_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:  # D10
    monkeypatch.setattr(idle, "MANY", 3)
    shard = shard_with(*(old(f"p{number}") for number in range(8)))
    assert len(backfilled(shard)) == 8
    assert kept(shard) == []


def test_what_was_sent_by_a_backfill_is_linked_like_any_other() -> None:  # D10, CON-24
    shard = shard_with(old())
    (order,) = backfilled(shard)
    shard.write(here(replace(SHOWN, when=order.event.when), stamp=f"{order.link}-g0"), order)
    shard.orders.clear()
    link = shard.link(order.link)
    assert (link.cause, link.microsoft is not None, link.practifi is not None) == (Cause.EDIT, True, True)
    shard.see(there(replace(SHOWN, subject="Edited"), mark="p-b"), side=PRACTIFI)
    assert [(one.side, one.cause) for one in shard.orders] == [(Side.MICROSOFT, Cause.EDIT)]
