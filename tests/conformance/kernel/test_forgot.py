"""Who has lost its memory, or got an old one back, hears of it before it decides anything: with the next message, and
at the latest after some minutes although nobody has anything to say (ruling 6)."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from pathlib import Path

import pytest

from contracts.control import RunDue
from contracts.message import Message
from services.kernel.decision import Decision, Forgot, State
from services.kernel.driver import Connect
from services.kernel.relay import PROBE
from services.kernel.service import Service
from tests.conformance.kernel.actors import SPEAKER, Count
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


@pytest.mark.parametrize("bad", ["lose", "repeat", "reorder"])
async def test_a_bad_broker_makes_nobody_believe_in_a_lost_memory(both: Town, bad: str) -> None:
    for number in range(20):
        both.ask(f"n{number}", 3)
        setattr(both.broker, bad, 0.4)
        await both.later(seconds=PROBE.total_seconds() / 10)
        setattr(both.broker, bad, 0.0)
    await both.later(seconds=30)
    assert len(await heard(both)) == 3 + 60, "all of it, and no sign"
