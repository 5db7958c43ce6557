"""Orders to a mailbox: read, compare, write; never twice, and nobody mailed who need not be."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from contracts.policy import PrivateEvents
from contracts.write import Why, Written
from services.clients.http import UnknownOutcome
from services.kernel.errors import Transient
from services.kernel.lanes import Later
from services.sandbox.wire import Request, Response
from tests.conformance.graph.stage import Stage, refusal, said
from tests.conformance.graph.wanted import EVENT, LINK, WHEN
from tests.conformance.writer.mailbox import ALONE, NEVER, creation, erasure, one, standing, update, why

SKIP = PrivateEvents.SKIP


async def test_a_creation_invites_once_and_says_how_many_were_mailed(stage: Stage) -> None:  # A3, A5
    mike = stage.person("mike")
    made = await one(stage, creation(mike))
    assert (made.mailed, len(stage.microsoft.mails)) == (1, 1)
    assert (made.item.stamp, made.echo) == (f"{LINK}-g0", made.item.event)


async def test_a_creation_of_unknown_outcome_is_made_and_mailed_once(stage: Stage) -> None:  # ruling 9, OUT-33
    mike = stage.person("mike")

    def lost(request: Request) -> Response | None:
        if request.method == "POST" and request.path.endswith("/events"):
            stage.microsoft.handle(request)
            return Response(0)
        return None

    stage.scripts.append((lost, 1))
    with pytest.raises(UnknownOutcome):
        await one(stage, creation(mike))
    made = await one(stage, creation(mike))
    assert isinstance(made, Written)
    assert (len(stage.microsoft.events(mike)), len(stage.microsoft.mails)) == (1, 1)


async def test_a_creation_that_a_person_deleted_before_it_is_repeated_is_gone_and_blocks_nobody(stage: Stage) -> None:
    mike = stage.person("mike")  # ruling 9, X1
    made = await standing(stage, mike)
    assert made.item
    stage.microsoft.delete(mike, made.item.id, stage.now)
    again = creation(mike, event=replace(EVENT, subject="Changed meanwhile"))
    unseen = set[str]()
    assert isinstance(await one(stage, again, unseen=unseen), Later), "one missing answer proves nothing"
    assert why(await one(stage, again, unseen=unseen)) is Why.GONE
    assert stage.microsoft.events(mike) == []


async def test_another_generation_is_another_event(stage: Stage) -> None:  # ruling 1
    mike = stage.person("mike")
    first, second = await standing(stage, mike), await standing(stage, mike, generation=1)
    assert first.item
    assert second.item
    assert first.item.id != second.item.id


async def test_invitations_never_means_nobody_is_mailed(stage: Stage) -> None:  # A5, ruling 16
    mike = stage.person("mike")
    made = await one(stage, creation(mike), NEVER)
    assert (made.mailed, made.item.event.attendees) == (0, ())
    with_guests = await standing(stage, mike, generation=1)
    for order in (update(with_guests, mike, subject="New"), erasure(with_guests, mike)):
        assert why(await one(stage, order, NEVER)) is Why.FORBIDDEN
    assert stage.microsoft.mails == []
    assert not stage.calls("/events/", "PATCH") + stage.calls("/events/", "DELETE")
    assert isinstance(await one(stage, update(made, mike, subject="New"), NEVER), Written), "nobody would be mailed"


async def test_a_change_never_carries_attendees(stage: Stage) -> None:  # PRO-09, A4
    mike = stage.person("mike")
    made = await standing(stage, mike)
    done = await one(stage, update(made, mike, "subject", "attendees", "location", subject="New", attendees=()))
    assert (done.mailed, done.item.event.attendee_count) == (1, 1)
    (patch,) = stage.calls("/events/", "PATCH")
    assert set(said(patch)) == {"subject", "location"}


async def test_a_change_costs_one_read_and_one_write(stage: Stage) -> None:  # ruling 8
    mike = stage.person("mike")
    made = await standing(stage, mike)
    await one(stage, update(made, mike, subject="New"))
    assert [one.method for one in stage.asked] == ["GET", "PATCH"]


async def test_a_change_over_an_edit_that_nobody_has_seen_is_refused_with_it(stage: Stage) -> None:  # CON-20
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    assert made.item
    stage.microsoft.change(mike, made.item.id, {"location": {"displayName": "Room 9"}}, stage.now)
    fate = await one(stage, update(made, mike, subject="New"))
    assert (why(fate), fate.item.event.location) == (Why.MOVED_ON, "Room 9")
    assert not stage.calls("/events/", "PATCH")


async def test_an_edit_that_arrives_during_our_write_is_not_lost(stage: Stage) -> None:  # CON-21
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    assert made.item
    target = made.item.id

    def overtakes(request: Request) -> Response | None:
        if request.method == "PATCH":
            stage.microsoft.change(mike, target, {"subject": "By a person"}, stage.now)
        return None

    stage.scripts.append((overtakes, 1))
    fate = await one(stage, update(made, mike, location="Room 9"))
    assert (why(fate), fate.item.event.subject, fate.item.event.location) == (Why.MOVED_ON, "By a person", "Room 2")


@pytest.mark.parametrize("when", ["before our look", "between our look and our write"])
async def test_a_change_of_what_is_gone_says_so(stage: Stage, when: str) -> None:  # OUT-22
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    assert made.item
    target = made.item.id

    def goes(request: Request) -> Response | None:
        if request.method == "PATCH":
            stage.microsoft.delete(mike, target, stage.now)
        return None

    if when == "before our look":
        stage.microsoft.delete(mike, target, stage.now)
    stage.scripts.append((goes, 1))
    assert why(await one(stage, update(made, mike, subject="New"))) is Why.GONE


async def test_one_missing_answer_is_no_proof_that_an_event_is_gone(stage: Stage) -> None:  # X2
    mike, unseen = stage.person("mike"), set[str]()
    made = await standing(stage, mike, event=ALONE)
    stage.answers("/events/", refusal(404, "ErrorItemNotFound"), method="GET")
    assert isinstance(await one(stage, update(made, mike, subject="New"), unseen=unseen), Later)
    assert isinstance(await one(stage, update(made, mike, subject="New"), unseen=unseen), Written)


@pytest.mark.parametrize("gone", [False, True], ids=["it is there all the same", "it is gone"])
async def test_what_microsoft_does_not_show_once_is_not_said_to_be_erased(stage: Stage, gone: bool) -> None:
    mike, unseen = stage.person("mike"), set[str]()  # OUT-21, X1, X2
    made = await standing(stage, mike, event=ALONE)
    if gone and made.item:
        stage.microsoft.delete(mike, made.item.id, stage.now)
    stage.answers("/events/", refusal(404, "ErrorItemNotFound"), method="GET")
    assert isinstance(await one(stage, erasure(made, mike), unseen=unseen), Later)
    assert isinstance(await one(stage, erasure(made, mike), unseen=unseen), Written)
    assert stage.microsoft.events(mike) == []


async def test_a_change_that_finds_nothing_proves_nothing(stage: Stage) -> None:  # OUT-22, X2
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    stage.answers("/events/", refusal(404, "ErrorItemNotFound"), method="PATCH")
    assert isinstance(await one(stage, update(made, mike, subject="New")), Later)
    assert isinstance(await one(stage, update(made, mike, subject="New")), Written)


async def test_an_erasure_of_what_is_gone_is_done(stage: Stage) -> None:  # OUT-21, THR-09
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    stage.answers("/events/", refusal(404, "ErrorItemNotFound"), method="DELETE")
    assert isinstance(await one(stage, erasure(made, mike)), Written)
    assert made.item
    stage.microsoft.delete(mike, made.item.id, stage.now)
    assert isinstance(await one(stage, erasure(made, mike)), Written)
    assert len(stage.calls("/events/", "DELETE")) == 1


async def test_a_conflict_where_none_should_be_is_looked_at_again_later(stage: Stage) -> None:  # CON-20
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    stage.answers("/events/", refusal(409, "ErrorIrresolvableConflict"), method="DELETE")
    assert isinstance(await one(stage, erasure(made, mike)), Later)
    assert isinstance(await one(stage, erasure(made, mike)), Written)
    made = await standing(stage, mike, event=ALONE, generation=1)
    stage.answers("/events/", refusal(412, "ErrorIrresolvableConflict"), method="PATCH")
    assert isinstance(await one(stage, update(made, mike, subject="New")), Later)
    assert isinstance(await one(stage, update(made, mike, subject="New")), Written)


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_forbidden_erasure_is_done_only_if_a_look_says_so(stage: Stage, cancelled: bool) -> None:  # OUT-21
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    assert made.item
    target = made.item.id

    def refuses(request: Request) -> Response | None:
        if request.method != "DELETE":
            return None
        if cancelled:
            stage.microsoft.change(mike, target, {"isCancelled": True}, stage.now)
        return refusal(403, "ErrorAccessDenied")

    stage.scripts.append((refuses, 1))
    fate = await one(stage, erasure(made, mike))
    assert isinstance(fate, Written) if cancelled else why(fate) is Why.FORBIDDEN
    assert len(stage.calls("/events/", "DELETE")) == 1


async def test_an_erasure_that_is_answered_gone_is_done(stage: Stage) -> None:  # OUT-21
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    stage.answers("/events/", refusal(410, "Gone"), method="DELETE")
    assert isinstance(await one(stage, erasure(made, mike)), Written)


async def test_an_erasure_tells_its_guests_once(stage: Stage) -> None:  # A5
    mike = stage.person("mike")
    made = await standing(stage, mike)
    done = await one(stage, erasure(made, mike))
    assert (done.mailed, len(stage.microsoft.mails), stage.microsoft.events(mike)) == (1, 1, [])


async def test_a_creation_that_is_throttled_is_tried_later_under_the_same_name(stage: Stage) -> None:  # THR-07
    mike = stage.person("mike")
    stage.answers("/events", refusal(429, "ApplicationThrottled", {"Retry-After": "7"}), method="POST")
    with pytest.raises(Transient) as error:
        await one(stage, creation(mike))
    assert error.value.delay == timedelta(seconds=7)
    assert isinstance(await one(stage, creation(mike)), Written)
    first, second = (said(request)["transactionId"] for request in stage.calls("/events", "POST"))
    assert first == second


async def test_an_erasure_that_is_throttled_is_made_later_and_once(stage: Stage) -> None:  # THR-09
    mike = stage.person("mike")
    made = await standing(stage, mike)
    stage.answers("/events/", refusal(429, "ApplicationThrottled", {"Retry-After": "7"}), method="DELETE")
    with pytest.raises(Transient):
        await one(stage, erasure(made, mike))
    assert isinstance(await one(stage, erasure(made, mike)), Written)
    assert len(stage.microsoft.mails) == 1


async def test_an_id_that_is_none_is_for_a_person(stage: Stage) -> None:  # THR-22
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    stage.answers("/events/", refusal(400, "ErrorInvalidIdMalformed"), method="GET")
    fate = await one(stage, update(made, mike, subject="New"))
    assert (why(fate), fate.reason, len(stage.asked)) == (Why.INVALID, "ErrorInvalidIdMalformed", 1)


async def test_a_write_that_microsoft_cannot_take_is_for_a_person(stage: Stage) -> None:  # THR-08, THR-21
    mike = stage.person("mike")
    stage.answers("/events", refusal(400, "ErrorPropertyValidationFailure"), method="POST")
    fate = await one(stage, creation(mike))
    assert (why(fate), fate.code) == (Why.INVALID, "ErrorPropertyValidationFailure")
    assert len(stage.calls("/events", "POST")) == 1


async def test_a_private_event_that_the_policy_leaves_out_is_moved_and_erased_like_any_other(stage: Stage) -> None:
    mike = stage.person("mike")  # P1, X1: it was synced before it was private, and stands in Practifi
    made = await standing(stage, mike, event=ALONE)
    id_ = made.item.id if made.item else ""
    stage.microsoft.change(mike, id_, {"sensitivity": "private", "subject": "Surgery"}, stage.now)
    found = await one(stage, replace(update(made, mike, subject="New"), private=SKIP))
    assert (why(found), found.item.redacted, found.item.event.subject) == (Why.MOVED_ON, True, "Private appointment")
    later = timedelta(days=1)
    when = replace(WHEN, start=WHEN.start + later, end=WHEN.end + later)
    moved = await one(stage, replace(update(replace(made, item=found.item), mike, when=when), private=SKIP))
    assert isinstance(moved, Written)
    assert stage.microsoft.events(mike)[0]["subject"] == "Surgery"
    erased = await one(stage, replace(erasure(moved, mike), private=SKIP))
    assert (isinstance(erased, Written), stage.microsoft.events(mike)) == (True, [])
