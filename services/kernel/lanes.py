"""Performs effects outside: each lane (a mailbox, an org) by one replica at a time, in order, in batches, after the
commit. A lane that fails waits; the others go on. It never decides: answers go back to the actor as messages."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from msgspec import Struct

from contracts.status import Problem
from services.kernel.clock import Clock
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.keeping import Doing

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
HOPELESS = timedelta(seconds=30)
"""How long a lane rests that only a person can mend; then it looks whether that happened."""
PATIENT_TRIES = 3
"""Failures in a row before a lane is shown as a problem: a single hiccup is none."""
BUGGY_TRIES = 8
"""Crashes of our own code on the same batch before what crashes it is looked for and set aside; failures of a remote at
the same batch before its halves are tried apart."""


@dataclass(frozen=True, slots=True)
class Later:
    """This one did not work now; `delay` None means our own back-off. With `everybody` it is the remote that asked for
    the delay, and the rest of the lane waits as well."""

    reason: str
    delay: timedelta | None = None
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Nothing more is tried now, and that is heard; the remote has asked everybody in its lane to wait for so long."""

    answer: Struct
    rest: timedelta


Answer = Struct | Later | GivenUp | None
"""None: it is done and there is nothing to hear."""


@dataclass(frozen=True, slots=True)
class LaneRule:
    """How a lane takes its work: at most `batch` effects at once; a smaller batch waits until the lane was `quiet` for
    that long, but no longer than `patience` after its oldest effect. One that is `sure` begins when those who have
    talked to us have told what we should know (`Relay`): what an old memory wants done may be over."""

    batch: int = 1
    quiet: timedelta = timedelta()
    patience: timedelta = timedelta()
    sure: bool = False


class Performs(Protocol):
    """A service's hands. One answer for each effect of the batch, in order; one of the four errors for all of it."""

    def rule(self, lane: str) -> LaneRule: ...

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Performed:
    """What became of a batch: answers to hear, effects to try later, those to set aside, the lane's problem. `rest` is
    how long the remote asked everybody to wait, None when it did not."""

    answers: Sequence[tuple[Doing, Struct | None]] = ()
    later: Sequence[tuple[Doing, timedelta, str]] = ()
    dead: Sequence[tuple[Doing, str]] = ()
    problem: Problem | None = None
    rest: timedelta | None = None


async def attempt(  # noqa: PLR0911 - one for each fate
    hands: Performs, tenant: str, lane: str, batch: Sequence[Doing], clock: Clock, log: Callable[[Exception], None],
    *, half: bool = False,
) -> Performed:  # fmt: skip
    """Perform a batch, or a `half` of one; every failure has its fate here (design §2.8)."""
    tries = max(doing.tries for doing in batch)
    try:
        answers = await hands.perform(tenant, lane, batch)
    except Transient as error:
        delay = error.delay or back_off(tries, clock.jitter())
        failed = replace(_later(batch, str(error), delay, lane, tries), rest=error.delay)
        if half or error.delay is not None or tries < BUGGY_TRIES or len(batch) == 1:
            return failed
        return await _apart(batch, failed, lambda one: attempt(hands, tenant, lane, one, clock, log, half=True))
    except Fatal as error:
        problem = Problem(where=error.where, what=error.what, mend=error.mend)
        return Performed(later=[(doing, HOPELESS, error.what) for doing in batch], problem=problem)
    except Permanent as error:
        return Performed(dead=[(doing, str(error)) for doing in batch], problem=Problem(where=lane, what=str(error)))
    except Exception as error:  # noqa: BLE001 - our own mistake must not stop the other lanes
        log(error)
        if tries < BUGGY_TRIES:
            return _later(batch, type(error).__name__, back_off(tries, clock.jitter()), lane, tries)
        if len(batch) == 1:
            return Performed(dead=[(batch[0], f"a mistake of our own: {type(error).__name__}")])
    else:
        return _sorted(batch, answers, clock)
    halves = batch[: len(batch) // 2], batch[len(batch) // 2 :]
    return _together([await attempt(hands, tenant, lane, one, clock, log) for one in halves])


async def _apart(
    batch: Sequence[Doing], failed: Performed, perform: Callable[[Sequence[Doing]], Awaitable[Performed]]
) -> Performed:
    """The remote fails at a batch again and again: one of it may be to blame. If it fails at a half alone, the other is
    done, and so that one is found by and by (O5). If it fails at both they stay together, and cost no more."""
    middle = len(batch) // 2
    first = await perform(batch[:middle])
    waits = first.rest is not None  # the remote has asked for that
    second = replace(failed, later=failed.later[middle:]) if waits else await perform(batch[middle:])
    news = any(part.answers or part.dead or part.rest is not None for part in (first, second))
    return _together([first, second]) if news else failed


def back_off(tries: int, jitter: float) -> timedelta:
    """Grows by two from FIRST_WAIT to LONGEST_WAIT, spread by half."""
    longest: timedelta = min(FIRST_WAIT * 2 ** min(tries, 16), LONGEST_WAIT)
    return longest * (0.5 + jitter / 2)


def _later(batch: Sequence[Doing], reason: str, delay: timedelta, lane: str, tries: int) -> Performed:
    problem = Problem(where=lane, what=reason, heals=True) if tries >= PATIENT_TRIES else None
    return Performed(later=[(doing, delay, reason) for doing in batch], problem=problem)


def _together(parts: Sequence[Performed]) -> Performed:
    return Performed(
        answers=[one for part in parts for one in part.answers],
        later=[one for part in parts for one in part.later],
        dead=[one for part in parts for one in part.dead],
        rest=max((part.rest for part in parts if part.rest is not None), default=None),
        problem=next((part.problem for part in parts if part.problem), None),
    )


def _sorted(batch: Sequence[Doing], answers: Sequence[Answer], clock: Clock) -> Performed:
    pairs = list(zip(batch, answers, strict=True))
    return Performed(
        answers=[
            (doing, answer.answer if isinstance(answer, GivenUp) else answer)
            for doing, answer in pairs
            if not isinstance(answer, Later)
        ],
        later=[
            (doing, answer.delay or back_off(doing.tries, clock.jitter()), answer.reason)
            for doing, answer in pairs
            if isinstance(answer, Later)
        ],
        rest=max(_rests(answers), default=None),
    )


def _rests(answers: Sequence[Answer]) -> Iterator[timedelta]:
    """How long the remote has asked everybody in the lane to wait."""
    for answer in answers:
        if isinstance(answer, GivenUp):
            yield answer.rest
        elif isinstance(answer, Later) and answer.everybody and answer.delay is not None:
            yield answer.delay
