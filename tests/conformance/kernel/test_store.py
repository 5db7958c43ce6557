"""What a store keeps, over both drivers (ruling 33)."""

import asyncio
from pathlib import Path

import pytest

from services.kernel.driver import Connect
from services.kernel.errors import Transient
from services.kernel.store import Store
from tests.conformance.kernel.stores import SCOPE, T0, Time, effect, opened

FEED = "store-a@graph_poller/firm/0"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory" / "reconciler.db"


async def test_rows_are_there_again_after_reopening(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store, store.transaction() as tx:
        await tx.put(SCOPE, {"link/1": b"one", "link/2": b"two"})
    async with opened(path, connect, name="another") as store, store.transaction() as tx:
        assert await tx.rows(SCOPE, ["link/1", "link/9"]) == {"link/1": b"one", "link/9": None}
        assert store.id == "s1", "a store keeps the name it was made with"


async def test_a_prefix_brings_all_rows_under_it_and_only_those(path: Path, connect: Connect) -> None:
    rows = {f"{k}": b"." for k in ("a/1", "a/ü", "a/b/c", "a", "a0", "a.1", "b/1")}
    async with opened(path, connect) as store, store.transaction() as tx:
        await tx.put(SCOPE, rows)
        await tx.put("firm/1", {"a/other": b"."})
        assert await tx.rows(SCOPE, ["a/", "none/"]) == {
            "a/": None, "a/1": b".", "a/ü": b".", "a/b/c": b".", "none/": None,
        }  # fmt: skip


async def test_thousands_of_keys_are_one_question(path: Path, connect: Connect) -> None:
    rows = {f"link/{n}": b"%d" % n for n in range(5000)}
    async with opened(path, connect) as store, store.transaction() as tx:
        await tx.put(SCOPE, rows)
        assert await tx.rows(SCOPE, list(rows)) == rows


async def test_none_forgets_a_row(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            await tx.put(SCOPE, {"a": b"1", "b": b"2"})
        async with store.transaction() as tx:
            await tx.put(SCOPE, {"a": None})
            assert await tx.rows(SCOPE, ["a", "b"]) == {"a": None, "b": b"2"}


async def test_an_error_in_the_block_leaves_nothing_behind(path: Path, connect: Connect) -> None:
    async def half(store: Store) -> None:
        async with store.transaction() as tx:
            await tx.put(SCOPE, {"a": b"1"})
            await tx.add([effect("e1")])
            raise ZeroDivisionError

    async with opened(path, connect) as store:
        with pytest.raises(ZeroDivisionError):
            await half(store)
        async with store.transaction() as tx:
            assert await tx.rows(SCOPE, ["a"]) == {"a": None}
            assert await tx.commits() == 0
        assert await store.outstanding(SCOPE) == 0


async def test_a_cancelled_block_leaves_nothing_behind_and_the_store_works_on(path: Path, connect: Connect) -> None:
    inside = asyncio.Event()

    async def never(store: Store) -> None:
        async with store.transaction() as tx:
            await tx.put(SCOPE, {"a": b"1"})
            inside.set()
            await asyncio.Event().wait()

    async with opened(path, connect) as store:
        task = asyncio.create_task(never(store))
        await inside.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with store.transaction() as tx:
            assert await tx.rows(SCOPE, ["a"]) == {"a": None}


async def test_two_tasks_never_mix_their_transactions(path: Path, connect: Connect) -> None:
    async def add(store: Store) -> None:
        async with store.transaction() as tx:
            count = int((await tx.rows(SCOPE, ["n"]))["n"] or b"0")
            await asyncio.sleep(0)
            await tx.put(SCOPE, {"n": b"%d" % (count + 1)})

    async with opened(path, connect) as store:
        await asyncio.gather(*(add(store) for _ in range(20)))
        async with store.transaction() as tx:
            assert (await tx.rows(SCOPE, ["n"]))["n"] == b"20"


async def test_a_reader_sees_only_what_is_committed(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            await tx.add([effect("e1")])
            other = asyncio.create_task(store.outstanding(SCOPE))
            await asyncio.sleep(0)
            assert not other.done(), "another task waits for the commit"
            assert await store.outstanding(SCOPE) == 1, "the transaction's own task sees what it did"
            await tx.settle([1 << 62])
        assert await other == 1


async def test_each_changing_commit_is_counted_once_and_looking_is_none(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:  # ruling 6
        async with store.transaction() as tx:
            await tx.put(SCOPE, {"a": b"1"})
            await tx.add([effect("e1")])
            assert await tx.commits() == 1
        async with store.transaction() as tx:
            await tx.rows(SCOPE, ["a"])
            await tx.put(SCOPE, {})
            await tx.settle([])
            await tx.settle([42])
        async with store.transaction() as tx:
            assert await tx.commits() == 1
            await tx.add([effect("e2")])
            await tx.put(SCOPE, {"a": b"2"})
            assert await tx.commits() == 2


async def test_what_was_seen_is_known_until_the_watermark_and_below_it_for_good(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store, store.transaction() as tx:  # ruling 21
        await tx.see(SCOPE, FEED, [5, 7], floor=5)
        assert await tx.seen(SCOPE, FEED, [4, 5, 6, 7, 8]) == {4, 5, 7}
        await tx.see(SCOPE, FEED, [9], floor=8)
        assert await tx.seen(SCOPE, FEED, [5, 6, 8, 9]) == {5, 6, 9}
        await tx.see(SCOPE, FEED, [10], floor=2)
        assert await tx.seen(SCOPE, FEED, [6, 8]) == {6}, "a late message never lowers the watermark"
        assert await tx.seen(SCOPE, "store-b@graph_poller/firm/0", [5]) == set(), "another memory, other numbers"
        assert await tx.seen("firm/1", FEED, [5]) == set()
    async with opened(path, connect) as store:
        assert await store.fetch("SELECT number FROM seen ORDER BY number") == [(9,), (10,)]


async def test_dead_letters_are_kept_whole_and_in_order(path: Path, connect: Connect) -> None:
    time = Time()
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            for name in ("m2", "m1", "m2"):
                await tx.dead(SCOPE, name, "Observed", b"\x00raw", "KeyError", time())
                time.pass_(seconds=1)
        assert await store.dead_count(SCOPE) == 2
        assert await store.dead_count("firm/1") == 0
        first, _ = await store.dead_letters(SCOPE)
        assert (first.id, first.payload, (first.at - T0).seconds) == ("m1", b"\x00raw", 1)


async def test_what_another_process_commits_is_noticed_once(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as mine, opened(path, connect) as other:
        async with mine.transaction() as tx:
            await tx.put(SCOPE, {"a": b"1"})
        assert not await mine.changed()
        async with other.transaction() as tx:
            await tx.put(SCOPE, {"a": b"2"})
        assert [await mine.changed(), await mine.changed()] == [True, False]


async def test_a_closed_store_says_so(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        await store.close()
        with pytest.raises(Transient, match=r"reconciler\.db is closed"):
            await store.outstanding(SCOPE)
