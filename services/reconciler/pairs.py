"""Who belongs to whom: the pairing of mailboxes and users as last said, in rows, so that an item costs one look."""

from contracts.observed import Pair, Paired
from services.reconciler import match
from services.reconciler.rows import Address, Firm, Link, Mark, Owner
from services.reconciler.step import step
from services.reconciler.work import Work


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
    synced = (owner for owner in new.values() if owner.user)
    domains = sorted({match.domain(address) for owner in synced for address in owner.addresses})
    work.rows["firm"] = Firm(body.sequence, tuple(domains))
    if old != new:
        for link in stopped(work):
            step(work, link)


def stopped(work: Work) -> list[Link]:
    """The links that waited, taken from their list."""
    keys = work.state.under("stopped/", Mark)
    work.rows |= dict.fromkeys(keys)
    found = [work.link(key.rpartition("/")[2]) for key in keys]
    return [link for link in found if link is not None]


def _owner(one: Pair) -> Owner:
    return Owner(one.user, one.addresses)


def _users(work: Work, old: dict[str, Owner], new: dict[str, Owner]) -> None:
    was, now = ({owner.user for owner in owners.values() if owner.user} for owners in (old, new))
    work.rows |= {f"user/{user}": None for user in was - now} | {f"user/{user}": Mark() for user in now - was}


def _addresses(work: Work, old: dict[str, Owner], new: dict[str, Owner]) -> None:
    was, now = _places(old), _places(new)
    work.rows |= {f"address/{address}": None for address in was.keys() - now.keys()}
    work.rows |= {f"address/{a}": Address(mailbox) for a, mailbox in now.items() if was.get(a) != mailbox}


def _places(owners: dict[str, Owner]) -> dict[str, str]:
    return {
        address: key.partition("/")[2] for key, owner in owners.items() if owner.user for address in owner.addresses
    }
