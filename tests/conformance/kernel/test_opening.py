"""What a store refuses, and what becomes of a broken disk or file."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path, PurePosixPath

import pytest

from services.kernel import disk
from services.kernel.disk import filesystem, refuse_network
from services.kernel.driver import Connect
from services.kernel.errors import Fatal, Transient
from services.kernel.schema import MIGRATIONS
from tests.conformance.kernel.stores import READER, SCOPE, effect, opened

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
nas:/vol /srv nfs4 rw 0 0
/dev/sdb /srv/local ext4 rw 0 0
//nas/a /mnt/my\\040share cifs rw 0 0
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory" / "feed.db"


async def test_nobody_else_on_the_machine_can_read_it(path: Path, connect: Connect) -> None:
    before = os.umask(0)
    try:
        async with opened(path, connect) as store, store.transaction() as tx:
            await tx.put(SCOPE, {"a": b"1"})
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert modes == {"feed.db": 0o600, "feed.db-wal": 0o600, "feed.db-shm": 0o600}


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
async def test_a_store_of_an_older_program_goes_on_where_it_was(path: Path, connect: Connect, version: int) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for statement in [one for step in MIGRATIONS[:version] for one in step]:
            old.execute(statement)
        old.execute(f"PRAGMA user_version = {version}")
        old.execute("INSERT INTO memory (one, id, commits, last) VALUES (1, 'old', 7, 1000)")
        old.execute("INSERT INTO row (scope, key, value) VALUES ('firm/0', 'link/1', x'01')")
    async with opened(path, connect, name="new") as store:
        async with store.transaction() as tx:
            rows = await tx.rows("firm/0", ["link/1"])
            numbers = await tx.add([effect("e1")])
            await tx.receipted("firm/0", numbers)
            commits = await tx.commits()
        assert (store.id, rows, commits) == ("old", {"link/1": b"\x01"}, 8)
        assert await store.fetch("SELECT lane, number FROM receipted") == [(READER, numbers[0])]


async def test_a_store_of_a_newer_program_is_left_alone(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        await store.fetch(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(
        Fatal, match=f"of version {len(MIGRATIONS) + 1}, this program knows {len(MIGRATIONS)}"
    ) as caught:
        async with opened(path, connect):
            pass
    assert caught.value.mend == "Run the newer program, or move the file away"


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


async def test_a_file_that_is_no_store_is_named(path: Path, connect: Connect) -> None:
    put(path, b"Dear diary, " * 1000)
    with pytest.raises(Fatal, match=r"feed\.db: this is no store of ours"):
        async with opened(path, connect):
            pass


async def test_a_damaged_file_is_fatal(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store, store.transaction() as tx:
        await tx.put(SCOPE, {f"k{n}": b"x" * 500 for n in range(500)})
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 40)
    with pytest.raises(Fatal, match="the file is damaged"):
        async with opened(path, connect) as store, store.transaction() as tx:
            await tx.rows(SCOPE, [f"k{n}" for n in range(500)])


async def test_a_full_disk_is_fatal_and_loses_nothing(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        async with store.transaction() as tx:
            await tx.put(SCOPE, {"a": b"1"})
        ((pages,),) = await store.fetch("PRAGMA page_count")
        await store.fetch(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(Fatal, match="the disk is full"):
            async with store.transaction() as tx:
                await tx.put(SCOPE, {"a": b"2", "b": b"x" * 100_000})
        async with store.transaction() as tx:
            assert await tx.rows(SCOPE, ["a", "b"]) == {"a": b"1", "b": None}


async def test_a_folder_that_cannot_be_made_is_fatal(tmp_path: Path, connect: Connect) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Fatal, match="the store cannot be opened"):
        async with opened(tmp_path / "file" / "feed.db", connect):
            pass


async def test_a_store_that_another_holds_is_tried_again_later(path: Path, connect: Connect) -> None:
    async with opened(path, connect) as store:
        await store.fetch("PRAGMA busy_timeout = 20")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Transient, match="held by another process"):
            async with store.transaction() as tx:
                await tx.add([effect("e1")])
        other.execute("ROLLBACK")
        other.close()
        async with store.transaction() as tx:
            assert await tx.add([effect("e1")])


async def test_a_first_start_of_several_replicas_makes_one_store(path: Path) -> None:
    program = textwrap.dedent("""
        import asyncio, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from services.kernel.store import Store
        async def main():
            store = await Store.open(Path(sys.argv[1]), lambda: datetime.now(UTC), lambda: sys.argv[2])
            print(store.id)
            await store.close()
        asyncio.run(main())
    """)
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(path), f"s{n}", stdout=subprocess.PIPE
        )
        for n in range(4)
    ]  # fmt: skip
    ids = {(await process.communicate())[0] for process in started}
    assert len(ids) == 1
    assert [process.returncode for process in started] == [0] * 4


@pytest.mark.parametrize(("path", "kind"), [
    pytest.param("/var/lib/calsync", "ext4", id="local disk"),
    pytest.param("/srv/calsync", "nfs4", id="shared by NFS"),
    pytest.param("/srv/local/calsync", "ext4", id="a local disk below a share"),
    pytest.param("/srvx", "ext4", id="only the name begins alike"),
    pytest.param("/mnt/my share/calsync", "cifs", id="a share with a space in its name"),
])  # fmt: skip
def test_the_filesystem_of_a_folder_is_found(path: str, kind: str) -> None:
    assert filesystem(PurePosixPath(path), MOUNTS) == kind


async def test_a_store_is_not_even_made_there(path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    here = filesystem(PurePosixPath(path.parent.resolve()), Path("/proc/mounts").read_text())
    monkeypatch.setattr(disk, "NETWORK", frozenset({here}))
    with pytest.raises(Fatal, match="network filesystem"):
        async with opened(path, connect):
            pass
    assert not path.parent.exists()


def test_a_network_filesystem_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"  # ruling 25
    mounts.write_text(f"{MOUNTS}nas:/x {tmp_path.resolve()} nfs rw 0 0\n")
    with pytest.raises(Fatal, match=r"network filesystem \(nfs\)"):
        refuse_network(tmp_path / "store.db", mounts)
    mounts.write_text(MOUNTS)
    refuse_network(tmp_path / "store.db", mounts)
