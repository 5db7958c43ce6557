"""`make simulate SEEDS=…`: plays many stories on all cores, with progress; what goes wrong is cut down to a readable
story and to the one command that plays it again. `MINUTES=120` ends it after that time, whatever is left. Ends with 1
when something went wrong."""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from hashlib import blake2s
from itertools import islice
from pathlib import Path
from time import monotonic

from services.kernel import logs
from tests.simulation import narrow
from tests.simulation.shrink import shrunk
from tests.simulation.story import Outcome, play, story

ROOT = Path(__file__).parents[2]
AGAIN = "PYTHONHASHSEED=0 python -m tests.simulation {seed}"
SHOWN = 5
"""So many stories that go wrong are told; the others are only counted."""
EACH = 4
"""Stories that a process plays at a time."""
NARROW = 10
"""Narrow cases that go with each seed."""
PROGRESS = 30.0
"""Seconds between two words of progress."""
CORES = os.cpu_count() or 1


def fresh() -> int:
    """The first of the seeds that come anew with every change of the product: nobody has heard their stories, and who
    goes back to the same files hears them again."""
    code = b"".join(path.read_bytes() for path in sorted((ROOT / "services").rglob("*.py")))
    return int.from_bytes(blake2s(code, digest_size=4).digest(), "big")


def seeds(words: list[str]) -> Iterator[int]:
    """The seeds of a command line: numbers, ranges such as 0-499, and so many fresh ones: fresh-50."""
    for word in words:
        first, _, last = word.partition("-")
        if first == "fresh":
            yield from range(fresh(), fresh() + int(last))
            continue
        yield from range(int(first), int(last or first) + 1)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def some(chosen: list[int]) -> list[tuple[int, int, str]]:
    """Play the stories of a few seeds, and their narrow cases: each with its steps and the first thing that is wrong,
    "" for nothing."""
    logs.set_up("critical", "console")
    played: list[Outcome] = [asyncio.run(play(seed, story(seed))) for seed in chosen]
    return [(one.seed, one.steps, (one.wrong or narrowly(one.seed) or ("",))[0]) for one in played]


def narrowly(seed: int) -> tuple[str, ...]:
    """What is wrong with the calendars of a seed's narrow cases."""
    cases = range(seed * NARROW, (seed + 1) * NARROW)
    return tuple(f"narrow case {case}: {wrong}" for case in cases for wrong in narrow.case(case))


def tell(seed: int) -> str:
    """The shortest story of a seed that goes wrong, for a person."""
    logs.set_up("critical", "console")
    steps, outcome = asyncio.run(shrunk(seed, story(seed)))
    if not outcome.wrong:
        return f"seed {seed}: its story ends well, but {narrowly(seed)}"
    lines = [f"seed {seed} goes wrong, after {len(steps)} steps:", *outcome.told, *outcome.wrong]
    return "\n  ".join([*lines, f"again: {AGAIN.format(seed=seed)}"])


@dataclass
class Tally:
    """What was played so far; `until` is when it shall end."""

    until: float = float("inf")
    began: float = field(default_factory=monotonic)
    done: int = 0
    steps: int = 0
    wrong: list[int] = field(default_factory=list)
    count: int = 0
    spoke: float = field(default_factory=monotonic)

    def take(self, played: list[tuple[int, int, str]]) -> None:
        """A few stories have ended."""
        for seed, steps, wrong in played:
            self.done += 1
            self.steps += steps
            if wrong:
                self.count += 1
                self.wrong = [*self.wrong, seed][:SHOWN]
                say(f"seed {seed}: {wrong[:200]}")
        if monotonic() - self.spoke > PROGRESS:
            self.spoke = monotonic()
            say(f"so far {self}")

    def __str__(self) -> str:
        took = monotonic() - self.began
        speed = self.steps / max(took, 0.001) / CORES
        return (f"{self.done} seeds, {self.steps} steps in {took:.0f} s on {CORES} cores"
                f" ({speed:.0f} a second and core), {self.count} wrong")  # fmt: skip


def play_all(pool: ProcessPoolExecutor, wanted: Iterable[int], tally: Tally) -> None:
    """Never more under way than the processes can take, so that hours of it fit into memory."""
    seeds_left, running = iter(wanted), set[Future[list[tuple[int, int, str]]]]()
    while True:
        while len(running) < 2 * CORES and monotonic() < tally.until and (chosen := list(islice(seeds_left, EACH))):
            running.add(pool.submit(some, chosen))
        if not running:
            return
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        for one in ended:
            tally.take(one.result())


def main(words: list[str]) -> int:
    """Play all seeds; 1 if any goes wrong."""
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets must come in the same order each time
        os.execve(sys.executable, [sys.executable, "-m", "tests.simulation", *words],
                  {**os.environ, "PYTHONHASHSEED": "0"})  # fmt: skip
    tally = Tally()
    if minutes := os.environ.get("MINUTES"):
        tally.until = tally.began + 60 * float(minutes)
    with ProcessPoolExecutor(CORES) as pool:
        play_all(pool, seeds(words), tally)
        last = str(tally)
        for told in pool.map(tell, tally.wrong):
            say(told)
    say(last)
    return 1 if tally.count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["0-499"]))
