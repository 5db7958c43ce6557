"""Who has lost its memory, or got an old one back, hears of it before it decides anything: with the next message, and
at the latest after some minutes although nobody has anything to say (ruling 6)."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.control import RunDue, SyncNow
from contracts.message import Message
from contracts.policy import PolicyNow
from services.kernel.decision import Decision, Do, Forgot, Say, State, Wake
from services.kernel.driver import Connect
from services.kernel.keeping import Doing
from services.kernel.lanes import LaneRule, Later
from services.kernel.relay import PROBE, TRUST
from services.kernel.service import Service
from tests.conformance.kernel.actors import SPEAKER, Count, Did, Hands, Job, Speaker
from tests.conformance.kernel.town import FIRM, Replica, Town, town


class Forgetful:
    """Counts what it hears in rows `heard/<run>`, and begins anew when it hears that it forgot something."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        return (f"heard/{_name(message)}",)

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        key, begins = f"heard/{_name(message)}", isinstance(message.body, Forgot)
        old = state.get(key, Count)
        return Decision({key: Count(1 if begins or old is None else old.n + 1)}, anew=begins)


def _name(message: Message) -> str:
    match message.body:
        case RunDue(run):
            return run
        case Forgot(service, shard, here):
            return f"forgot {service} {shard} {here}"
    return "other"


LISTENER = Service("listener", Forgetful(), sharded=False)
SIGN = "forgot speaker 0 0"


@pytest.fixture
async def both(tmp_path: Path, connect: Connect) -> AsyncIterator[Town]:
    """A speaker and a listener that have talked."""
    async with town(tmp_path, connect) as one:
        await one.replica(SPEAKER)
        await one.replica(LISTENER)
        await one.later(seconds=2)
        await say(one, "a", 3)
        yield one


async def say(both: Town, name: str, count: int = 1) -> None:
    both.ask(name, count)
    await both.settle()


async def heard(both: Town) -> set[str]:
    """What the listener remembers of what it heard, the policy aside."""
    return {key.removeprefix("heard/") for key in await listener(both).rows()} - {"other"}


def listener(both: Town) -> Replica:
    return next(one for one in both.alive if one.host.service.name == "listener")


async def back(both: Town, kept: Path | None = None) -> None:
    """The listener's disk is replaced by an empty one, or by a copy of before."""
    path = both.folder / "listener.sqlite3"
    await both.kill(listener(both))
    for file in both.folder.glob("listener.sqlite3*"):
        file.unlink()
    if kept is not None:
        shutil.copy(kept, path)
    await (await both.replica(LISTENER, "two")).lapse("one")
    await both.later(seconds=30)


async def test_a_lost_memory_shows_before_the_next_message_is_decided(both: Town) -> None:
    await back(both)
    assert await heard(both) <= {SIGN}
    await say(both, "b")
    assert await heard(both) == {SIGN, "b-0"}


async def test_a_memory_of_yesterday_shows_and_may_begin_anew(both: Town) -> None:
    kept = both.folder / "kept"
    with sqlite3.connect(both.folder / "listener.sqlite3") as now, sqlite3.connect(kept) as then:
        now.backup(then)
    await say(both, "b")
    await back(both, kept)
    await say(both, "c")
    assert await heard(both) == {SIGN, "c-0"}, "what it still believed is gone, and so is what it never learned again"
    async with listener(both).host.store.transaction() as tx:
        assert (await tx.rows(str(FIRM), ["policy"]))["policy"] is not None


class Waiting(Forgetful):
    """Hears of each run only when a minute is over, and keeps when that was."""

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        if isinstance(message.body, RunDue) and message.sender:
            return Decision(effects=(Wake(now + timedelta(minutes=1), message.body, message.body.run),))
        return super().decide(state, message, now)


@pytest.mark.parametrize("minutes", [0, 2], ids=["before it is due", "when it is due"])
async def test_what_a_memory_of_yesterday_waits_for_is_over(tmp_path: Path, connect: Connect, minutes: int) -> None:
    """What it wanted to hear again may not be true any more, and nobody would ever say so."""
    service = replace(LISTENER, mind=Waiting())
    kept, path = tmp_path / "kept", tmp_path / "listener.sqlite3"
    async with town(tmp_path, connect) as both:
        await both.replica(SPEAKER)
        await both.replica(service)
        await both.later(seconds=2)
        await say(both, "a")
        with sqlite3.connect(path) as now, sqlite3.connect(kept) as then:
            now.backup(then)
        await say(both, "b")
        await both.kill(listener(both))
        for file in tmp_path.glob("listener.sqlite3*"):
            file.unlink()
        shutil.copy(kept, path)
        both.time.turn(minutes=minutes)
        await (await both.replica(service, "two")).lapse("one")
        await say(both, "c")
        await both.later(seconds=PROBE.total_seconds())
        assert await heard(both) == {SIGN, "c-0"}


async def test_it_shows_although_nobody_has_anything_to_say(both: Town) -> None:
    await back(both)
    await both.later(seconds=PROBE.total_seconds())
    assert await heard(both) == {SIGN}


async def test_it_shows_once(both: Town) -> None:
    await back(both)
    for name in "bcd":
        await say(both, name)
        await both.later(seconds=PROBE.total_seconds())
    rows = await listener(both).rows()
    assert rows[f"heard/{SIGN}"] == rows["heard/b-0"], "once, like any message"


async def test_a_speaker_without_its_memory_is_believed(both: Town) -> None:
    """Only who heard can have forgotten."""
    speaker = next(one for one in both.alive if one.host.service.name == "speaker")
    await both.kill(speaker)
    for file in both.folder.glob("speaker.sqlite3*"):
        file.unlink()
    await (await both.replica(SPEAKER, "two")).lapse("one")
    await both.later(seconds=30)
    await say(both, "b")
    assert await heard(both) == {"a-0", "a-1", "a-2", "b-0"}


class Echo:
    """Says "<run>-back" to the speaker for each run that it hears of, and keeps which those were."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        return ()

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        if not isinstance(message.body, RunDue):
            return Decision()
        run = message.body.run
        return Decision({f"heard/{run}": Count(1)}, (Say("speaker", RunDue(f"{run}-back")),))


class Believer(Speaker):
    """Believes in the run that it said last, and says so at once when there is a new policy; begins anew when it hears
    that it forgot something."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        return ("heard/last",)

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        last = state.get("heard/last", RunDue)
        match message.body:
            case PolicyNow(version=2) if last is not None:
                return Decision(effects=(Say("listener", RunDue(f"still {last.run}")),))
            case SyncNow(who):
                return replace(super().decide(state, message, now), rows={"heard/last": RunDue(who)})
            case Forgot():
                return Decision(anew=True)
        return Decision()


async def test_a_memory_of_yesterday_says_nothing_before_it_shows(tmp_path: Path, connect: Connect) -> None:
    """Who has just started asks for the sign: what an old memory wants said may be over long since."""
    service, kept = replace(SPEAKER, mind=Believer()), tmp_path / "kept"
    async with town(tmp_path, connect) as both:
        speaker = await both.replica(service)
        await both.replica(replace(LISTENER, mind=Echo()))
        await both.later(seconds=2)
        await say(both, "a")
        with sqlite3.connect(tmp_path / "speaker.sqlite3") as now, sqlite3.connect(kept) as then:
            now.backup(then)
        await say(both, "b")
        await both.kill(speaker)
        for file in tmp_path.glob("speaker.sqlite3*"):
            file.unlink()
        shutil.copy(kept, tmp_path / "speaker.sqlite3")
        both.govern(version=2)
        await (await both.replica(service, "two")).lapse("one")
        await both.later(seconds=5)
        await both.later(seconds=2 * TRUST.total_seconds())
        await say(both, "c")
        assert await heard(both) == {"a-0", "b-0", "c-0"}


class Worker:
    """Does what it hears of, and tells; what it was to do is over when it hears that it forgot something."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        return ()

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        match message.body:
            case RunDue(run):
                return Decision(effects=(Do("lane", Job(run), key=run),))
            case Did(name):
                return Decision(effects=(Say("speaker", RunDue(f"{name}-back")),))
            case Forgot():
                return Decision(over=True)
        return Decision()


@pytest.mark.parametrize("answers", [True, False], ids=["who is asked answers", "who is asked is away"])
async def test_what_a_memory_of_yesterday_was_to_do_is_not_done_once_more(
    tmp_path: Path, connect: Connect, answers: bool
) -> None:
    """It is done, and somebody may have undone it since. Who is away for long is not waited for."""
    service, kept = replace(LISTENER, mind=Worker(), private=(Job, Did)), tmp_path / "kept"
    async with town(tmp_path, connect) as both:
        speaker = await both.replica(SPEAKER)
        await both.replica(service, hands=Hands(act=busy("b-0"), lane=LaneRule(sure=True)))
        await both.later(seconds=2)
        await say(both, "a")
        await say(both, "b")
        with sqlite3.connect(tmp_path / "listener.sqlite3") as now, sqlite3.connect(kept) as then:
            now.backup(then)
        await both.later(seconds=10)
        await say(both, "c")
        await both.kill(listener(both))
        for file in tmp_path.glob("listener.sqlite3*"):
            file.unlink()
        shutil.copy(kept, tmp_path / "listener.sqlite3")
        if not answers:
            await both.kill(speaker)
        hands = Hands("two", lane=LaneRule(sure=True))
        await (await both.replica(service, "two", hands)).lapse("one")
        await both.later(seconds=5)
        assert hands.tried() == []
        await both.later(seconds=2 * TRUST.total_seconds())
        assert hands.tried() == ([] if answers else ["b-0"])
        await say(both, "d")
        assert ("d-0" in hands.tried()) is answers


def busy(name: str) -> Callable[[str, Sequence[Doing]], Any]:
    """This one has to wait for some seconds at first."""
    waits = {name}

    def act(_: str, batch: Sequence[Doing]) -> Any:
        first = [one.body.name in waits for one in batch]
        waits.difference_update(one.body.name for one in batch)
        return [
            Later("busy", timedelta(seconds=5)) if late else Did(one.body.name)
            for one, late in zip(batch, first, strict=True)
        ]

    return act


async def test_who_hears_nothing_after_a_start_speaks_all_the_same(both: Town) -> None:
    """A receiver that is away is waited for as ever, and holds nobody up for long once it is there again."""
    await both.kill(listener(both))
    await both.kill(next(one for one in both.alive if one.host.service.name == "speaker"))
    await (await both.replica(SPEAKER, "two")).lapse("one")
    await say(both, "b")
    await both.later(seconds=2 * TRUST.total_seconds())
    await (await both.replica(LISTENER, "two")).lapse("one")
    await both.later(seconds=60)
    assert "b-0" in await heard(both)


@pytest.mark.parametrize("bad", ["lose", "repeat", "reorder"])
async def test_a_bad_broker_makes_nobody_believe_in_a_lost_memory(both: Town, bad: str) -> None:
    for number in range(20):
        both.ask(f"n{number}", 3)
        setattr(both.broker, bad, 0.4)
        await both.later(seconds=PROBE.total_seconds() / 10)
        setattr(both.broker, bad, 0.0)
    await both.later(seconds=30)
    assert len(await heard(both)) == 3 + 60, "all of it, and no sign"
