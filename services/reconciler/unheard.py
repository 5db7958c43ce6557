"""Orders of which nobody could say what became of them: a write may have been carried out although its answer is a
refusal, because the writer died, or its request broke off, in an earlier attempt (ruling 9). Until the side is written
again, what it was sent is remembered: should it stand there, that is our own write and nobody's edit (C4), whatever
people have typed on the other side meanwhile. It never orders."""

from msgspec.structs import replace

from contracts.calendar import PRIVATE, CalendarEvent, Response, Side
from contracts.write import Cause, Why, Written
from services.reconciler import answers, owners, people, say
from services.reconciler.held import put
from services.reconciler.merge import advance, same
from services.reconciler.reach import ANSWER
from services.reconciler.rows import Held, Kind, Link, Pending
from services.reconciler.work import Work

MOST = 3
"""So many are remembered for one link."""


def doubted(link: Link, pending: Pending, why: Why | None = None) -> Link:
    """The link whose order was refused, though an earlier attempt may have carried it out. Not a creation in Practifi
    that met another one of ours; nor one after a loss of memory, which meets what had been there before."""
    if _makes(pending, Side.PRACTIFI) and (why is Why.MOVED_ON or pending.cause is Cause.LOST):
        return link
    held, other = link.on(pending.side), link.on(pending.side.other)
    sent = pending.source or (other.base if other is not None else None)
    if not (pending.fields or pending.related is not None) or sent is None:
        return link
    if held is not None and held.redacted and not _hides(replace(pending, source=sent)):
        return link
    changes = pending.kind is Kind.UPDATE and held is not None
    if not changes and (pending.kind is not Kind.CREATE or other is None or other.redacted):
        return link
    return replace(link, unsure=(*link.unsure, replace(pending, source=sent))[-MOST:])


def replaced(link: Link, pending: Pending) -> bool:
    """Whether the link holds something else by now than what was to be written (`renamed.py`): what became of that says
    nothing of this."""
    held = link.on(pending.side)
    return bool(pending.target) and held is not None and held.id != pending.target


def declined(link: Link) -> Link:
    """The link whose event another one has taken the place of, perhaps because of an answer that is under way: what is
    declined leaves the calendar. That is a new invitation, and is not declined by the old word (A6)."""
    orders = [one for one in (*link.unsure, link.pending) if one is not None and one.side is Side.MICROSOFT]
    given = [one.source for one in orders if ANSWER in one.fields and one.source is not None]
    there = link.practifi
    if there is None or there.gone or not given or given[-1].my_response is not Response.DECLINED:
        return link
    link = _advanced(link, Side.PRACTIFI, (ANSWER,), given[-1])
    if there.event.my_response is not Response.DECLINED:
        return link  # another answer was given since
    return _advanced(link, Side.MICROSOFT, (ANSWER,), given[-1])


def given(work: Work, link: Link, pending: Pending) -> tuple[Link, Pending]:
    """The link whose answer was given and mailed, if its order had one, and what was not carried out of that: the
    organizer may have taken the answer away by now, and it is not given once more (A6). What is declined is gone."""
    if ANSWER not in pending.fields or pending.source is None or pending.source.my_response is Response.DECLINED:
        return link, pending
    link = _agreed(work, link, pending, (ANSWER,), mailed=1)
    return link, replace(pending, fields=tuple(one for one in pending.fields if one != ANSWER))


def heard(link: Link, side: Side) -> Link:
    """The link whose side has told what it holds after a write: nothing is in doubt there any more."""
    return replace(link, unsure=tuple(one for one in link.unsure if one.side is not side))


def recognised(work: Work, link: Link, side: Side) -> Link:
    """The link, of which a side has told what it holds: what it was sent is agreed. Of a private event nothing is
    remembered (ruling 20)."""
    held, other = link.on(side), link.on(side.other)
    if not link.unsure or held is None:
        return link
    if other is None:
        return replace(link, unsure=()) if held.redacted else link
    if side is Side.PRACTIFI and not (held.redacted or held.gone):
        link = _people(link)
    if held.redacted or other.redacted or held.gone:
        if side is Side.PRACTIFI and not (held.gone or other.gone) and held.redacted is not other.redacted:
            link = _hidden(link, held) if other.redacted else _shown_again(link)
        return replace(link, unsure=_textless(link))
    for pending in reversed(link.unsure):
        if pending.side is side and pending.kind is not Kind.CREATE and (done := _done(link, pending)):
            link = _agreed(work, link, pending, done)
    return link


def _textless(link: Link) -> tuple[Pending, ...]:
    """What may still be known of the orders to Practifi when the event is private: whom they wanted there."""
    plain = (replace(one, fields=(), source=None, sent=None, lost=None) for one in link.unsure)
    return tuple(one for one in plain if one.side is Side.PRACTIFI and one.related is not None)


def _people(link: Link) -> Link:
    """The link with those agreed whom an order put on its Event, or took off it, and whose answers it gave."""
    orders = [one for one in link.unsure if one.side is Side.PRACTIFI and one.related is not None]
    there = () if any(one.kind is Kind.CREATE for one in orders) else (link,)
    return answers.settled(people.settled(link, *there, *orders), orders) if orders else link


def _hidden(link: Link, held: Held) -> Link:
    """The link whose event has become private in Microsoft since Practifi was sent a text of it. What it was is not
    remembered: whatever stands in those fields now is taken for ours, so that it is purged (P2). A purge is no text."""
    base, now = held.base, held.event
    sent = {one for pending in link.unsure if pending.side is Side.PRACTIFI for one in _shown(link, pending)}
    fields = tuple(one for one in sent if base is not None and getattr(base, one) != getattr(now, one))
    return _advanced(_advanced(link, Side.PRACTIFI, fields, now), Side.MICROSOFT, fields, now)


def _shown_again(link: Link) -> Link:
    """The link whose event Microsoft shows again, after it was private there and Practifi was told so: that it is
    private in Practifi is our own write, and nobody's wish. A purge has no text that would be remembered."""
    for pending in reversed(link.unsure):
        if _hides(pending) and (done := _done(link, pending)):
            link = _advanced(_advanced(link, Side.PRACTIFI, done, None), Side.MICROSOFT, done, pending.source)
    return link


def _hides(pending: Pending) -> bool:
    """Whether an order tells Practifi that the event is private."""
    sent = pending.source
    private = sent is not None and sent.sensitivity in PRIVATE
    return private and pending.side is Side.PRACTIFI and "sensitivity" in pending.fields


def _shown(link: Link, pending: Pending) -> tuple[str, ...]:
    """What of an order Microsoft does not show any more."""
    here, sent = link.microsoft, pending.source
    if here is None or sent is None:
        return ()
    return tuple(one for one in pending.fields if getattr(sent, one) != getattr(here.event, one))


def left(link: Link) -> tuple[Pending, ...]:
    """What a tombstone still has to know, without text: what may have been made in Microsoft for what is gone (X5)."""
    return tuple(replace(one, source=None, sent=None, lost=None) for one in link.unsure if _makes(one, Side.MICROSOFT))


def deleted(work: Work, link: Link) -> tuple[Link, Link | None]:
    """The link whose new event was made, and deleted by a person before we heard that it was there (X1); and, where it
    was to take the place of the one in another mailbox, a link that has only that (ruling 14)."""
    there, left = link.practifi, None
    if there is None or there.gone:
        return link, None
    if link.microsoft is not None and not link.microsoft.gone:
        link, left = owners.split(work, link)
    gone = Held(id="", mailbox=there.mailbox, base=there.event, gone=True)
    return replace(link, microsoft=gone, generation=link.generation + 1), left


def unmade(link: Link, name: str = "", sequence: int = 0) -> Link:
    """The link whose Event in Practifi was made, and deleted by a person before we heard that it was there (X1)."""
    here = link.microsoft
    if here is None or here.gone or link.practifi is not None:
        return link
    gone = Held(id=name, mailbox=here.mailbox, sequence=sequence, base=here.base, gone=True)
    return replace(link, practifi=gone, generation=link.generation + 1)


def made(link: Link, side: Side) -> bool:
    """Whether we may have made an event there of which nobody could tell."""
    return any(_makes(one, side) for one in link.unsure)


def _makes(pending: Pending, side: Side) -> bool:
    """Whether an order was to make an event there (`made.py`)."""
    return pending.kind is Kind.CREATE and pending.side is side


def _done(link: Link, pending: Pending) -> tuple[str, ...]:
    """What of the order stands where it was sent, and is not agreed yet."""
    held, sent = link.on(pending.side), pending.source
    if held is None or held.base is None or sent is None:
        return ()
    base, now = held.base, held.event
    return tuple(
        one for one in pending.fields
        if same(one, getattr(now, one), getattr(sent, one)) and getattr(now, one) != getattr(base, one)
    )  # fmt: skip


def _agreed(work: Work, link: Link, pending: Pending, done: tuple[str, ...], mailed: int = 0) -> Link:
    """The link of which both sides have held this; what it overrode is said (I3)."""
    sent, conflicts = pending.source, tuple(one for one in pending.conflicts if one in done)
    assert sent is not None
    carried = replace(pending, fields=done, conflicts=conflicts)
    say.done(work, link, carried, Written(pending.order, link.id, pending.side, mailed=mailed))
    local = tuple(one for one in link.local if one not in done)
    link = _advanced(_advanced(link, pending.side, done, None), pending.side.other, done, sent)
    left = tuple(one for one in link.unsure if one.order != pending.order)
    return replace(link, local=local, unsure=left)


def _advanced(link: Link, side: Side, fields: tuple[str, ...], values: CalendarEvent | None) -> Link:
    """With the base of a side moved to these values, or to what it holds."""
    held = link.on(side)
    if held is None or held.base is None:
        return link
    return put(link, side, advance(held, fields, values or held.event))
