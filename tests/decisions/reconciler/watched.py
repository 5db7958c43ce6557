"""The small world under one policy, with an eye on it: it remembers what people typed where, so that it can tell in the
end whether both calendars agree as the policy says, and whether anything was lost on the way. It restates the rules in
its own words and asks nothing of the code that it judges but which two events are a pair."""

from dataclasses import dataclass, field
from dataclasses import replace as replaced
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Response, Sensitivity, Side
from contracts.facts import Conflict
from contracts.observed import Item, Observed
from contracts.policy import Invitations, Mapped, Policy, PrivateEvents
from contracts.write import Erase, Order, Refused, Why, Write, Written
from services.reconciler.rows import Link
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, guest
from tests.decisions.reconciler.world import Row, World, kept

FIELDS = ("when", "subject", "location", "body", "show_as", "sensitivity", "reminder", "importance", "categories",
          "my_response")  # fmt: skip
"""What people type."""
BUSY = ("when", "show_as")
OWN_COPY = {"show_as", "reminder", "sensitivity", "categories", "my_response"}
PLACELESS = {"importance", "categories"}
GUESTS = guest("ann@client.example")
Key = tuple[Side, str]


@dataclass
class Watched(World):
    """`policy` is that of the mailbox. `typed` says when a person last typed a field, `unsent` which fields of a
    Practifi Event hold what a person typed there and Microsoft has never had, `heard` how an event was told last,
    `news` the latest version of it that told a field otherwise than the one before: what is typed and taken back before
    anybody reads it is no edit, for only a difference from what was there is one (ruling 3). `met` is the latest
    version of which a field was told as the other side was last read: nothing was to be carried then, and what is read
    there afterwards came afterwards, for nobody's clock is asked (D6)."""

    policy: Policy = field(default_factory=Policy)
    copies: set[str] = field(default_factory=set)
    typed: dict[Key, dict[str, int]] = field(default_factory=dict)
    unsent: dict[str, set[str]] = field(default_factory=dict)
    overridden: set[tuple[str, str]] = field(default_factory=set)
    deleted: set[Key] = field(default_factory=set)
    proven: set[Key] = field(default_factory=set)
    blanked: set[Key] = field(default_factory=set)
    unproven: list[Erase] = field(default_factory=list)
    heard: dict[Key, Item] = field(default_factory=dict)
    news: dict[tuple[Key, str], int] = field(default_factory=dict)
    met: dict[tuple[Key, str], int] = field(default_factory=dict)

    def begin(self, side: Side, event: CalendarEvent, which: int) -> str:
        """A person makes an event: an own one, one with guests, or (in Microsoft) somebody invites Mike."""
        name = self.make(side, replace(event, attendees=GUESTS if which % 3 else ()), edited=True)
        self.typed[side, name] = dict.fromkeys(FIELDS, self.ticks)
        if side is PRACTIFI:
            made, plain = self.rows[side][name].event, CalendarEvent(event.when)
            self.unsent[name] = {one for one in FIELDS if getattr(made, one) != getattr(plain, one)}
        elif which % 3 == 2:
            self.copies.add(name)
        return name

    def make(self, side: Side, event: CalendarEvent, stamp: str = "", *, edited: bool = False) -> str:
        name = super().make(side, event, stamp, edited=edited)
        self._put(side, name, replaced(self.rows[side][name], event=event))
        if not edited:  # ours: known as it was made
            self.heard[side, name] = self.item(side, name)
        return name

    def edit(self, side: Side, name: str, **values: Any) -> None:
        before = self.rows[side][name]
        event = replace(before.event, **values)
        self.rows[side][name] = Row(self.shown(side, event), self.tick(), before.stamp, edited=True)
        after = self.rows[side][name].event
        changed = {one for one in values if getattr(before.event, one) != getattr(after, one)}
        self.typed.setdefault((side, name), {}).update(dict.fromkeys(changed, self.ticks))
        if side is PRACTIFI and not self.item(side, name).redacted:
            self.unsent.setdefault(name, set()).update(changed)
        self._alike()

    def delete(self, side: Side, name: str) -> None:
        """A person deletes an event."""
        self.deleted.add((side, name))
        self.remove(side, name)

    def item(self, side: Side, name: str) -> Item:
        item = super().item(side, name)
        item = replace(item, mine=name not in self.copies)
        if item.event.sensitivity is Sensitivity.NORMAL or self.policy.private_events is PrivateEvents.FULL:
            return item
        self.blanked.add((side, name))
        shown = CalendarEvent(item.event.when, "Private appointment", show_as=item.event.show_as)
        return replace(item, event=replace(shown, sensitivity=item.event.sensitivity), redacted=True)

    def arrive(self, which: int = 0) -> None:
        if self.under_way:
            message = self.under_way[which % len(self.under_way)]
            for gone in getattr(message, "vanished", ()):
                self.proven.add((message.side, gone.id))  # type: ignore[union-attr]  # what has `vanished` has a side
            if isinstance(message, Observed):
                for item in message.items:
                    self._hear(message.side, item)
        super().arrive(which)
        self._met()

    def answer(self) -> None:
        for told in self.answers[:1]:
            if told.item is not None:
                self._hear(told.side, told.item)
        super().answer()

    def _hear(self, side: Side, item: Item) -> None:
        key, old = (side, item.id), self.heard.get((side, item.id))
        if old is not None and int(old.mark) >= int(item.mark):
            return  # it was overtaken
        self.heard[key] = item
        other = [one for one in FIELDS if old is None or getattr(old.event, one) != getattr(item.event, one)]
        self.news.update(((key, one), int(item.mark)) for one in other)

    def _met(self) -> None:
        for link, name, twin in self.links():
            if (here := link.microsoft) and (there := link.practifi):
                shown = self.shown(PRACTIFI, here.event)
                alike = [one for one in FIELDS if getattr(shown, one) == getattr(there.event, one)]
                self.met.update((((MICROSOFT, name), one), int(here.mark)) for one in alike)
                self.met.update((((PRACTIFI, twin), one), int(there.mark)) for one in alike)

    def shown(self, side: Side, event: CalendarEvent) -> CalendarEvent:
        """An event as a side keeps it."""
        if side is MICROSOFT:
            return event
        placed = {one: getattr(event, one) for one in PLACELESS if self.placed(one)}
        return replace(kept(event), **placed)

    def placed(self, one: str) -> bool:
        return one not in PLACELESS or bool(self.policy.mapping.get(one, Mapped()).field)

    def links(self) -> list[tuple[Link, str, str]]:
        """The pairs of which both sides live."""
        found = []
        for link in self.shard.links():
            here, there = link.microsoft, link.practifi
            if here and there and here.id in self.rows[MICROSOFT] and there.id in self.rows[PRACTIFI]:
                found.append((link, here.id, there.id))
        return found

    def goes(self, side: Side, one: str, name: str) -> bool:
        """Whether a field of the Microsoft event `name` may go to a side (D1, F2, A5, A6, I4, ruling 15)."""
        row = self.policy.mapping.get(one, Mapped())
        wish = row.to_microsoft if side is MICROSOFT else row.to_practifi
        if not self.policy.direction.writes(side) or wish is False or not self.placed(one):
            return False
        if side is PRACTIFI:
            return True
        never, mine = self.policy.invitations is Invitations.NEVER, name not in self.copies
        if mine:
            mails = bool(self.rows[MICROSOFT][name].event.attendees)
            return one != "my_response" and (one != "body" or wish is True) and not (never and mails)
        return one in OWN_COPY and not (never and one == "my_response")

    def _carry_out(self, order: Order) -> Written | Refused:
        assert isinstance(order, Write | Erase)
        row, link = self.rows[order.side].get(order.target), self.shard.link(order.link)
        if row is not None:
            seen = self.item(order.side, order.target)
            if self._mails(order, row):
                return Refused(order.order, order.link, order.side, Why.FORBIDDEN, "invitations", "it would mail")
            if seen.event != order.base:
                return Refused(order.order, order.link, order.side, Why.MOVED_ON, item=seen)
            if isinstance(order, Erase):
                self._proof(order, link)
            elif order.side is PRACTIFI and not seen.redacted:
                self._overrides(order, row, link)
            order = replace(order, base=row.event)
        elif order.target:
            self.proven.add((order.side, order.target))
        answer = super()._carry_out(order)
        self._sent(order, link)
        if isinstance(answer, Written) and answer.item is not None:
            return replace(answer, echo=answer.item.event)
        return answer

    def _mails(self, order: Write | Erase, row: Row) -> bool:
        """Whether the writer refuses it: it alone knows the guests of a private event."""
        never = self.policy.invitations is Invitations.NEVER and order.side is MICROSOFT
        return never and bool(row.event.attendees) and order.target not in self.copies

    def _sent(self, order: Write | Erase, link: Link) -> None:
        if isinstance(order, Write) and order.side is MICROSOFT and link.practifi is not None:
            self.unsent.get(link.practifi.id, set()).difference_update(order.fields)
        self._alike()

    def _proof(self, order: Erase, link: Link) -> None:
        other = link.on(order.side.other)
        if other is None or (order.side.other, other.id) not in self.proven:
            self.unproven.append(order)

    def _overrides(self, order: Write, row: Row, link: Link) -> None:
        """What a person typed in Practifi, and Microsoft never had, is about to go."""
        mine = link.microsoft is not None and link.microsoft.id not in self.copies
        for one in self.unsent.get(order.target, set()) & set(order.fields):
            value = getattr(row.event, one)
            if one == "my_response" and (mine or value is Response.NONE):
                continue  # that was no answer
            if getattr(self.shown(PRACTIFI, order.event), one) != value:
                self.overridden.add((order.link, one))
        self.unsent.get(order.target, set()).difference_update(order.fields)

    def _alike(self) -> None:
        """What both sides hold alike has been sent, or need not be."""
        for _, name, twin in self.links():
            here, there = self.shown(PRACTIFI, self.rows[MICROSOFT][name].event), self.rows[PRACTIFI][twin].event
            alike = {one for one in FIELDS if getattr(here, one) == getattr(there, one)}
            self.unsent.get(twin, set()).difference_update(alike)

    def _put(self, side: Side, name: str, row: Row) -> Row:
        self.rows[side][name] = replaced(row, event=self.shown(side, row.event), mark=self.tick())
        return self.rows[side][name]

    def conflicts(self) -> set[tuple[str, str]]:
        """What the public has heard that Microsoft overrode."""
        told = [fact for fact in self.shard.facts if isinstance(fact, Conflict) and fact.winner is MICROSOFT]
        return {(fact.about.link, one) for fact in told for one in fact.fields}

    def agree(self) -> None:
        """AssertionError where the calendars do not agree as the policy says, or something was lost on the way."""
        assert not self.unproven, "erased without proof (PRO-10, X2)"
        assert self.overridden <= self.conflicts(), "overridden in silence (I3)"
        pairs = self.links()
        for side in Side:
            names = [name if side is MICROSOFT else twin for _, name, twin in pairs]
            assert len(names) == len(set(names)), "an event has two twins (PRO-02)"
            for alone in sorted(set(self.rows[side]) - set(names)):
                self._alone(side, alone)
        for _, name, twin in pairs:
            self._alike_as_the_policy_says(name, twin)
        for order in self.log:
            assert self.policy.direction.writes(order.side), "a side is written that may not be (PRO-03, D1)"
            copy = order.side is MICROSOFT and isinstance(order, Erase) and order.target in self.copies
            assert not copy, "others' meeting is deleted (X3, A7)"
            assert not (isinstance(order, Write) and order.target and "attendees" in order.fields), "A4, PRO-09"

    def _alone(self, side: Side, name: str) -> None:
        """An event has no twin: none was to be made, or a person has deleted it and this one may stay."""
        links = [link for link in self.shard.links() if (held := link.on(side)) and held.id == name]
        twins = [twin for link in links if (twin := link.on(side.other)) is not None]
        if not any((side.other, twin.id) in self.deleted for twin in twins):
            assert not self.policy.direction.writes(side.other), "an event is lost (PRO-02)"
        elif self.policy.direction.writes(side):
            never = self.policy.invitations is Invitations.NEVER and bool(self.rows[side][name].event.attendees)
            stays = side is MICROSOFT and (never or name in self.copies)
            assert stays, "a deletion is lost (X1, X3)"

    def _alike_as_the_policy_says(self, name: str, twin: str) -> None:
        here, there = self.item(MICROSOFT, name), self.item(PRACTIFI, twin)
        mine, theirs = self.typed.get((MICROSOFT, name), {}), self.typed.get((PRACTIFI, twin), {})
        hidden = {(MICROSOFT, name), (PRACTIFI, twin)} & self.blanked
        for one in FIELDS:
            out, inward = self.goes(MICROSOFT, one, name), self.goes(PRACTIFI, one, name)
            if one not in BUSY and (here.redacted or there.redacted or (hidden and "sensitivity" in theirs)):
                continue
            if one not in BUSY and hidden and not (out and inward):
                continue
            shown = getattr(self.shown(PRACTIFI, here.event), one)
            if getattr(there.event, one) == shown or not (out or inward):
                continue
            source, target = ((PRACTIFI, twin), mine) if out else ((MICROSOFT, name), theirs)
            assert out != inward, f"{one} differs"
            told = self.news.get((source, one), 0)  # 0: it was made by us, without what may not come from there
            assert self.met.get((source, one), 0) >= told or target.get(one, 0) > told, (
                f"{one} differs, and nobody typed it where it is stuck (D6)"
            )
        self._purged(here, mine, theirs, twin)

    def _purged(self, here: Item, mine: dict[str, int], theirs: dict[str, int], twin: str) -> None:
        """What was made private in Microsoft has left no text in Practifi but what a person typed there (P2)."""
        if not here.redacted or "sensitivity" in theirs or not self.policy.direction.writes(PRACTIFI):
            return
        row = self.rows[PRACTIFI][twin].event
        for one, blank in (("subject", "Private appointment"), ("location", ""), ("body", "")):
            own = theirs.get(one, 0) > min(mine.get(one, 0), mine.get("sensitivity", 0))
            own = own or (one in theirs and getattr(row, one) == getattr(self.rows[MICROSOFT][here.id].event, one))
            assert own or getattr(row, one) == blank, f"a private {one} stands in Practifi (P2)"
