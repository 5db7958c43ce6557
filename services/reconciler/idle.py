"""Practifi Events that exist already and that nobody has touched since outbound was switched on: they are not sent
(D7), unless a person says so (D10). One row each is kept of them, so that they can be counted before they are sent, and
found when Microsoft shows that one was sent all the same, before our memory was lost (ruling 5)."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Backfill
from contracts.observed import Item, Observed, Vanished
from contracts.write import Cause
from services.kernel.decision import State, Wake
from services.reconciler import when, wish
from services.reconciler.book import Address
from services.reconciler.held import held_of
from services.reconciler.link import find, minted
from services.reconciler.listed import Idle, More
from services.reconciler.rows import Held, Link
from services.reconciler.step import step
from services.reconciler.work import Work

MANY = 500
"""Events that one decision sends; it goes on with the next."""


def keep(work: Work, item: Item) -> None:
    """An Event that no link holds, and that is not sent: it is kept while it is still to come."""
    coming = when.future(item.event.when, work.now)
    if coming or work.get(key(item), Item) is not None:
        work.rows |= {key(item): item, named(_link(item)): Idle(item.id)} if coming else _forgotten(item)


def gone(work: Work, body: Observed) -> None:
    """What has vanished cannot be sent."""
    if body.side is Side.PRACTIFI:
        for one in [one for one in body.vanished if work.get(key(one), Item) is not None]:
            work.rows |= _forgotten(one)


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:  # noqa: ARG001 - see `decide`
    """What has a link now is sent like any other."""
    there = new.practifi if new is not None else None
    row = f"idle/{there.id}" if there is not None else ""
    if row and work.state.known(row) and work.get(row, Item) is not None:
        work.rows |= {row: None, named(name): None}


def key(item: Item | Vanished) -> str:
    return f"idle/{item.id}"


def named(link: str) -> str:
    return f"idle-link/{link}"


def needs(state: State, link: str) -> Iterator[str]:
    """What is kept of the Event that a link would have."""
    yield (row := named(link))
    if state.known(row) and (known := state.get(row, Idle)) is not None:
        yield f"idle/{known.id}"


def half(work: Work, name: str) -> Link | None:
    """The link of an Event that was not sent, as far as we remember."""
    known = work.get(named(name), Idle)
    item = work.get(f"idle/{known.id}", Item) if known is not None else None
    if item is None:
        return None
    return Link(name, Side.PRACTIFI, practifi=held_of(work, Side.PRACTIFI, item), owner=item.owner)


def typed(work: Work, side: Side, item: Item, held: Held) -> Held:
    """What a side holds of an item: a mailbox that has not been read since our memory was lost may have what is kept
    here, and has not what was typed since (ruling 5)."""
    known = work.get(key(item), Item) if side is Side.PRACTIFI else None
    if known is None or known.event == item.event or known.redacted or item.redacted:
        return held
    if not wish.untold(work.get, Side.MICROSOFT, item.mailbox):
        return held
    return replace(held, base=known.event, now=item.event)


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
    for item in items[:MANY]:
        work.rows |= _forgotten(item)
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


def _link(item: Item | Vanished) -> str:
    return minted(Side.PRACTIFI, item.mailbox, item.id)


def _forgotten(item: Item | Vanished) -> dict[str, None]:
    return {key(item): None, named(_link(item)): None}
