"""The people of a link: whom Microsoft's list means now, against whom it meant when both last agreed."""

from msgspec.structs import replace

from contracts.calendar import Side
from services.reconciler.book import Owner, Who
from services.reconciler.held import synced
from services.reconciler.match import Matched, after, matched
from services.reconciler.reach import related
from services.reconciler.rows import Held, Kind, Link, Pending
from services.reconciler.work import Work


def meant(work: Work, link: Link, here: Held, owner: Owner) -> Matched:
    """The people whom a Microsoft event means now (M1 to M3); nobody, when it is private. Of what was born in Practifi
    no synced user has an own version, but Salesforce's child (ruling 18)."""
    if here.redacted or not (here.event.attendees or here.event.organizer):
        return Matched()
    return matched(
        here.event, owner.user, work.domains(), lambda address: work.get(f"who/{address}", Who),
        lambda user: link.born is Side.MICROSOFT and synced(work, user),
    )  # fmt: skip


def agreed(work: Work, link: Link, owner: Owner) -> Link:
    """As if Practifi had been told of everybody whom Microsoft's list meant when both last agreed."""
    if link.microsoft is None or link.microsoft.gone:
        return link
    who = meant(work, link, replace(link.microsoft, now=None), owner)
    return replace(link, related=who.people, invited=who.users)


def settled(link: Link, *wanted: Link | Pending) -> Link:
    """The link, of which Practifi has told who is there, where nobody can say which of these was carried out last: who
    is there and was to be by any of them is there because of us; who is not, although all of them wanted it, was taken
    off by hand."""
    if link.practifi is None:
        return link
    has = frozenset(link.practifi.people)
    people = _either(has, *(one.related or () for one in wanted))
    return replace(link, related=people, invited=_either(has, *(one.invited or () for one in wanted)))


def _either(has: frozenset[str], *wanted: tuple[str, ...]) -> tuple[str, ...]:
    anybody = dict.fromkeys(one for some in wanted for one in some)
    return tuple(one for one in anybody if one in has or all(one in some for some in wanted))


def shown(work: Work, link: Link, here: Held, owner: Owner) -> Matched:
    """Whom Practifi shall have on the Event because of Microsoft's list; as before, where people do not travel (F2), or
    Practifi alone hides who is there: that would take off whom nobody can see."""
    hidden = link.practifi is not None and link.practifi.redacted
    if here.redacted:
        return Matched()
    if related(work.policy_of(link.mailbox), Side.PRACTIFI) and not hidden:
        return _remembered(link, meant(work, link, here, owner), owner)
    return Matched(link.related, link.invited)


def _remembered(link: Link, who: Matched, owner: Owner) -> Matched:
    """With the owner, where we had put that user on the Event before it was theirs: Practifi does not show it while it
    is, but does again when the Event is given back (ruling 14). It is still ours then, and nobody's wish."""
    ours = owner.user in link.invited and owner.user not in who.users
    return Matched(who.people, (*who.users, owner.user)) if ours else who


def anew(link: Link) -> Link:
    """The link as it is for a new Event, on which nobody is yet."""
    return replace(link, practifi=None, related=(), invited=())


def hidden(link: Link) -> Link:
    """The link of what is private and will not be compared again: nobody's name is left (P1)."""
    return replace(link, related=(), invited=(), answers=None)


def changed(work: Work, link: Link, pending: Pending) -> bool:
    """Whether Practifi shall have others on the Event now than when an order was given."""
    here, owner = link.microsoft, work.owner(link.mailbox)
    if here is None or here.gone or owner is None:
        return False
    who = shown(work, anew(link) if pending.kind is Kind.CREATE else link, here, owner)
    return (who.people, who.users) != (pending.related, pending.invited)


def relations(link: Link, who: Matched) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The people and the internal users that Practifi shall have, each None where it has them already. Whom it hides
    of a private event goes once, with the text (P2)."""
    here, there = link.microsoft, link.practifi
    assert there is not None
    if there.redacted and here is not None and here.redacted:
        return (() if link.related else None), (() if link.invited else None)
    clients = tuple(one for one in there.people if one not in there.users)
    people, users = after(clients, link.related, who.people), after(there.users, link.invited, who.users)
    return (None if set(people) == set(clients) else people), (None if set(users) == set(there.users) else users)
