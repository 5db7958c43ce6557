"""python-o365, a client that knows nothing of us, works against it."""

from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests
from O365 import Account
from O365.utils.token import MemoryTokenBackend
from requests.adapters import BaseAdapter

from services.sandbox.wire import Request

MIKE = "mike@contoso.example"
BERLIN = ZoneInfo("Europe/Berlin")


class Adapter(BaseAdapter):
    """Leads requests' traffic into memory."""

    def __init__(self, graph: Any) -> None:
        super().__init__()
        self.graph = graph

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        asked = Request(
            str(request.method),
            parts.path,
            self.graph.now,
            dict(parse_qsl(parts.query)),
            headers,
            body,
            "https://graph.microsoft.com",
        )
        answer = self.graph.microsoft.handle(asked)
        made = requests.Response()
        made.status_code, made._content, made.url = answer.status, answer.body, str(request.url)
        made.headers.update(answer.headers)
        made.request = request
        return made

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture
def calendar(graph: Any) -> Any:
    account = Account(
        ("app", "secret"),
        auth_flow_type="credentials",
        tenant_id="contoso",
        token_backend=MemoryTokenBackend(),
        timezone="Europe/Berlin",
        main_resource=MIKE,
        requests_delay=0,
    )
    session = requests.Session()
    session.mount("https://", Adapter(graph))
    session.headers["Authorization"] = f"Bearer {graph.token}"
    account.con.session = session
    return account.schedule(resource=MIKE).get_default_calendar()


def between(calendar: Any) -> list[Any]:
    start, end = datetime(2026, 3, 1, tzinfo=BERLIN), datetime(2026, 4, 1, tzinfo=BERLIN)
    return list(calendar.get_events(limit=50, include_recurring=True, start_recurring=start, end_recurring=end))


def test_it_creates_reads_changes_and_deletes(graph: Any, calendar: Any) -> None:
    event = calendar.new_event(subject="Lunch")
    event.start, event.end = datetime(2026, 3, 4, 12, tzinfo=BERLIN), datetime(2026, 3, 4, 13, tzinfo=BERLIN)
    event.location = "Canteen"
    event.attendees.add("john@contoso.example")
    assert event.save()
    (found,) = between(calendar)
    assert (found.subject, found.start, found.location["displayName"]) == ("Lunch", event.start, "Canteen")
    found.subject = "Late lunch"
    assert found.save()
    assert graph.item(MIKE, event.object_id)["subject"] == "Late lunch"
    assert found.delete()
    assert between(calendar) == []
    assert [kind for kind, _ in graph.mailed()] == ["invitation", "update", "cancellation"]


def test_it_reads_a_series_that_it_made(calendar: Any) -> None:
    event = calendar.new_event(subject="Standup")
    event.start, event.end = datetime(2026, 3, 2, 9, tzinfo=BERLIN), datetime(2026, 3, 2, 9, 15, tzinfo=BERLIN)
    event.recurrence.set_weekly(
        1,
        days_of_week=["monday", "thursday"],
        first_day_of_week="monday",
        start=date(2026, 3, 2),
        end=date(2026, 3, 12),
    )
    assert event.save()
    assert [(one.start.day, one.event_type.value) for one in between(calendar)] == [
        (day, "occurrence") for day in (2, 5, 9, 12)
    ]


def test_it_marks_an_all_day_event(calendar: Any) -> None:
    event = calendar.new_event(subject="Fair")
    event.start, event.end = datetime(2026, 3, 10, tzinfo=BERLIN), datetime(2026, 3, 11, tzinfo=BERLIN)
    event.is_all_day = True
    assert event.save()
    (found,) = between(calendar)
    assert (found.is_all_day, found.start.date()) == (True, date(2026, 3, 10))
