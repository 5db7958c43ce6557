"""Which fields travel to which side: the policy's mapping on top of the defaults (F2)."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Importance, Sensitivity, Side
from contracts.observed import Vanished
from contracts.policy import Mapped, Policy
from contracts.write import Write
from tests.decisions.reconciler.shard import (
    ANN,
    MICROSOFT,
    MIKE,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip
from tests.decisions.reconciler.test_merge import DAILY, IN, REVIEW, Case, check

NOTES, HIGH = {"body": "notes"}, {"importance": Importance.HIGH}
NOTES_GO = {"body": Mapped(to_microsoft=True)}
PLACED = {"importance": Mapped(field="Importance__c"), "categories": Mapped(field="Tags__c")}


def off(field: str, **sides: bool) -> dict[str, Mapped]:
    return {field: Mapped(**sides)}


CASES = [
    Case("the policy keeps subjects out of Practifi (F2)", DAILY, {}, adopt=("subject",),
         mapping=off("subject", to_practifi=False)),
    Case("the policy keeps subjects out of Microsoft (F2)", {}, DAILY, adopt=("subject",), kept=("subject",),
         mapping=off("subject", to_microsoft=False)),
    Case("a field that goes to Microsoft only is won by Practifi (F2, C2)", DAILY, REVIEW, microsoft=("subject",),
         conflicts=("subject",), mapping=off("subject", to_practifi=False)),
    Case("switching a field on does not widen the direction (D1, F2)", {}, DAILY, adopt=("subject",),
         kept=("subject",), direction=IN, mapping=off("subject", to_microsoft=True)),
    Case("notes go to Microsoft where the policy says so (ruling 15, F2)", {}, NOTES, microsoft=("body",),
         mapping=NOTES_GO),
    Case("never into an online meeting: its join link stands there (F4, ruling 15)", {}, NOTES, adopt=("body",),
         kept=("body",), mapping=NOTES_GO, base=replace(STANDUP, online=True)),
    Case("nor where only the link tells that it is one (F4)", {}, NOTES, adopt=("body",), kept=("body",),
         mapping=NOTES_GO, base=replace(STANDUP, join_url="https://teams.example/1")),
    Case("nor with the very edit that makes it one (F4)", {}, NOTES | {"online": True}, microsoft=("online",),
         adopt=("body",), kept=("body",), mapping=NOTES_GO),
    Case("importance comes to the field that the policy names for it (F2)", HIGH, {}, practifi=("importance",),
         mapping=PLACED),
    Case("and goes back from there (F2)", {}, HIGH | {"categories": ("Red",)}, microsoft=("importance", "categories"),
         mapping=PLACED),
    Case("importance stays where it is while the policy names no field for it (F2)", HIGH, {}, adopt=("importance",),
         mapping=off("importance", to_practifi=True, to_microsoft=True)),
    Case("one way only, though a field is named (F2)", {}, HIGH, adopt=("importance",), kept=("importance",),
         mapping={"importance": Mapped(field="Importance__c", to_microsoft=False)}),
    Case("what Microsoft cannot take never goes, whatever the policy says (F2, A4, R1)", {},
         {"organizer": "eve@firm.example", "attendees": guest("ann@client.example")},
         adopt=("organizer", "attendees"), kept=("organizer", "attendees"),
         mapping={name: Mapped(to_microsoft=True) for name in ("organizer", "attendees", "recurrence", "join_url")}),
    Case("what the policy keeps out of Practifi is not put back there (F2, R2)", {}, {"recurrence": "x"},
         adopt=("recurrence",), kept=("recurrence",), mapping=off("recurrence", to_practifi=False)),
    Case("what turns private is purged, though the policy keeps subjects out (P2, F2)",
         {"subject": "Private appointment", "sensitivity": Sensitivity.PRIVATE}, {},
         practifi=("subject", "sensitivity"), held={"redacted": True},
         mapping=off("subject", to_practifi=False) | off("sensitivity", to_practifi=False)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_plan(case: Case) -> None:
    check(case)


def mapped(mapping: Mapping[str, Mapped]) -> Policy:
    return replace(TWO_WAY, mapping=dict(mapping))


class Made(NamedTuple):
    """An event that is made on a side with some fields and without others."""

    name: str
    side: Side
    mapping: Mapping[str, Mapped]
    sent: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    event: CalendarEvent = SHOWN
    redacted: bool = False


MADE = [
    Made("by default (ruling 15, A6)", MICROSOFT, {}, ("when", "subject", "online"),
         ("body", "importance", "categories", "my_response", "attendees", "recurrence")),
    Made("notes go along where the policy says so", MICROSOFT, NOTES_GO, ("body",)),
    Made("never into an online meeting (F4)", MICROSOFT, NOTES_GO, ("online",), ("body",), replace(SHOWN, online=True)),
    Made("without its subject", MICROSOFT, off("subject", to_microsoft=False), ("when", "location"), ("subject",)),
    Made("what has a field in Practifi goes along", MICROSOFT, PLACED, ("importance", "categories")),
    Made("its time goes in any case: there is no event without one", MICROSOFT, off("when", to_microsoft=False),
         ("when",)),
    Made("by default", PRACTIFI, {}, ("when", "body", "my_response", "recurrence"),
         ("importance", "categories", "attendees", "organizer")),
    Made("without its body", PRACTIFI, off("body", to_practifi=False), ("when",), ("body",)),
    Made("what has a field in Practifi is filled", PRACTIFI, PLACED, ("importance", "categories")),
    Made("but not where the policy keeps it out", PRACTIFI, {"importance": Mapped("Importance__c", to_practifi=False)},
         (), ("importance",)),
    Made("its time in any case", PRACTIFI, off("when", to_practifi=False), ("when",)),
    Made("a private one says that it is, whatever the policy keeps out (P1)", PRACTIFI,
         off("sensitivity", to_practifi=False) | off("subject", to_practifi=False), ("subject", "sensitivity"),
         event=replace(SHOWN, subject="Private appointment", sensitivity=Sensitivity.PRIVATE), redacted=True),
]  # fmt: skip


@pytest.mark.parametrize("case", MADE, ids=lambda case: f"{case.side}: {case.name}")
def test_a_new_event_is_made_with_the_fields_that_may_go(case: Made) -> None:  # F2
    shard = Shard(mapped(case.mapping))
    item = there if case.side is MICROSOFT else here
    shard.see(item(case.event, redacted=case.redacted), side=case.side.other)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target) == (case.side, "")
    assert set(case.sent) <= set(order.fields)
    assert not set(case.left_out) & set(order.fields)


def test_notes_that_stayed_in_practifi_are_not_overwritten_in_silence() -> None:  # I3, ruling 15
    shard = Shard()
    shard.see(there(replace(SHOWN, body="notes")), side=PRACTIFI)
    made = shard.take()
    shard.write(here(stamp=f"{made.link}-g0"), made)
    assert shard.orders == []
    shard.see(here(replace(STANDUP, body="agenda"), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (PRACTIFI, ("body",))
    shard.write(there(replace(SHOWN, body="agenda"), mark="p-b"), order)
    assert shard.kinds()[-2:] == ["Updated", "Conflict"]


def test_an_event_goes_out_without_its_people_where_the_policy_keeps_them_back() -> None:  # F2, A3
    for mapping, guests in (({}, 1), (off("attendees", to_microsoft=False), 0)):
        shard = Shard(mapped(mapping))
        shard.see(there(people=(ANN,)), side=PRACTIFI)
        order = shard.take()
        assert isinstance(order, Write)
        assert (len(order.event.attendees), "attendees" in order.fields) == (guests, bool(guests))
        assert shard.facts == [], "nobody is missing by mistake"


def test_nobody_is_attached_where_the_policy_keeps_people_out_of_practifi() -> None:  # F2, M1
    meeting = replace(STANDUP, attendees=guest("ann@client.example"))
    shard = Shard(mapped(off("attendees", to_practifi=False)))
    shard.see(here(meeting))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.people, order.invitees) == ((), None)
    shard.write(there(edited=False), order)
    shard.see(here(meeting, mark="m-b"))
    assert shard.orders == []
    shard.set_policy(TWO_WAY)
    shard.see(here(replace(meeting, subject="Daily"), mark="m-c"))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.people == (ANN,), "switched on, the next look attaches them"


def test_whom_a_person_attached_stays_where_the_policy_keeps_people_out() -> None:  # F2, A4
    shard = Shard()
    shard.paired(here(replace(STANDUP, attendees=guest("ann@client.example"))), there(people=(ANN,), edited=False))
    shard.set_policy(mapped(off("attendees", to_practifi=False)))
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.fields, order.people) == (("subject",), None)


def test_a_change_that_practifi_does_not_take_brings_back_nothing_that_was_deleted_there() -> None:  # X1, F2
    for mapping, back in (({}, True), (off("subject", to_practifi=False), False)):
        shard = Shard(mapped(mapping))
        shard.paired()
        shard.set_policy(shard.policy, active=False)
        shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
        shard.see(Vanished("p1", MIKE), side=PRACTIFI)
        shard.set_policy(shard.policy)
        shard.round_done()
        assert isinstance(shard.take(), Write) is back
