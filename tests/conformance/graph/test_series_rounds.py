"""What people do to series in Outlook, and what the poller says of it: the sandbox changes the calendar, the client
reads it, the poller decides (REC)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.status import Problem
from services.sandbox.microsoft import Microsoft
from services.sandbox.wire import Request, Response, answer
from tests.conformance.graph.reader import Reader, start
from tests.conformance.graph.stage import Script, Stage

ROMANCE = "Romance Standard Time"
ALTERNATE = {"type": "daily", "interval": 2}
DAILY: dict[str, Any] = {"type": "daily", "interval": 1}
SEVEN = ["09-22 10:00", "09-24 10:00", "09-26 10:00", "09-28 10:00", "09-30 10:00", "10-02 10:00", "10-04 10:00"]
SEPTEMBER = datetime(2021, 9, 22, tzinfo=UTC)
MAY = datetime(2020, 5, 2, tzinfo=UTC)


async def every_second_day(stage: Stage) -> tuple[Reader, str]:
    """F-SERIES: "recurrent event", every 2 days, seven times; Paris is two hours ahead."""
    it = Reader(stage, SEPTEMBER)
    master = it.series("recurrent event", "2021-09-22T12:00", "2021-10-04", zone=ROMANCE, rule=ALTERNATE)
    await it.run()
    return it, master


async def three_days(stage: Stage) -> tuple[Reader, str]:
    """F-DAILY3: "My recurrent event" from 3 to 5 May, 14:30 to 16:00 UTC."""
    it = Reader(stage, MAY)
    ninety = timedelta(minutes=90)
    master = it.series("My recurrent event", "2020-05-03T16:30", "2020-05-05", zone=ROMANCE, length=ninety)
    await it.run()
    return it, master


async def test_a_series_is_one_item_for_each_occurrence_with_its_masters_words(stage: Stage) -> None:  # REC-01, REC-23
    it, master = await every_second_day(stage)
    assert it.shown() == [(at, "recurrent event") for at in SEVEN]
    assert {item.id for item in it.there.values()} == {it.occurrence(master, f"2021-{at[:5]}") for at in SEVEN}
    assert {(item.series, item.event.recurrence) for item in it.there.values()} == {
        (master, "Every 2 days until 4 Oct 2021")
    }


async def test_a_renamed_occurrence_is_the_only_one_with_a_new_name(stage: Stage) -> None:  # REC-08, REC-11
    it, master = await every_second_day(stage)
    for number, at in enumerate(SEVEN[2:], 3):
        it.change(it.occurrence(master, f"2021-{at[:5]}"), subject=f"new {number}")
    assert (await it.run()).vanished == ()
    assert [subject for _, subject in it.shown()] == [
        "recurrent event", "recurrent event", "new 3", "new 4", "new 5", "new 6", "new 7",
    ]  # fmt: skip
    assert it.starts() == SEVEN


async def test_a_moved_occurrence_keeps_its_place_in_the_series(stage: Stage) -> None:  # REC-09
    it, master = await every_second_day(stage)
    it.moves(it.occurrence(master, "2021-09-26"), "2021-09-25T10:00:00", "2021-09-25T11:00:00")
    assert (await it.run()).vanished == ()
    assert it.starts() == [*SEVEN[:2], "09-25 10:00", *SEVEN[3:]]
    assert start(it.there[f"{master}/2021-09-26"]) == "09-25 10:00"


@pytest.mark.parametrize(("first", "last", "tail"), [
    pytest.param("2021-09-25T12:00", "2021-10-03", ["09-25", "09-27", "09-29", "10-01", "10-03"], id="REC-12 shifted"),
    pytest.param("2021-09-23T12:00", "2021-10-01", ["09-23", "09-25", "09-27", "09-29", "10-01"], id="REC-13 overlap"),
])  # fmt: skip
async def test_this_and_all_that_follow_in_a_series_of_their_own(
    stage: Stage, first: str, last: str, tail: list[str]
) -> None:
    it, master = await every_second_day(stage)
    it.ends(master, "2021-09-22", "2021-09-25", ALTERNATE)
    new = it.series("recurrent event", first, last, zone=ROMANCE, rule=ALTERNATE)
    gone = (await it.run()).vanished
    assert [one.slot for one in gone] == [f"2021-{at[:5]}" for at in SEVEN[2:]]
    assert it.starts() == sorted([*SEVEN[:2], *(f"{day} 10:00" for day in tail)])
    assert {item.id for item in it.there.values() if item.series == new} == {
        it.occurrence(new, f"2021-{day}") for day in tail
    }
    assert stage.microsoft.mails == []


async def shifted(stage: Stage) -> Reader:
    """The whole series begins a day earlier, with two occurrences less."""
    it, master = await every_second_day(stage)
    times = {key: {"dateTime": f"2021-09-21T{hour}:00:00", "timeZone": ROMANCE} for key, hour in
             (("start", 12), ("end", 13))}  # fmt: skip
    span = {"type": "endDate", "startDate": "2021-09-21", "endDate": "2021-09-29"}
    it.change(master, **times, recurrence={"pattern": ALTERNATE, "range": span})
    return it


async def test_a_series_that_shifts_and_shrinks_says_its_new_dates_and_loses_the_old(stage: Stage) -> None:  # REC-17
    it = await shifted(stage)
    gone = (await it.run()).vanished
    assert it.starts() == ["09-21 10:00", "09-23 10:00", "09-25 10:00", "09-27 10:00", "09-29 10:00"]
    assert len(gone) == 7


async def test_one_of_the_shifted_is_an_exception(stage: Stage) -> None:  # REC-18
    it = await shifted(stage)
    ((master, _, _),) = {key.partition("/") for key in it.there if key.endswith("/2021-09-24")}
    it.moves(it.occurrence(master, "2021-09-23"), "2021-09-24T10:00:00", "2021-09-24T11:00:00")
    await it.run()
    assert it.starts() == ["09-21 10:00", "09-24 10:00", "09-25 10:00", "09-27 10:00", "09-29 10:00"]


@pytest.mark.parametrize(("lost", "left"), [
    pytest.param(SEVEN[3:4], [*SEVEN[:3], *SEVEN[4:]], id="REC-19 one in the middle"),
    pytest.param(SEVEN[4:], SEVEN[:4], id="REC-21 all from one on"),
    pytest.param(SEVEN[:1], SEVEN[1:], id="REC-27 the first"),
])  # fmt: skip
async def test_deleted_occurrences_are_gone_and_the_others_stay(stage: Stage, lost: list[str], left: list[str]) -> None:
    it, master = await every_second_day(stage)
    for at in lost:
        it.delete(it.occurrence(master, f"2021-{at[:5]}"))
    gone = (await it.run()).vanished
    assert [one.slot for one in gone] == [f"2021-{at[:5]}" for at in lost]
    assert it.starts() == left
    assert it.proofs == 1
    assert (await it.run()).vanished == ()


async def test_a_deleted_series_is_gone_whole(stage: Stage) -> None:  # REC-22, REC-28b
    it, master = await every_second_day(stage)
    it.delete(master)
    assert len((await it.run()).vanished) == 7
    assert it.shown() == []


async def test_what_outlook_brings_back_comes_back(stage: Stage) -> None:  # REC-27
    it, master = await three_days(stage)
    assert it.starts() == ["05-03 14:30", "05-04 14:30", "05-05 14:30"]
    for day, left in (("2020-05-03", ["05-04 14:30", "05-05 14:30"]), ("2020-05-05", ["05-04 14:30"])):
        it.delete(it.occurrence(master, day))
        await it.run()
        assert it.starts() == left
    again = {"type": "weekly", "interval": 1, "daysOfWeek": ["sunday", "monday", "tuesday"]}
    span = {"type": "endDate", "startDate": "2020-05-03", "endDate": "2020-05-05"}
    it.change(master, end={"dateTime": "2020-05-03T18:30:00", "timeZone": ROMANCE},
              recurrence={"pattern": again, "range": span})  # fmt: skip
    await it.run()
    whens = [item.event.when for item in it.there.values()]
    assert it.starts() == ["05-03 14:30", "05-04 14:30", "05-05 14:30"]
    assert {when.end - when.start for when in whens} == {timedelta(hours=2)}  # type: ignore[union-attr]  # none is a day


async def test_a_split_with_an_exception_in_one_round(stage: Stage) -> None:  # REC-28
    it, master = await three_days(stage)
    it.ends(master, "2020-05-03", "2020-05-03", DAILY)
    it.change(master, end={"dateTime": "2020-05-03T18:30:00", "timeZone": ROMANCE})
    length = timedelta(minutes=150)
    new = it.series("My recurrent event", "2020-05-04T16:30", "2020-05-06", zone=ROMANCE, length=length)
    it.change(it.occurrence(new, "2020-05-05"), subject="My recurrent event 2")
    await it.run()
    assert it.shown() == [
        ("05-03 14:30", "My recurrent event"), ("05-04 14:30", "My recurrent event"),
        ("05-05 14:30", "My recurrent event 2"), ("05-06 14:30", "My recurrent event"),
    ]  # fmt: skip
    minutes = {key[-5:]: (item.event.when.end - item.event.when.start) / timedelta(minutes=1)  # type: ignore[union-attr]
               for key, item in it.there.items()}  # fmt: skip
    assert minutes == {"05-03": 120, "05-04": 150, "05-05": 150, "05-06": 150}


async def test_an_edited_occurrence_that_is_deleted_is_not_brought_back_by_its_master(stage: Stage) -> None:  # REC-52
    it, master = await every_second_day(stage)
    one = it.occurrence(master, "2021-09-24")
    it.change(one, subject="edited")
    await it.run()
    it.delete(one)
    assert [gone.slot for gone in (await it.run()).vanished] == ["2021-09-24"]
    it.change(master, location={"displayName": "Room 1"})
    for fresh in (False, True):
        await it.run(fresh=fresh)
        assert it.starts() == [SEVEN[0], *SEVEN[2:]]


def without_occurrences(microsoft: Microsoft, part: str) -> Script:
    """Microsoft leaves out all occurrences where the path ends so."""

    def script(request: Request) -> Response | None:
        if not request.path.endswith(part):
            return None
        page = json.loads(microsoft.handle(request).body)
        return answer(200, {**page, "value": [one for one in page["value"] if one.get("type") == "seriesMaster"]})

    return script


async def test_a_series_that_is_there_and_is_said_to_be_empty_loses_nothing(stage: Stage) -> None:  # REC-07
    it, master = await every_second_day(stage)
    it.change(master, subject="renamed")
    stage.scripts += [(without_occurrences(stage.microsoft, part), 1) for part in ("/delta", "/instances")]
    said_ = await it.run()
    assert (said_.items, said_.vanished) == ((), ())
    problem = it.poller.row(f"problem/{it.mike}", Problem)
    assert problem is not None
    assert problem.heals
    await it.run()
    assert it.shown() == [(at, "renamed") for at in SEVEN]
    assert it.poller.row(f"problem/{it.mike}", Problem) is None


async def test_a_series_without_occurrences_is_believed_once_one_of_them_is_gone(stage: Stage) -> None:  # REC-07
    it, master = await every_second_day(stage)
    for at in SEVEN[1:]:
        it.delete(it.occurrence(master, f"2021-{at[:5]}"))
    stage.scripts.append((without_occurrences(stage.microsoft, "/instances"), 1))
    await it.run()
    assert it.starts() == SEVEN[:1]
