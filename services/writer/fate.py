"""What becomes of an order that is held against what stands on its side: the same answers for both sides."""

from datetime import datetime

from contracts.observed import Item
from contracts.write import Erase, Refused, Revive, Why, Written
from services.kernel.lanes import Later
from services.writer.compare import Order, moved_on, refused

Fate = Written | Refused | Later


def gone(order: Order | Revive, changed_at: datetime | None = None) -> Written | Refused:
    """What it is about is proven to be gone: that is all that an erasure wants (OUT-21, OUT-22). It was changed at
    that time for the last time, or deleted then, as far as is known."""
    if isinstance(order, Erase):
        return Written(order.order, order.link, order.side, changed_at=changed_at)
    return refused(order, Why.GONE)


def unreadable(order: Order | Revive, error: str) -> Refused:
    return refused(order, Why.INVALID, "unreadable", error)


def overtaken(order: Order, item: Item) -> Refused | None:
    """Somebody has changed what the order builds on: the merge is taken anew (rulings 7, 8)."""
    return refused(order, Why.MOVED_ON, item=item) if moved_on(order, item) else None
