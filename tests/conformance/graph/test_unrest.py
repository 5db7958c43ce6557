"""Whatever befalls a mailbox, its reading and what is remembered of it: at rest, who believes what he is told knows
how the mailbox stands (CUR-13, D9, rulings 5, 6, 20)."""

import asyncio

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.conformance.graph.between import Deed
from tests.conformance.graph.plight import Plight

CALENDAR = ("single", "single", "series", "ours", "ours", "rename", "move", "repeat", "stop", "leave", "out", "into")
ENDS = ("delete", "delete", "end", "cancel", "unseen")
RULES = ("tag", "hide", "category", "privacy", "months", "direction", "consent")
FAULTS = ("forget", "licence", "user", "unnamed", "copy", "back", "lost", "forgets", "broken", "days", "days", "due")
DEEDS = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from((*CALENDAR, *ENDS, *RULES, *FAULTS)), st.integers(0, 8), st.integers(0, 12)
    ),
    max_size=20,
)
TURNED: list[Deed] = [(0, "single", 0, 0), (0, "direction", 0, 1)]
"""What is read is not taken, because the direction was changed meanwhile; then it is as before."""
MOVED: list[Deed] = [(0, "ours", 0, 0), (0, "out", 0, 0), (4, "move", 0, 0), (0, "cancel", 0, 0)]
"""What we have made leaves our sight before it is seen, comes back, and is called off."""


@settings(max_examples=100, deadline=None)
@example(TURNED)
@example(MOVED)
@given(DEEDS)
def test_at_rest_what_was_told_is_how_the_mailbox_stands(deeds: list[Deed]) -> None:
    mailbox = Plight(list(deeds))
    asyncio.run(mailbox.play())
    assert mailbox.wrong() == []
