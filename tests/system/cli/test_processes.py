"""Children of a start: real processes that die, disobey, and are left alone."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.cli import processes
from services.cli.processes import Processes
from services.kernel.clock import WallClock

PATIENCE = 20
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(99)"
)
PARENT = (
    "import subprocess, sys; p = subprocess.Popen(['sleep', '99']); print('grandchild', p.pid, flush=True); p.wait()"
)


class Heard:
    """What the children wrote, to be waited for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._news = asyncio.Event()

    def tell(self, name: str, line: str) -> None:
        self.lines.append(f"{name}: {line}")
        self._news.set()

    async def until(self, wanted: Callable[[list[str]], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not wanted(self.lines):
                self._news.clear()
                await self._news.wait()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def children(tmp_path: Path, heard: Heard) -> AsyncIterator[Processes]:
    made = Processes(tmp_path, {"CALSYNC_TEST": "given"}, heard.tell, WallClock())
    yield made
    await made.stop()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie that nobody has collected yet has."""
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while not gone(pid):  # noqa: ASYNC110 - a process that is not our child tells us nothing
            await asyncio.sleep(0.02)


async def test_a_child_that_dies_is_started_again(children: Processes, heard: Heard) -> None:  # O6
    children.start("worker", python("import os; print(os.environ['CALSYNC_TEST'], flush=True); os._exit(3)"))
    await heard.until(lambda lines: lines.count("worker: given") == 2)
    assert any("ended with exit code 3" in line for line in heard.lines)


async def test_everything_that_a_child_writes_is_in_its_log(children: Processes, heard: Heard, tmp_path: Path) -> None:
    children.start("worker", python("import time; print('one', flush=True); time.sleep(99)"))
    await heard.until(lambda lines: "worker: one" in lines)
    assert (tmp_path / "worker.log").read_text() == "one\n"


async def test_stopping_ends_a_child_and_does_not_start_it_again(children: Processes, heard: Heard) -> None:
    children.start("worker", python("import time; print('up', flush=True); time.sleep(99)"))
    await heard.until(lambda lines: "worker: up" in lines)
    pid = children.pids()["worker"]
    await children.stop(["worker"])
    assert gone(pid)
    assert children.pids() == {}
    assert heard.lines == ["worker: up"]


async def test_what_a_child_started_ends_with_it(children: Processes, heard: Heard) -> None:
    children.start("worker", python(PARENT))
    await heard.until(bool)
    grandchild = int(heard.lines[0].rpartition(" ")[2])
    await children.stop()
    await until_gone(grandchild)


async def test_a_child_that_will_not_stop_is_killed(
    children: Processes, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE", timedelta(seconds=0.2))
    children.start("worker", python(STUBBORN))
    await heard.until(bool)
    pid = children.pids()["worker"]
    await children.stop()
    assert gone(pid)
    assert "was killed" in heard.lines[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
async def test_no_child_outlives_a_start_that_is_killed(tmp_path: Path) -> None:  # O6
    code = f"""
import asyncio
from pathlib import Path
from services.cli.processes import Processes
from services.kernel.clock import WallClock

async def main():
    told = lambda name, line: print(line, flush=True)
    children = Processes(Path({str(tmp_path)!r}), {{}}, told, WallClock())
    children.start("worker", {python("import os, time; print(os.getpid(), flush=True); time.sleep(99)")!r})
    await asyncio.sleep(99)

asyncio.run(main())
"""
    root = Path(__file__).parents[3]
    start = await asyncio.create_subprocess_exec(*python(code), stdout=asyncio.subprocess.PIPE, cwd=root)
    assert start.stdout
    child = int(await start.stdout.readline())
    start.send_signal(signal.SIGKILL)
    await start.wait()
    await until_gone(child)


@pytest.mark.parametrize(
    ("before", "lived", "waits"),
    [
        pytest.param(None, 0, 0.5, id="the first death"),
        pytest.param(0.5, 1, 1, id="dead again at once"),
        pytest.param(16, 1, 30, id="it cannot live at all"),
        pytest.param(30, 1, 30, id="never longer"),
        pytest.param(30, 15, 0.5, id="it had worked for a while"),
    ],
)
def test_who_dies_young_waits_longer_each_time(before: float | None, lived: float, waits: float) -> None:  # O6
    last = None if before is None else timedelta(seconds=before)
    assert processes.pause(last, timedelta(seconds=lived)) == timedelta(seconds=waits)
