"""What people answered, as it stands on an Event: read with it, noticed when it changes, and written (A6)."""

from typing import Any

import pytest

from contracts.calendar import Response
from contracts.policy import PrivateEvents
from services.clients.salesforce.mapping import render
from services.clients.salesforce.privacy import Privacy

YES, NO, MAYBE, OPEN = Response.ACCEPTED, Response.DECLINED, Response.TENTATIVE, Response.NONE


def relation(place: Any, event: str, person: str) -> str:
    (found,) = [row["Id"] for row in place.salesforce.rows("EventRelation")
                if (row["EventId"], row["RelationId"]) == (event, person)]  # fmt: skip
    return str(found)


def said(place: Any, event: str) -> dict[str, str]:
    """The Status of everybody on an Event."""
    rows = place.salesforce.rows("EventRelation")
    return {row["RelationId"]: row["Status"] for row in rows if row["EventId"] == event}


async def test_an_answer_that_changes_is_noticed_though_the_event_does_not(place: Any) -> None:  # A6
    ann, ben = place.contact("Adams"), place.user("Ben Guest")
    event = place.event(EventWhoIds=[ann])
    place.salesforce.insert("EventRelation", {"EventId": event, "RelationId": ben}, place.now)
    (before,) = (await place.read()).rows
    assert before.answers == ()
    place.later(minutes=15)
    for person, status in ((ann, "Declined"), (ben, "Accepted")):
        place.salesforce.update("EventRelation", relation(place, event, person), {"Status": status}, place.now)
    (row,) = (await place.read()).rows
    assert row.answers == ((ann, NO), (ben, YES))
    assert row.mark != before.mark
    assert (row.edited_at, row.joined_at) == (before.edited_at, place.now), "no edit of the Event"


@pytest.mark.parametrize("shared", [True, False], ids=["shared activities", "without"])
async def test_answers_are_written_where_they_differ(opened: Any, shared: bool) -> None:  # A6
    place = await opened(shared_activities=shared)
    ann, ben, cyd = (place.user(name) for name in ("Ann One", "Ben Two", "Cyd Three"))
    event, other = place.event(), place.event()
    await place.org.relate({event: [ann, ben, cyd], other: [ann]})
    place.calls  # noqa: B018 - forget
    done = await place.org.answer({event: {ann: YES, ben: NO, cyd: MAYBE}, other: {ben: YES}})
    assert said(place, event) == {ann: "Accepted", ben: "Declined", cyd: "New"}
    assert said(place, other) == {ann: "New"}, (
        "who is not on the Event is not put there, who is not named is left alone"
    )
    assert ([one.code for one in done[event]], done[other]) == (["", ""], ())
    assert place.calls == 2, "what stands there, and what differs"
    again = await place.org.answer({event: {ann: YES, ben: NO}})
    assert (again[event], place.calls) == ((), 1)
    await place.org.answer({event: {cyd: OPEN}})
    assert said(place, event)[ann] == "Accepted", "who is not named is left alone"
    await place.org.answer({event: {ann: OPEN}})
    assert said(place, event)[ann] == "New"


async def test_two_hundred_answers_of_clients_take_two_requests(place: Any) -> None:  # A6
    people = [place.contact(f"{number}") for number in range(50)]
    events = [place.event(EventWhoIds=people) for _ in range(4)]
    await place.org.answer({event: dict.fromkeys(people, YES) for event in events})
    assert place.calls == 2
    assert all(set(said(place, event).values()) == {"Accepted"} for event in events)


async def test_an_answer_that_is_refused_says_so_alone(place: Any) -> None:
    ann = place.user("Ann One")
    event = place.event()
    await place.org.relate({event: [ann]})
    place.salesforce.fail_rows("INSUFFICIENT_ACCESS_OR_READONLY", 1)
    done = await place.org.answer({event: {ann: YES}})
    assert [one.code for one in done[event]] == ["INSUFFICIENT_ACCESS_OR_READONLY"]


async def test_our_word_stands_on_the_event_and_is_read_again(place: Any) -> None:
    event = place.event()
    (row,) = (await place.read()).rows
    word = "has more than 50 attendees: " + "x" * 300
    (done,) = await place.org.update([{"id": event, **render(row.event, (), place.shape, status=word)}])
    assert done.code == ""
    found = (await place.org.look(place.shape, [event], Privacy(PrivateEvents.FULL)))[event]
    assert (found.status[:28], len(found.status)) == (word[:28], 255)
    assert found.event == row.event
