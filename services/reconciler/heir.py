"""What an event in the old mailbox has to say goes to the one that was made for the new owner (ruling 14), before it is
erased: somebody may have changed it after our last look, or while both were there. The new one was made without that,
so it is a conflict that the hand-over has won, and it is turned round at once (C3). Nothing is ordered here."""

from msgspec.structs import replace

from contracts.calendar import Side
from services.reconciler import conflicts, owners, say
from services.reconciler.held import put
from services.reconciler.rows import Link
from services.reconciler.step import step
from services.reconciler.work import Work


def inherit(work: Work, name: str) -> None:
    """Have the heir say what the old event of this link has changed, and go on with that."""
    link = work.link(name)
    if link is None or link.pending is not None or not (fields := owners.owed(link)):
        return
    here, new = link.microsoft, work.link(link.heir)
    assert here is not None
    if new is not None and _there(new):
        names = tuple(conflicts.lost(work, new, say.about(new), field, here) for field in fields)
        step(work, replace(new, turn=tuple(dict.fromkeys((*new.turn, *names)))))
    step(work, put(link, Side.MICROSOFT, replace(here, base=here.event, now=None)))


def _there(link: Link) -> bool:
    """Whether it lives on both sides: what was deleted meanwhile inherits nothing (X1)."""
    return all(held is not None and not held.gone for held in (link.microsoft, link.practifi))
