"""Orders to an org: one fate for each, few requests for all, and no edit covered that nobody has seen."""

from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Response, Sensitivity
from contracts.policy import PrivateEvents
from contracts.write import Refused, Why, Written
from services.clients.http import UnknownOutcome
from services.clients.salesforce.mapping import PRIVATE_SUBJECT
from services.kernel.lanes import Later
from services.sandbox.wire import Request, answer
from services.sandbox.wire import Response as Reply
from tests.conformance.salesforce.conftest import Place
from tests.conformance.writer.org import carried, creation, erasure, one, standing, update


async def test_a_creation_stands_as_it_was_wanted_and_bears_our_key(place: Place) -> None:  # ruling 1
    made = await standing(place)
    assert made.item is not None
    assert (made.item.stamp, made.item.event.subject) == ("link-o1", "Annual review")
    assert made.echo == made.item.event


async def test_a_creation_that_is_repeated_makes_no_second_event(place: Place) -> None:  # SFD-18, O6
    first, second = await standing(place), await standing(place)
    assert first.item == replace(second.item, mark=first.item.mark) if first.item and second.item else False
    assert len(place.salesforce.rows("Event")) == 1


async def test_a_creation_that_is_repeated_takes_back_nothing_that_a_person_has_typed(place: Place) -> None:  # ruling 7
    mike = place.user("Mike")
    made = await standing(place, owner=mike)
    assert made.item is not None
    place.salesforce.update("Event", made.item.id, {"Location": "Room 9"}, place.later(minutes=1), by=mike)
    again = await standing(place, owner=mike)
    assert again.item is not None
    assert again.echo == made.item.event, "or nobody could tell the edit from our own write"
    assert again.item.event.location == "Room 9"
    assert place.salesforce.row("Event", made.item.id)["Location"] == "Room 9"


async def test_an_old_creation_that_comes_back_with_a_store_takes_back_nothing_that_was_written_since(
    place: Place,
) -> None:  # rulings 6, 9
    made = await standing(place)
    changed = await one(place, update(made, subject="New"))
    again = await one(place, creation())
    assert isinstance(again, Refused)
    assert (again.why, again.item and again.item.event) == (Why.MOVED_ON, changed.item.event)
    assert [row["Subject"] for row in place.salesforce.rows("Event")] == ["New"]


async def carried_out_unheard(place: Place) -> str:
    """An Event that was made by an order whose answer was lost."""

    def lost(request: Request) -> Reply | None:
        if request.path.endswith("/composite") and b'"PATCH"' in request.body:
            place.salesforce.handle(request)
            return answer(500)
        return None

    place.spoil = lost
    with pytest.raises(UnknownOutcome):
        await carried(place, creation(since=place.now))
    place.spoil = lambda _: None
    (row,) = place.salesforce.rows("Event")
    return str(row["Id"])


async def test_a_creation_of_unknown_outcome_is_made_once(place: Place) -> None:  # ruling 9
    await carried_out_unheard(place)
    await standing(place)
    assert len(place.salesforce.rows("Event")) == 1


async def test_what_was_made_unheard_and_a_person_has_deleted_is_not_made_again(place: Place) -> None:  # X1, ruling 9
    began, made = place.now, await carried_out_unheard(place)
    place.salesforce.delete("Event", made, place.later(minutes=1), by=place.user("Mike"))
    again = await one(place, creation(since=began))
    assert isinstance(again, Refused)
    assert again.why is Why.GONE
    assert place.salesforce.rows("Event") == []


async def test_what_was_made_unheard_and_is_taken_out_of_the_bin_stands(place: Place) -> None:  # X5, ruling 9
    began, made = place.now, await carried_out_unheard(place)
    place.salesforce.delete("Event", made, place.later(minutes=1), by=place.user("Mike"))
    await place.org.revive([made])
    again = await one(place, creation(since=began))
    assert isinstance(again, Written)
    assert again.item is not None
    assert again.item.id == made


@pytest.mark.parametrize(
    "why", ["it is known to be gone", "it is older than the order", "we have deleted it ourselves"]
)
async def test_what_is_deleted_for_another_reason_is_made_again(place: Place, why: str) -> None:  # REC-27, ruling 5
    began, made = place.now, await carried_out_unheard(place)
    by = "" if why == "we have deleted it ourselves" else place.user("Mike")
    if by:
        place.salesforce.delete("Event", made, place.later(minutes=1), by=by)
    else:
        await place.org.delete([made])
    since = {"it is known to be gone": None, "it is older than the order": place.later(minutes=6)}.get(why, began)
    again = await one(place, creation(since=since))
    assert isinstance(again, Written)
    assert again.item is not None
    assert again.item.id != made


async def test_two_thousand_creations_are_two_writes(place: Place) -> None:  # salesforce.md §7
    fates = await carried(place, *(creation(f"o{n}") for n in range(2000)))
    writes = [one for one in place.heard if b'"PATCH"' in one.body]
    assert (len(writes), place.calls) == (2, 5), (
        "two reads of what bears the keys already, and one of what stands there"
    )
    assert sum(isinstance(fate, Written) for fate in fates.values()) == 2000


async def test_a_change_sends_its_fields_alone(place: Place) -> None:  # D6
    made = await standing(place)
    assert made.item is not None
    place.heard.clear()
    done = await one(place, update(made, subject="New"))
    assert isinstance(done, Written)
    (sent,) = [one.body for one in place.heard if b'"PATCH"' in one.body]
    assert b'"Subject":"New"' in sent
    assert b"Location" not in sent
    assert place.salesforce.row("Event", made.item.id)["Location"] == "Room 2"


async def test_a_change_over_an_edit_that_nobody_has_seen_is_refused_with_it(place: Place) -> None:  # ruling 7
    made = await standing(place)
    assert made.item is not None
    place.salesforce.update("Event", made.item.id, {"Location": "Room 9"}, place.later(minutes=1))
    fate = await one(place, update(made, subject="New"))
    assert isinstance(fate, Refused)
    assert (fate.why, fate.item and fate.item.event.location) == (Why.MOVED_ON, "Room 9")
    assert place.salesforce.row("Event", made.item.id)["Subject"] == "Annual review"


async def test_an_event_with_other_people_on_it_has_moved_on(place: Place) -> None:  # ruling 7, D6
    ann, ben = place.contact("Adams"), place.contact("Brown")
    made = await standing(place, people=(ann,))
    assert made.item is not None
    place.salesforce.update("Event", made.item.id, {"EventWhoIds": [ann, ben]}, place.later(minutes=1))
    fate = await one(place, update(made, subject="New"))
    assert isinstance(fate, Refused)
    assert fate.item is not None
    assert set(fate.item.people) == {ann, ben}


async def test_an_edit_that_comes_with_our_own_write_is_told_from_it(place: Place) -> None:  # C4, CON-21, PRO-12
    place.salesforce.automate({"Location": "Put there by the org"})
    made = await standing(place)
    assert made.item is not None
    assert made.item.event.location == "Put there by the org"
    assert made.echo == made.item.event, "the org's own way of keeping what we wrote is no edit"


async def test_a_change_of_what_is_gone_says_so(place: Place) -> None:  # OUT-22
    made = await standing(place)
    assert made.item is not None
    place.salesforce.delete("Event", made.item.id, place.later(minutes=1))
    fate = await one(place, update(made, subject="New"))
    assert isinstance(fate, Refused)
    assert fate.why is Why.GONE


@pytest.mark.parametrize("order", [lambda made: update(made, subject="New"), erasure], ids=["change", "erasure"])
async def test_of_what_is_not_shown_any_more_nobody_is_told_that_it_is_gone(place: Place, order: Any) -> None:  # X2
    made = await standing(place)
    assert made.item is not None
    place.salesforce.delete("Event", made.item.id, place.later(minutes=1))
    place.later(days=16)
    fate = await one(place, order(made))
    assert isinstance(fate, Refused)
    assert (fate.why, "hidden from the integration user" in fate.reason) == (Why.INVALID, True)


@pytest.mark.parametrize("there", [True, False], ids=["is changed", "is made"])
async def test_a_client_who_is_deleted_is_no_proof_that_the_event_is(place: Place, *, there: bool) -> None:  # X2
    made = await standing(place) if there else None
    ann = place.contact("Adams")
    place.salesforce.delete("Contact", ann, place.later(minutes=1))
    order = update(made, subject="New") if made is not None else creation(since=place.now)
    fate = await one(place, replace(order, people=(ann,)))
    assert isinstance(fate, Refused)
    assert (fate.why, fate.reason) == (Why.INVALID, "it, or a record that it refers to, is deleted (WhoId)")


async def test_an_erasure_of_what_is_gone_is_done(place: Place) -> None:  # OUT-21
    made = await standing(place)
    assert made.item is not None
    place.salesforce.delete("Event", made.item.id, place.later(minutes=1))
    assert isinstance(await one(place, erasure(made)), Written)


async def test_an_erasure_puts_the_event_into_the_bin(place: Place) -> None:  # X5
    made = await standing(place)
    assert isinstance(await one(place, erasure(made)), Written)
    assert place.salesforce.rows("Event") == []
    assert len(place.salesforce.rows("Event", include_deleted=True)) == 1


async def test_an_erasure_tells_when_what_it_erased_had_last_been_changed(place: Place) -> None:  # O6
    made = await standing(place)
    assert made.item is not None
    handed = place.later(minutes=1)
    place.salesforce.update("Event", made.item.id, {"OwnerId": place.user("Mike")}, handed, by=place.user("Mike"))
    erased = await one(place, erasure(made))
    assert isinstance(erased, Written)
    assert erased.changed_at == handed


async def test_an_erasure_whose_answer_was_lost_tells_when_it_was_carried_out(place: Place) -> None:  # O6, ruling 9
    """What was read before that, and is heard after it, has not come out of the bin."""
    made = await standing(place)
    await one(place, erasure(made))
    place.later(minutes=1)
    again = await one(place, erasure(made))
    assert isinstance(again, Written)
    assert again.changed_at is not None
    assert again.changed_at < place.now


async def test_an_erasure_of_what_somebody_has_edited_is_refused(place: Place) -> None:  # ruling 7, X1
    made = await standing(place)
    assert made.item is not None
    place.salesforce.update("Event", made.item.id, {"Subject": "Keep this"}, place.later(minutes=1))
    fate = await one(place, erasure(made))
    assert isinstance(fate, Refused)
    assert fate.why is Why.MOVED_ON
    assert len(place.salesforce.rows("Event")) == 1


async def test_a_locked_row_is_tried_later_and_the_others_are_written(place: Place) -> None:  # O4
    place.salesforce.fail_rows("UNABLE_TO_LOCK_ROW", 100)
    fates = await carried(place, creation("o1"))
    assert isinstance(fates["o1"], Later)


async def test_a_row_that_practifi_refuses_costs_itself_alone(place: Place) -> None:  # CUR-25, O5
    place.salesforce.fail_rows("FIELD_CUSTOM_VALIDATION_EXCEPTION", 1)
    fates = await carried(place, creation("o1"), creation("o2"))
    refused = [fate for fate in fates.values() if isinstance(fate, Refused)]
    assert [(one.why, one.code) for one in refused] == [(Why.INVALID, "FIELD_CUSTOM_VALIDATION_EXCEPTION")]
    assert len(place.salesforce.rows("Event")) == 1


async def test_an_owner_who_may_not_own_is_for_a_person_to_mend(place: Place) -> None:  # SFD-22
    fate = await one(place, creation(owner="005000000000000AAA"))
    assert isinstance(fate, Refused)
    assert fate.why in {Why.FORBIDDEN, Why.INVALID}
    assert place.salesforce.rows("Event") == []


async def test_who_cannot_be_invited_just_now_is_invited_later(place: Place) -> None:  # I2, O4
    ann = place.user("Ann One")
    made = await standing(place)
    invites = replace(update(made), invitees=(ann,))
    place.salesforce.fail_rows("UNABLE_TO_LOCK_ROW", 100)
    assert await one(place, invites) == Later("UNABLE_TO_LOCK_ROW")
    place.salesforce.memory.faults.clear()
    done = await one(place, invites)
    assert isinstance(done, Written)
    assert done.item is not None
    assert done.item.people == (ann,)


async def test_internal_people_are_invited_and_one_who_cannot_be_is_told(place: Place) -> None:  # I2
    ann = place.user("Ann One")
    fates = await carried(place, creation("o1", invitees=(ann,)), creation("o2", invitees=("005000000000000AAA",)))
    assert fates["o1"].item.people == (ann,)
    assert isinstance(fates["o2"], Written), "the Event stands all the same"
    assert len(fates["warned"]) == 1


async def test_a_client_whom_somebody_invited_leaves_the_event_like_one_who_is_related(place: Place) -> None:  # INB-26
    ann, ben, cyd = (place.contact(name) for name in ("Adams", "Brown", "Clark"))
    made = await standing(place, people=(ann,))
    assert made.item is not None
    for client in (ben, cyd):
        place.salesforce.insert(
            "EventRelation", {"EventId": made.item.id, "RelationId": client, "IsInvitee": True}, place.now
        )
    done = await one(place, replace(update(made), people=(cyd,), base_people=(ann, ben, cyd)))
    assert isinstance(done, Written)
    assert done.item is not None
    assert done.item.people == (cyd,)


async def test_a_purge_that_was_broken_off_takes_off_everybody_whom_it_has_hidden(place: Place) -> None:  # P2, ruling 9
    """The Event hid its people by then, so nobody is believed to be there."""
    eve, ann = place.user("Eve One"), place.contact("Adams")
    made = await standing(place, people=(ann,), invitees=(eve,))
    assert made.item is not None
    blank = CalendarEvent(made.item.event.when, PRIVATE_SUBJECT, sensitivity=Sensitivity.PRIVATE)
    place.salesforce.update("Event", made.item.id, {"IsPrivate": True, "Subject": PRIVATE_SUBJECT}, place.now)
    purge = replace(update(made), event=blank, fields=(), base=blank, base_people=(), people=(), invitees=())
    purge = replace(purge, private=PrivateEvents.BUSY_ONLY)
    assert isinstance(await one(place, purge), Written)
    assert place.salesforce.rows("EventRelation") == []


async def test_a_creation_that_is_repeated_uninvites_nobody(place: Place) -> None:  # A4, ruling 9
    eve, fay = place.user("Eve One"), place.user("Fay Two")
    made = await standing(place, invitees=(eve,))
    assert made.item is not None
    place.salesforce.insert("EventRelation", {"EventId": made.item.id, "RelationId": fay, "IsInvitee": True}, place.now)
    again = await standing(place, invitees=(eve,))
    assert again.item is not None
    assert set(again.item.people) == {eve, fay}


async def test_only_an_answer_is_written_where_nothing_else_changes(place: Place) -> None:  # A6, ATT-14
    ann = place.contact("Adams")
    made = await standing(place, people=(ann,))
    assert made.item is not None
    place.heard.clear()
    order = replace(update(made), base_people=(ann,), answers=((ann, Response.ACCEPTED),))
    done = await one(place, order)
    assert isinstance(done, Written)
    assert done.item is not None
    assert done.item.answers == ((ann, Response.ACCEPTED),)
    assert not [one for one in place.heard if b'"attributes":{"type":"Event"}' in one.body]


async def test_an_org_that_fails_after_the_creations_loses_none_of_them(place: Place) -> None:  # ruling 9
    made = await standing(place)
    heard = iter(range(100))

    def fails(request: Request) -> Reply | None:
        return answer(503) if request.path.endswith("/composite") and next(heard) >= 3 else None

    place.spoil = fails
    fates = await carried(place, creation("new"), update(made, subject="New"))
    assert isinstance(fates["new"], Written)
    assert isinstance(fates["u1"], Later)


async def test_a_batch_of_all_kinds_reads_before_and_after_and_writes_once_a_kind(place: Place) -> None:
    first, second = await standing(place, "a"), await standing(place, "b")
    place.heard.clear()
    fates = await carried(place, creation("c"), update(first, subject="New"), erasure(second))
    assert {type(fate) for name, fate in fates.items() if name != "warned"} == {Written}
    assert place.calls <= 7
