"""Everything that is the same for each request to Graph: token, preferences, turns and refusals. Never more than four
requests at once into one mailbox, never two writes (graph.md §4.2, §3.11)."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

import msgspec
from msgspec import Raw

from services.clients.graph.refusal import refusal
from services.clients.graph.shape import Batch, Inner
from services.clients.graph.token import Token
from services.clients.http import Http, Reply
from services.clients.mended import read
from services.clients.odd import NO_JSON
from services.kernel.errors import Transient

AT_ONCE = 4
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'
_JSON = {"Content-Type": "application/json"}
_UNAUTHORIZED = 401
_BATCH = msgspec.json.Decoder(Batch)
T = TypeVar("T")


@dataclass(slots=True, weakref_slot=True)
class Turns:
    """Who may go into one mailbox."""

    permits: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    writes: asyncio.Lock = field(default_factory=asyncio.Lock)
    batches: asyncio.Lock = field(default_factory=asyncio.Lock)


class Door:
    """Graph as one application reaches it. Raises what `refusal` and `Http.send` say."""

    def __init__(self, http: Http, token: Token) -> None:
        self._http = http
        self._token = token
        self._turns: WeakValueDictionary[str, Turns] = WeakValueDictionary()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.close()

    async def read(self, mailbox: str, url: str, page: int = 0) -> bytes:
        """The body of a GET, with at most about `page` items where that is said."""
        turns = self._of(mailbox)
        async with turns.permits:
            prefer = f"{PREFER}, odata.maxpagesize={page}" if page else PREFER
            return (await self._send("GET", url, {"Prefer": prefer})).body

    async def write(self, mailbox: str, method: str, url: str, body: object = None, mark: str = "") -> bytes:
        """The body of the answer to a write, which only counts while the event's change key is `mark`."""
        headers = {"Prefer": PREFER}
        if body is not None:
            headers |= _JSON
        if mark:
            headers["If-Match"] = f'W/"{mark}"'
        sent = None if body is None else msgspec.json.encode(body)
        turns = self._of(mailbox)
        async with turns.writes, turns.permits:
            return (await self._send(method, url, headers, sent)).body

    async def batch(self, mailbox: str, urls: Sequence[str]) -> list[Reply | Transient]:
        """The answers to up to 20 GETs of one mailbox, in the order of `urls`; Transient for one that was refused for
        now. Graph works on four of them at a time, so the batch takes that many turns (graph.md §4.1)."""
        common = {"method": "GET", "headers": {"Prefer": PREFER}}
        asked = [{"id": str(at), "url": url, **common} for at, url in enumerate(urls)]
        turns = self._of(mailbox)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(turns.batches)
            for _ in range(min(AT_ONCE, len(urls))):
                await stack.enter_async_context(turns.permits)
            body = msgspec.json.encode({"requests": asked})
            answer = await self._send("POST", "/v1.0/$batch", _JSON, body, reads=True)
        inner = {one.id: one for one in decoded(answer.body, _BATCH).responses}
        return [self._inner(inner.get(str(at))) for at in range(len(urls))]

    def follows(self, url: str) -> str:
        """A link that can be followed. Raises Permanent for one that cannot."""
        return self._http.target(url)

    def refused(self, reply: Reply) -> Exception:
        """The error for an answer of 400 and more."""
        return refusal(reply, f"{self._token.where} client_id")

    def _inner(self, one: Inner | None) -> Reply | Transient:
        if one is None:
            return Transient(f"{self._http.where} left a question of a batch unanswered")
        headers = {key.lower(): value for key, value in (one.headers or {}).items()}
        reply = Reply(one.status, headers, bytes(one.body))
        if one.status == _UNAUTHORIZED:
            return Transient(f"{self._http.where} refused the token inside a batch")
        try:
            return self._http.judged(reply, harmless=True)
        except Transient as error:
            return error

    async def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None = None, *, reads: bool | None = None
    ) -> Reply:
        """One request; a refused token is renewed once (AUT-01)."""
        token = await self._token.value()
        reply = await self._http.send(method, url, headers=_signed(headers, token), body=body, reads=reads)
        if reply.status == _UNAUTHORIZED:
            token = await self._token.value(refused=token)
            reply = await self._http.send(method, url, headers=_signed(headers, token), body=body, reads=reads)
        if reply.status >= 400:  # noqa: PLR2004
            raise self.refused(reply)
        return reply

    def _of(self, mailbox: str) -> Turns:
        return self._turns.setdefault(mailbox, Turns())


def decoded(body: bytes | Raw, decoder: "msgspec.json.Decoder[T]") -> T:
    """The body as typed JSON. Raises Transient: something between us and Graph has answered instead."""
    try:
        return read(decoder, body)
    except NO_JSON as error:
        raise Transient("Microsoft's answer cannot be read") from error


def _signed(headers: dict[str, str], token: str) -> dict[str, str]:
    return {**headers, "Accept": "application/json", "Authorization": f"Bearer {token}"}
