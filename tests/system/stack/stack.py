"""The compose stack under a name of its own: built, started, asked and removed with everything that it made."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

ROOT = Path(__file__).parents[3]
PORT = "21883"
PATIENCE = 120.0
ASK = """
import json, ssl, sys, urllib.request as u
trust = ssl.create_default_context(cafile="/tls/ca.pem")
method, path, body = sys.argv[1:4]
request = u.Request(f"https://sandbox:8765/sandbox/{path}", method=method, data=body.encode() or None)
sys.stdout.write(u.urlopen(request, context=trust, timeout=60).read().decode())
"""


def engine() -> bool:
    """Whether a container engine runs here."""
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Stack:
    """One started stack."""

    def compose(self, *words: str, check: bool = True) -> str:
        """One `docker compose` command; what it wrote."""
        command = ["docker", "compose", "--project-name", "calsync-journey", *words]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "CALSYNC_BROKER_PORT": PORT}, check=False, timeout=600,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{words}: {done.stderr[-2000:]}"
        return done.stdout

    def cli(self, *words: str) -> str:
        """`calsync` as the operator."""
        return self.compose("run", "--rm", "--no-deps", "-T", "cli", *words)

    def status(self) -> Any:
        return json.loads(self.cli("status", "--json"))

    def sandbox(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The sandbox's control paths, over its own TLS."""
        text = json.dumps(body) if body is not None else ""
        raw = self.compose("exec", "-T", "sandbox", "python", "-c", ASK, method, path, text)
        return json.loads(raw) if raw.strip() else None

    def password(self, user: str) -> str:
        return self.of_user(user, "password").strip()

    def of_user(self, user: str, name: str) -> str:
        """A file that the setup has made for a user of the broker; no service can see those of another."""
        words = ("run", "--rm", "--no-deps", "-T", "--entrypoint", "cat", "setup", f"/users/{user}/{name}")
        return self.compose(*words)

    def events(self, side: str, mailbox: str) -> list[dict[str, Any]]:
        return list(self.sandbox("GET", f"events?side={side}&mailbox={mailbox}")["events"])


@contextmanager
def stack() -> Iterator[Stack]:
    """The stack, until the end of the block; nothing of it is left."""
    it = Stack()
    it.compose("down", "--volumes", "--remove-orphans")
    try:
        it.compose("up", "--build", "--detach")
        yield it
    finally:
        it.compose("--profile", "tools", "down", "--volumes", "--remove-orphans", check=False)


def until(wanted: Any, why: str, seconds: float = PATIENCE) -> Any:
    """What `wanted` gives once it is true."""
    end, never = monotonic() + seconds, Event()
    while not (found := wanted()):
        assert monotonic() < end, f"within {seconds} s not: {why}"
        never.wait(0.5)
    return found
