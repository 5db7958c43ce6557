"""One shard of the reconciler as the kernel lives it: rows as bytes, loaded only when named, one decision a message.
Also the people and events that the tables speak of."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from contracts.asked import Answer, Ask, Line, Question
from contracts.calendar import Attendee, CalendarEvent, Side, Timed
from contracts.control import Again, RunSettled
from contracts.facts import Fact, Said
from contracts.meeting import Own
from contracts.message import Message
from contracts.observed import Believed, Homes, Item, Made, Observed, Pair, Paired, ReadDone, Vanished
from contracts.person import People, Person, Source
from contracts.policy import Direction, Policy, PolicyNow
from contracts.write import Order, Orders, Outcomes, Refused, Why, Written
from services.kernel.decision import Decision, Say, State, Wake
from services.kernel.micros import micros
from services.reconciler import decide
from services.reconciler.joined import Joined
from services.reconciler.judge import Judge
from services.reconciler.listed import Inherit, More
from services.reconciler.prune import Prune
from services.reconciler.rows import Link

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 9, 10, tzinfo=UTC)
MIKE, MIKES = "mailbox-mike", "005-mike"
JOHN, JOHNS = "mailbox-john", "005-john"
ANN, BOB, EVE = "003-ann", "003-bob", "005-eve"
MICROSOFT, PRACTIFI = Side.MICROSOFT, Side.PRACTIFI
TWO_WAY = Policy(enabled=True, direction=Direction.TWO_WAY)
INWARD = Policy(enabled=True, direction=Direction.MICROSOFT_TO_PRACTIFI)
OUTWARD = Policy(enabled=True, direction=Direction.PRACTIFI_TO_MICROSOFT)

PAIRS = Paired(
    1,
    (
        Pair(MIKE, 0, MIKES, ("mike@firm.example",)),
        Pair(JOHN, 0, JOHNS, ("john@firm.example",)),
        Pair("mailbox-none", 0, reason="no user has this address"),
    ),
)
BOOK = People(
    1,
    (
        Person(MIKES, (("mike@firm.example", Source.EMAIL),), user=True),
        Person(JOHNS, (("john@firm.example", Source.EMAIL),), user=True),
        Person(EVE, (("eve@firm.example", Source.EMAIL),), user=True),
        Person(ANN, (("ann@client.example", Source.EMAIL), ("ann@home.example", Source.ALTERNATE)), individual=True),
        Person(BOB, (("bob@client.example", Source.CUSTOM),)),
    ),
)


def timed(start: datetime = TEN, minutes: int = 60, zone: str = "") -> Timed:
    return Timed(start, start + timedelta(minutes=minutes), zone)


STANDUP = CalendarEvent(timed(zone="Europe/Warsaw"), subject="Standup", location="Room 1")
SHOWN = replace(STANDUP, when=timed())
"""The standup as Practifi keeps it: without a zone."""


def guest(*addresses: str) -> tuple[Attendee, ...]:
    return tuple(Attendee(address) for address in addresses)


def here(event: CalendarEvent = STANDUP, *, name: str = "m1", mark: str = "m-a", **more: Any) -> Item:
    """An item of Mike's mailbox."""
    return Item(id=name, mark=mark, mailbox=more.pop("mailbox", MIKE), event=event, **more)


def there(event: CalendarEvent = SHOWN, *, name: str = "p1", mark: str = "p-a", **more: Any) -> Item:
    """Mike's Event in Practifi, which a person has touched."""
    owner, edited = more.pop("owner", MIKES), more.pop("edited", True)
    mailbox = more.pop("mailbox", MIKE)
    return Item(id=name, mark=mark, mailbox=mailbox, event=event, owner=owner, edited=edited, **more)


@dataclass
class Shard:
    """The reconciler of one shard; `told` is what it told other shards, `asked` whom it asks to say all anew."""

    policy: Policy = TWO_WAY
    now: datetime = NOW
    ready: bool = True
    rows: dict[str, bytes] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    settled: list[RunSettled] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    early: list[Observed | People] = field(default_factory=list)
    wakes: list[Wake] = field(default_factory=list)
    due: list[Judge | More | Prune | Inherit | Joined] = field(default_factory=list)
    pairs: Paired = PAIRS
    runs_asked: int = 0
    told: list[tuple[int, Own]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    asked: dict[str, Again] = field(default_factory=dict)
    believed: list[Believed] = field(default_factory=list)
    homes: list[Homes] = field(default_factory=list)
    said: int = 0
    rounds: int = 0
    loads: int = 0
    sequence: int = 10
    number: int = 0

    def __post_init__(self) -> None:
        self.set_policy(self.policy)
        self.hear(self.pairs)
        self.hear(BOOK)
        if self.ready:
            self.readers_done("run-0")
        self.settled.clear()

    def hear(self, body: Struct, sender: str = "", receipted: int = 0, number: int = 0) -> Decision:
        """One turn; what it says is kept in `orders`, `facts` and so on."""
        self.said += 1
        name, number = f"message-{self.said}", number or micros(self.now)
        message = Message(name, "acme", self.now, body, sender=sender, number=number, receipted=receipted)
        state = State({})
        while missing := {key for key in decide.needs(state, message) if not state.known(key)}:
            state.load(self._load(missing))
        decision = decide.decide(state, message, self.now)
        if decision.anew:
            self.rows = {"policy": self.rows["policy"]}
        for key, row in decision.rows.items():
            self.rows.pop(key, None)
            if row is not None:
                self.rows[key] = msgspec.msgpack.encode(row)
        self._listen(decision)
        while self.due:
            self.hear(self.due.pop(0))
        return decision

    def see(self, *items: Item | Vanished, side: Side = MICROSOFT, whole: bool = True, run: str = "") -> Decision:
        """A reader says how things are, in this `run`, else in the next round of the org. Where something is deleted in
        Practifi, this is the `whole` round."""
        self.number = self.reads() if side is PRACTIFI else self.reads() - micros(self.now)
        there = tuple(item for item in items if isinstance(item, Item))
        gone = tuple(item for item in items if isinstance(item, Vanished))
        decision = self.hear(Observed(side, self.number, there, gone, run=run or self.next_run()))
        if gone and side is PRACTIFI and whole:
            self.round_done(messages=1)
        return decision

    def reads(self) -> int:
        """The number of the next message of a reader: it grows with the clock."""
        self.sequence += 1
        return micros(self.now) + self.sequence

    def next_run(self) -> str:
        """The name of the round that will be complete next."""
        return f"run-~{self.rounds:06}"

    def round_done(self, *, messages: int = 0, failed: tuple[str, ...] = ()) -> None:
        """A round of the org is complete, or it has failed; it said so much."""
        run, self.rounds = self.next_run(), self.rounds + 1
        self.hear(ReadDone(run, "salesforce-watcher", messages=messages, failed=failed))

    def ask(self, question: Question, about: str = "") -> tuple[Line, ...]:
        """What it answers to a person."""
        self.hear(Ask("5f2a9c01d3e4", question, about))
        return self.answers[-1].lines

    def set_policy(self, policy: Policy, *, active: bool = True, consents: int = 0) -> None:
        self.policy = policy
        self.said += 1
        now = PolicyNow(self.said, active, policy, consents)
        self.rows["policy"] = msgspec.msgpack.encode(now)
        self.hear(now)

    def readers_done(self, run: str, messages: int = 0) -> None:
        self.hear(ReadDone(run, "salesforce-watcher", messages=messages), "salesforce-watcher/acme/0")
        self.hear(ReadDone(run, "graph-poller", messages=messages), "graph-poller/acme/0")

    def take(self) -> Order:
        """The one order that is out, off the list. AssertionError unless there is exactly one."""
        assert len(self.orders) == 1, self.orders
        return self.orders.pop()

    def write(self, item: Item | None = None, order: Order | None = None, echo: CalendarEvent | None = None) -> None:
        """The writer has carried out the one order."""
        order = order or self.take()
        kept = echo or (item.event if item else None)
        self.hear(Outcomes((Written(order.order, order.link, order.side, item, kept),)))

    def refuse(self, why: Why, item: Item | None = None, code: str = "") -> None:
        order = self.take()
        self.hear(Outcomes((Refused(order.order, order.link, order.side, why, code, "because", item),)))

    def paired(self, one: Item | None = None, other: Item | None = None) -> str:
        """A meeting that was born in Microsoft and is in Practifi by now; its link's id."""
        self.see(one or here())
        order = self.take()
        self.write(replace(other or there(edited=False), stamp=order.link), order)
        assert not self.orders, self.orders
        self.facts.clear()
        return order.link

    def link(self, name: str) -> Link:
        return msgspec.msgpack.decode(self.rows[f"link/{name}"], type=Link)

    def links(self) -> list[Link]:
        return [self.link(key.partition("/")[2]) for key in self.rows if key.startswith("link/")]

    def kinds(self) -> list[str]:
        """What the public has heard."""
        return [type(fact).__name__ for fact in self.facts]

    def _load(self, keys: set[str]) -> dict[str, bytes | None]:
        self.loads += 1
        found: dict[str, bytes | None] = {key: self.rows.get(key) for key in keys}
        for prefix in [key for key in keys if key.endswith("/")]:
            found |= {key: row for key, row in self.rows.items() if key.startswith(prefix)}
        return found

    def _listen(self, decision: Decision) -> None:  # noqa: C901, PLR0912 - one row for each effect
        for effect in decision.effects:
            match effect:
                case Say(body=Orders(orders)):
                    self.orders += orders
                case Say(body=Said(facts)):
                    self.facts += facts
                case Say(body=Own() as own, shard=to):
                    self.told.append((to, own))
                case Say(body=Made() as made):
                    self.made.append(made.id)
                case Say(service=name, body=Again() as wish, shard=to):
                    self.asked[f"{name}/{to}" if name == "reconciler" else name] = wish
                    self.runs_asked += name == "registry"
                case Say(body=Believed() as believed):
                    self.believed.append(believed)
                case Say(body=Homes() as homes):
                    self.homes.append(homes)
                case Say(body=RunSettled() as settled):
                    self.settled.append(settled)
                case Say(body=Answer() as answer):
                    self.answers.append(answer)
                case Wake(body=Observed() | People() as body):
                    self.early.append(body)
                case Wake(body=Judge() | More() | Prune() | Inherit() | Joined() as body):
                    self.due.append(body)
                case Wake():
                    self.wakes.append(effect)
                case other:
                    raise AssertionError(f"nobody is told of this: {other}")
