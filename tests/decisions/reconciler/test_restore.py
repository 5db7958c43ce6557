"""Practifi Events that we erased can be had back for 15 days, and only if a person says so."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from contracts.asked import Attention, Erased, Question
from contracts.control import Restore
from contracts.facts import Created, Failed, Subject
from contracts.observed import Item, Observed, Vanished
from contracts.policy import Policy
from contracts.write import Cause, Erase, Outcomes, Revive, Why, Write, Written
from services.reconciler.listed import Forget
from services.reconciler.restore import DAYS
from services.reconciler.rows import Kind, Look, Pending, State
from tests.decisions.reconciler.shard import (
    ANN,
    INWARD,
    MICROSOFT,
    MIKE,
    NOW,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip


def back(**more: Any) -> Item:
    """The Event as it stands again."""
    return there(more.pop("event", SHOWN), mark=more.pop("mark", "p-back"), edited=False, **more)


def erased(policy: Policy = TWO_WAY, **more: Any) -> tuple[Shard, str]:
    """An event that was deleted in Microsoft, and therefore erased in Practifi; its link."""
    shard = Shard(policy)
    guests = guest("ann@client.example") if "people" in more else ()
    link = shard.paired(here(replace(STANDUP, attendees=guests)), there(edited=False, **more))
    shard.see(Vanished("m1", MIKE))
    shard.write()
    shard.facts.clear()
    return shard, link


def listed(shard: Shard, about: str = "") -> list[Erased]:
    return [line for line in shard.ask(Question.DELETED, about) if isinstance(line, Erased)]


def restored(shard: Shard, link: str, item: Item | None = None) -> None:
    """A person wants it back, and Practifi gives it."""
    shard.hear(Restore("ann", link))
    order = shard.take()
    assert isinstance(order, Revive)
    shard.write(item or back(), order)


def microsofts(shard: Shard) -> list[Write]:
    return [order for order in shard.orders if isinstance(order, Write) and order.side is MICROSOFT]


def test_what_we_erased_is_listed_with_its_ids_and_no_text() -> None:  # X5
    shard, link = erased()
    assert listed(shard) == [Erased(Subject(link, MIKE, "m1", "p1"), NOW)]
    assert listed(shard, link[:8]) == listed(shard)
    assert listed(shard, "zz") == []
    assert b"Standup" not in b"".join(row for key, row in shard.rows.items() if link in key)


def test_what_a_person_deleted_in_practifi_is_not_listed() -> None:  # X5
    shard = Shard()
    shard.paired()
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.write()
    assert listed(shard) == []


def test_what_was_erased_although_microsoft_has_it_is_not_listed() -> None:  # X5, P2
    shard = Shard()
    link = shard.paired()
    order = Erase("e1", link, PRACTIFI, MIKE, "p1")
    pending = Pending("e1", PRACTIFI, Kind.ERASE)
    shard.rows[f"link/{link}"] = msgspec.msgpack.encode(replace(shard.link(link), pending=pending))
    shard.write(order=order)
    assert shard.link(link).practifi is not None
    assert listed(shard) == []


def test_it_is_listed_for_fifteen_days() -> None:  # X5
    shard, link = erased()
    (wake,) = (wake for wake in shard.wakes if isinstance(wake.body, Forget))
    assert (wake.at, wake.quiet) == (NOW + DAYS, True)
    shard.now += DAYS
    assert listed(shard) == []
    shard.hear(Restore("ann", link))
    assert shard.orders == []
    shard.hear(wake.body)
    assert f"deleted/{link}" not in shard.rows


def test_a_wake_of_an_earlier_death_forgets_nothing() -> None:  # X5
    shard, link = erased()
    shard.hear(Forget(f"deleted/{link}"))
    assert len(listed(shard)) == 1


def test_a_restored_event_stands_in_practifi_again_and_is_told() -> None:  # X5
    shard, link = erased(INWARD)
    shard.hear(Restore("ann", link))
    order = shard.take()
    assert isinstance(order, Revive)
    assert (order.side, order.target, order.mailbox, order.cause) == (PRACTIFI, "p1", MIKE, Cause.RESTORED)
    shard.write(back(), order)
    assert shard.link(link).state is State.ACTIVE
    assert [(fact.side, fact.cause) for fact in shard.facts if isinstance(fact, Created)] == [(PRACTIFI, "restored")]
    assert listed(shard) == []


def test_inbound_only_it_stays_in_practifi_alone_now_and_later() -> None:  # X5, D1
    shard, link = erased(INWARD)
    restored(shard, link)
    assert shard.orders == []
    shard.set_policy(TWO_WAY)
    shard.see(back(), side=PRACTIFI)
    shard.hear(Look(link))
    assert shard.orders == []
    assert shard.link(link).practifi is not None


def test_two_way_microsoft_gets_a_new_one_of_the_next_generation() -> None:  # X5, ruling 1
    shard, link = erased()
    before = shard.link(link).generation
    restored(shard, link)
    (order,) = microsofts(shard)
    assert (order.target, order.base, order.cause, order.event.subject) == ("", None, Cause.RESTORED, "Standup")
    assert order.generation == before > 0
    shard.write(here(name="m2", stamp=f"{link}-g{before}"), order)
    assert [held.id for held in (shard.link(link).microsoft, shard.link(link).practifi) if held] == ["m2", "p1"]
    assert shard.link(link).cause is Cause.EDIT


def test_a_new_one_that_would_mail_guests_waits_for_consent() -> None:  # A5, ruling 16
    shard, link = erased(people=(ANN,))
    restored(shard, link, back(people=(ANN,)))
    assert microsofts(shard) == []
    (line,) = shard.ask(Question.ATTENTION)
    assert isinstance(line, Attention)
    assert (line.kind, line.about.link) == ("held", link)
    for order in list(shard.orders):
        shard.write(back(people=(ANN,), mark="p-word"), order)  # our word on the Event
    shard.orders.clear()
    shard.set_policy(TWO_WAY, consents=1)
    assert [(order.cause, len(order.event.attendees)) for order in microsofts(shard)] == [(Cause.RESTORED, 1)]


def test_a_resync_resurrects_nothing() -> None:  # X5
    shard, link = erased()
    shard.see(there(mark="p-a", edited=False), side=PRACTIFI)
    shard.readers_done("run-9")
    shard.see(side=MICROSOFT)
    assert (shard.orders, shard.link(link).state) == ([], State.ENDED)


def test_asking_twice_restores_once() -> None:  # X5
    shard, link = erased()
    shard.hear(Restore("ann", link))
    shard.hear(Restore("bob", link))
    shard.hear(Look(link))
    assert isinstance(shard.take(), Revive)


def test_an_event_that_comes_back_in_microsoft_has_nothing_to_be_restored() -> None:  # REC-27, X5
    shard, link = erased()
    shard.see(here(mark="m-back"))
    order = shard.take()
    assert isinstance(order, Write)
    shard.hear(Restore("ann", link))
    shard.write(there(name="p2", edited=False, mark="p2-a", stamp=link), order)
    assert (shard.orders, shard.link(link).state, listed(shard)) == ([], State.ACTIVE, [])


def test_what_practifi_refused_to_erase_is_not_listed() -> None:  # X5
    shard = Shard()
    shard.paired()
    shard.see(Vanished("m1", MIKE))
    shard.refuse(Why.FORBIDDEN)
    assert listed(shard) == []


@pytest.mark.parametrize(("mark", "late"), [("p-older", 2), ("p-b", -1)], ids=["said before", "read before"])
def test_a_word_from_before_the_restore_comes_too_late(mark: str, late: int) -> None:  # design §2.3
    shard = Shard()
    link = shard.paired()
    shard.see(there(replace(SHOWN, location="Room 2"), mark="p-b"), side=PRACTIFI)
    shard.write(here(replace(STANDUP, location="Room 2"), mark="m-b"))
    shard.see(Vanished("m1", MIKE))
    shard.write()
    old = Observed(PRACTIFI, shard.sequence - late, (there(replace(SHOWN, subject="Old"), mark=mark),))
    restored(shard, link)
    (order,) = microsofts(shard)
    shard.orders.clear()
    shard.write(here(name="m2", stamp=f"{link}-g1"), order)
    shard.orders.clear()
    shard.hear(old)
    assert shard.orders == []


def test_a_restore_while_paused_is_done_on_resume() -> None:  # X5, D2
    shard, link = erased()
    shard.set_policy(TWO_WAY, active=False)
    shard.hear(Restore("ann", link))
    assert shard.orders == []
    shard.set_policy(TWO_WAY)
    assert isinstance(shard.take(), Revive)


def test_a_restore_that_the_writer_had_to_stop_is_ordered_again_on_resume() -> None:  # X5, ruling 26
    shard, link = erased()
    shard.hear(Restore("ann", link))
    shard.refuse(Why.STOPPED)
    assert shard.orders == []
    shard.set_policy(TWO_WAY)
    restored_order = shard.take()
    assert isinstance(restored_order, Revive)
    shard.write(back(), restored_order)
    assert shard.link(link).state is State.ACTIVE


def test_a_restore_that_a_pause_has_stopped_is_ordered_although_the_resume_was_faster() -> None:  # X5, AUT-14
    shard, link = erased()
    shard.hear(Restore("ann", link))
    shard.set_policy(TWO_WAY, active=False)
    shard.set_policy(TWO_WAY)
    shard.refuse(Why.STOPPED)
    assert shard.orders == []
    shard.hear(shard.wakes[-1].body)
    assert isinstance(shard.take(), Revive)


@pytest.mark.parametrize(
    ("why", "again"),
    [
        pytest.param(Why.GONE, False, id="the recycle bin was emptied"),
        pytest.param(Why.FORBIDDEN, True, id="not allowed: it may be mended"),
    ],
)
def test_a_restore_that_cannot_be_is_shown(why: Why, again: bool) -> None:  # X5, O5
    shard, link = erased()
    shard.hear(Restore("ann", link))
    shard.refuse(why, code="NO")
    assert [(fact.side, fact.code) for fact in shard.facts if isinstance(fact, Failed)] == [(PRACTIFI, "NO")]
    assert (shard.orders, shard.link(link).state, bool(listed(shard))) == ([], State.ENDED, again)
    shard.hear(Restore("ann", link))
    assert len(shard.orders) == again


def test_a_restore_reported_done_without_the_event_is_a_failure() -> None:  # CON-31
    shard, link = erased()
    shard.hear(Restore("ann", link))
    order = shard.take()
    shard.hear(Outcomes((Written(order.order, link, PRACTIFI),)))
    assert shard.kinds() == ["Failed"]
    assert shard.link(link).state is State.ENDED


def test_a_reader_that_is_faster_than_the_writer_changes_nothing() -> None:  # X5, design §2.3
    shard, link = erased()
    shard.hear(Restore("ann", link))
    order = shard.take()
    newer = back(event=replace(SHOWN, subject="Edited at once"), mark="p-newer")
    shard.see(newer, side=PRACTIFI)
    assert shard.orders == []
    shard.write(back(), order)
    (sent,) = microsofts(shard)
    assert sent.event.subject == "Edited at once"


def test_an_event_that_a_person_undeleted_meanwhile_is_not_restored_twice() -> None:  # X5
    shard, link = erased()
    shard.see(there(mark="p-undeleted"), side=PRACTIFI)
    assert listed(shard) == []
    shard.orders.clear()
    shard.hear(Restore("ann", link))
    assert not [order for order in shard.orders if isinstance(order, Revive)]


def test_a_restored_event_that_microsoft_loses_again_can_be_restored_again() -> None:  # X5
    shard, link = erased()
    restored(shard, link)
    (order,) = microsofts(shard)
    shard.orders.clear()
    shard.write(here(name="m2", stamp=f"{link}-g1"), order)
    shard.orders.clear()
    shard.now += timedelta(days=1)
    shard.see(Vanished("m2", MIKE))
    shard.write()
    assert [line.at for line in listed(shard)] == [NOW + timedelta(days=1)]


def test_a_link_that_is_not_listed_is_left_alone() -> None:  # X5
    shard = Shard()
    link = shard.paired()
    shard.hear(Restore("ann", link))
    shard.hear(Restore("ann", "0" * 64))
    assert shard.orders == []
