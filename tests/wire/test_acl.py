"""Who reads an answer to a question, as a broker that holds `deploy/acl` sees it: answers may hold addresses."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import aiomqtt
import pytest

from contracts import topics
from services.cli.idle import SERVICES
from tests.conformance.kernel.brokers import Process, mosquitto

ACL = Path(__file__).parents[2] / "deploy" / "acl"
ANSWER = topics.answer("firm", "5f2a9c01d3e4")
FACT = topics.fact("firm", "created")
NUMBERS = count()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Process]:
    running = mosquitto(tmp_path, f"acl_file {ACL}")
    await running.start()
    yield running
    await running.stop()


def user(broker: Process, name: str) -> aiomqtt.Client:
    own = f"{name}-{next(NUMBERS)}"
    return aiomqtt.Client("127.0.0.1", broker.port, username=name, password="x", identifier=own)


async def listening(broker: Process, names: Iterable[str]) -> dict[str, set[str]]:
    """Which topics reach each user when an answer and a fact are published. What a broker withholds is announced by
    nobody; but it answers in order, so that a later answer on the same connection comes after all that one may hear."""
    heard: dict[str, set[str]] = {}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(user(broker, name)) for name in names}
        for client in clients.values():
            for topic in (f"{topics.ROOT}/#", f"{topics.ROOT}/+/answers/+", ANSWER, FACT):
                await client.subscribe(topic, qos=1)
        for name, topic in (("registry", ANSWER), ("feed", FACT)):
            writer = await stack.enter_async_context(user(broker, name))
            await writer.publish(topic, b"said", qos=1)
        for name, client in clients.items():
            await client.unsubscribe(ANSWER)
            heard[name] = {str((await anext(client.messages)).topic) for _ in range(len(client.messages))}
    return heard


async def test_the_operator_alone_reads_an_answer(broker: Process) -> None:  # M5, C3, S3, P3
    heard = await listening(broker, ("operator", "firm", "other", *SERVICES))
    assert {name for name, topics_ in heard.items() if ANSWER in topics_} == {"operator"}
    assert {name for name, topics_ in heard.items() if FACT in topics_} == {"operator", "firm"}


async def test_the_registry_alone_answers(broker: Process) -> None:  # S3
    async with user(broker, "operator") as operator:
        await operator.subscribe(ANSWER, qos=1)
        for name in ("firm", "operator", *(one for one in SERVICES if one != "registry"), "registry"):
            async with user(broker, name) as writer:
                await writer.publish(ANSWER, name.encode(), qos=1)
        async with asyncio.timeout(20):
            first = await anext(aiter(operator.messages))
    assert first.payload == b"registry"
