"""An invited person answers on the own version of a meeting in Practifi, and it goes out from that person's own mailbox
(A6, ruling 17)."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Response
from contracts.facts import Blocked, Updated
from contracts.observed import Item, Vanished
from contracts.policy import Invitations, Mapped, Policy
from contracts.write import Cause, Erase, Outcomes, Refused, Why, Write, Written
from services.kernel.decision import Undone
from services.reconciler.rows import State
from tests.decisions.reconciler.shard import (
    INWARD,
    MICROSOFT,
    MIKE,
    NOW,
    OUTWARD,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
    timed,
)  # fmt: skip
from tests.decisions.reconciler.test_merge import IN, OUT, Case, check

YES, NO, NONE = Response.ACCEPTED, Response.DECLINED, Response.NONE
ANSWER = ("my_response",)
INVITED = {"mine": False}
QUIET = replace(TWO_WAY, invitations=Invitations.NEVER)


def off(field: str, **sides: bool) -> dict[str, Mapped]:
    return {field: Mapped(**sides)}


CASES = [
    Case("an invited person answers in Practifi (A6, I4)", {}, {"my_response": YES}, microsoft=ANSWER, held=INVITED),
    Case("also one way outward (A6)", {}, {"my_response": NO}, microsoft=ANSWER, held=INVITED, direction=OUT),
    Case("one way inward, the answer stays in Practifi (A6, D6)", {}, {"my_response": YES}, adopt=ANSWER, kept=ANSWER,
         held=INVITED, direction=IN),
    Case("both answered: Microsoft's stands (A6, C1)", {"my_response": NO}, {"my_response": YES}, practifi=ANSWER,
         conflicts=ANSWER, held=INVITED),
    Case("both answered, and Practifi wins answers (A6, C2)", {"my_response": NO}, {"my_response": YES},
         microsoft=ANSWER, conflicts=ANSWER, held=INVITED, winners={"my_response": PRACTIFI}),
    Case("an answer cannot be taken back (A6)", {}, {"my_response": Response.NONE}, practifi=ANSWER, held=INVITED,
         base=replace(STANDUP, my_response=YES)),
    Case("one way outward, it stays as it is (A6, ruling 13)", {}, {"my_response": Response.NONE}, adopt=ANSWER,
         kept=ANSWER, held=INVITED, base=replace(STANDUP, my_response=YES), direction=OUT),
    Case("who organizes it has nothing to answer (A6)", {}, {"my_response": YES}, practifi=ANSWER),
    Case("an answer that may not be mailed stays, the reminder goes (A5, A6)", {}, {"my_response": YES, "reminder": 5},
         microsoft=("reminder",), adopt=ANSWER, kept=ANSWER, held=INVITED, mailing=False),
    Case("the policy keeps answers out of Microsoft (A6, F2)", {}, {"my_response": YES}, adopt=ANSWER, kept=ANSWER,
         held=INVITED, mapping=off("my_response", to_microsoft=False)),
    Case("an Event that turns private shows no answer, which is none taken back (A6, P1)", {},
         {"my_response": Response.NONE}, adopt=ANSWER, kept=ANSWER, held=INVITED, shown={"redacted": True},
         base=replace(STANDUP, my_response=YES)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_plan(case: Case) -> None:
    check(case)


MEETING = replace(STANDUP, organizer="boss@else.example", attendees=guest("mike@firm.example"))


def invited(policy: Policy = TWO_WAY, event: CalendarEvent = MEETING) -> Shard:
    """Mike is invited to a meeting, and has his own version of it in Practifi."""
    shard = Shard()
    shown = replace(SHOWN, when=replace(SHOWN.when, start=event.when.start, end=event.when.end))
    shard.paired(copy(event), there(shown, edited=False))
    shard.set_policy(policy)
    return shard


def copy(event: CalendarEvent = MEETING, answer: Response = NONE, mark: str = "m-a") -> Item:
    return here(replace(event, my_response=answer), mark=mark, mine=False)


def said(shard: Shard, answer: Response, mark: str = "p-b", **values: Any) -> None:
    """Mike answers in Practifi."""
    held = shard.links()[0].practifi
    assert held is not None
    event = replace(held.event, my_response=answer, **values)
    shard.see(there(event, mark=mark), side=PRACTIFI)


@pytest.mark.parametrize("answer", [YES, NO, Response.TENTATIVE])
@pytest.mark.parametrize("policy", [TWO_WAY, OUTWARD], ids=lambda policy: policy.direction)
def test_an_answer_goes_out_from_the_persons_own_mailbox(policy: Policy, answer: Response) -> None:  # A6, ATT-18
    shard = invited(policy)
    said(shard, answer)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.mailbox, order.target, order.fields) == (MICROSOFT, MIKE, "m1", ANSWER)
    assert (order.event.my_response, order.cause, order.base) == (answer, Cause.EDIT, copy().event)
    assert order.event.attendees == MEETING.attendees, "the list is never touched (A4)"
    shard.write(copy(answer=answer, mark="m-b"), order)
    shard.see(copy(answer=answer, mark="m-b"))
    assert shard.orders == [], "said once"
    (fact,) = shard.facts
    assert isinstance(fact, Updated)
    assert (fact.side, fact.fields) == (MICROSOFT, ANSWER)


def test_one_way_inward_nothing_is_answered() -> None:  # A6, D6
    shard = invited(INWARD)
    said(shard, YES)
    assert shard.orders == []


def test_an_answer_and_a_reminder_are_one_write() -> None:  # A6, I4
    shard = invited()
    said(shard, YES, reminder=5)
    order = shard.take()
    assert isinstance(order, Write)
    assert order.fields == ("reminder", "my_response")


@pytest.mark.parametrize("moved", [True, False], ids=["the organizer moves it", "the firm pauses"])
def test_an_answer_that_was_given_is_not_given_again_where_the_rest_has_to_wait(moved: bool) -> None:  # A6
    """The organizer's move has taken it away, so that the copy shows none."""
    shard = invited()
    said(shard, YES, reminder=5)
    order = shard.take()
    later = replace(MEETING, when=timed(MEETING.when.start + timedelta(hours=1)))
    shard.set_policy(TWO_WAY, active=moved)
    why, item = (Why.MOVED_ON, copy(later, mark="m-b")) if moved else (Why.STOPPED, None)
    shard.hear(Outcomes((Refused(order.order, order.link, order.side, why, item=item, given=True),)))
    shard.set_policy(TWO_WAY)
    if moved:
        shard.write(there(replace(SHOWN, when=later.when, my_response=YES, reminder=5), mark="p-c"))
    rest = shard.take()
    assert isinstance(rest, Write)
    assert (rest.side, rest.fields) == (MICROSOFT, ("reminder",))
    fact = shard.facts[0]
    assert isinstance(fact, Updated)
    assert (fact.side, fact.fields, fact.mailed) == (MICROSOFT, ANSWER, 1)


def test_an_answer_that_was_given_is_not_given_again_where_the_word_of_that_was_set_aside() -> None:  # A6, O5
    """The organizer's move has taken it away, so that the copy shows none."""
    shard = invited()
    said(shard, YES)
    order = shard.take()
    written = Written(order.order, order.link, order.side, copy(answer=YES, mark="m-b"), mailed=1)
    shard.hear(Undone(Outcomes((written,)), "a mistake"))
    later = replace(MEETING, when=timed(MEETING.when.start + timedelta(hours=1)))
    shard.see(copy(later, mark="m-c"))
    shard.write(there(replace(SHOWN, when=later.when, my_response=YES), mark="p-c"))
    assert shard.orders == []


@pytest.mark.parametrize(
    ("policy", "event"),
    [
        pytest.param(QUIET, MEETING, id="the policy forbids mail"),
        pytest.param(QUIET, replace(MEETING, attendees=()), id="and the list of guests is hidden"),
        pytest.param(TWO_WAY, replace(MEETING, when=timed(NOW - timedelta(hours=2))), id="the meeting is past"),
    ],
)
def test_an_answer_that_may_not_be_mailed_stays_and_that_is_said(policy: Policy, event: CalendarEvent) -> None:
    shard = invited(policy, event)  # A5, A6, ruling 16
    said(shard, YES, reminder=5)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (MICROSOFT, ("reminder",)), "what mails nobody goes"
    (fact,) = shard.facts
    assert isinstance(fact, Blocked)
    assert "mailed to the organizer" in fact.reason
    shard.write(copy(replace(event, reminder=5), mark="m-b"), order)
    word = shard.take()
    assert isinstance(word, Write)
    assert (word.side, word.fields) == (PRACTIFI, ())
    assert "mailed to the organizer" in (word.status or "")


def test_who_organizes_it_or_takes_an_answer_back_gets_the_true_one_back() -> None:  # A6
    shard = Shard()
    shard.paired()
    said(shard, YES)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.my_response) == (PRACTIFI, ANSWER, NONE)
    shard = invited()
    shard.see(copy(answer=YES, mark="m-b"))
    shard.write(there(replace(SHOWN, my_response=YES), mark="p-b"))
    said(shard, NONE, mark="p-c")
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.my_response) == (PRACTIFI, ANSWER, YES)
    shard.write(there(replace(SHOWN, my_response=YES), mark="p-d"), order)
    assert "Conflict" not in shard.kinds()


def test_who_declines_loses_the_own_version_and_no_one_elses() -> None:  # A7
    shard = invited()
    said(shard, NO)
    shard.write(copy(answer=NO, mark="m-b"))
    shard.see(Vanished("m1", MIKE))
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "p1")
    shard.write(order=order)
    assert (shard.orders, shard.links()[0].state) == ([], State.ENDED)


def test_microsofts_later_answer_overrides_one_that_stayed_in_practifi() -> None:  # A6, I3
    shard = invited(INWARD)
    said(shard, YES)
    shard.see(copy(answer=NO, mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.my_response) == (PRACTIFI, ANSWER, NO)
    shard.write(there(replace(SHOWN, my_response=NO), mark="p-c"), order)
    assert shard.kinds() == ["Updated", "Conflict"]


def test_what_microsoft_refuses_to_answer_is_shown_and_not_repeated() -> None:  # A6, THR-08
    shard = invited()
    said(shard, YES)
    shard.refuse(Why.INVALID, code="no_answer")
    shard.write(there(replace(SHOWN, my_response=YES), mark="p-c"))
    shard.see(copy(mark="m-b"))
    assert (shard.orders, shard.kinds()) == ([], ["Failed"])


def test_answers_that_were_given_while_they_did_not_travel_are_not_sent_later() -> None:  # ruling 12, ruling 16
    shard = invited(replace(TWO_WAY, mapping=off("my_response", to_microsoft=False)))
    said(shard, YES)
    assert shard.orders == []
    shard.set_policy(TWO_WAY)
    shard.see(copy(mark="m-b"))
    assert shard.orders == [], "an existing difference stays until somebody edits (ruling 12)"
    said(shard, NO, mark="p-c")
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.fields, order.event.my_response) == (ANSWER, NO)
