"""The readers of a firm of two shards, which has three colleagues: a poller for each shard, and one watcher. What they
say is under way until it arrives. The watcher may lose its memory, a mailbox may be unreadable for a while, and users
come and go."""

from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Again
from contracts.observed import Homes, Item, Observed, Pair, Paired, ReadDone, Vanished
from contracts.person import People, Person, Source
from tests.decisions.reconciler.calendars import ADDRESSES, SUE, USERS, Calendars
from tests.decisions.reconciler.forgetful import WHO
from tests.decisions.reconciler.shard import JOHN, MICROSOFT, MIKE, PRACTIFI

KEPT = {MIKE: 0, JOHN: 1, SUE: 0}
"""Which shard keeps a mailbox."""
BOOK = tuple(Person(user, ((ADDRESSES[one], Source.EMAIL),), user=True) for one, user in USERS.items())
SOME = 2
"""Items in one message."""


@dataclass
class Reader:
    """Of one side for one shard: `known` are the marks that it has told, by mailbox."""

    again: str = ""
    told: int = 0
    known: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass
class Readers(Calendars):
    """`under_way` is what each shard will hear, and who says it. `read` are the marks that the watcher has told, `home`
    the shards that know an Event, `lost` its question for that and who has not answered. `had` had a user once."""

    under_way: list[list[tuple[str, Struct]]] = field(default_factory=lambda: [[], []])
    readers: dict[tuple[int, Side], Reader] = field(
        default_factory=lambda: {(shard, side): Reader() for shard in (0, 1) for side in Side}
    )
    read: dict[str, int] = field(default_factory=dict)
    home: dict[str, int] = field(default_factory=dict)
    lost: tuple[str, set[int]] = ("", set())
    shut: set[str] = field(default_factory=set)
    had: set[str] = field(default_factory=set)
    sequence: int = 1
    paired: int = 1

    def come_or_go(self, mailbox: str) -> None:
        """A mailbox loses its user, or gets one again."""
        self.users ^= {mailbox}
        self.paired += 1
        for shard in (0, 1):
            self._say(shard, "salesforce-watcher", self._pairs(shard))

    def look(self, shard: int, side: Side) -> None:
        """A reader reads what has changed, and says so; the watcher does that for both shards."""
        self.tick()
        if side is MICROSOFT:
            self._look_at_mailboxes(shard)
        elif not self.lost[1]:
            self._look_at_the_org()

    def lose_watcher(self) -> None:
        """The watcher loses its memory, and what nobody has heard yet. It has to know first where Events are known."""
        name = f"lost at {self.tick()}"
        for shard in (0, 1):
            self.under_way[shard] = [one for one in self.under_way[shard] if one[0] != "salesforce-watcher"]
            self.readers[shard, PRACTIFI] = Reader()
            self._say(shard, "salesforce-watcher", Again(name, "salesforce-watcher", shard))
        self.read, self.home, self.lost, self.paired = {}, {}, (name, {0, 1}), self.paired + 1
        for shard in (0, 1):
            self._tell_people(shard)

    def _look_at_mailboxes(self, shard: int) -> None:
        reader, here = self.readers[shard, MICROSOFT], [one for one in USERS if KEPT[one] == shard]
        self.had |= self.users
        items, gone = list[Item](), list[Vanished]()
        for mailbox in (one for one in here if one in self.users - self.shut):
            now = {name: row.mark for name, row in self.rows[MICROSOFT].items() if row.mailbox == mailbox}
            was, reader.known[mailbox] = reader.known.get(mailbox, {}), now
            items += [self.item(MICROSOFT, name) for name, mark in now.items() if was.get(name) != mark]
            gone += [Vanished(name, mailbox) for name in was if name not in now]
        failed = tuple(one for one in here if one in self.users & self.shut)
        closed = tuple(one for one in here if one in self.had - self.users)
        self._tell(shard, MICROSOFT, items, gone, failed, closed)

    def _look_at_the_org(self) -> None:
        rows = self.rows[PRACTIFI]
        new = [self.item(PRACTIFI, name) for name, row in rows.items() if self.read.get(name) != row.mark]
        self.home |= {item.id: KEPT[item.mailbox] for item in new if item.mailbox and item.id not in self.home}
        dead = [self._vanished(name) for name in self.graves[PRACTIFI] if self.read.get(name, 0) >= 0]
        self.read = {name: row.mark for name, row in rows.items()} | {one.id: -1 for one in dead}
        for shard in (0, 1):
            items, gone = ([one for one in some if self.home.get(one.id, 0) == shard] for some in (new, dead))
            self._tell(shard, PRACTIFI, items, gone)

    def _vanished(self, name: str) -> Vanished:
        row = self.graves[PRACTIFI][name]
        return Vanished(name, row.mailbox if row.mailbox in self.users else "", stamp=row.stamp)

    def _tell(
        self, shard: int, side: Side, items: list[Item], gone: list[Vanished],
        failed: tuple[str, ...] = (), closed: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        reader, run = self.readers[shard, side], f"run-~{self.ticks:06}"
        starts = range(0, max(len(items), len(gone)), SOME)
        for at in starts:
            self.sequence += 1
            reader.told += bool(reader.again)
            some = tuple(items[at : at + SOME]), tuple(gone[at : at + SOME])
            self._say(shard, WHO[side], Observed(side, self.sequence, *some, self.paired, reader.again, run))
        done = ReadDone(run, WHO[side], messages=len(starts), failed=failed, closed=closed)
        self._say(shard, WHO[side], replace(done, again=reader.again, told=reader.told))

    def _say(self, shard: int, sender: str, body: Struct) -> None:
        self.under_way[shard].append((sender, body))

    def _anew(self, shard: int, side: Side, want: Again) -> None:
        """The reader hears it, and reads from the beginning."""
        self.tick()
        if side is PRACTIFI:
            self._tell_people(shard)
        if self.readers[shard, side].again != want.wish:
            self.readers[shard, side] = Reader(want.wish)
            self.read = {} if side is PRACTIFI else self.read

    def _knows(self, told: Homes) -> None:
        """A shard has told the watcher which Events it knows."""
        self.home |= dict.fromkeys(told.events, told.shard)
        if told.wish == self.lost[0]:
            self.lost[1].discard(told.shard)

    def _tell_people(self, shard: int) -> None:
        self._say(shard, WHO[PRACTIFI], self._pairs(shard))
        self._say(shard, WHO[PRACTIFI], People(self.tick() + 2, BOOK))

    def _pairs(self, shard: int) -> Paired:
        """Who belongs to whom."""
        pairs = (
            Pair(one, KEPT[one], user if one in self.users else "", (ADDRESSES[one],)) for one, user in USERS.items()
        )
        return Paired(self.paired, tuple(pairs), shard)
