"""From what a round showed to what it means: items as they are, items that vanished, and what must be looked at before
either can be said. Theory: a delta row is a hint about a *root* (a single event or a series, see series.py). A missing
or removed root is only a suspicion, and a direct read is the proof (X2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from contracts.calendar import Side, When
from contracts.observed import Item, Unreadable, Vanished
from services.clients.graph.item import hidden, item_of
from services.clients.graph.seen import Kind, Seen
from services.graph_poller.rows import Ahead, Root
from services.graph_poller.window import Window, after, within


@dataclass(frozen=True, slots=True)
class Looked:
    """Direct reads so far; None values are proven to be gone."""

    events: Mapping[str, Seen | None] = field(default_factory=dict)
    series: Mapping[str, tuple[Seen, ...] | None] = field(default_factory=dict)


@dataclass(slots=True)
class Digest:
    """What a round of `mailbox` means. While `look` or `list` is not empty, the rest is not yet complete; `lied` names
    series of which Microsoft denies what it has. What lies after the window `said` is kept in `ahead` (root to id to
    item; `before` is what was kept so far), what lies before it is none of ours, and neither is taken for gone (D9).
    Outside `read` nothing can be seen at all: what has `left` for there, and what is `away` since we have made it.
    What is told `anew` may be in Practifi, although nobody remembers it (ruling 5); `lost`: the reconciler has
    forgotten all, and this is the first read since."""

    mailbox: str
    looked: Looked
    said: Window
    read: Window
    before: Mapping[str, Ahead]
    anew: bool = False
    lost: bool = False
    items: list[Item] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    known: dict[str, Root | None] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    ahead: dict[str, dict[str, Item]] = field(default_factory=dict)
    look: set[str] = field(default_factory=set)
    list: set[str] = field(default_factory=set)
    lied: set[str] = field(default_factory=set)

    def waiting(self, root: str) -> dict[str, Item]:
        """The items of a root that lie ahead, as far as this round leaves them."""
        if root not in self.ahead:
            kept = self.before.get(root)
            self.ahead[root] = {item.id: item for item in kept.items} if kept else {}
        return self.ahead[root]

    def put(self, row: Seen, root: str, slot: str, *, was: bool) -> bool:
        """Say an item, or keep it for later; whether it counts as said from now on (it `was` before)."""
        self.drop(root, row.id, slot)
        if row.error:
            self._unread(root, row)
            return was
        known = was or bool(row.stamp)  # what we made ourselves is in Practifi, whatever we remember (ruling 5)
        row = hidden(row) if known or self.anew else row
        purged = known and row.redacted
        ours = self.lost and bool(row.stamp)  # else it would be made anew, and its copies be events (rulings 5, 18)
        if row.event is None or (row.excluded and not (purged or ours)):
            return was  # a filter is no deletion (X2)
        item = replace(item_of(row, self.mailbox), series=root if row.id != root else "", slot=slot)
        if purged or within(row.event.when, *self.said):  # its text has to go wherever it is (P2)
            self.items.append(item)
            return True
        if after(row.event.when, self.said[1]):
            self.waiting(root)[row.id] = item
        return was

    def drop(self, root: str, id_: str, slot: str) -> None:
        """What was kept of an item is no longer how it is; a slot may come under another id."""
        kept = self.waiting(root)
        for item in [one for one in kept.values() if one.id == id_ or (slot and one.slot == slot)]:
            del kept[item.id]

    def _unread(self, root: str, row: Seen) -> None:
        """Set one aside with its reason (O5); what is wrong with a whole series is told once."""
        last = self.unreadable[-1] if self.unreadable else None
        if last is None or (last.id, last.reason) != (root, row.error):
            whole = row.event is None and row.kind is not Kind.EXCEPTION
            self.unreadable.append(Unreadable(Side.MICROSOFT, self.mailbox, root if whole else row.id, row.error))

    def gone(self, root: str, id_: str, slot: str, when: When | None = None, stamp: str = "") -> None:
        """Say that an item is proven gone, unless it lies outside the window."""
        if self.ours(slot, when):
            self.vanished.append(Vanished(id_, self.mailbox, root if id_ != root else "", slot, stamp))

    def ours(self, slot: str, when: When | None) -> bool:
        """Whether the other side shows an item within the window, as far as is known."""
        if slot:
            return self.said[0].date() <= date.fromisoformat(slot) <= self.said[1].date()
        return when is None or within(when, *self.said)

    def later(self, slot: str) -> bool:
        """Whether an occurrence lies after the window; the other side may show it, since that was wider once."""
        return bool(slot) and date.fromisoformat(slot) > self.said[1].date()

    def forget(self, root: str, known: Root | None) -> None:
        """A root is gone with all that belonged to it; what was never said is not missed (INB-16). What the other side
        shows after the window, which was wider once, is missed when the window has come to it (D9)."""
        self.ahead[root] = {}
        if known is not None and not self._later(known, self.said):
            later = {id_: slot for id_, slot in known.members.items() if self.later(slot)}
            self.known[root] = Root(later) if later else None
            for id_, slot in known.members.items():
                self.gone(root, id_, slot, known.when, "" if slot else known.stamp)
            self.let_go(root, known.members, known.when)

    def let_go(self, root: str, members: Mapping[str, str], when: When | None) -> None:
        """What lies outside the window with all its items, and is known no more: what comes of it is none of ours."""
        if members and not any(self.ours(slot, when) for slot in members.values()):
            self.left.add(root)

    def suspect(self, root: str, known: Root) -> None:
        """A root that is said to be removed, or is missing from a fresh round: gone only if a direct read says so. One
        that has left our sight is let go without a word; one that should have been seen stays (CUR-33)."""
        if self._far(root, known):
            self._leave(root, known)
        elif root not in self.looked.events:
            self.look.add(root)
        else:
            there = self.looked.events[root]
            if there is None or there.cancelled:
                self.forget(root, known)
            elif not self._in_sight(root, there, known):
                self._leave(root, known)

    def _far(self, root: str, known: Root) -> bool:
        """Whether nothing of it can be seen any more: no question is needed for that."""
        if known.when is not None:
            far = not within(known.when, *self.read)
        else:
            far = any(known.members.values()) and not any(
                inside(slot, self.read) for slot in known.members.values() if slot
            )
        return far and not self.waiting(root)

    def _leave(self, root: str, known: Root) -> None:
        """Out of sight it is none of ours, unless the other side still shows it within the window, or will when that
        has come to it; of what we have made and not seen since, nobody knows."""
        self.ahead[root] = {}
        made = known.when is None and not any(known.members.values())
        if made or self._later(known, self.read) or any(map(self.later, known.members.values())):
            self.away.add(root)
        elif known.when is None or not within(known.when, *self.said):
            self.known[root] = None
            self.left.add(root)

    def _later(self, known: Root, window: Window) -> bool:
        return known.when is not None and after(known.when, window[1])

    def _in_sight(self, root: str, there: Seen, known: Root) -> bool:
        slots = {slot for slot in known.members.values() if slot}
        slots |= {item.slot for item in self.waiting(root).values() if item.slot}
        if slots or there.event is None:
            return not slots or any(inside(slot, self.read) for slot in slots)
        return within(there.event.when, *self.read)


def roots_of(rows: Iterable[Seen]) -> set[str]:
    """The roots that a round touches."""
    return {row.series or row.id for row in rows}


def single(row: Seen, known: Root | None, out: Digest) -> None:
    """A single event; of a former series of the same id the occurrences go (ruling 2, REC-51)."""
    members, before = known.members if known else {}, len(out.items)
    out.ahead[row.id] = {}
    if row.cancelled:
        out.forget(row.id, known)
    elif out.put(row, row.id, "", was=bool(members)) and not row.error:
        told = out.items[before:]
        stays = _first(members) if row.excluded and not told else row.id
        for id_, slot in members.items():
            if id_ not in {row.id, stays}:
                out.gone(row.id, id_, slot)
        when = told[0].event.when if told else known.when if known else None
        out.known[row.id] = Root({stays: members.get(stays, "")}, when, row.stamp)


def _first(members: Mapping[str, str]) -> str:
    """The occurrence that a single event of the same id is, where that one is left out: no deletion (X2)."""
    return min(members, key=lambda id_: members[id_])


def inside(slot: str, window: Window) -> bool:
    """Whether an occurrence of that local date lies well inside a window: the days of its edges are in doubt."""
    return window[0].date() < date.fromisoformat(slot) < window[1].date()
