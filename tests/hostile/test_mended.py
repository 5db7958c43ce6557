"""What makes a whole page unreadable is mended, and what is sound stays as it is, byte for byte (O5)."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.clients.mended import shallow, whole

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@settings(settings.get_profile("hostile"))
@given(ANY, st.booleans())
def test_sound_json_stays_as_it_is(value: object, ascii_: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_).encode()
    assert whole(body) == body
    assert shallow(body) == body


LARGE = 300_000
HALVES = {
    "half of an emoji": (rb'"a\ud83d"', rb'"a\ufffd"'),
    "the other half": (rb'"\ude00 b"', rb'"\ufffd b"'),
    "two first halves": (rb'"\ud83d\ud83d"', rb'"\ufffd\ufffd"'),
    "a whole one": (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
    "a backslash before the letters": (rb'"\\ud83d"', rb'"\\ud83d"'),
    "a backslash before a half": (rb'"\\\ud83d"', rb'"\\\ufffd"'),
}


@pytest.mark.parametrize(("body", "after"), HALVES.values(), ids=HALVES)
def test_half_of_a_character_is_one_that_says_so(body: bytes, after: bytes) -> None:
    assert whole(body) == after


@pytest.mark.parametrize(("opens", "closes"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_what_lies_too_deep_is_nothing(opens: bytes, closes: bytes) -> None:
    found = json.loads(shallow(b'[{"id":1},%s7%s,{"id":"]}"}]' % (opens * 50_000, closes * 50_000)))
    assert (found[0], found[2]) == ({"id": 1}, {"id": "]}"})


@pytest.mark.parametrize("piece", [b"[", b"]", b'"', b"\\", b'"\\', b"\\u", b"\\ud800", b"{]", b'["'])
def test_any_bytes_are_looked_at_once(piece: bytes) -> None:
    began = time.process_time()
    whole(piece * (LARGE // len(piece)))
    shallow(piece * (LARGE // len(piece)))
    assert time.process_time() - began < 10
