"""One meeting in several mailboxes. The copy of a meeting that was born in Practifi never becomes an Event of its own:
Salesforce has given the invited user a read-only child (ruling 18). So a copy waits until the organizer's own event is
known, if the organizer is synced too (ruling 19)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from msgspec.structs import replace

from contracts.calendar import Response, Side
from contracts.meeting import Meeting
from contracts.observed import Item
from contracts.policy import Direction, PolicyNow
from services.kernel.decision import State as Rows
from services.reconciler import copies, hosts, lately, match, prune, wish
from services.reconciler.book import Address
from services.reconciler.names import Uid
from services.reconciler.rows import Held, Link, State
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


def uid_key(item: Item | Held) -> str:
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
    host = item.event.organizer
    waits = _doubtful(work, item) and hosts.may_host(work, host, item.mailbox)
    return Copy.UNCLEAR if waits or hosts.begun(work, host) else Copy.OWN


def _doubtful(work: Work, item: Item | Held) -> bool:
    """Whether a meeting may have been born in Practifi: where sync goes both ways, or Microsoft was written until
    lately, or before our memory was lost: what was ordered then may still be made."""
    two_way = work.policy.direction is Direction.TWO_WAY
    return two_way or lately.made(work) or wish.untold(work.get, Side.MICROSOFT, item.mailbox)


def wait(work: Work, link: Link, item: Item) -> None:
    """Let a copy wait for the organizer's own event, and not for ever."""
    key = uid_key(item)
    known = work.get(key, Uid) or Uid()
    work.rows[key] = replace(known, waiting=(*known.waiting, link.id))
    work.keep(replace(link, state=State.WAITING, since=int(work.now.timestamp()) + 1))
    _wake(work, link)


def waits(work: Work, link: Link) -> bool:
    """Whether a copy goes on waiting although its time is over, because the organizer's event may be there and not be
    known (ruling 5). What we began to make after the copy had come is another meeting."""
    came = datetime.fromtimestamp(link.since, UTC) if link.since else work.now
    if link.state is not State.WAITING or not hosts.unheard(work, link, came):
        return False
    _wake(work, link)
    return True


def _wake(work: Work, link: Link) -> None:
    work.wake(link.id, work.now + timedelta(minutes=RUNS * work.policy.interval_minutes))


def own(work: Work, item: Item | Held, link: str, born: Side) -> list[Link]:
    """The organizer's own event of a meeting is known, or invites other people: what waited for it is forgotten, or
    free and returned. Shards that keep an invited mailbox are told."""
    key, doubtful = uid_key(item), _doubtful(work, item) and (item.event.attendees or item.redacted)
    if not key or not item.mine:
        return []
    row = work.get(key, Uid)
    if not (doubtful or born is Side.PRACTIFI or (row is not None and row.waiting)):
        return []
    meeting = Meeting(item.uid, link, born)
    for shard in _shards(work, item):
        work.tell(shard, meeting)
    return known(work, meeting)


def listed(work: Work, before: Link, link: Link) -> list[Link]:
    """The organizer's own event may invite others than before, whoever has told that: as in `own`. One that was handed
    over stands for its heir until it is erased."""
    here, old = link.microsoft, before.microsoft
    if here is None or here.gone or old is None or old.id != here.id:
        return []
    was = old.now or old.base
    shown = was is not None and match.addresses(was) == match.addresses(here.event)
    if shown and here.redacted == old.redacted:
        return []
    return own(work, here, link.heir or link.id, Side.PRACTIFI if link.heir else link.born)


def heard(work: Work, meeting: Meeting) -> list[Link]:
    """Another shard has told of a meeting. What was born in Microsoft has no link here with which that would be
    forgotten some day; of what was born in Practifi it is never, for then its copies would be events."""
    if meeting.born is Side.MICROSOFT:
        prune.note(work, f"uid/{meeting.uid}~", 0)
    return known(work, meeting)


def known(work: Work, meeting: Meeting) -> list[Link]:
    """The organizer's own event of a meeting is known, in this shard or another: the copies that are free now."""
    key = f"uid/{meeting.uid}~"
    old = work.get(key, Uid) or Uid()
    new = replace(old, link=meeting.link, born=meeting.born, waiting=(), answers=_newest(old, meeting))
    work.rows[key] = new
    waiting = [link for name in old.waiting if (link := work.link(name)) and link.state is State.WAITING]
    if meeting.born is Side.MICROSOFT:
        return [released(link) for link in waiting]
    for link in waiting:
        copies.keep(work, link)
    for name in old.copies:
        if (link := work.link(name)) is not None:
            copies.tell(work, link, new)
    return []


def answered(work: Work, link: Link, said: tuple[tuple[str, Response], ...]) -> Link:
    """People have answered in Practifi: whoever keeps their copies is told (A6)."""
    here, there = link.microsoft, link.practifi
    if here is None or there is None or link.born is Side.MICROSOFT or not here.uid:
        return link
    places = {one: place for one, _ in said if (place := work.get(f"user/{one}", Address)) is not None}
    if not places:
        return link
    link = replace(link, answered=max(link.answered + 1, there.sequence))
    for shard in {place.shard for place in places.values()}:
        own = tuple((one, answer) for one, answer in said if one in places and places[one].shard == shard)
        meeting = Meeting(here.uid, link.id, link.born, own, link.answered)
        if shard == work.shard:
            known(work, meeting)
        else:
            work.tell(shard, meeting)
    return link


def _newest(row: Uid, meeting: Meeting) -> tuple[tuple[str, Response, int], ...]:
    """Everybody's last answer."""
    found = {one: (one, answer, at) for one, answer, at in row.answers}
    for one, answer in meeting.answers:
        if one not in found or found[one][2] < meeting.sequence:
            found[one] = (one, answer, meeting.sequence)
    return tuple(found.values())


def guests(state: Rows, item: Item) -> Iterator[str]:
    """The rows that tell which shards keep the mailboxes of the people whom an organizer invites."""
    now = state.get("policy", PolicyNow) if state.known("policy") else None
    if item.mine and uid_key(item) and now is not None and now.policy.shards > 1:
        yield from (f"address/{one.address}" for one in item.event.attendees if one.address)


def invited(work: Work, link: Link, address: str) -> None:
    """A guest's mailbox is synced from now on: if another shard keeps it, that is told."""
    here, place = link.microsoft, work.get(f"address/{address}", Address)
    if here is not None and here.mine and uid_key(here) and place is not None and place.shard != work.shard:
        work.tell(place.shard, Meeting(here.uid, link.id, link.born))


def _shards(work: Work, item: Item | Held) -> set[int]:
    """The other shards that keep a mailbox of somebody who is invited: of what is private, all may."""
    if work.policy.shards == 1 or item.redacted:
        return set(range(work.policy.shards)) - {work.shard}
    places = (work.get(f"address/{one.address}", Address) for one in item.event.attendees if one.address)
    return {place.shard for place in places if place is not None} - {work.shard}


def released(link: Link) -> Link:
    """A copy that waits no longer."""
    return replace(link, state=State.ACTIVE) if link.state is State.WAITING else link
