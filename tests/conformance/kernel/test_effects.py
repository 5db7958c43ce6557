"""How effects are kept: numbered, once, until settled."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.kernel.driver import Connect
from services.kernel.micros import micros
from services.kernel.queue import Queue
from tests.conformance.kernel.stores import READER, SCOPE, T0, Time, effect, opened

LATER = T0 + timedelta(minutes=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "writer.db"


async def test_numbers_grow_and_are_never_below_the_time(path: Path, connect: Connect) -> None:
    time = Time()  # ruling 6: a restored store resumes above any number it may have used
    async with opened(path, connect, now=time) as store:
        async with store.transaction() as tx:
            first = await tx.add([effect("e1"), effect("e2")])
            await tx.settle(first)
            second = await tx.add([effect("e3")])
        assert first == [micros(T0), micros(T0) + 1]
        assert second == [micros(T0) + 2], "a number is not given twice, settled or not"
        time.pass_(seconds=1)
        async with store.transaction() as tx:
            assert await tx.add([effect("e4")]) == [micros(T0) + 1_000_000]
    time.pass_(days=-1)
    async with opened(path, connect, now=time) as store, store.transaction() as tx:
        assert await tx.add([effect("e5")]) == [micros(T0) + 1_000_001], "nor when the clock goes back"


async def test_an_effect_comes_back_as_it_was(path: Path, connect: Connect) -> None:
    kept = effect("e1", lane="firm:org", kind="do", key="k", run="r", body=b"\x00\xff", quiet=True)
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            (number,) = await tx.add([kept])
        (back,) = await Queue(store).batch("firm:org", T0, 10)
        names = kept.__struct_fields__
        assert [getattr(back, n) for n in names] == [getattr(kept, n) for n in names]
        assert (back.number, back.tries) == (number, 0)


async def test_the_same_decision_taken_twice_is_kept_once(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            (number,) = await tx.add([effect("e1", body=b"first")])
        async with store.transaction() as tx:
            assert await tx.add([effect("e1", body=b"again"), effect("e2")]) == [number, number + 2]
            assert await tx.add([effect("e1", scope="firm/1")]) == [number + 3], "ids are a scope's own"
        assert [k.body for k in await Queue(store).unsaid(SCOPE, READER, 0, 10)] == [b"first", b"{}"]


async def test_a_replacing_effect_leaves_one_the_newest(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            await tx.add([effect("e1", key="replace:paired"), effect("e2", key="paired"), effect("e3", key="paired")])
            await tx.add([effect("x1", key="replace:paired", scope="firm/1")])
        async with store.transaction() as tx:
            numbers = await tx.add([effect("e4", key="replace:paired"), effect("e5", key="replace:paired")])
            assert numbers[0] == numbers[1], "within one turn, too"
        assert [k.id for k in await Queue(store).unsaid(SCOPE, READER, 0, 10)] == ["e2", "e3", "e5"]
        assert await store.outstanding("firm/1") == 1


async def test_settled_effects_are_gone_and_settling_says_which_were_there(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            one, two = await tx.add([effect("e1"), effect("e2")])
        async with store.transaction() as tx:
            assert await tx.settle([one, 7]) == {one}
            assert await tx.settle([one]) == set()
        assert [k.number for k in await Queue(store).kept([one, two])] == [two]


async def test_a_postponed_effect_waits_until_it_is_due(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            numbers = await tx.add([effect("e1", kind="do", lane="m"), effect("e2", kind="do", lane="m")])
        async with store.transaction() as tx:
            await tx.postpone(numbers[:1], LATER, "throttled")
        queue = Queue(store)
        assert [k.id for k in await queue.batch("m", T0, 10)] == ["e2"]
        assert [(k.id, k.tries) for k in await queue.batch("m", LATER, 10)] == [("e1", 1), ("e2", 0)]
        assert await queue.lanes(T0) == ["m"]


async def test_quiet_wakes_are_not_outstanding(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            await tx.add([
                effect("w1", kind="wake", lane="wake", due=LATER, quiet=True),
                effect("w2", kind="wake", lane="wake", due=LATER),
                effect("e1"),
            ])  # fmt: skip
        queue = Queue(store)
        assert await store.outstanding(SCOPE) == 2
        assert await queue.wakes(SCOPE, T0) == []
        assert [k.id for k in await queue.wakes(SCOPE, LATER)] == ["w1", "w2"]
        assert await queue.next_due() == LATER
