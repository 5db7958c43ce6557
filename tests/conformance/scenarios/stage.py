"""A scenario: a firm with people on both sides, a run at a time, and what each run asked of either side. It ends at
rest: two more runs with nothing changed write nothing, and nothing had to be set aside."""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from structlog.testing import capture_logs

from contracts import topics
from contracts.facts import Said
from contracts.message import Message, encode
from contracts.policy import Policy, PolicyNow
from services.sandbox.sides import Sides
from services.sandbox.wire import Request, Response
from tests.conformance.calendars import firm as plain
from tests.conformance.calendars.firm import Firm
from tests.conformance.scenarios.people import Outlook, Practifi
from tests.conformance.scenarios.wrote import Wrote

Json = dict[str, Any]
F = TypeVar("F", bound=Struct)
MIKE, JOHN = "mike@organizer.com", "john@attendee.com"
POLICY = replace(plain.POLICY, settle_seconds=0)


@dataclass
class Interruption:
    """Something that happens when a request arrives, once: a person does something meanwhile, or another answer."""

    method: str
    path: str
    does: Callable[[Request], Response | None]
    times: int = 1
    about: str = ""

    def concerns(self, request: Request) -> bool:
        there = request.method == self.method and self.path in request.path
        return there and self.about.encode() in request.body


@dataclass
class Stage:
    """The firm and what a scenario says of it."""

    firm: Firm
    policy: Policy
    wrote: Wrote = field(default_factory=Wrote)
    meanwhile: list[Interruption] = field(default_factory=list)
    version: int = 1
    consents: int = 0
    active: bool = True

    @property
    def sides(self) -> Sides:
        return self.firm.world.sides

    @property
    def now(self) -> datetime:
        return self.firm.now

    def outlook(self, who: str = MIKE) -> Outlook:
        return Outlook(self, who)

    def practifi(self, who: str = MIKE) -> Practifi:
        return Practifi(self, who)

    def contact(self, address: str, name: str = "Some Client") -> str:
        """A client in Practifi; the id."""
        first, _, last = name.rpartition(" ")
        return self.sides.salesforce.insert(
            "Contact", {"FirstName": first, "LastName": last, "Email": address}, self.now
        )

    async def sync(self) -> Wrote:
        """One run to its end; what it wrote."""
        self.wrote = Wrote()
        await self.firm.sync()
        return self.wrote

    async def later(self, **length: float) -> None:
        """Time passes, and nobody asks for a run."""
        await self.firm.town.later(**length)

    async def govern(self, *, active: bool | None = None, **changes: Any) -> None:
        """The administrator changes the policy, pauses (`active=False`) or goes on."""
        self.policy = replace(self.policy, **changes)
        self.active = self.active if active is None else active
        await self._say()

    async def resume(self) -> None:
        """The administrator says `calsync resume`: whatever waits for consent may go on."""
        self.consents += 1
        self.active = True
        await self._say()

    async def _say(self) -> None:
        self.version += 1
        town = self.firm.town
        body = PolicyNow(self.version, self.active, self.policy, self.consents)
        message = Message(f"policy{self.version}", "firm", town.time.at, body)
        town.broker.take(topics.policy("firm"), encode(message), retain=True)
        await town.settle()

    def bend(self, change: Callable[[Json], None]) -> None:
        """From now on Graph shows each event as `change` makes it."""
        self.firm.spoil = lambda body: _bent(body, change)

    def unbend(self) -> None:
        self.firm.spoil = bytes

    def once(self, method: str, path: str, does: Callable[[], Any], about: str = "") -> None:
        """When the next such request arrives, whose body holds `about`, somebody does something just before."""

        def then(_: Request) -> None:
            does()

        self.meanwhile.append(Interruption(method, path, then, about=about))

    def answers(self, method: str, path: str, response: Response, times: int = 1) -> None:
        """The next such requests get this answer, and nothing else happens."""
        self.meanwhile.append(Interruption(method, path, lambda _: response, times))

    def facts(self, kind: type[F]) -> list[F]:
        """What the public has heard of one kind so far."""
        said = {message.id: message.body for message in self.firm.town.heard_of(Said)}  # nobody here receipts them
        return [fact for one in said.values() if isinstance(one, Said) for fact in one.facts if isinstance(fact, kind)]

    def requests(self, side: str) -> int:
        """How many requests of any kind a side has had so far, sign-ins aside."""
        return len([one for one in self.firm.world.log.entries if one.side == side and one.kind != "token"])

    @property
    def mails(self) -> list[tuple[str, tuple[str, ...]]]:
        """The mails that Exchange sent because of a request of ours: kind and recipients."""
        return [(mail.kind, mail.recipients) for mail in self.sides.microsoft.mails if mail.cause == "api"]

    async def rests(self) -> None:
        """Run again twice with nothing changed: no write on either side (converges)."""
        for _ in range(2):
            wrote = await self.sync()
            assert wrote.nothing, f"another run wrote {wrote}"

    def door(self, request: Request) -> Response:
        """Each request passes here."""
        for one in self.meanwhile:
            if one.concerns(request):
                one.times -= 1
                if one.times <= 0:
                    self.meanwhile.remove(one)
                if (instead := one.does(request)) is not None:
                    return instead
                break
        self.wrote.note(request)
        return self.firm.world.handle(request)

    async def dead(self) -> list[str]:
        """What the services set aside because they could not take it."""
        hosts = [replica.host for replica in self.firm.town.alive]
        return [f"{host.service.name}: {one.kind}: {one.error}" for host in hosts for scope in host.holding.scopes
                for one in await host.store.dead_letters(str(scope))]  # fmt: skip


def _bent(body: bytes, change: Callable[[Json], None]) -> bytes:
    try:
        said = json.loads(body)
    except ValueError:
        return body
    _walk(said, change)
    return json.dumps(said).encode()


def _walk(said: Any, change: Callable[[Json], None]) -> None:
    if isinstance(said, dict):
        if "iCalUId" in said:
            change(said)
        for value in said.values():
            _walk(value, change)
    elif isinstance(said, list):
        for value in said:
            _walk(value, change)


@asynccontextmanager
async def stage(
    folder: Path, at: datetime | str, people: Iterable[str] = (MIKE,), *, first: bool = True, rests: bool = True,
    **policy: Any,
) -> AsyncIterator[Stage]:  # fmt: skip
    """A scenario at a time. `first`: a run over empty calendars has been, so that outbound is on (D7)."""
    now = at if isinstance(at, datetime) else datetime.fromisoformat(f"{at}+00:00")
    rules = replace(POLICY, **policy)
    with capture_logs() as lines:
        async with plain.firm(folder, now, rules, people) as it:
            one = Stage(it, rules)
            it.door = one.door
            if first:
                await one.sync()
            yield one
            if rests:
                await one.rests()
            assert await one.dead() == []
            assert [line for line in lines if "our own" in line["event"]] == []
