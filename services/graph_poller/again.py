"""What a lost or restored memory makes necessary (rulings 5, 6): ours, that of the reconciler, or that of the watcher.
Everything is said again from a fresh read of Microsoft; nothing is said from what is remembered."""

from collections.abc import Iterator

from msgspec.structs import replace

from contracts.control import Again
from contracts.observed import Believed
from services.graph_poller.draft import RUN, Draft
from services.graph_poller.rows import DIRECTORY, Pairs, ReadDirectory, Root
from services.graph_poller.runs import read
from services.kernel.decision import SAME, Do, Forgot, Say, State

WATCHER = "salesforce-watcher"


def needs(state: State, body: Again | Believed) -> Iterator[str]:
    """The runs that go on, and the mailboxes that have to be read from the beginning."""
    yield RUN
    match body:
        case Again():
            pairs = state.get("pairs", Pairs) if state.known("pairs") else None
            yield from (f"place/{pair.mailbox}" for pair in (pairs.pairs if pairs else ()))
        case Believed(mailbox, roots):
            yield from (f"place/{mailbox}", *(f"known/{mailbox}/{root}" for root in roots))


def hear(draft: Draft, body: Forgot | Again | Believed) -> None:
    """One of the words about a lost memory."""
    match body:
        case Forgot():
            _forgot(draft, body)
        case Again():
            _answer(draft, body)
        case Believed():
            _believe(draft, body)


def _forgot(draft: Draft, body: Forgot) -> None:
    """Learn once more whose mailboxes we read and what they are believed to hold: what went while we knew nothing has
    to be missed. The run that may be lost on us begins anew."""
    want = Again(draft.message.id, "graph-poller", body.here)
    receivers = ((WATCHER, 0), ("reconciler", SAME), ("registry", 0))
    draft.effects += [Say(name, want, shard, f"replace:again/{name}") for name, shard in receivers]
    draft.count("forgot")


def _answer(draft: Draft, body: Again) -> None:
    """The watcher wants to know the mailboxes, the reconciler all that they hold. A question may come twice."""
    if body.service == WATCHER:
        draft.effects.append(Do(DIRECTORY, ReadDirectory(), key="replace:directory"))
    if body.service == WATCHER or draft.reader().again == body.wish:
        return
    draft.rows["reader"] = replace(draft.reader(), again=body.wish, told=0)
    for pair in draft.pairs():
        afresh(draft, pair.mailbox, body.wish)


def _believe(draft: Draft, body: Believed) -> None:
    """What the reconciler believes is missed from now on, and the mailbox read from the beginning, which shows what is
    gone of it."""
    key = f"known/{body.mailbox}/"
    for root, members in body.roots.items():
        known = draft.get(f"{key}{root}", Root)
        mine, when = (known.members, known.when) if known is not None else ({}, None)
        draft.rows[f"{key}{root}"] = Root({**members, **mine}, body.when.get(root, when))
    afresh(draft, body.mailbox)


def afresh(draft: Draft, mailbox: str, wish: str = "") -> None:
    """The next read of a mailbox is a fresh one, by this wish or one of our own; one that is under way begins anew."""
    wish = wish or f"{draft.message.id}@{draft.now.isoformat()}"
    draft.rows[f"place/{mailbox}"] = replace(draft.place(mailbox), again=wish)
    draft.rows[f"held/{mailbox}"] = None
    waiting = {name for running in draft.running().values() for name in running.waiting}
    for pair in draft.pairs():
        if pair.mailbox == mailbox and mailbox in waiting:
            read(draft, pair)
