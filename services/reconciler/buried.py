"""Halves of links that died while nobody remembered them (ruling 5): what a person deleted in Practifi stays deleted
there and is deleted nowhere else, because it cannot be told why; what we erased there had gone in Microsoft, and begins
anew if it is there (REC-27); what goes in Microsoft while the memory is built anew goes in Practifi too, because it is
proven to be gone."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item, Vanished
from contracts.write import Cause
from services.reconciler import prune, unheard, wish
from services.reconciler.held import put
from services.reconciler.link import generation_of, gone_key, keys, minted, name_of, stamp_of
from services.reconciler.names import Gone
from services.reconciler.rows import Held, Kind, Link, State
from services.reconciler.step import end, step
from services.reconciler.work import Work


def bury(work: Work, side: Side, gone: Vanished, sequence: int) -> None:
    """Something vanished that no link holds: if it tells the name of its link, that one ends, or is half gone."""
    if side is Side.MICROSOFT and generation_of(gone):
        _renew(work, gone)
    name = _name(work, side, gone)
    link = work.link(name) if name else None
    if not name or gone.ours or (link is not None and link.on(side) is not None):
        return
    if side is Side.PRACTIFI and link is not None and _being_made(link):
        if link.cause is not Cause.LOST:  # else it may be what stood there before our memory was lost
            step(work, unheard.unmade(link, gone.id, sequence))
        return
    tomb = Held(gone.id, gone.mailbox, series=gone.series, slot=gone.slot, sequence=sequence, gone=True)
    ours = keys(side, gone)[1] == f"link/{name}"
    link = put(link or Link(name, side if ours else side.other, generation=sequence), side, tomb)
    there = link.practifi
    if side is Side.PRACTIFI:
        work.keep(end(work, link))
    elif there is not None and not there.gone:
        step(work, put(link, side, replace(tomb, base=there.event)))
    else:
        work.keep(link)


def renewed(work: Work, name: str) -> int:
    """The generation of a link's event that was made last and is gone, which nobody remembers but its reader; else
    0."""
    gone = work.get(gone_key(Side.MICROSOFT, name), Gone) if name else None
    work.rows |= {gone_key(Side.MICROSOFT, name): None} if gone is not None else {}
    return gone.sequence if gone is not None else 0


def _renew(work: Work, gone: Vanished) -> None:
    """What was made for an owner after the first (ruling 14) is gone: should its Event be sent once more, it is asked
    for under the same name, which Microsoft has seen before. So it is not made, and its guests are not mailed."""
    name, generation = stamp_of(gone), generation_of(gone)
    if (link := work.link(name)) is not None:
        if link.microsoft is None and link.pending is None:
            work.keep(replace(link, generation=max(link.generation, generation)))
        return
    key = gone_key(Side.MICROSOFT, name)
    known = work.get(key, Gone)
    if known is None or known.sequence < generation:
        work.rows[key] = Gone(generation)
        prune.note(work, key, generation)


def _being_made(link: Link) -> bool:
    """Whether what has vanished in Practifi may be what we are making there, where the answer to that will tell, or
    have made there unheard (ruling 9)."""
    pending = link.pending
    return (pending is not None and pending.kind is Kind.CREATE) or unheard.made(link, Side.PRACTIFI)


def half(link: Link, side: Side, item: Item, held: Held) -> Link | None:
    """The link with the half that is left, where the other one was buried before; None where it was not."""
    other = link.on(side.other)
    if other is None or not other.gone or other.base is not None or not _lacks(link, side, item):
        return None
    if side is Side.PRACTIFI or link.unsure:  # we may have made it, and the link has ended without it (ruling 9)
        link = replace(put(link, side.other, replace(other, base=item.event)), state=State.ACTIVE, unsure=())
    return put(link, side, held)


def _lacks(link: Link, side: Side, item: Item) -> bool:
    """Whether the link has no event of a side, or had one and has ended, and an old order makes another in Practifi."""
    old = link.on(side)
    if old is None:
        return True
    return side is Side.PRACTIFI and link.state is State.ENDED and old.gone and old.id != item.id


def _name(work: Work, side: Side, gone: Vanished) -> str:
    """A row of Practifi bears it; what was born in Microsoft was named by its place, which counts while we build
    anew, and for a half that Microsoft has not shown since, as what the policy leaves out by now: else it is none of
    ours. Of a series whose dates have moved a place may be another's."""
    if side is Side.PRACTIFI:
        return gone.stamp
    name = minted(side, gone.mailbox, name_of(gone), gone.slot)
    counts = wish.any_open(work) or wish.untold(work.get, side, gone.mailbox)
    return name if counts or (not gone.slot and work.link(name) is not None) else ""
