"""The whole product as `calsync up` starts it, laid out for accidents: a wire that can be cut before its broker and one
before its remotes, a small disk under each store where this machine lets us mount one, and second replicas. It ends
nothing that it did not start."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from services.cli import commands
from services.cli.ports import LOOPBACK
from tests.system.chaos.proxy import Proxy
from tests.system.product import ROOT, Product, until

REMOTES = "127.0.0.2"
"""Where services reach the remotes: `up` renews a tenant's 127.0.0.1 at its start and leaves this one alone."""
LEASE = 3
DISK_MIB = 48
SERVICES = ("registry", "feed", "graph-poller", "salesforce-watcher", "reconciler", "writer")
POLICY: Mapping[str, Any] = {
    "settle_seconds": 0, "brake_minimum": 100_000, "brake_hourly_deletions": 100_000, "mail_cap_per_hour": 100_000,
    "park_after_writes_per_hour": 10_000,
}  # fmt: skip
"""People work here all day within minutes: the limits of a quiet hour would stop them."""


class Ground(Product):
    """`with Ground(folder, disks=True) as ground`: everything at work, before its first run."""

    def __init__(self, folder: Path, *, disks: bool) -> None:
        tools = folder / "tools"
        tools.mkdir(parents=True)
        super().__init__(
            folder, POLICY, CALSYNC_LEASE_SECONDS=str(LEASE), PATH=f"{tools}{os.pathsep}{os.environ['PATH']}"
        )
        self.disks = {name: self._disk(name) for name in SERVICES} if disks else {}
        self._door, self._ports["broker"] = self._ports["broker"], _free()
        _stand_in(tools / "mosquitto", self._door, self._ports["broker"])
        remotes = _free()
        text = self.tenant_file.read_text()
        self.tenant_file.write_text(
            text.replace(f"http://{LOOPBACK}:{self._ports['sandbox']}", f"http://{REMOTES}:{remotes}")
        )
        self.wires = {
            "broker": Proxy((LOOPBACK, self._door), (LOOPBACK, self._ports["broker"])),
            "remotes": Proxy((REMOTES, remotes), (LOOPBACK, self._ports["sandbox"])),
        }
        self._second: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.wires["remotes"].start()
        super().__enter__()
        try:
            until((self.place.data / "broker" / "began").exists, "a broker")
            self.wires["broker"].start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *why: object) -> None:
        for pid in list(self._second):
            self.end_second(pid)
        for name in (*SERVICES, "broker", "sandbox"):
            for pid in self.pids(name):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
        try:
            super().__exit__(*why)
        finally:
            for wire in self.wires.values():
                wire.stop()
            for disk in self.disks.values():
                subprocess.run(["umount", str(disk)], check=False)

    def keep(self, folder: Path) -> None:
        """Copy the stores out of disks that will be gone."""
        for name, disk in self.disks.items():
            shutil.copytree(disk, folder / name)

    def alive(self) -> bool:
        """Whether `calsync up` itself still runs."""
        return self._process is not None and self._process.poll() is None

    def second(self, name: str) -> int:
        """Another replica of a service, as `calsync run` starts it; its process id."""
        told = commands.environment(self.place, f"mqtt://{LOOPBACK}:{self._door}", self.place.config)
        with (self.place.logs / f"{name}-second.log").open("ab") as log:
            process = subprocess.Popen(
                commands.service(name), cwd=ROOT, env={**self._environment, **told}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._second[process.pid] = process
        return process.pid

    def end_second(self, pid: int) -> None:
        """The end of another replica, without a goodbye."""
        process = self._second.pop(pid)
        process.kill()
        process.wait()

    def _disk(self, name: str) -> Path:
        """A small disk for one service's store."""
        disk = self.place.data / "disks" / name
        disk.mkdir(parents=True, mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=700", "chaos", str(disk)], check=True)
        (self.place.store / f"{name}.sqlite3").symlink_to(disk / f"{name}.sqlite3")
        return disk


def _stand_in(file: Path, door: int, port: int) -> None:
    """A `mosquitto` that is found first: it starts the real broker at another port, so that a wire lies before it."""
    real = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    begin = f'exec "{real}" -c "$2"' if real else f'exec "{sys.executable}" -m services.kernel.broker --port {port}'
    lines = ["#!/bin/sh", f'sed -i "s/^listener {door} /listener {port} /" "$2"', ': > "${2%/*}/began"', begin]
    file.write_text("\n".join([*lines, ""]))
    file.chmod(0o700)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
