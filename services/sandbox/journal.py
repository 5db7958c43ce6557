"""The sandbox's memory on disk: a snapshot, and every request since that changed something, so that a killed process
comes back as it was. The only file of the sandbox that reads or writes state; what it replays goes through the pure
`World.handle`. Reads are not kept: after a kill their count, and cursors of half-read pages, may be missing."""

import base64
import fcntl
import io
import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from services.sandbox.wire import Request
from services.sandbox.world import World

EVERY = 20_000
LARGEST = 64 * 1024 * 1024
_PRIVATE = 0o600


class Unusable(Exception):
    """The data folder cannot be used: why, and what to do."""


def line(request: Request, serial: int) -> bytes:
    """One request as one line of the journal, with the serial number that it found."""
    row = [
        serial, request.method, request.path, request.at.isoformat(), dict(request.query), dict(request.headers),
        base64.b64encode(request.body).decode(), request.origin,
    ]  # fmt: skip
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def read(text: bytes) -> tuple[int, Request]:
    """A line read back; ValueError when it is none."""
    serial, method, path, at, query, headers, body, origin = json.loads(text)
    return serial, Request(method, path, datetime.fromisoformat(at), query, headers, base64.b64decode(body), origin)


def whole(data: bytes) -> Iterator[tuple[int, Request]]:
    """The requests of a journal. A last line that a kill tore was never carried out, and is left out."""
    yield from (read(text) for text in data[: data.rfind(b"\n") + 1].splitlines())


class Journal:
    """One data folder, held by one process. Each snapshot names the journal that continues it, so that a kill between
    the two can neither repeat nor lose a request."""

    def __init__(self, folder: Path, *, every: int = EVERY) -> None:
        self.folder = folder
        self.every = every
        self.count = self.size = self.generation = 0
        self._file: io.FileIO | None = None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, _PRIVATE)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise Unusable(f"{folder} is in use by another sandbox: stop it, or give another --data") from error

    def start(self, make: Callable[[], World]) -> World:
        """The world as it was left, or a new one."""
        snapshot = self.folder / "snapshot"
        if not snapshot.exists():
            world = make()
            self.compact(world)
            return world
        self.generation, world = _load(snapshot)
        path = self._path()
        data = path.read_bytes() if path.exists() else b""
        for serial, request in whole(data):
            world.serial = serial
            _again(world, request)
        self.compact(world)
        return world

    def note(self, request: Request, world: World) -> None:
        """Keeps a request before it is carried out: a kill in between leaves its outcome unknown, never half."""
        if not world.changes(request):
            return
        if self.count >= self.every or self.size > LARGEST:
            self.compact(world)
        assert self._file
        text = line(request, world.serial)
        self._file.write(text)
        self.count, self.size = self.count + 1, self.size + len(text)

    def compact(self, world: World) -> None:
        """A new snapshot and an empty journal."""
        old = self._path()
        self.generation += 1
        fresh = self._path()
        self._close_file()
        self._file = io.FileIO(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w")
        write(self.folder / "snapshot", pickle.dumps((self.generation, world), pickle.HIGHEST_PROTOCOL))
        old.unlink(missing_ok=True)
        self.count = self.size = 0

    def stop(self, world: World) -> None:
        """The graceful end: snapshot, and the folder is free."""
        self.compact(world)
        self.release()

    def release(self) -> None:
        """Lets the folder go without a snapshot, as the end of the process does."""
        self._close_file()
        os.close(self._lock)

    def _path(self) -> Path:
        return self.folder / f"journal-{self.generation}"

    def _close_file(self) -> None:
        if self._file:
            self._file.close()


def _load(snapshot: Path) -> tuple[int, World]:
    try:
        loaded: Any = pickle.loads(snapshot.read_bytes())  # noqa: S301 our own file, readable by us alone
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, ValueError) as error:
        raise Unusable(f"{snapshot} is of another version: remove its folder, or give another --data") from error
    generation, world = loaded
    return int(generation), world


def write(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all, for its owner only."""
    part = path.with_name(path.name + ".part")
    part.touch(_PRIVATE)
    with part.open("r+b") as file:
        file.truncate()
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _again(world: World, request: Request) -> None:
    """A request that failed when it was new fails again, and must not keep the sandbox from starting."""
    try:
        world.handle(request)
    except Exception:  # noqa: BLE001 a fault of the sandbox, shown as it was then
        traceback.print_exc(file=sys.stderr)
