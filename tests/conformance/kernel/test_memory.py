"""The memory bus: which topics a filter covers, and losses that replay from a seed."""

import asyncio
from random import Random

import pytest

from services.kernel.bus import MemoryBroker, MemoryBus, matches

SAID = [b"%d" % n for n in range(200)]


@pytest.mark.parametrize(("topics", "topic", "covered"), [
    pytest.param("a/b", "a/b", True, id="the same"),
    pytest.param("a/b", "a/b/c", False, id="a longer topic"),
    pytest.param("a/+/c", "a/b/c", True, id="plus is one level"),
    pytest.param("a/+", "a/b/c", False, id="plus is not two levels"),
    pytest.param("a/+", "a/", True, id="plus covers an empty level"),
    pytest.param("a/#", "a/b/c", True, id="hash is all levels below"),
    pytest.param("a/#", "a", True, id="hash covers its parent"),
    pytest.param("a/#", "ab", False, id="hash does not cover a sibling"),
    pytest.param("#", "a/b", True, id="hash alone is everything"),
    pytest.param("#", "$SYS/uptime", False, id="but not the broker's own"),
    pytest.param("+/uptime", "$SYS/uptime", False, id="nor does plus at the front"),
    pytest.param("$SYS/#", "$SYS/uptime", True, id="unless it is named"),
])  # fmt: skip
def test_a_filter_covers(topics: str, topic: str, covered: bool) -> None:
    assert matches(topics, topic) is covered


async def heard(broker: MemoryBroker, *, retain: bool = False) -> list[bytes]:
    """What a listener hears of SAID when it reads only at the end."""
    speaker, listener = MemoryBus(broker), MemoryBus(broker)
    await listener.subscribe("t")
    for payload in SAID:
        await speaker.publish("t", payload, retain=retain)
    got: list[bytes] = []
    messages = listener.messages()
    while listener.waiting:
        got.append((await anext(messages))[1])
    return got


async def test_a_faithful_broker_tells_everything_once_in_order() -> None:
    assert await heard(MemoryBroker(Random(1))) == SAID


async def test_a_losing_broker_loses_some_and_levels_never() -> None:
    got = await heard(MemoryBroker(Random(1), lose=0.3))
    assert 100 < len(got) < 180
    assert got == sorted(got, key=int)
    assert await heard(MemoryBroker(Random(1), lose=1.0), retain=True) == SAID


async def test_a_repeating_broker_says_some_twice() -> None:
    got = await heard(MemoryBroker(Random(1), repeat=0.3))
    assert set(got) == set(SAID)
    assert 230 < len(got) < 290


async def test_a_reordering_broker_loses_nothing() -> None:
    got = await heard(MemoryBroker(Random(1), reorder=0.5))
    assert got != SAID
    assert sorted(got, key=int) == SAID


async def test_the_same_seed_plays_the_same() -> None:
    first, second, other = [
        await heard(MemoryBroker(Random(seed), lose=0.2, repeat=0.2, reorder=0.2)) for seed in (7, 7, 8)
    ]
    assert first == second != other


async def test_a_wiped_broker_forgets_levels_and_what_was_on_its_way() -> None:
    broker = MemoryBroker(Random(1))
    bus = MemoryBus(broker)
    await bus.subscribe("#")
    await bus.publish("policy", b"v1", retain=True)
    broker.stop(wipe=True)
    assert not bus.connected.is_set()
    broker.start()
    assert bus.connected.is_set()
    assert (bus.epoch, list(bus.waiting)) == (2, [])


async def test_who_left_is_not_told_any_more() -> None:
    broker = MemoryBroker(Random(1))
    bus = MemoryBus(broker)
    await bus.subscribe("#")
    task = asyncio.create_task(bus.run())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    broker.take("t", b".", retain=False)
    broker.stop()
    broker.start()
    assert not bus.connected.is_set()
    assert not bus.waiting
