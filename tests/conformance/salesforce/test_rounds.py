"""Reading an org round by round: what changed, whole, and nothing when nothing changed."""

from datetime import date
from typing import Any

import pytest

from contracts.calendar import Days, Timed
from contracts.policy import PrivateEvents
from services.clients.salesforce.privacy import Privacy
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


async def test_of_what_is_deleted_it_is_told_whether_we_have_erased_it(place: Any) -> None:  # ruling 5
    erased, deleted = place.event(), place.event()
    await place.org.delete([erased])
    place.salesforce.delete("Event", deleted, place.now, by=place.user("Mike"))
    assert {row.id: row.ours for row in (await place.read()).rows} == {erased: True, deleted: False}


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


async def test_an_event_of_years_ago_comes_when_it_changes_and_is_never_taken_for_gone(place: Any) -> None:  # SFD-10
    old = {"StartDateTime": "2024-01-02T10:00:00.000+0000", "EndDateTime": "2024-01-02T11:00:00.000+0000"}
    event = place.event(**old)
    assert (await place.read()).rows == (), "the first read begins with the window (D9)"
    place.salesforce.update("Event", event, {"Subject": "Archived"}, place.later(hours=1))
    assert place.salesforce.row("Event", event)["IsArchived"]
    (row,) = (await place.read()).rows
    assert (row.id, row.event.subject, row.deleted) == (event, "Archived", False)
    assert (await place.org.look(place.shape, [event], Privacy()))[event] == row


async def test_after_a_long_absence_all_changes_come_and_what_is_not_there_is_not_said_to_be_deleted(
    place: Any,
) -> None:  # SFD-13, X2
    kept, changed, purged = place.event(), place.event(), place.event()
    place.later(hours=1)
    await place.read()
    place.later(days=2)
    place.salesforce.update("Event", changed, {"Subject": "Moved"}, place.now)
    place.salesforce.delete("Event", purged, place.now)
    place.later(days=20)
    found = by_id((await place.read()).rows)
    assert set(found) == {changed}
    assert kept not in found
    assert (found[changed].event.subject, found[changed].deleted) == ("Moved", False)
    assert (await place.org.look(place.shape, [purged], Privacy()))[purged].unseen, "only its row in the bin proves it"


async def test_a_row_committed_late_is_caught_by_the_look_back(opened: Any) -> None:  # SFD-03
    place = await opened(commit_delay_seconds=120)
    before = (await place.read()).cursors
    place.later(minutes=1)
    event = place.event()
    (row,) = (await place.read()).rows
    assert row.id == event
    assert row.mark < before.events
    blind = await place.org.round(place.shape, before, SINCE, Privacy(), overlap_seconds=0)
    assert blind.rows == ()


async def test_a_row_of_the_look_back_comes_again_with_the_same_mark(place: Any) -> None:  # SFD-02
    place.event(EventWhoIds=[place.contact("Adams")])
    (first,) = (await place.read()).rows
    place.later(minutes=1)
    assert (await place.read()).rows == (first,)


async def test_many_events_come_in_pieces(place: Any) -> None:
    ids = {place.event(Subject=f"Event {number}") for number in range(4100)}
    found = [len(piece.rows) async for piece in place.pieces(Privacy())]
    assert found == [0, *[500] * 8, 100], "people first"
    assert place.calls == 1 + 9 * 2, "each piece of Events, and who is on them"
    place.later(minutes=1)
    again = await place.read()
    assert {row.id for row in again.rows} == ids
    assert len(again.rows) == len(ids)


async def test_a_round_of_many_relations_comes_in_pieces_with_each_event_whole(place: Any) -> None:
    people = [place.contact(f"{number}") for number in range(50)]
    events = [place.event() for _ in range(45)]
    place.later(hours=1)
    await place.read()
    place.later(hours=1)
    for event in events:
        place.salesforce.update("Event", event, {"EventWhoIds": people}, place.now)
    found = [piece async for piece in place.pieces(Privacy())]
    assert len(found) == 2, "2,250 relations"
    assert {row.id: len(row.people) for piece in found for row in piece.rows} == dict.fromkeys(events, 50)


async def test_a_dead_cursor_restarts_its_query(place: Any) -> None:  # SFD-09
    for name in ("Notes__c", "More__c"):  # with two long texts Salesforce gives pages of 200
        place.salesforce.add_field(f"{name} | textarea 5000 | CUNP | {name}")
    await place.describe(body="Notes__c", subject="More__c")
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
    assert next(dead, None) is None


async def test_a_private_event_leaves_the_client_as_time_only(place: Any) -> None:  # P1, ruling 20
    place.event(Subject="Surgery", Location="Clinic", IsPrivate=True)
    (row,) = (await place.read(PrivateEvents.BUSY_ONLY)).rows
    assert row.redacted
    assert "Surgery" not in repr(row)
    assert "Clinic" not in repr(row)


async def test_each_owners_private_events_are_read_by_their_own_rule(place: Any) -> None:  # D11, ruling 20
    ann, ben, cyd = (place.user(name) for name in ("Ann One", "Ben Two", "Cyd Three"))
    for owner in (ann, ben, cyd):
        place.event(Subject="Surgery", IsPrivate=True, OwnerId=owner)
    rules = Privacy(PrivateEvents.FULL, {ben: PrivateEvents.BUSY_ONLY, cyd: PrivateEvents.SKIP})
    rows = [row async for piece in place.pieces(rules) for row in piece.rows]
    told = {row.owner: (row.event.subject, row.redacted, row.skipped) for row in rows}
    hidden = "Private appointment"
    assert told == {ann: ("Surgery", False, False), ben: (hidden, True, False), cyd: (hidden, True, True)}
    (one,) = [row.id for row in rows if row.owner == ann]
    strict = Privacy(PrivateEvents.FULL, {one: PrivateEvents.BUSY_ONLY})
    assert (await place.org.look(place.shape, [one], strict))[one].redacted, "a single Event may have a rule as well"


async def test_upkeep_of_the_platform_moves_the_mark_and_is_no_edit_but_a_save_without_a_change_is(
    place: Any,
) -> None:  # ruling 11, D7
    event = place.event()
    (made,) = (await place.read()).rows
    place.salesforce.upkeep("Event", event, place.later(minutes=15))
    (kept,) = (await place.read()).rows
    assert (kept.mark != made.mark, kept.edited_at) == (True, made.edited_at)
    place.salesforce.update("Event", event, {"Subject": "Review"}, place.later(minutes=15))
    (saved,) = (await place.read()).rows
    assert (saved.event, saved.edited_at) == (made.event, place.now)


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
