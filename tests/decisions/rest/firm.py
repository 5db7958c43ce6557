"""A firm whose services think as ever, over mail that is late, lost, repeated and reordered, with stores that are lost
and put back. Nothing but decisions is real, so that thousands of such days fit into a minute."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from types import ModuleType
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from contracts.control import Pause, Resume
from contracts.message import Message
from contracts.policy import Direction, Policy, PolicyNow
from services.graph_poller import decide as poller
from services.kernel.decision import Forgot
from services.kernel.keeping import effect_id
from services.kernel.micros import micros
from services.reconciler import decide as reconciler
from services.registry import decide as registry
from services.registry.news import news
from services.registry.rows import PolicySaid
from services.salesforce_watcher import decide as watcher
from services.writer import decide as writer
from tests.decisions.rest.memory import Actor, Memory
from tests.decisions.rest.sides import START, Sides

MINDS: dict[str, ModuleType] = {
    "registry": registry, "graph-poller": poller, "salesforce-watcher": watcher, "reconciler": reconciler,
    "writer": writer,
}  # fmt: skip
SHARDED = ("graph-poller", "reconciler", "writer")
REGISTRY: Actor = ("registry", 0)


class Firm:
    """`levels` are policies that an actor has yet to hear, `retained` the one that the broker has."""

    def __init__(self, chance: Random, shards: int, sides: Sides) -> None:
        self.chance, self.sides, self.now = chance, sides, START
        self.policy = Policy(enabled=True, direction=Direction.MICROSOFT_TO_PRACTIFI, shards=shards)
        self.memories: dict[Actor, Memory] = {}
        self.copies: dict[Actor, Memory] = {}
        self.levels: dict[Actor, PolicyNow] = {}
        self.retained: PolicyNow | None = None
        self.number = self.ids = 0
        self._staff()
        self.file(start=True)

    def file(self, *, start: bool = False) -> None:
        """The registry looks at the firm's file."""
        told = {} if start else {"firm": "another"}
        (file,) = news(told, {"firm": self.policy}, (), ["firm"]).values()
        self.local(REGISTRY, file)

    def split(self) -> None:
        """The firm gets a second shard, which needs a pause (ruling 22)."""
        self.local(REGISTRY, Pause("ann"))
        self.policy = replace(self.policy, shards=2)
        self._staff()
        self.file()
        self.local(REGISTRY, Resume("ann"))

    def lose(self, who: Actor, kept: Memory | None = None) -> None:
        """A store is lost, or an old one put back; some find that out at once."""
        self.memories[who] = (kept or Memory(self._fresh())).copy()
        self._starts(who)
        if self.chance.random() < 0.7:
            self.probe(who)

    def copy_all(self) -> None:
        self.copies = {who: memory.copy() for who, memory in self.memories.items()}

    def recover(self) -> None:
        """All stores are recovered from their copies; all tell and ask what they know (TRUST)."""
        self.memories |= {who: self.copies[who].recovered() for who in self.memories if who in self.copies}
        for who in self.memories:
            self._starts(who)
        self.probe()

    def _starts(self, who: Actor) -> None:
        if who == REGISTRY:
            self.file(start=True)
        elif self.retained is not None:
            self.local(who, self.retained)

    def probe(self, *only: Actor) -> None:
        """Everybody tells what their receivers should know."""
        for sender, memory in list(self.memories.items()):
            for to, number in list(memory.receipted.items()):
                if (not only or to in only) and self._serves(to):
                    self._arrives(sender, to, 0, f"{memory.name}/{number}", None, number)

    def step(self) -> None:
        """Something happens, whatever it is."""
        self.now += timedelta(milliseconds=1)
        unsaid = [(who, number) for who, memory in self.memories.items() for number in memory.unsaid]
        todo = [(who, name) for who, memory in self.memories.items() for name in memory.todo]
        what = self.chance.choice(("mail", "mail", "mail", "hands", "hands", "policy", "time"))
        if what == "mail" and unsaid:
            self._deliver(*self.chance.choice((min(unsaid, key=lambda one: one[1]), self.chance.choice(unsaid))),
                          receipt=self.chance.random() < 0.8)  # fmt: skip
        elif what == "hands" and todo:
            self._perform(*self.chance.choice(todo))
        elif what == "policy" and self.levels:
            who = self.chance.choice(sorted(self.levels))
            self.local(who, self.levels.pop(who))
        elif what == "time":
            self.wake(self.chance.choice((0, 0, 0, 2, 10, 60)))

    def pass_time(self, minutes: int) -> None:
        """All goes as it should, for so long."""
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            self.now += timedelta(minutes=5)
            said = self.memories[REGISTRY].row("policy", PolicyNow)
            if said is not None and said.version:
                self._publish(said)
            self.probe()
            while self._goes_on():
                self.now += timedelta(milliseconds=1)

    def wake(self, seconds: float = 0) -> None:
        """Time passes; what is due by then is heard."""
        self.now += timedelta(seconds=seconds)
        for who, memory in self.memories.items():
            for name, (at, body, _) in list(memory.wakes.items()):
                if at <= self.now and memory.wakes.pop(name, None) is not None:
                    self._turn(who, self._message(f"{name}/heard", body))

    def local(self, who: Actor, body: Struct) -> None:
        """An actor hears something of its own process."""
        self._turn(who, self._message(self._fresh(), body))

    def _staff(self) -> None:
        for name in MINDS:
            for shard in range(self.policy.shards if name in SHARDED else 1):
                self.memories.setdefault((name, shard), Memory(self._fresh()))

    def _goes_on(self) -> bool:
        """One more thing that is due; whether there was one."""
        for who in list(self.levels):
            self.local(who, self.levels.pop(who))
            return True
        unsaid = [(number, who) for who, memory in self.memories.items() for number in memory.unsaid]
        for number, who in sorted(unsaid):
            if self._serves(self.memories[who].unsaid[number][1]):
                self._deliver(who, number)
                return True
        if any(self._perform(*one) for one in self._todo()):
            return True
        wakes = [at for memory in self.memories.values() for at, _, _ in memory.wakes.values()]
        soon = min(wakes, default=self.now + timedelta(hours=1)) - self.now
        if soon < timedelta(seconds=15):
            self.wake(max(soon.total_seconds(), 0))
            return True
        return False

    def _todo(self) -> Iterator[tuple[Actor, str]]:
        for who, memory in list(self.memories.items()):
            yield from ((who, name) for name in list(memory.todo))

    def _serves(self, who: Actor) -> bool:
        return who == REGISTRY or "policy" in self.memories[who].rows

    def _deliver(self, sender: Actor, number: int, *, receipt: bool = True) -> None:
        memory = self.memories[sender]
        name, to, body, _ = memory.unsaid[number]
        if not self._serves(to):
            return
        self._arrives(sender, to, number, name, body, memory.receipted.get(to, 0))
        memory = self.memories[sender]
        if receipt and memory.unsaid.pop(number, None) is not None:
            memory.receipted[to] = max(memory.receipted.get(to, 0), number)

    def _arrives(self, sender: Actor, to: Actor, number: int, name: str, body: Struct | None, receipted: int) -> None:
        """As the kernel hears: who does not know what it has a receipt for has forgotten it."""
        heard, address, store = self.memories[to].heard, f"{sender[0]}/firm/{sender[1]}", self.memories[sender].name
        if receipted and (sender, receipted) not in heard:
            heard.add((sender, receipted))
            sign = self._message(f"{name}/forgot", Forgot(sender[0], sender[1], to[1]))
            self._turn(to, replace(sign, sender=address, store=store, receipted=receipted))
        if number and (sender, number) not in heard:
            heard.add((sender, number))
            self._turn(to, replace(self._message(name, body), sender=address, store=store, number=number))

    def _perform(self, who: Actor, name: str) -> bool:
        """The oldest thing to do in the lane of this one; whether it was answered."""
        memory = self.memories[who]
        lane = memory.todo[name][0]
        name = next(one for one, (other, _, _) in memory.todo.items() if other == lane)
        order = memory.todo[name][1]
        if isinstance(order, PolicyNow):
            self._publish(order)
            answer: Struct | None = PolicySaid(order.version)
        else:
            policy = memory.row("policy", PolicyNow)
            answer = self.sides.answer(order, self.now, active=policy is not None and policy.active)
        if answer is not None:
            del memory.todo[name]
            self._turn(who, self._message(f"{name}/{self._fresh()}", answer))
        return answer is not None

    def _publish(self, policy: PolicyNow) -> None:
        self.retained = policy
        self.levels |= dict.fromkeys((who for who in self.memories if who != REGISTRY), policy)

    def _turn(self, who: Actor, message: Message) -> None:
        memory, body = self.memories[who], message.body
        if isinstance(body, PolicyNow):
            known = memory.row("policy", PolicyNow)
            if known is not None and (body.version < known.version or body == known):
                return
            memory.rows["policy"] = msgspec.msgpack.encode(body)
        for at, effect in enumerate(memory.think(MINDS[who[0]], message, self.now).effects):
            self.number = max(self.number + 1, micros(self.now))
            memory.keep(effect_id(message, at), effect, self.number, who[1])

    def _message(self, name: str, body: Any) -> Message:
        return Message(name, "firm", self.now, body)

    def _fresh(self) -> str:
        self.ids += 1
        return f"id-{self.ids}"
