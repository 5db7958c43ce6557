"""Two small minds and a pair of hands, for tests of what every service has in common."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from contracts.control import RunDue, SyncNow
from contracts.message import Message
from services.kernel.decision import Decision, Do, Effect, Say, State, Undone, Wake
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule
from services.kernel.service import Service
from tests.conformance.kernel.turning import Clock


class Count(Struct):
    """Row: how often something happened."""

    n: int


class Job(Struct):
    """To do: `name` says what to do with it, see `Listener`."""

    name: str


class Did(Struct):
    name: str


class Speaker:
    """Says RunDue("<who>-0"), RunDue("<who>-1") and so on to the listener: as many as `mailbox` says."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        return ()

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        if not isinstance(message.body, SyncNow):
            return Decision()
        names = [f"{message.body.who}-{n}" for n in range(int(message.body.mailbox or 1))]
        return Decision(effects=tuple(Say("listener", RunDue(name)) for name in names))


class Listener:
    """Counts what it hears in rows `heard/<run>`. A run called bad… cannot be decided, do… gives a Job in lane `lane`
    of its own actor, in<lane>… in that lane, wake… is heard again in a minute."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        yield f"heard/{_name(message.body)}"

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        name = _name(message.body)
        key = f"heard/{name}"
        count = state.get(key, Count)
        if name.startswith("bad"):
            raise ValueError(name)  # as a library quotes what it was given
        return Decision({key: Count((count.n if count else 0) + 1)}, self._effects(message.body, name, now))

    def _effects(self, body: Struct, name: str, now: datetime) -> tuple[Effect, ...]:
        if not isinstance(body, RunDue):
            return ()
        if name.startswith("wake"):
            return (Wake(now + timedelta(minutes=1), Job(name), key=name),)
        if name.startswith("in"):
            return (Do(name[2:].split("-", maxsplit=1)[0], Job(name)),)
        return (Do("lane", Job(name)),) if name.startswith("do") else ()


def _name(body: Struct) -> str:
    match body:
        case RunDue(run):
            return run
        case Did(name):
            return f"did {name}"
        case Undone(Job(name) | RunDue(name)):
            return f"undone {name}"
        case Job(name):
            return f"woken {name}"
    return "other"


@dataclass
class Hands:
    """Performs jobs as `act` says (by default: done); `batches` are those that were tried, with the replica's name."""

    name: str = ""
    act: Callable[[str, Sequence[Doing]], Any] = lambda _, batch: [Did(doing.body.name) for doing in batch]
    lane: LaneRule = field(default_factory=LaneRule)
    batches: list[tuple[str, str, list[str]]] = field(default_factory=list)
    holding: list[asyncio.Event] = field(default_factory=list)
    now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    clock: Clock | None = None

    def rule(self, lane: str) -> LaneRule:
        return self.lane

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:
        self.batches.append((self.name, lane, [doing.body.name for doing in batch]))
        self.now[lane] += 1
        self.most[lane] = max(self.most[lane], self.now[lane])
        try:
            for event in self.holding:
                assert self.clock is not None
                await self.clock.waits(event.wait())
            return self.act(lane, batch)  # type: ignore[no-any-return]
        finally:
            self.now[lane] -= 1

    async def close(self) -> None:
        """Nothing is held."""

    def tried(self) -> list[str]:
        return [name for _, _, names in self.batches for name in names]


SPEAKER = Service("speaker", Speaker(), sharded=False)
LISTENER = Service("listener", Listener(), private=(Job, Did), sharded=False)
