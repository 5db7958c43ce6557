"""Who is on an event: Practifi has the people whom Microsoft's list means, and those whom somebody put on it there, but
none whom somebody took off it (M1 to M3, I1, I2, A3, A4)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from contracts.policy import PrivateEvents
from tests.simulation.judge.calendars import here, there
from tests.simulation.stage import CLIENTS
from tests.simulation.tale import PRACTIFI, SYNCED, UNSYNCED, Json, Tale, related, start_of


class Pair(NamedTuple):
    """An event of a person's that both sides show."""

    who: str
    tag: str
    outlook: Json
    event: Json


def wrong(tale: Tale) -> list[str]:
    """Every person who is on an Event and should not be, or the other way round."""
    found = []
    for pair in _pairs(tale):
        meant, has = _meant(tale, pair), related(tale.sides, pair.event["id"])
        for guest in _anybody(pair):
            is_there = tale.person(guest) in has
            if is_there not in _right(tale, pair, guest, listed=guest in meant):
                found.append(f"{guest} is {'' if is_there else 'not '}on {pair.tag} of {pair.who} in Practifi")
    return found


def settled(tale: Tale) -> None:
    """Where more than one outcome may stand, the one that is there does, until the list says something else; but only
    for now, if the policy had a part in it: then the next edit may bring what the list says (ruling 12)."""
    for pair in _pairs(tale):
        meant, has = _meant(tale, pair), related(tale.sides, pair.event["id"])
        for guest in _anybody(pair):
            person = tale.person(guest)
            tale.people.pop((pair.event["id"], person), None)
            if (person in has) != (guest in meant):
                tale.people[pair.event["id"], person] = None if pair.tag in tale.doubt else person in has


def _right(tale: Tale, pair: Pair, guest: str, *, listed: bool) -> set[bool]:
    """Whether somebody is on an Event, which may be both: where it is in doubt; where the list and a person in Practifi
    have changed it at once, or the list twice; and of what a person changed on a copy or an occurrence with its own
    list, which may follow the organizer's later, or never."""
    key = (pair.event["id"], tale.person(guest))
    times = tale.listed[pair.tag, guest]
    if pair.tag in tale.doubt or (times and tale.moves[pair.tag]):
        return {True, False}  # a new owner's list comes from Practifi, which may not have heard of the old one's
    if key not in tale.people:
        return {listed}
    apart = tale.owner[pair.tag] != pair.who or pair.outlook["type"] == "exception"
    if apart or pair.tag in tale.veiled or (times and (times > 1 or key in tale.typed)):
        return {True, False}
    right = listed if times else tale.people[key]
    return {True, False} if right is None else {right}


def _anybody(pair: Pair) -> Iterator[str]:
    """Everybody who may be on an event, but its owner."""
    yield from (one for one in (*CLIENTS, *SYNCED, UNSYNCED) if one != pair.who)


def _meant(tale: Tale, pair: Pair) -> set[str]:
    """Whom an event means: all on its list and a host whom nobody employs, but none of us who has an own version, and
    nobody where it is hidden."""
    one = pair.outlook
    if one["sensitivity"] == "private" and tale.policy.private_events is not PrivateEvents.FULL:
        return set()
    people = {row["emailAddress"]["address"].lower() for row in one["attendees"]}
    host = one["organizer"]["emailAddress"]["address"].lower()
    people = people | {host} if host in CLIENTS else people - {host}
    return people if tale.made[pair.tag] == PRACTIFI else people.difference(SYNCED)


def _pairs(tale: Tale) -> Iterator[Pair]:
    """What both sides show once at one time."""
    sides = [defaultdict[tuple[str, str, str], list[Json]](list), defaultdict[tuple[str, str, str], list[Json]](list)]
    for side, found in zip(sides, (here(tale), there(tale)), strict=True):
        for who, tag, one in found:
            side[who, tag, start_of(one).isoformat()[:19]].append(one)
    for (who, tag, start), (one, *more) in sides[0].items():
        events = sides[1].get((who, tag, start), [])
        if tag in tale.made and not more and len(events) == 1:
            yield Pair(who, tag, one, events[0])
