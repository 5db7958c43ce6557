"""What the poller makes of what it hears. A run reads every paired mailbox of the shard once; a mailbox that cannot be
read is named and does not stop the others (CUR-30). The cursor is kept in the same commit that says what it brought
(CUR-23)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import RunDue
from contracts.facts import MailboxState, Said
from contracts.message import Message
from contracts.observed import Mailboxes, Observed, Pair, Paired, ReadDone, Undirected
from contracts.policy import PolicyNow
from contracts.status import Problem
from services.clients.graph.seen import Round
from services.graph_poller import window
from services.graph_poller.digest import Digest, Looked, digest, roots_of
from services.graph_poller.draft import Draft
from services.graph_poller.rows import (
    DirectoryRead,
    MailboxRead,
    Pairs,
    Place,
    Prove,
    Proved,
    ReadDirectory,
    ReadMailbox,
    Root,
    Rounds,
    Running,
    Unread,
)  # fmt: skip
from services.kernel.decision import SAME, Decision, Do, Say, State

ITEMS = 100
"""Items in one message: some 100 kB."""
DIRECTORY_EVERY = timedelta(hours=1)
DIRECTORY = "directory"
PAIRS = "pairs"


def needs(state: State, message: Message) -> Iterable[str]:
    """Rows that the decision reads."""
    body = message.body
    yield from ("policy", "reader", "pairs")
    if isinstance(body, RunDue) and state.known("pairs"):
        pairs = state.get("pairs", Pairs) or Pairs(())
        yield from (f"place/{pair.mailbox}" for pair in pairs.pairs)
    if isinstance(body, Paired):
        yield from ("run/", *(f"place/{pair.mailbox}" for pair in body.pairs))
    if isinstance(body, MailboxRead | Proved | Unread):
        yield from ("run/", f"place/{body.mailbox}", f"held/{body.mailbox}")
    if isinstance(body, MailboxRead):
        yield from _roots(body.mailbox, body.round.fresh, roots_of(body.round.rows))
    if isinstance(body, Proved) and state.known(f"held/{body.mailbox}"):
        held = state.get(f"held/{body.mailbox}", Rounds)
        if held:
            yield from _roots(body.mailbox, held.round.fresh, roots_of(held.round.rows))


def _roots(mailbox: str, fresh: bool, roots: Iterable[str]) -> Iterable[str]:
    return [f"known/{mailbox}/"] if fresh else [f"known/{mailbox}/{root}" for root in roots]


def decide(state: State, message: Message, now: datetime) -> Decision:
    """One turn of a poller."""
    known = state.get("policy", PolicyNow)
    if known is None:
        return Decision()
    draft = Draft(state, message, now, known.policy, active=known.active)
    match message.body:
        case RunDue() as due:
            run_due(draft, due)
        case DirectoryRead() as read:
            directory_read(draft, read)
        case Paired() as paired:
            pairs_known(draft, paired)
        case MailboxRead() as read:
            mailbox_read(draft, read)
        case Proved() as proved:
            was_proved(draft, proved)
        case Unread() as unread:
            not_read(draft, unread)
        case _:
            pass
    return draft.decision()


def run_due(draft: Draft, due: RunDue) -> None:
    """Read every mailbox; the first time, wait for the list of them. Directory: the first shard's business."""
    if not draft.active:
        return
    reader, first = draft.reader(), due.shard == 0
    if first and (reader.directory_at is None or due.mailbox or draft.now - reader.directory_at > DIRECTORY_EVERY):
        draft.effects.append(Do(DIRECTORY, ReadDirectory(), key="replace:directory"))
        draft.rows["reader"] = replace(reader, directory_at=draft.now)
    if reader.pairs == 0:
        draft.rows[f"run/{due.run}"] = Running(waiting=(PAIRS,), mailbox=due.mailbox)
    else:
        _read_all(draft, due.run, due.mailbox, draft.pairs())


def directory_read(draft: Draft, read: DirectoryRead) -> None:
    """Tell the watcher, who knows the users."""
    draft.rows["problem/directory"] = None
    draft.effects.append(Say("salesforce-watcher", Mailboxes(draft.sequence(), read.mailboxes)))


def pairs_known(draft: Draft, paired: Paired) -> None:
    """Who is read from now on; runs that waited for this go on."""
    reader = draft.reader()
    if paired.sequence <= reader.pairs:
        return
    draft.rows["reader"] = replace(reader, pairs=paired.sequence)
    draft.rows["pairs"] = Pairs(paired.pairs)
    for pair in paired.pairs:
        _show_pair(draft, pair)
    for key, running in draft.running().items():
        if PAIRS in running.waiting:
            _read_all(draft, key.removeprefix("run/"), running.mailbox, paired.pairs)


def mailbox_read(draft: Draft, read: MailboxRead) -> None:
    """A round has come: say what it means, or ask for the proofs that it needs."""
    place = Place(read.round.cursor, read.start, read.end, read.private, "healthy")
    _digest(draft, read.mailbox, place, read.round, Looked())


def was_proved(draft: Draft, proved: Proved) -> None:
    """The proofs have come: the round that waited for them is complete."""
    held = draft.state.get(f"held/{proved.mailbox}", Rounds)
    if held is not None:
        _digest(draft, proved.mailbox, held.place, held.round, Looked(proved.looked, proved.series))


def not_read(draft: Draft, unread: Unread) -> None:
    """A mailbox could not be read: shown with its reason, and the run goes on without it (CUR-30)."""
    problem = Problem(unread.mailbox, f"{unread.code}: {unread.what}" if unread.code else unread.what, unread.mend,
                      heals=unread.heals)  # fmt: skip
    draft.rows[f"problem/{unread.mailbox}"] = problem
    if unread.mailbox == DIRECTORY:
        draft.rows["reader"] = replace(draft.reader(), directory_at=None)
        draft.effects.append(Say("salesforce-watcher", Undirected(problem.what)))
        _over(draft, PAIRS, failed=DIRECTORY)
        return
    state = "waiting" if unread.heals else "excluded" if unread.excluded else "attention"
    _show_mailbox(draft, unread.mailbox, state, problem.what)
    draft.rows[f"held/{unread.mailbox}"] = None
    _over(draft, unread.mailbox, failed="" if unread.excluded else unread.mailbox)


def _read_all(draft: Draft, run: str, address: str, pairs: Iterable[Pair]) -> None:
    chosen = [pair for pair in pairs if pair.user and (not address or address.lower() in pair.addresses)]
    for pair in chosen:
        place = draft.state.get(f"place/{pair.mailbox}", Place) or Place()
        fresh = window.stale(place, pair.mailbox, draft.policy, draft.now)
        start, end = window.read(draft.policy, draft.now) if fresh else (place.start, place.end)
        order = ReadMailbox(pair.mailbox, "" if fresh else place.cursor, start, end, draft.policy.private_events)
        draft.effects.append(Do(f"mailbox/{pair.mailbox}", order, key=f"replace:read/{pair.mailbox}"))
    _keep_run(draft, run, Running(waiting=tuple(pair.mailbox for pair in chosen)))


def _digest(draft: Draft, mailbox: str, place: Place, round_: Round, looked: Looked) -> None:
    known = {root: row for root in _known_roots(draft, mailbox, round_) if (row := draft.root(mailbox, root))}
    out = digest(mailbox, round_, known, looked, window.said(draft.policy, draft.now))
    if out.look or out.list:
        prove = Prove(mailbox, tuple(sorted(out.look)), tuple(sorted(out.list)), place.start, place.end, place.private)
        draft.rows[f"held/{mailbox}"] = Rounds(round_, place)
        draft.effects.append(Do(f"mailbox/{mailbox}", prove, key=f"replace:prove/{mailbox}"))
        return
    draft.rows |= {f"known/{mailbox}/{root}": row for root, row in out.known.items()}
    draft.rows |= {f"held/{mailbox}": None, f"place/{mailbox}": place, f"problem/{mailbox}": None}
    messages = _say(draft, out)
    _show_mailbox(draft, mailbox, "healthy", "")
    _over(draft, mailbox, items=len(out.items) + len(out.vanished), messages=messages)


def _known_roots(draft: Draft, mailbox: str, round_: Round) -> Iterable[str]:
    prefix = f"known/{mailbox}/"
    if round_.fresh:
        return [key.removeprefix(prefix) for key in draft.state.under(prefix, Root)]
    return roots_of(round_.rows)


def _say(draft: Draft, out: Digest) -> int:
    """Tell the reconciler, in messages of ITEMS; how many they were."""
    chunks = [(out.items[at : at + ITEMS], out.vanished[at : at + ITEMS])
              for at in range(0, max(len(out.items), len(out.vanished)), ITEMS)]  # fmt: skip
    for items, vanished in chunks:
        observed = Observed(Side.MICROSOFT, draft.sequence(), tuple(items), tuple(vanished))
        draft.effects.append(Say("reconciler", observed, SAME))
    for unreadable in out.unreadable:
        draft.effects.append(Say("reconciler", unreadable, SAME, key=unreadable.id))
        draft.counts["unreadable"] = draft.counts.get("unreadable", 0) + 1
    return len(chunks)


def _over(draft: Draft, waited: str, *, items: int = 0, messages: int = 0, failed: str = "") -> None:
    """A mailbox is done: for every run that waited for it."""
    for key, running in draft.running().items():
        if waited in running.waiting:
            left = tuple(name for name in running.waiting if name != waited)
            _keep_run(draft, key.removeprefix("run/"), replace(
                running, waiting=left, items=running.items + items, messages=running.messages + messages,
                failed=(*running.failed, failed) if failed else running.failed,
            ))  # fmt: skip


def _keep_run(draft: Draft, run: str, running: Running) -> None:
    """Say that the reading is done when nothing is waited for."""
    if running.waiting:
        draft.rows[f"run/{run}"] = running
        return
    draft.rows[f"run/{run}"] = None
    done = ReadDone(run, "graph-poller", running.items, running.messages, running.failed)
    draft.effects.append(Say("reconciler", done, SAME))


def _show_pair(draft: Draft, pair: Pair) -> None:
    """A mailbox without a user is not synced, and says why (M7)."""
    if pair.reason:
        _show_mailbox(draft, pair.mailbox, "excluded", pair.reason)


def _show_mailbox(draft: Draft, mailbox: str, state: str, reason: str) -> None:
    """Tell how a mailbox does, when that is news (E8)."""
    known = draft.state.get(f"place/{mailbox}", Place) if draft.state.known(f"place/{mailbox}") else None
    if (known.state if known else "") == state:
        return
    kept = draft.rows.get(f"place/{mailbox}", known) or Place()
    draft.rows[f"place/{mailbox}"] = replace(kept, state=state)
    draft.effects.append(Say("feed", Said((MailboxState(mailbox, state, reason),)), key=mailbox))
