"""`make chaos SEED=… FAULTS=200`: the product on this machine, people at work, and one accident after another. Prints
what it saw; ends with 1 when something was lost, doubled, mailed too often or did not get up by itself."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from services.kernel import logs
from tests.system.chaos.ground import Ground
from tests.system.chaos.plan import plan
from tests.system.chaos.report import Told, lines
from tests.system.chaos.trial import Trial

APART = "CHAOS_APART"
"""Set in a process that has mounts of its own."""
FIRST = 60.0
"""Seconds for the first run."""


def main(words: Sequence[str]) -> int:
    """Play the faults of a seed; 1 if something was wrong."""
    seed, count = int(words[0]), int(words[1])
    apart = os.environ.get(APART) == "1"
    if not apart:
        _go_apart(words)
    logs.set_up("critical", "console")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    began, limit = monotonic(), 30 + 2.6 * count
    with Ground(folder, disks=apart) as ground:
        ground.first_run(FIRST)
        trial = Trial(ground, seed, limit, say)
        trial.play(plan(seed, count, disks=apart))
        counters = ground.ask("GET", "requests", last=1)["counters"]
        if trial.wrong:
            ground.keep(folder / "stores")
    told = Told(
        seed, monotonic() - began, trial.diary.acts, trial.healing.hurts, trial.quiet, counters, trial.mails,
        trial.healing.peaks(), [] if apart else ["a full disk: this machine lets us mount nothing"], trial.wrong,
    )  # fmt: skip
    for line in lines(told):
        say(line)
    if trial.wrong:
        say(f"logs: {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _go_apart(words: Sequence[str]) -> None:
    """Begin again with mounts of our own, which nobody else sees and which end with us; return where this machine does
    not allow it."""
    prefix = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    with tempfile.TemporaryDirectory() as folder:
        probe = [*prefix, "mount", "-t", "tmpfs", "-o", "size=1m", "chaos", folder]
        able = shutil.which("unshare") and not subprocess.run(probe, capture_output=True, check=False).returncode
    if able:
        os.environ[APART] = "1"
        os.execvp(prefix[0], [*prefix, sys.executable, "-m", "tests.system.chaos", *words])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
