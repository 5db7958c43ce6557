"""One small firm in Microsoft, and a client that speaks to it in process."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest

from services.sandbox.microsoft import Microsoft, Switches
from services.sandbox.wire import Request, Response

ORIGIN = "https://graph.example"
BERLIN = "W. Europe Standard Time"
WINDOW = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z"
IMMUTABLE = 'IdType="ImmutableId"'


@dataclass
class Graph:
    """Asks Microsoft as an application would; `now` only moves when a test moves it."""

    microsoft: Microsoft
    people: dict[str, str]
    now: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    prefer: str = IMMUTABLE
    token: str = ""
    seen: list[Response] = field(default_factory=list)

    def sign_in(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": "app",
            "client_secret": "secret",
            "scope": "https://graph.microsoft.com/.default",
        }
        answer = self.microsoft.handle(
            Request("POST", "/contoso/oauth2/v2.0/token", self.now, body=urlencode(form).encode(), origin=ORIGIN)
        )
        self.token = json.loads(answer.body)["access_token"]

    def send(self, method: str, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of one request; `url` is relative to /v1.0/ or a link."""
        path, _, query = url.removeprefix(ORIGIN).partition("?")
        path = path if path.startswith("/v1.0") else f"/v1.0/{path}"
        base = {"authorization": f"Bearer {self.token}", "prefer": self.prefer}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = b"" if body is None else json.dumps(body).encode()
        request = Request(method, path, self.now, dict(parse_qsl(query)), {**base, **named}, raw, ORIGIN)
        answer = self.microsoft.handle(request)
        self.seen.append(answer)
        return answer.status, json.loads(answer.body) if answer.body else None

    def get(self, url: str, **headers: str) -> Any:
        status, value = self.send("GET", url, **headers)
        assert status == 200, value
        return value

    def create(self, who: str, **properties: Any) -> Any:
        status, value = self.send("POST", f"users/{who}/events", event(**properties))
        assert status == 201, value
        return value

    def patch(self, who: str, item: str, **properties: Any) -> Any:
        status, value = self.send("PATCH", f"users/{who}/events/{quote(item)}", properties)
        assert status == 200, value
        return value

    def item(self, who: str, item: str, query: str = "") -> Any:
        return self.get(f"users/{who}/events/{quote(item)}{query}")

    def round(self, url: str) -> tuple[list[Any], str]:
        """All rows of a delta round, and its deltaLink."""
        rows: list[Any] = []
        for _ in range(100):
            page = self.get(url)
            rows += page["value"]
            assert ("@odata.nextLink" in page) != ("@odata.deltaLink" in page)
            if "@odata.deltaLink" in page:
                return rows, page["@odata.deltaLink"]
            url = page["@odata.nextLink"]
        raise AssertionError("the round never ended")

    def first(self, who: str) -> tuple[list[Any], str]:
        return self.round(f"users/{who}/calendarView/delta?{WINDOW}")

    def day(self, who: str, number: int) -> Any:
        """What stands in the calendar on a day of March."""
        edges = f"startDateTime=2026-03-{number:02}T00:00:00Z&endDateTime=2026-03-{number:02}T23:59:59Z"
        return self.get(f"users/{who}/calendarView?{edges}")["value"]

    def mailed(self) -> list[tuple[str, tuple[str, ...]]]:
        """Kind and recipients of the mails since the last call."""
        mails: list[tuple[str, tuple[str, ...]]] = [(mail.kind, mail.recipients) for mail in self.microsoft.mails]
        self.microsoft.mails.clear()
        return mails

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


def at(day: str, zone: str = BERLIN) -> dict[str, str]:
    return {"dateTime": day, "timeZone": zone}


def event(**properties: Any) -> dict[str, Any]:
    """A talk on Monday 2 March 2026, 10 to 11 in Berlin, and whatever else is said of it."""
    base = {"subject": "Talk", "start": at("2026-03-02T10:00:00"), "end": at("2026-03-02T11:00:00")}
    return {**base, **properties}


def weekly(*days: str, **closing: Any) -> dict[str, Any]:
    end = {"type": "numbered", "numberOfOccurrences": 4, **closing}
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": list(days or ("monday",))},
        "range": {"startDate": "2026-03-02", **end},
    }


def guests(*addresses: str) -> list[dict[str, Any]]:
    return [{"emailAddress": {"address": one}, "type": "required"} for one in addresses]


def firm(**switches: Any) -> Graph:
    """Mike, John and Ann with mailboxes; Otto on premises, Uma without licence, Sam outside the application's scope."""
    microsoft = Microsoft("contoso", "app", "secret", seed=7, switches=Switches(**switches))
    kinds = {"otto": "on_premises", "uma": "unlicensed", "sam": "out_of_scope"}
    people = {
        name: microsoft.add_user(
            name=f"{name.title()} Example",
            upn=f"{name}@contoso.example",
            kind=kinds.get(name, "mailbox"),  # type: ignore[arg-type]  # kinds holds Kinds
            teams=name != "ann",
        )
        for name in ("mike", "john", "ann", "otto", "uma", "sam")
    }
    graph = Graph(microsoft, people)
    graph.sign_in()
    return graph


class Tools:
    """What the tests build requests with."""

    at = staticmethod(at)
    event = staticmethod(event)
    weekly = staticmethod(weekly)
    guests = staticmethod(guests)
    firm = staticmethod(firm)
    window = WINDOW
    origin = ORIGIN
    berlin = BERLIN


@pytest.fixture
def graph() -> Graph:
    return firm()


@pytest.fixture(scope="session")
def make() -> type[Tools]:
    return Tools
