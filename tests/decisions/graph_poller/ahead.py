"""A mailbox of which some events lie beyond the window, from day to day."""

from datetime import timedelta

from contracts.observed import Observed
from contracts.policy import Policy
from services.clients.graph.seen import Seen
from tests.decisions.graph_poller.mailbox import Poller, at

MONTH = Policy(enabled=True, future_inbound_months=1)
"""On 2 March the window ends with 1 April, and the cursor shows 28 days more."""
IN, AHEAD, DUE = "2026-03-20", "2026-04-10", "2026-03-11"
"""A day within the window, one after it, and the day on which the window comes to that one."""


def knows(*rows: Seen) -> Poller:
    """A poller that has read these on 2 March."""
    poller = Poller(MONTH)
    poller.reads(*rows, fresh=True)
    return poller


def on(poller: Poller, day: str, *rows: Seen) -> Observed:
    """The first run of a day, and what it brings."""
    poller.now = at(day, 8)
    return poller.reads(*rows)


def days(poller: Poller, first: str, count: int) -> dict[str, list[str]]:
    """What an idle mailbox says on each of so many days, without those on which it says nothing."""
    found = {}
    for number in range(count):
        day = (at(first) + timedelta(days=number)).date().isoformat()
        if said := on(poller, day).items:
            found[day] = [one.slot or one.id for one in said]
    return found
