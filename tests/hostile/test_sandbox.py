"""The sandbox hears whatever a client sends, and answers as the remote would, in time."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sandbox import control
from services.sandbox.keys import Keys, made
from services.sandbox.wire import Request, Response
from services.sandbox.world import World
from tests.hostile.doors import NOW
from tests.hostile.spoiled import NUMBERS, TEXTS, TIMES, each, spoiled

WHO = "mike@contoso.example"
AT = {"dateTime": "2026-03-09T10:00:00", "timeZone": "W. Europe Standard Time"}
EVENT: dict[str, Any] = {
    "subject": "x",
    "start": AT,
    "end": {**AT, "dateTime": "2026-03-09T11:00:00"},
    "body": {"contentType": "text", "content": "x"},
    "attendees": [{"emailAddress": {"address": "ann@client.example", "name": "Ann"}, "type": "required"}],
    "categories": ["a"],
    "locations": [{"displayName": "Room"}],
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "transactionId": "t",
    "recurrence": {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]},
        "range": {"type": "numbered", "startDate": "2026-03-09", "numberOfOccurrences": 3},
    },
    "showAs": "busy",
    "sensitivity": "normal",
    "isAllDay": False,
    "isOnlineMeeting": True,
    "onlineMeetingProvider": "teamsForBusiness",
    "singleValueExtendedProperties": [
        {"id": "String {7d5a4bd4-6f0c-4b8e-9d1c-0a2f6e1c9b35} Name calsync", "value": "x"}
    ],
}
BODIES: dict[str, tuple[tuple[tuple[str, str], ...], Any]] = {
    "an event": ((("POST", "/v1.0/users/{who}/events"), ("PATCH", "/v1.0/users/{who}/events/{event}")), EVENT),
    "an answer": (
        (("POST", "/v1.0/users/{who}/events/{event}/accept"), ("POST", "/v1.0/users/{who}/events/{event}/cancel")),
        {"comment": "x", "sendResponse": True, "proposedNewTime": {"start": AT, "end": AT}},
    ),
    "a batch": (
        (("POST", "/v1.0/$batch"),),
        {
            "requests": [
                {
                    "id": "0",
                    "method": "GET",
                    "url": "/users",
                    "headers": {"Prefer": "x"},
                    "body": {"a": 1},
                    "dependsOn": ["1"],
                },
                {"id": "1", "method": "GET", "url": "/users"},
            ]
        },
    ),
    "what people do": (
        tuple((method, f"/sandbox/{name}") for method, name in control.ROUTES),
        {
            "side": "microsoft",
            "mailbox": WHO,
            "id": "AAMk",
            "name": "throttle",
            "rate": 0.5,
            "count": 1,
            "response": "accept",
            "set": {
                "subject": "x",
                "start": "2026-03-09T10:00:00Z",
                "end": "2026-03-09T11:00:00Z",
                "attendees": ["a@b.example"],
            },
        },
    ),
}
QUERIES = (
    "startDateTime",
    "endDateTime",
    "$top",
    "$skip",
    "$filter",
    "$select",
    "$expand",
    "$orderby",
    "$deltatoken",
    "$skiptoken",
)
WITHIN = {"startDateTime": "2026-03-01T00:00:00Z", "endDateTime": "2026-04-01T00:00:00Z"}


class Firm:
    """A world with one mailbox, and a client that is signed in."""

    def __init__(self) -> None:
        self.world: World = made(Keys("contoso.example", "app", "word", "app", "calsync@firm.example"), seed=1)
        self.who = self.world.sides.microsoft.add_user(name="Mike", upn=WHO)
        self.world.sides.salesforce.add_user(name="Mike", email=WHO)
        self.event = self.world.sides.microsoft.add(WHO, {key: EVENT[key] for key in ("subject", "start", "end")}, NOW)[
            "id"
        ]
        scope = b"https%3A%2F%2Fgraph.microsoft.com%2F.default"
        form = b"grant_type=client_credentials&client_id=app&client_secret=word&scope=" + scope
        kind = {"content-type": "application/x-www-form-urlencoded"}
        granted = self.world.handle(Request("POST", "/contoso.example/oauth2/v2.0/token", NOW, {}, kind, form))
        token = json.loads(granted.body)["access_token"]
        self.headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def send(self, method: str, path: str, body: bytes = b"", query: dict[str, str] | None = None) -> Response:
        path = path.format(who=self.who, event=self.event)
        began = time.process_time()
        response = self.world.handle(Request(method, path, NOW, query or {}, self.headers, body))
        assert time.process_time() - began < 5
        return response


@pytest.fixture(scope="module")
def firm() -> Firm:
    return Firm()


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_with_one_mistake_is_answered(firm: Firm, kind: str) -> None:
    routes, sample = BODIES[kind]
    for number, (_, body) in enumerate(each(sample, 150)):
        for method, path in routes if kind != "what people do" else (routes[number % len(routes)],):
            if not (method == "DELETE" and "faults" not in path):
                firm.send(method, path, body)
    firm.send("DELETE", "/sandbox/faults", b"{}")


@settings(settings.get_profile("hostile"))
@given(
    st.sampled_from(sorted(BODIES)).flatmap(
        lambda kind: st.tuples(st.sampled_from(BODIES[kind][0]), spoiled(BODIES[kind][1]))
    )
)
def test_so_is_one_with_several(odd: tuple[tuple[str, str], bytes]) -> None:
    firm = Firm()
    firm.send(*odd[0], odd[1])


@pytest.mark.parametrize("name", QUERIES)
def test_any_query_is_answered(firm: Firm, name: str) -> None:
    for value in (*NUMBERS, *TEXTS, *TIMES, "(" * 3_000, "id eq '", "$"):
        for path in ("calendarView/delta", "calendarView", "events"):
            firm.send("GET", f"/v1.0/users/{{who}}/{path}", query={**WITHIN, name: value})


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"subject":"\\ud800"}', b'{"subject":"\xed\xa0\x80"}', b'{"reminderMinutesBeforeStart":NaN}'],
)
def test_json_that_nobody_could_say_again_is_refused(firm: Firm, body: bytes) -> None:
    assert firm.send("POST", "/v1.0/users/{who}/events", body).status == 400
    assert firm.send("POST", "/sandbox/events", body).status == 400
