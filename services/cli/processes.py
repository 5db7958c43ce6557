"""Child processes of one start: their output goes to a file each, what matters of it to the terminal; one that dies is
started again, a little later each time. None outlives us: each is in a group of its own and is told when we die."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.kernel.clock import Clock

FIRST_WAIT = timedelta(seconds=0.5)
LONGEST_WAIT = timedelta(seconds=30)
STEADY = timedelta(seconds=10)
"""A child that lived so long has recovered: its next death is met as a first one. What is wrong with its settings or
its store shows within seconds."""
GRACE = timedelta(seconds=10)
"""So long a child may take to stop before it is killed."""
_LINE = 1024 * 1024
_PR_SET_PDEATHSIG = 1

Tell = Callable[[str, str], None]
"""Hears the name of a child and a line that it wrote."""


@dataclass(slots=True)
class Processes:
    """The children. `environment` is added to our own; `logs` gets one file for each child."""

    logs: Path
    environment: Mapping[str, str]
    tell: Tell
    clock: Clock
    running: dict[str, Process] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _stopping: set[str] = field(default_factory=set)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Keep a child running until it is stopped."""
        self._tasks[name] = asyncio.create_task(self._keep(name, command))

    def pids(self) -> dict[str, int]:
        """The process ids of those that run now."""
        return {name: process.pid for name, process in self.running.items()}

    async def stop(self, names: Sequence[str] | None = None) -> None:
        """Stop these children, or all: politely, and after GRACE for good."""
        chosen = list(self._tasks) if names is None else [name for name in names if name in self._tasks]
        self._stopping.update(chosen)
        tasks = [self._tasks.pop(name) for name in chosen]
        for name in chosen:
            self._signal(name, signal.SIGTERM)
        waiting = asyncio.gather(*tasks, return_exceptions=True)
        done, _ = await asyncio.wait([waiting], timeout=GRACE.total_seconds())
        if not done:
            for name in chosen:
                self.tell(name, f"did not stop within {GRACE.seconds} s and was killed")
                self._signal(name, signal.SIGKILL)
            await waiting

    async def _keep(self, name: str, command: Sequence[str]) -> None:
        wait: timedelta | None = None
        file = self.logs / f"{name}.log"
        file.write_bytes(b"")
        while name not in self._stopping:
            began = self.clock.now()
            code = await self._once(name, command, file)
            if name in self._stopping:
                return
            wait = pause(wait, self.clock.now() - began)
            self.tell(name, f"ended with {_ending(code)}; it starts again in {wait.total_seconds():g} s (see {file})")
            await self._rest(name, wait)

    async def _once(self, name: str, command: Sequence[str], file: Path) -> int:
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, **self.environment}, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE,
            stderr=STDOUT, limit=_LINE, start_new_session=True,
            preexec_fn=_die_with_us if sys.platform == "linux" else None,
        )  # fmt: skip
        self.running[name] = process
        if name in self._stopping:
            self._signal(name, signal.SIGTERM)
        try:
            await self._listen(name, process, file)
            return await process.wait()
        finally:
            self._signal(name, signal.SIGKILL)
            del self.running[name]

    async def _listen(self, name: str, process: Process, file: Path) -> None:
        assert process.stdout
        with file.open("ab", buffering=0) as log:
            while True:
                try:
                    line = await process.stdout.readline()
                except ValueError:
                    continue  # a line longer than _LINE: the reader has dropped it
                if not line:
                    return
                log.write(line)
                self.tell(name, line.decode(errors="replace").rstrip())

    async def _rest(self, name: str, wait: timedelta) -> None:
        end = self.clock.now() + wait
        while name not in self._stopping and self.clock.now() < end:
            await self.clock.sleep(timedelta(seconds=0.1))

    def _signal(self, name: str, what: signal.Signals) -> None:
        """To the child's whole group: what it started ends too."""
        if name in self.running:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running[name].pid, what)


def pause(before: timedelta | None, lived: timedelta) -> timedelta:
    """How long a dead child waits for its next start; `before` is how long it waited the last time, None if never."""
    if before is None or lived > STEADY:
        return FIRST_WAIT
    return min(before * 2, LONGEST_WAIT)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_us() -> None:
    """In the child: the kernel ends it when our process is gone, however we went."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
