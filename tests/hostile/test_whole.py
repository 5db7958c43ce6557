"""One hostile answer among good ones, through the real services: what it spoils is set aside or waits, everything else
syncs, and the next run makes it whole (O4, O5)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.observed import Unreadable
from services.sandbox.wire import Request, Response
from tests.conformance.calendars.firm import WHO, Firm, firm
from tests.conformance.calendars.test_poison import lunch, subjects
from tests.hostile.spoiled import GONE, Literal, put, text

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ODD = "Lunch 003"
Spoils = Callable[[bytes], bytes]


def instead(at: tuple[str, ...], value: Any) -> Spoils:
    """Puts something else into the odd event wherever it is shown."""

    def spoil(body: bytes) -> bytes:
        if ODD.encode() not in body:
            return body
        page = json.loads(body)
        return text(
            {**page, "value": [put(row, at, value) if row.get("subject") == ODD else row for row in page["value"]]}
        )

    return spoil


ONE: dict[str, Spoils] = {
    "half a character": instead(("subject",), Literal(b'"\\ud83d"')),
    "bytes that are no text": instead(("subject",), Literal(b'"\xff\xfe"')),
    "nesting without end": instead(("location",), Literal(b"[" * 100_000 + b"]" * 100_000)),
    "a number of a hundred digits": instead(("reminderMinutesBeforeStart",), Literal(b"9" * 100)),
    "a date before the calendar": instead(("start", "dateTime"), "0000-00-00T00:00:00"),
    "a zone that nobody knows": instead(("start", "timeZone"), "Middle Earth"),
    "a list for a text": instead(("subject",), [[]]),
    "no id": instead(("id",), GONE),
    "an id with a NUL": instead(("id",), "AAMk\x00"),
    "HTML that never ends": instead(("body",), {"contentType": "html", "content": "<![x<!--<a b='"}),
}
"""What stands in one event of a page."""


async def calendar(it: Firm) -> None:
    for number in range(6):
        it.world.sides.microsoft.add(WHO, lunch(number), NOW)


ALL = [f"Lunch {number:03}" for number in range(6)]


@pytest.mark.parametrize("spoil", ONE.values(), ids=ONE)
async def test_one_odd_event_harms_only_itself_and_comes_once_it_is_mended(tmp_path: Path, spoil: Spoils) -> None:  # O5
    async with firm(tmp_path, NOW) as it:
        await calendar(it)
        it.spoil = spoil
        await it.sync()
        there = set(subjects(it.events()))
        assert {*ALL} - {ODD} <= there
        assert len(it.events()) == len(ALL) or it.town.heard_of(Unreadable)
        it.spoil = bytes
        (event,) = [one for one in it.world.sides.microsoft.events(WHO) if one["subject"] == ODD]
        it.world.sides.microsoft.change(WHO, event["id"], {"importance": "high"}, it.town.time.at)
        await it.sync()
        assert subjects(it.events()) == ALL


ANSWERS: dict[str, tuple[str, Response]] = {
    "a round nested without end": ("/delta", Response(200, b'{"value":' + b"[" * 100_000)),
    "a round that ends elsewhere": ("/delta", Response(200, b'{"value":[],"@odata.deltaLink":"https://[evil"}')),
    "a directory of numbers": ("/users", Response(200, b'{"value":[1,2,3]}')),
    "a wait until the end of time": ("/delta", Response(429, b"{}", {"Retry-After": "9" * 400})),
    "an error nested without end": ("/delta", Response(400, b"[" * 100_000)),
    "a composite that is none": ("/composite", Response(200, b'{"compositeResponse":[null]}')),
    "rows of another shape": (
        "/composite",
        Response(200, b'{"compositeResponse":[{"referenceId":"r0","httpStatusCode":200,"body":7}]}'),
    ),
    "a session that is none": ("/services/oauth2/token", Response(200, b"[]")),
    "a token with a line break": (
        "/oauth2/v2.0/token",
        Response(200, b'{"token_type":"Bearer","access_token":"a\\nb","expires_in":9}'),
    ),
}
"""Where, and what is answered there for one whole run."""


@pytest.mark.parametrize(("part", "response"), ANSWERS.values(), ids=ANSWERS)
async def test_a_run_with_hostile_answers_ends_and_the_next_one_syncs(
    tmp_path: Path, part: str, response: Response
) -> None:  # O4
    async with firm(tmp_path, NOW) as it:
        await calendar(it)
        world = it.door

        def door(request: Request) -> Response:
            return response if part in request.path else world(request)

        it.door = door
        await it.sync()
        it.door = world
        await it.town.later(seconds=timedelta(days=2).total_seconds())
        await it.sync()
        assert subjects(it.events()) == ALL
        writes = it.writes
        await it.sync()
        assert it.writes == writes
