"""The voice of an actor: how often and how far ahead it speaks, and what it does with what nobody can carry."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from contracts import topics
from contracts.message import decode
from services.kernel.bus import MemoryBroker, MemoryBus
from services.kernel.driver import Connect
from services.kernel.effects import Kept
from services.kernel.errors import Permanent
from services.kernel.queue import Queue
from services.kernel.relay import LONGEST, PATIENCE, WINDOW, Relay
from services.kernel.store import Store
from tests.conformance.kernel.stores import READER, Time, effect, opened
from tests.conformance.kernel.town import FIRM

RUN = {"body_kind": "calsync.run-due.v1", "body": b'{"run":"r"}'}


class Stage:
    """A relay, its bus, and whoever hears it."""

    def __init__(self, store: Store, time: Time) -> None:
        self.store, self.time = store, time
        self.broker = MemoryBroker(Random(1))
        self.bus, self.ear = MemoryBus(self.broker), MemoryBus(self.broker)
        self.refused: list[str] = []
        self.relay = Relay("speaker", FIRM, Queue(store), "s1", self.bus, time, self.refuse)

    async def refuse(self, kept: Kept, reason: str) -> None:
        self.refused.append(reason)
        await self.settle(kept.number)

    async def keep(self, *ids: str, **more: str) -> list[int]:
        async with self.store.transaction() as tx:
            return await tx.add([effect(id_, **RUN, **more) for id_ in ids])

    async def settle(self, *numbers: int) -> None:
        async with self.store.transaction() as tx:
            await tx.settle(numbers)

    def heard(self) -> list[int]:
        """Numbers that arrived since the last question."""
        numbers = [decode(payload).number for _, payload in self.ear.waiting]
        self.ear.waiting.clear()
        return numbers


@pytest.fixture
async def stage(tmp_path: Path, connect: Connect) -> AsyncIterator[Stage]:
    time = Time()
    async with opened(tmp_path / "s.sqlite3", connect, now=time) as store:
        one = Stage(store, time)
        await one.ear.subscribe(topics.inbox(READER))
        yield one


async def test_a_message_says_who_wants_the_receipt_and_what_is_still_kept(stage: Stage) -> None:  # ruling 21
    first, second = await stage.keep("e1", "e2")
    await stage.relay.pump()
    said = [decode(payload) for _, payload in stage.ear.waiting]
    assert [(m.id, m.sender, m.store, m.number, m.floor) for m in said] == [
        ("e1", "speaker/firm/0", "s1", first, first), ("e2", "speaker/firm/0", "s1", second, first),
    ]  # fmt: skip


async def test_what_is_under_way_is_not_said_again_before_its_time(stage: Stage) -> None:
    numbers = await stage.keep("e1")
    await stage.relay.pump()
    stage.time.pass_(seconds=PATIENCE.total_seconds() - 0.1)
    await stage.relay.pump()
    assert stage.heard() == numbers
    stage.time.pass_(seconds=0.1)
    await stage.relay.pump()
    assert stage.heard() == numbers


async def test_what_is_under_way_when_the_clock_is_set_back_is_said_again_at_once(stage: Stage) -> None:
    numbers = await stage.keep("e1")
    await stage.relay.pump()
    stage.time.pass_(hours=-1)
    await stage.relay.pump()
    await stage.relay.pump()
    assert stage.heard() == [*numbers, *numbers]


async def test_patience_doubles_up_to_its_longest(stage: Stage) -> None:
    await stage.keep("e1")
    said_at = list[float]()
    for tenth in range(2000):
        if await stage.relay.pump():
            said_at.append(tenth / 10)
        stage.time.pass_(seconds=0.1)
    waits = [round(later - earlier) for earlier, later in pairwise(said_at)]
    assert waits[:5] == [2, 4, 8, 16, 30]
    assert set(waits[4:]) == {LONGEST.total_seconds()}


async def test_what_is_receipted_makes_room(stage: Stage) -> None:  # design §2.2
    numbers = await stage.keep(*(f"e{n}" for n in range(100)))
    await stage.relay.pump()
    assert stage.heard() == numbers[:WINDOW]
    await stage.settle(*numbers[:10])
    stage.relay.receipted(numbers[:10])
    await stage.relay.pump()
    assert stage.heard() == numbers[WINDOW : WINDOW + 10]


async def test_a_gap_keeps_the_watermark_below_it(stage: Stage) -> None:  # ruling 21
    numbers = await stage.keep(*(f"e{n}" for n in range(3)))
    await stage.relay.pump()
    await stage.settle(*numbers[1:])
    stage.relay.receipted(numbers[1:])
    await stage.keep("e3")
    stage.heard()
    await stage.relay.pump()
    assert numbers[0] < stage.heard()[0]
    stage.time.pass_(seconds=2)
    await stage.relay.pump()
    assert {decode(payload).floor for _, payload in stage.ear.waiting} == {numbers[0]}


async def test_each_receiver_has_a_window_of_its_own(stage: Stage) -> None:
    other = "reconciler/firm/1"
    await stage.ear.subscribe(topics.inbox(other))
    await stage.keep(*(f"a{n}" for n in range(50)))
    await stage.keep(*(f"b{n}" for n in range(50)), lane=other)
    await stage.relay.pump()
    assert len(stage.heard()) == 2 * WINDOW


async def test_a_new_connection_says_all_again_at_once(stage: Stage) -> None:
    numbers = await stage.keep("e1", "e2")
    await stage.relay.pump()
    stage.heard()
    stage.broker.stop(wipe=True)
    assert await stage.relay.pump() == 0
    stage.broker.start()
    await stage.relay.pump()
    assert stage.heard() == numbers


async def test_what_somebody_settled_meanwhile_is_under_way_no_longer(stage: Stage) -> None:
    """A replaced effect would else take a place in the window for ever."""
    numbers = await stage.keep(*(f"e{n}" for n in range(WINDOW)))
    await stage.relay.pump()
    await stage.settle(*numbers)
    later = await stage.keep("later")
    stage.heard()
    stage.time.pass_(seconds=2)
    await stage.relay.pump()
    assert stage.heard() == later


async def test_a_message_that_no_broker_carries_is_refused_and_the_next_goes_on(stage: Stage) -> None:  # O5
    numbers = await stage.keep("e1", "e2")
    carry = stage.bus.publish

    async def publish(topic: str, payload: bytes, *, retain: bool = False) -> None:
        if decode(payload).number == numbers[0]:
            raise Permanent("too_large", "more than MQTT carries")
        await carry(topic, payload, retain=retain)

    stage.bus.publish = publish  # type: ignore[method-assign]
    await stage.relay.pump()
    assert stage.heard() == numbers[1:]
    assert stage.refused == ["too_large: more than MQTT carries"]


async def test_another_scopes_words_are_not_said(stage: Stage) -> None:
    async with stage.store.transaction() as tx:
        await tx.add([effect("e1", **RUN, scope="firm/1")])
    assert await stage.relay.pump() == 0
