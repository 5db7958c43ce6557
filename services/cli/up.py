"""`calsync up`: everything on this machine with one command. It starts and watches; what calsync does is decided in the
services alone, so that a start by hand or by compose is worth the same."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from contracts import topics
from contracts.status import Problem
from services.cli import commands
from services.cli.echo import Echo
from services.cli.firm import write_firm
from services.cli.idle import SERVICES, rest
from services.cli.listen import Broker, Listener, connected
from services.cli.place import Place
from services.cli.ports import LOOPBACK, ports
from services.cli.processes import Processes
from services.cli.progress import Progress
from services.cli.reach import reach
from services.cli.seen import Seen
from services.cli.summary import problems, summary
from services.cli.verdict import Verdict, Watch, judge
from services.kernel.clock import Clock
from services.kernel.errors import Fatal
from services.kernel.tenants import read_tenants

LOOK = timedelta(seconds=0.2)
STARTING = timedelta(seconds=30)
"""How long the broker may take to start."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start: `config` holds tenants/<slug>.toml; `sandbox` is started too, or the real sides are used."""

    place: Place
    config: Path
    sandbox: bool
    until_idle: bool


@dataclass(frozen=True, slots=True)
class Firms:
    """The tenants with a usable file, and the mistakes of the others."""

    slugs: tuple[str, ...]
    mistakes: tuple[Problem, ...]


async def up(plan: Plan, progress: Progress, clock: Clock) -> int:
    """Start, watch and stop everything; the exit code. Raises Fatal when it cannot start."""
    plan.place.make()
    with _alone(plan.place):
        chosen = ports(plan.place, ("broker", "sandbox") if plan.sandbox else ("broker",))
        if plan.sandbox:
            write_firm(plan.place, f"http://{LOOPBACK}:{chosen['sandbox']}", clock)
        firms = _firms(plan.config)
        progress.problems(problems(Seen(), clock.now(), firms.mistakes))
        url = f"mqtt://{LOOPBACK}:{chosen['broker']}"
        children = Processes(
            plan.place.logs, commands.environment(plan.place, url, plan.config), Echo(progress.console).line, clock
        )
        stop = _signals()
        begun = clock.now()
        watching = asyncio.create_task(_run(plan, firms, children, chosen, progress, clock, begun))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([watching, stopped], return_when=asyncio.FIRST_COMPLETED)
            return watching.result() if watching.done() else 0
        finally:
            progress.stopping()
            stopped.cancel()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await children.stop(SERVICES)
            await children.stop()
            (plan.place.data / "up.json").unlink(missing_ok=True)


async def _run(
    plan: Plan, firms: Firms, children: Processes, chosen: dict[str, int], progress: Progress, clock: Clock,
    begun: datetime,
) -> int:  # fmt: skip
    """Everything between start and stop; for ever unless `until_idle`."""
    place, url = plan.place, f"mqtt://{LOOPBACK}:{chosen['broker']}"
    children.start("broker", commands.broker(place, chosen["broker"]))
    if plan.sandbox:
        children.start("sandbox", commands.sandbox(place, chosen["sandbox"]))
    async with connected(Broker(url), clock, topics.FACTS, patience=STARTING) as listener:
        hearing = asyncio.create_task(listener.listen())
        try:
            await _start(plan, children, chosen, clock)
            place.write(
                "up.json", {"broker": url, "pid": os.getpid(), "config": str(plan.config), "pids": children.pids()}
            )
            verdict, end = await _watch(listener, firms, progress, clock, begun)
            if plan.until_idle:
                return _finish(listener, firms, progress, verdict, begun, end)
            progress.first_run(
                summary(listener.seen, firms.slugs, begun, end, firms.mistakes), place.data, plan.sandbox
            )
            await _remember(place, listener, clock)
        finally:
            hearing.cancel()
    return 0


async def _start(plan: Plan, children: Processes, chosen: dict[str, int], clock: Clock) -> None:
    """The services, the registry last: it begins runs, and by then everybody can be reached."""
    for name in SERVICES:
        if name == "registry" and plan.sandbox:
            await reach("sandbox", chosen["sandbox"], clock)
        children.start(name, commands.service(name))


async def _watch(
    listener: Listener, firms: Firms, progress: Progress, clock: Clock, begun: datetime
) -> tuple[Verdict, datetime]:
    """Look until everything has come to rest; how, and since when."""
    watch, verdict = Watch(), Verdict.BUSY
    while verdict is Verdict.BUSY:
        await clock.sleep(LOOK)
        seen, now = listener.seen, clock.now()
        watch, verdict = judge(watch, rest(seen, firms.slugs, begun, now), now)
        progress.look(seen, firms.slugs, begun, now)
    return verdict, watch.since or clock.now()


def _finish(
    listener: Listener, firms: Firms, progress: Progress, verdict: Verdict, begun: datetime, end: datetime
) -> int:
    """The summary as the last line; 0 only when every tenant could be read."""
    if verdict is Verdict.SILENT:
        silent = Problem("calsync", "nothing moved for five minutes", "Look into the log folder")
        firms = Firms(firms.slugs, (*firms.mistakes, silent))
    told = summary(listener.seen, firms.slugs, begun, end, firms.mistakes)
    progress.summary(told)
    unread = any(tenant["failed"] for tenant in told["tenants"].values())
    return 1 if verdict is not Verdict.DONE or firms.mistakes or unread else 0


async def _remember(place: Place, listener: Listener, clock: Clock) -> None:
    """Keep the last run of each tenant where `calsync status` finds it, for ever."""
    kept: dict[str, str] = {}
    while True:
        runs = {slug: run.run for slug, run in listener.seen.finished.items()}
        if runs != kept:
            kept = runs
            shown = {
                slug: {
                    "run": run.run,
                    "started_at": run.started_at.isoformat(),
                    "items": run.items,
                    "failed": run.failed,
                }
                for slug, run in listener.seen.finished.items()
            }
            place.write("runs.json", {**place.read("runs.json"), **shown})
        await clock.sleep(LOOK * 5)


def _firms(config: Path) -> Firms:
    found, wrong = read_tenants(config)
    if not found and not wrong:
        raise Fatal(
            str(config / "tenants"), "there is no tenant's file", "Put <slug>.toml there, or leave --config out"
        )
    return Firms(tuple(found), tuple(Problem(error.where, error.what, error.mend) for error in wrong))


def _signals() -> asyncio.Event:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    return stop


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    """Nobody else may start here meanwhile. Raises Fatal when somebody has."""
    with (place.data / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            pid = place.read("up.json").get("pid", "unknown")
            raise Fatal(str(place.data), f"calsync runs here already (process {pid})",
                        "Stop it first, or give another folder with --data") from error  # fmt: skip
        yield
