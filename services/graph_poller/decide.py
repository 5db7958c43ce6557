"""What the poller makes of what it hears. A run reads every paired mailbox of the shard once; a mailbox that cannot be
read is named and does not stop the others (CUR-30). The cursor is kept in the same commit that says what it brought
(CUR-23)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from contracts.control import RunDue
from contracts.message import Message
from contracts.observed import Mailboxes, Pair, Paired, Undirected
from contracts.policy import PolicyNow
from contracts.status import Problem
from services.graph_poller import window
from services.graph_poller.draft import RUN, Draft
from services.graph_poller.meaning import roots, understand
from services.graph_poller.rows import (
    DIRECTORY,
    PAIRS,
    DirectoryRead,
    MailboxRead,
    Pairs,
    Place,
    Prove,
    Proved,
    ReadDirectory,
    ReadMailbox,
    Rounds,
    Unread,
)  # fmt: skip
from services.graph_poller.tell import begin, over, show, show_pair
from services.kernel.decision import Decision, Do, Say, State, Undone
from services.kernel.draft import SEQUENCE

DIRECTORY_EVERY = timedelta(hours=1)


def needs(state: State, message: Message) -> Iterable[str]:
    """Rows that the decision reads."""
    yield from ("policy", SEQUENCE, "reader", "pairs")
    match _plain(message.body):
        case RunDue():
            yield RUN
            pairs = state.get("pairs", Pairs) if state.known("pairs") else None
            yield from (f"place/{pair.mailbox}" for pair in (pairs.pairs if pairs else ()))
        case Paired(pairs=paired):
            yield from (RUN, *(f"place/{pair.mailbox}" for pair in paired))
        case Undirected() | Unread(mailbox="directory"):
            yield RUN
        case Unread(mailbox):
            yield from (RUN, f"place/{mailbox}", f"held/{mailbox}")
        case MailboxRead(mailbox, round_):
            yield from (RUN, f"place/{mailbox}", f"held/{mailbox}", *roots(mailbox, round_))
        case Proved(mailbox):
            yield from (RUN, f"place/{mailbox}", f"held/{mailbox}")
            held = state.get(f"held/{mailbox}", Rounds) if state.known(f"held/{mailbox}") else None
            yield from roots(mailbox, held.round) if held else ()


def decide(state: State, message: Message, now: datetime) -> Decision:
    """One turn of a poller."""
    known = state.get("policy", PolicyNow)
    if known is None:
        return Decision()
    draft = Draft(state, message, now, known)
    match _plain(message.body):
        case RunDue() as due:
            run_due(draft, due)
        case DirectoryRead() as read:
            directory_read(draft, read)
        case Paired() as paired:
            pairs_known(draft, paired)
        case Undirected():
            over(draft, PAIRS, failed=DIRECTORY)
        case MailboxRead() as read:
            mailbox_read(draft, read)
        case Proved() as proved:
            was_proved(draft, proved)
        case Unread() as unread:
            not_read(draft, unread)
        case _:
            pass
    return draft.decision()


def _plain(body: Struct) -> Struct:
    """What was set aside is not read, either."""
    match body:
        case Undone(ReadDirectory(), reason):
            return Unread(DIRECTORY, "set_aside", reason)
        case Undone(ReadMailbox(mailbox) | Prove(mailbox), reason):
            return Unread(mailbox, "set_aside", reason)
    return body


def run_due(draft: Draft, due: RunDue) -> None:
    """Read every mailbox; the first time, wait for the list of them. Directory: the first shard's business."""
    if not draft.active:
        return
    reader = draft.reader()
    old = reader.directory_at is None or draft.now - reader.directory_at > DIRECTORY_EVERY
    if due.shard == 0 and (old or due.mailbox):
        draft.effects.append(Do(DIRECTORY, ReadDirectory(), key="replace:directory"))
        draft.rows["reader"] = replace(reader, directory_at=draft.now)
    if reader.pairs == 0:
        begin(draft, due.run, (PAIRS,), due.mailbox)
    else:
        _read_all(draft, due.run, due.mailbox, draft.pairs())


def directory_read(draft: Draft, read: DirectoryRead) -> None:
    """Tell the watcher, who knows the users."""
    draft.rows[f"problem/{DIRECTORY}"] = None
    draft.effects.append(Say("salesforce-watcher", Mailboxes(draft.sequence(), read.mailboxes)))


def pairs_known(draft: Draft, paired: Paired) -> None:
    """Who is read from now on; runs that waited for this go on."""
    reader = draft.reader()
    if paired.sequence <= reader.pairs:
        return
    draft.rows["reader"] = replace(reader, pairs=paired.sequence)
    draft.rows["pairs"] = Pairs(paired.pairs)
    for pair in paired.pairs:
        show_pair(draft, pair)
    for run, running in draft.running().items():
        if PAIRS in running.waiting:
            _read_all(draft, run, running.mailbox, paired.pairs)


def mailbox_read(draft: Draft, read: MailboxRead) -> None:
    """A round has come: say what it means, or ask for the proofs that it needs."""
    understand(draft, read.mailbox, Rounds(read.round, Place(read.round.cursor, read.start, read.end, read.private)))


def was_proved(draft: Draft, proved: Proved) -> None:
    """The proofs have come; one may lead to the next."""
    held = draft.get(f"held/{proved.mailbox}", Rounds)
    if held is not None:
        looked, listed = {**held.looked, **proved.looked}, {**held.series, **proved.series}
        understand(draft, proved.mailbox, replace(held, looked=looked, series=listed))


def not_read(draft: Draft, unread: Unread) -> None:
    """A mailbox could not be read: shown with its reason, and the run goes on without it (CUR-30)."""
    what = f"{unread.code}: {unread.what}" if unread.code else unread.what
    problem = Problem(unread.mailbox, what, unread.mend, heals=unread.heals)
    if unread.mailbox == DIRECTORY:
        _undirected(draft, problem)
        return
    state = "waiting" if unread.heals else "excluded" if unread.excluded else "attention"
    show(draft, unread.mailbox, state, problem)
    draft.rows[f"held/{unread.mailbox}"] = None
    over(draft, unread.mailbox, failed="" if unread.excluded else unread.mailbox)


def _undirected(draft: Draft, problem: Problem) -> None:
    """Whoever waits for the list of mailboxes must not wait in this run: the watcher, and the other shards."""
    draft.rows[f"problem/{DIRECTORY}"] = problem
    draft.rows["reader"] = replace(draft.reader(), directory_at=None)
    draft.effects.append(Say("salesforce-watcher", Undirected(problem.what)))
    others = range(1, draft.policy.shards)
    draft.effects += [Say("graph-poller", Undirected(problem.what), shard) for shard in others]
    over(draft, PAIRS, failed=DIRECTORY)


def _read_all(draft: Draft, run: str, address: str, pairs: Iterable[Pair]) -> None:
    chosen = [pair for pair in pairs if pair.user and (not address or address.lower() in pair.addresses)]
    for pair in chosen:
        place = draft.place(pair.mailbox)
        fresh = window.stale(place, pair.mailbox, draft.policy, draft.now)
        start, end = window.read(draft.policy, draft.now) if fresh else (place.start, place.end)
        order = ReadMailbox(pair.mailbox, "" if fresh else place.cursor, start, end, draft.policy.private_events)
        draft.effects.append(Do(f"mailbox/{pair.mailbox}", order, key=f"replace:read/{pair.mailbox}"))
    begin(draft, run, (pair.mailbox for pair in chosen))
