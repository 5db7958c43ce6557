"""The mind of the reconciler of one shard: it hears how both sides are and what became of its orders, and says what
shall be written. It can only speak: nothing here touches a calendar, a clock or a store."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from contracts.asked import Ask
from contracts.control import Again, Backfill, Restore, Turn
from contracts.meeting import Own
from contracts.message import Message
from contracts.observed import Observed, Paired, ReadDone, Unreadable
from contracts.person import People
from contracts.policy import PolicyNow
from contracts.write import Outcomes
from services.kernel.decision import Decision, Forgot, State, Undone, Wake
from services.reconciler import (
    again,
    asked,
    believed,
    conflicts,
    exposed,
    forgotten,
    heir,
    homes,
    hosts,
    idle,
    joined,
    judge,
    late,
    lately,
    left,
    meeting,
    prune,
    restore,
    runs,
    say,
    sizes,
    stricter,
    turn,
    undone,
)
from services.reconciler.joined import Joined
from services.reconciler.judge import Judge
from services.reconciler.listed import Forget, Inherit, More
from services.reconciler.needs import needs
from services.reconciler.observe import observe
from services.reconciler.outcome import settle
from services.reconciler.pairs import SOON, early, go_on, pair
from services.reconciler.prune import Prune
from services.reconciler.rows import Link, Look
from services.reconciler.runs import Overdue
from services.reconciler.step import step
from services.reconciler.work import Work

__all__ = ["PRIVATE", "decide", "needs"]

PRIVATE: tuple[type[Struct], ...] = (Look, Judge, Prune, Forget, More, Inherit, Joined, Overdue, Undone)
"""What the reconciler says to itself."""


def decide(state: State, message: Message, now: datetime) -> Decision:  # noqa: C901, PLR0912 - one row for each kind
    """What follows from one message. TypeError for a kind that is not for us."""
    message = undone.heard(message)
    work = Work(state, message, now)
    match message.body:
        case Forgot() as body:
            return again.forgot(work, body)
        case (Observed() | People()) as body if (wait := early(work, body)) is not None:
            return _later(work, body, wait)
        case Observed() as body:
            observe(work, body)
            idle.gone(work, body)
            believed.overtaken(work, body)
        case Outcomes(outcomes):
            for outcome in outcomes:
                settle(work, outcome)
            homes.made(work)
        case People() as body:
            late.learn(work, body)
        case Paired() as body:
            pair(work, body)
        case Own(meetings, shard, unread):
            if unread is not None:
                hosts.hear(work, shard, unread)
            for copy in [copy for one in meetings for copy in meeting.heard(work, one)]:
                step(work, copy)
        case ReadDone() as body:
            runs.done(work, body)
            stricter.closed(work, body)
        case Unreadable() as body:
            say.unreadable(work, body)
        case PolicyNow() as body:
            work.rows["policy"] = body
            lately.turned(work)
            stricter.obey(work)
            _go_on(work)
        case Look(name):
            _look(work, name)
        case Inherit(name):
            heir.inherit(work, name)
        case Joined() as body:
            joined.meet(work, body)
        case Overdue() | Undone():
            pass  # the account below sees to the one, a person to the other
        case Ask() as body:
            asked.answer(work, body)
        case other:
            _wish(work, other)
    if runs.opened(work):
        _go_on(work)
    _follow(work)
    if runs.rounds(state, message.body):
        judge.ask(work)
        prune.due(work)
    runs.account(work)
    return work.decision()


def _later(work: Work, body: Observed | People, wait: timedelta) -> Decision:
    """What is heard too early is heard again, after so long."""
    whose = body.side if isinstance(body, Observed) else "people"
    due = Wake(work.now + wait, body, f"early/{whose}/{body.sequence}", quiet=wait > SOON)
    return Decision(forgotten.note(work, body), (due,))


def _wish(work: Work, body: Struct) -> None:
    """What a person wants done, and what is left of it for later."""
    match body:
        case Turn(conflict=name):
            if (link := turn.wish(work, name)) is not None:
                step(work, link)
        case Restore(link=name):
            restore.restore(work, name)
        case Backfill() as wish:
            idle.backfill(work, wish)
        case More(wish):
            idle.backfill(work, wish)
        case Judge() as due:
            judge.judge(work, due)
        case Prune() as due:
            prune.prune(work, due)
        case Forget(row):
            restore.forget(work, row)
        case Again() as body:
            again.answer(work, body)
        case other:
            raise TypeError(f"the reconciler does not take {type(other).__name__}")


def _follow(work: Work) -> None:
    """The lists that answer a person's questions follow the links that have changed."""
    for key in [key for key in work.rows if key.startswith("link/")]:
        old = work.state.get(key, Link) if work.state.known(key) else None
        for one in (exposed, restore, conflicts, idle, late, sizes, prune, again, hosts, left):
            one.follow(work, key.partition("/")[2], old, work.get(key, Link))


def _go_on(work: Work) -> None:
    """What had to stop is looked at again."""
    if work.active:
        go_on(work)


def _look(work: Work, name: str) -> None:
    link = work.link(name)
    if link is not None and not meeting.waits(work, link):
        step(work, replace(meeting.released(link), refused=()))
