"""An order that was not carried out, because the writer found something else than was believed: that is an observation,
and the merge is taken anew (rulings 7, 8). Never orders."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item
from services.reconciler import consent, trouble, unheard
from services.reconciler.held import found, held_of, past, put
from services.reconciler.link import refer
from services.reconciler.rows import Held, Kind, Link, Pending
from services.reconciler.work import Work


def seen(work: Work, link: Link, pending: Pending, item: Item) -> Link:
    """The link, of which the writer found this. Where a reader has spoken since, the next order will tell who is
    newer; what a reader found gone since is gone, until a reader finds it again."""
    held = link.on(pending.side)
    if pending.kind is Kind.CREATE and (held is None or held.id != item.id):
        link = _standing(work, link, pending.side, item)
    elif held is not None and held.mark == pending.mark and (pending.kind is Kind.CREATE or not held.gone):
        link = _looked_again(work, link, pending.side, held, item)
    return unheard.recognised(work, link, pending.side)


def _standing(work: Work, link: Link, side: Side, item: Item) -> Link:
    """The link whose other half stood already, and otherwise than it was to be made."""
    held = held_of(work, side, item)
    refer(work, side, link.id, held)
    return replace(put(link, side, held), owner=link.owner or item.owner)


def _looked_again(work: Work, link: Link, side: Side, held: Held, item: Item) -> Link:
    """What the writer found there is a new observation (ruling 7)."""
    new = found(work, side, held, item)
    link = consent.touched(work, trouble.mended(link, held, new), side, held, new)
    return put(link, side, replace(new, past=tuple(mark for mark in past(held, held.mark) if mark != item.mark)))
