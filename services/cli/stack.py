"""What the compose stack needs before it starts, made once: a password for each user of the broker, and the sandbox's
firm. Existing files stay as they are, so that a stack that is started again carries on."""

import sys
from pathlib import Path

from services.cli.firm import SLUG, write_file, write_secrets
from services.cli.idle import SERVICES
from services.cli.place import Place
from services.kernel.clock import Clock, WallClock

USERS = (*SERVICES, "operator", SLUG)
"""Each service, a person with the command line, and a reader of the firm's public facts."""
ORIGIN = "https://sandbox:8765"
NAMES = {
    "tenant_id": "7d3a3f7e-1c55-4a0e-9b35-6a1d6f0c1a11",
    "client_id": "0f0c9d1c-6c2e-4c53-8a52-2f5a7c1f8e22",
    "app": "calsync",
}
"""The names that the sandbox goes by unless it is told others."""


def prepare(firm: Path, users: Path, clock: Clock) -> None:
    """Write what is missing in the two folders."""
    file = firm / "config" / "tenants" / f"{SLUG}.toml"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        (firm / "secrets").mkdir(mode=0o700, exist_ok=True)
        write_secrets(Place(firm), clock)
        write_file(file, ORIGIN, NAMES, "/tls/ca.pem")
    if not (users / "passwords").exists():
        words = {user: clock.fresh() + clock.fresh() for user in USERS}
        for user, word in words.items():
            (users / user).write_text(f"{word}\n", encoding="utf-8")
        lines = "".join(f"{user}:{word}\n" for user, word in words.items())
        (users / "passwords").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]), WallClock())
