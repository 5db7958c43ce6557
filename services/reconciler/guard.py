"""The conditions in the table of a link's life (`life.py`): each asks one question, and its docstring is what the
picture in the README says. None of them changes anything."""

from contracts.calendar import Side
from contracts.policy import Invitations
from services.reconciler import news, owners, when
from services.reconciler.merge import PUT_BACK, changed, same
from services.reconciler.order import rested
from services.reconciler.reach import travels
from services.reconciler.rows import Death, Held, Link
from services.reconciler.work import Work


def order_is_out(work: Work, link: Link) -> bool:  # noqa: ARG001 - all guards look alike
    """An order is out"""
    return link.pending is not None


def writing_is_off(work: Work, link: Link) -> bool:
    """Its mailbox has no user, or the firm pauses"""
    return work.owner(link.mailbox) is None or not work.active


def born_in_microsoft(work: Work, link: Link) -> bool:  # noqa: ARG001
    """It was born in Microsoft"""
    return link.born is Side.MICROSOFT


def born_in_practifi(work: Work, link: Link) -> bool:  # noqa: ARG001
    """It was born in Practifi"""
    return link.born is Side.PRACTIFI


def heir_lacks_a_change(work: Work, link: Link) -> bool:  # noqa: ARG001
    """Its new owner has it but not its last change"""
    return link.death is Death.MOVED and bool(owners.owed(link))


def has_moved(work: Work, link: Link) -> bool:  # noqa: ARG001
    """Its new owner has it by now"""
    return link.death is Death.MOVED


def is_replaced(work: Work, link: Link) -> bool:  # noqa: ARG001
    """Its guest was invited anew since"""
    return link.death is Death.MOVED


def is_anothers(work: Work, link: Link) -> bool:
    """Its guest was invited anew, and gave it away"""
    there = link.practifi
    return is_replaced(work, link) and there is not None and there.owner not in {"", link.owner}


def practifi_lacks_a_change(work: Work, link: Link) -> bool:
    """Practifi never had Microsoft's last change"""
    return writes_practifi(work, link) and bool(unsent(work, link))


def microsoft_keeps_it(work: Work, link: Link) -> bool:
    """past, another's, or Microsoft is not written"""
    here = _here(link)
    outward = work.policy_of(link.mailbox).direction.writes(Side.MICROSOFT)
    return not (outward and here.mine and when.future(here.event.when, work.now))


def mail_is_forbidden(work: Work, link: Link) -> bool:
    """Its guests may not be mailed"""
    return work.policy.invitations is Invitations.NEVER and bool(_here(link).event.attendees)


def writes_practifi(work: Work, link: Link) -> bool:
    """Practifi is written"""
    return work.policy_of(link.mailbox).direction.writes(Side.PRACTIFI)


def hour_is_over(work: Work, link: Link) -> bool:
    """Its hour is over"""
    return rested(link, work)


def text_must_go(work: Work, link: Link) -> bool:
    """Practifi shows text that is private now"""
    return writes_practifi(work, link) and bool(news.hidden(link))


def unsent(work: Work, link: Link) -> tuple[str, ...]:
    """What Microsoft has changed and Practifi has never shown; a new zone alone is nothing that it could."""
    here, shown = _here(link), link.practifi.base if link.practifi is not None else None
    new = (changed(here) & travels(work.policy_of(link.mailbox), Side.PRACTIFI)) - _added(here, link)
    return tuple(field for field in here.event.__struct_fields__ if field in new
                 and not (shown and same(field, getattr(here.event, field), getattr(shown, field))))  # fmt: skip


def _added(here: Held, link: Link) -> frozenset[str]:
    """What Microsoft says of an event by itself is nobody's edit, and no reason to bring it back: its link, its words,
    the number of those whom Practifi shows anyway, or showed when both were last alike: a read that a deletion
    overtakes may lack some of them."""
    shown = len(link.practifi.people) if link.practifi is not None else 0
    known = here.event.attendee_count in {shown, len(link.related) + len(link.invited)}
    return PUT_BACK if known else PUT_BACK - {"attendee_count"}


def _here(link: Link) -> Held:
    assert link.microsoft is not None
    return link.microsoft
