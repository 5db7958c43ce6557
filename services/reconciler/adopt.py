"""Halves that belong together although no name says so (rulings 1, 5). A link's name is minted once, from where its
event was then; a series whose dates have moved since, or that was a single event, cannot tell it again when our memory
was lost. Its Events bear names of ours all the same: one that nothing in Microsoft has claimed, for the same mailbox
and the same time, is that half. The copy of a meeting that was moved just before is looked for where its host's Event
still stands. Two that fit are left to a person. Nothing is written."""

from collections.abc import Iterator

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side
from contracts.write import Cause
from services.kernel.decision import State
from services.reconciler import news, when, wish
from services.reconciler.book import Owner
from services.reconciler.held import put
from services.reconciler.link import refer
from services.reconciler.meeting import uid_key
from services.reconciler.merge import same
from services.reconciler.names import Uid
from services.reconciler.people import agreed
from services.reconciler.rows import Held, Link, Mark
from services.reconciler.work import Work


def note(work: Work, link: Link, before: Held | None = None) -> None:
    """While the memory is built anew: Practifi has this half, and Microsoft's is not known yet. The time at which it
    stood `before` may be an old one, which was said before the reader forgot it."""
    there = link.practifi
    if link.microsoft is None and there is not None and wish.any_open(work):
        if before is not None:
            work.rows[f"{_place(before.mailbox, before.event)}{link.id}"] = None
        work.rows[f"{_place(there.mailbox, there.event)}{link.id}"] = Mark()


def needs(state: State, link: Link) -> Iterator[str]:
    """The halves at the time of an event that Practifi seems to lack since our memory was lost."""
    here = link.microsoft
    if here is not None and not here.gone and link.practifi is None and link.cause is Cause.LOST:
        yield from around(state, here.mailbox, here.event)
        yield from _needs_host(state, here)


def around(state: State, mailbox: str, event: CalendarEvent) -> Iterator[str]:
    """The halves at the time of an event."""
    place = _place(mailbox, event)
    yield place
    for key in state.under(place, Mark) if state.known(place) else ():
        yield f"link/{key.rpartition('/')[2]}"


def halves(work: Work, link: Link, here: Held) -> list[Link]:
    """The unclaimed halves that fit an event, those of the same subject if there are such. What is new since our memory
    was built anew claims none."""
    if link.cause is not Cause.LOST:
        return []
    fit = _at(work, here, here.event)
    alike = [one for one in fit if _alike("subject", here, one.practifi)]
    return alike or fit or _where_it_was(work, here)


def adopted(work: Work, link: Link, half: Link, owner: Owner) -> Link:
    """The half with Microsoft's event as its other one, and its people as they are; the link that was begun for that is
    forgotten."""
    here, there = link.microsoft, half.practifi
    assert here is not None
    assert there is not None
    work.rows |= {f"link/{link.id}": None, f"{_place(there.mailbox, there.event)}{half.id}": None}
    refer(work, Side.MICROSOFT, half.id, here)
    key = uid_key(here)
    if key and (row := work.get(key, Uid)) is not None and row.link == link.id:
        work.rows[key] = replace(row, link=half.id)
    half = agreed(work, put(half, Side.MICROSOFT, replace(here, base=here.event, now=None)), owner)
    return news.told(put(half, Side.PRACTIFI, news.standing(there, here)))


def _at(work: Work, here: Held, event: CalendarEvent) -> list[Link]:
    """The unclaimed halves of an event's mailbox at the time of this one."""
    place = _place(here.mailbox, event)
    found = [work.link(key.rpartition("/")[2]) for key in work.state.under(place, Mark)]
    fit = [one for one in found if one is not None and _open(one, here)]
    return [one for one in fit if (there := _stands(one)) is not None and same("when", event.when, there.event.when)]


def _where_it_was(work: Work, here: Held) -> list[Link]:
    """The halves of the same subject where the host's own Event of the same meeting still stands: the time alone has
    changed, and what the host has made since has no Event yet."""
    known = work.get(uid_key(here), Uid) if not here.mine and uid_key(here) else None
    there = _stands(work.link(known.link)) if known is not None and known.link else None
    return [one for one in _at(work, here, there.event) if _alike("subject", here, one.practifi)] if there else []


def _needs_host(state: State, here: Held) -> Iterator[str]:
    """The host's own half of a meeting, and the halves of a guest at its time."""
    if here.mine or not (key := uid_key(here)):
        return
    yield key
    known = state.get(key, Uid) if state.known(key) else None
    if known is None or not known.link:
        return
    yield (name := f"link/{known.link}")
    if (there := _stands(state.get(name, Link) if state.known(name) else None)) is not None:
        yield from around(state, here.mailbox, there.event)


def _stands(link: Link | None) -> Held | None:
    there = link.practifi if link is not None else None
    return there if there is not None and not there.gone else None


def _open(half: Link, here: Held) -> bool:
    """Whether a half may be that of an event: what was made in Practifi bears its name in Microsoft, but where it has
    become the first of a series (ruling 2)."""
    return half.microsoft is None and (half.born is Side.MICROSOFT or bool(here.slot))


def _alike(field: str, here: Held, there: Held | None) -> bool:
    return there is not None and not there.gone and same(field, getattr(here.event, field), getattr(there.event, field))


def _place(mailbox: str, event: CalendarEvent) -> str:
    return f"half/{mailbox}/{when.start(event.when).isoformat()}/"
