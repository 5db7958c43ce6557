"""A fixed set of stories, and fresh ones that nobody has heard before: whatever happens, nothing is lost, doubled,
mailed twice or leaked (O6)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.story import play, story

ROOT = Path(__file__).parents[2]
FIXED = 20
"""So many here; more of them, and fresh ones, on their own (`make simulate`)."""
FRESH = 10


def simulate(seeds: str) -> subprocess.CompletedProcess[str]:
    """The command that a person would give."""
    command = [sys.executable, "-m", "tests.simulation", seeds]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.timeout(600)
def test_stories_that_are_told_each_time_end_well() -> None:  # O6, PRO-02, PRO-04
    done = simulate(f"0-{FIXED - 1}")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.timeout(600)
def test_stories_that_nobody_has_heard_end_well() -> None:  # O6, PRO-02
    done = simulate(f"fresh-{FRESH}")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


async def test_a_seed_tells_the_same_story_each_time() -> None:
    one, other = await play(7, story(7)), await play(7, story(7))
    assert one == other
