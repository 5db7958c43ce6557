"""Valid JSON made hostile: every place of a sample takes every value that nobody expects there, one at a time or
several at once. What comes out is bytes, as it would come off a wire: some of it is no JSON any more."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("CALSYNC_FUZZ") or 0)
"""How many mixtures of mistakes are tried of everything; 0: a few, and not every single mistake."""
FEW = 200
DEPTH = 20_000 if EXAMPLES else 2_000


@dataclass(frozen=True)
class Literal:
    """JSON as it stands, which no value of Python would be written as."""

    text: bytes


Path = tuple[str | int, ...]

NUMBERS = (
    "0",
    "-1",
    "1.5",
    "1e30",
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
    "9007199254740993",
    "9" * 30,
    "-" + "9" * 30,
    "9" * 10_000,
)
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b@c",
    "0",
    "null",
    "@",
    "/o=x/cn=y",
    "\u202e",
    "\U0001f4a9" * 300,
    "]]>",
    "../../etc/passwd",
    "x" * 100_000,
    "<" * 5_000,
    "&#xD800;",
    "@{r0.id}",
    "https://evil.example/",
)
TIMES = (
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "0000-00-00T00:00:00Z",
    "2026-03-02T25:00:00",
    "2026-03-02T10:00:00",
    "2026-03-02T10:00:00+25:00",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999+0000",
    "2026-W10-1",
    "20260302",
    "10:00",
)
ZONES = ("Middle Earth Standard Time", "tzone://Microsoft/Custom", "../UTC", "Europe/Berlin\x00", "utc")
BROKEN = (b'"\\ud800"', b'"\\udc00x"', b'"\\ud800\\ud800"', b'"\xff"', b'"\xed\xa0\x80"', b'"\\q"', b"", b"tru")
HOSTILE: tuple[Any, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": None},
    [0, "", None],
    *(Literal(number.encode()) for number in NUMBERS),
    *TEXTS,
    *TIMES,
    *ZONES,
    *map(Literal, BROKEN),
    Literal(b"[" * DEPTH + b"]" * DEPTH),
    Literal(b'{"a":' * DEPTH + b"1" + b"}" * DEPTH),
)
"""What may stand anywhere."""

GONE = object()
"""Stands for a key that is missing."""


def text(value: Any) -> bytes:
    """The value as JSON, its literals as they stand."""
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, dict):
        return b"{" + b",".join(json.dumps(key).encode() + b":" + text(one) for key, one in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(text, value)) + b"]"
    return json.dumps(value, ensure_ascii=False).encode()


def places(sample: Any, at: Path = ()) -> Iterator[Path]:
    """Every place of a sample, itself first."""
    yield at
    inside = sample.items() if isinstance(sample, dict) else enumerate(sample) if isinstance(sample, list) else ()
    for key, value in inside:
        yield from places(value, (*at, key))


def put(sample: Any, at: Path, value: Any) -> Any:
    """The sample with another value at one place, or without it; where the place is gone by now, as it is."""
    if not at:
        return None if value is GONE else value
    if not isinstance(sample, dict | list) or (isinstance(sample, dict) and at[0] not in sample):
        return sample
    if isinstance(sample, list) and not (isinstance(at[0], int) and at[0] < len(sample)):
        return sample
    whole: Any = dict(sample) if isinstance(sample, dict) else list(sample)
    if len(at) == 1 and value is GONE:
        del whole[at[0]]
    else:
        whole[at[0]] = put(sample[at[0]], at[1:], value)  # type: ignore[index]
    return whole


def each(sample: Any, most: int = FEW) -> Iterator[tuple[str, bytes]]:
    """The sample with one mistake, and what it is: about `most` of them, or twenty times as many: nearly all."""
    known = [(at, value) for at in places(sample) for value in (*HOSTILE, *((GONE,) if at else ()))]
    step = max(1, len(known) // (most * 20 if EXAMPLES else most))
    while step > 1 and len(HOSTILE) % step == 0:
        step += 1  # or some values would never come
    for at, value in known[::step]:
        yield f"{'.'.join(map(str, at)) or 'all'} is {name(value)}", text(put(sample, at, value))


def name(value: Any) -> str:
    return "gone" if value is GONE else ascii(value)[:60]


@st.composite
def spoiled(draw: st.DrawFn, sample: Any, most: int = 4) -> bytes:
    """The sample with some mistakes at once."""
    whole = sample
    known = list(places(sample))
    for _ in range(draw(st.integers(1, most))):
        at, value = (
            draw(st.sampled_from(known)),
            draw(st.one_of(st.sampled_from((*HOSTILE, GONE)), st.text(max_size=9))),
        )
        whole = put(whole, at, {"more": value} if draw(st.integers(0, 9)) == 0 and value is not GONE else value)
    return text(whole)
