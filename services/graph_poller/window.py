"""Which stretch of time is read and said. The read reaches further than the policy's own window, because it is fixed
in the cursor; it is taken anew at most weekly, each mailbox on its own day (ruling 28)."""

from datetime import datetime, time, timedelta
from hashlib import blake2s

from dateutil.relativedelta import relativedelta

from contracts.policy import Policy
from services.graph_poller.rows import Place

REACH = timedelta(days=28)
REBASE = timedelta(days=7)
MOST = timedelta(days=1825)
"""Graph refuses longer windows (graph.md §2.2)."""


def said(policy: Policy, now: datetime) -> tuple[datetime, datetime]:
    """The window of which events are said: whole UTC days (D9)."""
    today = datetime.combine(now.date(), time(), now.tzinfo)
    start = today - timedelta(days=policy.past_inbound_days)
    return start, min(today + relativedelta(months=policy.future_inbound_months), start + MOST - 2 * REACH)


def read(policy: Policy, now: datetime) -> tuple[datetime, datetime]:
    """The window of a new cursor."""
    start, end = said(policy, now)
    return start - REACH, end + REACH


def stale(place: Place, mailbox: str, policy: Policy, now: datetime) -> bool:
    """Whether a mailbox has to be read from the beginning: it never was, the window or the privacy rule changed, or
    its week is over."""
    if not place.cursor or place.private != policy.private_events:
        return True
    start, end = said(policy, now)
    if place.start > start or place.end < end:
        return True
    return now - place.start - REACH - timedelta(days=policy.past_inbound_days) > REBASE + _share(mailbox)


def _share(mailbox: str) -> timedelta:
    """From 0 to under 7 days, spread evenly over mailboxes."""
    return timedelta(seconds=int.from_bytes(blake2s(mailbox.encode()).digest()[:4], "big") % (7 * 86400))
