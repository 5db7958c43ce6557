"""What a chaos run tells a person at its end: what went wrong on purpose, how long it took to get up, what it cost, and
the verdict."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.system.chaos.healing import Hurt

SHOWN = 30
"""So many wrongs are told; the others are counted."""


@dataclass(frozen=True, slots=True)
class Told:
    """A run, as its report needs it. `quiet` are the seconds from each quiet point's beginning to a good judgment,
    `counters` what the sandbox counted, `mails` its log of mails, `peaks` the most MiB that a replica of each service
    held, `notes` what had to be left out."""

    seed: int
    seconds: float
    acts: Mapping[str, int]
    hurts: Sequence[Hurt]
    quiet: Sequence[float]
    counters: Mapping[str, Any]
    mails: Sequence[Mapping[str, Any]]
    peaks: Mapping[str, float]
    notes: Sequence[str]
    wrong: Sequence[str]


def lines(told: Told) -> Iterator[str]:
    """The report, line by line."""
    yield f"chaos, seed {told.seed}: {len(told.hurts)} faults in {told.seconds:.0f} s"
    yield f"people: {sum(told.acts.values())} acts: {_counted(told.acts)}"
    yield f"  {'fault':<40}{'times':>6}{'median s':>10}{'worst s':>9}"
    for name, took in sorted(_took(told.hurts).items()):
        yield f"  {name:<40}{len(took):>6}{median(took):>10.1f}{max(took):>9.1f}"
    if told.quiet:
        yield (
            f"quiet points: {len(told.quiet)}, all agreed after {median(told.quiet):.1f} s (median),"
            f" {max(told.quiet):.1f} s (worst)"
        )
    for side, counted in told.counters.items():
        yield f"requests to {side.capitalize()}: {counted['write']} that write, at least {counted['read']} that read"
    yield f"mails: {_counted(Counter(one['kind'] for one in told.mails)) or 'none'}"
    yield f"peak memory, MiB: {', '.join(f'{name} {peak:.0f}' for name, peak in sorted(told.peaks.items()))}"
    yield from (f"left out: {note}" for note in told.notes)
    yield from _verdict(told)


def _verdict(told: Told) -> Iterator[str]:
    if not told.wrong:
        yield "verdict: nothing lost, nothing twice, no additional mail, everybody well again"
        return
    yield f"verdict: {len(told.wrong)} WRONG"
    yield from (f"  {one}" for one in told.wrong[:SHOWN])
    if len(told.wrong) > SHOWN:
        yield f"  and {len(told.wrong) - SHOWN} more"
    yield f"again: make chaos SEED={told.seed} FAULTS={len(told.hurts)}"


def _took(hurts: Sequence[Hurt]) -> dict[str, list[float]]:
    """Seconds by kind of fault and whom it struck."""
    found = defaultdict[str, list[float]](list)
    for hurt in hurts:
        found[f"{hurt.fault.kind}: {hurt.fault.whom}"].append(float("inf") if hurt.took is None else hurt.took)
    return found


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
