"""Which way things go: each direction, each change of it, and what is refused on the way."""

from itertools import permutations
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.facts import Conflict, Failed
from contracts.observed import Vanished
from contracts.policy import Direction, Policy, PrivateEvents
from contracts.write import Order, Outcomes, Refused, Why, Write
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
    here,
    there,
    timed,
)  # fmt: skip
from tests.decisions.reconciler.test_conflicts import Case as Both

DAILY, REVIEW = {"subject": "Daily"}, {"subject": "Review"}
IN, OUT, TWO = Direction.MICROSOFT_TO_PRACTIFI, Direction.PRACTIFI_TO_MICROSOFT, Direction.TWO_WAY


def brief(order: Order) -> tuple[Side, str]:
    """Where an order goes, and what it does there."""
    if isinstance(order, Write):
        return order.side, "change" if order.target else "make"
    return order.side, "erase"


class Way(NamedTuple):
    """Something happens on a side, and in each direction something follows."""

    name: str
    side: Side
    happens: str
    follows: dict[Direction, tuple[Side, str] | None]


WAYS = [
    Way("a new event in Microsoft is made in Practifi where that is written (D1, D3)", MICROSOFT, "make",
        {IN: (PRACTIFI, "make"), OUT: None, TWO: (PRACTIFI, "make")}),
    Way("a new Event in Practifi is made in Microsoft where that is written (D1, D6, OUT-01)", PRACTIFI, "make",
        {IN: None, OUT: (MICROSOFT, "make"), TWO: (MICROSOFT, "make")}),
    Way("an edit in Microsoft goes to Practifi where that is written (D1, OUT-29)", MICROSOFT, "edit",
        {IN: (PRACTIFI, "change"), OUT: None, TWO: (PRACTIFI, "change")}),
    Way("an edit in Practifi goes to Microsoft where that is written (D6, OUT-12, OUT-28)", PRACTIFI, "edit",
        {IN: None, OUT: (MICROSOFT, "change"), TWO: (MICROSOFT, "change")}),
    Way("a deletion in Microsoft goes to Practifi where that is written (D1, X1)", MICROSOFT, "delete",
        {IN: (PRACTIFI, "erase"), OUT: None, TWO: (PRACTIFI, "erase")}),
    Way("a deletion in Practifi goes to Microsoft where that is written (D1, X1)", PRACTIFI, "delete",
        {IN: None, OUT: (MICROSOFT, "erase"), TWO: (MICROSOFT, "erase")}),
    Way("a read-only field that is edited in Practifi is put back where that is written (R2, ruling 13)", PRACTIFI,
        "recurrence", {IN: (PRACTIFI, "change"), OUT: None, TWO: (PRACTIFI, "change")}),
]  # fmt: skip


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_in_each_direction(way: Way, direction: Direction) -> None:  # D1, ruling 13
    shard = Shard()
    if way.happens != "make":
        shard.paired()
    shard.set_policy(replace(TWO_WAY, direction=direction))
    happens(shard, way.side, way.happens)
    assert [brief(order) for order in shard.orders] == [follows for follows in [way.follows[direction]] if follows]
    assert all(order.mailbox == MIKE for order in shard.orders)


def happens(shard: Shard, side: Side, what: str) -> None:
    """A person does something to the standup on a side."""
    item = here if side is MICROSOFT else there
    standup = STANDUP if side is MICROSOFT else SHOWN
    match what:
        case "make":
            shard.see(item(), side=side)
        case "edit":
            shard.see(item(replace(standup, subject="Daily"), mark="new"), side=side)
        case "delete":
            shard.see(Vanished("m1" if side is MICROSOFT else "p1", MIKE), side=side)
        case field:
            shard.see(item(replace(standup, **{field: "x"}), mark="new"), side=side)


def test_one_way_inward_an_edit_in_practifi_lasts_until_microsofts_next_change() -> None:  # D6, OUT-28, I3
    case = Both(INWARD)
    case.shard.see(case.item(PRACTIFI, subject="Mine", location="Room 9"), side=PRACTIFI)
    assert case.carry_out() == [], "it is not sent"
    case.shard.see(case.item(MICROSOFT, reminder=5))
    (order,) = case.carry_out()
    assert order.fields == ("reminder",), "other fields stay as edited"
    case.shard.see(case.item(MICROSOFT, subject="Daily"))
    (order,) = case.carry_out()
    assert order.fields == ("subject",)
    assert (case.held[PRACTIFI].subject, case.held[PRACTIFI].location) == ("Daily", "Room 9")
    conflicts = [(fact.winner, fact.fields) for fact in case.shard.facts if isinstance(fact, Conflict)]
    assert conflicts == [(MICROSOFT, ("subject",))], "and what it overrode is told"


def test_one_way_outward_an_edit_in_microsoft_lasts_until_practifis_next_change() -> None:  # OUT-29, ruling 13
    case = Both(OUTWARD)
    case.shard.see(case.item(MICROSOFT, subject="Mine", location="Room 9"))
    assert case.carry_out() == []
    case.shard.see(case.item(PRACTIFI, subject="Daily"), side=PRACTIFI)
    (order,) = case.carry_out()
    assert (order.side, order.fields) == (MICROSOFT, ("subject",))
    assert (case.held[MICROSOFT].subject, case.held[MICROSOFT].location) == ("Daily", "Room 9")


CHANGES = list(permutations(Direction, 2))


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_change_of_the_direction_writes_and_deletes_nothing(before: Direction, after: Direction) -> None:
    case = Both(replace(TWO_WAY, direction=before))  # D1, ruling 12
    differ(case)
    case.shard.set_policy(replace(TWO_WAY, direction=after))
    again(case)
    assert case.carry_out() == [], "an existing difference stays until somebody edits"
    assert case.shard.link(case.link).state is State.ACTIVE


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_after_a_change_of_the_direction_the_next_edit_goes_the_new_way(before: Direction, after: Direction) -> None:
    case = Both(replace(TWO_WAY, direction=before))  # D1, D6, ruling 12
    differ(case)
    case.shard.set_policy(replace(TWO_WAY, direction=after))
    for side in Side:
        case.shard.see(case.item(side, reminder=5 if side is MICROSOFT else 10), side=side)
        went = {(order.side, order.fields) for order in case.carry_out()}
        assert went == ({(side.other, ("reminder",))} if after.writes(side.other) else set())


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_what_was_kept_when_the_other_side_deleted_it_stays_kept(before: Direction, after: Direction) -> None:
    for side in Side:  # D1: a change of the direction never deletes anything
        if before.writes(side.other):
            continue
        case = Both(replace(TWO_WAY, direction=before))
        case.shard.see(Vanished("m1" if side is MICROSOFT else "p1", MIKE), side=side)
        case.shard.set_policy(replace(TWO_WAY, direction=after))
        case.shard.see(case.item(side.other), side=side.other)
        case.shard.round_done()
        assert case.shard.orders == []


def differ(case: Both) -> None:
    """Both sides are edited, one after the other, as far as that stays where it is."""
    case.shard.see(case.item(PRACTIFI, subject="Theirs"), side=PRACTIFI)
    case.carry_out()
    case.shard.see(case.item(MICROSOFT, location="Room 9"))
    case.carry_out()
    case.shard.facts.clear()


def again(case: Both) -> None:
    """Both sides are read as a whole, as after a change of the policy."""
    for side in Side:
        case.shard.see(case.item(side), side=side)


def test_what_changes_while_the_firm_is_paused_is_sent_when_it_is_resumed() -> None:  # ruling 12, AUT-14
    case = Both(TWO_WAY)
    case.shard.set_policy(TWO_WAY, active=False)
    case.shard.see(case.item(PRACTIFI, **DAILY), side=PRACTIFI)
    assert case.shard.orders == []
    case.shard.set_policy(TWO_WAY)
    assert [order.fields for order in case.carry_out()] == [("subject",)]


@pytest.mark.parametrize("policy", [OUTWARD, TWO_WAY], ids=lambda policy: policy.direction)
def test_deleted_in_practifi_while_microsoft_changed_it(policy: Policy) -> None:  # D1, X1
    shard = Shard()
    shard.paired()
    shard.set_policy(policy, active=False)
    shard.see(here(replace(STANDUP, **DAILY), mark="m-b"))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.set_policy(policy)
    shard.round_done()
    back = policy is TWO_WAY  # Practifi has never shown that change
    assert [brief(order) for order in shard.orders] == [(PRACTIFI, "make") if back else (MICROSOFT, "erase")]


def test_what_changed_while_paused_goes_by_the_direction_of_the_resumed_firm() -> None:  # D1, ruling 12
    case = Both(TWO_WAY)
    case.shard.set_policy(TWO_WAY, active=False)
    case.shard.see(case.item(PRACTIFI, **DAILY), side=PRACTIFI)
    case.shard.set_policy(INWARD)
    assert case.carry_out() == []


SERIES: dict[str, Any] = {"series": "s1", "slot": "2026-03-09"}
PAST_ITS_NEIGHBOUR = "an occurrence can be moved neither to the day of the one before or after it, nor past it"


SKIP = replace(TWO_WAY, private_events=PrivateEvents.SKIP)


@pytest.mark.parametrize("narrow", [OUTWARD, SKIP], ids=["another direction", "no private events"])
def test_what_came_in_a_pause_and_the_policy_left_out_is_made_when_it_is_wanted(narrow: Policy) -> None:
    """Its reader tells it once more then, as it was."""
    shard, item = Shard(), here(redacted=narrow is SKIP)  # D1, P1, ruling 12
    shard.set_policy(TWO_WAY, active=False)
    shard.see(item)
    shard.set_policy(narrow)
    assert not shard.orders
    shard.set_policy(TWO_WAY)
    shard.see(item)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target) == (PRACTIFI, "")


def test_an_occurrence_that_cannot_be_moved_there_stays_in_practifi_with_the_reason() -> None:  # R5, THR-08
    shard = Shard()
    weekly = replace(STANDUP, recurrence="Every week on Mon")
    shown = replace(SHOWN, recurrence="Every week on Mon")
    name = shard.paired(here(weekly, **SERIES), there(shown, edited=False))
    far = replace(shown, when=timed(NOW.replace(day=20)))
    shard.see(there(far, mark="p-b"), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields) == (MICROSOFT, "m1", ("when",))
    code = "ErrorOccurrenceCrossingBoundary"
    shard.hear(Outcomes((Refused(order.order, name, MICROSOFT, Why.INVALID, code, PAST_ITS_NEIGHBOUR),)))
    word = shard.take()
    assert isinstance(word, Write)
    assert (word.side, word.fields) == (PRACTIFI, ()), "the time that was wanted is not put back"
    assert word.status == f"Microsoft refused it: {PAST_ITS_NEIGHBOUR}"
    shard.write(there(far, mark="p-c", status=word.status), word)
    (fact,) = shard.facts
    assert isinstance(fact, Failed)
    assert fact.reason == PAST_ITS_NEIGHBOUR
    shard.see(here(weekly, mark="m-b", **SERIES))
    shard.see(there(far, mark="p-d", status=word.status), side=PRACTIFI)
    assert shard.orders == [], "it is not tried again"
    assert shard.link(name).practifi.event.when == far.when
    near = replace(shown, when=timed(NOW.replace(day=11)))
    shard.see(there(near, mark="p-e", status=word.status), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.when.start) == (MICROSOFT, ("when",), near.when.start)


def test_what_else_was_changed_of_an_occurrence_that_cannot_be_moved_there_goes() -> None:  # R5
    shard = Shard()
    weekly = replace(STANDUP, recurrence="Every week on Mon")
    shown = replace(SHOWN, recurrence="Every week on Mon")
    name = shard.paired(here(weekly, **SERIES), there(shown, edited=False))
    far = replace(shown, when=timed(NOW.replace(day=20)), subject="Standup, moved")
    shard.see(there(far, mark="p-b"), side=PRACTIFI)
    shard.refuse(Why.INVALID, code="ErrorOccurrenceCrossingBoundary")
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.subject) == (MICROSOFT, ("subject",), "Standup, moved")
    assert order.event.when == weekly.when
    shard.write(here(replace(weekly, subject="Standup, moved"), mark="m-b", **SERIES), order)
    word = shard.take()
    assert isinstance(word, Write)
    assert (word.side, word.fields, word.status) == (PRACTIFI, (), "Microsoft refused it: because")
    shard.write(there(far, mark="p-c", status=word.status), word)
    assert shard.orders == [], "the time is not tried again"
    assert shard.kinds() == ["Failed", "Updated"]
    assert shard.link(name).practifi.event.when == far.when
