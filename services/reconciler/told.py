"""When our word on a Practifi Event has to be written: along with an order that goes anyway, or by an order of its own.
It is not written twice: what counts is the word that was put there last, and how it stood there then, so that an org
without the field, or one that keeps it in its own way, is left in peace. Only a person's edit of it is put back (D6).
"""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item
from services.reconciler import status
from services.reconciler.book import Known
from services.reconciler.rows import Kind, Link, Pending
from services.reconciler.work import Work


def composed(work: Work, link: Link) -> Link:
    """The link with the word that shall stand there now."""
    return replace(link, status=status.word(link, strangers(work, link)))


def unsaid(link: Link) -> str | None:
    """The word, where it does not stand in Practifi yet; None where it does, or may not: what is written to one Event
    of a series of Practifi's own may change them all (salesforce.md §2.3)."""
    there = link.practifi
    if there is None or there.gone:
        return link.status or None
    if there.native_series:
        return None
    return link.status if (link.said, link.shown) != (link.status, there.status) else None


def said(link: Link, pending: Pending, item: Item | None) -> Link:
    """The link whose order to Practifi was carried out: how the word stands there."""
    if pending.side is Side.MICROSOFT or item is None:
        return link
    if pending.status is not None:
        return replace(link, said=pending.status, shown=item.status)
    return replace(link, said="", shown="") if pending.kind is Kind.CREATE else link


def unheard(link: Link, pending: Pending) -> Link:
    """The link whose word Practifi refused: it is not offered twice."""
    there = link.practifi
    return replace(link, said=pending.status or "", shown=there.status if there is not None else "")


def strangers(work: Work, link: Link) -> int:
    """People on the Practifi Event whom nobody invited in Microsoft (A4, ATT-23): neither Microsoft's list means them
    nor does it hold an address of theirs."""
    here, there = link.microsoft, link.practifi
    if here is None or here.gone or there is None or there.gone:
        return 0
    invited = {one.address for one in here.event.attendees} | {here.event.organizer}
    known = {*link.related, *link.invited, link.owner, there.owner}
    return sum(not _addresses(work, one) & invited for one in there.people if one not in known)


def _addresses(work: Work, person: str) -> set[str]:
    row = work.get(f"person/{person}", Known)
    return {address for address, _ in row.person.addresses} if row is not None else set()
