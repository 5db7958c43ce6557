"""The only door to the database library: a store runs over aiosqlite (its own thread, for a service) or over sqlite3
itself (no thread, so that a simulation replays exactly; ruling 33). No error of the library passes this door."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import aiosqlite

from services.kernel.errors import Fatal, Transient
from services.kernel.micros import micros

Row = tuple[Any, ...]
PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)
_WAIT = 5.0
"""Seconds that one process waits for another's transaction."""
_DATABASE_TIME = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
"""unixepoch('subsec') says the same, but not before SQLite 3.42."""


class Driver(Protocol):
    """One connection. `clock` is SQL for the database's own time in microseconds (ruling 23).

    All methods raise Transient (somebody else holds the database) or Fatal (full, damaged, unreadable).
    """

    clock: str

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and return all its rows."""
        ...

    async def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row."""
        ...

    async def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        ...

    async def close(self) -> None: ...


Connect = Callable[[Path, Callable[[], datetime]], "Driver"]
"""Makes a driver for a file; the function tells the time, for a driver that cannot ask the database."""


class ThreadDriver:
    """aiosqlite: statements run in the connection's own thread, about 50 µs a call (mqtt.md §5.1)."""

    clock = _DATABASE_TIME

    def __init__(self, path: Path, _now: Callable[[], datetime]) -> None:
        self._path = path
        self._db: aiosqlite.Connection | None = None
        self._closed = False

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        with _door(self._path):
            return list(await (await self._open()).execute_fetchall(sql, args))  # type: ignore[arg-type]  # rows are tuples: no row factory is set

    async def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with _door(self._path):
            await (await self._open()).executemany(sql, rows)

    async def rollback(self) -> None:
        if self._db is not None:
            with _door(self._path):
                await self._db.rollback()

    async def close(self) -> None:
        """For good; what is not committed is gone. Transient while another process holds the file."""
        self._closed = True
        db, self._db = self._db, None
        if db is not None:
            with _door(self._path):
                await db.close()

    async def _open(self) -> aiosqlite.Connection:
        if self._closed:
            raise Transient(f"{self._path.name} is closed")
        if self._db is None:
            self._db = await aiosqlite.connect(self._path, isolation_level=None, timeout=_WAIT)
        return self._db


class DirectDriver:
    """sqlite3 in the caller's own thread: never yields, and its time is the `now` that it was given."""

    clock = "store_now()"

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        with _door(path):
            self._db = sqlite3.connect(path, isolation_level=None, timeout=_WAIT)
            self._db.create_function("store_now", 0, lambda: micros(now()))

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        with _door(self._path):
            return self._db.execute(sql, args).fetchall()

    async def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with _door(self._path):
            self._db.executemany(sql, rows)

    async def rollback(self) -> None:
        with _door(self._path):
            self._db.rollback()

    async def close(self) -> None:
        with _door(self._path):
            self._db.close()


def claim(path: Path) -> None:
    """Make the folder (0700) and the file (0600), so that nobody else on the machine reads it; one that was copied here
    gets the same rights. Raises Fatal."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        os.fchmod(opened, 0o600)
        os.close(opened)
    except OSError as error:
        raise Fatal(str(path), f"the store cannot be opened ({error.strerror})", "Give a folder of our own") from error


@contextmanager
def _door(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _judged(path, error) from error
    except ValueError as error:  # what aiosqlite says of a closed connection
        raise Transient(f"{path.name} is closed") from error


_FATES = {
    "SQLITE_FULL": ("the disk is full", "Free some space and start again: nothing is lost"),
    "SQLITE_CORRUPT": ("the file is damaged", "Restore it, or move it away: it is rebuilt from both sides"),
    "SQLITE_NOTADB": ("this is no store of ours", "Point to another folder, or move the file away"),
    "SQLITE_READONLY": ("the file cannot be written", "Give this user the right to write it and its folder"),
    "SQLITE_CANTOPEN": ("the file cannot be opened", "Give this user the right to read and write its folder"),
    "SQLITE_IOERR": ("the disk reports an error", "Look at the disk, then start again"),
}


def _judged(path: Path, error: sqlite3.Error) -> Exception:
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Transient(f"{path.name} is held by another process")
    if "closed" in str(error):
        return Transient(f"{path.name} is closed")
    for known, (what, mend) in _FATES.items():
        if name.startswith(known):
            return Fatal(str(path), what, mend)
    return Fatal(str(path), f"the database refused a statement: {name or type(error).__name__}", "Please report this")
