"""A meeting that was made in Practifi gets a category in Outlook that the policy leaves out. Whoever loses a memory
then, it stays one Event and one event: a colleague's copy of it is none (ruling 18), and who is given it has it alone
(ruling 14)."""

from datetime import timedelta
from random import Random

import pytest
from msgspec.structs import replace

from contracts.calendar import Attendee, CalendarEvent, Side, Timed
from contracts.policy import Direction
from services.clients.graph.seen import Kind, Seen
from services.clients.salesforce.row import Row
from services.reconciler.link import minted
from tests.decisions.rest.firm import Firm
from tests.decisions.rest.sides import START, WHEN, Sides

ANN, BOB = "mailbox-ann", "mailbox-bob"
OVER = Timed(START - timedelta(hours=20), START - timedelta(hours=19), "UTC")
MEETING = CalendarEvent(OVER, "Review", organizer=f"{ANN}@firm.example", attendees=(Attendee(f"{BOB}@firm.example"),))
STORES = {"the reconciler": ("reconciler",), "its poller": ("graph-poller",), "both": ("graph-poller", "reconciler")}
LOST = pytest.mark.parametrize("lost", STORES.values(), ids=STORES)


def made(event: CalendarEvent) -> Firm:
    """Ann's Event, which we have made in Outlook."""
    firm = Firm(Random(1), 1, Sides((ANN, BOB)))
    firm.policy = replace(firm.policy, direction=Direction.TWO_WAY)
    firm.file()
    plain = CalendarEvent(event.when, event.subject)
    firm.sides.put(Row("p1", "1", f"user-{ANN}", plain, created_at=firm.now))
    stamp = f"{minted(Side.PRACTIFI, ANN, 'p1')}-g0"
    firm.sides.show(ANN, Seen(f"{ANN}/m1", Kind.SINGLE, when=event.when, mark="1", event=event, uid="u1", stamp=stamp))
    firm.pass_time(minutes=40)
    return firm


def left_out(firm: Firm) -> None:
    own = firm.sides.events[f"{ANN}/m1"]
    firm.sides.show(ANN, replace(own, mark="2", excluded=True))
    firm.pass_time(minutes=20)


def lose(firm: Firm, services: tuple[str, ...]) -> None:
    for service in services:
        firm.lose((service, 0))
        firm.probe((service, 0))
    firm.pass_time(minutes=120)


@LOST
def test_a_colleague_has_no_second_event_of_what_is_left_out_since(lost: tuple[str, ...]) -> None:  # INB-30, ruling 18
    firm = made(MEETING)
    firm.sides.show(BOB, replace(firm.sides.events[f"{ANN}/m1"], id=f"{BOB}/m1", stamp="", mine=False))
    left_out(firm)
    lose(firm, lost)
    assert [row.owner for row in firm.sides.rows.values()] == [f"user-{ANN}"]


@LOST
def test_who_is_given_it_just_before_that_has_it_alone(lost: tuple[str, ...]) -> None:  # INB-30, rulings 5, 14
    firm = made(CalendarEvent(WHEN, "Review"))
    left_out(firm)
    there = firm.sides.rows["p1"]
    firm.sides.put(replace(there, owner=f"user-{BOB}", mark="2", edited_at=firm.now))
    lose(firm, lost)
    assert [name.partition("/")[0] for name in firm.sides.events] == [BOB]
