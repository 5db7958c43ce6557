"""What reached each side: every write that a request asked for, alone or inside a batch or a collection, as a method,
what it was about and which properties it named. Reads and sign-ins are none."""

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from services.sandbox.wire import Request

Json = dict[str, Any]
_ASKS = ("/composite/sobjects/", "/parameterizedSearch")


class Write(NamedTuple):
    """One write. `what` is the event's id; for a creation in Microsoft the mailbox, for one in Practifi the object; for
    an action `id/name`. `keys` are the properties in its body, but for our own key on what is there already."""

    method: str
    what: str
    keys: AbstractSet[str] = frozenset()


@dataclass
class Wrote:
    """The writes of each side, oldest first, and the body of each."""

    microsoft: list[Write] = field(default_factory=list)
    practifi: list[Write] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.microsoft or self.practifi)

    def note(self, request: Request) -> None:
        """Take in one request."""
        for method, path, body in parts(request.method, request.path, request.query, request.body):
            if "/oauth2/" in path or method == "GET":
                continue
            if "/users/" in path:
                self.microsoft.append(_graph(method, path, body))
                self.bodies.append(body)
            elif "/services/" in path:
                for write, row in _org(method, path, body):
                    self.practifi.append(write)
                    self.bodies.append(row)


def parts(method: str, path: str, query: Any, body: bytes) -> Iterator[tuple[str, str, Json]]:
    """The calls inside a request, or the request itself."""
    said = _json(body)
    inner = said.get("requests") or said.get("compositeRequest")
    if not inner:
        ids = {"ids": query["ids"]} if "ids" in query else {}
        yield method, unquote(path), {**said, **ids}
    for one in inner or ():
        url = urlsplit(one["url"])
        ids = {"ids": parse_qs(url.query)["ids"][0]} if "ids=" in url.query else {}
        yield one.get("method", "GET"), unquote(url.path), {**(one.get("body") or {}), **ids}


def _json(body: bytes) -> Json:
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _graph(method: str, path: str, body: Json) -> Write:
    mailbox, _, rest = path.partition("/users/")[2].partition("/")
    _, _, event = rest.partition("/")
    return Write(method, event or mailbox, frozenset(body))


def _org(method: str, path: str, body: Json) -> Iterator[tuple[Write, Json]]:
    if method == "POST" and any(asks in path for asks in _ASKS):
        return
    for one in body.get("ids", "").split(",") if method == "DELETE" else ():
        yield Write(method, one), {}
    for record in body.get("records", ()):
        row = {key: value for key, value in record.items() if key not in {"attributes", "id", "Id"}}
        what = record.get("id") or record.get("Id") or record["attributes"]["type"]
        keys = frozenset(row) - (frozenset({"M365_Key__c"}) if method == "PATCH" and "id" in record else frozenset())
        yield Write("POST" if path.endswith("M365_Key__c") else method, what, keys), row
    if method == "POST" and "/Soap/" in path:
        yield Write("SOAP", "undelete"), {}
