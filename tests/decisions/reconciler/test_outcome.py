"""What became of an order: refused, answered late, stopped, or repeated without end."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from contracts.control import Again
from contracts.facts import Failed, Updated
from contracts.observed import Vanished
from contracts.policy import Invitations
from contracts.write import Erase, Order, Outcomes, Refused, Why, Write, Written
from services.reconciler.rows import State
from tests.decisions.reconciler.shard import (
    MICROSOFT,
    MIKE,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    here,
    there,
)  # fmt: skip

DAILY, REVIEW = replace(STANDUP, subject="Daily"), replace(STANDUP, subject="Review")
SHOWN_DAILY, SHOWN_REVIEW = replace(SHOWN, subject="Daily"), replace(SHOWN, subject="Review")


def renamed() -> tuple[Shard, str]:
    """A pair that was renamed in Microsoft; the order is out."""
    shard = Shard()
    name = shard.paired()
    shard.see(here(DAILY, mark="m-b"))
    return shard, name


def wish(order: Order) -> tuple[object, ...]:
    assert isinstance(order, Write)
    return order.side, order.fields, order.event.subject


def test_only_one_order_is_out_and_what_changes_meanwhile_is_merged_into_the_next() -> None:  # CON-21, OUT-23
    shard, _ = renamed()
    first = shard.take()
    shard.see(here(REVIEW, mark="m-c"))
    assert not shard.orders
    shard.write(there(SHOWN_DAILY, mark="p-b"), first)
    assert wish(shard.take()) == (PRACTIFI, ("subject",), "Review")


def test_both_sides_get_what_the_other_changed_one_after_the_other() -> None:  # CON-01
    shard, _ = renamed()
    shard.refuse(Why.MOVED_ON, there(replace(SHOWN, location="Room 2"), mark="p-b"))
    order = shard.take()
    assert wish(order) == (PRACTIFI, ("subject",), "Daily")
    shard.write(there(replace(SHOWN_DAILY, location="Room 2"), mark="p-c"), order)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.location) == (MICROSOFT, ("location",), "Room 2")
    shard.write(here(replace(DAILY, location="Room 2"), mark="m-c"), order)
    assert not shard.orders


def test_an_edit_that_the_writer_finds_is_merged_and_what_it_overrides_is_said() -> None:  # CON-20, ruling 7
    shard, _ = renamed()
    shard.refuse(Why.MOVED_ON, there(SHOWN_REVIEW, mark="p-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.base == SHOWN_REVIEW
    shard.write(there(SHOWN_DAILY, mark="p-c"), order)
    assert shard.kinds() == ["Updated", "Conflict"]
    assert not shard.orders


def test_what_was_deleted_after_the_writer_had_looked_at_it_does_not_come_back() -> None:  # X2, ruling 7
    shard = Shard()
    name = shard.paired()
    shard.see(there(SHOWN_DAILY, mark="p-b", edited=True), side=PRACTIFI)
    order = shard.take()
    shard.see(Vanished("m1", MIKE))
    found = here(replace(STANDUP, location="Room 2"), mark="m-b")
    shard.hear(Outcomes((Refused(order.order, name, MICROSOFT, Why.MOVED_ON, item=found),)))
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "p1")


@pytest.mark.parametrize("seen", [False, True], ids=["unseen", "a reader was faster"])
def test_what_stands_otherwise_than_it_was_to_be_made_gets_what_has_changed_since(seen: bool) -> None:  # ruling 9
    """A writer that forgot is given the creation again, with what is new; its first attempt was carried out."""
    shard = Shard()
    shard.see(here())
    shard.orders.clear()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.hear(Again("w", "writer"))
    first = there(stamp=shard.orders[0].link, edited=False)
    if seen:
        shard.see(first, side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, first)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields, order.event.subject) == (PRACTIFI, "p1", ("subject",), "Daily")


def test_somebodys_edit_within_our_write_is_the_next_change() -> None:  # ruling 3
    shard, _ = renamed()
    shard.write(there(replace(SHOWN_DAILY, location="Room 2"), mark="p-b"), echo=SHOWN_DAILY)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (MICROSOFT, ("location",))


def test_a_flow_that_rewrites_our_field_counts_as_an_edit() -> None:  # CON-33
    shard, _ = renamed()
    shard.write(there(replace(SHOWN, subject="DAILY"), mark="p-b"), echo=SHOWN_DAILY)
    assert wish(shard.take()) == (MICROSOFT, ("subject",), "DAILY")


@pytest.mark.parametrize("why", [Why.FORBIDDEN, Why.INVALID])
def test_a_refusal_is_shown_and_tried_again_only_after_a_change(why: Why) -> None:  # THR-08
    shard, name = renamed()
    shard.refuse(why, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    (fact,) = shard.facts
    assert isinstance(fact, Failed)
    assert fact.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    shard.refuse(why, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    shard.see(here(DAILY, mark="m-c"))
    assert not shard.orders, "nothing has changed, and our word on the Event was refused as well"
    assert shard.link(name).refused == (PRACTIFI,)
    shard.see(here(REVIEW, mark="m-d"))
    assert wish(shard.take()) == (PRACTIFI, ("subject",), "Review")


def test_what_was_mended_before_the_refusal_is_heard_goes() -> None:  # THR-08, CON-21
    shard, _ = renamed()
    shard.see(here(REVIEW, mark="m-c"))
    shard.refuse(Why.INVALID, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert wish(shard.take()) == (PRACTIFI, ("subject",), "Review")


def test_what_was_deleted_before_the_refusal_is_heard_goes() -> None:  # THR-08, X1
    shard, _ = renamed()
    shard.see(Vanished("m1", MIKE))
    shard.refuse(Why.INVALID, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "p1")


def test_what_was_mended_where_it_is_refused_before_that_is_heard_is_tried_again() -> None:  # THR-08, CON-21
    shard, _ = renamed()
    shard.see(there(replace(SHOWN, location="Room 2"), mark="p-b"), side=PRACTIFI)
    shard.refuse(Why.INVALID, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert wish(shard.take()) == (PRACTIFI, ("subject",), "Daily")


def refused_in_microsoft() -> tuple[Shard, Order]:
    """Microsoft has refused a room that was typed in Practifi; our word on that is under way."""
    shard = Shard()
    shard.paired()
    shard.see(there(replace(SHOWN, location="Bad room"), mark="p-b"), side=PRACTIFI)
    shard.refuse(Why.INVALID, code="ErrorInvalidRequest")
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (PRACTIFI, ())
    return shard, order


def test_what_is_mended_before_our_word_comes_to_it_goes() -> None:  # THR-08, ruling 7
    shard, word = refused_in_microsoft()
    mended = there(replace(SHOWN, location="Room 2"), mark="p-c")
    shard.hear(Outcomes((Refused(word.order, word.link, PRACTIFI, Why.MOVED_ON, item=mended),)))
    shard.see(mended, side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.location) == (MICROSOFT, ("location",), "Room 2")


def test_what_is_mended_within_our_word_on_it_goes() -> None:  # THR-08, ruling 3
    shard, word = refused_in_microsoft()
    assert isinstance(word, Write)
    mended = there(replace(SHOWN, location="Room 2"), mark="p-c", status=word.status or "")
    shard.write(mended, word, echo=word.event)
    shard.see(mended, side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.location) == (MICROSOFT, ("location",), "Room 2")


def test_a_side_that_refuses_does_not_hold_up_the_other() -> None:
    shard, _ = renamed()
    shard.refuse(Why.INVALID)
    shard.refuse(Why.INVALID)
    shard.see(there(replace(SHOWN, location="Room 2"), mark="p-b"), side=PRACTIFI)
    shard.refuse(Why.INVALID)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (MICROSOFT, ("location",))


def test_what_was_stopped_goes_on_when_the_policy_is_active_again() -> None:  # AUT-14, ruling 12, ruling 26
    shard, _ = renamed()
    shard.refuse(Why.STOPPED)
    assert not shard.orders
    shard.set_policy(TWO_WAY, active=False)
    shard.see(here(REVIEW, mark="m-c"))
    assert not shard.orders, "paused"
    shard.set_policy(TWO_WAY)
    assert wish(shard.take()) == (PRACTIFI, ("subject",), "Review")
    shard.set_policy(TWO_WAY)
    assert not shard.orders, "sent once"


def test_a_success_without_an_item_is_no_success() -> None:  # CON-31
    shard = Shard()
    shard.see(here())
    order = shard.take()
    shard.write(None, order)
    assert shard.kinds() == ["Failed"]
    link = shard.link(order.link)
    assert link.practifi is None, "not linked"
    assert f"attention/{link.id}" in shard.rows
    shard.see(here(DAILY, mark="m-b"))
    shard.write(there(SHOWN_DAILY, edited=False))
    assert shard.link(link.id).practifi is not None
    assert f"attention/{link.id}" not in shard.rows


def test_an_answer_to_an_older_order_changes_nothing() -> None:  # O6
    shard, name = renamed()
    before = shard.rows[f"link/{name}"]
    shard.hear(Outcomes((Written("older", name, PRACTIFI, there(SHOWN_REVIEW)),)))
    assert shard.rows[f"link/{name}"] == before
    shard.hear(Outcomes((Written("any", "f" * 64, PRACTIFI, there()),)))


def test_an_automation_that_changes_everything_back_is_cut_off_after_ten_writes() -> None:  # CON-33, C4
    shard, name = renamed()
    for turn in range(20):
        if not shard.orders:
            break
        order = shard.take()
        assert isinstance(order, Write)
        answer, flow = (there, SHOWN) if order.side is PRACTIFI else (here, replace(STANDUP, subject=f"Flow {turn}"))
        event = replace(flow, subject=f"Flow {turn}")
        shard.write(answer(event, mark=f"t{turn}"), order, echo=order.event)
    assert turn == 9, "the creation was the first of ten"
    assert shard.link(name).state is State.PARKED
    assert shard.kinds()[-1] == "Blocked"
    shard.see(here(REVIEW, mark="m-y"))
    assert not shard.orders
    shard.now += timedelta(hours=1)
    shard.see(here(DAILY, mark="m-z"))
    assert len(shard.orders) == 1, "an hour later it is tried again"


def test_a_written_field_is_told_with_its_name() -> None:  # S2
    shard, name = renamed()
    shard.write(there(SHOWN_DAILY, mark="p-b"))
    (fact,) = shard.facts
    assert isinstance(fact, Updated)
    assert (fact.about.link, fact.side, fact.fields) == (name, PRACTIFI, ("subject",))
    assert fact.detail
    assert fact.detail.subject == "Daily"


def test_an_event_that_changed_its_owner_in_practifi_is_put_back_and_said() -> None:  # ruling 14
    shard = Shard()
    shard.paired()
    shard.see(there(owner="005-other", mark="p-b"), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.owner, order.fields) == (PRACTIFI, "005-mike", ())
    assert shard.kinds() == ["Blocked"]
    shard.write(there(mark="p-c"), order)
    assert not shard.orders


def test_a_side_that_forbids_a_write_is_asked_again_after_an_hour() -> None:  # O4
    shard = Shard()
    shard.see(here())
    shard.refuse(Why.FORBIDDEN)
    wake = shard.wakes[-1]
    assert wake.at - shard.now == timedelta(hours=1)
    shard.hear(wake.body)
    assert shard.take().side is PRACTIFI


def test_what_would_have_mailed_somebody_goes_when_the_policy_allows_it() -> None:  # A5, D1
    """Only the writer sees whom a private meeting invites."""
    never = replace(TWO_WAY, invitations=Invitations.NEVER)
    shard = Shard(never)
    shard.paired()
    shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b"), side=PRACTIFI)
    shard.refuse(Why.FORBIDDEN, code="invitations")
    shard.write(there(replace(SHOWN, subject="Daily"), mark="p-c"))  # our word on it
    assert not shard.orders
    shard.set_policy(TWO_WAY)
    assert wish(shard.take()) == (MICROSOFT, ("subject",), "Daily")


def test_an_order_that_a_pause_has_stopped_goes_although_the_policy_was_faster_than_the_answer() -> None:  # AUT-14
    shard = Shard()
    shard.see(here())
    shard.set_policy(shard.policy, active=False)
    shard.set_policy(shard.policy)
    shard.refuse(Why.STOPPED)
    assert shard.orders == []
    shard.hear(shard.wakes[-1].body)
    assert shard.take().side is PRACTIFI


def test_what_a_reader_still_shows_of_before_our_write_is_no_edit_though_it_was_touched() -> None:  # ruling 3, O6
    shard, _ = renamed()
    shard.see(there(SHOWN_REVIEW, mark="p-b"), side=PRACTIFI)
    shard.refuse(Why.MOVED_ON, there(SHOWN_REVIEW, mark="p-b"))
    order = shard.take()
    assert wish(order) == (PRACTIFI, ("subject",), "Daily")
    shard.see(there(SHOWN_REVIEW, mark="p-c"), side=PRACTIFI)
    shard.write(there(SHOWN_DAILY, mark="p-d"), order)
    assert not shard.orders
