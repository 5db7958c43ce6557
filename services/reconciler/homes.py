"""Which Events this shard knows, said to the watcher, who tells an Event to one shard for all its life, whoever owns it
since (rulings 14, 22): when it has forgotten that, and of those that we make, which may be somebody else's before it
reads them for the first time. Of these nothing is said in a firm of one shard."""

from collections.abc import Iterator

from contracts.control import Again
from contracts.observed import Homes, Item
from services.kernel.decision import Say
from services.reconciler.book import Firm, Owner
from services.reconciler.rows import Link
from services.reconciler.work import Work

EVENTS = 5000
"""Known Events in one message: some 100 kB."""


def told(work: Work, body: Again) -> Iterator[Say]:
    """The Events that are known here."""
    there = (link.practifi for link in work.state.under("link/", Link).values())
    known = {held.id for held in there if held is not None and held.id and not held.gone}
    events = sorted(known | {item.id for item in work.state.under("idle/", Item).values()})
    many = max(1, -(-len(events) // EVENTS))
    pairs = work.state.under("pair/", Owner).items()
    mailboxes = {key.partition("/")[2]: owner.shard for key, owner in pairs}
    for part in range(many):
        some = tuple(events[part * EVENTS : (part + 1) * EVENTS])
        homes = Homes(body.wish, body.shard, part, many, some, {} if part else mailboxes)
        yield Say("salesforce-watcher", homes)


def made(work: Work) -> None:
    """The Events that the writer has told us of, and nobody before: all in one message."""
    firm = work.get("firm", Firm)
    if work.policy.shards == 1 or firm is None:
        return
    keys = [key for key in work.rows if key.startswith("link/")]
    was = {_event(work.state.get(key, Link) if work.state.known(key) else None) for key in keys}
    if events := {_event(work.get(key, Link)) for key in keys} - was - {""}:
        work.effects.append(Say("salesforce-watcher", Homes("", firm.shard, 0, 1, tuple(sorted(events)))))


def _event(link: Link | None) -> str:
    """The Event of a link, "" for none."""
    there = link.practifi if link is not None else None
    return there.id if there is not None and not there.gone else ""
