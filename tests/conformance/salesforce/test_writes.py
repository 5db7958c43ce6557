"""Writing many rows in few requests, each row with its own fate."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from contracts.calendar import FIELDS, CalendarEvent, Timed
from contracts.policy import PrivateEvents
from services.clients.http import UnknownOutcome
from services.clients.salesforce.mapping import echo, render
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.refusal import NOT_SENT, UNKNOWN_OUTCOME
from services.kernel.errors import Transient
from services.sandbox.wire import Request, Response, answer

TIMES = {"StartDateTime": "2027-03-02T10:00:00.000+0000", "EndDateTime": "2027-03-02T10:30:00.000+0000"}


def rows(count: int, **columns: Any) -> list[dict[str, Any]]:
    named = ({"M365_Key__c": f"key {number}", "Subject": f"Event {number}"} for number in range(count))
    return [{**names, **TIMES, **columns} for names in named]


async def test_two_thousand_creations_take_two_requests(place: Any) -> None:
    results = await place.org.upsert(place.shape, rows(2000))
    assert place.calls == 2
    assert len({one.id for one in results}) == 2000
    assert all(one.created for one in results)
    assert place.salesforce.row("Event", results[1234].id)["Subject"] == "Event 1234"


async def test_an_upsert_twice_makes_one_record(place: Any) -> None:  # SFD-18
    first = await place.org.upsert(place.shape, rows(3))
    second = await place.org.upsert(place.shape, rows(3, Location="Room 4"))
    assert [one.id for one in first] == [one.id for one in second]
    assert [one.created for one in second] == [False] * 3
    assert [one["Location"] for one in place.salesforce.rows("Event")] == ["Room 4"] * 3


async def test_without_the_package_events_are_created_without_a_key(opened: Any) -> None:
    place = await opened(package=False)
    results = await place.org.upsert(place.shape, [{"Subject": "Review", **TIMES}])
    assert place.salesforce.row("Event", results[0].id)["Subject"] == "Review"


async def test_what_practifi_holds_after_a_write_is_the_echo(place: Any) -> None:  # PRO-12, C4
    start = place.later(days=1, seconds=17)
    event = CalendarEvent(
        Timed(start, place.later(days=20)), subject="x" * 300, location=" Room ", body="a\r\nb @{r0.id}", reminder=10,
        recurrence="Every day", online=True, join_url="https://teams.example/1", attendee_count=60,
    )  # fmt: skip
    people = [place.contact("Adams"), place.contact("Brown")]
    row = render(event, FIELDS, place.shape, key="k", people=people)
    (made,) = await place.org.upsert(place.shape, [row])
    found = (await place.org.look(place.shape, [made.id], Privacy(PrivateEvents.FULL)))[made.id]
    assert found.event == echo(event, place.shape)
    assert (found.people, found.stamp) == (tuple(people), "k")


async def test_people_are_taken_off_an_event(place: Any) -> None:
    event = place.event(EventWhoIds=[place.contact("Adams"), place.contact("Brown")])
    (done,) = await place.org.update([{"id": event, **render(CalendarEvent(None), (), place.shape, people=())}])  # type: ignore[arg-type]
    assert done.code == ""
    (row,) = (await place.read()).rows
    assert row.people == ()


async def test_a_thousand_updates_and_deletions_take_one_request_each(place: Any) -> None:
    ids = [one.id for one in await place.org.upsert(place.shape, rows(1000))]
    assert place.calls == 1
    updated = await place.org.update([{"id": one, "Location": "Room 4"} for one in ids])
    assert place.calls == 1
    assert [one.id for one in updated] == ids
    deleted = await place.org.delete(ids)
    assert place.calls == 1
    assert [one.id for one in deleted] == ids
    assert place.salesforce.rows("Event") == []


async def test_one_bad_row_fails_alone_and_its_text_stays_here(place: Any) -> None:  # P3
    many = rows(3)
    many[1]["Subject"] = "Secret " * 60
    results = await place.org.upsert(place.shape, many)
    assert [one.code for one in results] == ["", "STRING_TOO_LONG", ""]
    assert "Secret" not in results[1].reason
    assert "Subject" in results[1].reason


async def test_deleting_twice_says_that_it_was_there_already(place: Any) -> None:
    event = place.event()
    await place.org.delete([event])
    (again,) = await place.org.delete([event])
    assert again.code == "ENTITY_IS_DELETED"


@pytest.mark.parametrize("code", ["UNABLE_TO_LOCK_ROW", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"])
async def test_locked_rows_are_tried_again_in_smaller_pieces(place: Any, code: str) -> None:
    place.salesforce.fail_rows(code, 30)
    results = await place.org.upsert(place.shape, rows(500))
    assert all(one.id for one in results)
    assert place.calls == 2
    assert len(place.salesforce.rows("Event")) == 500


async def test_rows_that_never_pass_keep_their_refusal_and_cost_few_requests(place: Any) -> None:
    place.salesforce.fail_rows("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 100_000)
    results = await place.org.upsert(place.shape, rows(1000))
    assert {one.code for one in results} == {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}
    assert place.calls <= 5


def broken_from(number: int, status: int) -> Any:
    """From the composite request of this number on, answer with `status`."""
    count = iter(range(1000))

    def spoil(request: Request) -> Response | None:
        return answer(status) if request.path.endswith("/composite") and next(count) >= number else None

    return spoil


async def test_a_write_of_unknown_outcome_is_not_repeated(place: Any) -> None:  # ruling 9
    place.spoil = broken_from(0, 500)
    with pytest.raises(UnknownOutcome):
        await place.org.upsert(place.shape, rows(2000))
    assert place.calls == 1


async def test_a_later_request_of_unknown_outcome_leaves_what_is_known(place: Any) -> None:  # ruling 9
    place.spoil = broken_from(1, 500)
    results = await place.org.upsert(place.shape, rows(1001))
    assert {one.code for one in results[:1000]} == {""}
    assert results[1000].code == UNKNOWN_OUTCOME


def failing(place: Any, status: int, parts: range, body: Any = None) -> None:
    """These parts of each composite are carried out, and answered with `status`."""

    def spoil(request: Request) -> Response | None:
        if not request.path.endswith("/composite"):
            return None
        found = msgspec.json.decode(place.salesforce.handle(request).body)
        for part in found["compositeResponse"][parts.start : parts.stop]:
            part |= {"httpStatusCode": status, "body": body}
        return answer(200, found)

    place.spoil = spoil


@pytest.mark.parametrize("body", [None, [{"errorCode": "UNKNOWN_EXCEPTION", "message": ""}]])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_two_hundred_rows_at_which_salesforce_fails_may_have_been_written(
    place: Any, status: int, body: Any
) -> None:  # ruling 9, O4
    """They are no fault of anybody's, and are not refused for it."""
    failing(place, status, range(1, 2), body)
    results = await place.org.upsert(place.shape, rows(1000))
    assert [one.code for one in results] == [""] * 200 + [UNKNOWN_OUTCOME] * 200 + [""] * 600
    assert str(status) in results[200].reason
    assert place.calls == 1, "never repeated by itself"


async def test_where_salesforce_fails_at_every_part_the_request_has_failed(place: Any) -> None:  # ruling 9, O4
    """So the lane waits, and a person is shown why."""
    failing(place, 503, range(5))
    with pytest.raises(UnknownOutcome, match="503"):
        await place.org.upsert(place.shape, rows(1000))
    assert place.calls == 1


async def test_what_did_not_leave_is_said_to_be_unsent(place: Any) -> None:
    place.spoil = broken_from(1, 503)
    results = await place.org.upsert(place.shape, rows(2500))
    assert [one.code for one in results].count(NOT_SENT) == 1500
    assert place.calls == 2


async def test_an_unavailable_org_is_asked_later(place: Any) -> None:
    place.spoil = broken_from(0, 503)
    with pytest.raises(Transient) as error:
        await place.org.update([{"id": place.event(), "Subject": "New"}])
    assert not isinstance(error.value, UnknownOutcome)


async def test_the_wanted_users_are_invited_and_those_who_leave_are_not(place: Any) -> None:  # I2
    event, other = place.event(), place.event()
    ann, ben, cyd = (place.user(name) for name in ("Ann One", "Ben Two", "Cyd Three"))
    await place.org.relate({event: [ann, ben]})
    place.calls  # noqa: B018 - forget
    done = await place.org.relate({event: [ben, cyd], other: []}, {event: [ann]})
    assert place.calls == 3
    assert (len(done[event]), done[other]) == (2, ())
    assert all(one.id and not one.code for one in done[event])
    found = await place.org.look(place.shape, [event], Privacy(PrivateEvents.FULL))
    assert set(found[event].invitees) == {ben, cyd}
    place.calls  # noqa: B018 - forget
    await place.org.relate({event: [ben, cyd]})
    assert place.calls == 1


async def test_an_org_that_asks_to_wait_is_asked_nothing_before_its_time(place: Any) -> None:  # O4, THR-01
    """Not even for the rest of a batch, of which only the first half is done."""
    asked = list[Request]()

    def throttled(request: Request) -> Response | None:
        asked.append(request)
        return answer(429, {}, {"Retry-After": "300"}) if len(asked) == 2 else None

    place.spoil = throttled
    results = await place.org.upsert(place.shape, rows(2000))
    assert [one.code for one in results] == [""] * 1000 + [NOT_SENT] * 1000
    for left in (300, 60):
        with pytest.raises(Transient) as waits:
            await place.org.look(place.shape, [results[0].id], Privacy())
        assert waits.value.delay == timedelta(seconds=left)
        place.later(seconds=240)
    assert len(asked) == 2
    assert (await place.org.look(place.shape, [results[0].id], Privacy()))[results[0].id].stamp == "key 0"
