"""Practifi Events that exist already and that nobody has touched since outbound was switched on: they are not sent
(D7), unless a person says so (D10). One row each is kept of them, so that they can be counted before they are sent."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Backfill
from contracts.observed import Item, Observed, Vanished
from contracts.write import Cause
from services.kernel.decision import State, Wake
from services.reconciler import when
from services.reconciler.book import Address
from services.reconciler.held import held_of
from services.reconciler.link import find
from services.reconciler.listed import More
from services.reconciler.rows import Link
from services.reconciler.step import step
from services.reconciler.work import Work

MANY = 500
"""Events that one decision sends; it goes on with the next."""


def keep(work: Work, item: Item) -> None:
    """An Event that no link holds, and that is not sent: it is kept while it is still to come."""
    row = item if when.future(item.event.when, work.now) else None
    if row is not None or work.get(key(item), Item) is not None:
        work.rows[key(item)] = row


def gone(work: Work, body: Observed) -> None:
    """What has vanished cannot be sent."""
    if body.side is Side.PRACTIFI:
        work.rows |= {key(one): None for one in body.vanished if work.get(key(one), Item) is not None}


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:  # noqa: ARG001 - see `decide`
    """What has a link now is sent like any other."""
    there = new.practifi if new is not None else None
    row = f"idle/{there.id}" if there is not None else ""
    if row and work.state.known(row) and work.get(row, Item) is not None:
        work.rows[row] = None


def key(item: Item | Vanished) -> str:
    return f"idle/{item.id}"


def mailbox_of(state: State, named: str) -> str | None:
    """The mailbox that has an address, "" for no address, None for an address that no synced mailbox has."""
    row = state.get(f"address/{named.lower()}", Address) if named else None
    return row.mailbox if row is not None else None if named else ""


def chosen(state: State, named: str) -> list[Item]:
    """What is kept of one mailbox, or of all."""
    mailbox = mailbox_of(state, named)
    items = state.under("idle/", Item).values() if mailbox is not None else ()
    return [item for item in items if item.mailbox == mailbox or not mailbox]


def backfill(work: Work, wish: Backfill) -> None:
    """Send what is kept, as if each owner had saved it anew, but for the cause that goes with it."""
    items = chosen(work.state, wish.mailbox)
    work.rows |= {key(item): None for item in items[:MANY]}
    for link in links(work, items[:MANY]):
        step(work, replace(link, cause=Cause.BACKFILL))
    if len(items) > MANY:
        work.effects.append(Wake(work.now, More(wish), f"more/{work.message.id}"))


def links(work: Work, items: Iterable[Item]) -> Iterator[Link]:
    """What each would become: those that are still to come and whose owner is paired."""
    for item in items:
        name = find(work, Side.PRACTIFI, item)
        if when.future(item.event.when, work.now) and work.owner(item.mailbox) is not None:
            yield Link(name, Side.PRACTIFI, practifi=held_of(work, Side.PRACTIFI, replace(item, edited=True)))
