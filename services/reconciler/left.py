"""The Event of an invitation that left its guest's calendar while nothing was written to Practifi (D1): declined, or
thrown away. It stays there, and is nobody's. If the host invites again, that comes with another id, maybe as a series,
and its Event would stand beside the old one: then the old one goes as it would have gone at once (A7). Nothing else is
ever touched."""

from collections.abc import Iterator

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item
from services.kernel.decision import State as Rows
from services.reconciler.held import put
from services.reconciler.rows import Death, Link, Mark, State
from services.reconciler.step import step
from services.reconciler.work import Work


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Keep the rows `left/<mailbox>/<uid>~/<link>`: a link whose Event is left of a meeting. There may be several: what
    was given to somebody else may come back."""
    was, now = _place(old), _place(new)
    if was != now:
        work.rows |= {f"{place}{name}": row for place, row in ((was, None), (now, Mark())) if place}


def needs(state: Rows, item: Item) -> Iterator[str]:
    """The links whose Events are left of the meeting of an item."""
    if place := _meeting(item):
        yield place
        yield from (f"link/{name}" for name in _names(state, place)) if state.known(place) else ()


def replaced(work: Work, item: Item) -> None:
    """A new invitation has come: what is left of the old ones goes, also where the new one waits, or is left out; and
    later, where it may not go now."""
    place = _meeting(item)
    for name in _names(work.state, place) if place else ():
        link = work.link(name)
        if link is None or _place(link) != place:
            continue
        here, there = link.microsoft, link.practifi
        assert here is not None
        assert there is not None
        link = put(link, Side.MICROSOFT, replace(here, base=there.event))
        step(work, replace(link, state=State.ACTIVE, death=Death.MOVED))


def _names(state: Rows, place: str) -> list[str]:
    return [key.removeprefix(place) for key in sorted(state.under(place, Mark))]


def _meeting(item: Item) -> str:
    return _rows(item.mailbox, item.uid) if not item.mine and item.uid else ""


def _place(link: Link | None) -> str:
    """Where the row of a link is whose Event is left, "" for any other: what was given to somebody else since is
    theirs."""
    here, there = (link.microsoft, link.practifi) if link is not None else (None, None)
    if link is None or here is None or there is None or link.state is not State.ENDED or link.born is Side.PRACTIFI:
        return ""
    left = here.gone and not there.gone and not here.mine and here.uid and not here.slot
    return _rows(here.mailbox, here.uid) if left and there.owner in {"", link.owner} else ""


def _rows(mailbox: str, uid: str) -> str:
    return f"left/{mailbox}/{uid}~/"
