"""Headers, links and dates of whoever answers: never an error of a library, never a request to somebody else."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.clients.http import LONGEST, Reply, http_date, retry_after
from services.kernel.errors import Permanent
from tests.hostile.allowed import fate
from tests.hostile.doors import HEADERS, NOW, ROOT, STATUSES, Door
from tests.hostile.spoiled import NUMBERS, TEXTS, TIMES

DATES = (
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "Wed, 31 Feb 2026 25:00:00 GMT",
    "Mon, 99 Foo",
    "Wed, 01 Jan 99999 00:00:00 GMT",
    "inf",
    "-inf",
    "nan",
    "1_0",
    "٣",
    "²",
)
ANY = st.one_of(st.sampled_from([*NUMBERS, *TEXTS, *TIMES, *DATES]), st.text(max_size=40))


@settings(settings.get_profile("hostile"))
@given(ANY)
def test_a_wait_is_no_longer_than_a_day_and_never_negative(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or timedelta() <= wait <= LONGEST


@pytest.mark.parametrize("value", [*NUMBERS, *DATES])
def test_no_wait_breaks_the_door(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or timedelta() <= wait <= LONGEST


@settings(settings.get_profile("hostile"))
@given(ANY)
def test_a_date_is_one_or_none(value: str) -> None:
    found = http_date(value)
    assert found is None or found.utcoffset() == timedelta()


LINKS = (
    "http://[",
    "https://remote.example:99999999/",
    "//evil.example/",
    "https:\\\\evil.example",
    "/a\r\nHost: evil",
    "/a b",
    "/é",
    f"{ROOT}.evil.example/",
    f"{ROOT}@evil.example/",
    "https://remote.example:443@evil/",
    "javascript:x",
    "",
    "?x",
    "/%00",
)


@settings(settings.get_profile("hostile"))
@given(st.one_of(st.sampled_from(LINKS), st.text(max_size=30), st.text(max_size=20).map(lambda end: ROOT + end)))
def test_a_link_leads_to_the_remote_or_nowhere(link: str) -> None:
    try:
        target = Door(lambda *_: Reply(200)).target(link)
    except Permanent:
        return
    assert urlsplit(target)[:2] == urlsplit(ROOT)[:2]
    assert target.isascii()
    assert target.isprintable()


@settings(settings.get_profile("hostile"))
@given(st.sampled_from(STATUSES), HEADERS, st.booleans())
def test_any_answer_is_judged(status: int, headers: dict[str, str], reads: bool) -> None:
    asyncio.run(fate(Door(lambda *_: Reply(status, headers)).send("POST", "/x", headers={}, reads=reads)))


async def test_any_status_and_headers_are_judged() -> None:
    for status in STATUSES:
        for value in (*NUMBERS, *DATES):
            door = Door(lambda *_, status=status, value=value: Reply(status, {"retry-after": value}))  # type: ignore[misc]
            await fate(door.send("GET", "/x", headers={}))


async def test_a_header_that_cannot_be_sent_breaks_nothing() -> None:
    def refuse(*_: object) -> Reply:
        raise ValueError("a line break in a header")

    assert await fate(Door(refuse).send("GET", "/x", headers={})) is None
    assert await fate(Door(refuse).send("POST", "/x", headers={}, reads=False)) is None
