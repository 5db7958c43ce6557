"""An order was carried out. The bases of its fields, and of these only, move on both sides; whatever else differs is
somebody's edit and is merged next (ruling 3). What a reader was faster to tell is never undone by it."""

from msgspec.structs import replace

from contracts.calendar import FIELDS, CalendarEvent, Side
from contracts.observed import Item, Made
from contracts.write import Cause, Written
from services.kernel.decision import SAME, Say
from services.reconciler import (
    answers,
    binned,
    consent,
    exposed,
    made,
    meeting,
    news,
    owners,
    people,
    say,
    series,
    teams,
    told,
    trouble,
    unheard,
)
from services.reconciler.held import answered, dead, found, held_of, past, put
from services.reconciler.link import gone_key, refer
from services.reconciler.merge import advance
from services.reconciler.names import Gone
from services.reconciler.reach import TEXT
from services.reconciler.rows import Held, Kind, Link, Pending
from services.reconciler.step import step
from services.reconciler.turn import turned
from services.reconciler.work import Work


def carried_out(work: Work, link: Link, pending: Pending, written: Written) -> Link:
    """The link with what its side holds since its order was carried out."""
    item = written.item
    if pending.kind is Kind.ERASE or item is None:
        link = binned.erased(work, link, pending, written)
    elif pending.kind is Kind.CREATE:
        link = _created(work, link, pending, item, written.echo or item.event)
    elif pending.kind is Kind.TURN:
        link = turned(work, _updated(work, link, replace(pending, fields=()), item, item.event))
    else:
        link = _updated(work, link, pending, item, written.echo or item.event)
    link = answers.written(_noted(unheard.heard(link, pending.side), pending, written), pending, item)
    say.done(work, link, pending, written)
    return link


def _noted(link: Link, pending: Pending, written: Written) -> Link:
    """What a write tells besides: what could not be held (F3) or granted (T3), and how our word stands there."""
    if pending.kind is not Kind.STATUS:
        link = consent.carried_out(link, pending.side)
    if written.item is None:
        return link
    stays = (field for field in link.lost if field not in pending.fields)
    link = replace(link, lost=(*stays, *(field for field in written.lost if field in pending.fields)))
    return told.said(teams.written(link, pending, written.item.event), pending, written.item)


def _created(work: Work, link: Link, pending: Pending, item: Item, echo: CalendarEvent) -> Link:
    """A new event is there, and all that the other side had when it was ordered is agreed."""
    place = series.made(link.on(pending.side), item)
    link = _moved(work, link, pending, place)
    old, new = link.on(pending.side), held_of(work, pending.side, place)
    if pending.side is Side.MICROSOFT:
        echo = answered(echo, link.practifi)
    new = replace(new, base=echo, now=None if item.event == echo else item.event)
    if old is not None and old.id == new.id and not old.gone:
        new = replace(old, base=echo, now=None if old.event == echo else old.event)  # a reader was faster
    elif old is not None:
        new = replace(new, past=old.past)
    link = _source(put(link, pending.side, new), pending, None)
    link = made.listed(link, pending) if pending.side is Side.MICROSOFT else link
    link = replace(link, owner=link.owner or item.owner, local=made.untold(link, pending, echo))
    link = _people(work, replace(link, purge=_purged(link, pending)), pending)
    refer(work, pending.side, link.id, new)
    if pending.side is Side.MICROSOFT:
        work.effects.append(Say("graph-poller", Made(item.mailbox, item.id, item.stamp), SAME))
    if (sequence := _found_gone(work, pending.side, item.id, new, old)) is not None:
        return dead(put(link, pending.side, replace(new, sequence=sequence)), pending.side)
    if pending.side is Side.PRACTIFI:
        return made.standing(link, pending)
    link = news.told(link) if new.redacted else made.differing(link, pending)
    for copy in meeting.own(work, item, link.id, link.born):
        step(work, copy)
    return replace(link, answers=link.answers or ())


def _found_gone(work: Work, side: Side, name: str, new: Held, old: Held | None) -> int | None:
    """When a reader found an event gone before its making was answered: one that it had seen, or had only missed. What
    was read before that comes too late."""
    if old is not None and old.gone and old.id == new.id:
        return old.sequence
    missed = work.get(gone_key(side, name), Gone)
    work.rows |= {gone_key(side, name): None} if missed is not None else {}
    return missed.sequence if missed is not None else None


def _moved(work: Work, link: Link, pending: Pending, item: Item) -> Link:
    """The link without the event in the mailbox of the owner before, which is erased now (ruling 14)."""
    old = link.on(pending.side)
    if pending.side is Side.PRACTIFI or old is None or old.gone or old.id == item.id:
        return link
    link, left = owners.split(work, link)
    step(work, left)
    return link


def _updated(work: Work, link: Link, pending: Pending, item: Item, echo: CalendarEvent) -> Link:
    """An event has new values in the order's fields; what a reader said meanwhile stands if it is newer."""
    old = link.on(pending.side)
    if old is None or old.base is None:
        return link
    hidden = old.redacted and not item.redacted and old.mark == item.mark  # by a rule that is stricter by now (P2)
    if _newer(old, pending, item) and not hidden:
        new = replace(old, past=past(old, pending.mark, item.mark))
    else:
        new = old if hidden else answers.kept(pending, old, found(work, pending.side, old, item))
        marks = (mark for mark in (pending.mark, old.mark) if mark != item.mark)
        new = replace(new, past=past(old, *marks))
    new = advance(new, pending.fields, echo)
    link = trouble.mended(link, old, new)
    if exposed.hidden(pending, new):
        new = advance(new, TEXT, new.event)
        pending = replace(pending, related=(), invited=())
    link = _source(put(link, pending.side, new), pending, pending.fields)
    local = tuple(field for field in link.local if field not in pending.fields)
    link = replace(link, local=local, purge=_purged(link, pending))
    return _people(work, link, pending)


def _purged(link: Link, pending: Pending) -> tuple[str, ...]:
    """What Practifi has yet to lose of a private event: nothing of one that was made there anew."""
    if pending.side is Side.MICROSOFT:
        return link.purge
    return () if pending.kind is Kind.CREATE else tuple(one for one in link.purge if one not in pending.fields)


def _newer(held: Held, pending: Pending, item: Item) -> bool:
    """Whether what a reader said while the order was out was read after the write: by the side's own times, or because
    it shows neither what was there before nor what was written. The writer found the side as it was believed: what
    differs elsewhere came later, even if the write itself shows nowhere. Of owners it believes nothing: within one
    second the reader is believed, who tells of the newest one in any case."""
    if held.gone:
        return True
    if held.mark in {pending.mark, item.mark} or held.base is None:
        return False
    if held.changed_at is not None and item.changed_at is not None and held.changed_at != item.changed_at:
        return held.changed_at > item.changed_at
    if held.event == item.event:
        return held.owner != item.owner
    if any(getattr(held.event, one) != getattr(item.event, one) for one in FIELDS if one not in pending.fields):
        return held.redacted or not item.redacted  # what is private by now stays hidden (P2)
    before = pending.lost or held.base
    return not pending.fields or any(getattr(held.event, one) != getattr(before, one) for one in pending.fields)


def _source(link: Link, pending: Pending, fields: tuple[str, ...] | None) -> Link:
    """The other side's base moves to what it held when the order was decided: in `fields`, or in all."""
    other = link.on(pending.side.other)
    if other is None or other.base is None:
        return link
    sent = pending.source or other.base
    if fields is None:
        new = replace(other, base=sent, now=None if other.event == sent else other.event)
        return put(link, pending.side.other, new)
    return put(link, pending.side.other, advance(other, fields, sent))


def _people(work: Work, link: Link, pending: Pending) -> Link:
    if pending.related is not None:
        tried = [one for one in link.unsure if (one.kind, one.side) == (Kind.CREATE, pending.side)]
        if tried and pending.kind is Kind.CREATE:  # which of them made it nobody can say
            return people.settled(link, *tried, pending)
        return replace(link, related=pending.related, invited=pending.invited or ())
    owner, anew = work.owner(link.mailbox), pending.kind is Kind.CREATE and pending.cause is not Cause.OWNER
    return people.agreed(work, link, owner) if owner and anew else link
