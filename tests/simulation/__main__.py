"""`make simulate SEEDS=…`: plays many stories on all cores, with progress; what goes wrong is cut down to a readable
story and to the one command that plays it again. Ends with 1 when something went wrong."""

import asyncio
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from time import monotonic

from services.kernel import logs
from tests.simulation.story import Outcome, play, shrunk, story

AGAIN = "PYTHONHASHSEED=0 python -m tests.simulation {seed}"
SHOWN = 5
"""So many stories that go wrong are told; the others are only counted."""


def seeds(words: list[str]) -> Iterator[int]:
    """The seeds of a command line: numbers, and ranges such as 0-499."""
    for word in words:
        first, _, last = word.partition("-")
        yield from range(int(first), int(last or first) + 1)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def one(seed: int) -> Outcome:
    """Play the story of a seed."""
    logs.set_up("critical", "console")
    return asyncio.run(play(seed, story(seed)))


def tell(seed: int) -> str:
    """The shortest story of a seed that goes wrong, for a person."""
    logs.set_up("critical", "console")
    steps, outcome = asyncio.run(shrunk(seed, story(seed)))
    lines = [f"seed {seed} goes wrong, after {len(steps)} steps:", *outcome.told, *outcome.wrong]
    return "\n  ".join([*lines, f"again: {AGAIN.format(seed=seed)}"])


def main(words: list[str]) -> int:
    """Play all seeds; 1 if any goes wrong."""
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets must come in the same order each time
        os.execve(sys.executable, [sys.executable, "-m", "tests.simulation", *words],
                  {**os.environ, "PYTHONHASHSEED": "0"})  # fmt: skip
    wanted, began, steps, wrong = list(seeds(words)), monotonic(), 0, list[int]()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done, outcome in enumerate(pool.map(one, wanted, chunksize=4), 1):
            steps += outcome.steps
            if outcome.wrong:
                wrong.append(outcome.seed)
                say(f"seed {outcome.seed}: {outcome.wrong[0][:200]}")
            if done % 500 == 0:
                say(f"{done} of {len(wanted)} seeds, {len(wrong)} wrong")
        for told in pool.map(tell, wrong[:SHOWN]):
            say(told)
    took = monotonic() - began
    cores = os.cpu_count() or 1
    say(f"{len(wanted)} seeds, {steps} steps in {took:.0f} s ({steps / took / cores:.0f} a second and core),"
          f" {len(wrong)} wrong")  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["0-499"]))
