"""Whatever becomes of the pattern of an event, and in whichever order that is heard: in the end each of its dates has
one Event in Practifi (R1, R3, ruling 2, design §2.3)."""

from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item, Observed, Vanished
from tests.decisions.reconciler.shard import MICROSOFT, MIKE, PRACTIFI, STANDUP, here, timed
from tests.decisions.reconciler.world import World

DAYS = st.integers(10, 14)
PATTERN = st.one_of(st.tuples(DAYS), st.frozensets(DAYS, min_size=1).map(lambda days: tuple(sorted(days))))
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("repeats", "repeats", "stands alone")), PATTERN),
        st.tuples(st.sampled_from(("arrives", "rests")), st.tuples(st.integers(0, 4))),
    ),
    min_size=3,
    max_size=14,
)
Deeds = list[tuple[str, tuple[int, ...]]]

TAKEN: Deeds = [("repeats", (12,)), ("repeats", (13,)), ("stands alone", (13,)), ("repeats", (11, 13))]
"""The date that a single event had as an occurrence is another one of its series later."""
LATE: Deeds = [("repeats", (13,)), ("repeats", (10,)), ("repeats", (12,)), ("arrives", (2,))]
"""The last pattern is heard first."""
ALONE: Deeds = [("repeats", (13,)), ("rests", (0,)), ("repeats", (11, 12)), ("stands alone", (10,)), ("arrives", (1,))]
"""That it stands alone is heard before the pattern that it had until then."""
TWICE: Deeds = [("repeats", (13,)), ("stands alone", (11,)), ("repeats", (13,)), ("repeats", (11,)), ("arrives", (3,))]
"""It is heard late, and twice, that a date is gone."""

BACK: Deeds = [
    ("repeats", (10,)), ("arrives", (0,)), ("stands alone", (10,)), ("arrives", (0,)), ("repeats", (11,)),
    ("arrives", (0,)), ("stands alone", (10,)), ("repeats", (10,)), ("arrives", (1,)),
]  # fmt: skip
"""That it stands alone is heard after the pattern that it has since; its other date has had the single event's link."""

LAST: Deeds = [
    ("repeats", (10,)), ("arrives", (0,)), ("stands alone", (10,)), ("arrives", (0,)), ("repeats", (10, 11)),
    ("arrives", (0,)), ("repeats", (11,)), ("arrives", (0,)), ("stands alone", (10,)), ("repeats", (11,)),
    ("arrives", (1,)),
]  # fmt: skip
"""The same where the single event's link has gone with one of its dates."""

PASSED: Deeds = [
    ("repeats", (10,)), ("repeats", (12,)), ("arrives", (0,)), ("repeats", (11,)), ("repeats", (10,)),
    ("arrives", (0,)), ("repeats", (12,)), ("arrives", (0,)), ("repeats", (10,)), ("arrives", (2,)),
]  # fmt: skip
"""That it was on a date once more is heard after its end, and the link that this date had before is elsewhere."""


class Calendar(World):
    """Mike's calendar has one event, on `days`; as a series unless it is `alone`."""

    days: tuple[int, ...] = ()
    alone = True

    def becomes(self, days: tuple[int, ...], *, alone: bool) -> None:
        """It has these days from now on, and its reader says so."""
        was, self.days = self.shown(), days
        self.alone, mark = alone, str(self.tick())
        items = tuple(_item(day, mark, alone=alone) for day in days)
        there = {(item.id, item.slot) for item in items}
        gone = tuple(Vanished(one.id, MIKE, one.series, one.slot) for one in was if (one.id, one.slot) not in there)
        self.shard.sequence += 1
        self.under_way.append(Observed(MICROSOFT, self.shard.sequence, items, gone))

    def shown(self) -> list[Item]:
        return [_item(day, "", alone=self.alone) for day in self.days]

    def look(self, side: Side) -> None:
        if side is PRACTIFI:
            super().look(side)


@settings(max_examples=150)
@example(TAKEN)
@example(LATE)
@example(ALONE)
@example(TWICE)
@example(BACK)
@example(LAST)
@example(PASSED)
@given(DEEDS)
def test_each_date_of_an_event_has_one_event_in_practifi(deeds: Deeds) -> None:
    calendar = Calendar()
    for what, numbers in deeds:
        match what:
            case "repeats":
                calendar.becomes(numbers, alone=False)
            case "stands alone":
                calendar.becomes(numbers[:1], alone=True)
            case "arrives":
                calendar.arrive(numbers[0])
            case _:
                calendar.settle()
    calendar.settle()
    there = sorted(row.event.when.start.day for row in calendar.rows[PRACTIFI].values())  # type: ignore[union-attr]
    assert there == list(calendar.days)


def _item(day: int, mark: str, *, alone: bool) -> Item:
    event = replace(STANDUP, when=timed(datetime(2026, 3, day, 10, tzinfo=UTC), zone="UTC"))
    if alone:
        return here(event, name="REC", mark=mark)
    return here(event, name=f"occ-{day}", mark=f"{day}-{mark}", series="REC", slot=f"2026-03-{day:02}")
