"""Where things are at Graph. Whatever an id holds, it is one step of a path. Pure."""

from datetime import UTC, datetime
from urllib.parse import quote

from services.clients.graph.mapping import STAMP
from services.clients.graph.refusal import MALFORMED
from services.kernel.errors import Permanent

Window = tuple[datetime, datetime]
_STAMP = quote(f"singleValueExtendedProperties($filter=id eq '{STAMP}')", safe="$()='")


def mailbox(name: str) -> str:
    return f"/v1.0/users/{_named(name)}"


def events(of: str) -> str:
    return f"{mailbox(of)}/events"


def event(of: str, id_: str) -> str:
    return f"{events(of)}/{_named(id_)}"


def _named(id_: str) -> str:
    """An id as one step of a path. Raises Permanent for what is none: these would lead to something else."""
    if id_ in {"", ".", ".."}:
        raise Permanent(MALFORMED, "this is no id of Microsoft's")
    return quote(id_, safe="")


def read(of: str, id_: str) -> str:
    """A direct read, with our own stamp."""
    return f"{event(of, id_)}?$expand={_STAMP}"


def within(window: Window) -> str:
    """The query that bounds a view of a calendar."""
    start, end = (edge.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for edge in window)
    return f"startDateTime={start}&endDateTime={end}"
