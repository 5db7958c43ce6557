"""The writer whole, over both sides: from an order to its outcome, with the policy looked at before each write."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from contracts import topics
from contracts.calendar import FIELDS as ALL
from contracts.calendar import CalendarEvent, Side, Timed
from contracts.control import Receipt
from contracts.message import Message, encode
from contracts.policy import Direction, Policy
from contracts.write import Orders, Outcomes, Refused, Why, Write, Written
from services.kernel.driver import DirectDriver
from services.kernel.service import Service
from services.writer import decide
from services.writer.__main__ import hands
from tests.conformance.graph.stage import CLIENT, NOON, SECRET, TENANT, Stage, refusal
from tests.conformance.kernel.town import Replica, Town, town
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
        self.number = 0

    async def open(self) -> Replica:
        tenants = self.folder / "tenants"
        tenants.mkdir()
        for name, secret in (("graph", SECRET), ("practifi", "not a real one")):
            (tenants / name).write_text(secret)
        settings = {"TENANT": TENANT, "CLIENT": CLIENT, "microsoft": self.stage.root, "practifi": self.place.url}
        (tenants / "firm.toml").write_text(FIRM.format(**settings))
        replica = await self.town.replica(WRITER, config=self.folder)
        self.town.govern(TWO_WAY, version=2)
        await self.town.settle()
        return replica

    async def order(self, *orders: Write) -> dict[str, Any]:
        """Give orders; what became of them."""
        self.number += 1
        message = Message(f"m{self.number}", "firm", NOON, Orders(orders), sender="reconciler/firm/0", store="r",
                          number=self.number)  # fmt: skip
        before = {message.id for message in self.town.heard_of(Outcomes)}
        self.town.broker.take(topics.inbox("writer/firm/0"), encode(message), retain=False)
        await self.town.settle()
        await self.town.later(seconds=1)
        said = {one.id: one.body for one in self.town.heard_of(Outcomes) if one.id not in before}
        return {one.order: one for outcomes in said.values() for one in outcomes.outcomes}


@pytest.fixture
async def desk(tmp_path: Path, stage: Stage, place: Place) -> AsyncIterator[Desk]:
    async with town(tmp_path, DirectDriver) as one:
        yield Desk(tmp_path, one, stage, place)


def write(name: str, side: Side, mailbox: str = "m") -> Write:
    return Write(name, f"link-{name}", side, mailbox, CalendarEvent(WHEN, "Review"), ALL)


async def test_orders_of_both_sides_are_carried_out_and_told(desk: Desk) -> None:
    writer = await desk.open()
    mike = desk.stage.person("mike")
    fates = await desk.order(write("o1", Side.PRACTIFI), write("o2", Side.MICROSOFT, mike))
    assert {type(fate) for fate in fates.values()} == {Written}
    assert len(desk.place.salesforce.rows("Event")) == len(desk.stage.microsoft.events(mike)) == 1
    assert [receipt.body.numbers for receipt in desk.town.heard_of(Receipt)] == [(1,)]
    counts = writer.host.counts["firm"]
    assert (counts["written.practifi"], counts["written.microsoft"]) == (1, 1)


async def test_many_orders_of_one_turn_are_one_request(desk: Desk) -> None:  # salesforce.md §7
    await desk.open()
    fates = await desk.order(*(write(f"o{n}", Side.PRACTIFI) for n in range(250)))
    assert len(fates) == 250
    assert len([one for one in desk.place.heard if b'"PATCH"' in one.body]) == 1
    assert len(desk.town.heard_of(Outcomes)) == 3


async def test_a_paused_firm_is_written_nowhere_and_the_orders_come_back(desk: Desk) -> None:  # ruling 26, D2
    await desk.open()
    desk.town.govern(TWO_WAY, version=3, active=False)
    await desk.town.settle()
    fates = await desk.order(write("o1", Side.PRACTIFI), write("o2", Side.MICROSOFT, "m"))
    assert [fate.why for fate in fates.values() if isinstance(fate, Refused)] == [Why.STOPPED, Why.STOPPED]
    assert (desk.place.calls, desk.stage.asked) == (0, [])


async def test_a_mailbox_that_is_throttled_keeps_no_other_waiting(desk: Desk) -> None:  # THR-11
    await desk.open()
    mike, john = desk.stage.person("mike"), desk.stage.person("john")
    throttled = refusal(429, "ApplicationThrottled", {"Retry-After": "7"})
    desk.stage.answers(f"{mike}/events", throttled, method="POST")
    fates = await desk.order(write("o1", Side.MICROSOFT, mike), write("o2", Side.MICROSOFT, john))
    assert list(fates) == ["o2"]
    await desk.town.later(seconds=7)
    assert len(desk.stage.microsoft.events(mike)) == 1


async def test_what_a_mailbox_did_before_it_failed_is_told_and_the_rest_is_tried_later(desk: Desk) -> None:
    await desk.open()
    mike = desk.stage.person("mike")
    throttled = refusal(429, "ApplicationThrottled", {"Retry-After": "7"})
    asked = iter(range(100))
    desk.stage.scripts.append((lambda request: throttled if request.method == "POST" and "/events" in request.path
                               and next(asked) == 1 else None, 100))  # fmt: skip
    fates = await desk.order(*(write(f"o{n}", Side.MICROSOFT, mike) for n in range(3)))
    assert list(fates) == ["o0"]
    await desk.town.later(seconds=7)
    assert len(desk.stage.microsoft.events(mike)) == 3


async def test_an_order_that_is_given_twice_is_carried_out_once(desk: Desk) -> None:  # O6, INB-25
    await desk.open()
    mike = desk.stage.person("mike")
    await desk.order(write("o1", Side.MICROSOFT, mike))
    desk.number = 0
    assert await desk.order(write("o1", Side.MICROSOFT, mike)) == {}
    assert len(desk.stage.microsoft.events(mike)) == 1


async def test_an_org_whose_file_has_a_mistake_waits_for_a_person(desk: Desk) -> None:  # O4
    writer = await desk.open()
    secret = desk.folder / "tenants" / "practifi"
    secret.unlink()
    assert await desk.order(write("o1", Side.PRACTIFI)) == {}
    assert "practifi" in writer.host.problems["firm", "practifi"].what
    secret.write_text("not a real one")
    await desk.town.later(seconds=30)
    assert len(desk.place.salesforce.rows("Event")) == 1
    assert writer.host.problems == {}
