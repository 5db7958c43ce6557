"""What two halves that find each other have to tell, although both are taken as they stand (ruling 5): what only
Microsoft can say of an event that was made there for Practifi (T2), that an event is private by now, so that nothing
that it said before stays in Practifi (P2), what Practifi only shows of it (R2), to which date its series has moved it
(ruling 2), and what somebody has changed on one side since it showed what the other one still shows. Of all else nobody
knows which is newer: it is never an edit."""

from msgspec.structs import replace

from contracts.calendar import FIELDS, CalendarEvent, Side
from services.reconciler.held import answered, put
from services.reconciler.link import minted, name_of
from services.reconciler.merge import PUT_BACK, advance, changed, same
from services.reconciler.reach import BUSY, TEXT
from services.reconciler.rows import Held, Link

SOMEBODY = ("somebody",)
"""Whoever is on an Event that shows nobody."""


def standing(first: Held, found: Held) -> Held:
    """The half that was heard `first`, as it stands now that the other one is `found`: a mailbox that is closed when
    our memory is lost may be found weeks later."""
    if first.base is None or first.redacted or found.redacted:
        return replace(first, base=first.event, now=None)
    fields = (one for one in changed(first) if not same(one, getattr(first.base, one), getattr(found.event, one)))
    return advance(first, tuple(fields), first.event)


def told(link: Link) -> Link:
    """The link of both halves, with what has to go to Practifi as a change of Microsoft's."""
    here, there = link.microsoft, link.practifi
    if here is None or here.gone or there is None or there.gone:
        return link
    if here.redacted and there.exposed and link.born is Side.MICROSOFT:
        return replace(link, purge=TEXT, related=SOMEBODY, invited=SOMEBODY)
    if here.redacted and not there.redacted:
        clients = tuple(one for one in there.people if one not in there.users)
        return _since(replace(link, related=clients, invited=there.users), here, there.event)
    if link.born is not Side.MICROSOFT:
        link = _since(link, here, answered(here.base or here.event, there))
    return _shown(link)


def _shown(link: Link) -> Link:
    """The link, where Practifi shows what it cannot change otherwise than Microsoft says: that is nobody's edit."""
    here, there = link.microsoft, link.practifi
    if here is None or here.base is None or here.redacted or there is None or there.redacted:
        return link
    differ = (one for one in PUT_BACK if not same(one, getattr(here.event, one), getattr(there.event, one)))
    return put(link, Side.MICROSOFT, advance(here, tuple(differ), there.event))


def moved(link: Link) -> Link:
    """The link of both halves. An occurrence that has another date than its name tells was moved there in Microsoft."""
    here, there = link.microsoft, link.practifi
    if here is None or here.gone or here.base is None or there is None or there.gone or not here.slot:
        return link
    named = minted(Side.MICROSOFT, here.mailbox, name_of(here), here.slot) == link.id
    if named or link.born is Side.PRACTIFI or same("when", here.event.when, there.event.when):
        return link
    return _since(link, here, replace(here.base, when=there.event.when))


def hidden(link: Link) -> tuple[str, ...]:
    """What Practifi has to lose of an event that has become private in Microsoft, now or when it is written again: also
    where a reader shows nothing of it. What it was is not remembered."""
    here = link.microsoft
    if here is None or not here.redacted:
        return ()
    fields = {*link.purge, *changed(here) - BUSY}
    return tuple(field for field in FIELDS if field in fields)


def _since(link: Link, here: Held, base: CalendarEvent) -> Link:
    return put(link, Side.MICROSOFT, replace(here, base=base, now=None if here.event == base else here.event))
