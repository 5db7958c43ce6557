"""What both clients take for odd in an answer. Must never let an id pass that no store would find again."""

import msgspec

NO_JSON: tuple[type[Exception], ...] = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for an answer that is not of the shape that was asked for, no text, or nested without end."""

MOST = 4 * 1024 * 1024
"""Bytes of one event at most: as large as Microsoft lets a request be. A hundred of them go into one message."""


def sound(name: str) -> bool:
    """Whether an id can be kept and found: not empty, no NUL, at which the database would end it, and no slash at its
    end, which means all rows under it."""
    return bool(name) and "\x00" not in name and not name.endswith("/")
