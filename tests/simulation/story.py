"""Stories: made from a seed, played on a stage, judged at every quiet point."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from contracts.control import Resume
from contracts.policy import PrivateEvents
from tests.simulation import judge, setting
from tests.simulation.deeds import BEFORE, DEEDS, WEIGHTS, Step, mend
from tests.simulation.stage import Stage
from tests.simulation.tale import Tale

HOUR = 3700
"""Seconds after which a side that forbade a write has been asked again."""
BEGIN, QUIET = "begin", "quiet"
"""The first run, in a setting that its number chooses; what comes before it was there before. And a step at which
everything is mended, comes to rest and is judged."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass(frozen=True)
class Outcome:
    """What a story came to: nothing wrong, or what was, and what happened until then."""

    seed: int
    steps: int
    wrong: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def story(seed: int, length: int = 40, weights: Mapping[str, int] = WEIGHTS) -> list[Step]:
    """The deeds of a seed."""
    chance = Random(f"story {seed}")
    before = chance.choice((0, 0, 0, 1, 3, 6))
    steps = [*_drawn(chance, BEFORE, before), (BEGIN, chance.getrandbits(32))]
    for half in (length // 2, length - length // 2):
        steps += [*_drawn(chance, weights, half), (QUIET, chance.getrandbits(32))]
    return steps


def _drawn(chance: Random, weights: Mapping[str, int], many: int) -> list[Step]:
    names = chance.choices(list(weights), list(weights.values()), k=many)
    return [(name, chance.getrandbits(32)) for name in names]


async def play(seed: int, steps: Sequence[Step]) -> Outcome:
    """Play a story to its end or to the first thing that is wrong."""
    folder = Path(tempfile.mkdtemp(prefix="calsync-", dir=MEMORY))
    number = next((number for name, number in steps if name == BEGIN), 0)
    stage = Stage(folder, seed, setting.policy(number), setting.ahead(number))
    stage.skipped = stage.policy.private_events is PrivateEvents.SKIP
    tale, told, wrong = Tale(stage), list[str](), list[str]()
    try:
        for name, number in steps:
            told.append(f"{tale.now:%d %H:%M:%S} {await _step(tale, name, Random(number), wrong)}")
            if wrong:
                break
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its story
        wrong.append(f"{type(error).__name__}: {error}")
    finally:
        await stage.close()
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome(seed, stage.steps, tuple(wrong), tuple(told))


async def _step(tale: Tale, name: str, chance: Random, wrong: list[str]) -> str:
    """One step of a story, in words; what is found `wrong` is added."""
    if name == BEGIN:
        await tale.stage.open()
        await run(tale.stage)  # outbound is on from here on (D7)
        tale.begun = True
        if not judge.calendars.agreement(tale):
            tale.rested()  # else a remote has failed, and what was there before has yet to come
        return "the first run"
    if name == QUIET:
        wrong += await quiet(tale, chance)
        return "all is mended, and looked at"
    done = await DEEDS[name](tale, chance)
    if tale.begun:
        await tale.stage.breathe(chance.choice((1, 5, 40)))
    return done


async def quiet(tale: Tale, chance: Random) -> list[str]:
    """Mend all, let two runs pass, judge; then a third run, which must write nothing."""
    stage = tale.stage
    await mend(tale, chance)
    await stage.rest()
    await stage.breathe(HOUR)
    for _ in range(2):
        if not await run(stage):
            return ["they never come to rest"]
        stage.tell(Resume("an administrator"))  # what waits for consent goes
    if not await run(stage):
        return ["they never come to rest"]
    wrong = await judge.faults(tale)
    before = writes(stage)
    await run(stage)
    if writes(stage) != before:
        wrong.append(f"another run wrote {writes(stage) - before} times")
    stage.forget()
    tale.rested()
    return wrong


async def run(stage: Stage) -> bool:
    """An interval passes and all that follows from it."""
    await stage.breathe(16 * 60)
    return await stage.rest()


def writes(stage: Stage) -> int:
    return sum(many for (_, kind, _), many in stage.world.log.counts.items() if kind == "write")
