"""Which link an item belongs to. Ids are minted once from where an event was born, never from what it says (ruling 1),
so that a lost store finds the same ids again. Nothing is ever matched by resemblance."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import count

from contracts.calendar import Side
from contracts.observed import Item, Vanished
from services.reconciler.names import Ref
from services.reconciler.rows import Held, Kind, Link
from services.reconciler.work import Work


def minted(side: Side, mailbox: str, name: str, slot: str = "", again: int = 0) -> str:
    """The id of a link that is born with this item: 64 hex digits. `name` is the event's id, or its series' with
    `slot`; `again` tells items apart that have the same place one after another."""
    place = f"{mailbox}\n{name}\n{slot}" if side is Side.MICROSOFT else f"practifi\n{name}"
    return sha256((f"{place}\n{again}" if again else place).encode()).hexdigest()


def ref_key(side: Side, mailbox: str, name: str, slot: str = "") -> str:
    """The row that names the link of an item whose id does not tell it. A key never ends in a slash: that would name
    all rows under it."""
    return f"ref/m/{mailbox}/{name}~{slot}" if side is Side.MICROSOFT else f"ref/p/{name}"


def name_of(item: Item | Vanished | Held) -> str:
    """An occurrence is known by its series (and slot), any other event by its own id (ruling 2)."""
    return (item.series or item.id) if item.slot else item.id


def gone_key(side: Side, name: str, slot: str = "") -> str:
    """The row that says that an item vanished which no link held; an occurrence is named by its series and `slot`."""
    return f"gone/{side.value}/{name}~{slot}" if slot else f"gone/{side.value}/{name}"


def stamp_of(item: Item | Vanished) -> str:
    """The link id in an item's stamp, without the generation."""
    return item.stamp.partition("-g")[0]


def generation_of(item: Item | Vanished) -> int:
    """Which event of its link it is (ruling 1): the owners before have had earlier ones (ruling 14)."""
    digits = item.stamp.partition("-g")[2]
    return int(digits) if digits.isdigit() else 0


def keys(side: Side, item: Item | Vanished) -> tuple[str, str]:
    """The rows that may tell the link of an item: by reference, and by its own id."""
    place = side, item.mailbox, name_of(item), item.slot
    return ref_key(*place), f"link/{minted(*place)}"


def names(side: Side, item: Item | Vanished) -> Iterator[str]:
    """The ids that a link which is born with this item may have, in order: items that have the same place one after
    another may all live, because the dates of a series can shift away from a place and come to it again."""
    return (minted(side, item.mailbox, name_of(item), item.slot, again) for again in count())


def find(work: Work, side: Side, item: Item) -> str:
    """The id of the item's link, which may not exist yet. A stamp names it only while that link has no other live item
    of this side: else the item is a copy, and a new event (IDN-18, IDN-19). So is an Event out of Practifi's bin whose
    place another one has taken."""
    place = side, item.mailbox, name_of(item), item.slot
    ref = work.get(ref_key(*place), Ref)
    if ref is not None and (side is Side.MICROSOFT or _open(work.link(ref.link), side, item)):
        return ref.link
    own = minted(*place)
    link = work.link(own)
    if link is not None and _free(link, side, item):
        return own
    stamp = stamp_of(item)
    if stamp and stamp != own and _open(work.link(stamp), side, item):
        return stamp
    return next(name for name in names(side, item) if _free(work.link(name), side, item))


def known(work: Work, side: Side, gone: Vanished) -> Link | None:
    """The link that holds an item that has vanished, if any."""
    place = side, gone.mailbox, name_of(gone), gone.slot
    ref = work.get(ref_key(*place), Ref)
    link = work.link(ref.link if ref else minted(*place))
    if ref is None and link is not None and not holds(link.on(side), side, gone):
        link = work.link(minted(*place, again=1))
    return link if link is not None and holds(link.on(side), side, gone) else None


def holds(held: Held | None, side: Side, item: Item | Vanished) -> bool:
    """Whether this is the item that a link holds."""
    if held is None:
        return False
    if side is Side.PRACTIFI:
        return held.id == item.id
    return held.slot == item.slot and (held.series == item.series if item.slot else held.id == item.id)


def refer(work: Work, side: Side, link: str, held: Held) -> None:
    """Remember the link of an item whose id does not tell it."""
    place = side, held.mailbox, name_of(held), held.slot
    if minted(*place) != link:
        work.rows[ref_key(*place)] = Ref(link)


def _free(link: Link | None, side: Side, item: Item) -> bool:
    return link is None or link.on(side) is None or holds(link.on(side), side, item)


def _open(link: Link | None, side: Side, item: Item) -> bool:
    held = link.on(side) if link is not None else None
    if link is None or held is None or held.gone or holds(held, side, item):
        return True
    out = link.pending  # or it is what we are making in another mailbox, or what we have made since (ruling 14)
    making = out is not None and out.kind is Kind.CREATE and out.side is side and held.mailbox != item.mailbox
    return making or generation_of(item) > link.generation
