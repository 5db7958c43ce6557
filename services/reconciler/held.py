"""From an observation to what a link holds of that side. Level, not edge: only the newest sequence counts, and a reader
that still says what our own write has superseded is late (design §2.3)."""

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side
from contracts.observed import Item
from services.reconciler.book import Address, Known
from services.reconciler.rows import Death, Held, Link
from services.reconciler.work import Work

_PAST = 3
"""So many superseded marks are remembered: a reader is never further behind than the last few writes."""


def held_of(work: Work, side: Side, item: Item, sequence: int = 0) -> Held:
    """What a side holds, both bases being what is there (ruling 5)."""
    return Held(
        id=item.id, mailbox=item.mailbox, mark=item.mark, sequence=sequence, base=item.event, people=item.people,
        users=users_of(work, side, item.people), owner=item.owner, series=item.series, slot=item.slot, uid=item.uid,
        mine=item.mine, edited=item.edited, native_series=item.native_series, redacted=item.redacted,
        status=item.status, answers=item.answers, places=item.places, changed_at=item.changed_at,
        exposed=item.exposed,
    )  # fmt: skip


def late(held: Held, item: Item, sequence: int) -> bool:
    """Whether an observation says nothing newer than what is held. What the writer has read has no sequence: of that,
    the side's own times tell which word is older."""
    older = item.changed_at is not None and held.changed_at is not None and item.changed_at < held.changed_at
    return sequence <= held.sequence or item.mark in held.past or (older and held.id == item.id)


def repeats(held: Held, item: Item) -> bool:
    """Whether an observation says what is held already (CON-24)."""
    return (
        held.mark == item.mark and not held.gone and held.id == item.id and held.event == item.event
        and held.people == item.people and held.owner == item.owner and held.redacted == item.redacted
        and held.places == item.places and held.mailbox == item.mailbox  # the writer does not know a new owner's
    )  # fmt: skip


def seen(work: Work, side: Side, held: Held, item: Item, sequence: int) -> Held:
    """What is held after an observation; the base stays."""
    base = _kept(held, item)
    new = held_of(work, side, item, sequence)
    return replace(new, base=base, now=None if item.event == base else item.event, past=held.past)


def _kept(held: Held, item: Item) -> CalendarEvent:
    """The base; in fields that the side keeps elsewhere since, or nowhere, what stands there now: no edit (F2)."""
    was, now = dict(held.places), dict(item.places)
    moved = {field: getattr(item.event, field) for field in was | now if was.get(field) != now.get(field)}
    return replace(held.base, **moved) if held.base is not None else item.event


def found(work: Work, side: Side, held: Held, item: Item) -> Held:
    """What is held after the writer has read the item by itself: that says what is there, not which slot it is, nor
    whether a person touched it, nor whose mailbox goes with an owner."""
    new = seen(work, side, held, item, held.sequence)
    mailbox = held.mailbox if side is Side.PRACTIFI and item.owner == held.owner else item.mailbox
    return replace(
        new, series=held.series, slot=held.slot, uid=item.uid or held.uid, edited=held.edited, mailbox=mailbox
    )  # fmt: skip


def answered(base: CalendarEvent, there: Held | None) -> CalendarEvent:
    """The base of what was made in Microsoft for Practifi: what only Microsoft can say of it is news there (T2, R2)."""
    if there is None or there.gone:
        return base
    only = {field: getattr(there.event, field) for field in ("join_url", "attendee_count", "recurrence")}
    return replace(base, **only)


def past(held: Held, *marks: str) -> tuple[str, ...]:
    """The superseded marks, with more of them."""
    return tuple(dict.fromkeys((*held.past, *(mark for mark in marks if mark))))[-_PAST:]


def put(link: Link, side: Side, held: Held | None) -> Link:
    return replace(link, microsoft=held) if side is Side.MICROSOFT else replace(link, practifi=held)


def dead(link: Link, side: Side, *, settled: bool = False) -> Link:
    """With one side proven gone; `settled` when nothing has to follow from it. The next event that takes its place is
    of the next generation (ruling 1); what a side has refused before was another order."""
    held = link.on(side)
    assert held is not None
    if settled:
        held = replace(held, gone=True, base=None, now=None, past=past(held, held.mark))
    else:
        held = replace(held, gone=True)
    death = Death.NONE if side is Side.PRACTIFI else link.death
    return replace(put(link, side, held), generation=link.generation + 1, death=death, refused=())


def bare(held: Held) -> Held:
    """What a tombstone knows of a side: neither text nor people of what is gone, nor a text of what was there before it
    was hidden (X5, ruling 20)."""
    if held.gone:
        return replace(held, base=None, now=None, people=(), users=(), answers=())
    return replace(held, base=held.event, now=None) if held.redacted else held


def users_of(work: Work, side: Side, people: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the related people who are internal users."""
    if side is Side.MICROSOFT or not people:
        return ()
    known = ((one, work.get(f"person/{one}", Known)) for one in people)
    return tuple(one for one, row in known if row is not None and row.person.user)


def synced(work: Work, user: str) -> bool:
    """Whether a user's own mailbox is synced."""
    return work.get(f"user/{user}", Address) is not None
