"""An item that is half of a link: the first that is heard of it, or the one that its other half has waited for. Here
it is decided what a link knows at first, and by which rows its event will be found again; never what is written."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item
from services.reconciler import made, meeting, news, people
from services.reconciler.book import Owner
from services.reconciler.buried import half
from services.reconciler.held import held_of, put
from services.reconciler.link import generation_of, refer
from services.reconciler.rows import Held, Kind, Link, State
from services.reconciler.step import step
from services.reconciler.work import Work


def joined(work: Work, link: Link, side: Side, item: Item, sequence: int) -> Link:
    """The link with its other half found: both bases are what is there (ruling 5), but for what is news."""
    held = held_of(work, side, item, sequence)
    old = link.on(side)
    if (rest := half(link, side, item, held)) is not None:
        return attached(work, rest, side, item, held)
    link = put(link, side, replace(held, past=old.past) if old else held)
    link = replace(link, state=State.ACTIVE, generation=max(link.generation, generation_of(item)))
    other = link.on(side.other)
    free = link.pending is None or link.pending.kind is Kind.STATUS  # our word changes neither half
    if other is not None and not other.gone and free:
        link = put(link, side.other, news.standing(other, held))
    owner = work.owner(link.mailbox)
    link = replace(link, owner=_whose(link, item, owner))
    if free:
        link = made.listed(link)
        link = news.moved(news.told(people.agreed(work, link, owner) if owner else link))
    if link.pending is None or link.pending.kind is not Kind.CREATE:
        link = made.found(link)
    return attached(work, link, side, item, held)


def _whose(link: Link, item: Item, owner: Owner | None) -> str:
    """Whose its Event is: of what was born in Microsoft the mailbox's own user's, whoever had it for a while (ruling
    14)."""
    if link.born is Side.MICROSOFT and owner is not None:
        return owner.user
    return link.owner or item.owner


def attached(work: Work, link: Link, side: Side, item: Item, held: Held) -> Link:
    """The rows by which the item will be found again."""
    refer(work, side, link.id, held)
    if side is Side.MICROSOFT:
        for copy in meeting.own(work, item, link.id, link.born):
            step(work, copy)
    return link
