"""From what a round showed to what it means: items as they are, items that vanished, and what must be looked at before
either can be said. Theory: a delta row is a hint about a *root* (a single event or a series). A returned master
replaces the set of its occurrences (graph.md §2.4); a missing or removed one is only a suspicion, and a direct read is
the proof (X2). Occurrences are thin: their content is their master's, their time is their own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from contracts.calendar import Days, Side, Timed, When
from contracts.observed import Item, Unreadable, Vanished
from services.clients.graph.seen import Kind, Round, Seen
from services.graph_poller.rows import Root


@dataclass(frozen=True, slots=True)
class Looked:
    """Direct reads so far; None values are proven to be gone."""

    events: Mapping[str, Seen | None] = field(default_factory=dict)
    series: Mapping[str, tuple[Seen, ...] | None] = field(default_factory=dict)


Window = tuple[datetime, datetime]


@dataclass(slots=True)
class Digest:
    """What a round means. While `look` or `list` is not empty, the rest is not yet complete."""

    window: Window
    items: list[Item] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    known: dict[str, Root | None] = field(default_factory=dict)
    look: set[str] = field(default_factory=set)
    list: set[str] = field(default_factory=set)


def roots_of(rows: Iterable[Seen]) -> set[str]:
    """The roots that a round touches."""
    return {row.series or row.id for row in rows}


def digest(mailbox: str, round_: Round, known: Mapping[str, Root], looked: Looked, window: Window) -> Digest:
    """The meaning of a round of `mailbox`, given what is `known` of its roots (all roots when the round is fresh).
    What lies outside `window` is neither said nor taken for gone (D9)."""
    out = Digest(window)
    by_root: dict[str, list[Seen]] = {}
    for row in round_.rows:
        by_root.setdefault(row.series or row.id, []).append(row)
    for root, rows in by_root.items():
        _root(mailbox, root, rows, known.get(root), looked, out)
    if round_.fresh:
        for root in known.keys() - by_root.keys():
            _suspect(mailbox, root, known[root], looked, out)
    return out


def _root(mailbox: str, root: str, rows: list[Seen], known: Root | None, looked: Looked, out: Digest) -> None:
    own = next((row for row in rows if row.id == root), None)
    if own is not None and own.kind is Kind.REMOVED:
        if known is not None:
            _suspect(mailbox, root, known, looked, out)
    elif own is not None and own.kind is Kind.SINGLE:
        _single(mailbox, own, known, out)
    else:
        _series(mailbox, root, own, rows, known, looked, out)


def _single(mailbox: str, row: Seen, known: Root | None, out: Digest) -> None:
    """A single event; a former series of the same id keeps its first slot's link (ruling 2)."""
    if row.cancelled:
        if known is not None:
            out.known[row.id] = None
            out.vanished += [_gone(mailbox, row.id, id_, slot) for id_, slot in known.members.items()]
        return
    if _put(mailbox, row, row.id, "", out):
        stale = {} if known is None else {i: slot for i, slot in known.members.items() if i != row.id}
        out.vanished += [_gone(mailbox, row.id, id_, slot) for id_, slot in stale.items()]
        out.known[row.id] = Root({row.id: ""})


def _series(
    mailbox: str, root: str, own: Seen | None, rows: list[Seen], known: Root | None, looked: Looked, out: Digest
) -> None:
    master = own or looked.events.get(root)
    if master is None and root not in looked.events and any(_needs_master(row) for row in rows):
        out.look.add(root)
        return
    if own is not None and own.cancelled:
        if known is not None:
            out.known[root] = None
            out.vanished += [_gone(mailbox, root, id_, slot) for id_, slot in known.members.items()]
        return
    before = {} if known is None else dict(known.members)
    now = dict[str, str]() if own is not None else dict(before)
    for row in rows:
        if row.id != root:
            _member(mailbox, root, master, row, now, looked, out)
    missing = before.keys() - now.keys() if own is not None else set()
    if missing:
        _prove_missing(mailbox, root, before, now, looked, out)
    out.known[root] = Root(now) if now else None


def _member(
    mailbox: str, root: str, master: Seen | None, row: Seen, now: dict[str, str], looked: Looked, out: Digest
) -> None:
    """One occurrence: thin ones take the master's content, edited ones bring their own."""
    if row.kind is Kind.REMOVED or row.cancelled:
        if row.id in now or row.cancelled:
            slot = now.pop(row.id, row.slot)
            out.vanished.append(_gone(mailbox, root, row.id, slot))
        return
    if row.kind is Kind.EXCEPTION and row.event is None and not row.error and not row.skipped:
        full = looked.events.get(row.id)
        if full is None:
            out.look.add(row.id) if row.id not in looked.events else None
            return
        row = full
    seen = filled(master, row) if master is not None and _needs_master(row) else row
    if _put(mailbox, seen, root, seen.slot, out) or seen.error or seen.skipped:
        now[row.id] = seen.slot


def filled(master: Seen, row: Seen) -> Seen:
    """A thin occurrence with its master's content and its own time and slot; an edited one with the series' rule."""
    if row.event is not None:
        rule = master.event.recurrence if master.event else ""
        return replace(row, event=replace(row.event, recurrence=rule))
    if master.event is None or row.when is None:
        return replace(row, error=master.error or "its series cannot be read", skipped=master.skipped)
    when = _in_zone(row.when, master)
    return replace(
        row, event=replace(master.event, when=when), slot=row.slot or slot_of(when, master.zone), zone=master.zone,
        uid=master.uid, mine=master.mine, redacted=master.redacted, mark=f"{master.mark}.{row.mark}",
    )  # fmt: skip


def slot_of(when: When, zone: str) -> str:
    """The local date on which an occurrence begins in its series' zone (ruling 2)."""
    if isinstance(when, Days):
        return when.first.isoformat()
    return when.start.astimezone(ZoneInfo(zone or "UTC")).date().isoformat()


def _in_zone(when: When, master: Seen) -> When:
    whole = master.event is not None and isinstance(master.event.when, Days)
    if whole and isinstance(when, Timed):
        return Days(when.start.date(), when.end.date())
    return replace(when, zone=master.zone) if isinstance(when, Timed) else when


def _needs_master(row: Seen) -> bool:
    """Thin occurrences need all of it, edited ones the rule of the series (R2)."""
    return row.kind in {Kind.OCCURRENCE, Kind.EXCEPTION} and not (row.error or row.skipped or row.cancelled)


def _prove_missing(
    mailbox: str, root: str, before: dict[str, str], now: dict[str, str], looked: Looked, out: Digest
) -> None:
    """What is missing from a series that came: one read of the series proves it, not one per row (ruling 29)."""
    if root not in looked.series:
        out.list.add(root)
        now.update(before)
        return
    listed = looked.series[root]
    there = {row.id for row in listed or ()}
    for id_ in before.keys() - now.keys():
        if id_ in there:
            now[id_] = before[id_]
        else:
            out.vanished.append(_gone(mailbox, root, id_, before[id_]))


def _suspect(mailbox: str, root: str, known: Root, looked: Looked, out: Digest) -> None:
    """A root that is said to be removed, or is missing from a fresh round: gone only if a direct read says so; else it
    has left the window, where nothing is touched."""
    if root not in looked.events:
        out.look.add(root)
        return
    there = looked.events[root]
    out.known[root] = None
    if there is None or there.cancelled:
        out.vanished += [_gone(mailbox, root, id_, slot) for id_, slot in known.members.items()]


def _put(mailbox: str, row: Seen, root: str, slot: str, out: Digest) -> bool:
    """Say an item, if it lies in the window; False when nothing is known that could be said of it."""
    if row.error:
        out.unreadable.append(Unreadable(side=Side.MICROSOFT, mailbox=mailbox, id=row.id, reason=row.error))
        return False
    if row.skipped or row.event is None:
        return False
    if not within(row.event.when, *out.window):
        return True
    out.items.append(
        Item(
            id=row.id, mark=row.mark, mailbox=mailbox, event=row.event, series=root if row.id != root else "",
            slot=slot, stamp=row.stamp, uid=row.uid, mine=row.mine, redacted=row.redacted,
        )
    )  # fmt: skip
    return True


def _gone(mailbox: str, root: str, id_: str, slot: str) -> Vanished:
    return Vanished(id=id_, mailbox=mailbox, series=root if id_ != root else "", slot=slot)


def within(when: When, start: datetime, end: datetime) -> bool:
    """Whether an event touches a window; the same verdict everywhere (TZ-25). Whole days count as UTC days."""
    if isinstance(when, Days):
        return when.until > start.date() and when.first < end.date()
    return when.start < end and (when.end > start or when.start >= start)
