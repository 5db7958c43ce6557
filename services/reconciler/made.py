"""An event that we have made, as it stands when we hear of it. An earlier attempt may have made it (ruling 9), and it
may have been changed since, on either side: what one side was never told is news to it, and is not taken for agreed.
Never orders."""

from msgspec.structs import replace

from contracts.calendar import FIELDS, CalendarEvent, Side
from contracts.write import Cause
from services.reconciler import news
from services.reconciler.held import put
from services.reconciler.merge import advance, same
from services.reconciler.rows import Kind, Link, Pending

KEPT = frozenset({"when", "subject", "location", "show_as"})
"""What Microsoft keeps as it was sent: where it shows something else, somebody has changed it."""


def differing(link: Link, pending: Pending) -> Link:
    """The link of a new event, of which both sides are taken for agreed, but for what somebody has changed: in Practifi
    since an earlier order, if Microsoft shows what that one sent, else in Microsoft. What is made for a new owner is as
    Microsoft had it, and not as Practifi shows it (ruling 14)."""
    here, there = link.microsoft, link.practifi
    if here is None or there is None or here.base is None or there.base is None or here.redacted or there.redacted:
        return link
    sent = pending.sent or there.base
    differ = [one for one in pending.fields if one in KEPT and not _alike(one, here.base, sent)]
    earlier = [one.sent or one.source for one in link.unsure if one.kind is Kind.CREATE]
    ours = tuple(one for one in differ if any(old is not None and _alike(one, here.base, old) for old in earlier))
    theirs = tuple(one for one in differ if one not in ours)
    link = put(link, Side.PRACTIFI, advance(there, ours, here.base))
    return put(link, Side.MICROSOFT, advance(here, theirs, there.base))


def found(link: Link) -> Link:
    """The link of which a reader tells an event, while no order could say whether it had made that: as if the last one
    was answered now. What stands with the owner before is another event."""
    orders = [one for one in link.unsure if one.kind is Kind.CREATE and one.side is Side.MICROSOFT]
    here, there = link.microsoft, link.practifi
    if not orders or here is None or here.gone or there is None or there.gone or here.mailbox != there.mailbox:
        return link
    if (sent := orders[-1].source) is not None and not there.redacted:
        link = put(link, Side.PRACTIFI, replace(there, base=sent, now=None if there.event == sent else there.event))
    left = tuple(one for one in link.unsure if one not in orders)
    return replace(differing(link, orders[-1]), unsure=left)


def tried(link: Link, pending: Pending) -> Link:
    """The link whose order was refused, or forgotten: a reader may have found what an earlier attempt made. For a new
    owner it finds it later: until then the event of the owner before is held."""
    makes = pending.kind is Kind.CREATE and pending.side is Side.MICROSOFT and pending.cause is not Cause.OWNER
    return found(news.told(link)) if makes else link


def untold(link: Link, pending: Pending, echo: CalendarEvent) -> tuple[str, ...]:
    """What a person wrote in Practifi and Microsoft was not told when it was made there: when Microsoft's own value
    overwrites it one day, that is a conflict (I3)."""
    there = link.practifi
    if pending.side is Side.PRACTIFI or there is None or there.gone:
        return ()
    plain = CalendarEvent(there.event.when)
    written = (field for field in FIELDS if getattr(there.event, field) != getattr(plain, field))
    kept = (field for field in written if field in link.local or field not in pending.fields)
    return tuple(field for field in kept if not same(field, getattr(there.event, field), getattr(echo, field)))


def _alike(field: str, one: CalendarEvent, other: CalendarEvent) -> bool:
    return same(field, getattr(one, field), getattr(other, field))
