"""Copies of a store that is in use, and putting one back."""

import stat
from pathlib import Path

import pytest

from services.kernel.backup import copied, put_back
from services.kernel.driver import ThreadDriver
from services.kernel.errors import Fatal
from services.kernel.queue import Queue
from services.kernel.schema import MIGRATIONS
from services.kernel.store import Store
from tests.conformance.kernel.stores import READER, SCOPE, T0, effect, opened
from tests.conformance.kernel.turning import Clock, Time

CLOCK = Clock(Time())


async def remember(store: Store, **rows: bytes) -> None:
    async with store.transaction() as tx:
        await tx.put("firm/0", rows)


async def say(store: Store, body: bytes) -> None:
    async with store.transaction() as tx:
        await tx.add([effect("of-one-message", body=body)])


async def remembered(path: Path) -> set[str]:
    async with opened(path, ThreadDriver) as store:
        return {str(key) for (key,) in await store.fetch("SELECT key FROM row")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "feed.sqlite3"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backup" / "feed.sqlite3"


async def test_a_store_in_use_is_copied_as_it_is_at_one_moment(path: Path, copy: Path) -> None:
    async with opened(path, ThreadDriver) as store:
        await remember(store, a=b"1")
        async with store.transaction() as tx:
            await tx.put("firm/0", {"b": b"2"})
            await copied(path, copy, CLOCK)
        await remember(store, c=b"3")
    assert await remembered(copy) == {"a"}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


async def test_a_copy_is_never_overwritten(path: Path, copy: Path) -> None:
    async with opened(path, ThreadDriver):
        await copied(path, copy, CLOCK)
        before = copy.read_bytes()
        with pytest.raises(Fatal, match="there is something already"):
            await copied(path, copy, CLOCK)
    assert copy.read_bytes() == before


async def test_a_copy_that_fails_leaves_nothing_that_looks_like_one(path: Path, copy: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"a letter" * 100)
    with pytest.raises(Fatal):
        await copied(path, copy, CLOCK)
    assert not copy.exists()


async def test_a_store_is_put_back_whatever_was_left_beside_it(path: Path, copy: Path) -> None:
    async with opened(path, ThreadDriver) as store:
        await remember(store, a=b"1")
        await copied(path, copy, CLOCK)
        await remember(store, b=b"2")
    path.with_name(f"{path.name}-wal").write_bytes(b"of somebody who died")
    await put_back(copy, path, CLOCK)
    assert await remembered(path) == {"a"}


async def test_a_lost_store_is_put_back_too(path: Path, copy: Path) -> None:
    async with opened(path, ThreadDriver) as store:
        await remember(store, a=b"1")
        await copied(path, copy, CLOCK)
    path.unlink()
    await put_back(copy, path, CLOCK)
    assert await remembered(path) == {"a"}


async def test_what_is_decided_again_after_a_recovery_is_said_beside_what_still_waits(path: Path, copy: Path) -> None:
    async with opened(path, ThreadDriver) as store:  # ruling 6
        await say(store, b"run of nine o'clock")
        await copied(path, copy, CLOCK)
    await put_back(copy, path, CLOCK)
    async with opened(path, ThreadDriver) as store:
        await say(store, b"run of eleven o'clock")  # the same message was heard once more
        waiting = await Queue(store).unsaid(SCOPE, READER, 0, 10)
    assert [one.body for one in waiting] == [b"run of nine o'clock", b"run of eleven o'clock"]


async def test_what_was_to_be_written_waits_for_a_new_order_after_a_recovery(path: Path, copy: Path) -> None:
    """It may be written since, and deleted: it would come back. What was to be read is read."""
    keys = {"write": "of-one-event", "read": "replace:read", "publish": ""}
    async with opened(path, ThreadDriver) as store:  # ruling 6
        async with store.transaction() as tx:
            await tx.add([effect(name, kind="do", lane="firm:org", key=key) for name, key in keys.items()])
        await copied(path, copy, CLOCK)
    await put_back(copy, path, CLOCK)
    async with opened(path, ThreadDriver) as store:
        assert [one.id for one in await Queue(store).batch("firm:org", T0, 10)] == ["read", "publish"]


async def test_a_store_in_use_is_not_exchanged(path: Path, copy: Path) -> None:
    async with opened(path, ThreadDriver) as store:
        await copied(path, copy, CLOCK)
        await remember(store, a=b"1")
        with pytest.raises(Fatal, match="the store is in use"):
            await put_back(copy, path, CLOCK)
    assert await remembered(path) == {"a"}


@pytest.mark.parametrize("wrong", ["newer", "not ours", "damaged", "missing"])
async def test_what_is_no_copy_of_ours_is_refused_and_nothing_changes(path: Path, copy: Path, wrong: str) -> None:
    async with opened(path, ThreadDriver) as store:
        await remember(store, **{f"k{n}": bytes(500) for n in range(200)})
        await copied(path, copy, CLOCK)
    await spoil(copy, wrong)
    before = await remembered(path)
    with pytest.raises(Fatal):
        await put_back(copy, path, CLOCK)
    assert await remembered(path) == before
    assert [file.name for file in path.parent.iterdir() if file.name.endswith(".new")] == []


async def spoil(copy: Path, wrong: str) -> None:
    if wrong == "newer":
        driver = ThreadDriver(copy, CLOCK.now)
        await driver.fetch(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        await driver.close()
    elif wrong == "missing":
        copy.unlink()
    elif wrong == "not ours":
        copy.write_bytes(b"a letter" * 100)
    else:
        raw = bytearray(copy.read_bytes())
        raw[8192:40960] = bytes(32768)
        copy.write_bytes(raw)
