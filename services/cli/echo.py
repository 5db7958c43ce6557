"""What of the children's output a person wants to see: warnings and worse, one line each. Everything is in the log
files anyway."""

import json
import re
import zlib
from typing import Any

from rich.console import Console
from rich.text import Text

COLOURS = ("cyan", "magenta", "green", "blue", "yellow", "bright_cyan", "bright_magenta", "bright_green")
_LOUD = {"warning", "error", "critical"}
_TRACE = re.compile(r"\s|Traceback \(|\d+: Warning:|$")
"""Lines of a traceback before its last one, and Mosquitto's warnings."""
_SAID = ("event", "level", "time", "part", "instance", "service")


def shown(line: str) -> str:
    """A line as a person reads it, "" when it is not worth a look. What is no JSON stays as it is,
    but of a traceback only its end is worth one."""
    try:
        entry = json.loads(line)
    except ValueError:
        return "" if _TRACE.match(line) else line
    if not isinstance(entry, dict):
        return line
    if entry.get("level") not in _LOUD:
        return ""
    return _sentence(entry)


def _sentence(entry: dict[str, Any]) -> str:
    about = [
        f"{name}={value}" for name, value in entry.items() if name not in (*_SAID, "where", "mend", "tenant") and value
    ]
    tenant, where = str(entry.get("tenant", "")), str(entry.get("where", ""))
    who = where if where.startswith(tenant) else f"{tenant} {where}".rstrip()
    parts = (f"{who}: " if who else "", str(entry.get("event", "")), f" ({', '.join(about)})" if about else "")
    return "".join(parts) + (f". {entry['mend']}" if entry.get("mend") else "")


class Echo:
    """Writes what matters to `console`, the name of its child before it; a line that only repeats is left out."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: dict[str, str] = {}

    def line(self, name: str, line: str) -> None:
        """One line of one child."""
        text = shown(line)
        if text and self._last.get(name) != text:
            self._last[name] = text
            colour = COLOURS[zlib.crc32(name.encode()) % len(COLOURS)]
            self._console.print(Text.assemble((f"{name:>18} │ ", colour), text), soft_wrap=True)
