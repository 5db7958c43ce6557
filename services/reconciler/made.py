"""An event that we have made, as it stands when we hear of it. An earlier attempt may have made it (ruling 9), and it
may have been changed since, on either side: what one side was never told is news to it, and is not taken for agreed.
Never orders."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import FIELDS, CalendarEvent, Days, ShowAs, Side, Timed
from contracts.write import Cause
from services.reconciler import news, people
from services.reconciler.held import put
from services.reconciler.merge import advance, changed, same
from services.reconciler.rows import Kind, Link, Pending
from services.reconciler.work import Work

KEPT = frozenset({"when", "subject", "location", "show_as"})
"""What Microsoft keeps as it was sent: where it shows something else, somebody has changed it. Practifi keeps only some
values of these (`_fits`)."""

LINE, LONGEST = 255, timedelta(days=14)
"""So many characters of a line, and so long an event, Practifi keeps (salesforce.md §2.2)."""


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
    theirs = (*(one for one in differ if one not in ours), *pending.unsent)
    link = put(link, Side.PRACTIFI, advance(there, ours, here.base))
    return put(link, Side.MICROSOFT, advance(here, theirs, there.base))


def listed(link: Link, *orders: Pending) -> Link:
    """The link of an event that we have made in Microsoft, by the last of these `orders`, or of those of which nobody
    could say: agreed is its list as it was sent, so that who came or went since is news to Practifi (M1). Where some
    came and some went, Microsoft may only have named them in another way."""
    made = orders or [one for one in link.unsure if one.kind is Kind.CREATE and one.side is Side.MICROSOFT]
    here, sent = link.microsoft, made[-1].sent if made else None
    if here is None or here.gone or here.base is None or here.redacted or sent is None:
        return link
    there = {one.address: one for one in here.event.attendees}
    asked = {one.address: one for one in sent.attendees}
    if bool(there.keys() - asked.keys()) is bool(asked.keys() - there.keys()):
        return link
    base = replace(here.base, attendees=tuple((asked | there)[one] for one in asked))
    return put(link, Side.MICROSOFT, replace(here, base=base, now=here.event))


def found(link: Link) -> Link:
    """The link of which a reader tells an event, while no order could say whether it had made that: as if the last one
    was answered now."""
    return _in_practifi(_in_microsoft(link))


def since(work: Work, link: Link) -> datetime:
    """When an Event was first ordered for this link, as long as nobody has heard what became of that."""
    orders = (one for one in link.unsure if one.kind is Kind.CREATE and one.side is Side.PRACTIFI)
    return min((one.since for one in orders if one.since is not None), default=work.now)


def _in_microsoft(link: Link) -> Link:
    """What stands with another owner than that of the order is another event."""
    here, there = link.microsoft, link.practifi
    if here is None or here.gone or there is None or there.gone:
        return link
    orders = [one for one in link.unsure if _makes(one, here.mailbox)]
    if not orders:
        return link
    if (sent := orders[-1].source) is not None and not there.redacted:
        link = put(link, Side.PRACTIFI, replace(there, base=sent, now=None if there.event == sent else there.event))
    left = tuple(one for one in link.unsure if one not in orders)
    return replace(differing(link, orders[-1]), unsure=left, answers=link.answers or ())


def _makes(order: Pending, mailbox: str) -> bool:
    """Whether an order was to make an event in this mailbox."""
    return order.kind is Kind.CREATE and order.side is Side.MICROSOFT and order.mailbox == mailbox


def _in_practifi(link: Link) -> Link:
    """Microsoft has told what the order says, and somebody has written in Practifi what differs from it, unless that is
    Practifi's own way to keep it."""
    orders = [one for one in link.unsure if one.kind is Kind.CREATE and one.side is Side.PRACTIFI]
    here, there = link.microsoft, link.practifi
    if not orders or here is None or here.gone or there is None or there.gone or here.mailbox != there.mailbox:
        return link
    sent, shown = orders[-1].source, there.base
    if sent is None or shown is None or here.redacted or there.redacted:
        return link
    placed = frozenset(orders[-1].fields).difference(dict(there.places))
    differ = [one for one in FIELDS if one in placed and not _alike(one, shown, sent)]
    ours = _left(orders, differ, shown)
    theirs = tuple(one for one in differ if one in KEPT and one not in ours)
    link = put(link, Side.PRACTIFI, advance(there, theirs, sent))
    link = people.settled(put(link, Side.MICROSOFT, advance(here, FIELDS, replace(sent, **ours))), *orders)
    return replace(link, unsure=tuple(one for one in link.unsure if one not in orders))


def standing(link: Link, pending: Pending) -> Link:
    """The link of a new Event that an earlier order may have made: what that has left there, and Microsoft says
    otherwise since, is nobody's edit and has to be written."""
    orders = [one for one in link.unsure if one.kind is Kind.CREATE and one.side is Side.PRACTIFI]
    here, there = link.microsoft, link.practifi
    if not orders or here is None or here.gone or here.base is None or there is None or there.gone:
        return link
    if here.redacted or there.redacted:
        return link
    ours = _left(orders, changed(there).intersection(pending.fields), there.event)
    link = put(link, Side.PRACTIFI, advance(there, tuple(ours), there.event))
    return put(link, Side.MICROSOFT, advance(here, tuple(ours), replace(here.base, **ours)))


def _left(orders: Iterable[Pending], fields: Iterable[str], shown: CalendarEvent) -> dict[str, Any]:
    """What these orders wanted of the fields that one of them has left as they are shown, or may have: how Practifi
    keeps what does not fit cannot be told."""
    wanted = [(one, order.source) for one in fields for order in orders if order.source is not None]
    vague = {one: getattr(sent, one) for one, sent in wanted if one in KEPT and not _fits(one, sent)}
    return vague | {one: getattr(sent, one) for one, sent in wanted if _alike(one, shown, sent)}


def _fits(field: str, sent: CalendarEvent) -> bool:
    """Whether Practifi keeps this as it is sent."""
    match field, sent.when:
        case "when", Days(first, until):
            return timedelta() < until - first <= LONGEST
        case "when", Timed(start, end):
            return timedelta() <= end - start <= LONGEST and not (start.second or end.second)
        case "show_as", _:
            return sent.show_as in {ShowAs.FREE, ShowAs.BUSY, ShowAs.AWAY}
    text = getattr(sent, field)
    return (
        len(text.encode("utf-16-le")) <= 2 * LINE and text == text.strip() and text.isprintable() and "@{" not in text
    )


def tried(link: Link, pending: Pending) -> Link:
    """The link whose order was refused, or forgotten: a reader may have found what an earlier attempt made. For a new
    owner it finds it later: until then the event of the owner before is held."""
    if pending.kind is not Kind.CREATE:
        return link
    if pending.side is Side.PRACTIFI:
        return _in_practifi(link)
    return link if pending.cause is Cause.OWNER else found(news.told(link))


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
