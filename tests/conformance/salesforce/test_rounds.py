"""Reading an org round by round: what changed, whole, and nothing when nothing changed."""

from datetime import date
from typing import Any

import pytest

from contracts.calendar import Days, Timed
from contracts.policy import PrivateEvents
from services.clients.salesforce.row import Row
from services.kernel.errors import Permanent
from services.sandbox.wire import Request, Response, answer

SINCE = date(2027, 1, 1)
TIMES = {"StartDateTime": "2027-03-02T10:00:00.000+0000", "EndDateTime": "2027-03-02T10:30:00.000+0000"}


def by_id(rows: tuple[Row, ...]) -> dict[str, Any]:
    return {row.id: row for row in rows}


async def test_an_idle_round_costs_one_request(place: Any) -> None:  # ruling 27
    person = place.contact("Meyer", Email="meyer@client.example")
    place.event(EventWhoIds=[person])
    place.later(minutes=15)
    await place.read()
    place.later(minutes=15)
    place.calls  # noqa: B018 - forget the first round
    found = await place.read()
    assert (found.rows, found.people, found.users, place.calls) == ((), (), (), 1)


async def test_the_first_round_reads_what_ends_after_the_window_begins(place: Any) -> None:  # D9
    old = {"StartDateTime": "2026-12-30T10:00:00.000+0000", "EndDateTime": "2026-12-30T11:00:00.000+0000"}
    place.event(**old)
    new_year = place.event(IsAllDayEvent=True, StartDateTime="2026-12-30T00:00:00.000+0000",
                           EndDateTime="2027-01-01T00:00:00.000+0000")  # fmt: skip
    review = place.event(Subject="Review", Location="Room 4", Description="Notes")
    found = by_id((await place.read()).rows)
    assert set(found) == {new_year, review}
    assert found[new_year].event.when == Days(date(2026, 12, 30), date(2027, 1, 2))
    event = found[review].event
    assert (event.subject, event.location, event.body) == ("Review", "Room 4", "Notes")
    assert isinstance(event.when, Timed)


async def test_new_changed_and_deleted_events_come_with_the_next_round(place: Any) -> None:  # D3
    kept, changed, deleted = place.event(), place.event(), place.event(M365_Key__c="link")
    place.later(minutes=15)
    await place.read()
    place.later(minutes=15)
    place.salesforce.update("Event", changed, {"Subject": "Moved"}, place.now)
    place.salesforce.delete("Event", deleted, place.now)
    new = place.event(Subject="New")
    found = by_id((await place.read()).rows)
    assert set(found) == {changed, deleted, new}
    assert kept not in found
    assert found[changed].event.subject == "Moved"
    assert (found[deleted].deleted, found[deleted].event, found[deleted].stamp) == (True, None, "link")
    assert found[changed].edited_at == place.now


async def test_an_event_comes_with_everybody_on_it(place: Any) -> None:  # A3, I1
    owner, guest = place.user("Ann Owner"), place.user("Ben Guest")
    people = [place.contact(name) for name in ("Adams", "Brown", "Clark")]
    event = place.event(OwnerId=owner, EventWhoIds=[people[2], people[0], people[1]])
    place.salesforce.insert("EventRelation", {"EventId": event, "RelationId": guest}, place.now)
    (row,) = (await place.read()).rows
    assert (row.owner, row.invitees) == (owner, (guest,))
    assert row.people == (people[2], people[0], people[1])


async def test_an_invitees_copy_is_no_event_of_its_own(place: Any) -> None:  # I1
    event = place.event()
    place.salesforce.insert("EventRelation", {"EventId": event, "RelationId": place.user("Ben Guest")}, place.now)
    assert [row.id for row in (await place.read()).rows] == [event]


async def test_an_invitation_brings_its_event_along_with_a_new_mark(place: Any) -> None:  # salesforce.md §9.10
    event, guest = place.event(), place.user("Ben Guest")
    (before,) = (await place.read()).rows
    place.later(minutes=15)
    invitation = place.salesforce.insert("EventRelation", {"EventId": event, "RelationId": guest}, place.now)
    (invited,) = (await place.read()).rows
    assert (invited.id, invited.invitees) == (event, (guest,))
    place.later(minutes=15)
    place.salesforce.delete("EventRelation", invitation, place.now)
    (left,) = (await place.read()).rows
    assert (left.id, left.invitees) == (event, ())
    assert len({before.mark, invited.mark}) == 2
    assert left.mark != invited.mark


async def test_without_shared_activities_the_one_person_and_the_invitees_are_read(opened: Any) -> None:
    place = await opened(shared_activities=False)
    person, guest = place.contact("Adams"), place.user("Ben Guest")
    event = place.event(WhoId=person)
    place.salesforce.insert("EventRelation", {"EventId": event, "RelationId": guest}, place.now)
    (row,) = (await place.read()).rows
    assert (row.people, row.invitees) == ((person,), (guest,))


async def test_a_row_committed_late_is_caught_by_the_look_back(opened: Any) -> None:  # SFD-03
    place = await opened(commit_delay_seconds=120)
    before = (await place.read()).cursors
    place.later(minutes=1)
    event = place.event()
    (row,) = (await place.read()).rows
    assert row.id == event
    assert row.mark < before.events
    blind = await place.org.round(place.shape, before, SINCE, PrivateEvents.BUSY_ONLY, overlap_seconds=0)
    assert blind.rows == ()


async def test_a_row_of_the_look_back_comes_again_with_the_same_mark(place: Any) -> None:  # SFD-02
    place.event(EventWhoIds=[place.contact("Adams")])
    (first,) = (await place.read()).rows
    place.later(minutes=1)
    assert (await place.read()).rows == (first,)


async def test_many_events_come_in_pages(place: Any) -> None:
    ids = {place.event(Subject=f"Event {number}") for number in range(4100)}
    found = await place.read()
    assert {row.id for row in found.rows} == ids
    assert place.calls == 1 + 2 + 2  # the round, two more pages, relations of 4,100 events in nine queries
    assert len(found.rows) == len(ids)


async def test_a_dead_cursor_restarts_its_query(place: Any) -> None:  # SFD-09
    ids = {place.event(Subject=f"Event {number}") for number in range(2100)}
    dead = iter([True])

    def spoil(request: Request) -> Response | None:
        if "/query/" in request.path and next(dead, False):
            return answer(400, [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}])
        return None

    place.spoil = spoil
    rows = (await place.read()).rows
    assert {row.id for row in rows} == ids
    assert len(rows) == 2100


async def test_a_private_event_leaves_the_client_as_time_only(place: Any) -> None:  # P1, ruling 20
    place.event(Subject="Surgery", Location="Clinic", IsPrivate=True)
    (row,) = (await place.read(PrivateEvents.BUSY_ONLY)).rows
    assert row.redacted
    assert "Surgery" not in repr(row)
    assert "Clinic" not in repr(row)


async def test_an_org_without_the_package_is_read_all_the_same(opened: Any) -> None:
    place = await opened(package=False, shared_activities=False, person_accounts=False, namespace="")
    assert not (place.shape.has_key)
    assert not (place.shape.shared_activities)
    assert not (place.shape.person_accounts)
    event = place.event()
    assert [row.id for row in (await place.read()).rows] == [event]


async def test_our_own_last_change_is_marked_as_a_hint(place: Any) -> None:  # SFD-14
    (made,) = await place.org.upsert(place.shape, [{"M365_Key__c": "k", **TIMES}])
    theirs = place.event(OwnerId=place.user("Ann Owner"))
    found = by_id((await place.read()).rows)
    assert (found[made.id].ours, found[theirs].ours) == (True, False)


async def test_a_field_that_was_taken_away_is_a_named_refusal(place: Any, opened: Any) -> None:
    other = await opened(package=False)
    other.shape = place.shape
    with pytest.raises(Permanent) as error:
        await other.read()
    assert error.value.code == "INVALID_FIELD"


async def test_the_cursor_is_salesforces_own_time(place: Any) -> None:  # SFD-04
    found = await place.read()
    assert found.now == place.now
    assert found.cursors.events == "2027-03-01T09:00:00Z"
