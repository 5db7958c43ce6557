"""Where `calsync up` keeps things, and how the other commands find what it started. All of it is its
owner's alone."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.kernel.errors import Fatal


def write_private(file: Path, text: bytes) -> Path:
    """Write a file that only its owner reads, whatever it was before and whatever the umask says."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(text)
    return file


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of `--data`."""

    data: Path

    @property
    def config(self) -> Path:
        """Where the sandbox's firm has its file."""
        return self.data / "config"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def store(self) -> Path:
        return self.data / "store"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def make(self) -> None:
        """Create the folders. Raises Fatal when they cannot be."""
        try:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            for folder in (self.data, self.secrets, self.store, self.logs, self.data / "broker", self.data / "sandbox"):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Fatal(
                str(self.data), f"the folder cannot be used ({error.strerror})", "Give another one with --data"
            ) from error

    def read(self, name: str) -> dict[str, Any]:
        """What a JSON file says, {} when there is none. Raises Fatal when it is damaged."""
        file = self.data / name
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise Fatal(str(file), "the file is damaged", "Remove it and start again") from error
        return found if isinstance(found, dict) else {}

    def write(self, name: str, what: dict[str, Any]) -> None:
        """Replace a JSON file in one step, so that nobody reads half of it."""
        half = self.data / f"{name}.new"
        half.write_text(json.dumps(what, indent=1) + "\n", encoding="utf-8")
        half.replace(self.data / name)

    def write_secret(self, name: str, text: bytes) -> Path:
        """A new file below `secrets` that only its owner reads."""
        return write_private(self.secrets / name, text)

    def broker(self) -> str:
        """The URL of the broker that `up` started here. Raises Fatal when nothing runs here."""
        url = self.read("up.json").get("broker")
        if not isinstance(url, str):
            raise Fatal(
                str(self.data), "nothing runs here", "Start it with `calsync up`, or name its folder with --data"
            )
        return url
