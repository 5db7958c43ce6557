"""Stories: made from a seed, played on a stage, judged at every quiet point, cut down to the deeds that matter, and
told so that a person can follow them."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.simulation import judge
from tests.simulation.deeds import DEEDS, Step, Tale, mend
from tests.simulation.stage import Stage

WEIGHTS = {
    "outlook_meets": 5, "outlook_repeats": 3, "outlook_all_day": 2, "outlook_private": 2, "practifi_meets": 4,
    "outlook_edits": 8, "practifi_edits": 8, "outlook_deletes": 2, "practifi_deletes": 2, "outlook_moves_far": 1,
    "somebody_syncs": 8,
    "pauses": 2, "remotes_fail": 5, "deltas_are_forgotten": 1, "broker_is_bad": 3, "broker_falls": 2, "process_dies": 5,
    "process_starts": 5, "time_passes": 8,
}  # fmt: skip
HOUR = 3700
"""Seconds after which a side that forbade a write has been asked again."""
QUIET = "quiet"
"""A step at which everything is mended, comes to rest and is judged."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass(frozen=True)
class Outcome:
    """What a story came to: nothing wrong, or what was, and what happened until then."""

    seed: int
    steps: int
    wrong: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def story(seed: int, length: int = 40) -> list[Step]:
    """The deeds of a seed."""
    chance = Random(f"story {seed}")
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    steps: list[Step] = []
    for number in range(length):
        steps.append((chance.choices(names, weights)[0], chance.getrandbits(32)))
        if number % 20 == 19:
            steps.append((QUIET, 0))
    return steps if steps[-1][0] == QUIET else [*steps, (QUIET, 0)]


async def play(seed: int, steps: list[Step]) -> Outcome:
    """Play a story to its end or to the first thing that is wrong."""
    folder = Path(tempfile.mkdtemp(prefix="calsync-", dir=MEMORY))
    stage, told = Stage(folder, seed), list[str]()
    try:
        await stage.open()
        await run(stage)  # outbound is on from here on (D7)
        tale = Tale(stage)
        for name, number in steps:
            at = f"{tale.now:%d %H:%M:%S}"
            if name == QUIET:
                told.append(f"{at} all is mended, and looked at")
                wrong = await quiet(tale)
                if wrong:
                    return Outcome(seed, stage.steps, tuple(wrong), tuple(told))
                continue
            told.append(f"{at} {await DEEDS[name](tale, Random(number))}")
            await stage.breathe(Random(number).choice((1, 5, 40)))
        return Outcome(seed, stage.steps, (), tuple(told))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its story
        return Outcome(seed, stage.steps, (f"{type(error).__name__}: {error}",), tuple(told))
    finally:
        await stage.close()
        shutil.rmtree(folder, ignore_errors=True)


async def quiet(tale: Tale) -> list[str]:
    """Mend all, let two runs pass, judge; then a third run, which must write nothing."""
    stage = tale.stage
    await mend(tale)
    await stage.rest()
    await stage.breathe(HOUR)
    for _ in range(2):
        if not await run(stage):
            return ["they never come to rest"]
    wrong = await judge.faults(tale)
    before = writes(stage)
    await run(stage)
    if writes(stage) != before:
        wrong.append(f"another run wrote {writes(stage) - before} times")
    stage.forget()
    return wrong


async def run(stage: Stage) -> bool:
    """An interval passes and all that follows from it."""
    await stage.breathe(16 * 60)
    return await stage.rest()


def writes(stage: Stage) -> int:
    return len([entry for entry in stage.world.log.entries if entry.kind == "write"])


async def shrunk(seed: int, steps: list[Step]) -> tuple[list[Step], Outcome]:
    """The shortest story found that still goes wrong, by leaving out ever smaller parts."""
    best, size = steps, max(1, len(steps) // 2)
    outcome = await play(seed, best)
    while size:
        at, before = 0, len(best)
        while at < len(best):
            tried = [*best[:at], *best[at + size :]]
            if not tried or tried[-1][0] != QUIET:
                tried = [*tried, (QUIET, 0)]
            if len(tried) < len(best) and (found := await play(seed, tried)).wrong:
                best, outcome = tried, found
            else:
                at += size
        size = size // 2 if size > 1 or len(best) == before else 1
    return best, outcome
