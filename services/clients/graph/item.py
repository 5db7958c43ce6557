"""What a mailbox showed as the item that the services speak of."""

from contracts.observed import Item
from services.clients.graph.seen import Seen


def item_of(seen: Seen, mailbox: str) -> Item:
    """The item of one that has an event; ValueError for a thin or removed one."""
    if seen.event is None:
        raise ValueError("what has no event is no item")
    return Item(
        id=seen.id, mark=seen.mark, mailbox=mailbox, event=seen.event, series=seen.series, slot=seen.slot,
        stamp=seen.stamp, uid=seen.uid, mine=seen.mine, redacted=seen.redacted, changed_at=seen.changed_at,
    )  # fmt: skip
