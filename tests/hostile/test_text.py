"""A body in HTML, whatever stands in it: its text is found in time that grows with it."""

import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.clients.graph.text import meeting_link, plain

PIECES = [
    "<",
    "<!--",
    "-->",
    "<!",
    "<![CDATA[",
    "<![x",
    "<![if",
    "<?",
    "</",
    "<a",
    '<a b="',
    "<a b='",
    "&#",
    "&#xD800;",
    "&amp",
    "<div>",
    "</div>",
    "<style>",
    "<script>",
    "</script>",
    "<title",
    ">",
    "]]>",
    "text ",
    "\n",
    "https://",
    "https://zoom.us/j/",
    "!",
    ")",
    "\x00",
]
LONG = 200_000
"""Characters, of which the standard library's parser takes minutes in some of these."""


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_body_takes_no_long_time(piece: str) -> None:
    began = time.process_time()
    html = piece * (LONG // len(piece))
    plain(html)
    meeting_link(html, f"https://zoom.us/j/{html}")
    assert time.process_time() - began < 5


def test_what_is_mixed_takes_no_long_time_either() -> None:
    chance = Random(4)
    began = time.process_time()
    plain("".join(chance.choice(PIECES) for _ in range(LONG // 4)))
    assert time.process_time() - began < 5


@settings(settings.get_profile("hostile"))
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=30))
def test_any_body_has_a_text_that_can_be_said(pieces: list[str]) -> None:
    html = "".join(pieces)
    plain(html).encode()
    meeting_link(html).encode()
