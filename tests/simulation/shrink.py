"""Cuts a story that goes wrong down to the deeds that matter."""

from tests.simulation.deeds import Step
from tests.simulation.story import BEGIN, QUIET, Outcome, play


async def shrunk(seed: int, steps: list[Step]) -> tuple[list[Step], Outcome]:
    """The shortest story found that still goes wrong: in the plain setting if it does there, without ever smaller
    parts."""
    best, outcome = steps, await play(seed, steps)
    plain = [(name, 0 if name == BEGIN else number) for name, number in steps]
    if plain != best and (found := await play(seed, plain)).wrong:
        best, outcome = plain, found
    size = max(1, len(steps) // 2)
    while size:
        at, before = 0, len(best)
        while at < len(best):
            tried = _without(best, at, size)
            if len(tried) < len(best) and (found := await play(seed, tried)).wrong:
                best, outcome = tried, found
            else:
                at += size
        size = size // 2 if size > 1 or len(best) == before else 1
    return best, outcome


def _without(steps: list[Step], at: int, size: int) -> list[Step]:
    """A story still begins, and is looked at in the end."""
    cut = [step for step in steps[at : at + size] if step[0] == BEGIN]
    tried = [*steps[:at], *cut, *steps[at + size :]]
    return tried if tried[-1][0] == QUIET else [*tried, (QUIET, 0)]
