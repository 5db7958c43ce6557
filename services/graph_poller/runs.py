"""How a run of the poller begins, and how it goes on where something cannot be read. A run reads every paired mailbox
of the shard once, each by its own policy (D11)."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from contracts.control import RunDue
from contracts.observed import Mailboxes, Pair, Paired, ReadDone, Undirected
from contracts.status import Problem
from services.graph_poller import slide, window
from services.graph_poller.draft import Draft
from services.graph_poller.rows import (
    DIRECTORY,
    PAIRS,
    DirectoryRead,
    Pairs,
    ReadDirectory,
    ReadMailbox,
    Running,
    Unread,
    View,
)
from services.graph_poller.tell import begin, over, show, show_pair
from services.kernel.decision import SAME, Do, Say

STOPPED = "stopped"
"""Why a run is over that came while the firm was not active: nobody should wait for it."""
DIRECTORY_EVERY = timedelta(hours=1)


def run_due(draft: Draft, due: RunDue) -> None:
    """Read every mailbox; the first time, wait for the list of them. Directory: the first shard's business."""
    if not draft.active:
        draft.effects.append(Say("reconciler", ReadDone(due.run, "graph-poller", failed=(STOPPED,), blind=True), SAME))
        return
    reader = draft.reader()
    draft.rows["reader"] = reader = replace(reader, due=max(reader.due, due.run))
    old = reader.directory_at is None or draft.now - reader.directory_at > DIRECTORY_EVERY
    if due.shard == 0 and (old or due.mailbox):
        draft.effects.append(Do(DIRECTORY, ReadDirectory(), key="replace:directory"))
        draft.rows["reader"] = replace(reader, directory_at=draft.now)
    if reader.pairs == 0:
        begin(draft, due.run, Running((PAIRS,), mailbox=due.mailbox, fresh=due.fresh))
        if due.run <= reader.vain:
            _in_vain(draft)
    else:
        _read_all(draft, due.run, due.mailbox, draft.pairs(), fresh=due.fresh)


def directory_read(draft: Draft, read: DirectoryRead) -> None:
    """Tell the watcher, who knows the users."""
    draft.rows[f"problem/{DIRECTORY}"] = None
    draft.effects.append(Say("salesforce-watcher", Mailboxes(draft.sequence(), read.mailboxes)))


def pairs_known(draft: Draft, paired: Paired) -> None:
    """Who is read from now on; runs that waited for this go on. A mailbox that had no user for a while is read from the
    beginning: what was told of it meanwhile was nobody's, and is forgotten."""
    reader = draft.reader()
    if paired.sequence <= reader.pairs:
        return
    before = {pair.mailbox for pair in draft.pairs() if pair.user}
    draft.rows["reader"] = replace(reader, pairs=paired.sequence)
    draft.rows["pairs"] = Pairs(paired.pairs)
    for pair in paired.pairs:
        show_pair(draft, pair)
        place = draft.place(pair.mailbox)
        if pair.user and pair.mailbox not in before and place.cursor:
            draft.rows[f"place/{pair.mailbox}"] = replace(place, again=f"paired/{paired.sequence}")
    for run, running in draft.running().items():
        if PAIRS in running.waiting:
            _read_all(draft, run, running.mailbox, paired.pairs, fresh=running.fresh)


def not_read(draft: Draft, unread: Unread) -> None:
    """A mailbox could not be read: shown with its reason, and the run goes on without it (CUR-30). One that is excluded
    is no failure."""
    problem = Problem(unread.mailbox, unread.what, unread.mend, heals=unread.state == "waiting")
    if unread.mailbox == DIRECTORY:
        _undirected(draft, problem)
        return
    show(draft, unread.mailbox, unread.state, problem)
    draft.rows[f"held/{unread.mailbox}"] = None
    slide.hide(draft, unread.mailbox)
    closed = unread.state == "excluded"
    over(draft, unread.mailbox, failed="" if closed else unread.mailbox, closed=closed)


def undirected(draft: Draft, word: Undirected) -> None:
    """The first shard's poller, or the watcher, says that nobody is paired in this run, of which we may not have heard
    yet."""
    reader = draft.reader()
    draft.rows["reader"] = replace(reader, vain=max(reader.vain, word.run))
    _in_vain(draft)


def _in_vain(draft: Draft) -> None:
    over(draft, PAIRS, failed=DIRECTORY)


def _undirected(draft: Draft, problem: Problem) -> None:
    """Whoever waits for the list of mailboxes must not wait in this run: the watcher, and the other shards."""
    draft.rows[f"problem/{DIRECTORY}"] = problem
    draft.rows["reader"] = replace(draft.reader(), directory_at=None)
    word = Undirected(problem.what, draft.reader().due)
    draft.effects.append(Say("salesforce-watcher", word))
    draft.effects += [Say("graph-poller", word, shard) for shard in range(1, draft.policy.shards)]
    _in_vain(draft)


def _read_all(draft: Draft, run: str, address: str, pairs: Sequence[Pair], *, fresh: bool) -> None:
    """A mailbox that was read before and has no user now is closed to us, like one that cannot be synced."""
    chosen = [pair for pair in pairs if pair.user and (not address or address.lower() in pair.addresses)]
    for pair in chosen:
        read(draft, pair, fresh=fresh)
    closed = (pair.mailbox for pair in pairs if not pair.user and draft.place(pair.mailbox).view != View())
    begin(draft, run, Running(tuple(pair.mailbox for pair in chosen), mailbox=address, closed=tuple(closed)))


def read(draft: Draft, pair: Pair, *, fresh: bool = False) -> None:
    """Read on, or from the beginning. Who is to be read afresh loses the cursor, so that a later run does not forget
    it. A round that still waits for its proofs has begun too early to be this one, and is read again."""
    draft.rows[f"held/{pair.mailbox}"] = None
    place = draft.place(pair.mailbox)
    if fresh and place.cursor:
        place = replace(place, cursor="")
        draft.rows[f"place/{pair.mailbox}"] = place
    wanted = window.view(draft.policy, pair, draft.now, place.again)
    if window.stale(place, pair.mailbox, wanted, draft.now):
        order = ReadMailbox(pair.mailbox, "", wanted)
    else:
        order = ReadMailbox(pair.mailbox, place.cursor, window.kept(place.view, wanted))
    draft.effects.append(Do(f"mailbox/{pair.mailbox}", order, key=f"replace:read/{pair.mailbox}"))
