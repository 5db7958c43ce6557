"""What a person asks and wants of the reconcilers passes through the registry: it keeps who wanted what, no answer."""

from random import Random
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from contracts import topics
from contracts.asked import Answer, Ask, Question, Unmatched
from contracts.calendar import Side
from contracts.control import Backfill, Pause, Restore, Resume, SyncNow, Turn
from contracts.message import decode
from contracts.policy import Policy
from services.kernel.bus import MemoryBroker, MemoryBus
from services.kernel.clock import WallClock
from services.kernel.decision import Do, Say
from services.kernel.keeping import Doing
from services.kernel.scope import Scope
from services.registry.perform import Hands
from services.registry.rows import Control

ON = Policy(enabled=True)
BIG = Policy(enabled=True, shards=3)
QUESTION = Ask("5f2a9c01d3e4", Question.UNMATCHED)
ANSWER = Answer("5f2a9c01d3e4", 0, 1, (Unmatched("new@client.example", 3),))
WISHES = [Turn("ann", "c1"), Restore("ann", "l1"), Backfill("ann", Side.MICROSOFT, "lena@firm.example")]


def passed_on(after: Any) -> list[tuple[int, Struct]]:
    """What the reconcilers are told, with their shards."""
    return [(e.shard, e.body) for e in after.effects if isinstance(e, Say) and e.service == "reconciler"]


def test_every_shard_is_asked_and_told_how_many_there_are(firm: Any) -> None:  # M5
    firm.file(BIG, start=True)
    asked = passed_on(firm.hear(QUESTION))
    assert asked == [(shard, Ask(QUESTION.ask, Question.UNMATCHED, "", shard, 3)) for shard in range(3)]


def test_an_answer_is_published_and_no_row_keeps_it(firm: Any) -> None:  # P3
    firm.file(ON, start=True)
    before = dict(firm.rows)
    firm.hear(QUESTION)
    after = firm.hear(ANSWER)
    assert after.effects == [Do("answers", ANSWER)]
    assert firm.rows == before


@pytest.mark.parametrize("wish", WISHES, ids=["turn", "restore", "backfill"])
@pytest.mark.parametrize("paused", [False, True], ids=["running", "paused"])
def test_a_wish_reaches_every_shard_also_while_paused(firm: Any, wish: Struct, paused: bool) -> None:  # C3, X5, D10
    firm.file(BIG, start=True)
    if paused:
        firm.hear(Pause("ann"))
    assert passed_on(firm.hear(wish)) == [(shard, wish) for shard in range(3)]


def test_who_wished_for_what_and_when_is_kept(firm: Any) -> None:  # design §2
    firm.file(ON, start=True)
    for wish in (*WISHES, Backfill("bob", Side.PRACTIFI)):
        firm.hear(wish, minutes=1)
    kept = [msgspec.msgpack.decode(firm.rows[k], type=Control) for k in sorted(firm.rows) if k.startswith("control/")]
    assert [(one.what, one.who, one.about) for one in kept] == [
        ("turn", "ann", "c1"), ("restore", "ann", "l1"), ("backfill", "ann", "microsoft lena@firm.example"),
        ("backfill", "bob", "practifi"),
    ]  # fmt: skip
    assert kept[-1].at == firm.now


@pytest.mark.parametrize("body", [QUESTION, *WISHES], ids=["ask", "turn", "restore", "backfill"])
def test_nobody_is_told_of_a_tenant_without_a_file(firm: Any, body: Struct) -> None:
    firm.file(ON, start=True)
    firm.file(None)
    assert passed_on(firm.hear(body)) == []


def test_a_backfill_to_practifi_reads_everything_from_the_beginning(firm: Any) -> None:  # D10
    run = firm.file(ON, start=True).run
    assert not run.fresh
    firm.settle(run.run)
    after = firm.hear(Backfill("ann", Side.PRACTIFI, "lena@firm.example"))
    assert (after.run.fresh, after.run.mailbox) == (True, "lena@firm.example")
    assert passed_on(after) == []
    firm.settle(after.run.run)
    assert not firm.hear(SyncNow("ann")).run.fresh


def test_a_backfill_that_waits_for_the_resume_is_not_forgotten(firm: Any) -> None:  # D10, ruling 12
    firm.file(ON, start=True)
    firm.hear(Pause("ann"))
    assert firm.hear(Backfill("ann", Side.PRACTIFI, "lena@firm.example")).due == []
    assert firm.hear(SyncNow("ann")).due == []
    run = firm.hear(Resume("ann")).run
    assert (run.fresh, run.mailbox) == (False, "")
    run = firm.settle(run.run).run
    assert (run.fresh, run.mailbox) == (True, "lena@firm.example")


def test_only_those_mailboxes_are_read_from_the_beginning_for_which_it_was_asked(firm: Any) -> None:  # D10
    run = firm.file(ON, start=True).run
    for mailbox in ("lena@firm.example", "max@firm.example", "lena@firm.example"):
        firm.hear(Backfill("ann", Side.PRACTIFI, mailbox))
    firm.hear(SyncNow("ann", "max@firm.example"))
    runs = [run := firm.settle(run.run).run for _ in range(3)]
    assert firm.settle(run.run).due == []
    assert [(one.fresh, one.mailbox) for one in runs] == [
        (False, "max@firm.example"), (True, "lena@firm.example"), (True, "max@firm.example"),
    ]  # fmt: skip


def test_a_backfill_that_a_pause_has_stopped_is_done_after_the_resume(firm: Any) -> None:  # D10, ruling 12
    firm.settle(firm.file(ON, start=True).run.run)
    firm.hear(Backfill("ann", Side.PRACTIFI, "lena@firm.example"))
    firm.hear(Pause("ann"))
    run = firm.settle(firm.hear(Resume("ann")).run.run).run
    assert (run.fresh, run.mailbox) == (True, "lena@firm.example")


async def test_the_broker_gets_an_answer_once_and_does_not_retain_it() -> None:  # P3
    broker = MemoryBroker(Random(1))
    operator, hands = MemoryBus(broker), Hands(MemoryBus(broker), WallClock())
    await operator.subscribe(topics.answer("firm", ANSWER.ask))
    doing = Doing(1, Scope("firm"), "d1", "", "", 0, ANSWER)
    assert await hands.perform("firm", "answers", [doing]) == [None]
    ((topic, payload),) = operator.waiting
    assert (topic, decode(payload).body) == ("calsync/v1/firm/answers/5f2a9c01d3e4", ANSWER)
    assert broker.retained == {}
