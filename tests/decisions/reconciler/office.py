"""A firm of two shards, which has three colleagues: real reconcilers, their readers, and one writer. A shard may lose
its memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from contracts.control import Again
from contracts.person import People
from contracts.policy import Invitations
from contracts.write import Order, Outcomes, Write
from services.kernel.decision import Forgot
from tests.decisions.reconciler.forgetful import WHO
from tests.decisions.reconciler.readers import BOOK, Readers
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, TWO_WAY, Shard

POLICY = replace(TWO_WAY, shards=2, invitations=Invitations.ALWAYS, park_after_writes_per_hour=1000)


@dataclass
class Office(Readers):
    """`asked` is what readers have yet to hear; `givers` are the shards that gave an order."""

    shards: list[Shard] = field(default_factory=list)
    asked: list[Callable[[], None]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    givers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shards = [Shard(POLICY, pairs=self._pairs(shard), ready=False) for shard in (0, 1)]
        for shard in self.shards:
            shard.hear(People(2, BOOK))
        self.settle()

    def tick(self) -> int:
        for shard in self.shards:
            shard.now += timedelta(seconds=1)
        return super().tick()

    def arrive(self, shard: int, which: int = 0) -> None:
        if self.under_way[shard]:
            sender, body = self.under_way[shard].pop(which % len(self.under_way[shard]))
            self._hear(shard, body, sender)

    def ask(self, which: int = 0) -> None:
        if self.asked:
            self.asked.pop(which % len(self.asked))()

    def awake(self, shard: int) -> None:
        """What came too early is heard again."""
        early, self.shards[shard].early = self.shards[shard].early, []
        for body in early:
            self._hear(shard, body)

    def perform(self, many: int = 1) -> None:
        """The writer carries out what it was told; its answers are under way."""
        orders, self.orders = self.orders[:many], self.orders[many:]
        for order in orders:
            self._say(self.givers[order.order], "writer", Outcomes((self.carry_out(order),)))

    def lose(self, shard: int) -> None:
        """A shard loses its memory, and what it wanted said or heard again."""
        forgetful = self.shards[shard]
        forgetful.rows = {"policy": forgetful.rows["policy"]}
        for one in (forgetful.early, forgetful.wakes):
            one.clear()
        self.tick()
        self._hear(shard, Forgot("writer", shard, shard))

    def pass_time(self, hours: float) -> None:
        for number, shard in enumerate(self.shards):
            shard.now += timedelta(hours=hours)
            due = [wake for wake in shard.wakes if wake.at <= shard.now]
            shard.wakes = [wake for wake in shard.wakes if wake.at > shard.now]
            for wake in due:
                self._hear(number, wake.body)

    def exchange(self, *silent: str) -> None:
        """All is read, and whatever anybody says arrives, but for who is silent."""
        for shard in (0, 1):
            self.look(shard, MICROSOFT)
        self.look(0, PRACTIFI)
        while any(one[0] not in silent for box in self.under_way for one in box):
            for shard, box in enumerate(self.under_way):
                place = next((at for at, one in enumerate(box) if one[0] not in silent), None)
                if place is not None:
                    self.arrive(shard, place)

    def settle(self) -> int:
        """Everything is read, said, heard and written until nothing more happens; the number of orders that took."""
        count, quiet = 0, 0
        for _ in range(60):
            self.exchange()
            while self.asked:
                self.ask()
            for shard in (0, 1):
                self.awake(shard)
            open_ = any(key.startswith("again/") for shard in self.shards for key in shard.rows)
            busy = open_ or self.orders or any(self.under_way) or any(shard.early for shard in self.shards)
            count, quiet = count + len(self.orders), 0 if busy else quiet + 1
            if quiet > 3:
                return count
            self.perform(len(self.orders))
            if not busy:
                self.pass_time(2)
        raise AssertionError("it does not come to rest")

    def _hear(self, shard: int, body: Struct, sender: str = "") -> None:
        heard = self.shards[shard]
        if heard.hear(body, f"{sender}/acme/{shard}" if sender else "").anew:
            heard.orders.clear()
            heard.told.clear()
        for order in heard.orders:
            self.givers[order.order] = shard
            if isinstance(order, Write) and not order.target:
                self._from(shard, order)
        self.orders += heard.orders
        for to, own in heard.told:
            self._say(to, "reconciler", own)
        for name, want in heard.asked.items():
            self._wants(shard, name, want)
        self.asked += [lambda told=told: self._knows(told) for told in heard.homes]  # type: ignore[misc]  # bound now
        for some in (heard.orders, heard.told, heard.asked, heard.homes):
            some.clear()

    def _from(self, shard: int, order: Write) -> None:
        """From which deed comes what an order is to make."""
        link = self.shards[shard].link(order.link)
        names = [held.id for held in (link.on(order.side.other), link.on(order.side)) if held is not None]
        self.making[order.order] = next(self.root[name] for name in names if name)

    def _wants(self, shard: int, name: str, want: Again) -> None:
        """Somebody is asked to tell a shard all anew."""
        if name.startswith("reconciler"):
            self._say(int(name[-1]), "reconciler", want)
        elif name == WHO[MICROSOFT]:
            self.asked.append(lambda: self._anew(shard, MICROSOFT, want))
        elif name == WHO[PRACTIFI]:
            self.asked.append(lambda: self._anew(shard, PRACTIFI, want))
