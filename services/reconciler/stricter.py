"""The rule for private events has become stricter (P2). Readers tell anew what lies within the window, and by that its
text goes from Practifi. What is over for longer nobody tells: it goes when the rule is heard, because it is counted
beforehand like all others (`calsync private`). Nothing else of what is over is ever written (ruling 28)."""

from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from contracts.calendar import PRIVATE_SUBJECT, CalendarEvent
from contracts.policy import Policy, PrivateEvents
from services.kernel.decision import State
from services.reconciler import when
from services.reconciler.around import of_link
from services.reconciler.exposed import private
from services.reconciler.listed import Exposure
from services.reconciler.reach import TEXT
from services.reconciler.rows import Held, Link
from services.reconciler.step import step
from services.reconciler.work import Work

PREFIX = "private/"


def needs(state: State, policy: Policy) -> Iterator[str]:
    """The private events whose text stands in Practifi, where somebody's may not."""
    if not _hides(policy):
        return
    yield PREFIX
    for key in state.under(PREFIX, Exposure) if state.known(PREFIX) else ():
        yield from of_link(state, key.removeprefix(PREFIX))


def obey(work: Work) -> None:
    """Take the text of what is over from Practifi, and out of our memory."""
    for key in work.state.under(PREFIX, Exposure) if _hides(work.policy) else ():
        link = work.link(key.removeprefix(PREFIX))
        if link is not None and link.pending is None and _untold(work, link):
            step(work, _blank(link))


def _hides(policy: Policy) -> bool:
    """Whether the policy hides anything of anybody."""
    rules = {policy.private_events, *(one.private_events for one in policy.narrower)}
    return not rules <= {None, PrivateEvents.FULL}


def _untold(work: Work, link: Link) -> bool:
    """Whether no reader tells of it, although its mailbox's own rule hides what it says."""
    policy, here = work.policy_of(link.mailbox), link.microsoft
    if here is None or policy.private_events is PrivateEvents.FULL:
        return False
    return when.start(here.event.when) < work.now - timedelta(days=policy.past_inbound_days)


def _blank(link: Link) -> Link:
    """The link as its readers would tell it by the stricter rule: Practifi has to lose what Microsoft says."""
    here, there = link.microsoft, link.practifi
    assert here is not None
    assert there is not None
    blank = _hidden(here)
    purge = tuple(field for field in TEXT if getattr(here.event, field) != getattr(blank.event, field))
    shown = _hidden(there) if private(there) else there
    return replace(link, microsoft=blank, practifi=shown, purge=purge, unsure=())


def _hidden(held: Held) -> Held:
    event = CalendarEvent(
        held.event.when, PRIVATE_SUBJECT, show_as=held.event.show_as, sensitivity=held.event.sensitivity
    )
    return replace(held, base=event, now=None, people=(), users=(), answers=(), redacted=True)
