"""A fixed set of stories, and fresh ones that nobody has heard before: whatever happens, nothing is lost, doubled,
mailed twice or leaked (O6)."""

import os
import subprocess
import sys
from pathlib import Path
from time import time

import pytest

from tests.simulation.story import play, story

ROOT = Path(__file__).parents[2]
FIXED = 30
"""So many here; more of them, and fresh ones, on their own (`make simulate`)."""
FRESH = 15


def simulate(first: int, count: int) -> subprocess.CompletedProcess[str]:
    """The command that a person would give."""
    command = [sys.executable, "-m", "tests.simulation", f"{first}-{first + count - 1}"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.timeout(600)
def test_stories_that_are_told_each_time_end_well() -> None:  # O6, PRO-02, PRO-04
    done = simulate(0, FIXED)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.timeout(600)
def test_stories_that_nobody_has_heard_end_well() -> None:  # O6, PRO-02
    done = simulate(int(time()) % 1_000_000_000, FRESH)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


async def test_a_seed_tells_the_same_story_each_time() -> None:
    one, other = await play(7, story(7)), await play(7, story(7))
    assert one == other
