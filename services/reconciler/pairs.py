"""Who belongs to whom: the pairing of mailboxes and users as last said, in rows, so that an item costs one look."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Observed, Pair, Paired
from contracts.person import People
from services.kernel.micros import instant
from services.reconciler import hosts, joined, match, wish
from services.reconciler.book import Address, Book, Firm, Owner
from services.reconciler.rows import Link, Mark
from services.reconciler.step import step
from services.reconciler.work import Work

SOON = timedelta(seconds=2)
"""Until what came too early is heard again."""
LATER = timedelta(seconds=10)
"""The same where all of an org has to be heard first."""
PATIENCE = timedelta(minutes=5)
"""So old, it is heard although there were people before it: what told of them may have been set aside (O5)."""


def pair(work: Work, body: Paired) -> None:
    """Take over the whole list, unless a newer one is known; what waited for a mailbox goes on."""
    firm = work.get("firm", Firm)
    if firm is not None and body.sequence < firm.sequence:
        return
    old, new = work.state.under("pair/", Owner), {f"pair/{one.mailbox}": _owner(one) for one in body.pairs}
    work.rows |= dict.fromkeys(old.keys() - new.keys())
    work.rows |= {key: owner for key, owner in new.items() if old.get(key) != owner}
    _users(work, old, new)
    _addresses(work, old, new)
    hosts.without(work, old, new)
    synced = (owner for owner in new.values() if owner.user)
    domains = sorted({match.domain(address) for owner in synced for address in owner.addresses})
    work.rows["firm"] = Firm(body.sequence, tuple(domains), body.shard)
    if old != new:
        go_on(work)
    if firm is None:  # there is no event yet
        work.effects += hosts.tell(work)
    else:
        joined.follow(work, old.values(), new.values())


def early(work: Work, body: Observed | People) -> timedelta | None:
    """How long to wait with this, None if it can be heard now: its reader goes by a pairing that has not come here yet,
    so whose its items are is not known, or by people of whom nothing has come, who would not be invited, and are never
    later (A4); or our memory is being built anew. Then Practifi comes first, which bears the names of all pairs: what
    only Microsoft has may be left out by the policy, and would be forgotten too soon."""
    firm, book = work.get("firm", Firm), work.get("book", Book)
    if body.after > (book.sequence if book is not None else 0):
        if work.now - instant(body.sequence) < PATIENCE:
            return SOON
        work.rows["book"] = Book(body.after)  # nobody else waits for those
    if isinstance(body, People):
        return None
    if body.paired > (firm.sequence if firm is not None else 0):
        return SOON
    return LATER if body.side is Side.MICROSOFT and wish.of(work.get, Side.PRACTIFI) is not None else None


def go_on(work: Work) -> None:
    """Look again at all links that waited; at halves that only Practifi has after those that may claim them."""
    own = (key for key, row in work.rows.items() if key.startswith("stopped/") and row is not None)
    keys = sorted({*work.state.under("stopped/", Mark), *own})
    work.rows |= dict.fromkeys(keys)
    names = [key.rpartition("/")[2] for key in keys]
    for name in sorted(names, key=lambda name: _claimed(work.link(name))):
        if (link := work.link(name)) is not None:
            step(work, replace(link, refused=()))


def _claimed(link: Link | None) -> bool:
    return link is not None and link.microsoft is None


def _owner(one: Pair) -> Owner:
    return Owner(one.user, one.addresses, one.shard)


def _users(work: Work, old: dict[str, Owner], new: dict[str, Owner]) -> None:
    was, now = _mailboxes(old), _mailboxes(new)
    work.rows |= {f"user/{user}": None for user in was.keys() - now.keys()}
    work.rows |= {f"user/{user}": place for user, place in now.items() if was.get(user) != place}


def _addresses(work: Work, old: dict[str, Owner], new: dict[str, Owner]) -> None:
    was, now = _places(old), _places(new)
    work.rows |= {f"address/{address}": None for address in was.keys() - now.keys()}
    work.rows |= {f"address/{address}": place for address, place in now.items() if was.get(address) != place}


def _mailboxes(owners: dict[str, Owner]) -> dict[str, Address]:
    synced = ((key.partition("/")[2], owner) for key, owner in owners.items() if owner.user)
    return {owner.user: Address(mailbox, owner.shard) for mailbox, owner in synced}


def _places(owners: dict[str, Owner]) -> dict[str, Address]:
    synced = ((key.partition("/")[2], owner) for key, owner in owners.items() if owner.user)
    return {address: Address(mailbox, owner.shard) for mailbox, owner in synced for address in owner.addresses}
