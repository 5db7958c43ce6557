"""Which accidents happen, in which order, and how long each lasts: drawn from a seed alone, so that the same can be had
again. Nothing happens here."""

from dataclasses import dataclass
from random import Random

from tests.system.chaos.ground import LEASE, SERVICES

LONGER = LEASE + 0.8
"""Seconds that outlast a lease."""
WIRES = ("broker", "remotes")
SHARED = ("graph-poller", "salesforce-watcher", "reconciler", "writer")
"""Services of which a second replica takes over."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One accident: its kind, whom it strikes, and how long it lasts in seconds."""

    kind: str
    whom: str
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind} {self.whom}" + (f" for {self.seconds:.1f} s" if self.seconds else "")


BAG = (
    *(("kill", name) for name in (*SERVICES * 3, "sandbox", "sandbox", "sandbox", "broker", "broker", "broker")),
    ("kill and wipe", "broker"), ("kill and wipe", "broker"), ("kill and wipe", "broker"),
    *(("freeze", name) for name in (*SERVICES, "broker", "sandbox")),
    ("freeze beside a second", "writer"), ("freeze beside a second", "shared"),
    *(("fill the disk", name) for name in (*SERVICES, "everybody")),
    *((kind, wire) for kind in ("cut", "cut", "slow", "half-open") for wire in WIRES),
)  # fmt: skip
"""Each of these once, shuffled, then all of them again."""
RARE = 100
"""One in so many is of the kind that is found out by patience alone, up to a minute."""
LASTS = {
    "freeze": (LONGER, LONGER + 0.8), "freeze beside a second": (LONGER, LONGER + 0.8), "fill the disk": (1.5, 3.5),
    "cut": (0.1, 2.0), "slow": (1.5, 3.0), "half-open": (2.0, 4.0),
}  # fmt: skip


def plan(seed: int, count: int, *, disks: bool) -> list[Fault]:
    """The accidents of a run, the first of which are those of a shorter one; without small disks none is filled."""
    bag = [one for one in BAG if disks or one[0] != "fill the disk"]
    bags = (Random(f"bag {seed} {nth}").sample(bag, len(bag)) for nth in range(count // len(bag) + 1))
    drawn = [one for shuffled in bags for one in shuffled][:count]
    for nth, at in enumerate(range(RARE // 2, count, RARE)):
        drawn[at] = ("half-open for good", WIRES[(seed + nth) % 2])
    return [_drawn(Random(f"fault {seed} {at}"), *one) for at, one in enumerate(drawn)]


def _drawn(chance: Random, kind: str, whom: str) -> Fault:
    whom = chance.choice(SHARED) if whom == "shared" else whom
    return Fault(kind, whom, round(chance.uniform(*LASTS[kind]), 1) if kind in LASTS else 0.0)
