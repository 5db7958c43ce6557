"""The brake of a mailbox (X4, ruling 30). A complete round that would take away too much is not said: its cursor is not
kept, so that the same round comes again, and nothing follows from it until a person says *resume*. It never keeps a
mailbox from being read."""

from msgspec.structs import replace

from contracts.status import Problem
from services.graph_poller.digest import Digest
from services.graph_poller.draft import Draft
from services.graph_poller.rows import Root
from services.graph_poller.tell import over, show

MEND = "Look at the mailbox; if this is right, say `calsync resume`, else bring the events back"


def lost(out: Digest) -> int:
    """Items whose event or whole series is gone. What a master's own change explains does not count (ruling 2)."""
    return len([gone for gone in out.vanished if _ended(out, gone.series or gone.id)])


def _ended(out: Digest, root: str) -> bool:
    """Whether nothing is left of it, but perhaps what is missed when the window has come to it."""
    known = out.known.get(root)
    return known is None or all(out.later(slot) for slot in known.members.values())


def size_after(draft: Draft, out: Digest) -> int:
    """How many items of the mailbox are known once the round is said."""
    size = draft.place(out.mailbox).size
    for root, row in out.known.items():
        before = draft.get(f"known/{out.mailbox}/{root}", Root)
        size += (len(row.members) if row else 0) - (len(before.members) if before else 0)
    return max(size, 0)


def stands(draft: Draft, out: Digest) -> bool:
    """Whether the round takes away at least `brake_minimum` items and more than `brake_share` of the mailbox, and
    nobody has consented since that was shown."""
    place, policy, gone = draft.place(out.mailbox), draft.policy, lost(out)
    if gone < policy.brake_minimum or gone <= policy.brake_share * place.size:
        return False
    return place.braked is None or draft.known.consents <= place.braked


def brake(draft: Draft, out: Digest) -> None:
    """Say nothing of the round but that it waits for consent; the run goes on without the mailbox."""
    place = draft.place(out.mailbox)
    held = place.braked if place.braked is not None else draft.known.consents
    draft.rows |= {f"held/{out.mailbox}": None, f"place/{out.mailbox}": replace(place, braked=held)}
    what = f"{lost(out)} of {place.size} events are gone in Microsoft; nothing is deleted in Practifi yet"
    show(draft, out.mailbox, "attention", Problem(out.mailbox, what, MEND))
    over(draft, out.mailbox, failed=out.mailbox)
