"""Taking in how things are on a side: the item finds its link, or begins one, and the link decides what follows."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item, Observed
from services.reconciler import (
    adopt,
    consent,
    copies,
    first,
    halves,
    idle,
    meeting,
    news,
    owners,
    people,
    renamed,
    runs,
    series,
    trouble,
    unheard,
    vanish,
)
from services.reconciler.held import bare, late, put, repeats, seen
from services.reconciler.link import find, gone_key, holds, name_of, refer, stamp_of
from services.reconciler.names import Gone
from services.reconciler.rows import Held, Link, State
from services.reconciler.step import step
from services.reconciler.work import Work


def observe(work: Work, body: Observed) -> None:
    """All items of a message, then all that has vanished; one that is both is there (CUR-13)."""
    work.count("observed", len(body.items))
    runs.heard(work, body)
    kept = body.vanished
    if body.side is Side.MICROSOFT:
        kept = series.arrange(work, body)
        renamed.arrange(work, body.items, kept)
    for item in body.items:
        take(work, body.side, item, body.sequence)
    there = {(item.id, item.slot) for item in body.items}
    for gone in kept:
        if (gone.id, gone.slot) not in there:
            vanish.vanished(work, body.side, gone, body.sequence)


def take(work: Work, side: Side, item: Item, sequence: int) -> None:
    """One item as it is now, unless a later word of it is known."""
    if _outlived(work, side, item, sequence):
        return
    name = find(work, side, item)
    link = work.link(name)
    if link is None and side is Side.MICROSOFT and stamp_of(item) == name:
        link = idle.half(work, name)
    if link is None:
        first.begun(work, side, item, sequence, name)
        return
    held = link.on(side)
    if held is not None and not held.gone and side is Side.MICROSOFT and owners.later(link, held, item):
        link, old = owners.split(work, link)  # a reader is faster than the writer's answer
        step(work, old)
        held = None
    if held is None or (held.gone and not holds(held, side, item)):
        step(work, halves.joined(work, link, side, item, sequence))
    elif not (late(held, item, sequence) or repeats(held, item) or _overtaken(side, held, item)):
        step(work, changed(work, link, side, held, item, sequence))


def _overtaken(side: Side, held: Held, item: Item) -> bool:
    """Whether an Event that is gone is said to be there with the time that it had: a read of several questions, which
    the deletion overtook, and some of its people are missing. What is taken out of the bin has a new time."""
    same_time = item.changed_at is not None and item.changed_at == held.changed_at
    return side is Side.PRACTIFI and held.gone and same_time


def _outlived(work: Work, side: Side, item: Item, sequence: int) -> bool:
    """Whether we know already that the item is gone, or another by now, whatever link it has: this word was said before
    and comes after."""
    gone = work.get(gone_key(side, name_of(item), item.slot), Gone)
    moved = side is Side.MICROSOFT and series.moved(work, item, sequence)
    return moved or (gone is not None and gone.sequence > sequence)


def changed(work: Work, link: Link, side: Side, held: Held, item: Item, sequence: int) -> Link:
    """The link with a newer version of what it holds; what had been gone and is back begins anew (REC-27, X5)."""
    new = seen(work, side, held, item, sequence)
    if link.state is State.COPY:
        return copies.seen(work, link, new)
    if link.state is State.ENDED and not held.gone:
        link = put(link, side, bare(new))
        return people.hidden(link) if new.redacted else link
    link = consent.touched(work, trouble.mended(link, held, new), side, held, new)
    if held.gone:
        other = link.on(side.other)
        owner = link.owner if other is not None and not other.gone else item.owner or link.owner
        link = replace(link, state=State.ACTIVE, owner=owner)
        refer(work, side, link.id, new)  # it may have been buried without a name
    if side is Side.MICROSOFT:
        refer(work, side, link.id, new)
        for copy in meeting.listed(work, link, put(link, side, new)):
            step(work, copy)
    link = put(link, side, new)
    adopt.note(work, link, held)
    link = unheard.declined(link) if new.id != held.id else link
    return unheard.recognised(work, news.told(link) if held.gone else link, side)
