"""What a mailbox showed as the item that the services speak of."""

from msgspec.structs import replace

from contracts.calendar import PRIVATE_SUBJECT, CalendarEvent, Sensitivity
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


def hidden(seen: Seen) -> Seen:
    """A private event that the policy leaves out, where it is known, or may be: it was said before it was private, so
    its text has to go (P2), and it can be moved and erased like any other. It says no more than its time."""
    if not seen.skipped or seen.when is None:
        return seen
    event = CalendarEvent(seen.when, PRIVATE_SUBJECT, sensitivity=Sensitivity.PRIVATE)
    return replace(seen, event=event, redacted=True)
