"""What a stricter rule for private events leaves of a link of which no reader tells by it (P2): what both sides hold is
as they would tell it, and Practifi has to lose what Microsoft says, or said when both last agreed. What somebody has
moved meanwhile still travels. It never orders."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.calendar import PRIVATE_SUBJECT, CalendarEvent
from services.reconciler import exposed, when
from services.reconciler.reach import TEXT
from services.reconciler.rows import Held, Link
from services.reconciler.work import Work


def obeyed(work: Work, link: Link) -> Link:
    """The link; a blank, where it is so long over, or so far ahead, that nobody tells of it, and its mailbox's own rule
    hides what it says. While an order is out, that may still bring the text."""
    here = link.microsoft
    if link.pending is not None or here is None or not (exposed.stands(link) and exposed.untold(work, link)):
        return link
    over = when.start(here.event.when) < work.now - timedelta(days=work.policy.past_inbound_days)
    ahead = when.due(here.event.when, work.policy.future_inbound_months) > work.now
    return blank(link) if over or ahead else link


def blank(link: Link) -> Link:
    """The link as its readers would tell it by the stricter rule. Both sides must be there."""
    here, there = link.microsoft, link.practifi
    assert here is not None
    assert there is not None
    said = [one for one in (here.base, here.event) if one is not None]
    purge = (field for field in TEXT if any(getattr(one, field) != getattr(_bare(one), field) for one in said))
    shown = _hidden(there) if exposed.private(there) else there
    return replace(link, microsoft=_hidden(here), practifi=shown, purge=tuple(purge), unsure=())


def _hidden(held: Held) -> Held:
    base, now = _bare(held.base or held.event), _bare(held.event)
    return replace(
        held, base=base, now=None if now == base else now, people=(), users=(), answers=(), redacted=True
    )  # fmt: skip


def _bare(event: CalendarEvent) -> CalendarEvent:
    return CalendarEvent(event.when, PRIVATE_SUBJECT, show_as=event.show_as, sensitivity=event.sensitivity)
