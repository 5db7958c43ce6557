"""What a round says of a series. A returned master replaces the set of its occurrences (graph.md §2.4); one that is
missing from the set is gone only if a read of the whole series says so, too (ruling 29), and an empty answer to that
is not believed by itself (REC-07). Occurrences are thin: their content is their master's, their time is their own."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from contracts.calendar import Days, Timed, When
from services.clients.graph.seen import Kind, Seen
from services.graph_poller.digest import Digest, inside
from services.graph_poller.rows import Root
from services.graph_poller.window import within


@dataclass(slots=True)
class Members:
    """The occurrences of one series, id to slot: `before` this round, and `now` as far as is known; `came`: the round
    has shown some; `when` it was while it stood alone; `unsaid`: the round has shown some that are not said of what has
    stood alone until now."""

    root: str
    master: Seen | None
    before: dict[str, str]
    now: dict[str, str]
    came: bool
    when: When | None
    unsaid: bool = False


def series(root: str, own: Seen | None, rows: Iterable[Seen], known: Root | None, out: Digest) -> None:
    """A series of which occurrences came, and perhaps its master (`own`). Without the master nothing is said of the
    occurrences that did not come (REC-57)."""
    if own is None and root not in out.looked.events:
        if any(_needs_master(row) for row in rows):
            out.look.add(root)
            return
    elif own is not None and own.cancelled:
        out.forget(root, known)
        return
    if own is not None:
        out.ahead[root] = {}
    before = dict(known.members) if known else {}
    occurrences = [row for row in rows if row.id != root]
    now = {} if own else dict(before)
    master, when = own or out.looked.events.get(root), known.when if known else None
    some = Members(root, master, before, now, bool(occurrences), when)
    for row in occurrences:
        _member(row, some, out)
    _missing(some, out)
    out.known[root] = Root(some.now, when if root in some.now else None) if some.now else None
    if not some.now:
        out.let_go(root, before, when)


def _member(row: Seen, some: Members, out: Digest) -> None:
    """One occurrence: thin ones take the master's content, edited ones bring their own."""
    if row.cancelled or row.kind is Kind.REMOVED:
        _cancelled(row, some, out)
        return
    if _unfinished(row, some.master):
        full = out.looked.events.get(row.id)
        if full is None:
            out.look |= {row.id} - out.looked.events.keys()
            return
        row = full
    seen = filled(some.master, row) if some.master is not None and _needs_master(row) else row
    slot = seen.slot or some.before.get(row.id, "")
    was, said = row.id in some.before, len(out.items)
    first = not was and some.root in some.before
    known = out.put(seen, some.root, slot, was=was or first)
    if first and len(out.items) == said:
        some.unsaid = True
    elif known:
        some.now[row.id] = slot


def _cancelled(row: Seen, some: Members, out: Digest) -> None:
    """An occurrence that its organizer has called off (REC-29); one that was never said is none of ours (INB-16)."""
    slot = some.before.get(row.id) or row.slot
    out.drop(some.root, row.id, slot)
    if out.later(slot):
        return
    same = [id_ for id_, of in some.before.items() if id_ == row.id or (slot and of == slot)]
    if same:
        out.gone(some.root, row.id, slot)
    for id_ in same:
        some.before.pop(id_)
        some.now.pop(id_, None)


def _missing(some: Members, out: Digest) -> None:
    """Occurrences that were there and did not come. One read of the series proves them all; what has left our sight is
    forgotten without a word, and what lies after the window is missed when that has come to it (D9). A slot that came
    under another id is not missing."""
    slots = {slot for slot in some.now.values() if slot}
    lost = {id_: slot for id_, slot in some.before.items() if id_ not in some.now and slot not in slots}
    for id_ in [id_ for id_, slot in lost.items() if out.later(slot)]:
        some.now[id_] = lost.pop(id_)
    stays = some.unsaid and not some.now and out.ours("", some.when)
    if some.root in lost and stays:  # as a series it is left out, which is no deletion (X2)
        some.now[some.root] = lost.pop(some.root)
    if some.root in lost and some.came:  # a single event has become this series, whose first slot it is (ruling 2)
        out.gone(some.root, some.root, lost.pop(some.root), some.when)
    suspects = {id_: slot for id_, slot in lost.items() if not slot or inside(slot, out.read)}
    unseen = some.root in out.before and not some.came
    if (suspects or unseen) and some.root not in out.looked.series:
        out.list.add(some.root)
        return
    if suspects and not out.looked.series[some.root] and not _emptied(some.root, suspects, out):
        return
    there = {row.id for row in out.looked.series.get(some.root) or () if not row.cancelled}
    for id_, slot in suspects.items():
        alone = out.looked.events.get(id_) if id_ != some.root else None
        moved = alone is not None and not alone.cancelled  # out of sight; Practifi shows it where it was
        if moved or id_ in there or (id_ == some.root and there):
            some.now[id_] = slot
        else:
            out.gone(some.root, id_, slot)
    _still_ahead(some.root, there, out)


def _emptied(root: str, suspects: Iterable[str], out: Digest) -> bool:
    """Whether it is proven that a series has no occurrence any more: its master is gone, or one of those that are
    missing is (REC-07). One that is there after all makes the answer a lie, unless it has left our sight."""
    if out.looked.series[root] is None:
        return True
    for id_ in (root, *sorted(suspects)):
        if id_ not in out.looked.events:
            out.look.add(id_)
            return False
        there = out.looked.events[id_]
        if there is None or there.cancelled:
            return True
        if id_ != root and there.when is not None and within(there.when, *out.read):
            out.lied.add(root)
            return False
    return True


def _still_ahead(root: str, there: Container[str], out: Digest) -> None:
    """What lies ahead and was left out of the round, but stands in the series."""
    kept = out.before.get(root)
    for item in kept.items if kept and there else ():
        if item.id in there:
            out.waiting(root).setdefault(item.id, item)


def filled(master: Seen, row: Seen) -> Seen:
    """A thin occurrence with its master's content and its own time and slot; an edited one with the series' rule and
    zone (an edit of something else would else be one of its time, too); a private one says nothing but its time (P1).
    What was not edited of that is its series': its own mark does not tell that this has changed. The first one bears
    our stamp, which stands on the master: what we made was that one, before it was a series (ruling 2)."""
    if row.event is not None:
        rule = master.event.recurrence if master.event and not row.redacted else ""
        mark = f"{master.mark}.{row.mark}"
        when = row.event.when
        when = replace(when, zone=master.zone) if isinstance(when, Timed) else when
        event = replace(row.event, recurrence=rule, when=when)
        return replace(row, event=event, mark=mark, stamp=_stamp(master, row.slot))
    if row.when is None:
        return replace(row, error="it has no time")
    when = _in_zone(row.when, master)
    slot = row.slot or slot_of(when, master.zone)
    seen = replace(row, when=when, slot=slot, zone=master.zone, excluded=master.excluded, stamp=_stamp(master, slot))
    if master.event is None:
        return replace(seen, skipped=master.skipped, error="" if master.skipped else master.error or _UNREAD)
    return replace(
        seen, event=replace(master.event, when=when), uid=master.uid, mine=master.mine, redacted=master.redacted,
        mark=f"{master.mark}.{row.mark}", changed_at=master.changed_at,
    )  # fmt: skip


def _stamp(master: Seen, slot: str) -> str:
    return master.stamp if master.when is not None and slot == slot_of(master.when, master.zone) else ""


_UNREAD = "its series cannot be read"


def slot_of(when: When, zone: str) -> str:
    """The local date on which an occurrence begins in its series' zone (ruling 2)."""
    if isinstance(when, Days):
        return when.first.isoformat()
    return when.start.astimezone(ZoneInfo(zone or "UTC")).date().isoformat()


def _in_zone(when: When, master: Seen) -> When:
    """Thin rows do not say whether they are whole days."""
    days = isinstance(master.when if master.event is None else master.event.when, Days)
    if days and isinstance(when, Timed):
        return Days(when.start.date(), when.end.date())
    return replace(when, zone=master.zone) if isinstance(when, Timed) else when


def _needs_master(row: Seen) -> bool:
    """Thin occurrences need all of it, edited ones the rule of the series (R2)."""
    return row.kind in {Kind.OCCURRENCE, Kind.EXCEPTION} and not (row.error or row.skipped or row.cancelled)


def _unfinished(row: Seen, master: Seen | None) -> bool:
    """Whether a row has to be read by itself: no master fills it (REC-53)."""
    alone = row.kind is Kind.EXCEPTION or master is None
    return alone and row.event is None and not (row.error or row.skipped)
