"""Whatever Microsoft answers, to whatever was asked: one of our four errors, or values that can be kept (O4)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.calendar import FIELDS, CalendarEvent, Response, Timed
from contracts.policy import PrivateEvents
from services.clients.graph.api import Graph
from services.clients.http import Reply, UnknownOutcome
from services.kernel.errors import Permanent, Transient
from tests.hostile.allowed import fate
from tests.hostile.doors import HEADERS, NOW, ROOT, STATUSES, Answers, graph, said
from tests.hostile.samples import RICH
from tests.hostile.spoiled import GONE, Literal, each, put, spoiled, text

WINDOW = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
FULL = PrivateEvents.FULL
EVENT = CalendarEvent(Timed(NOW, NOW), "Review", online=True)
REMOVED = {"id": "AAMk-1", "@removed": {"reason": "deleted"}}
USER = {
    "id": "oid",
    "displayName": "Ann",
    "mail": "Ann@firm.example",
    "userPrincipalName": "ann@firm.example",
    "proxyAddresses": ["SMTP:ann@firm.example", "smtp:a@firm.example"],
    "accountEnabled": True,
    "userType": "Member",
}
GOOD: dict[str, Any] = {
    "users": {"value": [USER], "@odata.nextLink": f"{ROOT}/v1.0/users?last"},
    "last users": {"value": [USER]},
    "first page": {"value": [RICH, {**RICH, "id": "AAMk-2"}, REMOVED], "@odata.nextLink": f"{ROOT}/v1.0/more"},
    "last page": {
        "value": [{"id": "AAMk-2", "@removed": {"reason": "changed"}}],
        "@odata.deltaLink": f"{ROOT}/v1.0/delta",
    },
    "batch": {
        "responses": [
            {"id": "0", "status": 200, "headers": {"Retry-After": "0"}, "body": RICH},
            {"id": "1", "status": 404, "body": {"error": {"code": "ErrorItemNotFound"}}},
        ]
    },
    "instances": {"value": [RICH]},
    "event": RICH,
    "error": {
        "error": {
            "code": "ErrorDuplicateTransactionId",
            "message": "x",
            "@event.existingEventId": "AAMk-1",
            "innerError": {"code": "x", "request-id": "r"},
        }
    },
}
ASKED: dict[str, Callable[[Graph], Any]] = {
    "the directory": lambda it: it.mailboxes(),
    "a round": lambda it: it.round("m", "", WINDOW, FULL),
    "a look at two": lambda it: it.look("m", ["AAMk-1", "AAMk-2"], FULL),
    "a look at one": lambda it: it.look("m", ["AAMk-1"], FULL),
    "a series": lambda it: it.instances("m", "AAMk-1", WINDOW, FULL),
    "a creation": lambda it: it.create("m", EVENT, FIELDS, transaction="link-g1", stamp="link", invite=True),
    "a change": lambda it: it.update("m", "AAMk-1", "mark", EVENT, FIELDS),
    "a deletion": lambda it: it.delete("m", "AAMk-1"),
    "a cancellation": lambda it: it.cancel("m", "AAMk-1"),
    "an answer": lambda it: it.respond("m", "AAMk-1", Response.ACCEPTED),
}


def kind(method: str, url: str) -> str:
    """What is asked."""
    for part, name in (
        ("users?last", "last users"),
        ("/users?", "users"),
        ("calendarView/delta", "first page"),
        ("/more", "last page"),
        ("$batch", "batch"),
        ("/instances", "instances"),
    ):
        if part in url:
            return name
    return "event"


def answering(odd: str, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answers:
    """All is well, except the answer of one kind; with an "error" whatever is asked for an event."""

    def answers(method: str, url: str, _: bytes) -> Reply:
        asked = kind(method, url)
        if asked == odd or (odd == "error" and asked == "event"):
            return Reply(status, headers or {}, body)
        return said(GOOD[asked])

    return answers


def ask_all(answers: Answers) -> None:
    async def ask() -> None:
        for one in ASKED.values():
            await fate(one(graph(answers)))

    asyncio.run(asyncio.wait_for(ask(), 20))


@pytest.mark.parametrize("odd", GOOD)
def test_one_mistake_in_an_answer(odd: str) -> None:
    for _, body in each(GOOD[odd], 40):
        ask_all(answering(odd, body, 409 if odd == "error" else 200))


@settings(settings.get_profile("hostile"))
@given(
    st.sampled_from(sorted(GOOD)).flatmap(lambda odd: st.tuples(st.just(odd), spoiled(GOOD[odd]))),
    st.sampled_from(STATUSES),
    HEADERS,
)
def test_several_with_any_status_and_headers(odd: tuple[str, bytes], status: int, headers: dict[str, str]) -> None:
    ask_all(answering(*odd, status, headers))


@settings(settings.get_profile("hostile"))
@given(st.sampled_from(sorted(GOOD)), st.binary(max_size=60), st.sampled_from(STATUSES), HEADERS)
def test_any_bytes(odd: str, body: bytes, status: int, headers: dict[str, str]) -> None:
    ask_all(answering(odd, body, status, headers))


ODD = {
    "nested without end": Literal(b"[" * 100_000 + b"]" * 100_000),
    "half of a character": Literal(b'"\\ud83d"'),
    "no text": Literal(b'"\xff"'),
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
async def test_a_text_that_makes_its_page_unreadable_harms_only_its_event(value: Any) -> None:  # O5
    page = {
        "value": [RICH, {**RICH, "id": "odd", "subject": value}, {**RICH, "id": "last"}],
        "@odata.deltaLink": f"{ROOT}/d",
    }
    found = await graph(answering("first page", text(page))).round("m", "", WINDOW, FULL)
    assert [row.id for row in found.rows if row.event][-1] == "last"
    assert len(found.rows) == 3


@pytest.mark.parametrize(
    "link", ["https://[", "https://evil.example/x", f"{ROOT}/a b", f"{ROOT}/a\r\nX: y", f"{ROOT}/\ud800"[:-1] + "é"]
)
async def test_a_round_that_ends_in_no_link_is_not_taken(link: str) -> None:  # or no later one could begin
    with pytest.raises((Permanent, Transient)):
        await graph(answering("last page", text(put(GOOD["last page"], ("@odata.deltaLink",), link)))).round(
            "m", "", WINDOW, FULL
        )


@pytest.mark.parametrize("body", [b"", b"null", b"[]", text(put(RICH, ("id",), GONE)), text(put(RICH, ("id",), 7))])
async def test_a_creation_whose_answer_cannot_be_read_may_have_happened(body: bytes) -> None:  # ruling 9
    with pytest.raises(UnknownOutcome):
        await ASKED["a creation"](graph(answering("event", body, 201)))
