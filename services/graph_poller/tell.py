"""How the poller words what it knows: items for the reconciler, the state of a mailbox for the public, and the end of a
run's reading."""

from collections.abc import Iterator

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.facts import MailboxState, Said
from contracts.observed import Item, Observed, Pair, ReadDone, Vanished
from contracts.status import Problem
from services.graph_poller.digest import Digest
from services.graph_poller.draft import RUN, Draft
from services.graph_poller.rows import DIRECTORY, Root, Running
from services.kernel.decision import SAME, Say

ITEMS = 100
"""Items in one message: some 100 kB."""
LONGEST = 500
"""Items of one series in one message."""


def observe(draft: Draft, out: Digest) -> int:
    """Tell the reconciler, in messages of some ITEMS; how many they were."""
    reader, count = draft.reader(), 0
    run = next(_waiting(draft, out.mailbox), "")
    for items, vanished in _parted(draft, out):
        count += 1
        observed = Observed(
            Side.MICROSOFT, draft.sequence(), tuple(items), tuple(vanished), reader.pairs, reader.again, run
        )  # fmt: skip
        draft.effects.append(Say("reconciler", observed, SAME))
    if reader.again:
        draft.rows["reader"] = replace(reader, told=reader.told + count)
    for unreadable in out.unreadable:
        draft.effects.append(Say("reconciler", unreadable, SAME, key=unreadable.id))
        draft.count("unreadable")
    return count


def _parted(draft: Draft, out: Digest) -> Iterator[tuple[list[Item], list[Vanished]]]:
    """What came and what went in parts, a series whole: which slot keeps which Event is told from both (ruling 2). What
    is new or gone comes first, for it may be the same under another id (IDN-20)."""
    roots: dict[str, tuple[list[Item], list[Vanished]]] = {}
    for item in out.items:
        roots.setdefault(item.series or item.id, ([], []))[0].append(item)
    for gone in out.vanished:
        roots.setdefault(gone.series or gone.id, ([], []))[1].append(gone)
    old = {root for root in roots if draft.state.get(f"known/{out.mailbox}/{root}", Root) is not None}
    items, vanished = list[Item](), list[Vanished]()
    for root in sorted(roots, key=lambda root: root in old and not roots[root][1]):
        came, went = roots[root]
        if items + vanished and max(len(items) + len(came), len(vanished) + len(went)) > ITEMS:
            yield items, vanished
            items, vanished = [], []
        items, vanished = [*items, *came], [*vanished, *went]
        while max(len(items), len(vanished)) > LONGEST:
            yield items[:LONGEST], vanished[:LONGEST]
            items, vanished = items[LONGEST:], vanished[LONGEST:]
    if items or vanished:
        yield items, vanished


def show(draft: Draft, mailbox: str, state: str, problem: Problem | None = None) -> None:
    """How a mailbox does: told with reason and mend when it is news (E8), and its problem kept for all to see."""
    draft.rows[f"problem/{mailbox}"] = problem
    place = draft.place(mailbox)
    if place.state != state:
        draft.rows[f"place/{mailbox}"] = replace(place, state=state)
        reason = f"{problem.what}. {problem.mend}".removesuffix(". ") if problem else ""
        draft.effects.append(Say("feed", Said((MailboxState(mailbox, state, reason),)), key=mailbox))


def show_pair(draft: Draft, pair: Pair) -> None:
    """A mailbox without a user is not synced, and says why (M7): no problem, for it may be meant."""
    place = draft.place(pair.mailbox)
    if pair.reason and place.state != "excluded":
        draft.rows[f"place/{pair.mailbox}"] = replace(place, state="excluded")
        fact = MailboxState(pair.mailbox, "excluded", pair.reason)
        draft.effects.append(Say("feed", Said((fact,)), key=pair.mailbox))


def begin(draft: Draft, run: str, running: Running) -> None:
    """A run waits for mailboxes. One that reads a single mailbox fulfils no wish to be told all anew."""
    _keep(draft, run, replace(running, again="" if running.mailbox else draft.reader().again))


def over(
    draft: Draft, waited: str, *, items: int = 0, messages: int = 0, failed: str = "", closed: bool = False
) -> None:
    """A mailbox is done, or cannot be read: for every run that waited for it. Its messages are the oldest one's: each
    is heard once, and a run that waited for it a second time would never be over."""
    for run in tuple(_waiting(draft, waited)):
        running = draft.running()[run]
        left = tuple(name for name in running.waiting if name != waited)
        failures = (*running.failed, failed) if failed else running.failed
        shut = (*running.closed, waited) if closed else running.closed
        count = {"items": running.items + items, "messages": running.messages + messages}
        _keep(draft, run, replace(running, waiting=left, failed=failures, closed=shut, **count))
        messages = 0


def _waiting(draft: Draft, mailbox: str) -> Iterator[str]:
    """The runs that wait for a mailbox, the oldest first."""
    return (run for run, running in draft.running().items() if mailbox in running.waiting)


def _keep(draft: Draft, run: str, running: Running) -> None:
    """Say that the reading is done when nothing is waited for."""
    draft.rows[f"{RUN}{run}"] = running if running.waiting else None
    if not running.waiting:
        blind = DIRECTORY in running.failed
        reader = draft.reader()
        told = reader.told if running.again == reader.again else 0
        done = ReadDone(
            run, "graph-poller", running.items, running.messages, running.failed, running.again, blind, told,
            running.closed, part=bool(running.mailbox),
        )  # fmt: skip
        draft.effects.append(Say("reconciler", done, SAME))
