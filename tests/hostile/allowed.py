"""How hostile input may end: in one of our four errors, or in a value that can be kept, said and heard again."""

from collections.abc import Awaitable
from typing import Any

import msgspec
from msgspec import Struct

from services.kernel.errors import Conflict, Fatal, Permanent, Transient

FATES = (Transient, Permanent, Conflict, Fatal)


async def fate(asked: Awaitable[Any]) -> Any:
    """What came of it; None for one of the four errors, whose text can be logged. Any other error is raised."""
    try:
        return keepable(await asked)
    except FATES as error:
        str(error).encode()
        return None


def keepable(value: Any) -> Any:
    """The value, once everything in it was kept and read back, said and heard again."""
    for one in _structs(value):
        kept = msgspec.msgpack.encode(one)
        assert msgspec.msgpack.decode(kept, type=type(one)) == one
        assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
    return value


def _structs(value: Any) -> list[Struct]:
    if isinstance(value, Struct):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else ()
    return [struct for one in inside for struct in _structs(one)]
