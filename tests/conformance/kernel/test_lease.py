"""Leases: one holder at a time, taken over when it dies, found out when it slept."""

import asyncio
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.driver import Connect, DirectDriver, ThreadDriver
from services.kernel.lease import Leases, chosen
from tests.conformance.kernel.stores import SCOPE, Time, opened

TTL = timedelta(seconds=10)
SHARD = "scope/firm/0"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "writer.db"


async def test_only_one_holds_it_and_renews_it(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        one, two = Leases(store, "one", TTL), Leases(store, "two", TTL)
        assert await one.hold(SHARD) == 1
        assert await two.hold(SHARD) is None
        assert await one.hold(SHARD) == 1, "renewed: the fence stays"
        assert timedelta(seconds=9) < await one.left(SHARD) <= TTL
        assert await two.left(SHARD) == timedelta()


async def test_many_are_taken_at_once_and_those_of_others_left_out(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        one, two = Leases(store, "one", TTL), Leases(store, "two", TTL)
        await two.hold("b")
        assert await one.hold_many(["a", "b", "c"]) == {"a": 1, "c": 1}
        assert await one.hold_many([]) == {}


async def test_a_released_one_is_free_at_once_and_its_fence_grows(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        one, two = Leases(store, "one", TTL), Leases(store, "two", TTL)
        await one.hold(SHARD)
        await two.release(SHARD)
        assert await one.held(SHARD, 1), "only the holder can release it"  # THR-12
        await one.release(SHARD)
        assert await two.hold(SHARD) == 2
        assert not await one.held(SHARD, 1)
        await two.release(SHARD)
        assert await one.hold(SHARD) == 3
        assert [await one.held(SHARD, fence) for fence in (1, 2, 3)] == [False, False, True]


async def test_a_holder_that_slept_is_found_out_within_its_transaction(path: Path) -> None:
    time = Time()
    async with opened(path, DirectDriver, now=time) as store:
        one, two = Leases(store, "one", TTL), Leases(store, "two", TTL)
        fence = await one.hold(SHARD)
        assert fence == 1
        time.pass_(seconds=9.9)
        assert await one.held(SHARD, fence)
        assert await two.hold(SHARD) is None
        time.pass_(seconds=0.1)
        assert not await one.held(SHARD, fence)
        assert await two.hold(SHARD) == 2
        async with store.transaction() as tx:
            await tx.rows(SCOPE, ["a"])
            assert not await one.held(SHARD, fence)
            assert await two.held(SHARD, 2)


async def test_who_lives_is_known_until_it_ends_or_dies(path: Path) -> None:
    time = Time()
    async with opened(path, DirectDriver, now=time) as store:
        for name in ("b", "a", "dead"):
            await Leases(store, name, TTL).hold(f"replica/{name}")
        time.pass_(seconds=8)
        one, two = Leases(store, "a", TTL), Leases(store, "b", TTL)
        await one.hold("replica/a")
        await one.hold(SHARD)
        assert await one.alive() == ["a", "b", "dead"]
        time.pass_(seconds=5)
        assert await one.alive() == ["a"]
        await one.release_all()
        assert await two.alive() == []
        assert await two.hold(SHARD) == 2
        assert await store.fetch("SELECT name FROM lease") == [(SHARD,)], "names of the dead are not kept for ever"


async def test_the_lease_of_a_killed_process_is_taken_over_by_the_database_clock(path: Path) -> None:
    program = textwrap.dedent("""
        import asyncio, sys
        from datetime import UTC, datetime, timedelta
        from pathlib import Path
        from services.kernel.lease import Leases
        from services.kernel.store import Store
        async def main():
            store = await Store.open(Path(sys.argv[1]), lambda: datetime.now(UTC), lambda: "s1")
            print(await Leases(store, "killed", timedelta(seconds=2)).hold("scope/firm/0"))
            await asyncio.Event().wait()
        asyncio.run(main())
    """)
    async with opened(path, ThreadDriver) as store:
        heir = Leases(store, "heir", TTL)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-u", "-c", program, str(path), stdout=subprocess.PIPE
        )
        assert process.stdout
        assert await process.stdout.readline() == b"1\n"
        assert await heir.hold(SHARD) is None
        process.send_signal(signal.SIGKILL)
        await process.wait()
        async with asyncio.timeout(20):
            while (fence := await heir.hold(SHARD)) is None:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)  # the lease runs out by the database's clock, which no test turns
        assert fence == 2


NAMES = st.lists(st.text("abcdef0123456789", min_size=1, max_size=12), min_size=2, max_size=6, unique=True)


@given(NAMES)
def test_when_one_leaves_only_its_own_change_hands(instances: list[str]) -> None:
    gone, rest = instances[0], instances[1:]
    for shard in range(50):
        before = chosen(f"scope/{shard}", instances)
        assert chosen(f"scope/{shard}", rest) == before or before == gone


def test_the_load_is_spread() -> None:
    taken = [chosen(f"scope/{n}", ["a", "b", "c", "d"]) for n in range(2000)]
    assert all(400 < taken.count(name) < 600 for name in "abcd")
