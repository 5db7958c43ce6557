"""Messages between the readers of a small world and its reconciler, each known by its number as the kernel has it, and
what becomes of the questions that a reconciler without its memory asks (ruling 6)."""

from dataclasses import dataclass, field
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Again
from contracts.observed import Observed, ReadDone, Vanished
from services.kernel.decision import Forgot
from services.kernel.micros import micros
from tests.decisions.reconciler.forgetful import WHO
from tests.decisions.reconciler.shard import BOOK, MICROSOFT, MIKE, NOW, PAIRS, PRACTIFI
from tests.decisions.reconciler.world import Row, World

SOME = 2
"""Items in one message, so that what a reader says is under way in pieces."""


@dataclass
class Reader:
    """`known` is what it has said is there, `fresh` whether it reads from the beginning next."""

    again: str = ""
    told: int = 0
    fresh: bool = False
    known: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Letter:
    sender: str
    number: int
    body: Struct


@dataclass
class Post(World):
    """`seen` is of the reconciler's store, `receipts` those of the others: the last number for which they have its
    receipt. `graves` is what is gone. While it is `shut`, the mailbox cannot be read."""

    readers: dict[Side, Reader] = field(default_factory=lambda: {side: Reader() for side in Side})
    letters: list[Letter] = field(default_factory=list)
    asked: list[tuple[Side, Again]] = field(default_factory=list)
    seen: set[tuple[str, int]] = field(default_factory=set)
    receipts: dict[str, int] = field(default_factory=dict)
    graves: dict[Side, dict[str, Row]] = field(default_factory=lambda: {side: {} for side in Side})
    run: int = 0
    has_read: set[Side] = field(default_factory=set)
    shut: bool = False

    def tick(self) -> int:
        self.shard.now = NOW + timedelta(seconds=self.ticks + 1)
        return super().tick()

    def say(self, sender: str, body: Struct) -> None:
        self.letters.append(Letter(sender, micros(self.shard.now) + len(self.letters), body))
        self.tick()

    def look(self, side: Side) -> None:
        """A reader reads what has changed, or all of it, and says so; a run is over when both have."""
        self._read(side)
        if self.shut and side is MICROSOFT:
            self._over(side, 0, failed=(MIKE,))
            return
        reader, rows, known = self.readers[side], self.rows[side], self.read[side]
        items = [self.item(side, name) for name, row in rows.items() if reader.fresh or known.get(name) != row.mark]
        lost = set(self.gone[side])
        if reader.fresh:
            lost = reader.known - rows.keys() if side is MICROSOFT else set(self.graves[side])
        gone = [self._vanished(side, name) for name in sorted(lost)]
        known |= {item.id: int(item.mark) for item in items}
        reader.fresh, reader.known = False, set(rows)
        self.gone[side].clear()
        starts = range(0, max(len(items), len(gone)), SOME)
        for at in starts:
            reader.told += bool(reader.again)
            some = tuple(items[at : at + SOME]), tuple(gone[at : at + SOME])
            self.say(WHO[side], Observed(side, self.shard.reads(), *some, 1, reader.again, self._name()))
        self._over(side, len(starts))

    def _read(self, side: Side) -> None:
        if side in self.has_read:
            self.run, self.has_read = self.tick(), set()
        self.has_read.add(side)

    def _over(self, side: Side, messages: int, failed: tuple[str, ...] = ()) -> None:
        reader = self.readers[side]
        done = ReadDone(
            self._name(), WHO[side], messages=messages, failed=failed, again=reader.again, told=reader.told
        )  # fmt: skip
        self.say(WHO[side], done)

    def _name(self) -> str:
        return f"run-~{self.run:06}"

    def _vanished(self, side: Side, name: str) -> Vanished:
        row = self.graves[side][name]
        return Vanished(name, row.mailbox, stamp=row.stamp if side is PRACTIFI else "")

    def ask(self, which: int = 0) -> None:
        """One of the questions comes to its reader."""
        self.tick()
        if not self.asked:
            return
        side, wish = self.asked.pop(which % len(self.asked))
        reader = self.readers[side]
        if reader.again == wish.wish:
            return
        reader.again, reader.told, reader.fresh = wish.wish, 0, True
        if side is PRACTIFI:
            self.say(WHO[side], PAIRS)
            self.say(WHO[side], replace(BOOK, sequence=self.ticks))

    def arrive(self, which: int = 0) -> None:
        """A message arrives, after the sign that something is forgotten, if something is."""
        if not self.letters:
            return
        letter = self.letters.pop(which % len(self.letters))
        self._sign(letter.sender)
        mark = (letter.sender, letter.number)
        if mark not in self.seen:
            self.seen.add(mark)
            self._hear(letter.body, letter.sender)
            self.receipts[letter.sender] = max(self.receipts.get(letter.sender, 0), letter.number)

    def signs(self) -> None:
        """Everybody tells what should be known."""
        for sender in list(self.receipts):
            self._sign(sender)

    def _sign(self, sender: str) -> None:
        number = self.receipts.get(sender, 0)
        if number and (sender, number) not in self.seen:
            self.seen.add((sender, number))
            self._hear(Forgot(sender, 0), sender, number)

    def _hear(self, body: Struct, sender: str = "", receipted: int = 0) -> None:
        if self.shard.hear(body, f"{sender}/acme/0" if sender else "", receipted).anew:
            self.shard.orders.clear()
            self.shard.early.clear()
        self._listen()

    def awake(self) -> None:
        """What came too early is heard again."""
        self.tick()
        early, self.shard.early = self.shard.early, []
        for body in early:
            self._hear(body)

    def _listen(self) -> None:
        """What the reconciler asks, and what it says to the poller."""
        self.asked += [(side, wish) for side, name in WHO.items() if (wish := self.shard.asked.pop(name, None))]
        reader = self.readers[MICROSOFT]
        reader.known |= {*self.shard.made, *(root for told in self.shard.believed for root in told.roots)}
        reader.fresh = reader.fresh or bool(self.shard.believed)
        self.shard.made.clear()
        self.shard.believed.clear()

    def _hear_all(self) -> None:
        while self.letters:
            self.arrive()
        self.awake()
        while self.letters:
            self.arrive()
