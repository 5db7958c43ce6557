"""The way to the org: session, headers, several calls in one, pages. The only file of this package that sends after the
login; it must never repeat a write whose outcome is unknown."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from services.clients.http import Http, Reply, UnknownOutcome, http_date
from services.clients.pages import Pages
from services.clients.salesforce import answer, soap, soql
from services.clients.salesforce.answer import Part
from services.clients.salesforce.login import Login, Session
from services.clients.salesforce.refusal import LOCATOR, SESSION, codes, judge, meant
from services.kernel.errors import Fatal, Permanent, Transient

T = TypeVar("T")
HEAVY = 5
"""Queries and collections in one composite request (salesforce.md §7)."""

_BAD, _FAULT = 400, 500
_USAGE = re.compile(r"api-usage=([0-9]{1,15})/([0-9]{1,15})")
_XML = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}


@dataclass(frozen=True, slots=True)
class Sub:
    """One call inside a composite request; `path` is under the version's root."""

    method: str
    path: str
    body: Any = None


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """A question whose answer is rows of `kind`: a SOQL query, or with `ids` a read of Events by id. `take` makes
    something smaller of each row as its page arrives: an address book of dicts would not fit into a small process."""

    kind: type[T]
    query: str = ""
    ids: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    take: Callable[[T], Any] | None = None

    def taken(self, page: answer.Page) -> list[Any]:
        return answer.rows(page.records, self.kind, self.take)


class Wire:
    """One org. `api_usage` is what Salesforce last said of the day's requests, used and allowed; `heard_at` its own
    time then."""

    def __init__(self, http: Http, session: Session, version: str) -> None:
        self._http = http
        self._session = session
        self._root = f"/services/data/v{version}"
        self._soap = f"/services/Soap/u/{version}"
        self.where = session.where
        self.api_usage: tuple[int, int] | None = None
        self.heard_at: datetime | None = None
        self._rests_until: datetime | None = None

    def time(self) -> datetime:
        """Salesforce's own time as it said it last. Raises Permanent where it does not say it."""
        if self.heard_at is None:
            raise Permanent("no_date", f"{self.where} answers without its time")
        return self.heard_at

    async def who(self) -> tuple[str, str]:
        """Organization id and our own user id."""
        login = await self._session.current()
        return login.org_id, login.user_id

    async def send(self, method: str, path: str, body: Any = None, *, reads: bool) -> Reply:
        """One request, with one new login when the session is over (SFD-08). Raises the four errors of the kernel;
        UnknownOutcome comes through as it is."""
        payload = None if body is None else msgspec.json.encode(body)

        async def ask(login: Login) -> Reply:
            return await self._http.send(method, path, headers=_headers(login.token), body=payload, reads=reads)

        reply = await self._in_session(ask, lambda reply: codes(reply.body)[0])
        judge(reply.status, reply.body, self.where)
        return reply

    async def soap(self, envelope: Callable[[str], bytes]) -> bytes:
        """One write as SOAP: the body that a token makes, and the body of the answer. Raises as `send` does."""

        async def ask(login: Login) -> Reply:
            body = envelope(login.token)
            return await self._http.send("POST", self._soap, headers=_XML, body=body, reads=False, faults=True)

        reply = await self._in_session(ask, lambda reply: soap.fault(reply.body))
        if reply.status < _BAD:
            return reply.body
        code = soap.fault(reply.body)
        if reply.status == _FAULT and not code:
            raise UnknownOutcome(f"{self.where} answered {reply.status}")
        raise meant(reply.status, code, "", self.where)

    async def _in_session(self, ask: Callable[[Login], Awaitable[Reply]], code: Callable[[Reply], str]) -> Reply:
        """The answer to a question that needs a login; with a new one when the answer says that it is over."""
        login = await self._session.current()
        for again in (False, True):
            self._http.root = login.instance  # the token goes to the instance of its login and nowhere else
            reply = await self._in_turn(ask, login)
            self._note(reply.headers)
            if reply.status < _BAD or code(reply) != SESSION:
                break
            if again:
                mend = "Check the session and IP settings of the connected app and the integration user"
                raise Fatal(self.where, "Salesforce refuses a session that it has just given", mend)
            login = await self._session.current(refused=login)
        return reply

    async def _in_turn(self, ask: Callable[[Login], Awaitable[Reply]], login: Login) -> Reply:
        """The answer, unless the org has asked us to wait: then nothing leaves before that time, whatever a batch has
        still to ask (O4). Raises Transient with the time that is left."""
        now = self._http.now()
        if self._rests_until is not None and now < self._rests_until:
            raise Transient(f"{self.where} has asked us to wait", self._rests_until - now)
        try:
            return await ask(login)
        except Transient as error:
            if error.delay:
                self._rests_until = self._http.now() + error.delay
            raise

    async def composite(self, subs: Sequence[Sub], *, reads: bool) -> list[Part]:
        """Several calls in one request; the answers come in the order of the questions."""
        asked = [
            {"method": sub.method, "url": self._root + sub.path, "referenceId": f"r{place}"}
            | ({} if sub.body is None else {"body": sub.body})
            for place, sub in enumerate(subs)
        ]
        body = {"allOrNone": False, "compositeRequest": asked}
        reply = await self.send("POST", f"{self._root}/composite", body, reads=reads)
        try:
            found = {part.reference: part for part in answer.decoded(reply.body, answer.Composite).parts}
            return [found[f"r{place}"] for place in range(len(subs))]
        except (Permanent, KeyError):
            if reads:
                raise answer.odd() from None
            raise UnknownOutcome(f"{self.where} answered a write in a shape that is not its own") from None

    async def ask(self, asks: Sequence[Ask[Any]]) -> list[list[Any]]:
        """The rows of each question, all pages: five questions a request, and a request for each further page. A read
        by id has None for what is not there."""
        answers: list[list[Any]] = []
        for five in batched(asks, HEAVY):
            parts = await self.composite([self.sub(one) for one in five], reads=True)
            answers += [await self.whole(one, part) for one, part in zip(five, parts, strict=True)]
        return answers

    def sub(self, ask: Ask[Any]) -> Sub:
        if ask.ids:
            return Sub("POST", "/composite/sobjects/Event", {"ids": ask.ids, "fields": ask.columns})
        return Sub("GET", soql.path(ask.query))

    async def whole(self, ask: Ask[T], part: Part) -> list[Any]:
        """All rows of one answer; a query whose cursor has died is put once more (SFD-09)."""
        try:
            return await self._pages(ask, part)
        except Permanent as error:
            if error.code != LOCATOR:
                raise
        fresh = (await self.composite([self.sub(ask)], reads=True))[0]
        return await self._pages(ask, fresh)

    async def _pages(self, ask: Ask[T], part: Part) -> list[Any]:
        judge(part.status, bytes(part.body), self.where)
        if ask.ids:
            return answer.by_id(ask.ids, part.body, ask.kind)
        page: answer.Page = answer.decoded(part.body, answer.Page)
        rows, pages, body = ask.taken(page), Pages("Salesforce"), bytes(part.body)
        while following := pages.on(page.following, body):
            body = (await self.send("GET", following, reads=True)).body
            page = answer.decoded(body, answer.Page)
            rows += ask.taken(page)
        if not page.done:  # without the rest
            raise answer.odd()
        return rows

    def _note(self, headers: Mapping[str, str]) -> None:
        if used := _USAGE.search(headers.get("sforce-limit-info", "")):
            self.api_usage = int(used[1]), int(used[2])
        if at := http_date(headers.get("date", "")):
            self.heard_at = at


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Sforce-Call-Options": "client=calsync",
    }


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive pieces of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))
