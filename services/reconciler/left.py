"""The Event of an invitation that left its guest's calendar while nothing was written to Practifi (D1): declined, or
thrown away. It stays there, and is nobody's. If the host invites again, that comes with another id, and its Event would
stand beside the old one: then the old one goes as it would have gone at once (A7). Nothing else is ever touched."""

from collections.abc import Iterator

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item
from services.kernel.decision import State as Rows
from services.reconciler.held import put
from services.reconciler.names import Ref
from services.reconciler.rows import Link, State
from services.reconciler.step import step
from services.reconciler.work import Work


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Keep the row `left/<mailbox>/<uid>~`: the link whose Event is left of a meeting."""
    was, now = _place(old), _place(new)
    if was != now:
        work.rows |= {place: row for place, row in ((was, None), (now, Ref(name))) if place}


def needs(state: Rows, item: Item) -> Iterator[str]:
    """The link whose Event is left of the meeting of an item."""
    if not item.mine and item.uid and not item.slot:
        yield (place := _row(item.mailbox, item.uid))
        row = state.get(place, Ref) if state.known(place) else None
        yield from (f"link/{row.link}",) if row is not None else ()


def replaced(work: Work, item: Item) -> None:
    """A new invitation has come: what is left of the old one goes, also where the new one waits, or is left out."""
    row = work.get(_row(item.mailbox, item.uid), Ref) if not item.mine and item.uid and not item.slot else None
    link = work.link(row.link) if row is not None else None
    if link is None or not _place(link):
        return
    here, there = link.microsoft, link.practifi
    assert here is not None
    assert there is not None
    step(work, put(replace(link, state=State.ACTIVE), Side.MICROSOFT, replace(here, base=there.event)))


def _place(link: Link | None) -> str:
    """The row of a link whose Event is left, "" for any other: what was given to somebody else since is theirs."""
    here, there = (link.microsoft, link.practifi) if link is not None else (None, None)
    if link is None or here is None or there is None or link.state is not State.ENDED or link.born is Side.PRACTIFI:
        return ""
    left = here.gone and not there.gone and not here.mine and here.uid and not here.slot
    return _row(here.mailbox, here.uid) if left and there.owner in {"", link.owner} else ""


def _row(mailbox: str, uid: str) -> str:
    return f"left/{mailbox}/{uid}~"
