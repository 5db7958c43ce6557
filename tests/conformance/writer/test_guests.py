"""Who gets mail because of a write to a mailbox, by Exchange's own log; and the answers that a mailbox gives."""

from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import Attendee, Response, ShowAs, Side
from contracts.policy import Invitations, PrivateEvents
from contracts.write import Erase, Why, Write, Written
from services.clients.http import UnknownOutcome
from services.kernel.errors import Transient
from services.sandbox.wire import Request
from services.sandbox.wire import Response as Reply
from tests.conformance.graph.stage import Stage, refusal
from tests.conformance.graph.wanted import EVENT as WANTED
from tests.conformance.graph.wanted import FULL, LINK
from tests.conformance.writer.mailbox import NEVER, Answers, creation, erasure, one, standing, update, why

GUESTS = (Attendee("ann@client.example"), Attendee("ben@client.example"), Attendee("cat@client.example"))
NO_ANSWER = Response.NONE
LATER = {"dateTime": "2026-03-09T12:00:00", "timeZone": "W. Europe Standard Time"}


def mailed(stage: Stage) -> int:
    """How many people Exchange has mailed."""
    return sum(len(mail.recipients) for mail in stage.microsoft.mails)


async def believed(stage: Stage, mailbox: str, id_: str, private: PrivateEvents = FULL) -> Any:
    seen = (await stage.graph.look(mailbox, [id_], private))[id_]
    assert seen is not None
    stage.asked.clear()
    return seen.event


@pytest.mark.parametrize(("changes", "people"), [
    pytest.param({"subject": "New"}, 3, id="what everybody sees"),
    pytest.param({"reminder": 5}, 0, id="the organizer's reminder"),
    pytest.param({"subject": "New", "reminder": 5}, 3, id="both"),
    pytest.param({"attendees": ()}, 0, id="the list, which is never sent"),
])  # fmt: skip
async def test_a_change_says_how_many_it_mailed(stage: Stage, changes: dict[str, Any], people: int) -> None:  # A5
    mike = stage.person("mike")
    made = await standing(stage, mike, event=replace(WANTED, attendees=GUESTS))
    done = await one(stage, update(made, mike, **changes))
    assert (done.mailed, mailed(stage)) == (people, people)


async def test_an_organizer_among_the_guests_gets_no_mail_and_is_not_counted(stage: Stage) -> None:  # A5
    mike = stage.person("mike")
    made = await one(
        stage, creation(mike, event=replace(WANTED, attendees=(*GUESTS, Attendee("mike@contoso.example"))))
    )
    assert (made.mailed, mailed(stage)) == (3, 3)


async def test_a_deletion_by_the_organizer_is_one_cancellation_to_each_guest(stage: Stage) -> None:  # ATT-16
    mike = stage.person("mike")
    made = await standing(stage, mike, event=replace(WANTED, attendees=GUESTS))
    assert (await one(stage, erasure(made, mike))).mailed == 3
    assert await one(stage, erasure(made, mike)) == Written("e1", LINK, Side.MICROSOFT), "again: nothing is left to do"
    assert [(mail.kind, mail.recipients) for mail in stage.microsoft.mails] == [
        ("cancellation", tuple(guest.address for guest in GUESTS))
    ]
    assert [one.method for one in stage.calls("/events/") if one.method != "GET"] == ["DELETE"], "never `cancel`"


async def test_the_guests_of_a_private_event_are_not_mailed_either(stage: Stage) -> None:  # A5, P1
    mike = stage.person("mike")
    guests = [{"type": "required", "emailAddress": {"address": guest.address}} for guest in GUESTS]
    id_ = stage.event(mike, sensitivity="private", attendees=guests)
    stage.microsoft.mails.clear()
    base = await believed(stage, mike, id_, PrivateEvents.BUSY_ONLY)
    assert base.attendees == ()
    order = Write("u1", LINK, Side.MICROSOFT, mike, replace(base, when=WANTED.when), ("when",), target=id_, base=base)
    assert why(await one(stage, order, NEVER)) is Why.FORBIDDEN
    erase = Erase("e1", LINK, Side.MICROSOFT, mike, id_, base)
    assert why(await one(stage, erase, NEVER)) is Why.FORBIDDEN
    assert mailed(stage) == 0
    done = await one(stage, order)
    assert (done.mailed, mailed(stage)) == (3, 3)


@pytest.mark.parametrize("invitations", list(Invitations))
async def test_nobody_is_mailed_about_what_is_past_by_now(stage: Stage, invitations: Invitations) -> None:  # A5
    """The order may have waited for long."""
    mike = stage.person("mike")
    made = await standing(stage, mike, event=replace(WANTED, attendees=GUESTS))
    stage.now = WANTED.when.start
    for order in (update(made, mike, subject="New"), erasure(made, mike)):
        assert why(await one(stage, order, invitations)) is Why.FORBIDDEN
    if invitations is not NEVER:
        assert why(await one(stage, creation(mike, generation=1), invitations)) is Why.FORBIDDEN
    assert mailed(stage) == 0


async def test_what_the_hours_cap_holds_is_not_written(stage: Stage) -> None:  # A5, ruling 16
    mike = stage.person("mike")
    made = await standing(stage, mike)
    asked = list[tuple[str, int]]()

    async def closed(order: str, people: int) -> str:
        asked.append((order, people))
        return "the cap is reached"

    for order in (creation(mike, generation=1), update(made, mike, subject="New"), erasure(made, mike)):
        fate = await one(stage, order, spend=closed)
        assert (why(fate), fate.reason) == (Why.HELD, "the cap is reached")
    assert asked == [("o1", 1), ("u1", 1), ("e1", 1)]
    assert mailed(stage) == 0
    assert isinstance(await one(stage, update(made, mike, reminder=5), spend=closed), Written), "nobody would be mailed"


async def invited(stage: Stage) -> tuple[str, str]:
    """A mailbox that was invited to somebody's event, and the id of its copy."""
    boss, mike = stage.person("boss"), stage.person("mike")
    stage.event(boss, attendees=[{"type": "required", "emailAddress": {"address": "mike@contoso.example"}}])
    (copy,) = stage.microsoft.events(mike)
    stage.microsoft.mails.clear()
    return mike, str(copy["id"])


async def reply(stage: Stage, mike: str, id_: str, response: Response, **changes: Any) -> Write:
    base = await believed(stage, mike, id_)
    event = replace(base, my_response=response, **changes)
    fields = (*changes, "my_response")
    return Write("a1", LINK, Side.MICROSOFT, mike, event, fields, target=id_, base=base, private=FULL)


@pytest.mark.parametrize("answer", [Response.ACCEPTED, Response.TENTATIVE])
async def test_an_answer_goes_to_the_organizer_and_stands_in_the_copy(stage: Stage, answer: Response) -> None:
    """As an answer, not as an edit of the list (A6, ATT-17)."""
    mike, copy = await invited(stage)
    done = await one(stage, await reply(stage, mike, copy, answer, reminder=5))
    assert (done.item.event.my_response, done.item.event.reminder, done.mailed) == (answer, 5, 1)
    assert [(mail.kind, mail.recipients) for mail in stage.microsoft.mails] == [("response", ("boss@contoso.example",))]
    assert [one.method for one in stage.calls("/events/")] == ["GET", "POST", "GET", "PATCH"]


async def test_accepting_does_not_undo_how_the_same_person_shows_it(stage: Stage) -> None:  # PRO-02, I4, graph.md §3.9
    mike, copy = await invited(stage)
    done = await one(stage, await reply(stage, mike, copy, Response.ACCEPTED, show_as=ShowAs.FREE))
    assert (done.item.event.my_response, done.item.event.show_as) == (Response.ACCEPTED, ShowAs.FREE)


async def test_a_change_of_the_copy_alone_mails_nobody(stage: Stage) -> None:  # I4, graph.md §3.10
    mike, copy = await invited(stage)
    base = await believed(stage, mike, copy)
    order = Write("u1", LINK, Side.MICROSOFT, mike, replace(base, reminder=5), ("reminder",), target=copy, base=base,
                  private=FULL)  # fmt: skip
    done = await one(stage, order, NEVER)
    assert isinstance(done, Written)
    assert (done.mailed, mailed(stage)) == (0, 0)


async def test_a_declined_invitation_is_told_once_and_leaves_the_calendar(stage: Stage) -> None:  # A6, A7
    mike, copy = await invited(stage)
    order = await reply(stage, mike, copy, Response.DECLINED)
    done = await one(stage, order)
    assert (done.mailed, mailed(stage), done.item.event.my_response) == (1, 1, Response.DECLINED)
    assert stage.microsoft.events(mike) == []
    assert why(await one(stage, order)) is Why.GONE
    assert mailed(stage) == 1


async def test_an_answer_of_unknown_outcome_is_not_given_twice(stage: Stage) -> None:  # ruling 9
    mike, copy = await invited(stage)

    def lost(request: Request) -> Reply | None:
        if request.method == "POST" and request.path.endswith("/accept"):
            stage.microsoft.handle(request)
            return Reply(0)
        return None

    stage.scripts.append((lost, 1))
    order = await reply(stage, mike, copy, Response.ACCEPTED)
    with pytest.raises(UnknownOutcome):
        await one(stage, order)
    fate = await one(stage, order)
    assert (why(fate), fate.item.event.my_response) == (Why.MOVED_ON, Response.ACCEPTED)
    assert mailed(stage) == 1


async def test_an_answer_is_not_given_twice_where_the_organizer_moves_the_meeting_before_we_look(stage: Stage) -> None:
    """Microsoft asks us to wait before it shows what the answer has left, and the move takes the answer away (A6)."""
    mike, copy = await invited(stage)
    order, answers = await reply(stage, mike, copy, Response.ACCEPTED), Answers()
    busy = [False, True]

    def throttled(request: Request) -> Reply | None:
        looks = request.method == "GET" and busy.pop(0)
        return refusal(429, "TooManyRequests", {"Retry-After": "60"}) if looks else None

    stage.scripts.append((throttled, 1))
    with pytest.raises(Transient):
        await one(stage, order, answers=answers)
    (event,) = stage.microsoft.events("boss@contoso.example")
    stage.microsoft.change("boss@contoso.example", event["id"], {"end": LATER}, stage.now)
    done = await one(stage, order, answers=answers)
    assert (done.item.event.my_response, done.mailed) == (NO_ANSWER, 1)
    assert [mail.kind for mail in stage.microsoft.mails].count("response") == 1


async def test_an_answer_is_not_given_twice_where_the_rest_of_its_order_fails(stage: Stage) -> None:  # A6, ruling 9
    """The organizer moves the meeting away and back meanwhile: it stands as it was, without the answer."""
    mike, copy = await invited(stage)
    order, answers = await reply(stage, mike, copy, Response.ACCEPTED, reminder=5), Answers()
    stage.answers("/events/", refusal(429, "TooManyRequests", {"Retry-After": "60"}), method="PATCH")
    with pytest.raises(Transient):
        await one(stage, order, answers=answers)
    (event,) = stage.microsoft.events("boss@contoso.example")
    for end in (LATER, event["end"]):
        stage.microsoft.change("boss@contoso.example", event["id"], {"end": end}, stage.now)
    done = await one(stage, order, answers=answers)
    assert (done.item.event.my_response, done.item.event.reminder, done.mailed) == (NO_ANSWER, 5, 1)
    assert [mail.kind for mail in stage.microsoft.mails].count("response") == 1


async def test_who_must_not_or_cannot_answer_does_not(stage: Stage) -> None:  # A5, A6
    mike, copy = await invited(stage)
    yes = await reply(stage, mike, copy, Response.ACCEPTED)
    assert why(await one(stage, yes, NEVER)) is Why.FORBIDDEN
    none = replace(await reply(stage, mike, copy, Response.ACCEPTED), event=replace(yes.event, my_response=NO_ANSWER))
    assert why(await one(stage, none)) is Why.INVALID
    own = stage.event(mike)
    assert why(await one(stage, await reply(stage, mike, own, Response.ACCEPTED))) is Why.INVALID
    assert mailed(stage) == 0
    assert not stage.calls("/events/", "POST")


async def test_an_invitation_that_was_called_off_needs_no_answer(stage: Stage) -> None:  # A6
    mike, copy = await invited(stage)
    order = await reply(stage, mike, copy, Response.ACCEPTED)
    (event,) = stage.microsoft.events("boss@contoso.example")
    stage.microsoft.delete("boss@contoso.example", event["id"], stage.now)
    stage.microsoft.mails.clear()
    assert why(await one(stage, order)) is Why.GONE
    assert mailed(stage) == 0
