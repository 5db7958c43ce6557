"""A series from Outlook to Practifi and back, with the real poller, reconciler and writer: whatever people do to its
pattern, its occurrences and their Events, and however far everybody is behind, each date that Outlook shows has one
Event that says the same (R1, R3, R5, ruling 2), and nothing is deleted but what somebody deleted."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Side, Timed
from contracts.control import Again, RunDue
from contracts.observed import Observed, Paired, ReadDone
from contracts.policy import Invitations
from contracts.write import Order, Refused, Written
from services.graph_poller import decide
from services.graph_poller.rows import MailboxRead, Prove, Proved, ReadMailbox
from services.kernel.decision import Do, Forgot, Say
from services.kernel.lanes import Later
from services.writer.microsoft import Mailboxes
from tests.decisions.life import Life
from tests.decisions.reconciler.company import done
from tests.decisions.reconciler.diary import Diary
from tests.decisions.reconciler.shard import MIKE, PAIRS, PRACTIFI, Shard
from tests.decisions.reconciler.test_converges import CALM
from tests.decisions.reconciler.world import World

POLICY = replace(CALM, invitations=Invitations.ALWAYS, brake_minimum=1000)
PAIRED = Paired(1, PAIRS.pairs[:1])
FIRST = date(2026, 3, 9)
DAYS = st.frozensets(st.integers(0, 6), min_size=1, max_size=4).map(sorted)
PEOPLE = ("repeats", "repeats", "stands alone", "hour", "subject", "moves", "renames", "called off", "types", "deletes")
MACHINES = ("read", "read", "hands", "hands", "arrive", "arrive", "arrive", "perform", "answer", "rest", "ask")
FAULTS = ("forget", "lose")
STEPS = st.lists(
    st.tuples(st.one_of(st.sampled_from(PEOPLE), st.sampled_from(MACHINES), st.sampled_from(FAULTS)), DAYS), max_size=16
)


@dataclass
class Joint(World):
    """`to_do` is what the poller's hands have to do, `told` what it has yet to hear since it lost its memory; `deleted`
    counts what people deleted in Practifi."""

    diary: Diary = field(default_factory=Diary)
    poller: Life = field(default_factory=lambda: Life(decide, POLICY))
    to_do: dict[str, Any] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)
    deleted: int = 0

    @property
    def graph(self) -> Any:
        """It speaks like the client."""
        return self.diary

    def tell(self, body: Any) -> None:
        """The poller hears it; what it says is under way."""
        self.shard.now = self.poller.later(seconds=1)
        self.poller.hear(body)
        for effect in self.poller.effects:
            match effect:
                case Say(service="reconciler", body=Observed() | ReadDone() | Again() as said):
                    self.under_way.append(said)
                case Say(service="salesforce-watcher", body=Again()):
                    self.told.append(PAIRED)
                case Do(body=ReadMailbox() | Prove() as order):
                    self.to_do[type(order).__name__] = order

    def look(self, side: Side) -> None:
        if side is PRACTIFI:
            super().look(side)
        else:
            self.tell(RunDue(f"run-~{self.tick():06}"))

    def lose(self, which: int) -> None:
        """The poller loses its memory, and perhaps what nobody has heard of it yet."""
        if which % 2:
            self.under_way = [one for one in self.under_way if _practifis(one)]
        self.to_do.clear()
        self.poller = Life(decide, POLICY, self.poller.now, said=self.poller.said)
        self.tell(Forgot("reconciler", 0))

    def ask(self) -> None:
        """The poller hears the next of what it has forgotten."""
        self.told += self.shard.believed
        self.shard.believed.clear()
        if self.told:
            self.tell(self.told.pop(0))

    def hands(self) -> None:
        """The poller's hands do one thing."""
        order = self.to_do.pop(min(self.to_do)) if self.to_do else None
        match order:
            case ReadMailbox(_, cursor, view):
                self.tell(MailboxRead(MIKE, self.diary.since(cursor), view))
            case Prove(_, ids, series):
                listed = tuple(self.diary.shown()) if self.diary.slots() and not self.diary.alone else None
                self.tell(Proved(MIKE, {one: self.diary.get(one) for one in ids}, dict.fromkeys(series, listed)))

    def settle(self) -> int:
        count, quiet = 0, 0
        for _ in range(40):
            for side in Side:
                self.look(side)
            while self.to_do or self.under_way or self.told or self.shard.believed:
                self.ask()
                self.hands()
                self.arrive()
            orders = len(self.shard.orders) + len(self.answers)
            count, quiet = count + len(self.shard.orders), 0 if orders else quiet + 1
            if quiet > 1:
                return count
            self.perform()
            while self.answers:
                self.answer()
        raise AssertionError("it does not come to rest")

    def _carry_out(self, order: Order) -> Written | Refused:
        if order.side is PRACTIFI:
            return super()._carry_out(order)

        unasked: Any = None  # nothing here mails or answers
        writer = Mailboxes(self.graph, Invitations.ALWAYS, self.shard.now, unasked, set(), unasked)
        while isinstance(fate := done(writer.carry_out(order)), Later):
            pass
        assert isinstance(fate, Written | Refused)
        return fate


def begun() -> Joint:
    """A series of three days that both sides have."""
    joint = Joint(Shard(POLICY))
    joint.tell(PAIRED)
    joint.diary.becomes((FIRST + timedelta(days=day) for day in (1, 3, 5)), alone=False)
    joint.settle()
    return joint


def act(joint: Joint, what: str, numbers: list[int]) -> None:
    """A person's deed."""
    diary, days = joint.diary, [FIRST + timedelta(days=one) for one in numbers]
    match what:
        case "repeats":
            diary.becomes(days, alone=False)
        case "stands alone":
            diary.becomes(days[:1], alone=True)
        case "hour":
            diary.change(hour=8 + numbers[0])
        case "subject":
            diary.change(subject=f"Typed at {diary.changed}")
        case "moves" | "renames" | "called off" if not diary.alone and (slots := diary.slots()):
            _except(diary, what, slots[numbers[0] % len(slots)], numbers[-1] - 3)
        case "types" | "deletes" if names := sorted(joint.rows[PRACTIFI]):
            _in_practifi(joint, what, names[numbers[0] % len(names)])


def _except(diary: Diary, what: str, slot: date, days: int) -> None:
    match what:
        case "moves":
            diary.edit(slot, later=timedelta(days=days, minutes=30))
        case "renames":
            diary.edit(slot, subject=f"Renamed at {diary.changed}")
        case _:
            diary.call_off(slot)


def _in_practifi(joint: Joint, what: str, name: str) -> None:
    if what == "types":
        joint.edit(PRACTIFI, name, subject=f"Typed in Practifi at {joint.ticks}")
    else:
        joint.deleted += 1
        joint.remove(PRACTIFI, name)


def go_on(joint: Joint, what: str, which: int) -> None:
    """A step of the machinery."""
    match what:
        case "read":
            joint.look(list(Side)[which % 2])
        case "arrive":
            joint.arrive(which)
        case "rest":
            joint.settle()
        case "forget" | "lose":
            getattr(joint, what)(which)
        case _:
            getattr(joint, what)()


@settings(max_examples=60)
@given(STEPS)
def test_each_date_that_outlook_shows_has_one_event_that_says_the_same(steps: list[tuple[str, list[int]]]) -> None:
    joint = begun()
    for what, numbers in steps:
        if what in PEOPLE:
            act(joint, what, numbers)
        else:
            go_on(joint, what, numbers[0])
    joint.settle()
    joint.shard.set_policy(POLICY, consents=1)
    joint.settle()
    assert joint.settle() == 0, "another run writes"
    shown = [one.event for one in joint.diary.shown() if one.event] if joint.diary.slots() else []
    there = [row.event for row in joint.rows[PRACTIFI].values()]
    assert sorted(map(_said, there)) == sorted(map(_said, shown))
    assert joint.diary.erased <= joint.deleted, "an occurrence is deleted that nobody deleted"


def _practifis(said: Any) -> bool:
    match said:
        case Observed(side=side):
            return side is PRACTIFI
        case ReadDone(reader=reader):
            return reader == "salesforce-watcher"
    return False


def _said(event: Any) -> tuple[Any, str]:
    assert isinstance(event.when, Timed)
    return event.when.start, event.subject
