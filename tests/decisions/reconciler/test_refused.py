"""What a side refuses is shown and tried again as soon as somebody has mended it, wherever and whenever that is heard;
nothing else is held up by it, and no word and no deletion is lost (THR-08, PRO-02, PRO-09)."""

from dataclasses import dataclass

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Order, Refused, Why, Write, Written
from services.reconciler.reach import TO_MICROSOFT
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, STANDUP, Shard
from tests.decisions.reconciler.test_converges import CALM, agree, play
from tests.decisions.reconciler.world import World, kept

NO = "No"
TYPES = {MICROSOFT: "subject", PRACTIFI: "location"}
"""What people type on a side, and the other side refuses where it says NO."""


@dataclass
class Choosy(World):
    """Each side refuses something that only the other one may say."""

    dated: bool = True

    def _carry_out(self, order: Order) -> Written | Refused:
        if isinstance(order, Write) and self._refuses(order):
            return Refused(order.order, order.link, order.side, Why.INVALID, "NO", "because")
        return super()._carry_out(order)

    def _refuses(self, order: Write) -> bool:
        field, row = TYPES[order.side.other], self.rows[order.side].get(order.target)
        moved = bool(order.target) and (row is None or row.event != order.base)
        return not moved and field in order.fields and bool(getattr(order.event, field) == NO)

    def refused(self, side: Side, name: str) -> bool:
        """Whether the other side takes no order that is made of this event."""
        return bool(getattr(self.rows[side][name].event, TYPES[side]) == NO)

    def judge(self) -> None:
        """What differs, or stands alone, does so because it is refused."""
        pairs = [(link.microsoft.id, link.practifi.id) for link in self.shard.links()
                 if link.microsoft and link.practifi and not (link.microsoft.gone or link.practifi.gone)]  # fmt: skip
        for place, side in enumerate(Side):
            alone = self.rows[side].keys() - {pair[place] for pair in pairs}
            assert all(self.refused(side, name) for name in alone), "alone for no reason"
        for name, twin in pairs:
            here, there = kept(self.rows[MICROSOFT][name].event), self.rows[PRACTIFI][twin].event
            stays = {MICROSOFT: self.refused(MICROSOFT, name), PRACTIFI: self.refused(PRACTIFI, twin)}
            differ = {one for one in TO_MICROSOFT if getattr(here, one) != getattr(there, one)}
            assert differ <= {TYPES[side] for side in Side if stays[side]}, differ

    def mend(self) -> None:
        """People change everything that is refused."""
        for side in Side:
            for name in [one for one in self.rows[side] if self.refused(side, one)]:
                self.edit(side, name, **{TYPES[side]: "Mended"})


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.sampled_from(Side), st.integers(0, 2), st.sampled_from((NO, NO, "Yes"))),
        st.tuples(st.sampled_from(("make", "remove")), st.sampled_from(Side), st.integers(0, 2), st.just("")),
        st.tuples(st.sampled_from(("look", "arrive", "perform", "answer", "die", "forget")), st.sampled_from(Side),
                  st.integers(0, 3), st.just("")),
    ),
    max_size=30,
)  # fmt: skip


def do(world: Choosy, what: str, side: Side, which: int, word: str) -> None:
    """A person's deed, or a step of the machinery."""
    names = sorted(world.rows[side])
    match what:
        case "type" if names:
            world.edit(side, names[which % len(names)], **{TYPES[side]: word})
        case "die":
            world.die()
        case "type":
            pass
        case _:
            play(world, what, side, which, {})


def told(side: Side, word: str) -> list[tuple[str, Side, int, str]]:
    """Something is typed, and heard of."""
    return [("type", side, 0, word), ("look", side, 0, ""), ("arrive", side, 0, "")]


GONE = [*told(MICROSOFT, NO), ("remove", MICROSOFT, 0, ""), ("look", MICROSOFT, 0, ""), ("arrive", MICROSOFT, 0, ""),
        ("perform", PRACTIFI, 0, "")]  # fmt: skip
"""It is deleted, and that is heard before the refusal."""
ANSWERED = [("perform", PRACTIFI, 0, ""), ("answer", PRACTIFI, 0, "")]
AT_ONCE = [*told(PRACTIFI, NO), *ANSWERED, ("type", PRACTIFI, 0, "Yes"), *ANSWERED]
"""It is mended before our word on it comes to it."""


@settings(max_examples=100)
@example(GONE)
@example(AT_ONCE)
@given(STEPS)
def test_what_a_side_refuses_holds_up_nothing_else_and_goes_when_it_is_mended(
    steps: list[tuple[str, Side, int, str]],
) -> None:
    world = Choosy(Shard(CALM))
    world.make(MICROSOFT, STANDUP)
    world.make(PRACTIFI, replace(STANDUP, subject="Review"), edited=True)
    world.settle()
    for step in steps:
        do(world, *step)
    world.settle()
    world.judge()
    assert world.settle() == 0, "what is refused is written again and again"
    world.mend()
    world.settle()
    agree(world)
    assert world.settle() == 0, "a second run writes"
