"""The dates that a series had before our memory was lost. Its Events bear names that tell them (ruling 1). Which of
them are gone is in a message that may wait until Practifi is heard, while the answer to our question, which knows the
new dates alone, overtakes it. Without both, each Event would be erased and made anew for a new date (rulings 2, 5)."""

from datetime import date, timedelta

from msgspec import Struct

from contracts.calendar import Side
from contracts.observed import Observed
from contracts.person import People
from services.reconciler import when, wish
from services.reconciler.link import minted, name_of
from services.reconciler.names import Series
from services.reconciler.rows import Link
from services.reconciler.work import Work


def key(mailbox: str, master: str) -> str:
    """The row that keeps which dates of a series are gone, as somebody says who is not heard yet."""
    return f"lost/{mailbox}/{master}~"


def note(work: Work, body: Observed | People) -> dict[str, Struct | None]:
    """Keep what a message that waits has to say of that."""
    if not isinstance(body, Observed) or body.side is Side.PRACTIFI or wish.of(work.get, body.side) is None:
        return {}
    found: dict[str, set[str]] = {}
    for one in body.vanished:
        if one.slot:
            found.setdefault(key(one.mailbox, name_of(one)), set()).add(one.slot)
    known = {name: row.slots for name in found if (row := work.get(name, Series)) is not None}
    return {name: Series(tuple(sorted({*slots, *known.get(name, ())}))) for name, slots in found.items()}


def missed(work: Work, body: Observed, mailbox: str, master: str) -> set[str]:
    """The dates that are gone as somebody says who waits, where this message tells all of the series anew."""
    wanted = wish.of(work.get, Side.MICROSOFT)
    if wanted is None or body.again != wanted:
        return set()
    row = work.get(key(mailbox, master), Series)
    work.rows |= {key(mailbox, master): None} if row is not None else {}
    return set(row.slots) if row is not None else set()


def dates(work: Work, mailbox: str, master: str, told: set[str], there: set[str], lost: set[str]) -> set[str]:
    """The dates that a series which is told anew had: those of which Practifi has the Events, and all that are `lost`.
    None where the first one's has another name: it was made before this was a series, or for another date, and each
    would be taken for the one after it; or the first, which is still there, for one that is lost."""
    first = min(lost - there, default="")
    if not first or not wish.untold(work.get, Side.MICROSOFT, mailbox) or _began(work, mailbox, master, there | lost):
        return set()
    links = {slot: work.link(minted(Side.MICROSOFT, mailbox, master, slot)) for slot in (*there, *lost)}
    halves = {slot for slot, link in links.items() if link is not None and link.microsoft is None}
    return halves | lost if first in told | halves else set()


def single(work: Work, mailbox: str, master: str, first: str) -> bool:
    """Whether the Event from before this was a series is that of its `first` date, which has none of its own: it has
    yet to come, so the date that it was made for is not one that nobody tells any more."""
    link, own = _single(work, mailbox, master), work.link(minted(Side.MICROSOFT, mailbox, master, first))
    there = link.practifi if link is not None and link.microsoft is None else None
    if there is None or not wish.untold(work.get, Side.MICROSOFT, mailbox):
        return False
    return (own is None or own.practifi is None) and when.future(there.event.when, work.now)


def _began(work: Work, mailbox: str, master: str, slots: set[str]) -> bool:
    """Whether the Event from before this was a series is of one of these dates. Practifi does not tell the zone, in
    which that may be a day later."""
    link = _single(work, mailbox, master)
    day = when.start(link.practifi.event.when).date() if link is not None and link.practifi is not None else date.min
    return day >= date.fromisoformat(min(slots)) - timedelta(days=1)


def _single(work: Work, mailbox: str, master: str) -> Link | None:
    """The link of which Practifi has an Event from before it was a series."""
    link = work.link(minted(Side.MICROSOFT, mailbox, master))
    return link if link is not None and link.practifi is not None and not link.practifi.gone else None
