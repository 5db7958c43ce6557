"""Giving the one order of a link, and the brake on giving too many (C4, CON-33). Nothing else may order."""

from collections.abc import Callable
from hashlib import sha256

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Erase, Write
from services.reconciler import say
from services.reconciler.rows import Kind, Link, Pending, State
from services.reconciler.work import Work

HOUR = 3600
_PARKED = "written {} times within an hour, as if something changed it back each time: it is left alone for an hour"


def order(
    work: Work, link: Link, side: Side, kind: Kind, make: Callable[[str], Write | Erase],
    *, fields: tuple[str, ...] = (), conflicts: tuple[str, ...] = (),
    related: tuple[str, ...] | None = None, invited: tuple[str, ...] | None = None,
) -> Link:  # fmt: skip
    """The link with its order out; unchanged where that side has refused for good and nothing has changed since."""
    if link.refused is side:
        return link
    link = _counted(work, link)
    if link.writes > work.policy.park_after_writes_per_hour:
        say.blocked(work, link, side, _PARKED.format(link.writes - 1))
        return replace(link, state=State.PARKED)
    name = sha256(f"{work.message.id}/{link.id}/{link.orders}".encode()).hexdigest()[:24]
    held, source = link.on(side), link.on(side.other)
    pending = Pending(
        name, side, kind, fields, source=source.now if source else None, mark=held.mark if held else "",
        epoch=work.epoch, conflicts=conflicts, related=related, invited=invited,
    )  # fmt: skip
    work.order(make(name))
    return replace(link, pending=pending, orders=link.orders + 1, reason="")


def rested(link: Link, work: Work) -> bool:
    """Whether the hour in which a link was parked is over."""
    return int(work.now.timestamp()) - link.since >= HOUR


def _counted(work: Work, link: Link) -> Link:
    """One more write within the hour."""
    if rested(link, work):
        return replace(link, writes=1, since=int(work.now.timestamp()))
    return replace(link, writes=link.writes + 1)
