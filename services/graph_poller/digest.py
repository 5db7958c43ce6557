"""From what a round showed to what it means: items as they are, items that vanished, and what must be looked at before
either can be said. Theory: a delta row is a hint about a *root* (a single event or a series, see series.py). A missing
or removed root is only a suspicion, and a direct read is the proof (X2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Days, Sensitivity, Side, When
from contracts.observed import Item, Unreadable, Vanished
from services.clients.graph.item import item_of
from services.clients.graph.mapping import PRIVATE_SUBJECT
from services.clients.graph.seen import Kind, Seen
from services.graph_poller.rows import Root

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Looked:
    """Direct reads so far; None values are proven to be gone."""

    events: Mapping[str, Seen | None] = field(default_factory=dict)
    series: Mapping[str, tuple[Seen, ...] | None] = field(default_factory=dict)


@dataclass(slots=True)
class Digest:
    """What a round of `mailbox` means. While `look` or `list` is not empty, the rest is not yet complete. What lies
    outside the window `said` is neither said nor taken for gone (D9); outside `read` nothing can be seen at all."""

    mailbox: str
    looked: Looked
    said: Window
    read: Window
    items: list[Item] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    known: dict[str, Root | None] = field(default_factory=dict)
    look: set[str] = field(default_factory=set)
    list: set[str] = field(default_factory=set)

    def put(self, row: Seen, root: str, slot: str, *, was: bool) -> bool:
        """Say an item, if it lies in the window; whether it is known from now on (it `was` before)."""
        if row.error:
            self._unread(root, row)
            return was
        if row.skipped and was:
            row = hidden(row)
        if row.event is None:
            return was
        if within(row.event.when, *self.said):
            series = root if row.id != root else ""
            self.items.append(replace(item_of(row, self.mailbox), series=series, slot=slot))
        return True

    def _unread(self, root: str, row: Seen) -> None:
        """Set one aside with its reason (O5); what is wrong with a whole series is told once."""
        last = self.unreadable[-1] if self.unreadable else None
        if last is None or (last.id, last.reason) != (root, row.error):
            whole = row.event is None and row.kind is not Kind.EXCEPTION
            self.unreadable.append(Unreadable(Side.MICROSOFT, self.mailbox, root if whole else row.id, row.error))

    def gone(self, root: str, id_: str, slot: str) -> None:
        """Say that an item is proven gone, unless it lies outside the window."""
        if not slot or self.said[0].date() <= date.fromisoformat(slot) <= self.said[1].date():
            self.vanished.append(Vanished(id_, self.mailbox, root if id_ != root else "", slot))

    def forget(self, root: str, known: Root | None) -> None:
        """A root is gone with all that belonged to it; what was never said is not missed (INB-16)."""
        if known is not None:
            self.known[root] = None
            for id_, slot in known.members.items():
                self.gone(root, id_, slot)

    def suspect(self, root: str, known: Root) -> None:
        """A root that is said to be removed, or is missing from a fresh round: gone only if a direct read says so. One
        that has left our sight is forgotten without a word; one that should have been seen stays (CUR-33)."""
        if root not in self.looked.events:
            self.look.add(root)
            return
        there = self.looked.events[root]
        if there is None or there.cancelled:
            self.forget(root, known)
        elif not self._in_sight(there, known):
            self.known[root] = None

    def _in_sight(self, there: Seen, known: Root) -> bool:
        slots = [slot for slot in known.members.values() if slot]
        if slots or there.event is None:
            return not slots or any(inside(slot, self.read) for slot in slots)
        return within(there.event.when, *self.read)


def roots_of(rows: Iterable[Seen]) -> set[str]:
    """The roots that a round touches."""
    return {row.series or row.id for row in rows}


def single(row: Seen, known: Root | None, out: Digest) -> None:
    """A single event; of a former series of the same id the occurrences go (ruling 2, REC-51)."""
    members = known.members if known else {}
    if row.cancelled:
        out.forget(row.id, known)
    elif out.put(row, row.id, "", was=bool(members)) and not row.error:
        for id_, slot in members.items():
            if id_ != row.id:
                out.gone(row.id, id_, slot)
        out.known[row.id] = Root({row.id: ""})


def hidden(row: Seen) -> Seen:
    """A private event that the policy leaves out, but that was said before it was private: its text has to go (P2)."""
    if row.when is None:
        return row
    event = CalendarEvent(row.when, PRIVATE_SUBJECT, sensitivity=Sensitivity.PRIVATE)
    return replace(row, event=event, redacted=True)


def within(when: When, start: datetime, end: datetime) -> bool:
    """Whether an event touches a window; the same verdict everywhere (TZ-25). Whole days count as UTC days."""
    if isinstance(when, Days):
        return when.until > start.date() and when.first < end.date()
    return when.start < end and (when.end > start or when.start >= start)


def inside(slot: str, window: Window) -> bool:
    """Whether an occurrence of that local date lies well inside a window: the days of its edges are in doubt."""
    return window[0].date() < date.fromisoformat(slot) < window[1].date()
