"""Who else on the machine may read what calsync writes: nobody, whatever the umask says, whatever was there before."""

import os
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from services.cli import commands
from services.cli.firm import write_firm
from services.cli.place import Place, write_private
from services.cli.stack import prepare
from services.kernel import logs
from services.kernel.clock import WallClock
from services.kernel.secret import secret
from services.kernel.store import Store

CLOCK = WallClock()


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=["no umask", "the usual one", "a strict one"], autouse=True)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def for_others(folder: Path) -> set[str]:
    """What group or others may read, write or enter below a folder, itself included; what stands within a folder that
    is its owner's alone is out of their reach."""
    found, folders = set[str](), [folder]
    while folders:
        here = folders.pop()
        if here.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            found.add(here.name)
            folders += here.iterdir() if here.is_dir() else ()
    return found


def wide_open(folder: Path) -> set[str]:
    """Every file below a folder that group or others may read, wherever it stands."""
    files = (one for one in folder.rglob("*") if one.is_file())
    return {one.name for one in files if one.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)}


def test_the_folder_of_calsync_is_its_owners_alone(tmp_path: Path) -> None:  # O7
    place = Place(tmp_path / "somewhere" / "data")
    place.make()
    write_firm(place, "http://127.0.0.1:8765", CLOCK)
    commands.broker(place, 1883)
    assert for_others(place.data) == set()
    assert wide_open(place.secrets) == set()


def test_all_that_the_stack_is_set_up_with_is_its_owners_alone(tmp_path: Path) -> None:  # O7
    prepare(tmp_path / "firm", tmp_path / "users", CLOCK)
    assert {one.name for one in (tmp_path / "users" / "broker").iterdir()} == {"passwords", "server.key", "server.pem"}
    assert {one.name for one in (tmp_path / "users" / "writer").iterdir()} == {"password", "ca.pem"}
    assert wide_open(tmp_path / "users") == set()
    assert wide_open(tmp_path / "firm" / "secrets") == set()
    assert all(for_others(one) == set() for one in (tmp_path / "users").iterdir())


async def test_a_store_and_what_sqlite_keeps_beside_it_are_their_owners_alone(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "store" / "feed.sqlite3", CLOCK.now, CLOCK.fresh)
    async with store.transaction() as tx:
        await tx.put("firm/0", {"row": b"."})
    names = {one.name for one in (tmp_path / "store").iterdir()}
    assert names == {"feed.sqlite3", "feed.sqlite3-wal", "feed.sqlite3-shm"}
    assert for_others(tmp_path / "store") == set()
    assert wide_open(tmp_path / "store") == set()
    await store.close()


async def test_a_store_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "feed.sqlite3"
    file.touch()
    file.chmod(0o644)
    store = await Store.open(file, CLOCK.now, CLOCK.fresh)
    async with store.transaction() as tx:
        await tx.put("firm/0", {"row": b"."})
    assert wide_open(tmp_path) == set()
    await store.close()


def test_a_secret_that_is_written_anew_is_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("before")
    file.chmod(0o644)
    write_private(file, b"now")
    assert (file.read_bytes(), wide_open(tmp_path)) == (b"now", set())


def test_a_secret_that_everybody_may_read_is_said_once(tmp_path: Path) -> None:  # O7
    lines = StringIO()
    logs.set_up("warning", "json", lines)
    for name, mode in {"open": 0o644, "group": 0o640, "own": 0o600}.items():
        (tmp_path / name).write_text("s3cret\n")
        (tmp_path / name).chmod(mode)
        assert [secret(tmp_path / name, "firm.toml [microsoft] client_secret_file") for _ in range(3)] == ["s3cret"] * 3
    said = lines.getvalue()
    assert said.count("everybody on this machine may read this file") == 1
    assert f'"{tmp_path / "open"}"' in said
    assert "s3cret" not in said
