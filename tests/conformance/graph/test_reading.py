"""Rounds: cursors, pages and what becomes of them when Microsoft forgets or fails (CUR)."""

from urllib.parse import unquote

import pytest

from contracts.policy import PrivateEvents
from services.clients.graph.seen import Kind
from services.kernel.errors import Permanent, Transient
from services.sandbox.microsoft import Switches
from services.sandbox.wire import Response, answer
from tests.conformance.graph.stage import WEEKLY, WINDOW, Stage, refusal

FULL = PrivateEvents.FULL


async def test_the_first_round_reads_the_window_and_the_next_what_changed(stage: Stage) -> None:  # CUR-01
    mike = stage.person("mike")
    first = stage.event(mike)

    whole = await stage.graph.round(mike, "", WINDOW, FULL)
    second = stage.event(mike, subject="Second")
    change = await stage.graph.round(mike, whole.cursor, WINDOW, FULL)
    quiet = await stage.graph.round(mike, change.cursor, WINDOW, FULL)

    assert ([row.id for row in whole.rows], whole.fresh) == ([first], True)
    assert ([row.id for row in change.rows], change.fresh) == ([second], False)
    assert (quiet.rows, quiet.fresh) == ((), False)
    query = stage.calls("/delta")[0].query
    assert (query["startDateTime"], query["endDateTime"]) == ("2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z")


async def test_every_request_asks_for_lasting_ids_utc_and_text(stage: Stage) -> None:  # graph.md §2.2
    mike = stage.person("mike")
    for number in range(3):
        stage.event(mike, subject=f"{number}", body={"contentType": "html", "content": "<p>Text</p>"})
    stage.microsoft.switches = Switches(empty_first_page=True)

    round_ = await stage.graph.round(mike, "", WINDOW, FULL)
    await stage.graph.look(mike, [round_.rows[0].id], FULL)

    prefers = {one.headers["prefer"].split(", odata.max")[0] for one in stage.calls("/users/")}
    assert prefers == {'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'}
    assert round_.rows[0].event is not None
    assert round_.rows[0].event.body == "Text"


async def test_an_empty_first_page_is_followed(stage: Stage) -> None:  # CUR-09
    mike = stage.person("mike")
    event = stage.event(mike)
    stage.microsoft.switches = Switches(empty_first_page=True)

    round_ = await stage.graph.round(mike, "", WINDOW, FULL)

    assert [row.id for row in round_.rows] == [event]
    assert len(stage.calls("/delta")) == 2


async def test_a_page_longer_than_asked_for_is_read_whole(stage: Stage) -> None:  # CUR-31
    mike = stage.person("mike")
    items = [{"id": f"id-{n}", "@removed": {"reason": "deleted"}} for n in range(263)]
    stage.answers("/delta", answer(200, {"value": items, "@odata.deltaLink": f"{stage.root}/v1.0/x?$deltatoken=1"}))

    assert len((await stage.graph.round(mike, "", WINDOW, FULL)).rows) == 263


FORGOTTEN = {
    "CUR-03": refusal(410, "fullSyncRequired"),
    "CUR-04": refusal(410, "SyncStateNotFound"),
    "CUR-05": Response(410),
    "in another case": refusal(400, "syncStateInvalid"),
    "inside": answer(404, {"error": {"code": "", "innererror": {"innerError": {"code": "ResyncRequired"}}}}),
}


@pytest.mark.parametrize("forgotten", FORGOTTEN.values(), ids=FORGOTTEN)
async def test_a_forgotten_cursor_means_reading_everything_again(stage: Stage, forgotten: Response) -> None:
    mike = stage.person("mike")
    event = stage.event(mike)
    cursor = (await stage.graph.round(mike, "", WINDOW, FULL)).cursor
    stage.asked.clear()
    stage.answers("$deltatoken", forgotten)

    round_ = await stage.graph.round(mike, cursor, WINDOW, FULL)

    assert ([row.id for row in round_.rows], round_.fresh) == ([event], True)
    assert [sorted(one.query) for one in stage.calls("/delta")] == [["$deltatoken"], ["endDateTime", "startDateTime"]]


async def test_a_cursor_that_is_forgotten_again_and_again_waits_for_later(stage: Stage) -> None:
    mike = stage.person("mike")
    stage.always("/delta", refusal(410, "SyncStateNotFound"))

    with pytest.raises(Transient):
        await stage.graph.round(mike, "", WINDOW, FULL)
    assert len(stage.calls("/delta")) == 2


async def test_a_page_that_fails_for_good_leaves_no_cursor(stage: Stage) -> None:  # CUR-10
    mike = stage.person("mike")
    stage.event(mike)
    stage.microsoft.switches = Switches(empty_first_page=True)
    stage.always("$skiptoken", refusal(500, "InternalServerError"))

    with pytest.raises(Transient):
        await stage.graph.round(mike, "", WINDOW, FULL)


async def test_a_last_page_without_a_way_on_is_no_round(stage: Stage) -> None:  # CUR-11
    mike = stage.person("mike")
    stage.answers("/delta", answer(200, {"value": []}))

    with pytest.raises(Transient):
        await stage.graph.round(mike, "", WINDOW, FULL)


async def test_pages_in_a_circle_are_no_answer(stage: Stage) -> None:
    mike = stage.person("mike")
    here = f"{stage.root}/v1.0/users/{mike}/events/series/instances?$skip=1"
    stage.always("/instances", answer(200, {"value": [], "@odata.nextLink": here}))

    with pytest.raises(Transient):
        await stage.graph.instances(mike, "series", WINDOW, FULL)


async def test_a_link_to_another_host_is_not_followed(stage: Stage) -> None:
    mike = stage.person("mike")
    stage.answers("/delta", answer(200, {"value": [], "@odata.nextLink": "http://127.0.0.1:9/v1.0/x"}))

    with pytest.raises(Permanent):
        await stage.graph.round(mike, "", WINDOW, FULL)


async def test_what_is_removed_and_there_in_one_round_is_looked_at(stage: Stage) -> None:  # CUR-13
    mike = stage.person("mike")
    there, gone = stage.event(mike), stage.event(mike)
    stage.microsoft.delete(mike, gone, stage.now)
    rows = [{"id": id_, "@removed": {"reason": "deleted"}} for id_ in (there, gone)]
    rows += [{"id": id_, "type": "singleInstance", "subject": "old"} for id_ in (there, gone)]
    stage.answers("/delta", answer(200, {"value": rows, "@odata.deltaLink": f"{stage.root}/v1.0/x?$deltatoken=1"}))

    round_ = await stage.graph.round(mike, "", WINDOW, FULL)

    assert [(row.id, row.kind) for row in round_.rows] == [(there, Kind.SINGLE), (gone, Kind.REMOVED)]
    assert round_.rows[0].event is not None
    assert round_.rows[0].event.subject == "Portfolio review"


async def test_a_broken_event_does_not_stop_the_others(stage: Stage) -> None:  # CUR-25, TZ-07
    mike = stage.person("mike")
    rows = [{"id": f"id-{n}", "@removed": {"reason": "deleted"}} for n in range(9)]
    rows.insert(4, {"id": "broken", "type": "singleInstance", "start": 7})  # type: ignore[dict-item]  # on purpose
    stage.answers("/delta", answer(200, {"value": rows, "@odata.deltaLink": f"{stage.root}/v1.0/x?$deltatoken=1"}))

    round_ = await stage.graph.round(mike, "", WINDOW, FULL)

    assert [row.id for row in round_.rows if row.error] == ["broken"]
    assert (len(round_.rows), bool(round_.cursor)) == (10, True)


TOO_MUCH = {"503": Response(503), "504": Response(504), "THR-18": refusal(504, "UnknownError")}


@pytest.mark.parametrize("too_much", TOO_MUCH.values(), ids=TOO_MUCH)
async def test_a_calendar_too_large_for_large_pages_is_read_in_small_ones(stage: Stage, too_much: Response) -> None:
    mike = stage.person("mike")
    event = stage.event(mike)
    stage.scripts.append((lambda one: too_much if "maxpagesize=200" in one.headers.get("prefer", "") else None, 100))

    assert [row.id for row in (await stage.graph.round(mike, "", WINDOW, FULL)).rows] == [event]


async def test_a_page_that_breaks_off_is_read_again(stage: Stage) -> None:  # THR-17
    mike = stage.person("mike")
    event = stage.event(mike)
    stage.answers("/delta", Response(0))

    assert [row.id for row in (await stage.graph.round(mike, "", WINDOW, FULL)).rows] == [event]


async def test_a_series_comes_as_its_master_and_thin_occurrences(stage: Stage) -> None:
    mike = stage.person("mike")
    series = stage.event(mike, **WEEKLY)

    rows = (await stage.graph.round(mike, "", WINDOW, FULL)).rows

    assert [row.kind for row in rows] == [Kind.MASTER, *[Kind.OCCURRENCE] * 4]
    assert [row.series for row in rows] == ["", *[series] * 4]
    assert rows[0].event is not None
    assert rows[0].event.recurrence == "Weekly on Mon, 4 times"
    assert [row.event for row in rows[1:]] == [None] * 4


async def test_strange_characters_of_an_id_stay_in_its_place(stage: Stage) -> None:  # CUR-29
    mike = stage.person("mike")
    strange = "AA/Mk:a b+c=?#%"

    assert (await stage.graph.look(mike, [strange], FULL))[strange] is not None
    path = stage.calls("/events/")[0].path
    assert path.endswith("/events/AA%2FMk%3Aa%20b%2Bc%3D%3F%23%25")
    assert unquote(path.rpartition("/")[2]) == strange


async def test_an_idle_mailbox_costs_one_request(stage: Stage) -> None:  # ruling 27
    mike = stage.person("mike")
    cursor = (await stage.graph.round(mike, "", WINDOW, FULL)).cursor
    stage.asked.clear()

    await stage.graph.round(mike, cursor, WINDOW, FULL)

    assert len(stage.asked) == 1
