"""Direct reads before a write, or as proof that something is gone (ruling 7, X2)."""

import json
from typing import Any

from contracts.policy import PrivateEvents
from services.clients.salesforce.privacy import Privacy
from services.sandbox.wire import Request, Response, answer

FULL = Privacy(PrivateEvents.FULL)


async def test_two_thousand_events_and_everybody_on_them_take_one_request(place: Any) -> None:  # ruling 7
    person = place.contact("Adams")
    ids = [place.event(Subject=f"Event {number}") for number in range(1999)]
    ids.append(place.event(EventWhoIds=[person]))
    found = await place.org.look(place.shape, ids, FULL)
    assert place.calls == 1
    assert [row.event.subject for row in found.values()] == [*(f"Event {n}" for n in range(1999)), "Review"]
    assert found[ids[-1]].people == (person,)


async def test_a_deleted_event_is_gone_and_the_others_are_there(place: Any) -> None:  # X2
    kept, deleted = place.event(), place.event()
    place.salesforce.delete("Event", deleted, place.now)
    found = await place.org.look(place.shape, [kept, deleted], FULL)
    assert found[deleted].deleted
    assert found[kept].id == kept


async def test_an_event_of_which_nothing_is_shown_is_not_proven_to_be_gone(place: Any) -> None:  # X2
    kept, purged = place.event(), place.event()
    place.salesforce.delete("Event", purged, place.now)
    place.later(days=16)
    found = await place.org.look(place.shape, [kept, purged], FULL)
    assert (found[kept].unseen, found[purged].unseen, found[purged].event) == (False, True, None)
    assert "hidden from the integration user" in found[purged].error


async def test_an_event_that_only_the_archive_shows_is_not_gone(place: Any) -> None:  # X2, salesforce.md §2.8
    old = {"StartDateTime": "2025-01-02T10:00:00.000+0000", "EndDateTime": "2025-01-02T11:00:00.000+0000"}
    event, deleted = place.event(**old), place.event(**old)
    place.salesforce.delete("Event", deleted, place.now)
    place.spoil = lambda request: blind(place, request)
    found = await place.org.look(place.shape, [event, deleted], FULL)
    assert found[deleted].deleted
    assert found[event] is not None


def blind(place: Any, request: Request) -> Response | None:
    """The org's answer, in which a read by id shows nothing: it leaves out the archive."""
    if not request.path.endswith("/composite"):
        return None
    body = json.loads(place.salesforce.handle(request).body)
    for sub, part in zip(request.json()["compositeRequest"], body["compositeResponse"], strict=True):
        if "ids" in (sub.get("body") or ()):
            part["body"] = [None for _ in part["body"]]
    return answer(200, body)


async def test_a_look_and_a_round_agree_on_every_row(place: Any) -> None:
    guest = place.user("Ben Guest")
    event = place.event(EventWhoIds=[place.contact("Adams"), place.contact("Brown")])
    place.salesforce.insert("EventRelation", {"EventId": event, "RelationId": guest}, place.now)
    (row,) = (await place.read()).rows
    found = await place.org.look(place.shape, [event], Privacy())
    assert found == {event: row}


async def test_looking_at_nothing_asks_nothing(place: Any) -> None:
    assert await place.org.look(place.shape, [], FULL) == {}
    assert place.calls == 0
