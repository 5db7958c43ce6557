"""What the poller makes of what it hears: a run begins (runs.py), a round has come (meaning.py). A mailbox that cannot
be read is named and does not stop the others (CUR-30). The cursor is kept in the same commit that says what it brought
(CUR-23)."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from contracts.control import Again, RunDue
from contracts.message import Message
from contracts.observed import Believed, Made, Paired, Undirected
from contracts.policy import PolicyNow
from services.graph_poller import again, slide
from services.graph_poller.draft import RUN, Draft
from services.graph_poller.failing import set_aside
from services.graph_poller.meaning import roots, understand, unshown
from services.graph_poller.rows import (
    DIRECTORY,
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
    Unread,
    Unshown,
)  # fmt: skip
from services.graph_poller.runs import directory_read, not_read, pairs_known, run_due, undirected
from services.kernel.decision import Decision, Forgot, State, Undone
from services.kernel.draft import SEQUENCE


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
            yield from (slide.ahead(mailbox),) if slide.told_in_full(state, mailbox) else ()
        case MailboxRead(mailbox, round_):
            yield from (RUN, f"place/{mailbox}", f"held/{mailbox}")
            yield from roots(state, mailbox, round_, new_day=_new_day(state, mailbox, message))
        case Made(mailbox, id_):
            yield from (RUN, f"place/{mailbox}", f"known/{mailbox}/{id_}")
        case Again() | Believed() as body:
            yield from again.needs(state, body)
        case Proved(mailbox):
            yield from (RUN, f"place/{mailbox}", f"held/{mailbox}")
            held = state.get(f"held/{mailbox}", Rounds) if state.known(f"held/{mailbox}") else None
            if held is not None:
                yield from roots(state, mailbox, held.round, new_day=_new_day(state, mailbox, message))


def decide(state: State, message: Message, now: datetime) -> Decision:  # noqa: C901 - one row for each kind
    """One turn of a poller."""
    known = state.get("policy", PolicyNow)
    if known is None:
        return Decision()
    draft = Draft(state, message, now, known)
    match _plain(message.body):
        case RunDue(policy=version) as due if not draft.early(version):
            run_due(draft, due)
        case DirectoryRead() as read:
            directory_read(draft, read)
        case Paired() as paired:
            pairs_known(draft, paired)
        case Undirected() as word:
            undirected(draft, word)
        case Made() as body:
            made(draft, body)
        case Forgot() | Again() | Believed() as body:
            again.hear(draft, body)
        case MailboxRead(mailbox, round_, view):
            understand(draft, mailbox, Rounds(round_, view))
        case Proved() as proved:
            was_proved(draft, proved)
        case Unread() as unread:
            not_read(draft, unread)
        case _:
            pass
    return draft.decision()


def made(draft: Draft, body: Made) -> None:
    """One more event that has to be there: without this, one that is deleted before a round has shown it would not be
    missed. Where the next round does not show it, either, it is looked for: the last one may have been a fresh one,
    after whose end nobody says that it is gone. Where rounds have shown a series, that is told from the beginning:
    the first occurrence, which it was, may have gone before (ruling 2)."""
    mailbox, id_ = body.mailbox, body.id
    key = f"known/{mailbox}/{id_}"
    known, place = draft.get(key, Root), draft.place(mailbox)
    members = known.members if known is not None else {}
    if id_ in members:
        return
    new = Root({**members, id_: ""}, stamp=body.stamp)
    draft.rows |= {key: new, f"place/{mailbox}": replace(place, size=place.size + 1)}
    draft.rows[f"{unshown(mailbox)}{id_}"] = Unshown()
    if members:
        again.afresh(draft, mailbox)


def was_proved(draft: Draft, proved: Proved) -> None:
    """The proofs have come; one may lead to the next."""
    held = draft.get(f"held/{proved.mailbox}", Rounds)
    if held is not None:
        looked, listed = {**held.looked, **proved.looked}, {**held.series, **proved.series}
        understand(draft, proved.mailbox, replace(held, looked=looked, series=listed))


def _plain(body: Struct) -> Struct:
    """What was set aside, to do or to decide on, is not read, either."""
    match body:
        case Undone(ReadDirectory() | DirectoryRead(), reason):
            return set_aside(DIRECTORY, reason)
        case Undone(ReadMailbox(mailbox) | Prove(mailbox) | MailboxRead(mailbox) | Proved(mailbox), reason):
            return set_aside(mailbox, reason)
    return body


def _new_day(state: State, mailbox: str, message: Message) -> bool:
    """Whether this is the first round of a mailbox on its day: the window has moved since the last one."""
    place = state.get(f"place/{mailbox}", Place) if state.known(f"place/{mailbox}") else None
    return place is not None and place.day != message.sent_at.date()
