"""JSON that one odd text makes unreadable as a whole: half of a character, as cutting an emoji leaves it, and nesting
without end. Mended, it harms nothing but what it stands in (O5). Pure; only looked at when decoding has failed."""

import re
from collections.abc import Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")
DEEPEST = 100
"""Levels of nesting at most; neither remote has a tenth of them."""

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.", re.DOTALL
)
_HALF = 6
"""Bytes of an escape that stands alone and is no whole character, the only one of that length above."""
_MARKS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_LARGEST = 8 * 1024 * 1024
"""Bytes in which nesting is looked for: that takes a second for each few millions of brackets."""


def read(decoder: "msgspec.json.Decoder[T]", body: bytes | Raw) -> T:
    """The value, of the mended text where it has to be. Raises what decoding raises."""
    try:
        return decoder.decode(body)
    except msgspec.DecodeError:
        fixed = whole(bytes(body))
        if fixed == body:
            raise
        return read(decoder, fixed)
    except RecursionError:
        fixed = shallow(bytes(body))
        if fixed == body:
            raise
        return read(decoder, fixed)


def whole(body: bytes) -> bytes:
    """The same, with U+FFFD for every half of a character."""
    return _ESCAPES.sub(lambda found: b"\\ufffd" if len(found[0]) == _HALF else found[0], body)


def shallow(body: bytes) -> bytes:
    """The same, with null for whatever lies too deep."""
    return b"".join(_shallow(body)) if len(body) <= _LARGEST else body


def _shallow(body: bytes) -> Iterator[bytes]:
    depth = at = start = 0
    for found in _MARKS.finditer(body):
        mark = found[0]
        if mark in b"[{":
            depth += 1
            start = found.start() if depth == DEEPEST + 1 else start
        elif mark in b"]}":
            if depth == DEEPEST + 1:
                yield body[at:start] + b"null"
                at = found.end()
            depth -= 1
    yield body[at:]
