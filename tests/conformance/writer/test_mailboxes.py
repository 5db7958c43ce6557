"""Orders to a mailbox: read, compare, write; never twice, and nobody mailed who need not be."""

from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.policy import Invitations, Policy
from contracts.write import Erase, Refused, Why, Write, Written
from services.clients.http import UnknownOutcome
from services.kernel.errors import Transient
from services.sandbox.wire import Request, Response
from services.writer.compare import Order
from services.writer.microsoft import Mailboxes
from tests.conformance.graph.stage import WEEKLY, WINDOW, Stage, refusal, said
from tests.conformance.graph.wanted import EVENT, FIELDS, FULL, LINK

ALONE = replace(EVENT, attendees=())
POLICY = Policy(private_events=FULL)


def creation(mailbox: str, **more: Any) -> Write:
    return replace(Write("o1", LINK, Side.MICROSOFT, mailbox, EVENT, FIELDS), **more)


async def one(stage: Stage, order: Order, policy: Policy = POLICY) -> Any:
    return await Mailboxes(stage.graph, policy).carry_out(order)


async def standing(stage: Stage, mailbox: str, **more: Any) -> Written:
    made = await one(stage, creation(mailbox, **more))
    assert isinstance(made, Written)
    stage.microsoft.mails.clear()
    stage.asked.clear()
    return made


def update(made: Written, mailbox: str, *fields: str, **changes: Any) -> Write:
    item = made.item
    assert item is not None
    return Write("u1", LINK, Side.MICROSOFT, mailbox, replace(item.event, **changes), fields or tuple(changes),
                 target=item.id, base=item.event)  # fmt: skip


def erasure(made: Written, mailbox: str) -> Erase:
    assert made.item is not None
    return Erase("e1", LINK, Side.MICROSOFT, mailbox, made.item.id, made.item.event)


def why(fate: object) -> Why:
    assert isinstance(fate, Refused)
    return fate.why


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


async def test_another_generation_is_another_event(stage: Stage) -> None:  # ruling 1
    mike = stage.person("mike")
    first, second = await standing(stage, mike), await standing(stage, mike, generation=1)
    assert first.item
    assert second.item
    assert first.item.id != second.item.id


async def test_invitations_never_means_nobody_is_mailed(stage: Stage) -> None:  # A5, ruling 16
    never = Policy(invitations=Invitations.NEVER, private_events=FULL)
    mike = stage.person("mike")
    made = await one(stage, creation(mike), never)
    assert (made.mailed, made.item.event.attendees) == (0, ())
    with_guests = await standing(stage, mike, generation=1)
    for order in (update(with_guests, mike, subject="New"), erasure(with_guests, mike)):
        assert why(await one(stage, order, never)) is Why.FORBIDDEN
    assert stage.microsoft.mails == []
    assert not stage.calls("/events/", "PATCH") + stage.calls("/events/", "DELETE")
    assert isinstance(await one(stage, update(made, mike, subject="New"), never), Written), "nobody would be mailed"


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
    if when == "before our look":
        stage.microsoft.delete(mike, made.item.id, stage.now)
    else:
        stage.answers("/events/", refusal(404, "ErrorItemNotFound"), method="PATCH")
    assert why(await one(stage, update(made, mike, subject="New"))) is Why.GONE


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
    with pytest.raises(Transient):
        await one(stage, erasure(made, mike))
    assert isinstance(await one(stage, erasure(made, mike)), Written)


async def test_an_erasure_that_is_forbidden_says_so(stage: Stage) -> None:  # OUT-21
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    stage.answers("/events/", refusal(403, "ErrorAccessDenied"), method="DELETE")
    assert why(await one(stage, erasure(made, mike))) is Why.FORBIDDEN


async def test_an_erasure_tells_its_guests_once(stage: Stage) -> None:  # A5
    mike = stage.person("mike")
    made = await standing(stage, mike)
    done = await one(stage, erasure(made, mike))
    assert (done.mailed, len(stage.microsoft.mails), stage.microsoft.events(mike)) == (1, 1, [])


async def test_a_write_that_is_throttled_is_for_later(stage: Stage) -> None:  # THR-07
    mike = stage.person("mike")
    stage.answers("/events", refusal(429, "ApplicationThrottled", {"Retry-After": "7"}), method="POST")
    with pytest.raises(Transient):
        await one(stage, creation(mike))


async def test_a_write_that_microsoft_cannot_take_is_for_a_person(stage: Stage) -> None:  # THR-08, THR-21
    mike = stage.person("mike")
    stage.answers("/events", refusal(400, "ErrorPropertyValidationFailure"), method="POST")
    fate = await one(stage, creation(mike))
    assert (why(fate), fate.code) == (Why.INVALID, "ErrorPropertyValidationFailure")
    assert len(stage.calls("/events", "POST")) == 1


async def test_one_occurrence_is_changed_and_its_series_is_not(stage: Stage) -> None:  # R5, REC-63
    mike = stage.person("mike")
    stage.event(mike, **WEEKLY)
    master, *rows = (await stage.graph.round(mike, "", WINDOW, FULL)).rows
    (row, *_) = rows
    seen = (await stage.graph.look(mike, [row.id], FULL))[row.id]
    assert seen
    assert seen.event
    assert master.event
    base = replace(seen.event, recurrence=master.event.recurrence)
    order = Write("u1", LINK, Side.MICROSOFT, mike, replace(base, subject="Only this"), ("subject",), target=row.id,
                  base=base)  # fmt: skip
    done = await one(stage, order)
    assert isinstance(done, Written)
    assert done.item
    assert (done.item.event.subject, done.item.event.recurrence) == ("Only this", master.event.recurrence)
    kept = (await stage.graph.look(mike, [master.id, rows[1].id], FULL)).values()
    assert [one.event.subject for one in kept if one and one.event] == ["Portfolio review"] * 2
