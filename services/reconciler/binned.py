"""An Event that somebody takes out of Practifi's recycle bin while an order of ours is out, or an occurrence that
stands again: what became of the order is older than that, and takes nothing away again (X5). Never orders."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Refused, Why, Written
from services.reconciler.held import dead, put
from services.reconciler.rows import Held, Kind, Link, Pending, State
from services.reconciler.step import end
from services.reconciler.work import Work


def stands(link: Link, pending: Pending, written: Written) -> Refused | None:
    """What the order truly met, where what was to be made is the very event that was gone when that was ordered:
    somebody has taken it out of the recycle bin since, and nothing was made or written."""
    held, item = link.on(pending.side), written.item
    if pending.kind is not Kind.CREATE or held is None or item is None:
        return None
    if not (held.gone and held.id == item.id and held.mark == pending.mark != ""):
        return None
    return Refused(written.order, link.id, pending.side, Why.MOVED_ON, item=item)


def proves(held: Held, pending: Pending) -> bool:
    """Whether what an order did not find is gone by that: not if a reader has told since that it is there. What it
    made itself was there before."""
    return not held.gone and (held.mark == pending.mark or pending.kind is Kind.CREATE)


def erased(work: Work, link: Link, pending: Pending, written: Written) -> Link:
    """The link whose event is erased. Where a reader has seen a later version of it, somebody has taken it out of the
    recycle bin since: it begins anew (X5). Where there was none to erase, the next order tells who is newer. In
    Microsoft only an occurrence can stand again: a new pattern gives a series its deleted dates back. That one begins
    anew also where none was there to erase: if it is gone by now, its reader has yet to tell, and then it goes."""
    held, gone = link.on(pending.side), dead(_last(link, pending.side, written), pending.side, settled=True)
    if held is None or held.gone or held.mark == pending.mark or (pending.side is Side.MICROSOFT and not held.slot):
        return gone
    if written.changed_at is None and pending.side is Side.PRACTIFI:
        return link
    if written.changed_at is not None and (held.changed_at is None or held.changed_at <= written.changed_at):
        return gone
    anew = put(end(work, gone), pending.side, replace(held, base=held.event, now=None))
    return replace(anew, state=State.ACTIVE)


def _last(link: Link, side: Side, written: Written) -> Link:
    """The link with the time of what was erased: a reader that was overtaken by that tells of nothing newer."""
    held = link.on(side)
    if held is None or written.changed_at is None:
        return link
    return put(link, side, replace(held, changed_at=written.changed_at))
