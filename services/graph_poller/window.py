"""Which stretch of time is read and said, and when a mailbox has to be read from the beginning. The read reaches
further than the policy's own window, because it is fixed in the cursor: while it lasts, the window slides over what is
stored. It is taken anew at most weekly, each mailbox on its own day (ruling 28)."""

from datetime import datetime, time, timedelta
from hashlib import blake2s

from dateutil.relativedelta import relativedelta
from msgspec.structs import replace

from contracts.calendar import Days, Side, When
from contracts.observed import Pair
from contracts.policy import Policy
from services.clients.graph.excluded import Excluded, folded
from services.graph_poller.rows import Place, View

REACH = timedelta(days=28)
REBASE = timedelta(days=8)
"""From midnight of the day of the last one, so that a week lies between any two."""
MOST = timedelta(days=1824)
"""Graph refuses windows of more than 1825 days (graph.md §2.2)."""

Window = tuple[datetime, datetime]


def said(policy: Policy, now: datetime) -> Window:
    """The window of which events are said: whole UTC days (D9)."""
    today = _midnight(now)
    start = today - timedelta(days=policy.past_inbound_days)
    return start, min(today + relativedelta(months=policy.future_inbound_months), start + MOST - 2 * REACH)


def view(policy: Policy, pair: Pair, now: datetime, again: str = "") -> View:
    """How a mailbox is looked at, if it is read from the beginning now; by its own policy (D11)."""
    own = policy.of(pair.addresses)
    start, end = said(own, now)
    domains = folded(own.excluded_domains)
    excluded = Excluded(folded(own.excluded_categories), domains, pair.addresses if domains else ())
    writes = own.direction.writes(Side.PRACTIFI)
    return View(start - REACH, end + REACH, own.private_events, excluded, writes, again)


def stale(place: Place, mailbox: str, wanted: View, now: datetime) -> bool:
    """Whether a mailbox has to be read from the beginning: it never was or not since somebody wished so, the window has
    grown, a rule has changed, what was not written to Practifi is written from now on (ruling 12), or its week is
    over."""
    held = place.view
    if not place.cursor or held.again != wanted.again:
        return True
    if (held.private, held.excluded) != (wanted.private, wanted.excluded):
        return True
    if wanted.writes and not held.writes:
        return True
    if held.start > wanted.start + REACH or held.end < wanted.end - REACH:
        return True
    return wanted.start - held.start + (now - _midnight(now)) > REBASE + _share(mailbox)


def ruled(held: View, wanted: View) -> bool:
    """Whether a mailbox was looked at by the very rules that are wanted."""
    return (held.private, held.excluded, held.writes) == (wanted.private, wanted.excluded, wanted.writes)


def kept(held: View, wanted: View) -> View:
    """How a mailbox is looked at further on with its cursor."""
    return replace(held, writes=wanted.writes)


def within(when: When, start: datetime, end: datetime) -> bool:
    """Whether an event touches a window; the same verdict everywhere (TZ-25). Whole days count as UTC days."""
    if isinstance(when, Days):
        return when.until > start.date() and when.first < end.date()
    return when.start < end and (when.end > start or when.start >= start)


def after(when: When, end: datetime) -> bool:
    """Whether an event lies after the end of a window."""
    return when.first >= end.date() if isinstance(when, Days) else when.start >= end


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date(), time(), now.tzinfo)


def _share(mailbox: str) -> timedelta:
    """From 0 to under 7 days, spread evenly over mailboxes."""
    return timedelta(seconds=int.from_bytes(blake2s(mailbox.encode()).digest()[:4], "big") % (7 * 86400))
