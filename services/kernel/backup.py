"""Copies of stores: taken while they are in use, put back while they are not. A copy holds what the store held at one
moment. One that is put back claims to have heard nothing, so that all who have spoken to it since make it learn the
rest (ruling 6): even where all stores are put back at once, the two sides know more."""

from pathlib import Path

from services.kernel.clock import Clock
from services.kernel.driver import ThreadDriver, claim
from services.kernel.errors import Fatal, Transient
from services.kernel.schema import MIGRATIONS
from services.kernel.transaction import TO_SOMETHING

RESUMED = (
    "DELETE FROM seen",
    "DELETE FROM watermark",
    "UPDATE effect SET id = id || '/kept' WHERE kind = 'say'",
    f"DELETE FROM effect WHERE {TO_SOMETHING}",  # noqa: S608 - a constant
)
"""It has heard nothing. What it had heard is decided on once more, and what follows from that is said beside what still
waits from the first time: that may be something else by now, and one id would let only the old one stay. What was to be
done to something (its key names it) may be done since, and undone again: who wanted that says whether it still does."""
TAILS = ("-wal", "-shm")
"""What SQLite keeps beside a store that is in use."""


async def copied(store: Path, to: Path, clock: Clock) -> None:
    """Copy a store to a new file that only its owner reads. Raises Fatal and Transient."""
    _new(to)
    try:
        await _tell(store, clock, "VACUUM INTO ?", str(to))
    except BaseException:
        _drop(to)  # half of a copy looks like a whole one
        raise


async def put_back(copy: Path, store: Path, clock: Clock) -> None:
    """Let a store be as it was when it was copied. Raises Fatal: the copy is none of ours or damaged, or somebody still
    uses the store; then nothing has changed."""
    await _check(copy, clock)
    await _free(store, clock)
    half = _half(store)
    await copied(copy, half, clock)
    for statement in RESUMED:
        await _tell(half, clock, statement)
    _swap(half, store)


def _new(to: Path) -> None:
    if to.exists():
        raise Fatal(str(to), "there is something already", "Give a folder in which there is no copy yet")
    claim(to)


def _drop(copy: Path) -> None:
    copy.unlink()


def _half(store: Path) -> Path:
    """Where a store is put together, so that it is whole or not there."""
    half = store.with_name(f"{store.name}.new")
    half.unlink(missing_ok=True)
    return half


def _swap(half: Path, store: Path) -> None:
    for tail in TAILS:
        store.with_name(store.name + tail).unlink(missing_ok=True)
    half.replace(store)


async def _check(copy: Path, clock: Clock) -> None:
    version = await _tell(copy, clock, "PRAGMA user_version")
    if not 1 <= int(version) <= len(MIGRATIONS):
        raise Fatal(
            str(copy), "this is no store that this program knows", "Use the program of its time, or a newer one"
        )
    if await _tell(copy, clock, "PRAGMA integrity_check(1)") != "ok":
        raise Fatal(
            str(copy), "the copy is damaged", "Use another one, or none: a lost store is rebuilt from both sides"
        )


async def _free(store: Path, clock: Clock) -> None:
    """Nobody may have it open: only then SQLite lets go of its journal."""
    if not _there(store):
        return
    try:
        await _tell(store, clock, "PRAGMA journal_mode = DELETE")
    except Transient as error:
        raise Fatal(str(store), "the store is in use", "Stop calsync first") from error


async def _tell(store: Path, clock: Clock, statement: str, *args: str) -> str:
    """The first word of the answer to one statement."""
    if not _there(store):
        raise Fatal(str(store), "there is no such store", "Look for another one")
    driver = ThreadDriver(store, clock.now)
    try:
        rows = await driver.fetch(statement, args)
    finally:
        await driver.close()
    return str(rows[0][0]) if rows else ""


def _there(store: Path) -> bool:
    return store.is_file()
