"""Whatever happens meanwhile, once the last word about an event is that it is private, nothing that it said before is
left: neither in a row nor in Practifi (P2, ruling 20)."""

from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import PRIVATE, PRIVATE_SUBJECT, CalendarEvent, Sensitivity, Side
from contracts.control import Again
from contracts.observed import Item
from contracts.write import Order, Refused, Why, Write, Written
from tests.decisions.reconciler.disks import Disks
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, TEN, Shard, timed
from tests.decisions.reconciler.test_disks import MACHINES, POLICY, play

Deed = tuple[str, Side, int]


@dataclass
class Hiding(Disks):
    """`texts` is what has ever been typed into an event, or into that from which it comes."""

    texts: dict[str, set[str]] = field(default_factory=dict)

    def begin(self, side: Side) -> None:
        when, text = timed(TEN + timedelta(hours=self.ticks + 20), zone="Europe/Warsaw"), self._text()
        name = self.make(side, CalendarEvent(when, subject=text, location=text), edited=True)
        self.texts[name] = {text}

    def type(self, side: Side, name: str, one: str) -> None:
        """A person types something; what is private, only in Outlook."""
        here = (row.event for half in Side for twin, row in self.rows[half].items() if self._twins(twin, name))
        if side is PRACTIFI and any(event.sensitivity in PRIVATE for event in here):
            return
        text = self._text()
        self.texts[self.family[name]].add(text)
        self.edit(side, name, **{one: text})

    def item(self, side: Side, name: str) -> Item:
        item = super().item(side, name)
        if item.event.sensitivity not in PRIVATE:
            return item
        blank = CalendarEvent(item.event.when, PRIVATE_SUBJECT, sensitivity=item.event.sensitivity)
        return replace(item, event=blank, redacted=True)

    def forget(self) -> None:
        """The writer loses its memory after it has written, and before it has said so."""
        self.give()
        for order in self.at_the_writer:
            self._carry_out(order)
        self.at_the_writer.clear()
        self.signs()
        self._hear(Again(f"writer-{self.ticks}", "writer"))

    def left(self) -> list[str]:
        """Texts of events that Outlook has, as far as they are anywhere."""
        kept = b"".join(self.shard.rows.values())
        kept += b"".join(msgspec.msgpack.encode(row.event) for row in self.rows[PRACTIFI].values())
        names = {self.family[name] for name in self.rows[MICROSOFT]}
        return [text for name in sorted(names) for text in sorted(self.texts[name]) if text.encode() in kept]

    def _text(self) -> str:
        return f"<{self.tick()}>"

    def _twins(self, one: str, other: str) -> bool:
        return self.family[one] == self.family[other]

    def _carry_out(self, order: Order) -> Written | Refused:
        """The writer sees what a reader sees."""
        row = self.rows[order.side].get(order.target)
        if row is not None and isinstance(order, Write):
            seen = self.item(order.side, order.target)
            if seen.event != order.base:
                return Refused(order.order, order.link, order.side, Why.MOVED_ON, item=seen)
            order = replace(order, base=row.event)
        answer = super()._carry_out(order)
        if isinstance(answer, Written) and answer.item is not None and answer.item.redacted:
            return replace(answer, echo=answer.item.event)
        return answer


PEOPLE = ("type", "type", "begin", "remove")
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(Side), st.integers(0, 3)),
        st.tuples(st.sampled_from(("hide", "hide", "show")), st.just(MICROSOFT), st.integers(0, 3)),
        st.tuples(st.sampled_from((*MACHINES, "forget", "lose", "signs")), st.sampled_from(Side), st.integers(0, 3)),
    ),
    max_size=25,
)  # fmt: skip


def act(world: Hiding, what: str, side: Side, which: int) -> None:
    """A person's deed, or a step of the machinery."""
    names = sorted(world.rows[side], key=lambda name: int(name[1:]))
    name = names[which % len(names)] if names else ""
    match what:
        case "begin":
            world.begin(side)
        case "type" if name:
            world.type(side, name, ("subject", "location")[which % 2])
        case "hide" | "show" if name:
            world.edit(side, name, sensitivity=Sensitivity.PRIVATE if what == "hide" else Sensitivity.NORMAL)
        case "type" | "hide" | "show":
            pass
        case _:
            play(world, what, side, which)


UNHEARD = [("begin", PRACTIFI, 0), ("look", PRACTIFI, 0), ("arrive", PRACTIFI, 0), ("forget", PRACTIFI, 0),
           ("hide", MICROSOFT, 2)]  # fmt: skip
"""It is private before anybody has heard that it was made."""


@settings(max_examples=60)
@example(UNHEARD)
@given(DEEDS)
def test_what_is_private_in_the_end_leaves_nothing_of_what_it_said(deeds: list[Deed]) -> None:
    world = Hiding(Shard(POLICY), dated=True)
    for side in Side:
        world.begin(side)
    world.settle()
    for deed in deeds:
        act(world, *deed)
    world.settle()
    world.shard.set_policy(POLICY, consents=1)
    world.settle()
    for name in [name for name, row in world.rows[MICROSOFT].items() if row.event.sensitivity not in PRIVATE]:
        world.edit(MICROSOFT, name, sensitivity=Sensitivity.PRIVATE)
    world.settle()
    assert world.left() == []
