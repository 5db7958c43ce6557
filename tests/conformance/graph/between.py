"""Mike's mailbox as the poller reads it while he is at work in it: the sandbox in this process, the real client and the
real decision, and something happens before any request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from services.clients.graph.api import PAGE, Graph
from services.clients.http import Http, Reply
from services.graph_poller.failing import refused
from services.kernel.errors import Permanent, Transient
from services.sandbox.microsoft import Microsoft, Refused
from services.sandbox.wire import Request
from tests.conformance.graph.reader import Reader
from tests.conformance.graph.stage import CLIENT, NOON, SECRET, TENANT, Stage

ROOT = "http://127.0.0.1"
FIRST, LAST = NOON - timedelta(days=5), NOON + timedelta(days=90)
FAR = datetime(2036, 1, 1, 10, tzinfo=UTC)
Deed = tuple[int, str, int, int]
"""So many requests later: what, to which of the events, and a number for the rest."""


class Direct(Http):
    """The one door, without a network behind it; `before` each request something may happen. A page is small, so that a
    round has many."""

    def __init__(
        self, microsoft: Microsoft, before: Callable[[], None], now: Callable[[], datetime] = lambda: NOON
    ) -> None:
        super().__init__(ROOT, where="Microsoft Graph", now=now)
        self._microsoft, self._before = microsoft, before

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        self._before()
        parts, low = urlsplit(url), {name.lower(): value for name, value in headers.items()}
        low["prefer"] = low.get("prefer", "").replace(f"maxpagesize={PAGE}", "maxpagesize=2")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        answer = self._microsoft.handle(Request(method, parts.path, self.now(), query, low, body or b"", ROOT))
        return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.body)


class Token:
    """What lets the client in."""

    where = "firm.toml [microsoft]"

    def __init__(self, value: str) -> None:
        self._value = value

    async def value(self, refused: str = "") -> str:
        return self._value


@dataclass
class Between:
    """`deeds` are still to come; `alone` are events that have ever stood alone."""

    deeds: list[Deed]
    microsoft: Microsoft = field(default_factory=lambda: Microsoft(TENANT, CLIENT, SECRET))
    alone: set[str] = field(default_factory=set)
    made: int = 0

    def __post_init__(self) -> None:
        self.stage = Stage(self.microsoft)
        self.microsoft.tenant.tokens["token"] = NOON + timedelta(days=1)
        self.stage.graph = Graph(Direct(self.microsoft, self.before), Token("token"))  # type: ignore[arg-type]  # alike
        self.reader = Reader(self.stage, NOON)

    async def play(self) -> None:
        """Read until everything has happened, and twice more."""
        while self.deeds:
            await self._run()
        await self._run()
        await self._run()

    async def _run(self) -> None:
        try:
            await self.reader.run()
        except Transient:
            pass  # it is asked again
        except Permanent as error:  # what was asked about may be something else by now
            self.reader.poller.hear(refused(self.reader.mike, error))

    def before(self) -> None:
        """One more request leaves: whatever is due happens."""
        while self.deeds:
            wait, what, which, number = self.deeds[0]
            if wait:
                self.deeds[0] = wait - 1, what, which, number
                return
            del self.deeds[0]
            try:
                getattr(self, what)(which, number)
            except Refused:
                continue  # Outlook would not have let him

    def stands(self) -> list[tuple[str, str]]:
        """Start and subject of all that his calendar shows, in order."""
        shown = self.microsoft.events(self.reader.mike, FIRST, LAST)
        starts = [(datetime.fromisoformat(one["start"]["dateTime"][:19]), one["subject"]) for one in shown]
        return sorted((f"{at:%m-%d %H:%M}", subject) for at, subject in starts)

    def single(self, _: int, number: int) -> None:
        self.alone.add(self.stage.event(self.reader.mike, subject=self._word(), **times(self.day(number))))

    def series(self, _: int, number: int) -> None:
        self.stage.event(
            self.reader.mike,
            subject=self._word(),
            **times(self.day(number)),
            recurrence=_rule(number, self.day(number).date()),
        )

    def rename(self, which: int, _: int) -> None:
        if one := self._one(which, self._shown()):
            self.reader.change(one["id"], subject=self._word())

    def move(self, which: int, number: int) -> None:
        """A single event to another day, a series with all that it has."""
        if one := self._one(which, self.microsoft.events(self.reader.mike)):
            self.reader.change(one["id"], **times(self.day(number)))

    def repeat(self, which: int, number: int) -> None:
        """A single event becomes a series, a series another one."""
        if one := self._one(which, self.microsoft.events(self.reader.mike)):
            first = date.fromisoformat(one["start"]["dateTime"][:10])
            self.reader.change(one["id"], recurrence=_rule(number, first))

    def stop(self, which: int, _: int) -> None:
        """A series becomes a single event."""
        if one := self._one(which, self._masters()):
            self.alone.add(one["id"])
            self.reader.change(one["id"], recurrence=None)

    def leave(self, which: int, _: int) -> None:
        """A series becomes a single event out of sight; one that stood alone before would stay as it was (D9)."""
        if one := self._one(which, [one for one in self._masters() if one["id"] not in self.alone]):
            self.alone.add(one["id"])
            self.reader.change(one["id"], recurrence=None, **times(FAR))

    def delete(self, which: int, _: int) -> None:
        if one := self._one(which, self._shown()):
            self.reader.delete(one["id"])

    def end(self, which: int, _: int) -> None:
        if one := self._one(which, self._masters()):
            self.reader.delete(one["id"])

    def forget(self, _: int, __: int) -> None:
        """Microsoft forgets how far we have read."""
        self.microsoft.forget_deltas()

    def day(self, number: int) -> datetime:
        """A time that a number means."""
        return datetime.combine(NOON.date() + timedelta(days=number + 1), time(10 + number % 3), UTC)

    def _shown(self) -> list[Any]:
        return self.microsoft.events(self.reader.mike, FIRST, LAST)

    def _masters(self) -> list[Any]:
        return [one for one in self.microsoft.events(self.reader.mike) if one["type"] == "seriesMaster"]

    def _one(self, which: int, some: list[Any]) -> Any:
        return some[which % len(some)] if some else None

    def _word(self) -> str:
        self.made += 1
        return f"word {self.made}"


def times(start: datetime) -> dict[str, Any]:
    zone = {"timeZone": "UTC"}
    ends = start + timedelta(hours=1)
    return {"start": {"dateTime": f"{start:%Y-%m-%dT%H:%M:%S}", **zone},
            "end": {"dateTime": f"{ends:%Y-%m-%dT%H:%M:%S}", **zone}}  # fmt: skip


def _rule(number: int, first: date) -> dict[str, Any]:
    """Up to three occurrences, every day or every second one."""
    numbered = {"type": "numbered", "startDate": first.isoformat(), "numberOfOccurrences": 1 + number % 3}
    return {"pattern": {"type": "daily", "interval": 1 + number % 2}, "range": numbered}
