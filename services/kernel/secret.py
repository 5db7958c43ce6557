"""Secrets are read from their files when they are used, and kept nowhere: a changed file counts at once (O7). One that
everybody on the machine may read still serves, because containers are given theirs that way; it is said once."""

from functools import cache
from pathlib import Path
from stat import S_IRWXO

from services.kernel.errors import Fatal
from services.kernel.logs import logger

_log = logger("secret")


def secret(path: Path, where: str = "") -> str:
    """The text of a file without the line break at its end. Raises Fatal; `where` says who asks (file and key)."""
    asker = where or path.name
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise Fatal(asker, f"the file {path} cannot be read ({error.strerror})",
                    "Put it there, readable for the user that runs this service") from None  # fmt: skip
    except UnicodeDecodeError:
        raise Fatal(asker, f"the file {path} is no text", "Give a text file (PEM, or the secret alone)") from None
    if not text:
        raise Fatal(asker, f"the file {path} is empty", "Write the secret into it")
    _warn(path, asker)
    return text


@cache
def _warn(path: Path, asker: str) -> None:
    """Say it if everybody on this machine may read a secret."""
    if path.stat().st_mode & S_IRWXO:
        _log.warning("everybody on this machine may read this file", where=asker, file=str(path), mend="chmod o= it")
