"""Taking in how things are on a side: the item finds its link, or begins one, and the link decides what follows."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item, Observed, Vanished
from contracts.policy import PrivateEvents
from contracts.write import Cause
from services.reconciler import (
    adopt,
    consent,
    copies,
    idle,
    left,
    made,
    meeting,
    news,
    owners,
    people,
    prune,
    renamed,
    runs,
    series,
    trouble,
    unheard,
    when,
    wish,
)
from services.reconciler.book import Owner
from services.reconciler.buried import bury, half, renewed
from services.reconciler.held import bare, dead, held_of, late, put, repeats, seen
from services.reconciler.link import find, generation_of, gone_key, holds, keys, known, name_of, refer, stamp_of
from services.reconciler.names import Gone
from services.reconciler.rows import Held, Kind, Link, State
from services.reconciler.step import end, step
from services.reconciler.work import Work


def observe(work: Work, body: Observed) -> None:
    """All items of a message, then all that has vanished; one that is both is there (CUR-13)."""
    work.count("observed", len(body.items))
    runs.heard(work, body)
    kept = body.vanished
    if body.side is Side.MICROSOFT:
        kept = series.arrange(work, body)
        renamed.arrange(work, body.items, kept)
    for item in body.items:
        take(work, body.side, item, body.sequence)
    there = {(item.id, item.slot) for item in body.items}
    for gone in kept:
        if (gone.id, gone.slot) not in there:
            vanish(work, body.side, gone, body.sequence)


def take(work: Work, side: Side, item: Item, sequence: int) -> None:
    """One item as it is now, unless a later word of it is known."""
    if _outlived(work, side, item, sequence):
        return
    name = find(work, side, item)
    link = work.link(name)
    if link is None and side is Side.MICROSOFT and stamp_of(item) == name:
        link = idle.half(work, name)
    if link is None:
        _first(work, side, item, sequence, name)
        return
    held = link.on(side)
    if held is not None and not held.gone and side is Side.MICROSOFT and owners.later(link, held, item):
        link, old = owners.split(work, link)  # a reader is faster than the writer's answer
        step(work, old)
        held = None
    if held is None or (held.gone and not holds(held, side, item)):
        step(work, _joined(work, link, side, item, sequence))
    elif not (late(held, item, sequence) or repeats(held, item) or _overtaken(side, held, item)):
        step(work, changed(work, link, side, held, item, sequence))


def _overtaken(side: Side, held: Held, item: Item) -> bool:
    """Whether an Event that is gone is said to be there with the time that it had: a read of several questions, which
    the deletion overtook, and some of its people are missing. What is taken out of the bin has a new time."""
    same_time = item.changed_at is not None and item.changed_at == held.changed_at
    return side is Side.PRACTIFI and held.gone and same_time


def _outlived(work: Work, side: Side, item: Item, sequence: int) -> bool:
    """Whether we know already that the item is gone, or another by now, whatever link it has: this word was said before
    and comes after."""
    gone = work.get(gone_key(side, name_of(item), item.slot), Gone)
    moved = side is Side.MICROSOFT and series.moved(work, item, sequence)
    return moved or (gone is not None and gone.sequence > sequence)


def _risen(work: Work, side: Side, item: Item) -> int:
    """A generation that no event of the item's link has had, where it comes from Practifi's recycle bin: ours may have
    gone in Microsoft when it was deleted, and what was made once is never made again (ruling 1). Else 0."""
    key = gone_key(side, name_of(item), item.slot)
    gone = work.get(key, Gone)
    work.rows |= {key: None} if gone is not None else {}
    return gone.sequence if gone is not None and side is Side.PRACTIFI else 0


def vanish(work: Work, side: Side, gone: Vanished, sequence: int) -> None:
    """One item that is proven gone; one that was never known is none of ours (IDN-08, INB-16), or so new that it
    may be heard of only later."""
    link = known(work, side, gone)
    if link is None:
        _noted(work, side, gone, sequence)
        bury(work, side, gone, sequence)
    held = link.on(side) if link is not None else None
    if link is None or held is None or sequence <= held.sequence:
        return
    if held.gone:  # the writer was faster; what was read before comes too late by now
        work.keep(put(link, side, replace(held, sequence=sequence)))
        return
    if link.state in {State.COPY, State.WAITING}:
        _noted(work, side, gone, sequence)
        copies.gone(work, link)
        return
    link = put(link, side, replace(held, sequence=sequence))
    if link.state is State.ENDED:
        work.keep(end(work, dead(link, side)))
        return
    step(work, dead(link, side))


def _noted(work: Work, side: Side, gone: Vanished, sequence: int) -> None:
    """No link will tell that it is gone."""
    key = gone_key(side, name_of(gone), gone.slot)
    known = work.get(key, Gone)
    if known is None or known.sequence < sequence:
        work.rows[key] = Gone(sequence)
        prune.note(work, key, sequence)


def changed(work: Work, link: Link, side: Side, held: Held, item: Item, sequence: int) -> Link:
    """The link with a newer version of what it holds; what had been gone and is back begins anew (REC-27, X5)."""
    new = seen(work, side, held, item, sequence)
    if link.state is State.COPY:
        return copies.seen(work, link, new)
    if link.state is State.ENDED and not held.gone:
        link = put(link, side, bare(new))
        return people.hidden(link) if new.redacted else link
    link = consent.touched(work, trouble.mended(link, held, new), side, held, new)
    if held.gone:
        other = link.on(side.other)
        owner = link.owner if other is not None and not other.gone else item.owner or link.owner
        link = replace(link, state=State.ACTIVE, owner=owner)
        refer(work, side, link.id, new)  # it may have been buried without a name
    if side is Side.MICROSOFT:
        refer(work, side, link.id, new)
        for copy in meeting.listed(work, link, put(link, side, new)):
            step(work, copy)
    link = put(link, side, new)
    adopt.note(work, link, held)
    link = unheard.declined(link) if new.id != held.id else link
    return unheard.recognised(work, news.told(link) if held.gone else link, side)


def _first(work: Work, side: Side, item: Item, sequence: int, name: str) -> None:
    """An item that no link knows: a new event, half of a link that a lost store forgot (ruling 5), or not ours."""
    held, risen = idle.typed(work, side, item, held_of(work, side, item, sequence)), _risen(work, side, item)
    if stamp_of(item) == name:
        born = side if keys(side, item)[1] == f"link/{name}" else side.other
        last = generation_of(item) if side is Side.MICROSOFT else max(risen, renewed(work, name))
        link = put(Link(name, born, generation=last, owner=item.owner), side, held)
        adopt.note(work, link)
        step(work, _attached(work, link, side, item, held))
    elif side is Side.MICROSOFT and (old := owners.left_behind(work, item, held)) is not None:
        meeting.own(work, item, stamp_of(item), side.other)
        step(work, old)
    elif work.owner(item.mailbox) is None:
        return
    else:
        cause = Cause.LOST if wish.untold(work.get, side, item.mailbox) else Cause.EDIT
        said = held.status  # what stands on it was said of the Event of which it is a copy
        link = put(Link(name, side, generation=risen, cause=cause, said=said), side, held)
        if side is Side.PRACTIFI:
            _born_in_practifi(work, link, item)
        else:
            _born_in_microsoft(work, link, item, held)


def _born_in_practifi(work: Work, link: Link, item: Item) -> None:
    """Only what a person touches, and only what is still to come, goes out (D7, OUT-09)."""
    outward = work.policy_of(item.mailbox).direction.writes(Side.MICROSOFT)
    if not (outward and item.edited and when.future(item.event.when, work.now)):
        idle.keep(work, item)
        return
    step(work, link)


def _born_in_microsoft(work: Work, link: Link, item: Item, held: Held) -> None:
    policy = work.policy_of(item.mailbox)
    if policy.direction.writes(Side.PRACTIFI):
        left.replaced(work, item)
    skipped = item.redacted and policy.private_events is PrivateEvents.SKIP
    lost = link.cause is Cause.LOST  # Practifi may have its half, whatever goes there now (ruling 5)
    if skipped or not (lost or policy.direction.writes(Side.PRACTIFI)):
        _hosted(work, link, item)
        return
    match meeting.judge(work, item):
        case meeting.Copy.CHILD:
            copies.keep(work, link)
        case meeting.Copy.UNCLEAR:
            meeting.wait(work, link, item)
        case meeting.Copy.OWN:
            step(work, _attached(work, link, Side.MICROSOFT, item, held))


def _hosted(work: Work, link: Link, item: Item) -> None:
    """Colleagues, for whom it is not left out, need to know whose meeting theirs is. It has no link with which that
    would be forgotten some day."""
    for copy in meeting.own(work, item, link.id, Side.MICROSOFT):
        step(work, copy)
    if (key := meeting.uid_key(item)) in work.rows:
        prune.note(work, key, 0)


def _joined(work: Work, link: Link, side: Side, item: Item, sequence: int) -> Link:
    """The link with its other half found: both bases are what is there (ruling 5), but for what is news."""
    held = held_of(work, side, item, sequence)
    old = link.on(side)
    if (rest := half(link, side, item, held)) is not None:
        return _attached(work, rest, side, item, held)
    link = put(link, side, replace(held, past=old.past) if old else held)
    link = replace(link, state=State.ACTIVE, generation=max(link.generation, generation_of(item)))
    other = link.on(side.other)
    free = link.pending is None or link.pending.kind is Kind.STATUS  # our word changes neither half
    if other is not None and not other.gone and free:
        link = put(link, side.other, news.standing(other, held))
    owner = work.owner(link.mailbox)
    link = replace(link, owner=_whose(link, item, owner))
    if free:
        link = made.listed(link)
        link = news.moved(news.told(people.agreed(work, link, owner) if owner else link))
    if link.pending is None or link.pending.kind is not Kind.CREATE:
        link = made.found(link)
    return _attached(work, link, side, item, held)


def _whose(link: Link, item: Item, owner: Owner | None) -> str:
    """Whose its Event is: of what was born in Microsoft the mailbox's own user's, whoever had it for a while (ruling
    14)."""
    if link.born is Side.MICROSOFT and owner is not None:
        return owner.user
    return link.owner or item.owner


def _attached(work: Work, link: Link, side: Side, item: Item, held: Held) -> Link:
    """The rows by which the item will be found again."""
    refer(work, side, link.id, held)
    if side is Side.MICROSOFT:
        for copy in meeting.own(work, item, link.id, link.born):
            step(work, copy)
    return link
