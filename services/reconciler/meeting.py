"""One meeting in several mailboxes. The copy of a meeting that was born in Practifi never becomes an Event of its own:
Salesforce has given the invited user a read-only child (ruling 18). So a copy waits until the organizer's own event is
known, if the organizer is synced too (ruling 19)."""

from datetime import timedelta
from enum import Enum, auto

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item
from contracts.policy import Direction
from services.reconciler.rows import Address, Link, State, Uid
from services.reconciler.work import Work

RUNS = 2
"""A copy waits for so many intervals at most."""


class Copy(Enum):
    """What an unknown item of a mailbox is."""

    OWN = auto()
    """An event of its own, or this person's version of a meeting that was born in Microsoft (I2)."""
    CHILD = auto()
    """The copy of a meeting that was born in Practifi."""
    UNCLEAR = auto()
    """A copy whose organizer's own event is not known yet."""


def uid_key(item: Item) -> str:
    """The row about an item's meeting, "" where there is none: occurrences are never born in Practifi."""
    return f"uid/{item.uid}~" if item.uid and not item.slot else ""


def judge(work: Work, item: Item) -> Copy:
    """Which of the three an unknown item is."""
    key = uid_key(item)
    if item.mine or not key:
        return Copy.OWN
    known = work.get(key, Uid)
    if known is not None and known.link:
        return Copy.CHILD if known.born is Side.PRACTIFI else Copy.OWN
    synced = item.event.organizer and work.get(f"address/{item.event.organizer}", Address)
    return Copy.UNCLEAR if synced and work.policy.direction is Direction.TWO_WAY else Copy.OWN


def wait(work: Work, link: Link, item: Item) -> None:
    """Let a copy wait for the organizer's own event, and not for ever."""
    key = uid_key(item)
    known = work.get(key, Uid) or Uid()
    work.rows[key] = replace(known, waiting=(*known.waiting, link.id))
    work.keep(replace(link, state=State.WAITING))
    work.wake(link.id, work.now + timedelta(minutes=RUNS * work.policy.interval_minutes))


def own(work: Work, item: Item, link: str, born: Side) -> list[Link]:
    """The organizer's own event of a meeting is known: what waited for it is forgotten, or free and returned."""
    key = uid_key(item)
    two_way = work.policy.direction is Direction.TWO_WAY and item.event.attendees
    if not key or not item.mine or not (two_way or born is Side.PRACTIFI):
        return []
    known = work.get(key, Uid)
    if known is not None and known.link == link:
        return []
    work.rows[key] = Uid(link, born)
    waiting = [work.link(name) for name in known.waiting] if known else []
    copies = [copy for copy in waiting if copy is not None and copy.state is State.WAITING]
    if born is Side.MICROSOFT:
        return [released(copy) for copy in copies]
    work.rows |= {f"link/{copy.id}": None for copy in copies}
    return []


def released(link: Link) -> Link:
    """A copy that waits no longer."""
    return replace(link, state=State.ACTIVE) if link.state is State.WAITING else link
