"""When a run has settled in this shard: both readers are done, all that they said has been heard, and every order that
followed is written or set aside (ruling 24). It is said once. Here it also shows that a side is known for the first
time, or again after our memory was lost: nothing may be made on a side whose own events have not been heard
(ruling 5)."""

from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Again, RunSettled
from contracts.observed import Observed, ReadDone
from services.kernel.decision import SAME, Say, State, Wake
from services.reconciler import hosts, wish
from services.reconciler.rows import Mark, Runs
from services.reconciler.wish import Gets, Unread, Wish
from services.reconciler.work import Work

READERS = {"graph-poller": Side.MICROSOFT, "salesforce-watcher": Side.PRACTIFI}
"""Who reads which side."""
PATIENCE = timedelta(minutes=15)
"""So long a run waits until fewer of its orders are out: what a mailbox or the org does not take now must not hold up
everybody's next run."""


class Overdue(Struct, frozen=True):
    """Said to ourselves: so many orders were out in this run a while ago."""

    run: str
    pending: int


def heard(work: Work, body: Observed) -> None:
    """One more message of a reader is taken in."""
    work.rows["runs"] = _heard(work.get("runs", Runs) or Runs(), body, wish.of(work.get, body.side))
    _answer(work, body.side, body)


def done(work: Work, body: ReadDone) -> None:
    """A reader has read all of a run. KeyError for a reader that we do not know. A run that began before its reader
    knew that we want all anew is begun again: the next interval may be a day away. So is our question, of which the
    reader may have heard an older one last."""
    side = READERS[body.reader]
    row = wish.row(work.get, side)
    want = row.wish if row is not None else None
    work.rows["runs"] = _done(work.get("runs", Runs) or Runs(), body, work.message.sender, want)
    _answer(work, side, body)
    if row is not None and body.again != row.wish and not body.blind:
        again = Again(row.wish, "reconciler", row.shard)
        work.effects += [question(body.reader, again), Say("registry", again, key="replace:again/run")]


def question(reader: str, want: Again) -> Say:
    """The wish that a reader tells all anew; an older one that still waits is over."""
    return Say(reader, want, 0 if READERS[reader] is Side.PRACTIFI else SAME, f"replace:again/{reader}")


def _answer(work: Work, side: Side, body: Observed | ReadDone) -> None:
    """The open question with one more word that answers it; so is the one that mailboxes which failed then answer
    later. A reader that has forgotten it, or was asked another, counts anew."""
    row = wish.row(work.get, side)
    if (new := _answered(row, body)) is not row:
        work.rows[wish.key(side)] = new
    left = work.get("unread", Unread) if side is Side.MICROSOFT else None
    if left is None or left.asked is None:
        return
    other = isinstance(body, ReadDone) and body.again != left.asked.wish
    work.rows["unread"] = replace(left, asked=None if other else _answered(left.asked, body))


def _answered(row: Wish | None, body: Observed | ReadDone) -> Wish | None:
    if row is None or body.again != row.wish:
        return row
    if isinstance(body, Observed):
        return replace(row, heard=row.heard + 1)
    return replace(row, told=max(row.told, body.told))


def opens(state: State, body: Struct) -> bool:
    """Whether this message may make a side known."""
    if not state.known("runs") or not isinstance(body, Observed | ReadDone):
        return False
    runs = _after(state, body)
    return any(_complete(runs, side, _row_after(state, side, body)) and _closed(state.get, side) for side in Side)


def opened(work: Work) -> bool:
    """Whether a side, or more of it, is known from now on, so that what waited for it may be made on it."""
    runs = work.get("runs", Runs)
    if runs is None or not isinstance(work.message.body, Observed | ReadDone):
        return False
    new = [one for one in Side if _complete(runs, one, wish.row(work.get, one)) and _closed(work.get, one)]
    if Side.MICROSOFT in new:
        work.rows["unread"] = _unread(work, runs)
    work.rows |= {_row(side): Mark() for side in new} | {wish.key(side): None for side in new}
    work.effects += hosts.opened(work) if Side.MICROSOFT in new else ()
    return bool(new)


def _closed(get: Gets, side: Side) -> bool:
    """Whether something of a side is not known yet."""
    left = get("unread", Unread) if side is Side.MICROSOFT else None
    return get(_row(side), Mark) is None or get(wish.key(side), Wish) is not None or left is not None


def _unread(work: Work, runs: Runs) -> Unread | None:
    """The mailboxes of which nothing has been told yet, or not all that was told is heard: it may wait for Practifi
    (`pairs.early`). One that cannot be synced at all may be some day, with what is ours in it (E3)."""
    old = work.get("unread", Unread)
    if old is not None and old.waits:
        return old
    asked = wish.row(work.get, Side.MICROSOFT) or (old.asked if old is not None else None)
    lost = wish.of(work.get, Side.MICROSOFT) is not None
    anew = lost or work.get(_row(Side.MICROSOFT), Mark) is None
    left = [one for one in runs.failed if anew or (old is not None and one in old.mailboxes)]
    left += [one for one in runs.closed if lost or (old is not None and one in old.mailboxes)]
    return Unread(tuple(left), lost or (old is not None and old.lost), asked) if left else None


def rounds(state: State, body: Struct) -> bool:
    """Whether with this message a whole round of the org has been heard, all of it and for the first time."""
    if not state.known("runs") or not isinstance(body, Observed | ReadDone):
        return False
    before, after, side = state.get("runs", Runs) or Runs(), _after(state, body), Side.PRACTIFI
    again = before.run == after.run and _complete(before, side, wish.row(state.get, side))
    return _complete(after, side, _row_after(state, side, body)) and not again


def account(work: Work) -> None:
    """Count the orders that this decision gave and settled, and say what is settled by that."""
    runs = work.get("runs", Runs)
    if runs is None and work.out == 0:
        return
    old = runs or Runs()
    runs = replace(old, pending=max(0, old.pending + work.out))
    told = all(side.value in runs.said for side in Side)
    if told and _nothing_comes(work, runs) and (runs.pending == 0 or _overdue(work, runs)):
        work.effects.append(Say("registry", RunSettled(runs.run, runs.shard, runs.items, runs.failed), key=runs.run))
        runs = Runs(heard=_later(runs, runs.run), epoch=runs.epoch + 1, last=runs.run, newest=runs.newest)
    elif told and isinstance(work.message.body, ReadDone | Overdue):
        body = Overdue(runs.run, runs.pending)
        work.effects.append(Wake(work.now + PATIENCE, body, "replace:overdue", quiet=True))
    if runs != old:
        work.rows["runs"] = runs


def _overdue(work: Work, runs: Runs) -> bool:
    """Whether as many orders are out as a while ago: they go on without their run."""
    body = work.message.body
    return isinstance(body, Overdue) and body.run == runs.run and body.pending <= runs.pending


def _after(state: State, body: Observed | ReadDone) -> Runs:
    """The row as this message will leave it."""
    runs, wanted = state.get("runs", Runs) or Runs(), wish.of(state.get, _side(body))
    return _heard(runs, body, wanted) if isinstance(body, Observed) else _done(runs, body, "", wanted)


def _row_after(state: State, side: Side, body: Observed | ReadDone) -> Wish | None:
    """What is known of the question to a side, as this message will leave it."""
    row = wish.row(state.get, side)
    return _answered(row, body) if _side(body) is side else row


def _side(body: Observed | ReadDone) -> Side:
    return body.side if isinstance(body, Observed) else READERS[body.reader]


def _heard(runs: Runs, body: Observed, wanted: str | None) -> Runs:
    """What was read before its reader knew that we want all anew counts for no run. Each run counts its own messages:
    one that is lost with its reader's memory would be made up for by one of the next run, which never was over."""
    if wanted is not None and body.again != wanted:
        return runs
    newest = max(runs.newest, body.sequence) if body.side is Side.PRACTIFI else runs.newest
    heard = dict(runs.heard)
    if body.run > runs.last and body.run >= runs.run:
        counted = _count(body.run, body.side)
        heard[counted] = heard.get(counted, 0) + 1
    return replace(runs, heard=heard, newest=newest)


def _count(run: str, side: Side) -> str:
    return f"{run}/{side.value}"


def _done(runs: Runs, body: ReadDone, sender: str, wanted: str | None) -> Runs:
    """With a reader's word; one about an older run comes too late. A newer run ends the one before it unsettled. A run
    that began before its reader knew that we want all anew makes nothing known, nor does one that reads a part."""
    side = READERS[body.reader]
    if body.run <= runs.last or body.run < runs.run or (body.run == runs.run and side.value in runs.said):
        return runs
    if runs.run not in {"", body.run}:
        heard = _later(runs, runs.run)
        runs = Runs(heard=heard, epoch=runs.epoch + 1, shard=runs.shard, last=runs.last, newest=runs.newest)
    mine, old = side is Side.MICROSOFT, (wanted is not None and body.again != wanted) or body.blind
    failed = tuple(dict.fromkeys((*runs.failed, *body.failed)))
    return replace(
        runs, run=body.run, said={**runs.said, side.value: 0 if old else body.messages},
        items=runs.items + body.items, failed=failed, closed=body.closed if mine else runs.closed,
        unread=(*runs.unread, side.value) if old or body.part or (body.failed and not mine) else runs.unread,
        shard=int(sender.rpartition("/")[2] or 0) if mine else runs.shard,
    )  # fmt: skip


def _later(runs: Runs, run: str) -> dict[str, int]:
    """What was heard of later runs than this one, which may have begun already."""
    return {counted: many for counted, many in runs.heard.items() if counted.partition("/")[0] > run}


def _complete(runs: Runs, side: Side, row: Wish | None) -> bool:
    """Whether a side has been heard as a whole: an org that could not be read has not; a mailbox that could not be read
    takes no writes either."""
    return side.value not in runs.unread and _all_heard(runs, side, row)


def _all_heard(runs: Runs, side: Side, row: Wish | None) -> bool:
    """Whether all that a reader has said in this run is heard; while a side is told anew, all that bears that wish,
    in whatever run it was said: some of it may wait for something else to be heard first."""
    if side.value not in runs.said:
        return False
    if row is not None:
        return row.heard >= row.told
    return runs.heard.get(_count(runs.run, side), 0) >= runs.said[side.value]


def _nothing_comes(work: Work, runs: Runs) -> bool:
    """Whether no more is heard in this run. What Microsoft told waits until Practifi was heard (`pairs.early`): where
    this run cannot tell that any more, the next one has to begin."""
    here, there = (_all_heard(runs, side, wish.row(work.get, side)) for side in Side)
    in_vain = wish.of(work.get, Side.PRACTIFI) is not None and Side.PRACTIFI.value in runs.unread
    return there and (in_vain or here)


def _row(side: Side) -> str:
    return f"read/{side.value}"
