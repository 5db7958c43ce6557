"""When a run has settled, what the policy and the pairing change, and what the public hears of a private event."""

from datetime import timedelta

import pytest
from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import Sensitivity
from contracts.observed import Observed, Pair, Paired, ReadDone, Unreadable
from contracts.policy import Direction, PrivateEvents
from contracts.write import Order, Outcomes, Why, Write, Written
from services.kernel.decision import Undone
from tests.decisions.reconciler.shard import (
    BOOK,
    INWARD,
    MICROSOFT,
    OUTWARD,
    PAIRS,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    here,
    there,
)  # fmt: skip


def writes(shard: Shard) -> list[Write]:
    return [order for order in shard.orders if isinstance(order, Write)]


def done(shard: Shard, reader: str, run: str = "run-1", messages: int = 0, **more: object) -> None:
    shard.hear(ReadDone(run, reader, messages=messages, **more), f"{reader}/acme/3")  # type: ignore[arg-type]


def test_a_run_settles_once_when_both_readers_are_done_and_all_is_written() -> None:  # ruling 24
    shard = Shard()
    shard.see(here(), run="run-1")
    done(shard, "graph-poller", messages=1, items=1)
    done(shard, "salesforce-watcher")
    assert not shard.settled, "an order is out"
    shard.write(there(edited=False))
    (settled,) = shard.settled
    assert (settled.run, settled.shard, settled.items, settled.failed) == ("run-1", 3, 1, ())
    done(shard, "salesforce-watcher")
    assert len(shard.settled) == 1


def test_what_is_heard_of_the_next_run_while_an_order_is_out_counts_for_that_one() -> None:  # ruling 24
    """The registry has lost its store, and begun another run before this one has settled."""
    shard = Shard()
    shard.see(here(), run="run-1")
    done(shard, "graph-poller", messages=1)
    done(shard, "salesforce-watcher")
    shard.see(here(mailbox="mailbox-none"), run="run-2")
    shard.write(there(edited=False))
    done(shard, "graph-poller", "run-2", messages=1)
    done(shard, "salesforce-watcher", "run-2")
    assert [settled.run for settled in shard.settled] == ["run-1", "run-2"]


def test_a_run_waits_for_what_a_reader_said_and_we_have_not_heard() -> None:
    shard = Shard()
    done(shard, "graph-poller", messages=1)
    done(shard, "salesforce-watcher")
    assert not shard.settled
    shard.see(here(mailbox="mailbox-none"), run="run-1")
    assert [settled.run for settled in shard.settled] == ["run-1"]


def test_a_message_that_was_set_aside_holds_up_no_run_and_what_is_said_later_is_heard() -> None:  # O5, ruling 24
    shard = Shard()
    done(shard, "graph-poller", messages=1)
    done(shard, "salesforce-watcher")
    shard.hear(Undone(Observed(MICROSOFT, 11, (here(),), run="run-1"), "a mistake"))
    assert [settled.run for settled in shard.settled] == ["run-1"]
    assert shard.links() == []
    shard.see(here(mark="m-b"), run="run-2")
    assert shard.take().side is PRACTIFI


def test_an_answer_that_was_set_aside_holds_up_no_run_and_its_event_is_found_again() -> None:  # O5, rulings 9, 24
    """What became of the order nobody can say: it is shown as failed until a reader tells the Event."""
    shard = Shard()
    shard.see(here(), run="run-1")
    done(shard, "graph-poller", messages=1)
    done(shard, "salesforce-watcher")
    order = shard.take()
    made = there(edited=False, stamp=order.link)
    shard.hear(Undone(Outcomes((Written(order.order, order.link, PRACTIFI, made),)), "a mistake"))
    assert ([settled.run for settled in shard.settled], shard.kinds()) == (["run-1"], ["Failed"])
    shard.see(made, side=PRACTIFI)
    (link,) = shard.links()
    assert (link.practifi and link.practifi.id, shard.orders) == ("p1", [])
    shard.see(here(replace(STANDUP, subject="New"), mark="m-b"))
    assert shard.take().target == "p1"


def test_an_edit_of_which_the_word_was_set_aside_is_no_answer_and_is_recognised() -> None:  # O5, C4, ruling 9
    shard, new = Shard(), replace(SHOWN, subject="New")
    shard.paired()
    shard.see(there(new, mark="p-b"), side=PRACTIFI)
    order, now = shard.take(), here(replace(STANDUP, subject="New"), mark="m-b")
    shard.hear(Undone(Outcomes((Written(order.order, order.link, MICROSOFT, now),)), "a mistake"))
    assert shard.kinds() == ["Failed"]
    shard.see(now)
    assert shard.kinds() == ["Failed", "Updated"]
    assert [(one.side, one.fields) for one in writes(shard)] == [(PRACTIFI, ())], "our word on the Event alone"


@pytest.mark.parametrize(
    "body", [PAIRS, BOOK, Outcomes(()), ReadDone("run-1", "graph-poller")], ids=lambda one: type(one).__name__
)
def test_what_counts_in_no_run_and_was_set_aside_changes_nothing(body: Struct) -> None:  # O5
    shard = Shard()
    before = dict(shard.rows)
    shard.hear(Undone(body, "a mistake"))
    assert shard.rows == before


def test_a_message_that_was_lost_with_its_readers_memory_holds_up_no_later_run() -> None:
    """What is read again counts in the run that reads it: it makes up for nothing that an earlier one has said."""
    shard = Shard()
    done(shard, "graph-poller", messages=1)
    shard.see(here(mailbox="mailbox-none"), run="run-2")
    for run, messages in (("run-2", 1), ("run-3", 0)):
        done(shard, "graph-poller", run, messages)
        done(shard, "salesforce-watcher", run)
    assert [settled.run for settled in shard.settled] == ["run-2", "run-3"]


def test_a_refused_order_is_set_aside_and_holds_up_no_run() -> None:
    shard = Shard()
    shard.see(here(), run="run-1")
    done(shard, "graph-poller", messages=1)
    done(shard, "salesforce-watcher", failed=("org",))
    shard.refuse(Why.INVALID)
    (settled,) = shard.settled
    assert settled.failed == ("org",)


def test_an_order_that_is_never_answered_holds_up_one_run_only() -> None:  # O4
    shard = Shard()
    shard.see(here(), run="run-1")
    for run, messages in (("run-1", 1), ("run-2", 0)):
        done(shard, "graph-poller", run, messages)
        done(shard, "salesforce-watcher", run)
    assert [settled.run for settled in shard.settled] == ["run-2"]


def two_out() -> tuple[Shard, list[Order]]:
    """All of a run was read and heard, and two orders of it are out."""
    shard = Shard()
    shard.see(here(), here(name="m2"), run="run-1")
    done(shard, "graph-poller", messages=1)
    done(shard, "salesforce-watcher")
    return shard, shard.orders


def test_an_order_that_cannot_be_carried_out_now_holds_up_a_run_for_a_quarter_of_an_hour() -> None:  # CUR-30, O4
    """Microsoft takes no writes to one mailbox: nobody else shall wait for it."""
    shard, orders = two_out()
    late, order = orders.pop(), shard.take()
    shard.write(there(edited=False, stamp=order.link), order)
    overdue = shard.wakes[-1]
    assert (overdue.at - shard.now, overdue.quiet) == (timedelta(minutes=15), True)
    shard.hear(overdue.body)
    assert not shard.settled, "one of two was written since"
    shard.hear(shard.wakes[-1].body)
    assert [settled.run for settled in shard.settled] == ["run-1"]
    shard.write(there(name="p2", edited=False, stamp=late.link), late)
    shard.see(here(name="m3"), run="run-2")
    done(shard, "graph-poller", "run-2", messages=1)
    done(shard, "salesforce-watcher", "run-2")
    assert [settled.run for settled in shard.settled] == ["run-1"], "the next run has an order of its own"
    shard.write(there(name="p3", edited=False))
    assert [settled.run for settled in shard.settled] == ["run-1", "run-2"]


def test_a_run_of_which_not_all_was_heard_is_not_over_however_late_it_is() -> None:  # ruling 24
    shard = Shard()
    done(shard, "graph-poller", messages=1)
    done(shard, "salesforce-watcher")
    shard.hear(shard.wakes[-1].body)
    assert not shard.settled
    shard.see(here(mailbox="mailbox-none"), run="run-1")
    assert [settled.run for settled in shard.settled] == ["run-1"]


def test_an_older_run_is_of_no_interest() -> None:
    shard = Shard()
    for run in ("run-2", "run-1"):
        done(shard, "graph-poller", run)
        done(shard, "salesforce-watcher", run)
    assert [settled.run for settled in shard.settled] == ["run-2"]


def test_switching_the_direction_sends_no_old_difference() -> None:  # ruling 12, D1
    shard = Shard(INWARD)
    shard.paired()
    shard.see(there(replace(SHOWN, subject="Local"), mark="p-b"), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    shard.see(there(replace(SHOWN, subject="Local"), mark="p-c"), side=PRACTIFI)
    shard.see(here(mark="m-b"))
    assert not shard.orders
    shard.see(there(replace(SHOWN, subject="Local 2"), mark="p-d"), side=PRACTIFI)
    assert shard.take().side is MICROSOFT


def test_no_direction_deletes_anything_when_it_is_switched() -> None:  # D1
    shard = Shard()
    shard.paired()
    for direction in Direction:
        shard.set_policy(replace(TWO_WAY, direction=direction))
        shard.see(here(mark=f"m-{direction}"))
    assert not shard.orders


def test_outward_an_edit_in_practifi_is_sent_and_one_in_microsoft_is_not() -> None:  # OUT-29
    shard = Shard()
    shard.paired()
    shard.set_policy(OUTWARD)
    shard.see(here(replace(STANDUP, subject="Theirs"), mark="m-b"))
    assert not shard.orders
    shard.see(there(replace(SHOWN, subject="Ours"), mark="p-b"), side=PRACTIFI)
    assert shard.take().side is MICROSOFT


def test_what_waited_for_a_pairing_goes_on_with_it() -> None:  # M7
    shard = Shard()
    shard.paired()
    shard.hear(Paired(2, (Pair("mailbox-mike", 0, reason="two users have this address"), *PAIRS.pairs[1:])))
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    assert not shard.orders
    shard.hear(replace(PAIRS, sequence=3))
    assert shard.take().side is PRACTIFI


def test_a_mailbox_that_is_not_synced_any_more_keeps_its_events_on_both_sides() -> None:  # SAF-13, E8
    shard = Shard()
    shard.paired()
    shard.hear(Paired(2, PAIRS.pairs[1:]))
    shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b", mailbox=""), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    assert shard.orders == []


def test_a_private_event_is_told_without_its_text() -> None:  # P3, PRV-02
    shard = Shard(replace(TWO_WAY, private_events=PrivateEvents.FULL))
    private = replace(STANDUP, sensitivity=Sensitivity.CONFIDENTIAL)
    shard.see(here(private))
    shard.write(there(replace(SHOWN, sensitivity=Sensitivity.PRIVATE), edited=False))
    (fact,) = shard.facts
    assert fact.detail is None  # type: ignore[union-attr]  # it is a Created


def test_an_item_that_cannot_be_understood_is_shown() -> None:  # O5, INB-21
    shard = Shard()
    shard.hear(Unreadable(MICROSOFT, "mailbox-mike", "m1", "its zone is unknown"))
    (fact,) = shard.facts
    assert (fact.about.microsoft_id, fact.reason) == ("m1", "its zone is unknown")  # type: ignore[union-attr]


def test_what_cannot_be_for_us_is_an_error() -> None:
    with pytest.raises(TypeError, match="does not take"):
        Shard().hear(PAIRS.pairs[0])


def test_what_a_reader_says_before_its_pairing_has_come_is_heard_again_and_not_lost() -> None:  # O6, M7
    shard = Shard()
    early = Observed(MICROSOFT, 50, (here(mailbox="mailbox-new"),), paired=9)
    shard.hear(early)
    assert (shard.orders, shard.early) == ([], [early])
    shard.hear(Paired(9, (*PAIRS.pairs, Pair("mailbox-new", 0, "005-new", ("new@firm.example",)))))
    shard.hear(early)
    assert shard.take().mailbox == "mailbox-new"
