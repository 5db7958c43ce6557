"""One call of the REST API, whether it came alone or inside a composite, and its answer before it is bytes.
Carries what a resource needs and decides nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from services.sandbox.salesforce.memory import Act, Memory
from services.sandbox.salesforce.query import Reader
from services.sandbox.salesforce.refused import Refused, bad, missing
from services.sandbox.salesforce.usage import Usage

ROOT = "/services/data/"
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, JSON value or nothing, headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Cursors:
    """Open query cursors: the query, whether it counts deleted rows, the ids; oldest first."""

    open: dict[str, tuple[str, bool, tuple[str, ...], float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A call: `path` is decoded, without the root and the version."""

    memory: Memory
    usage: Usage
    cursors: Cursors
    route: Callable[["Call"], Reply]
    method: str
    version: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    act: Act
    body: Any = None

    @property
    def root(self) -> str:
        return f"{ROOT}{self.version}"

    def object(self) -> Body:
        """The body, which must be a JSON object; Refused."""
        if not isinstance(self.body, dict):
            raise bad("JSON_PARSER_ERROR", "The HTTP entity body is required and must be a JSON object")
        return self.body

    def reader(self, *, everything: bool = False) -> Reader:
        """The eyes of the calling user."""
        user = self.memory.get("User", self.act.by)
        zone = user["TimeZoneSidKey"] if user else "UTC"
        return Reader(self.memory, self.act.at, zone, self.version, everything)

    def inner(self, method: str, url: str, body: Any, headers: Mapping[str, str]) -> "Call":
        """A call inside this one, by its whole URL; Refused when that is none of this API."""
        parts = urlsplit(url)
        if not parts.path.startswith(ROOT):
            raise missing()
        version, *path = split(parts.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return replace(
            self, method=method.upper(), version=version, path=tuple(path), query=query, headers=headers, body=body
        )

    def answered(self) -> Reply:
        """The answer to this call; a refusal leaves no trace."""
        mark = self.memory.mark()
        try:
            return self.route(self)
        except Refused as refused:
            self.memory.rollback(mark)
            return Reply(refused.status, refused.single())


def split(path: str) -> list[str]:
    """The decoded segments behind `/services/data/`, the version first."""
    segments = path[len(ROOT) :].split("/")
    while segments and not segments[-1]:
        segments.pop()
    return [unquote(segment) for segment in segments]


def not_allowed(call: Call) -> Refused:
    """HTTP 405 for a method that a resource does not know."""
    return Refused(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.")
