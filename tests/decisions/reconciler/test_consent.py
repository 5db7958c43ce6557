"""The invitation firewall: what would mail somebody, and was not a person's own edit, waits for consent (A5)."""

from datetime import timedelta
from typing import NamedTuple

import msgspec
import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Response
from contracts.control import Backfill
from contracts.facts import Blocked, Created, Updated
from contracts.message import Message
from contracts.observed import Vanished
from contracts.policy import Invitations, Policy, PolicyNow
from contracts.write import Cause, Erase, Order, Outcomes, Refused, Revive, Why, Write, Written
from services.kernel.decision import State
from services.reconciler import consent
from services.reconciler.rows import Attention, Held, Link, Look, Trouble
from services.reconciler.rows import State as Life
from services.reconciler.work import Work
from tests.decisions.reconciler.shard import (
    ANN,
    BOB,
    MICROSOFT,
    MIKE,
    NOW,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TEN,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
    timed,
)  # fmt: skip

MEETING = replace(STANDUP, attendees=guest("ann@client.example", "bob@client.example"))
RENAMED = replace(SHOWN, subject="Daily")
ALWAYS, NEVER = (replace(TWO_WAY, invitations=one) for one in (Invitations.ALWAYS, Invitations.NEVER))
MEETING_ENDS = TEN + timedelta(hours=1)
NOT_AN_EDIT = [cause for cause in Cause if cause not in {Cause.EDIT, Cause.LOST}]


def put(shard: Shard, link: Link) -> None:
    shard.rows[f"link/{link.id}"] = msgspec.msgpack.encode(link)


def unsent(cause: Cause, event: CalendarEvent = MEETING, policy: Policy = TWO_WAY) -> tuple[Shard, str]:
    """A meeting that was renamed in Practifi while the tenant was paused, and is to be written for this cause."""
    shard = Shard(policy)
    name = shard.paired(here(event), there(edited=False, people=(ANN, BOB) if event.attendees else ()))
    shard.set_policy(policy, active=False)
    shard.see(there(RENAMED, mark="p-b", people=(ANN, BOB) if event.attendees else ()), side=PRACTIFI)
    put(shard, replace(shard.link(name), cause=cause))
    shard.set_policy(policy)
    return shard, name


def attention(shard: Shard, name: str) -> Attention | None:
    row = shard.rows.get(f"attention/{name}")
    return msgspec.msgpack.decode(row, type=Attention) if row is not None else None


def to_microsoft(shard: Shard) -> list[Order]:
    """What is ordered there; our word on the Practifi Event is taken off the list, as said."""
    while words := [order for order in shard.orders if isinstance(order, Write) and order.side is PRACTIFI]:
        shard.orders.remove(words[0])
        item = there(words[0].event, mark=words[0].order, people=words[0].base_people, status=words[0].status or "")
        shard.hear(Outcomes((Written(words[0].order, words[0].link, PRACTIFI, item, item.event),)))
    return shard.orders


@pytest.mark.parametrize("cause", NOT_AN_EDIT)
def test_what_was_not_a_persons_edit_waits_for_consent_before_it_mails(cause: Cause) -> None:  # A5, ruling 16
    shard, name = unsent(cause)
    assert not to_microsoft(shard)
    (fact,) = shard.facts
    assert isinstance(fact, Blocked)
    assert "2 people" in fact.reason
    assert "`calsync resume`" in fact.reason
    assert f"stopped/{MIKE}/{name}" in shard.rows
    shard.set_policy(TWO_WAY)
    assert not to_microsoft(shard), "the policy changed, and nobody has consented"
    assert len(shard.facts) == 1, "said once"
    shard.set_policy(TWO_WAY, consents=1)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.cause) == (MICROSOFT, ("subject",), cause)


def test_every_write_is_told_with_its_cause_and_how_many_were_mailed() -> None:  # A5
    shard, name = unsent(Cause.TURNED)
    assert not to_microsoft(shard)
    shard.set_policy(TWO_WAY, consents=1)
    order = shard.take()
    shard.facts.clear()
    item = here(replace(MEETING, subject="Daily"), mark="m-b")
    shard.hear(Outcomes((Written(order.order, name, MICROSOFT, item, item.event, mailed=2),)))
    (fact,) = shard.facts
    assert isinstance(fact, Updated)
    assert (fact.side, fact.cause, fact.mailed) == (MICROSOFT, "turned", 2)


def test_a_consent_is_good_for_one_write() -> None:  # ruling 16
    shard, name = unsent(Cause.TURNED)
    assert not to_microsoft(shard)
    shard.set_policy(TWO_WAY, consents=1)
    order = shard.take()
    shard.write(here(replace(MEETING, subject="Daily"), mark="m-b"), order)
    assert not to_microsoft(shard)
    link = shard.link(name)
    assert (link.cause, link.held, link.troubles) == (Cause.EDIT, None, ())
    assert attention(shard, name) is None


def test_a_write_to_practifi_uses_up_no_consent() -> None:  # ruling 16
    link = Link("l", MICROSOFT, cause=Cause.TURNED, held=0)
    assert consent.carried_out(link, PRACTIFI) == link
    assert consent.carried_out(link, MICROSOFT) == Link("l", MICROSOFT)


def test_with_always_it_goes_without_consent() -> None:  # A5, ruling 16
    shard, _ = unsent(Cause.RESTORED, policy=ALWAYS)
    assert shard.take().cause is Cause.RESTORED


def test_what_mails_nobody_needs_no_consent() -> None:  # ruling 16
    shard, _ = unsent(Cause.RESTORED, STANDUP)
    assert shard.take().cause is Cause.RESTORED


def test_a_persons_own_edit_goes_at_once() -> None:  # ruling 16
    shard, _ = unsent(Cause.EDIT)
    assert shard.take().cause is Cause.EDIT


def test_a_later_edit_of_the_same_event_sets_it_free() -> None:  # ruling 16
    shard, name = unsent(Cause.BACKFILL)
    assert not to_microsoft(shard)
    moved = replace(RENAMED, location="Room 2")
    shard.see(there(moved, mark="p-c", people=(ANN, BOB), status=shard.link(name).said), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, set(order.fields), order.cause) == (MICROSOFT, {"subject", "location"}, Cause.EDIT)


def test_an_edit_that_the_writer_finds_sets_it_free() -> None:  # ruling 16, ruling 7
    shard, name = unsent(Cause.TURNED)
    word = shard.take()
    assert word.side is PRACTIFI
    edited = there(replace(RENAMED, location="Room 2"), mark="p-c", people=(ANN, BOB))
    shard.hear(Outcomes((Refused(word.order, name, PRACTIFI, Why.MOVED_ON, item=edited),)))
    order = shard.take()
    assert (order.side, order.cause) == (MICROSOFT, Cause.EDIT)


def test_a_deletion_is_a_persons_own() -> None:  # ruling 16, X1
    shard, _ = unsent(Cause.TURNED)
    assert not to_microsoft(shard)
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.cause) == (MICROSOFT, Cause.EDIT)


def test_an_edit_in_outlook_does_not_set_free_what_waits_in_practifi() -> None:  # ruling 16
    shard, name = unsent(Cause.BACKFILL)
    assert not to_microsoft(shard)
    shard.see(here(replace(MEETING, location="Room 2"), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (PRACTIFI, ("location",))
    shard.orders.append(order)
    assert not to_microsoft(shard)
    assert shard.link(name).cause is Cause.BACKFILL
    assert shard.kinds().count("Blocked") == 1, "said once"


def test_our_own_write_read_back_is_nobodys_edit() -> None:  # ruling 16, CON-11
    shard, name = unsent(Cause.BACKFILL)
    assert not to_microsoft(shard)
    shard.see(here(replace(MEETING, location="Room 2"), mark="m-b"))
    assert shard.take().side is PRACTIFI
    shard.see(there(replace(RENAMED, location="Room 2"), mark="p-z", people=(ANN, BOB)), side=PRACTIFI)
    assert shard.link(name).cause is Cause.BACKFILL


def test_a_backfill_with_guests_waits_and_one_without_goes() -> None:  # D10, A5, ruling 16
    for people, waits in (((ANN, BOB), True), ((), False)):
        shard = Shard()
        shard.see(there(edited=False, people=people), side=PRACTIFI)
        shard.hear(Backfill("admin", MICROSOFT))
        assert bool(to_microsoft(shard)) is not waits
        shard.set_policy(TWO_WAY, consents=1)
        order = shard.take()
        assert (order.side, order.cause) == (MICROSOFT, Cause.BACKFILL)
        shard.facts.clear()
        event = replace(STANDUP, attendees=guest(*["ann@client.example", "bob@client.example"][: len(people)]))
        shard.hear(Outcomes((Written(order.order, order.link, MICROSOFT, here(event), event, mailed=len(people)),)))
        (fact,) = shard.facts
        assert isinstance(fact, Created)
        assert (fact.cause, fact.mailed) == ("backfill", len(people))


def test_what_is_sent_later_keeps_its_cause_till_then() -> None:  # D8, D10, ruling 16
    far = replace(SHOWN, when=timed(NOW + timedelta(days=365 * 3)))
    shard = Shard()
    shard.see(there(far, edited=False, people=(ANN,)), side=PRACTIFI)
    shard.hear(Backfill("admin", MICROSOFT))
    (wake,) = {wake.key: wake for wake in shard.wakes if isinstance(wake.body, Look)}.values()
    assert not to_microsoft(shard)
    shard.now = wake.at
    shard.hear(wake.body)
    assert not to_microsoft(shard)
    assert "would mail 1 person" in shard.links()[0].reason


def test_what_waits_until_a_side_is_read_keeps_its_cause() -> None:  # D10, ruling 5, ruling 16
    shard = Shard(ready=False)
    shard.see(there(edited=False, people=(ANN,)), side=PRACTIFI)
    shard.hear(Backfill("admin", MICROSOFT))
    assert not shard.orders
    shard.readers_done("run-1", messages=0)
    assert not to_microsoft(shard)
    assert "would mail 1 person" in shard.links()[0].reason


def test_when_nothing_has_to_be_written_the_next_edit_is_a_persons_own() -> None:  # ruling 16
    shard, name = unsent(Cause.RESTORED)
    assert not to_microsoft(shard)
    shard.see(here(replace(MEETING, subject="Daily"), mark="m-b"))
    assert not to_microsoft(shard), "both are called the same by now"
    link = shard.link(name)
    assert (link.cause, link.held, link.troubles) == (Cause.EDIT, None, ())
    assert attention(shard, name) is None


class Kind(NamedTuple):
    """An order to Microsoft, and how many it mails."""

    name: str
    order: Order
    mailed: int
    mine: bool = True


def kinds(event: CalendarEvent) -> list[Kind]:
    """One order of each kind about this event."""
    answered = replace(event, my_response=Response.ACCEPTED)
    return [
        Kind("an update", Write("o", "l", MICROSOFT, MIKE, event, ("subject",), target="m1", base=event), 2),
        Kind("an erasure", Erase("o", "l", MICROSOFT, MIKE, "m1", event), 2),
        Kind("a creation", Write("o", "l", MICROSOFT, MIKE, event, ("when", "attendees")), 2),
        Kind("an answer", Write("o", "l", MICROSOFT, MIKE, answered, ("my_response",), target="m1", base=event), 1,
             mine=False),
    ]  # fmt: skip


FREE = [
    Kind("a creation without guests", Write("o", "l", MICROSOFT, MIKE, STANDUP, ("when",)), 0),
    Kind("an update of one's own copy",
         Write("o", "l", MICROSOFT, MIKE, MEETING, ("show_as",), target="m1", base=MEETING), 0, mine=False),
    Kind("a write to Practifi", Write("o", "l", PRACTIFI, MIKE, MEETING, ("subject",), target="p1", base=MEETING), 0),
    Kind("a restored Event", Revive("o", "l", PRACTIFI, MIKE, "p1"), 0),
]  # fmt: skip


def gate(kind: Kind, policy: Policy, cause: Cause) -> Link | None:
    """What the firewall makes of an order: the link that stays without it, or None."""
    state = State({"policy": msgspec.msgpack.encode(PolicyNow(1, active=True, policy=policy))})
    link = Link("l", MICROSOFT, microsoft=Held("m1", MIKE, base=MEETING, mine=kind.mine), cause=cause)
    assert consent.mailed(link, kind.order) == kind.mailed
    return consent.waits(Work(state, Message("message", "acme", NOW, Look("l")), NOW), link, kind.order)


@pytest.mark.parametrize("kind", kinds(MEETING), ids=lambda kind: kind.name)
def test_everything_that_mails_is_held_and_counted(kind: Kind) -> None:  # A5, ruling 16
    assert gate(kind, TWO_WAY, Cause.EDIT) is None
    assert gate(kind, ALWAYS, Cause.RESTORED) is None
    held = gate(kind, TWO_WAY, Cause.RESTORED)
    assert held is not None
    assert held.held == 0
    assert f"would mail {kind.mailed} " in held.reason


@pytest.mark.parametrize("kind", FREE, ids=lambda kind: kind.name)
def test_nothing_else_is_held(kind: Kind) -> None:  # ruling 16
    for policy in (TWO_WAY, NEVER):
        assert gate(kind, policy, Cause.RESTORED) is None


PAST = replace(MEETING, when=timed(NOW - timedelta(minutes=1)))


@pytest.mark.parametrize("kind", kinds(PAST), ids=lambda kind: kind.name)
@pytest.mark.parametrize("policy", [TWO_WAY, ALWAYS, NEVER], ids=lambda policy: policy.invitations)
def test_what_has_begun_never_causes_mail(kind: Kind, policy: Policy) -> None:  # A5
    for cause in Cause:
        assert gate(kind, policy, cause) is not None


@pytest.mark.parametrize("kind", kinds(MEETING), ids=lambda kind: kind.name)
def test_with_never_nothing_that_mails_goes(kind: Kind) -> None:  # A5, ruling 16
    for cause in Cause:
        assert gate(kind, NEVER, cause) is not None


def test_a_deleted_meeting_of_the_past_stays_in_outlook() -> None:  # A5, X3
    shard = Shard()
    shard.paired(here(MEETING), there(edited=False, people=(ANN, BOB)))
    shard.now = MEETING_ENDS
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    assert not shard.orders


def test_a_past_meeting_that_is_edited_in_practifi_is_left_alone_in_outlook_and_said() -> None:  # A5
    shard = Shard()
    name = shard.paired(here(MEETING), there(edited=False, people=(ANN, BOB)))
    shard.now = MEETING_ENDS
    shard.see(there(RENAMED, mark="p-b", people=(ANN, BOB)), side=PRACTIFI)
    assert not to_microsoft(shard)
    assert shard.kinds() == ["Blocked"]
    assert shard.link(name).troubles[0].kind is Trouble.BARRED
    shard.see(there(SHOWN, mark="p-c", people=(ANN, BOB), status=shard.link(name).said), side=PRACTIFI)
    assert not to_microsoft(shard)
    assert attention(shard, name) is None, "it is as in Outlook again"


def braked() -> tuple[Shard, str]:
    """A meeting that was renamed in Practifi, and whose order the writer's mail cap held."""
    shard = Shard()
    name = shard.paired(here(MEETING), there(edited=False, people=(ANN, BOB)))
    shard.see(there(RENAMED, mark="p-b", people=(ANN, BOB)), side=PRACTIFI)
    shard.refuse(Why.HELD)
    return shard, name


def test_what_a_brake_of_the_writer_holds_is_shown_and_goes_on_after_consent() -> None:  # X4, A5
    shard, name = braked()
    assert not to_microsoft(shard)
    (fact,) = shard.facts
    assert isinstance(fact, Blocked)
    assert fact.reason == "because"
    row = attention(shard, name)
    assert row is not None
    assert (row.side, row.reason, row.code, row.since) == (MICROSOFT, "because", "held", NOW)
    shard.set_policy(TWO_WAY)
    assert not to_microsoft(shard)
    assert len(shard.facts) == 1, "said once"
    shard.set_policy(TWO_WAY, consents=1)
    order = shard.take()
    assert order.side is MICROSOFT
    shard.write(here(replace(MEETING, subject="Daily"), mark="m-b"), order)
    assert not to_microsoft(shard)
    assert attention(shard, name) is None
    assert shard.link(name).brake is None


def test_what_a_brake_holds_does_not_keep_a_run_open() -> None:  # X4, ruling 24
    shard = Shard()
    shard.paired(here(MEETING), there(edited=False, people=(ANN, BOB)))
    shard.see(there(RENAMED, mark="p-b", people=(ANN, BOB)), side=PRACTIFI)
    shard.readers_done(run := shard.next_run(), messages=1)
    assert not shard.settled
    shard.refuse(Why.HELD)
    assert [one.run for one in shard.settled] == [run]


def test_an_order_that_is_held_is_no_write() -> None:  # C4
    shard, name = braked()
    before = shard.link(name).writes
    for consents in range(1, 15):
        shard.set_policy(TWO_WAY, consents=consents)
        shard.orders = [order for order in shard.orders if order.side is MICROSOFT]
        shard.refuse(Why.HELD)
        assert not [order for order in shard.orders if order.side is MICROSOFT], "it waits for the next consent"
    assert shard.link(name).state is Life.ACTIVE
    assert shard.link(name).writes <= before + 1


def test_a_consent_that_was_faster_than_the_answer_counts() -> None:  # X4
    shard = Shard()
    name = shard.paired(here(MEETING), there(edited=False, people=(ANN, BOB)))
    shard.see(there(RENAMED, mark="p-b", people=(ANN, BOB)), side=PRACTIFI)
    held = shard.take()
    shard.set_policy(TWO_WAY, consents=1)
    shard.hear(Outcomes((Refused(held.order, name, MICROSOFT, Why.HELD, reason="the cap of the hour"),)))
    shard.hear(shard.wakes[-1].body)
    assert shard.take().side is MICROSOFT


def test_a_brake_on_deletions_lets_everything_else_go_on() -> None:  # X4
    shard = Shard()
    name = shard.paired()
    shard.see(Vanished("m1", MIKE))
    shard.refuse(Why.HELD)
    assert shard.link(name).held == 0
    shard.set_policy(TWO_WAY)
    assert not shard.orders, "nobody has consented, and an Event that will go is told nothing"
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (PRACTIFI, ("subject",))
