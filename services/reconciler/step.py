"""What a link needs next: one order, an end, or nothing. This is the table of who exists and who is gone; what
both hold is decided in `merge.py`. It never orders while an order is out, nor what the policy forbids.

    Microsoft   Practifi    next
    there       there       merge
    there       never was   create in Practifi, if it was born in Microsoft (else a lost store is being rebuilt: wait)
    never was   there       create in Microsoft, if it was born in Practifi
    gone        there       erase in Practifi, whatever was edited there; Microsoft's word on existence is last
    there       gone        Microsoft has a change that Practifi has not got: it comes back in Practifi, as the next
                            generation; else erase in Microsoft where X3 allows; else the link ends (X5)
    gone        gone        the link ends
"""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.policy import Invitations
from contracts.write import Erase
from services.reconciler import born, say, when
from services.reconciler.held import invites, put
from services.reconciler.merge import TO_PRACTIFI, changed
from services.reconciler.order import order
from services.reconciler.rows import Held, Kind, Link, Owner, State
from services.reconciler.update import update
from services.reconciler.work import Work

_NO_MAIL = "deleted in Practifi, but it has guests in Microsoft and the policy forbids to mail them: delete it there"


def step(work: Work, link: Link) -> Link:
    """Decide what follows and keep the link."""
    work.keep(link)
    if link.pending is not None or link.state is not State.ACTIVE:
        return link
    owner = work.owner(link.mailbox)
    if owner is None or not work.active:
        work.stop(link)
        return link
    return work.keep(_next(work, link, owner))


def _next(work: Work, link: Link, owner: Owner) -> Link:
    here, there = _alive(link.microsoft), _alive(link.practifi)
    match here, there:
        case Held(), Held():
            return update(work, link, owner)
        case Held(), None:
            return _unpaired_in_practifi(work, link, here, owner)
        case None, Held():
            return _unpaired_in_microsoft(work, link, there)
    return end(work, link)


def end(work: Work, link: Link) -> Link:
    """Nothing follows from this pair any more; what is left is a tombstone without text (X5)."""
    if link.microsoft is not None and link.microsoft.gone:
        invites(work, link.id, link.microsoft.now or link.microsoft.base, None, afresh=False)
    for side in Side:
        held = link.on(side)
        if held is not None and held.gone:
            link = put(link, side, replace(held, base=None, now=None))
    return replace(link, state=State.ENDED, reason="")


def _alive(held: Held | None) -> Held | None:
    return None if held is None or held.gone else held


def _died(held: Held | None) -> bool:
    """Whether it is gone and nothing has followed from that yet."""
    return held is not None and held.gone and held.base is not None


def _unpaired_in_practifi(work: Work, link: Link, here: Held, owner: Owner) -> Link:
    if not _died(link.practifi):
        made = link.practifi is not None or link.born is Side.MICROSOFT
        return born.in_practifi(work, link, here, owner) if made else link
    unsent = tuple(field for field in TO_PRACTIFI if field in changed(here))
    if unsent and work.policy.direction.writes(Side.PRACTIFI):
        return born.in_practifi(work, link, here, owner, conflicts=unsent)
    if not (work.policy.direction.writes(Side.MICROSOFT) and here.mine and when.future(here.event.when, work.now)):
        return end(work, link)
    if work.policy.invitations is Invitations.NEVER and here.event.attendees:
        say.blocked(work, link, Side.MICROSOFT, _NO_MAIL)
        return end(work, link)
    return _erase(work, link, Side.MICROSOFT, here)


def _unpaired_in_microsoft(work: Work, link: Link, there: Held) -> Link:
    if not _died(link.microsoft):
        made = link.microsoft is not None or link.born is Side.PRACTIFI
        return born.in_microsoft(work, link, there) if made else link
    if not work.policy.direction.writes(Side.PRACTIFI):
        return end(work, link)
    return _erase(work, link, Side.PRACTIFI, there)


def _erase(work: Work, link: Link, side: Side, held: Held) -> Link:
    def erase(name: str) -> Erase:
        return Erase(name, link.id, side, link.mailbox, held.id, held.event, held.people)

    return order(work, link, side, Kind.ERASE, erase)
