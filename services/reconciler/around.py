"""The rows around an item or a link: what a decision about it reads. It follows one row to the next as far as they are
loaded by now, so it is asked again while it names something new."""

from collections.abc import Iterator
from functools import partial
from typing import TypeVar

from msgspec import Struct

from contracts.calendar import CalendarEvent, Response, Side
from contracts.observed import Item, Vanished
from services.kernel.decision import State
from services.reconciler import adopt, forgotten, hosts, idle, left, match, wish
from services.reconciler.book import Who
from services.reconciler.link import gone_key, keys, minted, name_of, names, ref_key, stamp_of
from services.reconciler.listed import Idle
from services.reconciler.meeting import guests, uid_key
from services.reconciler.names import Ref, Series, Uid
from services.reconciler.rows import Link

S = TypeVar("S", bound=Struct)


def of_item(state: State, side: Side, item: Item) -> Iterator[str]:
    """What deciding about an item needs: its link, its people, its meeting, and of a series all dates."""
    yield from _places(state, side, item)
    yield gone_key(side, name_of(item), item.slot)
    if item.mailbox:
        yield from (f"pair/{item.mailbox}", f"size/{item.mailbox}")
    if stamp_of(item):
        yield from of_link(state, stamp_of(item))
    if side is Side.PRACTIFI:
        yield idle.key(item)
        yield from _renewed(state, stamp_of(item))
        ref, own = (loaded(state, keys(side, item)[0], Ref), keys(side, item)[1].partition("/")[2])
        for name in (own, stamp_of(item), ref.link if ref else ""):
            yield from of_answers(state, name, item.answers)
        yield from (f"person/{person}" for person in item.people)
        return
    if stamp_of(item):
        yield from _idle(state, stamp_of(item))
    if not item.mine:
        yield from hosts.needs(state, item.event.organizer)
        for row in left.needs(state, item):
            yield from of_link(state, row.partition("/")[2]) if row.startswith("link/") else (row,)
    yield from of_event(state, item.event)
    yield from of_copy(state, item)
    if wish.untold(partial(loaded, state), side, item.mailbox):
        yield from adopt.around(state, item.mailbox, item.event)
    name = name_of(item)
    yield f"series/{item.mailbox}/{name}"
    if item.slot:
        yield from _forgotten(state, item.mailbox, name)
        yield from _place(state, item.mailbox, name, "")
    else:
        yield from of_series(state, item.mailbox, name)


def _renewed(state: State, name: str) -> Iterator[str]:
    """What may be known of an Event's link that is forgotten."""
    if name and state.known(f"link/{name}") and state.get(f"link/{name}", Link) is None:
        yield gone_key(Side.MICROSOFT, name)


def _idle(state: State, name: str) -> Iterator[str]:
    """The Event that a link would have, if it was not sent as far as we remember."""
    yield from idle.needs(state, name)
    known = loaded(state, idle.named(name), Idle)
    there = loaded(state, f"idle/{known.id}", Item) if known is not None else None
    if there is not None:
        yield from of_item(state, Side.PRACTIFI, there)


def of_gone(state: State, side: Side, gone: Vanished) -> Iterator[str]:
    """What deciding about something that has vanished needs."""
    yield from _places(state, side, gone)
    yield gone_key(side, name_of(gone), gone.slot)
    if side is Side.PRACTIFI:
        yield idle.key(gone)
        yield from of_link(state, gone.stamp) if gone.stamp else ()
    if side is Side.MICROSOFT:
        yield from (f"pair/{gone.mailbox}", f"size/{gone.mailbox}")  # its other half may be somebody else's by now
        yield f"series/{gone.mailbox}/{name_of(gone)}"
        if gone.stamp:
            yield from (f"link/{stamp_of(gone)}", gone_key(Side.MICROSOFT, stamp_of(gone)))
        if gone.slot:
            yield forgotten.key(gone.mailbox, name_of(gone))
        else:
            yield from of_series(state, gone.mailbox, gone.id)


def _forgotten(state: State, mailbox: str, master: str) -> Iterator[str]:
    """The dates of a series that are gone, as a message says that is not heard yet."""
    if not wish.untold(partial(loaded, state), Side.MICROSOFT, mailbox):
        return
    yield (row := forgotten.key(mailbox, master))
    known = loaded(state, row, Series)
    for slot in known.slots if known else ():
        yield from of_gone(state, Side.MICROSOFT, Vanished(master, mailbox, master, slot))


def _places(state: State, side: Side, item: Item | Vanished) -> Iterator[str]:
    """The link of an item, wherever it is named."""
    ref, _ = keys(side, item)
    yield ref
    if (known := loaded(state, ref, Ref)) is not None:
        yield from of_link(state, known.link)
    free = 1 if side is Side.MICROSOFT else 2  # an Event made in its place may be told in the same message
    for name in names(side, item):  # one may hold another one by the time that this is looked for
        yield from of_link(state, name)
        free -= loaded(state, f"link/{name}", Link) is None
        if not free:
            return


def _place(state: State, mailbox: str, name: str, slot: str) -> Iterator[str]:
    ref = ref_key(Side.MICROSOFT, mailbox, name, slot)
    yield ref
    yield from of_link(state, minted(Side.MICROSOFT, mailbox, name, slot))
    if (known := loaded(state, ref, Ref)) is not None:
        yield from of_link(state, known.link)


def of_series(state: State, mailbox: str, master: str) -> Iterator[str]:
    """All slots of what may have been a series."""
    row = loaded(state, f"series/{mailbox}/{master}", Series)
    for slot in row.slots if row else ():
        yield from _place(state, mailbox, master, slot)
        yield gone_key(Side.MICROSOFT, master, slot)


def of_link(state: State, name: str) -> Iterator[str]:
    """A link, and what deciding about it needs."""
    yield f"link/{name}"
    link = loaded(state, f"link/{name}", Link)
    if link is None:
        return
    yield from adopt.needs(state, link)
    if link.mailbox:
        yield from (f"pair/{link.mailbox}", f"size/{link.mailbox}")
    if link.practifi is not None and link.practifi.mailbox:
        yield from (f"pair/{link.practifi.mailbox}", f"size/{link.practifi.mailbox}")
    yield from (f"conflict/{conflict}" for conflict in link.turn)
    for order in (link.pending, *link.unsure):
        yield from of_event(state, order.sent) if order is not None and order.sent is not None else ()
    event = link.microsoft and (link.microsoft.now or link.microsoft.base)
    if event:
        yield from of_event(state, event)
        if link.practifi is None and link.microsoft is not None and not link.microsoft.mine:
            yield from hosts.needs(state, event.organizer)
    if link.practifi is not None:
        yield from (f"person/{person}" for person in link.practifi.people)
        yield from of_answers(state, name, link.practifi.answers)
    elif link.microsoft is not None and link.microsoft.uid:
        yield f"uid/{link.microsoft.uid}~"


def of_answers(state: State, name: str, answers: tuple[tuple[str, Response], ...]) -> Iterator[str]:
    """Who has answered in Practifi, or had, and the copies from which that may go out (A6)."""
    link = loaded(state, f"link/{name}", Link)
    if link is None or link.born is not Side.PRACTIFI:
        return
    people = {person for person, _ in answers} | {one.person for one in link.answers or ()}
    if not people:
        return
    yield from (f"user/{person}" for person in people)  # even if it is only being made in Microsoft
    if link.microsoft is not None and link.microsoft.uid:
        yield from of_meeting(state, f"uid/{link.microsoft.uid}~")


def of_event(state: State, event: CalendarEvent) -> Iterator[str]:
    """Who an event's people are, and whether they are synced themselves."""
    for address in match.addresses(event):
        yield f"who/{address}"
        who = loaded(state, f"who/{address}", Who)
        yield from (f"user/{one.id}" for one in who.candidates if one.user) if who else ()


def of_copy(state: State, item: Item) -> Iterator[str]:
    """What is known of the same meeting in other mailboxes."""
    if not (key := uid_key(item)):
        return
    yield from guests(state, item)
    yield from of_meeting(state, key)


def of_meeting(state: State, key: str) -> Iterator[str]:
    """The row about a meeting and the copies that it names."""
    yield key
    row = loaded(state, key, Uid)
    for name in (*row.waiting, *row.copies) if row else ():
        yield from of_link(state, name)


def loaded(state: State, key: str, kind: type[S]) -> S | None:
    """The row, if it is loaded already."""
    return state.get(key, kind) if state.known(key) else None
