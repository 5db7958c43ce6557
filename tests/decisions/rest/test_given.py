"""An Event is given to a colleague whose mailbox another shard keeps, before anybody has heard of it: it stays one
(rulings 14, 22)."""

from random import Random

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent
from contracts.policy import Direction
from services.clients.graph.seen import Kind, Seen
from services.clients.salesforce.row import Row
from tests.decisions.rest.firm import Firm
from tests.decisions.rest.sides import WHEN, Sides

ANN, BOB = "mailbox-ann", "mailbox-bob"
"""Each in a shard of its own."""
EVENT = CalendarEvent(WHEN, "Review")
REVIEW = Seen(f"{ANN}/m1", Kind.SINGLE, when=WHEN, zone="UTC", mark="1", event=EVENT, uid="u1")


def firm_of_two() -> Firm:
    firm = Firm(Random(1), 2, Sides((ANN, BOB)))
    firm.policy = replace(firm.policy, direction=Direction.TWO_WAY)
    firm.file()
    firm.pass_time(minutes=40)
    return firm


def given(firm: Firm, event: str) -> None:
    there = firm.sides.rows[event]
    firm.sides.put(replace(there, owner=f"user-{BOB}", mark=f"{there.mark}, given", edited_at=firm.now))


def made_in_outlook(firm: Firm) -> None:
    """Ann makes an Event in Practifi, which is to be made in Outlook."""
    firm.sides.put(Row("p1", "1", f"user-{ANN}", EVENT, created_at=firm.now, edited_at=firm.now))
    firm.pass_time(minutes=40)


def stands_once(firm: Firm) -> bool:
    """Whether it stands in Ann's calendar alone, and its new owner is told that."""
    (there,) = firm.sides.rows.values()
    return [name.partition("/")[0] for name in firm.sides.events] == [ANN] and "another shard" in there.status


def made_in_practifi(firm: Firm) -> str:
    """We have made Ann's event in Practifi just now."""
    firm.sides.show(ANN, REVIEW)
    while not firm.sides.rows:
        firm.pass_time(minutes=5)
    (event,) = firm.sides.rows
    return event


def test_what_was_just_made_in_practifi_goes_back_to_whose_it_is_in_outlook() -> None:  # rulings 14, 22
    firm = firm_of_two()
    given(firm, made_in_practifi(firm))
    firm.pass_time(minutes=40)
    (there,) = firm.sides.rows.values()
    assert (there.owner, there.status.partition(":")[0]) == (f"user-{ANN}", "Its owner was changed in Practifi")


def test_what_was_just_made_in_practifi_and_is_deleted_there_by_somebody_else_goes_in_outlook() -> None:  # X1
    firm = firm_of_two()
    given(firm, event := made_in_practifi(firm))
    firm.pass_time(minutes=40)
    firm.sides.put(replace(firm.sides.rows[event], mark="deleted", deleted=True, event=None))
    firm.pass_time(minutes=40)
    assert firm.sides.events == {}


def test_what_is_being_made_in_outlook_stays_where_it_is_and_says_so() -> None:  # rulings 14, 22
    firm = firm_of_two()
    firm.sides.out = {"writes"}
    made_in_outlook(firm)
    given(firm, "p1")
    firm.pass_time(minutes=20)
    firm.sides.out = set()
    firm.pass_time(minutes=40)
    assert stands_once(firm)


@pytest.mark.parametrize("back", [True, False], ids=["all stores are put back", "all stores are lost"])
def test_what_stays_where_it_is_is_not_made_anew_when_nobody_remembers_it(*, back: bool) -> None:  # rulings 5, 14, 22
    """In the mailbox of its new owner, where it would stand beside the other one, and mail its guests once more."""
    firm = firm_of_two()
    firm.copy_all()
    made_in_outlook(firm)
    given(firm, "p1")
    firm.pass_time(minutes=40)
    if back:
        firm.recover()
    for who in firm.memories if not back else ():
        firm.lose(who)
    for _ in range(3):
        firm.pass_time(minutes=60)
        assert stands_once(firm)


@pytest.mark.parametrize(("lost", "key"), [
    pytest.param(False, False, id="at once"),
    pytest.param(True, False, id="when nobody remembers the first one"),
    pytest.param(True, True, id="and with our key"),
])  # fmt: skip
def test_a_copy_that_its_new_owner_makes_of_it_is_sent_although_it_bears_our_word(*, lost: bool, key: bool) -> None:
    """As that word advises: Salesforce copies it with all other fields (rulings 14, 22)."""
    firm = firm_of_two()
    made_in_outlook(firm)
    given(firm, "p1")
    firm.pass_time(minutes=40)
    for who in firm.memories if lost else ():
        firm.lose(who)
    firm.pass_time(minutes=60)
    there = firm.sides.rows["p1"]
    firm.sides.put(replace(there, id="p2", stamp=there.stamp if key else "", created_at=firm.now, edited_at=firm.now))
    firm.pass_time(minutes=60)
    assert sorted(name.partition("/")[0] for name in firm.sides.events) == [ANN, BOB]
    assert ("another shard" in firm.sides.rows["p1"].status, firm.sides.rows["p2"].status) == (True, "")
