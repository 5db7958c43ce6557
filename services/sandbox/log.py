"""What the sandbox was asked: the last requests one by one, and exact counters of all of them, so that a test can say
what a run cost. Never keeps a body, a query, an id or an address of a path: `template` replaces them."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote

from services.sandbox.wire import Request

KEPT = 50_000
_LONG = 24
_RECORD = (15, 18)
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
Side = Literal["microsoft", "practifi"]
Kind = Literal["read", "write", "token"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One request; `mailbox` is its address, "" when it concerns none; status 0: the connection was cut."""

    at: datetime
    method: str
    path: str
    status: int
    side: Side
    kind: Kind
    mailbox: str


@dataclass
class Log:
    """The newest `KEPT` entries and counters since the last reset."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    counts: Counter[tuple[Side, Kind, str]] = field(default_factory=Counter)
    statuses: Counter[tuple[Side, int]] = field(default_factory=Counter)

    def note(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.counts[entry.side, entry.kind, entry.mailbox] += 1
        self.statuses[entry.side, entry.status] += 1

    def counters(self) -> dict[str, Any]:
        """`{side: {kind: n, "mailboxes": {address: n}, "statuses": {status: n}}}`."""
        made: dict[str, Any] = {
            side: {"read": 0, "write": 0, "token": 0, "mailboxes": Counter(), "statuses": {}}
            for side in ("microsoft", "practifi")
        }
        for (side, kind, mailbox), count in self.counts.items():
            made[side][kind] += count
            if mailbox:
                made[side]["mailboxes"][mailbox] += count
        for (side, status), count in sorted(self.statuses.items()):
            made[side]["statuses"][str(status)] = count
        return made

    def last(self, count: int) -> list[dict[str, Any]]:
        """The newest entries as JSON values, oldest first."""
        newest = list(self.entries)[-count:] if count > 0 else []
        return [{**asdict(one), "at": one.at.isoformat()} for one in newest]


def mailbox(path: str) -> str:
    """The user that a Graph path names, as it names them; "" for none."""
    parts = path.split("/")
    return unquote(parts[3]).lower() if len(parts) > 3 and parts[2] == "users" else ""  # noqa: PLR2004 /v1.0/users/x


def template(path: str) -> str:
    """The path with ids, addresses and keys replaced by `{id}`."""
    parts = path.split("/")
    named = {"users", "events", "calendars", "M365_Key__c"}
    return "/".join(
        "{id}" if part and (_is_id(part) or (at and parts[at - 1] in named and part != "delta")) else part
        for at, part in enumerate(parts)
    )


def _is_id(part: str) -> bool:
    if len(part) >= _LONG or "@" in part or "%40" in part:
        return part != "parameterizedSearch"
    return len(part) in _RECORD and part[0] in "0acegm" and any(char.isdigit() for char in part)


def kind(request: Request) -> Kind:
    """Whether a request only asks; a batch of questions is a question (graph.md §4.1, salesforce.md §7)."""
    path = request.path.rstrip("/")
    if "/oauth2/" in path or "/.well-known/" in path or "/discovery/" in path:
        return "token"
    if request.method in _READS or _asks(request, path):
        return "read"
    return "write"


def _asks(request: Request, path: str) -> bool:
    if request.method != "POST":
        return False
    if path.endswith(("/$batch", "/composite", "/composite/batch")):
        return all(map(_harmless, _parts(request)))
    return "/parameterizedSearch" in path or "/composite/sobjects/" in path


def _harmless(part: dict[str, Any]) -> bool:
    """A subrequest that reads; retrieving rows of one type by ids is a POST."""
    method = str(part.get("method", "GET")).upper()
    return method in _READS or (method == "POST" and "/composite/sobjects/" in str(part.get("url", "")))


def _parts(request: Request) -> Iterator[dict[str, Any]]:
    try:
        body = request.json()
    except ValueError:
        return
    if not isinstance(body, dict):
        return
    for name in ("requests", "compositeRequest", "batchRequests"):
        parts = body.get(name)
        yield from (part for part in parts if isinstance(part, dict)) if isinstance(parts, list) else ()
