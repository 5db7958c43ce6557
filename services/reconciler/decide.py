"""The mind of the reconciler of one shard: it hears how both sides are and what became of its orders, and says what
shall be written. It can only speak: nothing here touches a calendar, a clock or a store."""

from datetime import datetime

from msgspec import Struct

from contracts.message import Message
from contracts.observed import Observed, Paired, ReadDone, Unreadable
from contracts.person import People
from contracts.policy import PolicyNow
from contracts.write import Outcomes
from services.kernel.decision import Decision, State
from services.reconciler import late, meeting, runs, say
from services.reconciler.needs import needs
from services.reconciler.observe import observe
from services.reconciler.outcome import settle
from services.reconciler.pairs import pair, stopped
from services.reconciler.rows import Look
from services.reconciler.step import step
from services.reconciler.work import Work

__all__ = ["PRIVATE", "decide", "needs"]

PRIVATE: tuple[type[Struct], ...] = (Look,)
"""What the reconciler says to itself."""


def decide(state: State, message: Message, now: datetime) -> Decision:  # noqa: C901 - one row for each kind
    """What follows from one message. TypeError for a kind that is not for us."""
    work = Work(state, message, now)
    match message.body:
        case Observed() as body:
            observe(work, body)
        case Outcomes(outcomes):
            for outcome in outcomes:
                settle(work, outcome)
        case People() as body:
            late.learn(work, body)
        case Paired() as body:
            pair(work, body)
        case ReadDone() as body:
            runs.done(work, body)
        case Unreadable() as body:
            say.unreadable(work, body)
        case PolicyNow() as body:
            work.rows["policy"] = body
            _go_on(work)
        case Look(name):
            _look(work, name)
        case other:
            raise TypeError(f"the reconciler does not take {type(other).__name__}")
    if runs.opened(work):
        _go_on(work)
    runs.account(work)
    return work.decision()


def _go_on(work: Work) -> None:
    """What had to stop is looked at again."""
    if work.active:
        for link in stopped(work):
            step(work, link)


def _look(work: Work, name: str) -> None:
    link = work.link(name)
    if link is not None:
        step(work, meeting.released(link))
