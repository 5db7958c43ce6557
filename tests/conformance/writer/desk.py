"""The writer whole, over both sides, and a reconciler that gives it orders and hears what becomes of them."""

from pathlib import Path
from typing import Any

from contracts import topics
from contracts.calendar import FIELDS as ALL
from contracts.calendar import CalendarEvent, Side, Timed
from contracts.message import Message, encode
from contracts.policy import Direction, Policy
from contracts.status import Problem, Status
from contracts.write import Order, Orders, Outcomes, Write
from services.kernel.report import Report
from services.kernel.service import Service
from services.writer import decide
from services.writer.__main__ import hands
from tests.conformance.graph.stage import CLIENT, NOON, SECRET, TENANT, Stage
from tests.conformance.kernel.town import Replica, Town
from tests.conformance.salesforce.conftest import START, Place

WRITER = Service("writer", decide, hands, decide.PRIVATE)
TWO_WAY = Policy(enabled=True, direction=Direction.TWO_WAY)
WHEN = Timed(START.replace(day=9), START.replace(day=9, hour=10))
FIRM = """
[microsoft]
tenant_id = "{TENANT}"
client_id = "{CLIENT}"
client_secret_file = "graph"
authority = "{microsoft}"
graph_url = "{microsoft}"

[salesforce]
client_id = "app"
client_secret_file = "practifi"
login_url = "{practifi}"
"""


class Desk:
    """A writer, and a reconciler that gives orders and hears what becomes of them."""

    def __init__(self, folder: Path, town: Town, stage: Stage, place: Place) -> None:
        self.folder, self.town, self.stage, self.place = folder, town, stage, place
        self.number, self.version = 0, 1

    async def open(self, policy: Policy = TWO_WAY) -> Replica:
        tenants = self.folder / "tenants"
        tenants.mkdir()
        for name, secret in (("graph", SECRET), ("practifi", "not a real one")):
            (tenants / name).write_text(secret)
        settings = {"TENANT": TENANT, "CLIENT": CLIENT, "microsoft": self.stage.root, "practifi": self.place.url}
        (tenants / "firm.toml").write_text(FIRM.format(**settings))
        writer = await self.town.replica(WRITER, config=self.folder)
        await self.govern(policy)
        return writer

    async def govern(self, policy: Policy, consents: int = 0, *, active: bool = True) -> None:
        """The policy that holds from now on, and how often a person has said *resume*."""
        self.version += 1
        self.town.govern(policy, self.version, active=active, consents=consents)
        await self.town.settle()

    async def restart(self, writer: Replica) -> Replica:
        """The writer dies, and another one takes over when its leases have run out."""
        await self.town.kill(writer)
        self.town.time.turn(minutes=1)
        again = await self.town.replica(WRITER, f"writer-{self.version}-{self.number}", config=self.folder)
        await self.town.settle()
        return again

    async def problems(self, writer: Replica) -> list[Problem]:
        """What the writer's status shows."""
        await Report(writer.host, writer.crew).say("firm")
        status: Status = self.town.heard_of(Status)[-1].body
        return list(status.problems)

    async def order(self, *orders: Order, shard: int = 0) -> dict[str, Any]:
        """Give orders; what became of them."""
        self.number += 1
        message = Message(f"m{self.number}", "firm", NOON, Orders(orders), sender=f"reconciler/firm/{shard}", store="r",
                          number=self.number)  # fmt: skip
        before = {message.id for message in self.town.heard_of(Outcomes)}
        self.town.broker.take(topics.inbox(f"writer/firm/{shard}"), encode(message), retain=False)
        await self.town.settle()
        await self.town.later(seconds=1)
        said = {one.id: one.body for one in self.town.heard_of(Outcomes) if one.id not in before}
        return {one.order: one for outcomes in said.values() for one in outcomes.outcomes}


def write(name: str, side: Side, mailbox: str = "m") -> Write:
    return Write(name, f"link-{name}", side, mailbox, CalendarEvent(WHEN, "Review"), ALL)
