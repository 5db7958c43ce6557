"""What a remote hears and says, as plain values, so that one simulation serves sockets and an in-process test alike.
Never opens a connection and never reads a clock: the request carries the time at which it arrived."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `path` stays percent-encoded, `query` is decoded, header names are lower-case."""

    method: str
    path: str
    at: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    origin: str = "http://127.0.0.1"

    def json(self) -> Any:
        """The body as JSON. ValueError when it is none, when it is nested without end, and when a text in it is half a
        character, which nobody could say again."""
        try:
            value = json.loads(self.body.decode(), parse_constant=_unknown)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if b"\\u" in self.body:
            json.dumps(value, ensure_ascii=False).encode()
        return value


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer; the shell adds nothing but Content-Length and Date."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(status: int, value: Any = None, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, or an empty one when `value` is None."""
    if value is None:
        return Response(status, headers=dict(headers or {}))
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def _unknown(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


class Remote(Protocol):
    """One pretended service: the same state and the same requests give the same answers."""

    def serves(self, request: Request) -> bool:
        """Whether the request's path belongs to this remote."""
        ...

    def handle(self, request: Request) -> Response:
        """The answer; changes the remote's memory, raises nothing."""
        ...
