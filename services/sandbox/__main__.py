"""Starts the sandbox: options, the clock, signals, and where it listens. Beyond this machine only with TLS, so that not
even a pretend secret crosses a network in the clear."""

import argparse
import asyncio
import ipaddress
import json
import os
import secrets
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.sandbox import keys, tls
from services.sandbox.firm import make_firm
from services.sandbox.journal import Journal, Unusable, write
from services.sandbox.keys import Keys
from services.sandbox.web import Shell, listen
from services.sandbox.world import World

TENANT = "7d3a3f7e-1c55-4a0e-9b35-6a1d6f0c1a11"
CLIENT = "0f0c9d1c-6c2e-4c53-8a52-2f5a7c1f8e22"
PORT = 8765


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, read."""

    host: str
    port: int
    data: Path
    seed: int
    empty: bool
    tls: Path | None
    names: tuple[str, ...]
    keys: Keys


def options(words: list[str]) -> Options:
    """The options; exits with a message when they make no sense."""
    parser = argparse.ArgumentParser("sandbox", description="Microsoft 365 and a Practifi org to play with.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT, help="0: any free port")
    parser.add_argument("--data", type=Path, default=Path("sandbox-data"), help="folder of its memory")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tenant-id", default=TENANT)
    parser.add_argument("--client-id", default=CLIENT)
    parser.add_argument("--client-secret-file", type=Path, help="default: one is made in the data folder")
    parser.add_argument("--salesforce-client-id", default="calsync")
    parser.add_argument("--salesforce-public-key", type=Path, help="PEM: a key or a certificate")
    parser.add_argument("--salesforce-username", default="calsync@firm.example")
    parser.add_argument("--empty", action="store_true", help="nobody and nothing in it, instead of a firm")
    parser.add_argument("--tls", type=Path, help="folder of ca.pem and the server's certificate; made when absent")
    parser.add_argument("--names", default="localhost,127.0.0.1,::1", help="host names of the certificate")
    given = parser.parse_args(words)
    if given.tls is None and not loopback(given.host):
        parser.error(f"{given.host} is not loopback: give --tls DIR, or --host 127.0.0.1")
    known = Keys(
        given.tenant_id, given.client_id, _secret(given.client_secret_file, given.data), given.salesforce_client_id,
        given.salesforce_username, given.salesforce_public_key and given.salesforce_public_key.read_text(),
    )  # fmt: skip
    names = tuple(one.strip() for one in given.names.split(",") if one.strip())
    return Options(given.host, given.port, given.data, given.seed, given.empty, given.tls, names, known)


def loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secret(path: Path | None, data: Path) -> str:
    """The content of the file; without one, a secret that is made once and kept beside the memory."""
    if path is not None:
        return path.read_text().strip()
    own = data / "client-secret"
    if not own.exists():
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(own, secrets.token_urlsafe(24).encode())
    return own.read_text()


def now() -> datetime:
    return datetime.now(UTC)


def world_of(asked: Options) -> World:
    """A new world, with a firm in it unless an empty one is wanted."""
    world = keys.made(asked.keys, asked.seed)
    if not asked.empty:
        make_firm(world, asked.seed, now())
    return world


async def run(asked: Options) -> None:
    """Serves until a signal says to stop; then everything is on disk. Unusable or OSError when it cannot start."""
    journal = Journal(asked.data)
    world = journal.start(lambda: world_of(asked))
    keys.admit(world, asked.keys)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    context = tls.context(asked.tls, asked.names, now()) if asked.tls else None
    runner, port = await listen(Shell(world, journal, now), asked.host, asked.port, context)
    url = address(asked, port)
    write(asked.data / "sandbox.json", json.dumps({"url": url, "pid": os.getpid()}).encode())
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    await stop.wait()
    (asked.data / "sandbox.json").unlink()
    await runner.cleanup()
    journal.stop(world)


def address(asked: Options, port: int) -> str:
    """Where clients reach it: by a name of the certificate, if it has one."""
    host = asked.names[0] if asked.tls and asked.names else asked.host
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if asked.tls else 'http'}://{shown}:{port}"


def main() -> None:
    try:
        asyncio.run(run(options(sys.argv[1:])))
    except (Unusable, OSError) as error:
        sys.exit(f"sandbox: {error}")


if __name__ == "__main__":
    main()
