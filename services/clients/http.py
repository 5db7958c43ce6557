"""The one door to the network, for both remotes. It must never carry a bearer token to another host than the
configured one, follow a redirect, accept plain http beyond loopback, or let an exception of its library out."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential
from yarl import URL

from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.loopback import loopback

MAX_BODY = 64 * 1024 * 1024
ATTEMPTS = 3
PATIENCE = timedelta(seconds=5)
"""A wait up to this is sat out here; a longer one goes back to the lane, which keeps it over a restart."""
LONGEST = timedelta(days=1)
"""The longest wait that is believed."""


class UnknownOutcome(Transient):
    """The request may have been carried out: read before repeating it (ruling 9)."""


class Overloaded(Transient):
    """503 or 504 to a question, without a time to come back: a smaller question may be answered (graph.md §2.3)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer: any status but 429 and 5xx. Header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def checked_root(url: str, where: str) -> str:
    """The base URL without a trailing slash. Raises Fatal unless it is https, or http on loopback."""
    parts = urlsplit(url)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname))):
        return url.rstrip("/")
    raise Fatal(where, f"{url!r} is no usable address", "Give an https URL; plain http is for 127.0.0.1 and [::1] only")


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """A Retry-After header: whole or broken seconds, or an HTTP date (graph.md §4.2). None when it says nothing;
    never more than LONGEST, which nobody means."""
    if not value:
        return None
    try:
        return timedelta(seconds=max(0.0, min(float(value), LONGEST.total_seconds())))
    except ValueError:
        at = http_date(value)
        return min(max(at - now, timedelta()), LONGEST) if at else None


def http_date(value: str) -> datetime | None:
    """A date of a header, in UTC; None for what is none."""
    try:
        at = parsedate_to_datetime(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


class Http:
    """One remote host. `count` hears "read" or "write" for every request that leaves, retries included."""

    def __init__(
        self, root: str, *, where: str, now: Callable[[], datetime], ca_file: Path | None = None,
        timeout: timedelta = timedelta(seconds=60), count: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self.root = checked_root(root, where)
        self.where = where
        self.now = now
        self._ca_file = ca_file
        self._timeout = aiohttp.ClientTimeout(total=timeout.total_seconds(), connect=10)
        self._count = count
        self.sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None,
        reads: bool | None = None, faults: bool = False,
    ) -> Reply:  # fmt: skip
        """Send one request; `url` is a path under the root or an absolute URL on the same host, percent-encoded
        already: it goes out as it stands (an opaque link must).

        `reads` says that repeating it is harmless (default: GET). With `faults` an answer of 500 is given back: so SOAP
        says what it refuses. Raises Transient (429, 5xx, no connection;
        UnknownOutcome for a write that was on its way) and Permanent for a link to another host.
        """
        harmless = method == "GET" if reads is None else reads
        target = self.target(url)
        waits = AsyncRetrying(
            retry=retry_if_exception(lambda error: harmless and _short(error)),
            wait=_wait, stop=stop_after_attempt(ATTEMPTS), reraise=True, sleep=self.sleep,
        )  # fmt: skip
        return await waits(self._once, method, target, headers, body, harmless, faults)

    def target(self, url: str) -> str:
        """The absolute URL that `url` means here. Raises Permanent for what is no link, and for one to another host."""
        if not url.isascii() or not url.isprintable() or " " in url:
            raise Permanent("odd_link", f"{self.where} answered with a link that is none; it was not followed")
        try:
            target = urljoin(self.root + "/", url.lstrip("/")) if "://" not in url else url
            here = urlsplit(target)[:2] == urlsplit(self.root)[:2]
        except ValueError:
            here = False
        if not here:
            raise Permanent("foreign_link", f"{self.where} answered with a link to another host; it was not followed")
        return target

    async def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, harmless: bool, faults: bool
    ) -> Reply:
        self._count("read" if harmless else "write")
        try:
            reply = await self._exchange(method, url, headers, body)
        except aiohttp.ClientConnectorError as error:
            raise Transient(f"{self.where} cannot be reached: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            kind = Transient if harmless else UnknownOutcome
            raise kind(f"{self.where} broke off: {type(error).__name__}") from error
        return reply if faults and reply.status == 500 else self.judged(reply, harmless)  # noqa: PLR2004

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """One request and its answer, whatever it says. Raises the library's own errors."""
        async with self._open().request(
            method, URL(url, encoded=True), headers=dict(headers), data=body, allow_redirects=False
        ) as response:
            found = {key.lower(): value for key, value in response.headers.items()}
            return Reply(response.status, found, await _bounded(response))

    def judged(self, reply: Reply, harmless: bool) -> Reply:
        """The same answer, also one from inside a batch. Raises for 429, 5xx and redirects as `send` does."""
        theirs = http_date(reply.headers.get("date", "")) or self.now()  # a date is one of their own clock
        wait = retry_after(reply.headers.get("retry-after"), theirs)
        if reply.status == 429:  # noqa: PLR2004
            raise Transient(f"{self.where} is throttling", wait)
        if reply.status >= 500 and reply.status != 501:  # noqa: PLR2004
            refused_whole = reply.status in {503, 509}
            kind = Transient if harmless or refused_whole else UnknownOutcome
            if harmless and wait is None and reply.status in {503, 504}:
                kind = Overloaded
            raise kind(f"{self.where} answered {reply.status}", wait)
        if 300 < reply.status < 400 and reply.status != 304:  # noqa: PLR2004
            raise Permanent("redirect", f"{self.where} redirects; the request was not followed")
        return reply

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(ssl=self._tls(), limit=32),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _tls(self) -> ssl.SSLContext | bool:
        if self._ca_file is None:
            return True
        try:
            return ssl.create_default_context(cafile=str(self._ca_file))
        except (OSError, ssl.SSLError) as error:
            raise Fatal(self.where, f"ca_file {self._ca_file} cannot be used", "Give a readable PEM file") from error


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65536):
        body += chunk
        if len(body) > MAX_BODY:
            raise Permanent("too_large", f"an answer of more than {MAX_BODY} bytes was cut off")
    return bytes(body)


def _short(error: BaseException) -> bool:
    return isinstance(error, Transient) and (error.delay is None or error.delay <= PATIENCE)


_back_off = wait_random_exponential(multiplier=0.2, max=PATIENCE.total_seconds())


def _wait(state: RetryCallState) -> float:
    """What the remote asked for, and never less than our own growing back-off (THR-19)."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.delay.total_seconds() if isinstance(error, Transient) and error.delay else 0.0
    return max(asked, _back_off(state))
