"""The judge itself: what it must not let pass, also where the policy lets more than one outcome stand. Nothing of ours
runs here: both remotes are as somebody would have left them."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from contracts.policy import PrivateEvents
from services.sandbox import calendars
from tests.simulation.deeds import DEEDS, editing
from tests.simulation.judge import calendars as judged
from tests.simulation.judge import kept, once, stores, words
from tests.simulation.said import said
from tests.simulation.stage import Stage
from tests.simulation.tale import MARKER, MICROSOFT, PRACTIFI, SYNCED, Json, Tale

ANN, BOB = SYNCED
DATES = 3


@pytest.fixture
def tale(tmp_path: Path) -> Tale:
    """Both calendars, empty, and a firm that syncs both ways."""
    told = Tale(Stage(tmp_path, 1))
    told.begun = True
    return told


def put(tale: Tale, side: str, tag: str, days: int = 7, **given: object) -> Json:
    """Something with this tag stands in Ann's calendar of a side, so many days from now."""
    start = (tale.now + timedelta(days=days)).replace(hour=10, minute=0, second=0)
    one = {"subject": f"{tag} first", "start": start.isoformat(), "time_zone": "UTC", **given}
    return calendars.add(tale.sides, side, ANN, one, tale.now)


def series(tale: Tale) -> str:
    """A series of Ann's in Outlook, of which the policy lets more than one outcome stand."""
    tag = tale.tag(MICROSOFT, ANN)
    first = f"{tale.now + timedelta(days=7):%Y-%m-%d}"
    span = {"type": "numbered", "startDate": first, "numberOfOccurrences": DATES}
    put(tale, MICROSOFT, tag, recurrence={"pattern": {"type": "daily", "interval": 2}, "range": span})
    tale.series[tag] = DATES
    tale.doubt.add(tag)
    return tag


def dates(tale: Tale, tag: str, *days: int) -> None:
    """Events of a series in Practifi."""
    for day in days:
        put(tale, PRACTIFI, tag, day)


def test_a_series_in_doubt_that_is_on_both_sides_once_is_right(tale: Tale) -> None:
    dates(tale, series(tale), 7, 9, 11)
    assert once.twice(tale) == []


def test_each_date_of_a_series_in_doubt_may_be_in_practifi_once_only(tale: Tale) -> None:
    dates(tale, series(tale), 7, 7, 9)  # no more than it has dates
    assert once.twice(tale) == ["a date of E0 is there 2 times in practifi for ann@firm.example"]


def test_a_series_in_doubt_has_no_more_events_than_dates(tale: Tale) -> None:
    dates(tale, series(tale), 7, 8, 9, 11)  # no two begin at once
    assert once.twice(tale) == ["E0 is there 4 times in practifi for ann@firm.example"]


def test_a_series_in_doubt_is_in_outlook_once(tale: Tale) -> None:
    tag = series(tale)
    put(tale, MICROSOFT, tag, 8)
    assert once.twice(tale) == ["E0 is there 4 times in microsoft for ann@firm.example"]


def test_a_date_that_was_moved_may_stand_in_practifi_where_its_neighbour_is_by_now(tale: Tale) -> None:
    tag = series(tale)
    tale.strayed.add(tag)
    dates(tale, tag, 7, 9, 9)
    assert once.twice(tale) == []


def test_a_meeting_of_somebody_outside_is_there_once_although_it_is_in_doubt(tale: Tale) -> None:
    tag = tale.tag("outside", "pia@client.example")
    tale.doubt.add(tag)
    put(tale, PRACTIFI, tag)
    put(tale, PRACTIFI, tag, 8)
    assert once.twice(tale) == ["E0 is there 2 times in practifi for ann@firm.example"]


@pytest.mark.parametrize("times", [pytest.param(2, id="beside one's own"), pytest.param(3, id="but no more")])
def test_what_was_handed_over_and_is_not_put_back_is_excused_once(tale: Tale, times: int) -> None:
    tag = tale.tag(MICROSOFT, BOB)
    tale.handed.add(tag)
    dates(tale, tag, *range(7, 7 + times))
    assert len(once.twice(tale)) == (times > 2)


def test_what_was_put_back_is_excused_no_longer(tale: Tale) -> None:
    tag = tale.tag(MICROSOFT, ANN)
    tale.handed.add(tag)
    put(tale, MICROSOFT, tag)
    put(tale, PRACTIFI, tag)
    judged.settled(tale, set())
    dates(tale, tag, 8)
    assert once.twice(tale) == ["E0 is there 2 times in practifi for ann@firm.example"]


WORDS: dict[str, dict[str, Json]] = {
    "subject": {MICROSOFT: {"subject": "E0 here"}, PRACTIFI: {"subject": "E0 there"}},
    "location": {MICROSOFT: {"location": "Hall"}, PRACTIFI: {"location": "Room"}},
    "show_as": {MICROSOFT: {"show_as": "free"}, PRACTIFI: {"show_as": "oof"}},
    "time": {MICROSOFT: {"start": "2026-01-15T11:00:00Z"}, PRACTIFI: {"start": "2026-01-15T12:00:00Z"}},
}
"""What is typed into each field of an event, by the side."""
every = pytest.mark.parametrize("field", WORDS)


def one_of(tale: Tale, side: str) -> Json:
    """The only event of a side."""
    (one,) = calendars.shown(tale.sides, {"side": side})
    return one


def types(tale: Tale, side: str, given: Json) -> None:
    """Ann changes her event of a side."""
    assert editing.change(tale, side, one_of(tale, side), given)


def stands(tale: Tale, given: Json) -> None:
    """Both sides show this by now, whoever has typed it."""
    for side in (MICROSOFT, PRACTIFI):
        calendars.change(tale.sides, side, ANN, one_of(tale, side)["id"], given, tale.now)


@pytest.fixture
def tag(tale: Tale) -> str:
    """A meeting of Ann's on both sides."""
    made = tale.tag(MICROSOFT, ANN)
    for side in (MICROSOFT, PRACTIFI):
        one = put(tale, side, made)
    tale.note(made, MICROSOFT, said(one))
    return made


@every
@pytest.mark.parametrize("won", [MICROSOFT, PRACTIFI])
def test_of_what_was_typed_on_both_sides_either_may_stand(tale: Tale, tag: str, field: str, won: str) -> None:  # C1
    for side in (MICROSOFT, PRACTIFI):
        types(tale, side, WORDS[field][side])
    stands(tale, WORDS[field][won])
    assert words.last(tale) == []
    words.settled(tale)
    assert words.last(tale) == []


@every
def test_what_was_typed_in_microsoft_last_is_not_lost_to_practifi(tale: Tale, tag: str, field: str) -> None:  # C1
    for side in (PRACTIFI, MICROSOFT):
        types(tale, side, WORDS[field][side])
    stands(tale, WORDS[field][PRACTIFI])
    assert [one.partition(":")[0] for one in words.last(tale)] == [f"the last word on {field} of E0 is lost"]


@every
def test_what_was_typed_in_practifi_is_not_lost_to_what_both_sides_showed_before(
    tale: Tale, tag: str, field: str
) -> None:
    types(tale, MICROSOFT, WORDS[field][MICROSOFT])
    stands(tale, WORDS[field][MICROSOFT])
    words.settled(tale)
    types(tale, PRACTIFI, WORDS[field][PRACTIFI])
    stands(tale, WORDS[field][MICROSOFT])
    assert [one.partition(":")[0] for one in words.last(tale)] == [f"the last word on {field} of E0 is lost"]


def test_what_is_typed_as_it_was_before_says_nothing_against_the_other_side(tale: Tale, tag: str) -> None:  # C1
    words.settled(tale)
    types(tale, PRACTIFI, {"show_as": "oof"})
    for shows in ("free", "busy"):  # as it was
        types(tale, MICROSOFT, {"show_as": shows})
    stands(tale, {"show_as": "oof"})
    assert words.last(tale) == []
    stands(tale, {"show_as": "free"})
    assert len(words.last(tale)) == 1


@pytest.mark.parametrize(("side", "name"), [(MICROSOFT, "Outlook"), (PRACTIFI, "Practifi")])
def test_what_is_in_doubt_is_lost_nowhere_but_by_a_person(tale: Tale, side: str, name: str) -> None:  # D1
    tag = tale.tag(side, ANN)
    tale.doubt.add(tag)
    put(tale, side, tag)
    assert kept.lost(tale) == []
    calendars.delete(tale.sides, side, ANN, one_of(tale, side)["id"], tale.now)
    assert kept.lost(tale) == [f"E0 is lost in {name}, where it was made"]
    tale.deleted(tag, side)
    assert kept.lost(tale) == []


def test_what_left_the_window_stays_in_outlook_too(tale: Tale, tag: str) -> None:  # X2, D9
    tale.far.add(tag)
    tale.synced.add((ANN, tag))
    assert kept.far(tale) == []
    calendars.delete(tale.sides, MICROSOFT, ANN, one_of(tale, MICROSOFT)["id"], tale.now)
    assert kept.far(tale) == ["E0 left the window and was deleted in Outlook"]


def test_what_left_the_window_leaves_practifi_with_those_who_decline_it(tale: Tale, tag: str) -> None:  # A7, X2
    tale.far.add(tag)
    tale.synced |= {(ANN, tag), (BOB, tag)}
    calendars.delete(tale.sides, PRACTIFI, ANN, one_of(tale, PRACTIFI)["id"], tale.now)
    tale.drop(BOB, tag)
    assert kept.far(tale) == ["E0 left the window and was deleted in Practifi"], "that of its host"
    tale.drop(ANN, tag)
    assert kept.far(tale) == []


def test_no_two_links_hold_one_event_although_it_is_in_doubt() -> None:  # PRO-04
    one: Counter[str] = Counter(["p1"])
    assert stores.apart(one, one, one + one, {"p1"}) == ["p1"]
    assert stores.apart(one, one, Counter(), {"p1"}) == []


def test_a_meeting_of_somebody_outside_is_in_doubt_until_it_is_alike_on_both_sides(tale: Tale) -> None:
    tag = tale.tag("outside", "pia@client.example")
    tale.doubt.add(tag)
    for side in (MICROSOFT, PRACTIFI):
        put(tale, side, tag)
    judged.settled(tale, set())
    assert not tale.doubt


def test_a_version_that_has_come_back_may_not_be_missing_again(tale: Tale, tag: str) -> None:  # I2
    tale.left.add((ANN, tag))
    calendars.delete(tale.sides, PRACTIFI, ANN, one_of(tale, PRACTIFI)["id"], tale.now)
    judged.settled(tale, set())
    assert judged.agreement(tale) == []
    put(tale, PRACTIFI, tag)
    judged.settled(tale, set())
    calendars.delete(tale.sides, PRACTIFI, ANN, one_of(tale, PRACTIFI)["id"], tale.now)
    assert [one.partition(":")[0] for one in judged.agreement(tale)] == ["missing in Practifi"]


def test_an_event_of_a_series_says_so_in_practifi(tale: Tale) -> None:  # R2
    dates(tale, tag := series(tale), 7, 9, 11)
    tale.doubt.clear()
    assert len(judged.agreement(tale)) == 2 * DATES
    for one in calendars.shown(tale.sides, {"side": PRACTIFI}):
        told = {"Recurring_in_Microsoft_365__c": True}
        calendars.change(tale.sides, PRACTIFI, ANN, one["id"], told, tale.now)
    assert judged.agreement(tale) == [], tag


def test_a_whole_day_is_one_on_both_sides(tale: Tale) -> None:  # Z1
    tag, day = tale.tag(MICROSOFT, ANN), (tale.now + timedelta(days=7)).replace(hour=0, minute=0, second=0)
    put(tale, MICROSOFT, tag, start=f"{day:%Y-%m-%d}")
    put(tale, PRACTIFI, tag, start=day.isoformat(), end=(day + timedelta(days=1)).isoformat())
    assert len(judged.agreement(tale)) == 2


async def test_a_teams_link_that_is_there_stays_whichever_way_is_synced(tale: Tale, tag: str) -> None:  # T2
    tale.wished.add(tag)
    tale.rested()
    await DEEDS["direction_turns"](tale, Random(1))
    assert words.teams(tale) == ["E0 has no Teams link"]


@pytest.mark.parametrize("skips", [False, True])
def test_a_private_event_that_practifi_has_shown_may_not_be_missing(tale: Tale, *, skips: bool) -> None:  # P1
    """The rule had left it out, or a turn of the direction may have."""
    rule = PrivateEvents.SKIP if skips else PrivateEvents.BUSY_ONLY
    tale.stage.policy, tale.stage.skipped = replace(tale.policy, private_events=rule), True
    put(tale, MICROSOFT, MARKER, private=True)
    put(tale, PRACTIFI, MARKER, subject=judged.PRIVATE)
    judged.settled(tale, set())
    calendars.delete(tale.sides, PRACTIFI, ANN, one_of(tale, PRACTIFI)["id"], tale.now)
    assert len(judged.agreement(tale)) == (0 if skips else 1)
