"""What a start looks like to the one who started it: one moving line on a terminal, an occasional plain line elsewhere.
Progress goes to standard error; standard output is for the summary alone."""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.status import Status as Spinner

from services.cli.seen import Seen
from services.cli.summary import lines, totals

WIDE = 400
FEW = 3
PLAIN = timedelta(seconds=10)
"""How often a line is written where nobody can see one move."""


def terminal(*, stderr: bool = False) -> Console:
    """Standard output or error; where it is no terminal, lines are as long as they have to be."""
    plain = Console(stderr=stderr)
    return plain if plain.is_terminal else Console(stderr=stderr, width=WIDE)


class Progress:
    """The terminal of one start."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._spinner: Spinner | None = None
        self._plain: datetime | None = None

    def look(self, seen: Seen, tenants: Collection[str], start: datetime, now: datetime) -> None:
        """How far it is."""
        text = _line(seen, tenants, start, now)
        if self.console.is_terminal:
            if self._spinner is None:
                self._spinner = self.console.status(text)
                self._spinner.start()
            self._spinner.update(text)
        elif self._plain is None or now - self._plain >= PLAIN:
            self._plain = now
            self.console.print(text, soft_wrap=True, highlight=False)

    def problems(self, problems: Collection[Mapping[str, Any]]) -> None:
        """One clear line for each, for a person to act on."""
        for text in lines(problems):
            self.console.print(text, style="red", markup=False, soft_wrap=True, highlight=False)

    def first_run(self, told: dict[str, Any], data: Path, sandbox: bool) -> None:
        """What the first run did, and how to look at it."""
        self._calm()
        written = told["written"]
        for slug, tenant in told["tenants"].items():
            self._say(f"{slug}: {_run(tenant)}")
        done = f"{written['practifi']} written to Practifi, {written['microsoft']} to Microsoft"
        self._say(f"In {told['seconds']:g} s: {told['observed']} events read, {done}, {told['conflicts']} conflicts.")
        self.problems(told["problems"])
        where = "" if data == Path(".calsync") else f" --data {data}"
        self._say(f"Look: calsync status{where} · calsync tail{where} · calsync sync{where}")
        if sandbox:
            self._say(f"Play: calsync sandbox events --side practifi{where} · calsync sandbox people{where}")
        self._say("Ctrl-C ends it; the next `calsync up` carries on.")

    def summary(self, told: dict[str, Any]) -> None:
        """The last line of standard output."""
        self._calm()
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    def stopping(self) -> None:
        """It ends."""
        self._calm()

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True, highlight=False)

    def _calm(self) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None


def _line(seen: Seen, tenants: Collection[str], start: datetime, now: datetime) -> str:
    statuses = [status for (tenant, _, _), status in seen.since(start).items() if tenant in tenants]
    counts = totals(statuses)
    outstanding = sum(status.outstanding for status in statuses if status.alive)
    ready = len({status.service for status in statuses if status.alive})
    written = counts.get("written.practifi", 0) + counts.get("written.microsoft", 0)
    return (
        f"{(now - start).total_seconds():.0f} s: {ready} services at work, {counts.get('observed', 0)} events read, "
        f"{written} written, {outstanding} things to do"
    )


def _run(tenant: dict[str, Any]) -> str:
    if not tenant["active"]:
        return "off (not enabled, or paused)"
    if not tenant["run"]:
        return "its run is not finished"
    return f"run {tenant['run']} finished, {tenant['items']} items{unread(tenant['failed'])}"


def unread(failed: Sequence[str]) -> str:
    """What a run could not read, as the end of a sentence."""
    if not failed:
        return ""
    return f", could not read {', '.join(failed) if len(failed) <= FEW else f'{len(failed)} mailboxes'}"
