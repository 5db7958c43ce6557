"""How the window moves from day to day without asking Microsoft anything (D9, ruling 28): what a cursor has shown
beyond the window's end waits in rows, and is said on the first run of the day on which the window has come to it."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from contracts.observed import Item
from contracts.policy import PrivateEvents
from services.graph_poller.digest import Digest
from services.graph_poller.draft import Draft
from services.graph_poller.rows import Ahead, Place, Root
from services.graph_poller.window import after, within
from services.kernel.decision import State


def ahead(mailbox: str, root: str = "") -> str:
    """The key of a root's row, or the prefix of all of a mailbox."""
    return f"ahead/{mailbox}/{root}"


def slide(out: Digest, said: dict[str, Root]) -> None:
    """Say what has come within the window; `said` are the rows of what was said before this round."""
    for root in sorted(out.before.keys() | out.ahead.keys()):
        kept = out.waiting(root)
        due = [item for item in kept.values() if not after(item.event.when, out.said[1])]
        for item in due:
            del kept[item.id]
        now = [item for item in due if within(item.event.when, *out.said)]
        if now:
            out.items += now
            out.known[root] = _with(out.known.get(root, said.get(root)), now)


def told_in_full(state: State, mailbox: str) -> bool:
    """Whether what waits may say what is private."""
    place = state.get(f"place/{mailbox}", Place) if state.known(f"place/{mailbox}") else None
    return place is not None and place.view.private is PrivateEvents.FULL


def hide(draft: Draft, mailbox: str) -> None:
    """A mailbox cannot be read that has to be, by a stricter rule for private events, or what was read is not taken:
    what waits is not kept (ruling 20), and read from the beginning when that can be, whatever the rule is by then."""
    pair = next((one for one in draft.pairs() if one.mailbox == mailbox), None)
    rule = draft.policy.of(pair.addresses if pair is not None else ()).private_events
    if told_in_full(draft.state, mailbox) and rule is not PrivateEvents.FULL:
        draft.rows |= dict.fromkeys(draft.under(ahead(mailbox), Ahead))
        draft.rows[f"place/{mailbox}"] = replace(draft.place(mailbox), cursor="")


def _with(known: Root | None, items: Iterable[Item]) -> Root:
    known = known or Root({})
    for item in items:
        when = None if item.slot else item.event.when
        known = Root({**known.members, item.id: item.slot}, when, item.stamp or known.stamp)
    return known


def rows(out: Digest) -> dict[str, Struct | None]:
    """The rows of what waits, as far as they have changed."""
    changed: dict[str, Struct | None] = {}
    for root, kept in out.ahead.items():
        row, old = Ahead(tuple(kept.values())) if kept else None, out.before.get(root)
        if row != old:
            changed[ahead(out.mailbox, root)] = row
    return changed
