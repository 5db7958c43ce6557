"""One turn of an actor: all of it or nothing, and a repeat decides nothing again."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from contracts.control import Pause, RunDue, SyncNow
from contracts.message import Message
from contracts.policy import Policy, PolicyNow
from services.kernel.actor import Actor, Heard, Turn
from services.kernel.decision import Decision, Do, Forgot, Say, State, Thinks, Undone, Wake
from services.kernel.driver import Connect
from services.kernel.effects import Kept
from services.kernel.errors import Transient
from services.kernel.keeping import Words, effect_id
from services.kernel.queue import Queue
from services.kernel.store import Store
from tests.conformance.kernel.actors import Count, Did, Job, Listener
from tests.conformance.kernel.stores import SCOPE, T0, opened
from tests.conformance.kernel.town import FIRM

SENDER = "speaker/firm/0"
WORDS = Words((Job, Did))
HEARS = Words((Job, Did, Undone))


@pytest.fixture
async def store(tmp_path: Path, connect: Connect) -> AsyncIterator[Store]:
    async with opened(tmp_path / "s.sqlite3", connect) as one:
        yield one


def message(name: str, number: int = 0, **more: Any) -> Heard:
    plain = Message(f"id-{name}", "firm", T0, RunDue(name), sender=SENDER, store="s9", number=number)
    return Heard(msgspec.structs.replace(plain, **more))


async def turn(store: Store, *heard: Heard, mind: Thinks | None = None, words: Words = WORDS, **more: Any) -> Turn:
    return await Actor(FIRM, mind or Listener(), words, store, lambda: T0).turn(heard, **more)


async def rows(store: Store) -> dict[str, int]:
    async with store.transaction() as tx:
        found = await tx.rows(SCOPE, ["heard/"])
    return {key: msgspec.msgpack.decode(row, type=Count).n for key, row in found.items() if row}


async def test_a_turn_changes_rows_keeps_effects_and_owes_receipts_in_one_commit(store: Store) -> None:
    done = await turn(store, message("do-1", 5), message("plain", 6))
    assert done.receipts == {SENDER: [5, 6]}
    assert (done.effects, done.commit) == (1, 1)
    assert await rows(store) == {"heard/do-1": 1, "heard/plain": 1}
    assert len(await Queue(store).batch("firm:lane", T0, 9)) == 1


async def test_a_repeat_is_receipted_and_not_decided(store: Store) -> None:  # INB-25
    await turn(store, message("do-1", 5))
    again = await turn(store, message("do-1", 5), message("do-1", 5), message("new", 6), message("new", 6))
    assert again.receipts == {SENDER: [5, 6]}
    assert await rows(store) == {"heard/do-1": 1, "heard/new": 1}
    assert again.effects == 0


async def test_the_same_number_of_another_memory_is_another_message(store: Store) -> None:  # ruling 6, 21
    await turn(store, message("one", 5), message("two", 5, store="s10"), message("three", 5, sender="other/firm/0"))
    assert await rows(store) == {"heard/one": 1, "heard/two": 1, "heard/three": 1}


async def test_what_another_memory_says_by_the_same_name_is_done_beside_what_still_waits(store: Store) -> None:
    await turn(store, message("do-1", 5))  # ruling 6
    await turn(store, message("do-1", 9, store="s10", body=RunDue("do-2")))
    waiting = await Queue(store).batch("firm:lane", T0, 9)
    assert [WORDS.doing(one).body for one in waiting] == [Job("do-1"), Job("do-2")]


async def test_one_message_sees_what_the_one_before_it_changed(store: Store) -> None:
    await turn(store, message("same", 5), message("same", 6), message("same", 7))
    assert await rows(store) == {"heard/same": 3}


async def test_a_turn_that_is_cancelled_leaves_nothing(store: Store) -> None:  # O6
    stuck = asyncio.Event()

    async def never() -> bool:
        async with asyncio.timeout(0):
            await stuck.wait()
        return True

    with pytest.raises(TimeoutError):
        await turn(store, message("do-1", 5), allowed=never)
    assert await rows(store) == {}
    assert (await turn(store, message("do-1", 5))).effects == 1, "it was not seen either"


async def test_a_store_that_fails_midway_leaves_nothing_and_is_no_dead_letter(store: Store) -> None:
    class Failing:
        def needs(self, state: State, message: Message) -> Iterable[str]:
            return ()

        def decide(self, state: State, message: Message, now: datetime) -> Decision:
            raise Transient("the store is held by another process")

    with pytest.raises(Transient):
        await turn(store, message("one", 5), mind=Failing())
    assert await store.dead_count(SCOPE) == 0
    assert (await turn(store, message("one", 5))).receipts == {SENDER: [5]}
    assert await rows(store) == {"heard/one": 1}


async def test_one_that_cannot_be_decided_costs_itself_alone(store: Store) -> None:  # O5
    done = await turn(store, message("one", 5), message("bad", 6), message("two", 7))
    assert await rows(store) == {"heard/one": 1, "heard/two": 1}
    assert done.receipts == {SENDER: [5, 6, 7]}
    assert (done.counts, done.dead) == ({"dead": 1}, [("RunDue", "ValueError: see the place below")])


async def test_who_wants_to_hears_that_a_message_was_set_aside_and_goes_on_without_it(store: Store) -> None:  # O5
    """Somebody may wait for what follows from it. The dead letter is the message as it came."""
    done = await turn(store, message("one", 5), message("bad", 6), message("two", 7), words=HEARS)
    assert await rows(store) == {"heard/one": 1, "heard/undone bad": 1, "heard/two": 1}
    assert (done.counts, done.receipts) == ({"dead": 1}, {SENDER: [5, 6, 7]})
    (letter,) = await store.dead_letters(SCOPE)
    assert (letter.kind, b'"bad"' in letter.payload) == ("RunDue", True)
    assert (await turn(store, message("bad", 6), words=HEARS)).counts == {}, "a repeat is no news"


async def test_who_cannot_go_on_without_it_either_loses_nothing_else(store: Store) -> None:  # O5
    done = await turn(store, message("one", 5), message("two", 6), mind=Lost(), words=HEARS)
    assert (done.counts, done.receipts) == ({"dead": 4}, {SENDER: [5, 6]})
    assert [one.kind for one in await store.dead_letters(SCOPE)] == ["RunDue", "Undone"] * 2
    assert (await turn(store, message("three", 7))).counts == {}


async def test_a_policy_that_cannot_be_decided_on_holds_and_nobody_does_without_it(store: Store) -> None:  # ruling 26
    policy = PolicyNow(7, active=True, policy=Policy())
    done = await turn(store, Heard(Message("p", "firm", T0, policy)), mind=Lost(), words=HEARS)
    assert done.counts == {"dead": 1}
    async with store.transaction() as tx:
        assert (await tx.rows(SCOPE, ["policy"]))["policy"] == msgspec.msgpack.encode(policy)


class Lost:
    """Can decide on nothing."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        return ()

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        raise KeyError(message.id)


class Wrong:
    """Wants something impossible in its second effect."""

    def __init__(self, body: Struct) -> None:
        self.body = body

    def needs(self, state: State, message: Message) -> Iterable[str]:
        return ()

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        return Decision({"heard/x": Count(1)}, (Say("other", Pause("me")), Say("other", self.body)))


async def test_a_decision_is_kept_whole_or_not_at_all(store: Store) -> None:
    await turn(store, message("one", 5), mind=Wrong(Job("no message")))
    assert await rows(store) == {}
    assert await store.outstanding(SCOPE) == 0
    assert await store.dead_count(SCOPE) == 1


async def test_a_row_that_was_not_named_is_read_all_the_same_and_counted(store: Store) -> None:  # O5
    """It is not taken for an absent one, and its message is not set aside."""

    class Forgetful(Listener):
        def needs(self, state: State, message: Message) -> Iterable[str]:
            return ()

    await turn(store, message("one", 5))
    done = await turn(store, message("one", 6), message("two", 7), mind=Forgetful())
    assert (done.dead, done.counts) == ([], {"unnamed": 2})
    assert await rows(store) == {"heard/one": 2, "heard/two": 1}


async def test_rows_under_a_name_that_was_not_named_are_read_all_the_same(store: Store) -> None:  # O5
    class All:
        def needs(self, state: State, message: Message) -> Iterable[str]:
            return ()

        def decide(self, state: State, message: Message, now: datetime) -> Decision:
            return Decision({"heard/sum": Count(sum(row.n for row in state.under("heard/", Count).values()))})

    await turn(store, message("one", 5), message("two", 6))
    await turn(store, message("x", 7), mind=All())
    assert (await rows(store))["heard/sum"] == 2


async def test_one_row_may_lead_to_the_next(store: Store) -> None:
    class Following:
        def needs(self, state: State, message: Message) -> Iterable[str]:
            yield "heard/do-1"
            if state.known("heard/do-1") and state.get("heard/do-1", Count):
                yield "heard/next"

        def decide(self, state: State, message: Message, now: datetime) -> Decision:
            return Decision({"heard/found": Count(0 if state.get("heard/next", Count) else 1)})

    await turn(store, message("do-1", 5))
    await turn(store, message("x", 6), mind=Following())
    assert (await rows(store))["heard/found"] == 1


async def test_an_answer_is_heard_once_and_ends_its_effect(store: Store) -> None:
    await turn(store, message("do-1", 5))
    (kept,) = await Queue(store).batch("firm:lane", T0, 9)
    answer = Heard(Message(f"{kept.id}/answer", "firm", T0, Did("do-1"), cause=kept.id), settles=kept.number)
    await turn(store, answer)
    await turn(store, answer)
    assert (await rows(store))["heard/did do-1"] == 1, "another replica's answer comes too late"
    assert await store.outstanding(SCOPE) == 0


async def test_an_older_policy_is_no_news(store: Store) -> None:  # D1, design §2.3
    for name, version in (("a", 3), ("c", 3), ("b", 2)):
        body = PolicyNow(version, active=name != "c", policy=Policy())
        await turn(store, Heard(Message(name, "firm", T0, body)))
    async with store.transaction() as tx:
        kept = (await tx.rows(SCOPE, ["policy"]))["policy"]
    assert kept is not None
    now = msgspec.msgpack.decode(kept, type=PolicyNow)
    assert (now.version, now.active) == (3, False), "the same version said otherwise holds, an older one does not"


async def test_who_forgot_hears_so_by_the_policy_that_comes_with_it(store: Store) -> None:  # rulings 6, 26
    """Whom to ask for all anew depends on it. Who knows none asks nobody, and the sign does not come twice."""

    class Asks:
        def needs(self, state: State, message: Message) -> Iterable[str]:
            return ("policy",)

        def decide(self, state: State, message: Message, now: datetime) -> Decision:
            known = state.get("policy", PolicyNow)
            version = known.version if known is not None else 0
            return Decision({"heard/version": Count(version)}) if isinstance(message.body, Forgot) else Decision()

    policy = Heard(Message("p", "firm", T0, PolicyNow(7, active=True, policy=Policy())))
    await turn(store, policy, message("x", 6, receipted=5), mind=Asks())
    assert await rows(store) == {"heard/version": 7}


async def test_who_may_not_settle_changes_nothing(store: Store) -> None:  # ruling 23
    async def no() -> bool:
        return False

    await turn(store, message("do-1", 5))
    (kept,) = await Queue(store).batch("firm:lane", T0, 9)
    answer = Heard(Message("a", "firm", T0, Did("do-1")), settles=kept.number)
    done = await turn(store, answer, done=[kept.number], allowed=no)
    assert (done.receipts, done.commit) == ({}, 0)
    assert await store.outstanding(SCOPE) == 1


def test_effects_have_ids_that_follow_from_their_cause() -> None:  # design §2.1
    cause = message("x").message
    ids = [effect_id(cause, index) for index in range(3)]
    assert ids == [effect_id(cause, index) for index in range(3)]
    assert len(set(ids)) == 3
    assert effect_id(message("y").message, 0) not in ids


@pytest.mark.parametrize(("effect", "lane", "kind"), [
    pytest.param(Say("writer", SyncNow("me"), 3), "writer/firm/3", "say", id="a word has its receiver's address"),
    pytest.param(Say("writer", SyncNow("me"), -1), "writer/firm/0", "say", id="or that of the same shard"),
    pytest.param(Do("org", Job("x")), "firm:org", "do", id="a deed has the tenant's lane, over all shards"),
    pytest.param(Wake(T0, Job("x"), "k"), "wake", "wake", id="a wake"),
])  # fmt: skip
def test_an_effect_is_kept_with_its_lane_and_comes_back_as_it_was(effect: Any, lane: str, kind: str) -> None:
    kept = WORDS.keep(effect, 0, FIRM, message("x").message, T0)
    assert (kept.lane, kept.kind) == (lane, kind)
    if kind != "say":
        assert WORDS.doing(Kept(**msgspec.structs.asdict(kept), number=1)).body == Job("x")
