"""The tenant's sliding hour: what may still be deleted and mailed, what waits, and how a consent releases it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from contracts.policy import Policy
from contracts.status import Problem
from services.writer import decide
from services.writer.hour import Counted, Hour, Kind, consented, judged, problem, row, shown
from tests.decisions.life import NOW, Life

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
POLICY = Policy(brake_hourly_deletions=10, mail_cap_per_hour=20)
TEN = {f"o{n}": 1 for n in range(10)}


def ask(
    hour: Hour, asked: dict[str, int], kind: Kind = Kind.DELETIONS, *, minutes: float = 0, consents: int = 0
) -> tuple[Hour, list[str]]:
    """The hour after some orders, and those that wait."""
    after, held = judged(hour, kind, asked, POLICY, consents, AT + timedelta(minutes=minutes))
    return after, sorted(held)


def test_so_much_may_go_within_the_hour_and_no_more() -> None:  # X4, ruling 30
    hour, held = ask(Hour(), TEN)
    assert held == []
    assert ask(hour, {"one more": 1})[1] == ["one more"]


def test_a_batch_that_would_go_beyond_waits_as_a_whole() -> None:  # X4
    hour, held = ask(Hour(), {f"o{n}": 1 for n in range(11)})
    assert len(held) == 11
    assert hour.counted == {}


def test_what_is_older_than_an_hour_does_not_count() -> None:  # ruling 30
    hour, _ = ask(Hour(), {f"o{n}": 1 for n in range(6)})
    hour, _ = ask(hour, {f"p{n}": 1 for n in range(4)}, minutes=30)
    assert ask(hour, {"x": 1}, minutes=59)[1] == ["x"]
    hour, held = ask(hour, {f"x{n}": 1 for n in range(6)}, minutes=60)
    assert held == []
    assert len(hour.counted) == 10, "what has slid out is forgotten"


def test_an_order_counts_once_however_often_it_is_tried() -> None:
    hour, _ = ask(Hour(), TEN)
    for _ in range(3):
        hour, held = ask(hour, TEN)
        assert held == []
    assert hour.counted == {name: Counted(AT, 1) for name in TEN}


def test_everybody_who_is_mailed_counts() -> None:  # A5, ruling 16
    hour, held = ask(Hour(), {"a": 15}, Kind.MAILS)
    assert held == []
    hour, held = ask(hour, {"b": 6}, Kind.MAILS)
    assert held == ["b"]
    assert ask(hour, {"c": 1}, Kind.MAILS)[1] == ["c"], "once it stands, even the smallest waits"


def test_what_mails_nobody_is_never_held() -> None:
    braked, _ = ask(Hour(), {"a": 21}, Kind.MAILS)
    assert ask(braked, {"b": 0}, Kind.MAILS) == (braked, [])


def test_a_brake_stands_until_somebody_consents_and_not_until_the_hour_is_over() -> None:  # X4
    hour, _ = ask(Hour(), {"a": 11}, consents=3)
    hour, held = ask(hour, {"b": 1}, minutes=600, consents=3)
    assert held == ["b"]
    assert ask(hour, {"b": 1}, minutes=601, consents=4)[1] == []


def test_what_was_let_go_before_the_brake_stood_may_be_tried_again() -> None:  # ruling 9
    hour, _ = ask(Hour(), {"a": 8})
    hour, _ = ask(hour, {"b": 3})
    assert ask(hour, {"a": 8, "b": 3})[1] == ["b"]


def test_a_consent_is_good_for_an_hour_and_for_any_number() -> None:  # X4
    hour, _ = ask(Hour(), {"a": 11})
    hour, held = ask(hour, {"a": 5000}, consents=1)
    assert held == []
    assert ask(hour, {"b": 5000}, minutes=59, consents=1)[1] == []
    hour, held = ask(hour, TEN, minutes=60, consents=1)
    assert held == [], "what went during that hour counts for nothing"
    assert ask(hour, {"c": 1}, minutes=61, consents=1)[1] == ["c"]


@pytest.mark.parametrize("consents", [0, 1, 2])
def test_only_a_newer_consent_releases(consents: int) -> None:
    braked = Hour(braked=1, reason="too many")
    assert consented(braked, consents, AT) == (braked if consents < 2 else Hour(free=AT + timedelta(hours=1)))


def test_a_consent_frees_nothing_that_was_not_held() -> None:
    hour, _ = ask(Hour(), TEN)
    assert ask(hour, {"x": 1}, consents=9)[1] == ["x"]


@pytest.mark.parametrize(("kind", "asked", "words"), [
    pytest.param(Kind.DELETIONS, {"b": 12}, "12 more events would be deleted, after 1 within the hour, and "
                 "`brake_hourly_deletions` is 10", id="deletions"),
    pytest.param(Kind.MAILS, {"b": 40}, "40 more people would be mailed, after 1 within the hour, and "
                 "`mail_cap_per_hour` is 20", id="mails"),
])  # fmt: skip
def test_the_reason_says_what_and_how_many_and_which_limit_and_how_to_go_on(
    kind: Kind, asked: dict[str, int], words: str
) -> None:  # E8
    hour, _ = ask(Hour(), {"a": 1}, kind)
    hour, _ = ask(hour, asked, kind)
    assert hour.reason.startswith(words)
    assert "`calsync resume`" in hour.reason
    told = problem(kind, hour, "firm")
    assert told is not None
    assert (told.what, "`calsync resume firm`" in told.mend) == (hour.reason, True)
    assert problem(kind, Hour(), "firm") is None


def test_a_consent_takes_the_problem_away_at_once() -> None:  # X4
    life = Life(decide, POLICY)
    braked = Hour(braked=0, reason="too many")
    free = Hour(counted={"a": Counted(AT, 3)})
    life.rows |= _stored({row(Kind.DELETIONS): braked, row(Kind.MAILS): free, shown(Kind.DELETIONS): Problem("", "x")})
    life.govern(POLICY, consents=1)
    assert life.row(row(Kind.DELETIONS), Hour) == Hour(free=NOW + timedelta(hours=1))
    assert life.row(row(Kind.MAILS), Hour) == free
    assert shown(Kind.DELETIONS) not in life.rows


def test_another_policy_releases_nothing() -> None:
    life = Life(decide, POLICY)
    life.rows |= _stored({row(Kind.MAILS): Hour(braked=0), shown(Kind.MAILS): Problem("", "x")})
    life.govern(Policy(mail_cap_per_hour=1000))
    assert life.row(row(Kind.MAILS), Hour) == Hour(braked=0)
    assert shown(Kind.MAILS) in life.rows


def _stored(rows: dict[str, Hour | Problem]) -> dict[str, bytes]:
    return {key: msgspec.msgpack.encode(value) for key, value in rows.items()}
