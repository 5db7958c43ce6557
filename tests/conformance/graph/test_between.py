"""Whatever people do between any two of our requests, what was told last of an event is how it stands (CUR-13)."""

import asyncio

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.conformance.graph.between import Between, Deed

KINDS = ("single", "series", "rename", "move", "repeat", "stop", "leave", "delete", "delete", "end", "forget")
DEEDS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(KINDS), st.integers(0, 8), st.integers(0, 12)), max_size=20
)
EMPTIED: list[Deed] = [(0, "single", 0, 0), (2, "repeat", 0, 0), (0, "delete", 0, 0)]
"""A single event that was read repeats once, and that is deleted."""
LEFT: list[Deed] = [(0, "series", 0, 2), (2, "leave", 0, 0), (2, "single", 0, 1)]
"""A series that was read becomes a single event out of sight; then there is more to read."""


@settings(max_examples=100, deadline=None)
@example(EMPTIED)
@example(LEFT)
@given(DEEDS)
def test_the_last_word_on_every_event_is_how_it_stands(deeds: list[Deed]) -> None:
    mailbox = Between(list(deeds))
    asyncio.run(mailbox.play())
    assert mailbox.reader.shown() == mailbox.stands()
