"""The owner of an Event changes in Practifi (ruling 14). An event cannot change its mailbox, so one that was born in
Practifi is made anew in the new owner's, as the next generation, and erased in the old one when that is there: at no
moment is there none, and what the old one still has to say goes with it first (`heir.py`). One that was born in
Microsoft gets its owner back (`update.py`)."""

from msgspec.structs import replace

from contracts.calendar import FIELDS, Attendee, CalendarEvent, Response, Side
from contracts.observed import Item
from contracts.write import Cause, Write
from services.reconciler import when, wish
from services.reconciler.born import ELSEWHERE
from services.reconciler.link import generation_of, holds, minted, name_of, ref_key, stamp_of
from services.reconciler.merge import Plan, changed, wanted
from services.reconciler.names import Ref
from services.reconciler.order import order
from services.reconciler.reach import HIDING, whole
from services.reconciler.rows import Death, Held, Kind, Link
from services.reconciler.work import Work

NOBODY = "its new owner's mailbox is not synced: it stays in the mailbox of the owner before"
PAST = "it was given to another person when it was past: it stays in the mailbox of the owner before"
TEXT = "it is private, so it cannot be made anew for its new owner: it stays in the mailbox of the owner before"


def parted(link: Link) -> bool:
    """Whether a Practifi-born event stands in another mailbox than its owner's."""
    here, there = link.microsoft, link.practifi
    if here is None or here.gone or there is None or there.gone or link.born is Side.MICROSOFT:
        return False
    return here.mine and there.mailbox != here.mailbox


def stays(work: Work, link: Link) -> str:
    """Why an event cannot follow its owner, "" if it can."""
    here, there = _both(link)
    if work.owner(there.mailbox) is None or not work.policy_of(there.mailbox).direction.writes(Side.MICROSOFT):
        return NOBODY
    if work.elsewhere(there.mailbox):
        return ELSEWHERE
    if here.redacted or there.redacted:
        return TEXT
    return "" if when.future(there.event.when, work.now) else PAST


def follow(work: Work, link: Link, plan: Plan) -> Link:
    """Make the event in the new owner's mailbox as Microsoft has it, with Practifi's changes and the people whom
    Microsoft's own list invites (A4). What Practifi refuses of it has yet to go there. With guests it waits for consent
    first: everybody is mailed twice (`consent.py`)."""
    _, there = _both(link)
    if not wish.known(work, Side.MICROSOFT, there.mailbox):
        work.stop(link)  # it may be there already, under a later generation than this one tells (ruling 5)
        return link
    event = _anew(work, link, plan.microsoft)
    fields = whole(event)
    if event.attendees:
        fields = (*fields, "attendees")

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.MICROSOFT, mailbox=there.mailbox, event=event, fields=fields,
            generation=link.generation + 1,
        )  # fmt: skip

    link = order(work, replace(link, cause=Cause.OWNER), Side.MICROSOFT, Kind.CREATE, write, fields=fields)
    return link if link.pending is None else replace(link, pending=replace(link.pending, unsent=plan.practifi))


def split(work: Work, link: Link) -> tuple[Link, Link]:
    """The new event is there: the link without the one in the old mailbox, and a link that has only that, to be erased
    when its heir has what it says by now. Since a memory was lost, Practifi may not have it any more."""
    here, there = link.microsoft, link.practifi
    assert here is not None
    owner = there.owner if there is not None else link.owner
    anew = replace(link, microsoft=None, generation=link.generation + 1, owner=owner)
    return anew, replace(_left(work, here, link.owner, link.id), generation=link.generation + 1, held=link.held)


def later(link: Link, held: Held, item: Item) -> bool:
    """Whether an item was made after the event that its link holds in Microsoft: for another owner, or for one who had
    it before and has got it back."""
    back = generation_of(item) > link.generation and not holds(held, Side.MICROSOFT, item)
    return held.mailbox != item.mailbox or back


def left_behind(work: Work, item: Item, here: Held) -> Link | None:
    """A link to erase what stands in the mailbox of an owner before: our memory was lost before that was done. It was
    made earlier than what the link holds by now."""
    link = work.link(stamp_of(item)) if stamp_of(item) else None
    new = link.microsoft if link is not None else None
    if link is None or new is None or new.gone or not _earlier(work, item, link, new):
        return None
    return _left(work, here, "", link.id)


def _earlier(work: Work, item: Item, link: Link, new: Held) -> bool:
    """Whether an item was made before the `new` event of its link. Where the mailbox of the owner before could not be
    read since our memory was lost, the new owner's event was made as if it were the first one. In the same mailbox it
    may be a person's copy, unless that is being told anew."""
    first = generation_of(item) == link.generation and item.stamp != link.id
    if new.mailbox == item.mailbox:
        lost = wish.untold(work.get, Side.MICROSOFT, item.mailbox)
        return lost and item.stamp != link.id and generation_of(item) < link.generation
    owned = link.practifi is not None and link.practifi.mailbox == new.mailbox
    return generation_of(item) < link.generation or (first and owned)


def _left(work: Work, here: Held, owner: str, heir: str) -> Link:
    """Named by its own id even as an occurrence: what its place would name may be another by now (ruling 2)."""
    name, gone = minted(Side.MICROSOFT, here.mailbox, here.id), Held("", here.mailbox, base=here.event, gone=True)
    work.rows[ref_key(Side.MICROSOFT, here.mailbox, name_of(here), here.slot)] = Ref(name)
    return Link(
        name, Side.MICROSOFT, microsoft=here, practifi=gone, owner=owner, generation=1, death=Death.MOVED,
        cause=Cause.OWNER, heir=heir,
    )  # fmt: skip


def owed(link: Link) -> tuple[str, ...]:
    """What people have changed in the old event and the new one was made without; of a private one, no text."""
    here = link.microsoft
    if here is None or here.gone or not link.heir:
        return ()
    fields = changed(here) & frozenset(whole(here.event))
    return tuple(field for field in FIELDS if field in fields and (not here.redacted or field in HIDING))


def _anew(work: Work, link: Link, changes: tuple[str, ...]) -> CalendarEvent:
    """What the new mailbox shall have: nobody has answered yet, and nobody is invited to the own meeting."""
    here, there = _both(link)
    owner = work.owner(there.mailbox)
    own = owner.addresses if owner is not None else ()
    people = tuple(
        Attendee(one.address, one.name, one.role, Response.NONE)
        for one in (*here.event.attendees, *_guest(work, link))
        if one.address not in own
    )
    return replace(wanted(Side.MICROSOFT, changes, here, there), attendees=people)


def _guest(work: Work, link: Link) -> tuple[Attendee, ...]:
    """The owner before, where the list had that user before the event was theirs, and Practifi shows them again: they
    were left out because it was their own meeting, and nobody took them off (A4)."""
    here, there = _both(link)
    owner = work.owner(here.mailbox)
    if owner is None or not owner.addresses or owner.user not in link.invited or owner.user not in there.users:
        return ()
    return (Attendee(owner.addresses[0]),)


def _both(link: Link) -> tuple[Held, Held]:
    assert link.microsoft is not None
    assert link.practifi is not None
    return link.microsoft, link.practifi
