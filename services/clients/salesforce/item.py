"""A row of Practifi as the item that the services speak of."""

from contracts.observed import Item
from services.clients.salesforce.row import Row


def item_of(row: Row, mailbox: str, *, edited: bool = False, exposed: bool = False) -> Item:
    """The item of a row that has an event; ValueError for one that has none (deleted or not understood)."""
    if row.event is None:
        raise ValueError("a row without an event is no item")
    return Item(
        id=row.id, mark=row.mark, mailbox=mailbox, event=row.event, stamp=row.stamp, edited=edited, owner=row.owner,
        people=(*row.people, *row.invitees), native_series=row.native_series, redacted=row.redacted,
        status=row.status, answers=row.answers, places=row.places, changed_at=row.edited_at,
        exposed=exposed,
    )  # fmt: skip
