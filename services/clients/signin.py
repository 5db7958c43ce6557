"""How the libraries that sign us in reach the network: they know no async and bring sessions of their own, which would
wait for ever and swallow any answer. Through this they go by the one door (`http.py`), with its bounds: no other host,
no redirect, so much time, so much text."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Meta, Struct

from services.clients.http import Http
from services.clients.odd import NO_JSON
from services.kernel.errors import Transient


class Said(Struct, omit_defaults=True):
    """All that a sign-in may tell those libraries, which trust whatever they are given: a discovery, a grant or a
    refusal. A token is one that goes into a header."""

    issuer: str | None = None
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    token_type: str | None = None
    access_token: Annotated[str, Meta(pattern=r"^[!-~]+\Z")] | None = None
    expires_in: Annotated[int, Meta(ge=0, le=10**8)] | None = None
    instance_url: str | None = None
    id: str | None = None
    error: str | None = None
    error_description: str | None = None
    error_codes: list[Annotated[int, Meta(ge=0, le=10**9)]] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as those libraries read it."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def json(self) -> Any:
        """Raises ValueError for what is no JSON."""
        return json.loads(self.text)

    def raise_for_status(self) -> None:
        """Raises Transient where the other side has failed."""
        if self.status_code >= 500:  # noqa: PLR2004
            raise Transient(f"the sign-in answered {self.status_code}")


class SignIn:
    """What msal and simple-salesforce take for a session, used in a thread while `loop` runs in another. With `here`
    the host of `http` is asked whatever host the library thinks of; else a link to another host is refused. Raises
    what `Http.send` raises; `last` is the last answer."""

    def __init__(self, http: Http, loop: asyncio.AbstractEventLoop, *, here: bool = False) -> None:
        self._http = http
        self._loop = loop
        self._here = here
        self.last: Answer | None = None

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, **_: Any) -> Answer:
        return self._send("GET", url, headers, None)

    def post(
        self, url: str, data: Any = None, *, params: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> Answer:
        """A form, or a text that is one already, as msal gives it."""
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        query = f"?{urlencode(params)}" if params else ""
        body = data if isinstance(data, str) else urlencode(data or {})
        return self._send("POST", url + query, form, body.encode())

    def close(self) -> None:
        """The connections are the owner's."""

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None) -> Answer:
        sent = self._http.send(method, self._ours(url), headers=headers or {}, body=body, reads=False)
        reply = asyncio.run_coroutine_threadsafe(sent, self._loop).result()
        self.last = Answer(reply.status, _said(reply.body), reply.headers)
        return self.last

    def _ours(self, url: str) -> str:
        """The same on our host: a sign-in on loopback may speak plain http, which the libraries do not believe in."""
        asked, ours = urlsplit(url), urlsplit(self._http.root)
        if self._here or asked.netloc == ours.netloc:
            return asked._replace(scheme=ours.scheme, netloc=ours.netloc).geturl()
        return url


def _said(body: bytes) -> str:
    """What an answer says, as JSON again; nothing at all if it is not of that shape."""
    try:
        return msgspec.json.encode(msgspec.json.decode(body, type=Said)).decode()
    except NO_JSON:
        return "{}"
