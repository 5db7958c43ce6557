"""Who of Practifi's people is meant by the addresses of a Microsoft event (M1 to M3, I2, A1). It only ever picks among
people that exist; it never makes one, and never sends a person to Microsoft."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from contracts.calendar import Attendee, CalendarEvent, Role
from contracts.person import Person, Source
from services.reconciler.book import Candidate, Who

MOST = 50
"""Practifi shows no more people than this (A1)."""


class Matched(Struct, frozen=True):
    """The people to relate and the internal users to invite: at most 50 together, clients first."""

    people: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


def best(address: str, who: Who | None, domains: Iterable[str]) -> Candidate | None:
    """The one person that an address means: users for internal domains, then by where it stands, then an Individual
    before a Contact, then the oldest (M3). The others stay in the row, so that the choice can be shown."""
    return next(iter(ranked(address, who, domains)), None) if who else None


def ranked(address: str, who: Who, domains: Iterable[str]) -> list[Candidate]:
    """Everybody who has an address, the one whom it means first."""
    internal = domain(address) in domains
    return sorted(who.candidates, key=lambda c: _rank(c, internal=internal))


def addresses(event: CalendarEvent) -> tuple[str, ...]:
    """Everybody whom an event may mean: its attendees but rooms (ATT-24), and its organizer."""
    people = [one.address for one in guests(event)]
    return tuple(dict.fromkeys((*people, event.organizer) if "@" in event.organizer else people))


def guests(event: CalendarEvent) -> list[Attendee]:
    """The invited people: no rooms (ATT-24)."""
    return [one for one in event.attendees if one.address and one.role is not Role.RESOURCE]


def matched(
    event: CalendarEvent, owner: str, domains: tuple[str, ...], who: Callable[[str], Who | None],
    synced: Callable[[str], bool],
) -> Matched:  # fmt: skip
    """The people that an event means. Its owner is not one of them, nor is a user whose own mailbox is synced: that one
    has an own version (I2). The organizer counts when external."""
    people, users = list[str](), list[str]()
    for address in addresses(event):
        if address == event.organizer and domain(address) in domains:
            continue
        one = best(address, who(address), domains)
        if one is None or one.id == owner or (one.user and synced(one.id)):
            continue
        (users if one.user else people).append(one.id)
    shown = tuple(dict.fromkeys(people))[:MOST]
    return Matched(shown, tuple(dict.fromkeys(users))[: MOST - len(shown)])


def after(held: tuple[str, ...], before: tuple[str, ...], meant: tuple[str, ...]) -> tuple[str, ...]:
    """The relations that Practifi shall have: what it has, without those whom Microsoft's list no longer means, with
    those whom it means anew. Whom a person added or removed by hand stays so (A4)."""
    dropped = set(before) - set(meant)
    stays = [person for person in held if person not in dropped]
    return tuple(dict.fromkeys((*stays, *(person for person in meant if person not in before))))[:MOST]


def candidate(person: Person, address: str) -> Candidate:
    """How well a person has an address."""
    source = min(source for known, source in person.addresses if known == address)
    return Candidate(person.id, source, person.user, person.individual, person.since)


def address_of(person: Person) -> str:
    """Where an invitation to a person goes: the best of the addresses, "" when there is none."""
    return min(person.addresses, key=lambda known: known[1], default=("", Source.EMAIL))[0]


def domain(address: str) -> str:
    return address.rpartition("@")[2]


def _rank(one: Candidate, *, internal: bool) -> tuple[bool, Source, int, str, str]:
    kind = 0 if one.individual else 2 if one.user else 1
    return not (internal and one.user), one.source, kind, one.since, one.id
