"""What a bus promises, over every implementation."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from services.kernel.bus import Bus
from services.kernel.errors import Transient
from tests.conformance.kernel.brokers import PATIENCE, Broker, Embedded, InMemory, connected, mosquitto, next_of

KINDS: dict[str, Callable[[Path], Broker]] = {"memory": InMemory, "mosquitto": mosquitto, "embedded": Embedded}
INBOX = "calsync/v1/firm/in/writer/0"
POLICY = "calsync/v1/firm/policy"


@pytest.fixture(params=KINDS)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    made = KINDS[request.param](tmp_path)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@asynccontextmanager
async def joined(broker: Broker, *names: str) -> AsyncIterator[list[Bus]]:
    """Connected buses; their loops end with the block."""
    async with AsyncExitStack() as stack:
        buses = [broker.bus(name) for name in names]
        for bus in buses:
            task = asyncio.create_task(bus.run())
            stack.push_async_callback(_ended, task)
            await connected(bus)
        yield buses


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    async with asyncio.timeout(PATIENCE):
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError)


async def test_what_is_said_arrives_byte_for_byte(broker: Broker) -> None:
    async with joined(broker, "a", "b") as (a, b):
        await b.subscribe(INBOX)
        await a.publish(INBOX, b"\x00\xffraw")
        assert await next_of(b) == (INBOX, b"\x00\xffraw")


async def test_one_speaker_on_one_topic_is_heard_in_order(broker: Broker) -> None:
    said = [b"%d" % n for n in range(300)]
    async with joined(broker, "a", "b") as (a, b):
        await b.subscribe(INBOX)
        await asyncio.gather(*(a.publish(INBOX, payload) for payload in said))
        assert [(await next_of(b))[1] for _ in said] == said


async def test_two_megabytes_pass(broker: Broker) -> None:
    payload = bytes(range(256)) * 8192
    async with joined(broker, "a", "b") as (a, b):
        await b.subscribe(INBOX)
        await a.publish(INBOX, payload)
        assert await next_of(b) == (INBOX, payload)


async def test_wildcards_cover_what_they_should(broker: Broker) -> None:
    async with joined(broker, "a", "b") as (a, b):
        await b.subscribe("calsync/v1/+/policy")
        await b.subscribe("calsync/v1/firm/status/#")
        for topic in (INBOX, "calsync/v1/firm/policy/deep", "calsync/v1/other/policy", "calsync/v1/firm/status/feed/i"):
            await a.publish(topic, b".")
        assert {(await next_of(b))[0] for _ in range(2)} == {"calsync/v1/other/policy", "calsync/v1/firm/status/feed/i"}


async def test_a_level_is_told_to_who_comes_later_until_it_is_cleared(broker: Broker) -> None:
    async with joined(broker, "a", "b", "c") as (a, b, c):
        await a.publish(POLICY, b"v1", retain=True)
        await a.publish(POLICY, b"v2", retain=True)
        await b.subscribe(POLICY)
        assert await next_of(b) == (POLICY, b"v2")
        await a.publish(POLICY, b"", retain=True)
        assert await next_of(b) == (POLICY, b"")
        await c.subscribe(POLICY)
        await c.subscribe(INBOX)
        await a.publish(INBOX, b"after")
        assert await next_of(c) == (INBOX, b"after")


async def test_what_is_not_subscribed_any_more_is_not_heard(broker: Broker) -> None:
    async with joined(broker, "a", "b") as (a, b):
        await b.subscribe(INBOX)
        await b.subscribe(POLICY)
        await b.unsubscribe(INBOX)
        await a.publish(INBOX, b"gone")
        await a.publish(POLICY, b"here")
        assert await next_of(b) == (POLICY, b"here")


async def test_subscriptions_outlive_a_broker_that_was_killed(broker: Broker) -> None:
    async with joined(broker, "a", "b") as (a, b):  # O6
        await b.subscribe(INBOX)
        await b.subscribe("calsync/v1/firm/in/writer/1")
        await b.unsubscribe("calsync/v1/firm/in/writer/1")
        await broker.stop()
        with pytest.raises(Transient):
            await a.publish(INBOX, b"lost")
        await b.subscribe(POLICY)
        await broker.start()
        await connected(a, epoch=2)
        await connected(b, epoch=2)
        await a.publish("calsync/v1/firm/in/writer/1", b"no longer wanted")
        await a.publish(POLICY, b"again")
        await a.publish(INBOX, b"again")
        assert {await next_of(b) for _ in range(2)} == {(POLICY, b"again"), (INBOX, b"again")}


async def test_a_bus_that_never_connected_refuses_at_once_and_subscribes_later(broker: Broker) -> None:
    await broker.stop()
    bus = broker.bus("early")
    with pytest.raises(Transient):
        await bus.publish(INBOX, b".")
    await bus.subscribe(INBOX)
    await broker.start()
    task = asyncio.create_task(bus.run())
    await connected(bus)
    await bus.publish(INBOX, b"now")
    assert await next_of(bus) == (INBOX, b"now")
    await _ended(task)
