"""Mike's mailbox and its poller with a life around them: the sandbox in this process, the real client and decision, and
somebody who believes what he is told. Something happens before any request, and words to the poller may be late."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from contracts.control import Again, RunDue
from contracts.observed import Observed, Pair, Paired, ReadDone
from contracts.policy import Direction, Policy
from services.clients.graph.api import Graph
from services.graph_poller.failing import later, refused
from services.graph_poller.perform import read
from services.graph_poller.window import said
from services.kernel.decision import Do, Say
from services.kernel.errors import Permanent, Transient
from tests.conformance.graph.believer import Believer, key_of, word_of
from tests.conformance.graph.between import FAR, Between, Direct, Token
from tests.conformance.graph.reader import Reader
from tests.conformance.graph.stage import NOON, Stage

POLICY = Policy(
    enabled=True, past_inbound_days=5, future_inbound_months=3, direction=Direction.TWO_WAY, brake_minimum=3
)
HOUR = timedelta(hours=1)
DAYS = (1, 2, 3, 4, 5, 6, 20, 45, 75, 93, 110, 150, -3)
ENOUGH = 99


@dataclass
class Unrest(Between):
    """`lane` is what the poller has still to do, `letters` what it will hear after so many requests."""

    believer: Believer = field(default_factory=Believer)
    lane: list[Do] = field(default_factory=list)
    letters: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    late: int = 0
    breaks: int = 0
    consents: int = 0
    pairing: int = 2
    owned: bool = True
    runs: int = 0

    def __post_init__(self) -> None:
        self.stage = Stage(self.microsoft)
        self.microsoft.tenant.tokens["token"] = NOON + timedelta(days=10_000)
        door = Direct(self.microsoft, self.leaves, lambda: self.stage.now)
        self.stage.graph = Graph(door, Token("token"))  # type: ignore[arg-type]  # alike
        self.reader = Reader(self.stage, NOON, POLICY)
        self.mike, self.poller = self.reader.mike, self.reader.poller
        self.saved = dict(self.poller.rows)

    @property
    def policy(self) -> Policy:
        return self.poller.policy

    async def play(self) -> None:
        """Read until everything has happened; then all is well again, and it is read until it comes to rest."""
        while self.deeds or self.letters:
            await self._run()
            self.before()
        self.microsoft.change_user(self.mike, kind="mailbox")
        self.owned, self.breaks = True, 0
        self.tell(self._paired())
        self.govern(direction=Direction.TWO_WAY)
        for _ in range(4):
            while self.letters:
                self._post(ENOUGH)
            self.consent(0, 0)
            await self._run()
        self.believer.heard = 0
        await self._run()

    def wrong(self) -> list[str]:
        everywhere = self.microsoft.events(self.mike, NOON - timedelta(days=400), FAR + timedelta(days=9))
        window, there = said(self.policy, self.stage.now), {key_of(one) for one in everywhere if _stands(one)}
        return self.believer.judged(window, self.policy, self._standing(), there)

    async def _run(self) -> None:
        self.due(0, 0)
        while self.lane:
            do = self.lane[0]
            answer = await self._done(do)
            if self.lane and self.lane[0] is do:  # else it was ordered anew meanwhile, and its answer is not heard
                del self.lane[0]
                self.tell(answer)

    async def _done(self, do: Do) -> Struct:
        try:
            return await read(self.stage.graph, do.body)
        except Transient as error:
            return later(self.mike, error)
        except Permanent as error:
            return refused(self.mike, error)

    def tell(self, *bodies: Struct) -> None:
        """The poller hears this."""
        for body in bodies:
            self.poller.now = self.stage.now
            self.poller.hear(body)
            self._listen()

    def govern(self, **changes: Any) -> None:
        self.poller.now = self.stage.now
        self.poller.govern(replace(self.policy, **changes), consents=self.consents)
        self._listen()

    def _listen(self) -> None:
        for effect in self.poller.effects:
            match effect:
                case Do(key=key) if effect.lane == f"mailbox/{self.mike}":
                    self.lane = [*(one for one in self.lane if one.key != key), effect]
                case Say(service="reconciler", body=Observed() as body):
                    self.believer.hear(body, self.policy, self.stage.now, owned=self.owned)
                case Say(service="reconciler", body=ReadDone() as body):
                    if self.believer.done(body, self._taken()):
                        self._wishes()
                case Say(service="reconciler", body=Again()):
                    self._soon(lambda: self.tell(*self.believer.believed(self.mike)))
                case Say(service="salesforce-watcher", body=Again()):
                    self._soon(lambda: self.tell(self._paired()))
                case Say(service="registry", body=Again()):
                    self._soon(lambda: self.due(0, 0))

    def _wishes(self) -> None:
        wish = Again(self.believer.wish, "reconciler", 0)
        self._soon(lambda: self.tell(wish))

    def _soon(self, letter: Callable[[], None]) -> None:
        self.letters.append((self.late, letter))

    def _post(self, requests: int) -> None:
        letters, self.letters = [(left - requests, letter) for left, letter in self.letters], []
        for left, letter in letters:
            if left > 0:
                self.letters.append((left, letter))
            else:
                letter()

    def before(self) -> None:
        self.late = self.deeds[0][3] % 4 if self.deeds else 1
        self._post(1)
        super().before()

    def leaves(self) -> None:
        """One more request, which may break off."""
        self.before()
        if self.breaks:
            self.breaks -= 1
            raise Transient("it broke off", HOUR)

    def _paired(self) -> Paired:
        self.pairing += 1
        user = "005-mike" if self.owned else ""
        return Paired(self.pairing, (Pair(self.mike, 0, user, ("mike@contoso.example",), "" if user else "nobody"),))

    def day(self, number: int) -> datetime:
        return self.stage.now.replace(hour=10 + number % 3) + timedelta(days=DAYS[number % len(DAYS)])

    def _shown(self) -> list[Any]:
        return self.microsoft.events(self.mike, *said(self.policy, self.stage.now))

    def _standing(self) -> list[Any]:
        return [one for one in self._shown() if _stands(one)]

    def _taken(self) -> list[Any]:
        """What has to be known by now, if it has not changed."""
        if not self.owned or self.policy.direction is Direction.PRACTIFI_TO_MICROSOFT:
            return []
        return [one for one in self._standing() if not key_of(one)[1] and word_of(one, self.policy) is not None]

    def due(self, _: int, __: int) -> None:
        """A run begins, perhaps while another one goes on."""
        self.runs += 1
        self.tell(RunDue(f"run-{self.runs:05}"))

    def consent(self, _: int, __: int) -> None:
        self.consents += 1
        self.govern()

    def _outside(self) -> list[Any]:
        inside = {one["id"] for one in self._shown()}
        alone = (one for one in self.microsoft.events(self.mike) if one["type"] == "singleInstance")
        return [one for one in alone if one["id"] not in inside]


def _stands(row: Any) -> bool:
    return not row["isCancelled"]
