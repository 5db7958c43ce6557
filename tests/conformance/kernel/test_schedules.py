"""Whatever befalls replicas, their broker and their clock: what was said is decided once, what is to be done is
answered once, what is to be heard again is heard once, and in the end nothing is left. Chance chooses what happens."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contracts.control import RunDue, SyncNow
from contracts.message import Message
from services.kernel.decision import Decision, Say, State
from services.kernel.driver import DirectDriver
from services.kernel.errors import Fatal, Transient
from services.kernel.keeping import Doing
from services.kernel.lanes import LaneRule, Later
from services.kernel.service import Service
from tests.conformance.kernel.actors import LISTENER, Count, Did, Hands
from tests.conformance.kernel.town import FIRM, Replica, Town

DEEDS = (*("ask",) * 4, "wait", "wait", "sleep", "die", "start", "freeze", "freeze", "bad", "fall", "set back")
RULES = (LaneRule(), LaneRule(3), LaneRule(10, timedelta(seconds=0.7), timedelta(seconds=5)))
KINDS = ("plain", "do", "ina", "inb", "wake")
SERVICES = ("speaker", "listener")


class Died(BaseException):
    """The process is dead."""


class Mortal(DirectDriver):
    """A store whose process dies after so many statements."""

    def __init__(self, path: Path, now: Callable[[], datetime], life: dict[str, int]) -> None:
        super().__init__(path, now)
        self._life = life

    async def fetch(self, sql: str, args: Any = ()) -> list[Any]:
        self._live()
        return await super().fetch(sql, args)

    async def many(self, sql: str, rows: Any) -> None:
        self._live()
        await super().many(sql, rows)

    def _live(self) -> None:
        self._life["left"] -= 1
        if self._life["left"] < 0:
            raise Died


class Speaker:
    """Tells the listener once what it is asked for, however often it is."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        if isinstance(message.body, SyncNow):
            yield f"heard/{message.body.who}"

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        if not isinstance(message.body, SyncNow) or state.get(f"heard/{message.body.who}", Count):
            return Decision()
        who = message.body.who
        return Decision({f"heard/{who}": Count(1)}, (Say("listener", RunDue(who)),))


class Moody(Hands):
    """Takes its time, and fails in every way that heals."""

    chance: Random

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Any:
        assert self.clock is not None
        if wait := self.chance.choice((0, 0, 0.5, 2, 10, 40)):
            await self.clock.sleep(timedelta(seconds=wait))
        mood = self.chance.choice(("well",) * 14 + ("busy", "busy", "throttled", "closed", "in part", "in part"))
        if mood == "closed":
            raise Fatal("org", "it is closed", "Open it")
        if mood in {"busy", "throttled"}:
            raise Transient(mood, timedelta(seconds=5) if mood == "throttled" else None)
        return [Later("no") if mood == "in part" and self.chance.random() < 0.5 else Did(doing.body.name)
                for doing in batch]  # fmt: skip


@dataclass
class Process:
    name: str
    replica: Replica
    life: dict[str, int]
    frozen: int = 0


@dataclass
class Story:
    town: Town
    chance: Random
    processes: list[Process] = field(default_factory=list)
    started: int = 0
    asked: list[str] = field(default_factory=list)

    async def start(self, name: str) -> None:
        self.started += 1
        life = {"left": 1_000_000}
        self.town.connect = partial(Mortal, life=life)
        if name == "speaker":
            replica = await self.town.replica(Service("speaker", Speaker(), sharded=False), f"s{self.started}")
        else:
            hands = Moody(lane=self.chance.choice(RULES))
            hands.chance = self.chance
            replica = await self.town.replica(LISTENER, f"l{self.started}", hands)
        self.processes.append(Process(name, replica, life))

    async def breathe(self, seconds: float) -> None:
        self.town.time.turn(seconds=seconds)
        for one in self.chance.sample(self.processes, len(self.processes)):
            if one.frozen:
                one.frozen -= 1
                continue
            try:
                await one.replica.host.renew()
                await one.replica.step()
            except Died:
                await self.end(one)

    async def end(self, one: Process) -> None:
        one.life["left"] = 1_000_000
        self.processes.remove(one)
        await self.town.kill(one.replica)

    async def deed(self) -> None:
        broker, chance = self.town.broker, self.chance
        match chance.choice(DEEDS):
            case "ask":
                self.asked.append(f"{chance.choice(KINDS)}-{len(self.asked)}")
                self.town.ask(self.asked[-1])
            case "wait":
                await self.breathe(chance.choice((0.3, 1, 3)))
            case "sleep":
                await self.breathe(chance.choice((16, 70, 400)))
            case "die" if self.processes:
                chance.choice(self.processes).life["left"] = chance.randint(0, 40)
            case "start" if len(self.processes) < 5:
                await self.start(chance.choice(SERVICES))
            case "freeze" if self.processes:
                chance.choice(self.processes).frozen = chance.randint(2, 6)
                await self.breathe(chance.choice((1, 12)))  # its leases may run out
            case "bad":
                broker.lose, broker.repeat, broker.reorder = (chance.choice((0.0, 0.1, 0.4)) for _ in range(3))
            case "fall":
                broker.stop()
                await self.breathe(1)
                broker.start()
            case "set back":
                self.town.time.turn(seconds=-chance.choice((1, 30, 600)))

    async def mend(self) -> None:
        """All is well again, and time enough passes for a clock to catch up."""
        self.town.broker.lose = self.town.broker.repeat = self.town.broker.reorder = 0
        for one in self.processes:
            one.frozen, one.life["left"] = 0, 1_000_000
        for name in SERVICES:
            if not any(one.name == name for one in self.processes):
                await self.start(name)
        for seconds in (*(3,) * 40, *(60,) * 150):
            await self.breathe(seconds)

    def one(self, name: str) -> Replica:
        return next(process.replica for process in self.processes if process.name == name)

    async def wrong(self) -> list[tuple[str, int, list[int]]]:
        """What was not heard, or answered, as often as it was said."""
        speaker, listener = self.one("speaker"), self.one("listener")
        found = list[tuple[str, int, list[int]]]()
        for name in self.asked:
            more = () if name.startswith("plain") else (f"{'woken' if name.startswith('wake') else 'did'} {name}",)
            times = [await listener.heard(one) for one in (name, *more)]
            found.append((name, await speaker.heard(name), times))
        left = [await one.host.store.outstanding(str(FIRM)) for one in (speaker, listener)]
        dead = [await one.host.store.dead_count(str(FIRM)) for one in (speaker, listener)]
        return [one for one in (*found, ("left", 0, left), ("dead", 0, dead)) if {one[1]} != {*one[2]}]


@pytest.mark.parametrize("seed", range(20))
async def test_everything_happens_once(tmp_path: Path, seed: int) -> None:  # O6, design §2
    story = Story(Town(tmp_path, DirectDriver), Random(seed))
    story.town.govern()
    for name in ("speaker", "listener", "listener"):
        await story.start(name)
    for _ in range(60):
        await story.deed()
        await story.breathe(0.2)
    await story.mend()
    assert story.asked
    assert await story.wrong() == []
    for one in list(story.processes):
        await story.end(one)
