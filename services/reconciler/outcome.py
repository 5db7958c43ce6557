"""What became of an order: carried out (written.py), or refused, and why. Each order is answered once; what comes later
changes nothing."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import ERASED, Cause, Refused, Why, Written
from services.kernel.micros import micros
from services.reconciler import (
    binned,
    consent,
    copies,
    made,
    meeting,
    overtaken,
    people,
    restore,
    told,
    trouble,
    unheard,
)
from services.reconciler.held import dead, put
from services.reconciler.order import uncounted
from services.reconciler.rows import Held, Kind, Link, Pending, State
from services.reconciler.step import step
from services.reconciler.work import Work
from services.reconciler.written import carried_out

AGAIN = timedelta(hours=1)
"""When a side that forbids a write is asked again."""
NO_ITEM = "the write was reported done without saying what is there now"


def settle(work: Work, outcome: Written | Refused) -> None:
    """The answer to the order that is out; any other answer comes too late and changes nothing."""
    link = work.link(outcome.link)
    if link is None or link.pending is None or link.pending.order != outcome.order:
        return
    pending, link = link.pending, replace(link, pending=None)
    work.out -= 1 if pending.epoch == work.epoch else 0
    if unheard.replaced(link, pending):
        step(work, link)
    elif link.state is State.COPY:
        copies.settle(work, link, pending, outcome)
    elif pending.kind is Kind.REVIVE:
        _revived(work, link, pending, outcome)
    elif isinstance(outcome, Refused):
        _refused(work, link, pending, outcome)
    elif pending.kind is not Kind.ERASE and outcome.item is None:
        nothing = Refused(outcome.order, link.id, pending.side, Why.INVALID, "no-item", NO_ITEM)
        _refused(work, link, pending, nothing)  # CON-31
    elif (stands := binned.stands(link, pending, outcome)) is not None:
        _refused(work, link, pending, stands)
    else:
        _go_on(work, link, carried_out(work, link, pending, outcome))


def _go_on(work: Work, before: Link, link: Link) -> None:
    """Decide what follows, also for the copies of those who are invited by now."""
    for copy in meeting.listed(work, before, link):
        step(work, copy)
    step(work, link)


def _revived(work: Work, link: Link, pending: Pending, outcome: Written | Refused) -> None:
    link = work.keep(restore.settle(work, link, pending, outcome))
    if link.state is State.ACTIVE:
        step(work, link)


def _refused(work: Work, link: Link, pending: Pending, refused: Refused) -> None:
    other = _outdated(work, link, pending)
    link, pending = unheard.given(work, link, pending) if refused.given else (link, pending)
    link = made.tried(unheard.recognised(work, unheard.doubted(link, pending, refused.why), pending.side), pending)
    held = link.on(pending.side)
    match refused.why:
        case Why.STOPPED | Why.HELD:
            work.keep(consent.put_off(work, uncounted(link), pending, refused))
            return
        case Why.GONE if pending.kind is Kind.CREATE and pending.side is Side.MICROSOFT:
            link, left = _missing(work, link, pending, refused)
            if left is not None:
                step(work, left)
        case Why.GONE if pending.kind is Kind.CREATE and held is None:
            link = unheard.unmade(link)
        case Why.MOVED_ON if refused.item is not None:
            _go_on(work, link, overtaken.seen(work, link, pending, refused.item))
            return
        case Why.GONE if held is not None and binned.proves(held, pending):
            link = dead(_missed(work, link, pending.side, held), pending.side, settled=pending.kind is Kind.ERASE)
        case Why.MOVED_ON | Why.GONE if held is not None:
            pass
        case _ if pending.kind is Kind.STATUS:
            link = told.unheard(link, pending)
        case _:
            _forbidden(work, link, refused)
            link = trouble.refused(work, link, refused)
            link = link if other else replace(link, refused=tuple(dict.fromkeys((*link.refused, pending.side))))
    step(work, link)


def _missed(work: Work, link: Link, side: Side, held: Held) -> Link:
    """The link whose event the writer has missed. That it was there is said by a message of before, which is late. Its
    number tells when the writer knew, also where it is said once more: numbers grow with the clock."""
    return put(link, side, replace(held, sequence=max(held.sequence, work.message.number)))


def _forbidden(work: Work, link: Link, refused: Refused) -> None:
    """It may be allowed some day: by another policy, or when a right comes back (O4)."""
    if refused.code == "invitations":
        work.stop(link)
    elif refused.why is Why.FORBIDDEN:
        work.wake(link.id, work.now + AGAIN)


def _outdated(work: Work, link: Link, pending: Pending) -> bool:
    """Whether what follows now is another order than the one that is answered, or meets something else: what it is made
    of has changed since, or is gone, or what stands where it goes is another version."""
    held, source = link.on(pending.side), link.on(pending.side.other)
    if source is not None and (source.now != pending.source or source.gone is not (pending.kind is Kind.ERASE)):
        return True
    if held is not None and held.mark != pending.mark:
        return True
    return pending.side is Side.PRACTIFI and pending.related is not None and people.changed(work, link, pending)


def _missing(work: Work, link: Link, pending: Pending, refused: Refused) -> tuple[Link, Link | None]:
    """The link, and perhaps one for an owner before, whose new event in Microsoft is gone before we have heard of it: a
    person has deleted it, unless it was an old one, which our lost memory has erased because its Event was in the
    recycle bin. Then it is made under a name that nothing had (rulings 1, 5)."""
    if pending.cause is Cause.LOST and refused.code == ERASED:
        return replace(link, generation=micros(work.now)), None
    return unheard.deleted(work, link)
