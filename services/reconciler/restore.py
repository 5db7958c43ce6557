"""Practifi Events that we erased because Microsoft's was gone stand in the recycle bin for 15 days: they are listed so
long, and a person may have one back (X5). Nothing else ever brings back what a person deleted."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.asked import Erased
from contracts.calendar import Side
from contracts.write import Cause, Refused, Revive, Why, Written
from services.kernel.decision import Wake
from services.reconciler import consent, say
from services.reconciler.held import held_of, past, put
from services.reconciler.listed import Forget, Removed
from services.reconciler.order import order, uncounted
from services.reconciler.rows import Held, Kind, Link, Pending, State
from services.reconciler.work import Work

DAYS = timedelta(days=15)
"""How long Salesforce keeps what was deleted (salesforce.md §2.8)."""
NO_ITEM = "it was reported restored without saying what is there now"


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Keep the row of a link whose Practifi Event we have erased, until it stands again or its days are over."""
    there = new.practifi if new is not None else None
    if new is not None and there is not None and _erased(old, new, there):
        key = f"deleted/{name}"
        work.rows[key] = Removed(say.about(new), work.now)
        work.effects.append(Wake(work.now + DAYS, Forget(key), f"replace:forget/{name}", quiet=True))
    elif there is not None and not there.gone and old is not None and old.practifi is not None and old.practifi.gone:
        work.rows[f"deleted/{name}"] = None


def forget(work: Work, key: str) -> None:
    """A row has been kept for long enough, unless it was written anew since."""
    row = work.get(key, Removed)
    if row is not None and work.now - row.at >= DAYS:
        work.rows[key] = None


def lines(work: Work, about: str) -> list[Erased]:
    """What can be restored, the newest first; `about` is the beginning of a link's id."""
    rows = work.state.under("deleted/", Removed).values()
    fresh = (row for row in rows if row.about.link.startswith(about) and work.now - row.at < DAYS)
    return [Erased(row.about, row.at) for row in sorted(fresh, key=lambda row: row.at, reverse=True)]


def restore(work: Work, name: str) -> None:
    """A person wants an erased Event back. What is not in the list is left alone."""
    link, row = work.link(name), work.get(f"deleted/{name}", Removed)
    if link is None or link.state is not State.ENDED or row is None or work.now - row.at >= DAYS:
        return
    go_on(work, replace(link, state=State.RESTORING, cause=Cause.RESTORED))


def go_on(work: Work, link: Link) -> Link:
    """Order it out of the recycle bin, as soon as the policy lets us write."""
    work.keep(link)
    if link.pending is not None:
        return link
    if work.owner(link.mailbox) is None or not work.active:
        work.stop(link)
        return link
    assert link.practifi is not None
    target = link.practifi.id

    def revive(name: str) -> Revive:
        return Revive(name, link.id, Side.PRACTIFI, link.mailbox, target)

    return work.keep(order(work, link, Side.PRACTIFI, Kind.REVIVE, revive))


def settle(work: Work, link: Link, pending: Pending, outcome: Written | Refused) -> Link:
    """What became of it: the Event stands again, the wish waits for the policy, or it cannot be."""
    if isinstance(outcome, Written) and outcome.item is not None:
        return _stands(work, link, pending, outcome)
    if link.state is State.ACTIVE:
        return link  # somebody has taken it out of the recycle bin, and a reader was faster
    if isinstance(outcome, Written):
        outcome = Refused(outcome.order, link.id, pending.side, Why.INVALID, "no-item", NO_ITEM)
    if outcome.why in {Why.STOPPED, Why.HELD}:
        return consent.put_off(work, uncounted(link), pending, outcome)
    say.failed(work, link, outcome)
    if outcome.why is Why.GONE:
        work.rows[f"deleted/{link.id}"] = None
    return replace(link, state=State.ENDED)


def _stands(work: Work, link: Link, pending: Pending, written: Written) -> Link:
    """It is in Practifi again, as if a person had made it there: Microsoft gets a new one where the policy writes
    there, and nothing where it does not, now or later (D1)."""
    item, old = written.item, link.practifi
    assert item is not None
    assert old is not None
    held = old  # a reader was faster
    if old.gone:
        held = replace(held_of(work, Side.PRACTIFI, item), past=past(old, pending.mark), sequence=old.sequence)
    outward = work.policy_of(link.mailbox).direction.writes(Side.MICROSOFT)
    link = put(link, Side.PRACTIFI, replace(held, edited=outward))
    link = replace(link, state=State.ACTIVE, owner=item.owner or link.owner, local=())
    say.done(work, link, pending, written)
    return link


def _erased(old: Link | None, new: Link, there: Held) -> bool:
    """Whether our order to erase it has just been carried out."""
    pending = old.pending if old is not None else None
    ours = pending is not None and pending.kind is Kind.ERASE and pending.side is Side.PRACTIFI
    return ours and there.gone and (new.microsoft is None or new.microsoft.gone)
