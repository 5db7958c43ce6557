"""What the compose stack needs before it starts: a password for each user of the broker, a certificate for the broker,
and the sandbox's firm. What is there stays as it is, so that a stack that is started again carries on. Each user finds
its own password in a folder of its own: nobody but the broker may see those of the others."""

import sys
from pathlib import Path

from services.cli.certificate import issue, worn
from services.cli.firm import SLUG, write_file, write_secrets
from services.cli.idle import SERVICES
from services.cli.place import Place, write_private
from services.kernel.clock import Clock, WallClock

USERS = (*SERVICES, "operator", SLUG)
"""Each service, a person with the command line, and a reader of the firm's public facts."""
BROKER = ("broker", "localhost", "127.0.0.1")
"""The names that the broker goes by."""
ORIGIN = "https://sandbox:8765"
NAMES = {
    "tenant_id": "7d3a3f7e-1c55-4a0e-9b35-6a1d6f0c1a11",
    "client_id": "0f0c9d1c-6c2e-4c53-8a52-2f5a7c1f8e22",
    "app": "calsync",
}
"""The names that the sandbox goes by unless it is told others."""


def prepare(firm: Path, users: Path, clock: Clock) -> None:
    """Write what is missing in the two folders."""
    _firm(firm, clock)
    for user in (*USERS, "broker"):
        (users / user).mkdir(mode=0o700, parents=True, exist_ok=True)
    _passwords(users, clock)
    _certificate(users, clock)


def _firm(firm: Path, clock: Clock) -> None:
    file = firm / "config" / "tenants" / f"{SLUG}.toml"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        (firm / "secrets").mkdir(mode=0o700, exist_ok=True)
        write_secrets(Place(firm), clock)
        write_file(file, ORIGIN, NAMES, "/tls/ca.pem")


def _passwords(users: Path, clock: Clock) -> None:
    """`<user>/password` for each, and all of them as `broker/passwords`, which the broker hashes for itself."""
    for user in USERS:
        if not (users / user / "password").exists():
            write_private(users / user / "password", f"{clock.fresh()}{clock.fresh()}{clock.fresh()}\n".encode())
    words = {user: (users / user / "password").read_text(encoding="utf-8") for user in USERS}
    lines = "".join(f"{user}:{word}" for user, word in words.items())
    write_private(users / "broker" / "passwords", lines.encode())


def _certificate(users: Path, clock: Clock) -> None:
    """`broker/server.pem` and `server.key`, and for everybody the authority, `ca.pem`."""
    present = users / "broker" / "server.pem"
    if present.exists() and not worn(present.read_bytes(), clock.now()):
        return
    made = issue(BROKER, clock.now())
    for user in USERS:
        write_private(users / user / "ca.pem", made.authority)
    write_private(users / "broker" / "server.key", made.key)
    write_private(present, made.certificate)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]), WallClock())
