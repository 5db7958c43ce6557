"""Whom Microsoft's events invite, so that they are found again when the address book changes: who an address means, and
with it the events that invited it long ago (M4, ATT-26). What Practifi has refused because of a person goes then, too.
Nobody is kept of what is gone, or hides by now who is on it (P1)."""

from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side
from contracts.person import People, Person
from services.reconciler import match
from services.reconciler.book import Book, Known, Who
from services.reconciler.held import synced
from services.reconciler.listed import Invite
from services.reconciler.rows import Link, State
from services.reconciler.step import step
from services.reconciler.work import Work


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Keep whom a link's Microsoft event invites, and when that was seen (M5); a user whose mailbox is synced never has
    to be matched later, but may be invited in Practifi without having one for a while."""
    was, now = _invites(old), _invites(new)
    if was == now:
        return
    before, meant = (match.addresses(event) if event is not None else () for event, *_ in (was, now))
    for address in set(before) - set(meant):
        work.rows[f"invites/{address}/{name}"] = None
    for address in meant:
        one = match.best(address, work.get(f"who/{address}", Who), work.domains())
        if one is None or not (one.user and synced(work, one.id)):
            work.rows[f"invites/{address}/{name}"] = Invite(work.now.date())


def _invites(link: Link | None) -> tuple[CalendarEvent | None, str, tuple[str, ...]]:
    """What Microsoft has of a link, its mark, and the users who are invited in Practifi because of that; of the copy of
    what was born in Practifi, nothing."""
    here = link.microsoft if link is not None and link.state is not State.COPY else None
    if link is None or here is None or here.gone:
        return None, "", ()
    return here.now or here.base, here.mark, link.invited


def learn(work: Work, body: People) -> None:
    """People as they are now; then every event that invites an address whose meaning changed is looked at again."""
    touched: set[str] = set()
    book = work.get("book", Book)
    work.rows["book"] = Book(max(body.sequence, book.sequence if book is not None else 0))
    for person in body.people:
        touched |= _person(work, person, body.sequence)
    links = {key.rpartition("/")[2] for address in touched for key in work.state.under(f"invites/{address}/", Invite)}
    for name in sorted(links):
        link = work.link(name)
        if link is not None and link.microsoft is not None and not link.microsoft.gone:
            step(work, replace(link, refused=tuple(one for one in link.refused if one is not Side.PRACTIFI)))


def _person(work: Work, person: Person, sequence: int) -> set[str]:
    """The addresses whose meaning a person changes. When it was said is kept also of who is gone, and of who is as
    before: an older word may come later."""
    key = f"person/{person.id}"
    known = work.get(key, Known)
    if known is not None and known.sequence >= sequence:
        return set()
    work.rows[key] = Known(person, sequence)
    if known is not None and known.person == person:
        return set()
    old, new = addresses(known.person) if known else set(), addresses(person)
    for address in old | new:
        _who(work, address, person, has=address in new)
    return old | new


def addresses(person: Person) -> set[str]:
    """The addresses that mean a person: none, when they are gone."""
    return set() if person.gone else {address for address, _ in person.addresses}


def _who(work: Work, address: str, person: Person, *, has: bool) -> None:
    key = f"who/{address}"
    known = work.get(key, Who)
    others = tuple(one for one in known.candidates if one.id != person.id) if known else ()
    candidates = (*others, match.candidate(person, address)) if has else others
    row: Struct | None = Who(candidates) if candidates else None
    work.rows[key] = row
