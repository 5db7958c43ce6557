"""The product as a person has it: `calsync up` in a folder, its processes, its sandbox and what it says. Starts and
ends nothing but its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Self

from contracts.control import SyncNow
from services.cli import people
from services.cli.commands import sandbox
from services.cli.control import tell
from services.cli.firm import write_firm
from services.cli.listen import Broker
from services.cli.place import Place
from services.cli.ports import ports
from services.kernel.clock import WallClock
from tests.system.hearer import LONG_AGO, PATIENCE, Hearer
from tests.system.small import Fill, settle

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
CLOCK = WallClock()
QUICK = {"settle_seconds": 0, "interval_minutes": 60}
"""A test makes an Event and its people in one step: there is nothing to wait for (ruling 10). Runs begin when it asks
for one, and none comes in between however long the test takes."""


class Product:
    """One data folder, and `up` at work in it between `with` and its end. Its sandbox holds what `fill` puts there, or
    the firm that the sandbox makes by itself."""

    def __init__(
        self, folder: Path, policy: Mapping[str, Any] | None = None, fill: Fill | None = None, **environment: str
    ) -> None:
        self.place = Place(folder / "data")
        self.place.make()
        self.output = folder / "output"
        self._environment = {**os.environ, **environment}
        self._ports = ports(self.place, ("broker", "sandbox"))
        self._process: subprocess.Popen[bytes] | None = None
        write_firm(self.place, f"http://127.0.0.1:{self._ports['sandbox']}", CLOCK)
        self.set_policy(policy or {})
        if fill:
            settle(self.place, fill)

    @property
    def tenant_file(self) -> Path:
        return self.place.config / "tenants" / "firm.toml"

    def set_policy(self, changes: Mapping[str, Any]) -> None:
        """Change keys of the tenant's policy in its file, as an administrator would."""
        head, _, table = self.tenant_file.read_text().partition("[policy]\n")
        keys = dict(line.split(" = ", 1) for line in table.splitlines() if " = " in line)
        keys |= {key: json.dumps(value) for key, value in changes.items()}
        self.tenant_file.write_text(f"{head}[policy]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items()))

    def command(self, *words: str) -> list[str]:
        """A `calsync` command line on this folder."""
        return [sys.executable, "-m", "services.cli", *words, "--data", str(self.place.data)]

    def call(self, *words: str, seconds: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """One `calsync` command, to its end."""
        return subprocess.run(
            self.command(*words), cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=seconds,
            check=False,
        )  # fmt: skip

    def __enter__(self) -> Self:
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                self.command("up"), cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True,
            )  # fmt: skip
        self.hearer = Hearer(self._ports["broker"])
        return self

    def __exit__(self, *_: object) -> None:
        self.hearer.close()
        assert self._process
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            left = [pid for pid, _ in processes_of(self.place.data)]
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        assert not left, f"outlived calsync up: {left}"

    def first_run(self, seconds: float = PATIENCE) -> Json:
        """The first run of all, when it is finished and everything is at rest."""
        run = self.hearer.until(lambda: self.hearer.finished(LONG_AGO), "a finished run", seconds)
        self.rest(seconds)
        return dict(run)

    def sync(self, seconds: float = PATIENCE) -> Json:
        """One run that sees all that was done before, finished and at rest."""
        asked = self.ask_for_run()
        run = self.hearer.until(lambda: self.hearer.finished(asked), "a finished run", seconds)
        self.rest(seconds)
        return dict(run)

    def ask_for_run(self) -> datetime:
        """Say *sync now*, as the command line does; runs that begin from then on see all that was done before."""
        asked = CLOCK.now()
        url = f"mqtt://127.0.0.1:{self._ports['broker']}"
        asyncio.run(tell(Broker(url), "firm", SyncNow("a-test"), CLOCK))
        return asked

    def rest(self, seconds: float = PATIENCE) -> None:
        """Return when nobody has anything left to do."""
        self.hearer.until(self.hearer.resting, "rest", seconds)

    def pids(self, name: str) -> list[int]:
        """The processes of a service, or of the broker."""
        return [pid for pid, words in processes_of(self.place.data) if _is(name, words)]

    def kill(self, name: str) -> int:
        """`kill -9`; the process id of who died."""
        (pid,) = self.pids(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def ask(self, method: str, path: str, body: Json | bytes | None = None, /, **query: Any) -> Any:
        """The sandbox's control paths."""
        raw = json.dumps(body).encode() if isinstance(body, dict) else body
        return people.ask(self.place, method, path, query, raw)

    def events(self, side: str, **query: Any) -> list[Json]:
        return list(self.ask("GET", "events", side=side, **query)["events"])

    def add(self, side: str, mailbox: str, **fields: Any) -> Json:
        return dict(self.ask("POST", "events", {"side": side, "mailbox": mailbox, "set": fields}))

    def change(self, side: str, event: Json, **fields: Any) -> Json:
        return dict(self.ask("PATCH", "events", {"side": side, "id": event["id"], "set": fields}))

    def delete(self, side: str, event: Json) -> None:
        self.ask("DELETE", "events", side=side, id=event["id"])

    def there(self, event: Json, side: str) -> Json | None:
        """The event by its id as it is now, None when it is gone."""
        found = [one for one in self.events(side, mailbox=event["mailbox"]) if one["id"] == event["id"]]
        return found[0] if found else None

    def logs(self) -> str:
        """All that calsync's own processes wrote."""
        files = [one for one in self.place.logs.glob("*.log") if one.stem != "sandbox"]
        return "\n".join(one.read_text(errors="replace") for one in files) + self.output.read_text(errors="replace")


@contextmanager
def only_sandbox(product: Product) -> Iterator[None]:
    """The sandbox of a folder alone, to look at what a run left there."""
    command = sandbox(product.place, product._ports["sandbox"])
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        assert process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout
        process.stdout.close()


def until(wanted: Any, why: str, seconds: float = PATIENCE) -> Any:
    """What `wanted` gives once it is true: for what nobody tells on the broker."""
    end, never = monotonic() + seconds, Event()
    while not (found := wanted()):
        assert monotonic() < end, f"within {seconds} s not: {why}"
        never.wait(0.05)
    return found


def processes_of(data: Path) -> list[tuple[int, str]]:
    """All living processes that were started for a data folder, with their command lines; `up` and we are not."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            told = words + (entry / "environ").read_bytes().decode(errors="replace")
            if words and str(data) in told and "services.cli" not in words:
                found.append((int(entry.name), words))
    return found


def _is(name: str, words: str) -> bool:
    if name == "broker":
        return "mosquitto" in words or "services.kernel.broker" in words
    return f"services.{name.replace('-', '_')}" in words
