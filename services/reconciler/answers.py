"""Who has answered what (A6). Each side has its own base for each person, as for fields (ruling 3): what differs from
it is a person's answer and goes to the other side, and our own write is none. Both answered: Microsoft's stands (C1).
A tentative answer has no place in Practifi, where what stands there stays."""

from collections.abc import Iterable

from msgspec.structs import replace

from contracts.calendar import Response, Side
from contracts.observed import Item
from services.reconciler import match
from services.reconciler.book import Who
from services.reconciler.rows import Agreed, Held, Link, Pending
from services.reconciler.work import Work

Given = tuple[tuple[str, Response], ...]
_NONE = Agreed("")


def compared(work: Work, link: Link, people: Iterable[str]) -> tuple[Link, Given, Given]:
    """The link with what needs no write agreed; the answers that Practifi has not got of those `people` who are, or
    will be, on its Event; and those that people gave in Practifi."""
    here, there = link.microsoft, link.practifi
    assert here is not None
    assert there is not None
    if here.redacted:
        return replace(link, answers=None), (), ()  # whoever comes back, when it is shown again, is told anew
    if not here.mine or there.redacted:
        return link, (), ()
    mine, theirs, known = _heard(work, here), dict(there.answers), _known(link, there)
    inward = work.policy_of(link.mailbox).direction.writes(Side.PRACTIFI)
    agreed, given, said = dict[str, Agreed](), list[tuple[str, Response]](), list[tuple[str, Response]]()
    for one in dict.fromkeys((*people, *theirs)):
        old = known.get(one, _NONE)
        new = Agreed(one, mine.get(one, Response.NONE), theirs.get(one, Response.NONE))
        if new.microsoft is not old.microsoft and inward and _shows(new):
            given.append((one, new.microsoft))
            agreed[one] = old
            continue
        if new.practifi is not old.practifi and new.microsoft is old.microsoft:
            said.append((one, new.practifi))
        agreed[one] = new
    return replace(link, answers=_kept(agreed)), tuple(given), tuple(said)


def first(work: Work, here: Held, people: Iterable[str]) -> Given:
    """What those people have answered who will be on a new Practifi Event."""
    if not here.mine or here.redacted:
        return ()
    mine = _heard(work, here)
    return tuple((one, mine[one]) for one in people if mine.get(one) in {Response.ACCEPTED, Response.DECLINED})


def out(link: Link, given: Given) -> Link:
    """The link whose order, if it is out, tells these answers."""
    pending = link.pending
    return link if pending is None or not given else replace(link, pending=replace(pending, answers=given))


def written(link: Link, pending: Pending, item: Item | None) -> Link:
    """The link whose answers were written: each side's base is what it holds."""
    if item is None or pending.answers is None:
        return link
    agreed = {one.person: one for one in link.answers or ()}
    shown = dict(item.answers)
    agreed |= {one: Agreed(one, given, shown.get(one, Response.NONE)) for one, given in pending.answers}
    return replace(link, answers=_kept(agreed))


def settled(link: Link, orders: Iterable[Pending]) -> Link:
    """The link, of which Practifi has told the answers, where nobody could say whether these orders were carried out:
    what stands there as one of them gave it is our own write, and nobody's answer."""
    if link.practifi is None or link.answers is None:
        return link
    shown = dict(link.practifi.answers)
    given = [(one, answer) for order in orders for one, answer in order.answers or ()]
    ours = {one: Agreed(one, answer, answer) for one, answer in given if shown.get(one, Response.NONE) is answer}
    return replace(link, answers=_kept({one.person: one for one in link.answers} | ours))


def kept(pending: Pending, read: Held, found: Held) -> Held:
    """What the writer found, with the answers that a reader has told meanwhile, but for those that we wrote: an answer
    changes nothing of its Event, so no time says which is newer, and a reader that was first will tell the other. Who
    is on what is hidden, nobody tells."""
    if found.redacted:
        return found
    ours = dict(pending.answers or ())
    written = (one for one in found.answers if one[0] in ours)
    return replace(found, answers=(*written, *(one for one in read.answers if one[0] not in ours)))


def _known(link: Link, there: Held) -> dict[str, Agreed]:
    """What was agreed; at first, what Practifi shows is no news (ruling 5)."""
    if link.answers is not None:
        return {one.person: one for one in link.answers}
    return {one: Agreed(one, practifi=shown) for one, shown in there.answers}


def _heard(work: Work, here: Held) -> dict[str, Response]:
    """What Microsoft's list says of the people of Practifi."""
    found: dict[str, Response] = {}
    for guest in match.guests(here.event):
        one = match.best(guest.address, work.get(f"who/{guest.address}", Who), work.domains())
        if one is not None and found.get(one.id, Response.NONE) is Response.NONE:
            found[one.id] = guest.response
    return found


def _shows(new: Agreed) -> bool:
    """Whether Practifi can say what Microsoft says, and does not yet."""
    return new.microsoft is not Response.TENTATIVE and new.microsoft is not new.practifi


def _kept(agreed: dict[str, Agreed]) -> tuple[Agreed, ...]:
    plain = (Response.NONE, Response.NONE)
    return tuple(one for one in agreed.values() if (one.microsoft, one.practifi) != plain)
