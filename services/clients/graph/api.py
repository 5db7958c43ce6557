"""Microsoft Graph as calsync uses it: mailboxes, rounds, direct reads and writes, in neutral values. Raises only the
four errors of the kernel; logs nothing. Never repeats a write by itself (ruling 9)."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Response
from contracts.observed import Mailbox
from contracts.policy import PrivateEvents
from services.clients.graph import directory, mapping, paths
from services.clients.graph.door import Door, decoded
from services.clients.graph.excluded import NOTHING, Excluded
from services.clients.graph.paths import Window
from services.clients.graph.refusal import DUPLICATE, MALFORMED, Refusal, Stale
from services.clients.graph.rounds import contested, newest
from services.clients.graph.seen import Kind, Round, Seen
from services.clients.graph.shape import Page
from services.clients.graph.token import Token
from services.clients.http import Http, Overloaded, Reply, UnknownOutcome
from services.clients.pages import Pages
from services.kernel.errors import Permanent, Transient

PAGE, SMALL_PAGE = 200, 10
BATCH = 20
PATIENCE = timedelta(seconds=30)
"""The longest wait that a throttled part of a batch is worth: the other parts would have to be read again."""

_ANSWERS = {Response.ACCEPTED: "accept", Response.TENTATIVE: "tentativelyAccept", Response.DECLINED: "decline"}
_PAGES = msgspec.json.Decoder(Page)

Reads = Callable[[Raw | bytes], Seen]
"""How one event is understood: what is hidden of it, and whether it is left out."""


class Graph:
    """One tenant. `http` is Graph's root without version (`https://graph.microsoft.com`). Mailboxes are named by Entra
    object id, events by immutable id. Every method raises Transient, Permanent or Fatal; 404 for a mailbox and 403 are
    Permanent with Graph's code (E3)."""

    def __init__(self, http: Http, token: Token) -> None:
        self._door = Door(http, token)
        self._sleep = http.sleep

    async def close(self) -> None:
        """Give the connections back."""
        await self._door.close()

    async def mailboxes(self) -> tuple[Mailbox, ...]:
        """Every member of the directory; whether there is a mailbox behind one, only a read of it tells."""
        found = [directory.mailbox(raw) async for page in self._pages("", directory.USERS, 0) for raw in page.value]
        return tuple(mailbox for mailbox in found if mailbox)

    async def round(
        self, mailbox: str, cursor: str, window: Window, private: PrivateEvents, excluded: Excluded = NOTHING
    ) -> Round:
        """What changed since `cursor`, or all of `window` where there is none or Graph has forgotten it (CUR-03 to
        CUR-05). Each id comes once, as its newest revision."""
        reads = _reads(private, excluded)
        try:
            return await self._round(mailbox, cursor, window, reads)
        except Stale:
            return await self._round(mailbox, "", window, reads)

    async def look(
        self, mailbox: str, ids: Iterable[str], private: PrivateEvents, excluded: Excluded = NOTHING
    ) -> dict[str, Seen | None]:
        """Direct reads: None is the proof that an event is gone (X2). One with an unusable id has `error`."""
        return await self._look(mailbox, ids, _reads(private, excluded))

    async def instances(
        self, mailbox: str, master: str, window: Window, private: PrivateEvents, excluded: Excluded = NOTHING
    ) -> tuple[Seen, ...] | None:
        """The occurrences of a series in the window; None: the series is gone."""
        url, reads = f"{paths.event(mailbox, master)}/instances?{paths.within(window)}", _reads(private, excluded)
        try:
            return tuple([reads(raw) async for page in self._pages(mailbox, url) for raw in page.value])
        except Refusal as error:
            if error.gone:
                return None
            raise

    async def create(
        self, mailbox: str, event: CalendarEvent, fields: Iterable[str], *, transaction: str, stamp: str, invite: bool,
        private: PrivateEvents = PrivateEvents.BUSY_ONLY,
    ) -> Seen | None:  # fmt: skip
        """A new event with our `stamp`; mails its attendees if `invite`. The same `transaction` (see
        `mapping.transaction`) never makes a second one (graph.md §3.6): None if the first one is not there any more,
        or is not shown yet."""
        body, reads = mapping.created(event, fields, name=transaction, stamp=stamp, invite=invite), _reads(private)
        try:
            made = reads(await self._door.write(mailbox, "POST", paths.events(mailbox), body))
            if not made.id:
                raise UnknownOutcome("Microsoft's answer to a new event cannot be read")
        except Refusal as error:
            if error.code.casefold() != DUPLICATE or not error.existing:
                raise
            before = await self._one(mailbox, error.existing, reads)
            if before is None:
                return None
            made = before
        if event.online and made.event and not made.event.join_url and not made.redacted:
            made = await self._there(mailbox, made.id, reads)
        return replace(made, stamp=made.stamp or stamp)

    async def update(
        self, mailbox: str, id: str, mark: str, event: CalendarEvent, fields: Iterable[str], *,  # noqa: A002
        private: PrivateEvents = PrivateEvents.BUSY_ONLY,
    ) -> Seen:  # fmt: skip
        """Only `fields` of `event`, never attendees, never the body of an online meeting. Raises Conflict if the
        event is no longer at `mark`, Permanent("ErrorItemNotFound") if it is gone."""
        body, reads = mapping.patched(event, fields), _reads(private)
        raw = await self._door.write(mailbox, "PATCH", paths.event(mailbox, id), body, mark) if body else b""
        return now if raw and (now := reads(raw)).id else await self._there(mailbox, id, reads)

    async def delete(self, mailbox: str, id: str) -> None:  # noqa: A002
        """Gone afterwards, also if it was before. By the organizer it cancels, and mails."""
        await self._ended("DELETE", mailbox, paths.event(mailbox, id), None)

    async def cancel(self, mailbox: str, id: str, comment: str = "") -> None:  # noqa: A002
        """Cancelled with a word to the attendees; only the organizer may (graph.md §3.9)."""
        await self._ended("POST", mailbox, f"{paths.event(mailbox, id)}/cancel", {"comment": comment})

    async def respond(self, mailbox: str, id: str, response: Response, comment: str = "") -> None:  # noqa: A002
        """The mailbox's own answer, which the organizer gets by mail (A6). Permanent for NONE: no answer says that."""
        if response not in _ANSWERS:
            raise Permanent("no_answer", "an answer cannot be taken back")
        said = {"comment": comment, "sendResponse": True}
        await self._door.write(mailbox, "POST", f"{paths.event(mailbox, id)}/{_ANSWERS[response]}", said)

    async def _round(self, mailbox: str, cursor: str, window: Window, reads: Reads) -> Round:
        url = cursor or f"{paths.mailbox(mailbox)}/calendarView/delta?{paths.within(window)}"
        rows: list[Seen] = []
        end = ""
        async for page in self._pages(mailbox, url):
            rows += [reads(raw) for raw in page.value]
            end = self._door.follows(page.delta_link) if page.delta_link else ""
        if not end:  # CUR-11
            raise Transient("Microsoft's last page names no way to go on")
        looked = await self._look(mailbox, contested(rows), reads)
        return Round(newest(rows, looked), end, fresh=not cursor)

    async def _pages(self, mailbox: str, url: str, size: int = PAGE) -> AsyncIterator[Page]:
        """All pages from `url` on; smaller ones where Graph cannot make large ones (THR-18)."""
        pages = Pages("Microsoft", {url})
        while url:
            try:
                body = await self._door.read(mailbox, url, size)
            except Overloaded:
                if size <= SMALL_PAGE:
                    raise
                size = SMALL_PAGE
                continue
            page = decoded(body, _PAGES)
            yield page
            url = pages.on(page.next_link, body)

    async def _look(self, mailbox: str, ids: Iterable[str], reads: Reads) -> dict[str, Seen | None]:
        wanted = tuple(dict.fromkeys(ids))
        if len(wanted) == 1:
            return {wanted[0]: await self._one(mailbox, wanted[0], reads)}
        found: dict[str, Seen | None] = {}
        for start in range(0, len(wanted), BATCH):
            found |= await self._batch(mailbox, wanted[start : start + BATCH], reads)
        return found

    async def _batch(self, mailbox: str, ids: Sequence[str], reads: Reads) -> dict[str, Seen | None]:
        """Up to 20 direct reads at once; only those that were throttled are asked again, each by itself (THR-13)."""
        urls = [paths.read(mailbox, id_).removeprefix("/v1.0") for id_ in ids]
        answers = dict(zip(ids, await self._door.batch(mailbox, urls), strict=True))
        later = {id_: answer for id_, answer in answers.items() if isinstance(answer, Transient)}
        wait = max((answer.delay or timedelta() for answer in later.values()), default=timedelta())
        if wait > PATIENCE:
            raise Transient("Microsoft is throttling a part of a batch", wait)
        found = {id_: self._judged(id_, it, reads) for id_, it in answers.items() if isinstance(it, Reply)}
        if wait:
            await self._sleep(wait.total_seconds())
        for id_ in later:
            found[id_] = await self._one(mailbox, id_, reads)
        return {id_: found[id_] for id_ in ids}

    def _judged(self, id_: str, reply: Reply, reads: Reads) -> Seen | None:
        if reply.status < 400:  # noqa: PLR2004
            return reads(reply.body)
        return _proof(id_, self._door.refused(reply))

    async def _one(self, mailbox: str, id_: str, reads: Reads) -> Seen | None:
        try:
            return reads(await self._door.read(mailbox, paths.read(mailbox, id_)))
        except Refusal as error:
            return _proof(id_, error)

    async def _there(self, mailbox: str, id_: str, reads: Reads) -> Seen:
        """An event that must be there; Graph may be a few seconds late (graph.md §8)."""
        found = await self._one(mailbox, id_, reads)
        if found is None:
            raise Transient("Microsoft does not show an event yet that it has")
        return found

    async def _ended(self, method: str, mailbox: str, url: str, body: object) -> None:
        try:
            await self._door.write(mailbox, method, url, body)
        except Refusal as error:
            if not error.gone:
                raise


def _proof(id_: str, error: Exception) -> Seen | None:
    """None if the refusal proves that the item is gone; raises what says nothing of the item (403: ruling 29)."""
    if isinstance(error, Refusal) and error.gone:
        return None
    if isinstance(error, Refusal) and error.code.casefold() == MALFORMED:
        return Seen(id_, Kind.SINGLE, error=error.code)
    raise error


def _reads(private: PrivateEvents, excluded: Excluded = NOTHING) -> Reads:
    return partial(mapping.seen, private=private, excluded=excluded)
