"""Which slot of a series keeps which link (ruling 2). When the dates of a series shift, old and new slots are paired in
order; a single event that becomes a series becomes its first slot, and back. Nothing here decides what is written."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item, Observed, Vanished
from services.reconciler import forgotten
from services.reconciler.link import gone_key, keys, minted, name_of, ref_key
from services.reconciler.names import Gone, Ref, Series
from services.reconciler.rows import Held, Link
from services.reconciler.work import Work


def arrange(work: Work, body: Observed) -> tuple[Vanished, ...]:
    """Give the slots of a message their links, and return what has truly vanished. What a later message has told of
    already is left as that has arranged it."""
    gone: list[Vanished] = []
    told, apart = _by_series(body.items), [one for one in body.vanished if not one.slot and _known(work, one)]
    slots = _by_series(one for one in body.items if not _outlived(work, one, body.sequence))
    lost = _by_series(one for one in body.vanished if not _overtaken(work, one, body.sequence))
    stamped = _by_series(one for one in body.items if one.stamp)
    for (mailbox, master), new in slots.items():
        old = lost.pop((mailbox, master), set()) | forgotten.missed(work, body, mailbox, master)
        gone += _series(work, mailbox, master, new, old, named=(mailbox, master) not in stamped)
    for item in body.items:
        if not item.slot and _known(work, item) and not _told_since(work, item, body.sequence):
            gone += _single(work, item, lost.pop((item.mailbox, item.id), set()))
    for (mailbox, master), old in lost.items():
        gone += _series(work, mailbox, master, set(), old)
    for one in body.vanished:
        if not one.slot and (one.mailbox, one.id) not in told and not _told_since(work, one, body.sequence):
            gone += (one, *_whole(work, one.mailbox, one.id))
        elif one in apart and _alive(_link(work, one.mailbox, one.id, "")):
            gone.append(one)
    return tuple(gone)


def together(links: Iterable[Link]) -> dict[tuple[str, str], list[Link]]:
    """The occurrences among some links, by mailbox and series, where there are several of one series."""
    found: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        if link.microsoft is not None and link.microsoft.slot:
            found.setdefault((link.microsoft.mailbox, link.microsoft.series), []).append(link)
    return {series: some for series, some in found.items() if len(some) > 1}


def all_of(work: Work, mailbox: str, master: str) -> list[Link]:
    """The links of all slots that Microsoft has of a series."""
    row = work.get(f"series/{mailbox}/{master}", Series)
    found = [_link(work, mailbox, master, slot) for slot in (row.slots if row else ())]
    return [link for link in found if link is not None]


def moved(work: Work, item: Item, sequence: int) -> bool:
    """Whether a later message has told of an event as a series, or back as a single event, or of the link of this date
    at another one."""
    if not item.slot:
        return _told_since(work, item, sequence)
    alone = _link(work, item.mailbox, name_of(item), "")
    links = work.get(keys(Side.MICROSOFT, item)[1], Link), alone if _alive(alone) else None
    return any(link is not None and link.microsoft and link.microsoft.sequence > sequence for link in links)


def made(held: Held | None, item: Item) -> Item:
    """What the writer has made, as its side holds it: the reader may have told already that it has become a series,
    whose first slot it is."""
    if held is None or not held.slot or held.series != item.id:
        return item
    return replace(item, id=held.id, series=held.series, slot=held.slot)


def _by_series(items: Iterable[Item] | Iterable[Vanished]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for item in items:
        if item.slot:
            found.setdefault((item.mailbox, item.series or item.id), set()).add(item.slot)
    return found


def _series(
    work: Work, mailbox: str, master: str, there: set[str], lost: set[str], *, named: bool = True
) -> Iterator[Vanished]:
    """Pair what is lost with what is new, and yield what is lost for good. Unless all are `named` by their dates, the
    first was made in Practifi, before this was a series."""
    key = f"series/{mailbox}/{master}"
    row = work.get(key, Series)
    told = set(row.slots) if row else set()
    known = told | (forgotten.dates(work, mailbox, master, told, there, lost) if named else set())
    new, old = sorted(there - known), sorted((lost & known) - there)
    kept: dict[str, str] = {}
    if old and not any(slot > old[0] for slot in known - set(old)):
        kept = dict(zip(new, old, strict=False))
    elif new and not known and _was_single(work, mailbox, master, new[0]):
        kept = dict.fromkeys(new[:1], "")
    for slot in new:
        _named(work, mailbox, master, slot, _link(work, mailbox, master, kept[slot]) if slot in kept else None)
    slots = (known - lost) | there
    if slots != told:
        work.rows[key] = Series(tuple(sorted(slots))) if slots else None
    yield from (Vanished(master, mailbox, master, slot) for slot in sorted(lost - set(kept.values()) - there))


def _named(work: Work, mailbox: str, master: str, slot: str, link: Link | None) -> None:
    """A new date has the link that is handed on to it, else one of its own: not that of another date which had it
    before, be it before the dates shifted back or before the series was a single event."""
    key, other = ref_key(Side.MICROSOFT, mailbox, master, slot), _link(work, mailbox, master, slot)
    if link is not None:
        work.rows[key] = Ref(link.id)
    elif other is not None and other.microsoft is not None and other.microsoft.slot != slot:
        work.rows[key] = None


def _single(work: Work, item: Item, lost: set[str]) -> Iterator[Vanished]:
    """A series that has become a single event: the first slot keeps its link, the others are gone, also those of which
    nothing was heard yet."""
    row = work.get(f"series/{item.mailbox}/{item.id}", Series)
    assert row is not None
    first = _link(work, item.mailbox, item.id, row.slots[0])
    if first is not None:
        work.rows[ref_key(Side.MICROSOFT, item.mailbox, item.id)] = Ref(first.id)
    yield from _whole(work, item.mailbox, item.id)[1:]
    yield from (Vanished(item.id, item.mailbox, item.id, slot) for slot in sorted(lost - set(row.slots)))


def _whole(work: Work, mailbox: str, master: str) -> tuple[Vanished, ...]:
    """All slots of a series that is gone (REC-22)."""
    key = f"series/{mailbox}/{master}"
    row = work.get(key, Series)
    if row is None:
        return ()
    work.rows[key] = None
    return tuple(Vanished(master, mailbox, master, slot) for slot in row.slots)


def _link(work: Work, mailbox: str, master: str, slot: str) -> Link | None:
    ref = work.get(ref_key(Side.MICROSOFT, mailbox, master, slot), Ref)
    return work.link(ref.link if ref else minted(Side.MICROSOFT, mailbox, master, slot))


def _known(work: Work, one: Item | Vanished) -> bool:
    """Whether a single event is known as a series."""
    return work.get(f"series/{one.mailbox}/{one.id}", Series) is not None


def _told_since(work: Work, one: Item | Vanished, sequence: int) -> bool:
    """Whether a single event was told of as a series by a later message."""
    row = work.get(f"series/{one.mailbox}/{one.id}", Series)
    return any(_overtaken(work, replace(one, slot=slot), sequence) for slot in (row.slots if row else ()))


def _overtaken(work: Work, one: Item | Vanished, sequence: int) -> bool:
    link = _link(work, one.mailbox, name_of(one), one.slot) if one.slot else None
    held = link.microsoft if link is not None else None
    return held is not None and held.sequence > sequence


def _outlived(work: Work, item: Item, sequence: int) -> bool:
    """Whether a later message has told of an occurrence, or that there is none."""
    gone = work.get(gone_key(Side.MICROSOFT, name_of(item), item.slot), Gone)
    later = gone is not None and gone.sequence > sequence
    return bool(item.slot) and (later or _overtaken(work, item, sequence) or moved(work, item, sequence))


def _was_single(work: Work, mailbox: str, master: str, first: str) -> bool:
    """Whether what is told as a series was a single event, as far as we know or Practifi shows."""
    return _alive(_link(work, mailbox, master, "")) or forgotten.single(work, mailbox, master, first)


def _alive(link: Link | None) -> bool:
    return link is not None and link.microsoft is not None and not link.microsoft.gone and not link.microsoft.slot
