"""An event that has another id than before: moved to another calendar and back, it is gone by its old id and there by a
new one, in the same mailbox, the same meeting (IDN-20). Ids are asked for that do not change, so this is rare. Never
looks beyond one message, and never at what an event says."""

from collections.abc import Iterable

from contracts.calendar import Side
from contracts.observed import Item, Vanished
from services.reconciler.link import keys, known, ref_key
from services.reconciler.names import Ref
from services.reconciler.rows import Link
from services.reconciler.work import Work


def arrange(work: Work, items: Iterable[Item], vanished: Iterable[Vanished]) -> None:
    """Give what has only another id now its link: what vanished is then no more what that link holds."""
    links = [link for gone in vanished if not gone.slot and (link := _single(work, gone))]
    lost = {(link.mailbox, link.microsoft.uid): link for link in links if link.microsoft is not None}
    for item in items:
        link = lost.get((item.mailbox, item.uid))
        if link is not None and not item.slot and _unknown(work, item):
            work.rows[ref_key(Side.MICROSOFT, item.mailbox, item.id)] = Ref(link.id)


def _single(work: Work, gone: Vanished) -> Link | None:
    """The link that holds a vanished event of a meeting."""
    link = known(work, Side.MICROSOFT, gone)
    held = link.microsoft if link is not None else None
    return link if held is not None and held.uid and not held.gone and not held.slot else None


def _unknown(work: Work, item: Item) -> bool:
    ref, own = keys(Side.MICROSOFT, item)
    return work.get(ref, Ref) is None and work.get(own, Link) is None
