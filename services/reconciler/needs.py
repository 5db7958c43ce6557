"""Which rows a decision will read. It is asked again while it names something new, so it follows one row to the next;
and it never reads a row that it has not named before."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec import Struct

from contracts.calendar import CalendarEvent, Side
from contracts.message import Message
from contracts.observed import Item, Observed, Paired, Vanished
from contracts.person import People
from contracts.policy import PolicyNow
from contracts.write import Outcomes, Refused, Written
from services.kernel.decision import State
from services.reconciler import match
from services.reconciler.late import addresses
from services.reconciler.link import gone_key, holds, keys, minted, name_of, ref_key, stamp_of
from services.reconciler.meeting import uid_key
from services.reconciler.rows import Known, Link, Look, Mark, Ref, Series, Uid, Who
from services.reconciler.runs import opens

S = TypeVar("S", bound=Struct)

ALWAYS = ("policy", "firm", "runs", "read/microsoft", "read/practifi")


def needs(state: State, message: Message) -> Iterable[str]:
    """All rows that `decide` may read for this message, as far as they can be told by now."""
    yield from ALWAYS
    match message.body:
        case Observed() as body:
            yield from _observed(state, body)
        case Outcomes(outcomes):
            for outcome in outcomes:
                yield from _outcome(state, outcome)
        case People() as body:
            yield from _people(state, body)
        case Look(link):
            yield from _link(state, link)
        case Paired():
            yield from ("pair/", "user/", "address/")
            yield from _stopped(state)
        case PolicyNow():
            yield from _stopped(state)
        case _:
            pass
    if opens(state, message.body):
        yield from _stopped(state)


def _observed(state: State, body: Observed) -> Iterator[str]:
    for item in body.items:
        yield from _item(state, body.side, item)
    for gone in body.vanished:
        yield from _gone(state, body.side, gone)


def _item(state: State, side: Side, item: Item) -> Iterator[str]:
    yield from _places(state, side, item)
    yield gone_key(side, item.id)
    if item.mailbox:
        yield f"pair/{item.mailbox}"
    if stamp_of(item):
        yield from _link(state, stamp_of(item))
    if side is Side.PRACTIFI:
        yield from (f"person/{person}" for person in item.people)
        return
    if item.event.organizer:
        yield f"address/{item.event.organizer}"
    yield from _meant(state, item.event)
    yield from _uid(state, item)
    name = name_of(item)
    yield f"series/{item.mailbox}/{name}"
    if item.slot:
        yield from _place(state, item.mailbox, name, "")
    else:
        yield from _slots(state, item.mailbox, name)


def _gone(state: State, side: Side, gone: Vanished) -> Iterator[str]:
    yield from _places(state, side, gone)
    if side is Side.MICROSOFT:
        yield f"series/{gone.mailbox}/{name_of(gone)}"
        if not gone.slot:
            yield from _slots(state, gone.mailbox, gone.id)


def _places(state: State, side: Side, item: Item | Vanished) -> Iterator[str]:
    """The link of an item, wherever it is named."""
    ref, own = keys(side, item)
    yield ref
    yield from _link(state, own.partition("/")[2])
    if (known := _row(state, ref, Ref)) is not None:
        yield from _link(state, known.link)
    if (link := _row(state, own, Link)) is not None and not holds(link.on(side), side, item):
        yield from _link(state, minted(side, item.mailbox, name_of(item), item.slot, again=1))


def _place(state: State, mailbox: str, name: str, slot: str) -> Iterator[str]:
    ref = ref_key(Side.MICROSOFT, mailbox, name, slot)
    yield ref
    yield from _link(state, minted(Side.MICROSOFT, mailbox, name, slot))
    if (known := _row(state, ref, Ref)) is not None:
        yield from _link(state, known.link)


def _slots(state: State, mailbox: str, master: str) -> Iterator[str]:
    """All slots of what may have been a series."""
    row = _row(state, f"series/{mailbox}/{master}", Series)
    for slot in row.slots if row else ():
        yield from _place(state, mailbox, master, slot)


def _link(state: State, name: str) -> Iterator[str]:
    """A link, and what deciding about it needs."""
    yield f"link/{name}"
    link = _row(state, f"link/{name}", Link)
    if link is None:
        return
    if link.mailbox:
        yield f"pair/{link.mailbox}"
    event = link.microsoft and (link.microsoft.now or link.microsoft.base)
    if event:
        yield from _meant(state, event)
    if link.practifi is not None:
        yield from (f"person/{person}" for person in link.practifi.people)


def _meant(state: State, event: CalendarEvent) -> Iterator[str]:
    """Who an event's people are, and whether they are synced themselves."""
    for address in match.addresses(event):
        yield f"who/{address}"
        who = _row(state, f"who/{address}", Who)
        yield from (f"user/{one.id}" for one in who.candidates if one.user) if who else ()


def _uid(state: State, item: Item) -> Iterator[str]:
    """What is known of the same meeting in other mailboxes."""
    if not (key := uid_key(item)):
        return
    yield key
    row = _row(state, key, Uid)
    for name in row.waiting if row else ():
        yield from _link(state, name)


def _outcome(state: State, outcome: Written | Refused) -> Iterator[str]:
    yield from _link(state, outcome.link)
    if outcome.item is None:
        return
    yield gone_key(outcome.side, outcome.item.id)
    yield from (f"person/{person}" for person in outcome.item.people)
    if outcome.side is Side.MICROSOFT:
        yield from _meant(state, outcome.item.event)
        yield from _uid(state, outcome.item)


def _people(state: State, body: People) -> Iterator[str]:
    for person in body.people:
        key = f"person/{person.id}"
        yield key
        known = _row(state, key, Known)
        for address in addresses(person) | (addresses(known.person) if known else set()):
            yield f"who/{address}"
            yield f"invites/{address}/"
            if state.known(f"invites/{address}/"):
                for invite in state.under(f"invites/{address}/", Mark):
                    yield from _link(state, invite.rpartition("/")[2])


def _stopped(state: State) -> Iterator[str]:
    yield "stopped/"
    if state.known("stopped/"):
        for key in state.under("stopped/", Mark):
            yield from _link(state, key.rpartition("/")[2])


def _row(state: State, key: str, kind: type[S]) -> S | None:
    """The row, if it is loaded already."""
    return state.get(key, kind) if state.known(key) else None
