"""An Event is given to a colleague whose mailbox another shard keeps, before anybody has heard of it: it stays one
(rulings 14, 22)."""

from random import Random

from msgspec.structs import replace

from contracts.calendar import CalendarEvent
from contracts.policy import Direction
from services.clients.graph.seen import Kind, Seen
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
