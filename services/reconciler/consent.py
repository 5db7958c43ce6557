"""The invitation firewall (A5, ruling 16): Microsoft mails the guests of whatever is written there and cannot be told
not to. What a person's own edit leads to may go; what anything else leads to waits until an administrator consents;
and what lies in the past never goes. It never orders."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.policy import Invitations
from contracts.write import Cause, Erase, Order, Refused, Revive, Why, Write
from services.reconciler import trouble, when
from services.reconciler.rows import Held, Link, Pending, Trouble
from services.reconciler.work import Work

SOON = timedelta(minutes=1)
QUIET = "its guests would be mailed, which the policy forbids (or it is past): change it in Microsoft"
_HELD = "it would mail {} {} because {}; an administrator consents with `calsync resume`"
_CAUSES = {
    Cause.EDIT: "it was edited",
    Cause.BACKFILL: "existing events are being sent",
    Cause.RESTORED: "it was restored",
    Cause.TURNED: "a conflict was turned round",
    Cause.POLICY: "the policy was changed",
    Cause.OWNER: "its owner was changed",
}
_LOST = (
    "it may have been deleted in Microsoft while our memory was lost; an administrator consents with `calsync resume`"
)
_WAITS = frozenset({Trouble.REFUSED, Trouble.HELD, Trouble.PARKED, Trouble.BARRED})


def mailed(link: Link, order: Order) -> int:
    """How many people Microsoft mails when this order is carried out: the guests of what the mailbox organizes, or the
    organizer who gets an answer (graph.md §3.9). It does not tell us whom a private event invites."""
    if isinstance(order, Revive) or order.side is Side.PRACTIFI:
        return 0
    if isinstance(order, Write) and order.base is None:
        return len(order.event.attendees) if "attendees" in order.fields else 0
    assert order.base is not None
    if link.microsoft is None or link.microsoft.mine:
        return len(order.base.attendees)
    return 1 if isinstance(order, Write) and "my_response" in order.fields else 0


def waits(work: Work, link: Link, order: Order) -> Link | None:
    """The link as it stays without this order; None when the order may go."""
    many, agreed = mailed(link, order), link.held is not None and work.consents > link.held
    if link.brake is order.side and (many or isinstance(order, Erase)) and not agreed:
        return _stopped(work, trouble.stands(work, link, Trouble.HELD, order.side))
    if link.cause is Cause.LOST and order.side is Side.MICROSOFT and not agreed:
        link = trouble.raised(work, link, Trouble.HELD, order.side, _LOST)
        return _stopped(work, replace(link, held=work.consents))
    if not many:
        return None
    if work.policy.invitations is Invitations.NEVER or not _coming(work, order):
        return _stopped(work, trouble.barred(work, link, QUIET))
    if link.cause is Cause.EDIT or work.policy.invitations is Invitations.ALWAYS or agreed:
        return None
    reason = _HELD.format(many, "person" if many == 1 else "people", _CAUSES[link.cause])
    link = trouble.raised(work, link, Trouble.HELD, order.side, reason)
    return _stopped(work, replace(link, held=work.consents))


def put_off(work: Work, link: Link, pending: Pending, answer: Refused) -> Link:
    """The link whose order was not carried out, because the policy forbids it now, or a brake or the mail cap of the
    writer holds it back (X4, A5): it waits for the policy, or for a consent. That may have been faster than this
    answer: then it is looked at again soon."""
    faster = work.active
    if answer.why is Why.HELD:
        link = trouble.raised(work, link, Trouble.HELD, answer.side, answer.reason)
        link, faster = replace(link, held=pending.consents, brake=answer.side), work.consents > pending.consents
    if faster:
        work.wake(link.id, work.now + SOON)
    return _stopped(work, link)


def touched(work: Work, link: Link, side: Side, held: Held, new: Held) -> Link:
    """The link of which a side holds something `new`. If that is a person's own doing in Practifi, what follows from it
    is as well. While we write there it may be our own, and counts for nothing."""
    writing = link.pending is not None and link.pending.side is Side.PRACTIFI
    if side is Side.MICROSOFT or held.gone or writing or new.event == held.event:
        return link
    return trouble.forgotten(work, own(link), Trouble.OWNER)


def carried_out(link: Link, side: Side) -> Link:
    """The link whose order was carried out: a consent is good for one write to Microsoft."""
    link = replace(link, brake=None if link.brake is side else link.brake)
    return own(link) if side is Side.MICROSOFT or link.cause is Cause.EDIT else link


def at_rest(work: Work, link: Link) -> Link:
    """The link, looked at: where nothing waits, nothing is left of why it would have been written."""
    stopped = work.rows.get(f"stopped/{link.mailbox}/{link.id}") is not None
    if link.pending is not None or stopped or link.turn or any(one.kind in _WAITS for one in link.troubles):
        return link
    return own(replace(link, brake=None))


def own(link: Link) -> Link:
    """The link, of which the next write is a person's own."""
    return replace(link, cause=Cause.EDIT, held=link.held if link.brake is not None else None)


def _coming(work: Work, order: Order) -> bool:
    event = None if isinstance(order, Revive) else order.base or (order.event if isinstance(order, Write) else None)
    return event is not None and when.future(event.when, work.now)


def _stopped(work: Work, link: Link) -> Link:
    work.stop(link)
    return link
