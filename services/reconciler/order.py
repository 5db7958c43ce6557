"""Giving the one order of a link: past the invitation firewall (A5), with our word on the Event, and within the brake
on giving too many (C4, CON-33). Nothing else may order."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Order, Revive, Write
from services.reconciler import consent, exposed, told, trouble
from services.reconciler.rows import Kind, Link, Pending, State, Trouble
from services.reconciler.work import Work

HOUR = 3600
_PARKED = "written {} times within an hour, as if something changed it back each time: it is left alone for an hour"


def order(
    work: Work, link: Link, side: Side, kind: Kind, make: Callable[[str], Order],
    *, fields: tuple[str, ...] = (), conflicts: tuple[str, ...] = (),
    related: tuple[str, ...] | None = None, invited: tuple[str, ...] | None = None,
) -> Link:  # fmt: skip
    """The link with its order out; without one where that side has refused for good and nothing has changed since,
    where it waits for consent, and where it would be one too many."""
    if side in link.refused and kind is not Kind.STATUS:
        return trouble.stands(work, link, Trouble.REFUSED, side)
    if kind in {Kind.CREATE, Kind.UPDATE} and side is Side.PRACTIFI and exposed.untold(work, link):
        work.stop(link)  # its reader tells it anew, as a blank, unless the rule is the old one again (P1)
        return link
    made = make(sha256(f"{work.message.id}/{link.id}/{link.orders}".encode()).hexdigest()[:24])
    if (waiting := consent.waits(work, link, made)) is not None:
        return waiting
    link = _counted(work, link)
    hides = side is Side.PRACTIFI and link.purge  # what must go does not wait (P2)
    if link.writes > work.policy.park_after_writes_per_hour and not hides:
        link = trouble.raised(work, link, Trouble.PARKED, side, _PARKED.format(link.writes - 1))
        work.wake(link.id, datetime.fromtimestamp(link.since + HOUR + 1, UTC))
        return replace(link, state=State.PARKED)
    link, made = _completed(work, link, made)
    held, source = link.on(side), link.on(side.other)
    pending = Pending(
        made.order, side, kind, fields, source=source.now if source else None, mark=held.mark if held else "",
        epoch=work.epoch, conflicts=conflicts, lost=(held.now or held.base) if held and conflicts else None,
        related=related, invited=invited, cause=made.cause, consents=work.consents,
        status=made.status if isinstance(made, Write) else None, target=made.target, mailbox=made.mailbox,
        since=made.since if isinstance(made, Write) else None,
        sent=made.event if isinstance(made, Write) and (kind, side) == (Kind.CREATE, Side.MICROSOFT) else None,
    )  # fmt: skip
    work.order(made)
    return replace(link, pending=pending, orders=link.orders + 1)


def _completed(work: Work, link: Link, made: Order) -> tuple[Link, Order]:
    """The order with all that goes with every order: why it is given, the rules of its mailbox, and our word."""
    there = link.practifi if made.side is Side.PRACTIFI else None
    private = work.policy_of(there.mailbox if there is not None else made.mailbox).private_events
    if isinstance(made, Revive):
        return link, replace(made, private=private, policy=work.version)
    made = replace(made, cause=link.cause, private=private, consents=work.consents, policy=work.version)
    if made.side is Side.MICROSOFT or not isinstance(made, Write):
        return link, made
    link = told.composed(work, trouble.left(work, link, made.side))
    return link, replace(made, status=told.unsaid(link))


def rested(link: Link, work: Work) -> bool:
    """Whether the hour in which a link was parked is over."""
    return int(work.now.timestamp()) - link.since >= HOUR


def uncounted(link: Link) -> Link:
    """Without the last order, which nobody carried out."""
    return replace(link, writes=max(0, link.writes - 1))


def _counted(work: Work, link: Link) -> Link:
    """One more write within the hour."""
    if rested(link, work):
        return replace(link, writes=1, since=int(work.now.timestamp()))
    return replace(link, writes=link.writes + 1)
