"""Our word on a Practifi Event: what is wrong or lost, for the advisor who looks at it."""

from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side
from contracts.facts import Blocked, Failed
from contracts.observed import Item, Vanished
from contracts.policy import Invitations, PractifiSeries
from contracts.write import Order, Outcomes, Refused, Why, Write, Written
from services.reconciler import status
from services.reconciler.rows import Attention, Held, Link, Trouble
from services.reconciler.rows import State as Life
from tests.decisions.reconciler.shard import (
    ANN,
    BOB,
    EVE,
    INWARD,
    JOHNS,
    MICROSOFT,
    MIKE,
    MIKES,
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

MEETING = replace(STANDUP, attendees=guest("ann@client.example"))
NEVER = replace(TWO_WAY, invitations=Invitations.NEVER)
CUT = replace(STANDUP, subject="S" * 300, body="B" * 40_000)
CUT_SHOWN = replace(CUT, when=timed(), subject="S" * 254 + "…", body="B" * 31_999 + "…")


def told(shard: Shard) -> str:
    """The word of the one order that is out, which says nothing else."""
    (order,) = shard.orders
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.people, order.owner) == (PRACTIFI, (), None, "")
    assert order.status is not None
    return order.status


def stands(shard: Shard, item: Item, *, field: bool = True) -> str:
    """Our word is written, into an org with or without the `field`: the word."""
    word, order = told(shard), shard.take()
    shard.write(replace(item, mark=f"{item.mark}+", status=word if field else ""), order)
    return word


def made(event: CalendarEvent, item: Item, lost: tuple[str, ...] = ()) -> Shard:
    """A meeting that is made in Practifi, which cannot hold all of it."""
    shard = Shard()
    shard.see(here(event))
    order = shard.take()
    shard.hear(Outcomes((Written(order.order, order.link, PRACTIFI, item, item.event, lost=lost),)))
    shard.facts.clear()
    return shard


def link(**more: Any) -> Link:
    """A link of which both sides are there."""
    one, other = Held("m1", MIKE, base=STANDUP), Held("p1", MIKE, base=SHOWN, owner=MIKES)
    return Link("l", MICROSOFT, **{"microsoft": one, "practifi": other, **more})


def trouble(kind: Trouble, reason: str, side: Side = MICROSOFT) -> Attention:
    return Attention(side, reason, kind.value, NOW, kind)


class Case(NamedTuple):
    link: Link
    word: str
    strangers: int = 0


LONG = replace(STANDUP, when=timed(minutes=60 * 24 * 20))
CASES = {
    "all is well": Case(link(), ""),
    "a limit of Practifi": Case(link(lost=("body", "subject")), "Shortened in Practifi: subject, body"),
    "what is lost is only shown in another way": Case(link(lost=("when", "show_as", "organizer")), ""),
    "longer than 14 days": Case(
        link(lost=("when",), microsoft=Held("m1", MIKE, base=LONG)), "Shortened in Practifi: length"
    ),
    "a new length is still on its way": Case(
        link(lost=("when",), microsoft=Held("m1", MIKE, base=STANDUP, now=LONG)), ""
    ),
    "a person has written another text there": Case(link(lost=("body",), local=("body",)), ""),
    "one person": Case(link(), "1 person here is not invited in Microsoft", 1),
    "two people": Case(link(), "2 people here are not invited in Microsoft", 2),
    "not in Microsoft at all": Case(link(microsoft=None), "", 2),
    "a trouble comes first": Case(
        link(lost=("body",), troubles=(trouble(Trouble.BARRED, "has too many guests"),)), "Has too many guests", 2
    ),
    "refused by Microsoft": Case(
        link(troubles=(trouble(Trouble.REFUSED, "it\ncrosses its neighbour"),)),
        "Microsoft refused it: it crosses its neighbour",
    ),
    "private in Microsoft": Case(link(lost=("body",), microsoft=Held("m1", MIKE, base=STANDUP, redacted=True)), "", 2),
    "private in Practifi": Case(link(lost=("body",), practifi=Held("p1", MIKE, base=SHOWN, redacted=True)), "", 2),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_word(case: Case) -> None:  # F3, ATT-23, A4, R5, P1
    assert status.word(case.link, case.strangers) == case.word


def test_a_word_always_fits_its_field() -> None:  # F3
    for reason in ("x" * 400, "🎉" * 400, "a b\n" * 200):
        word = status.word(link(troubles=(trouble(Trouble.REFUSED, reason),)))
        assert len(word.encode("utf-16-le")) // 2 <= 255
        assert word.endswith("…")
        assert "\n" not in word


def test_what_was_cut_is_told_once() -> None:  # F3
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject", "body", "when", "organizer"))
    assert stands(shard, there(CUT_SHOWN, edited=False)) == "Shortened in Practifi: subject, body"
    assert not shard.orders
    assert not shard.facts, "our word is no news of the event"
    shard.see(there(CUT_SHOWN, mark="p-z", edited=False, status="Shortened in Practifi: subject, body"), side=PRACTIFI)
    assert not shard.orders, "read back"


def test_only_what_was_written_can_have_been_cut() -> None:  # F3
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject",))
    order = shard.take()
    item = there(CUT_SHOWN, mark="p-b", edited=False, status="Shortened in Practifi: subject")
    shard.hear(Outcomes((Written(order.order, order.link, PRACTIFI, item, item.event, lost=("subject", "location")),)))
    assert not shard.orders
    assert shard.link(order.link).lost == ("subject",)


def test_an_event_that_is_made_anew_begins_without_a_word() -> None:  # F3, ruling 1
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject",))
    stands(shard, there(CUT_SHOWN, edited=False))
    shard.set_policy(TWO_WAY, active=False)
    shard.see(here(replace(CUT, subject="Short"), mark="m-b"))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.target, order.status) == ("", None)
    shard.write(there(replace(CUT_SHOWN, subject="Short"), name="p2", mark="p-d"), order)
    assert not shard.orders


def test_what_is_whole_again_is_no_longer_told() -> None:  # F3
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject",))
    assert stands(shard, there(CUT_SHOWN, edited=False)) == "Shortened in Practifi: subject"
    shard.see(here(replace(CUT, subject="Short"), mark="m-b"))
    order = shard.take()
    item = there(replace(CUT_SHOWN, subject="Short"), mark="p-c", status="Shortened in Practifi: subject")
    shard.hear(Outcomes((Written(order.order, order.link, PRACTIFI, item, item.event),)))
    assert stands(shard, item) == ""
    assert not shard.orders


def test_an_org_without_the_field_is_asked_once() -> None:  # E7
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject",))
    stands(shard, there(CUT_SHOWN, edited=False), field=False)
    for mark in ("p-c", "p-d"):
        shard.see(there(CUT_SHOWN, mark=mark, edited=False), side=PRACTIFI)
    assert not shard.orders


def test_a_word_that_a_person_edits_is_put_back() -> None:  # D6, R2
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject",))
    word = stands(shard, there(CUT_SHOWN, edited=False))
    for edited in ("all is well", ""):
        shard.see(there(CUT_SHOWN, mark=f"p-{edited}", status=edited), side=PRACTIFI)
        assert stands(shard, there(CUT_SHOWN, mark=f"q-{edited}")) == word
        assert not shard.orders


def test_a_word_where_all_is_well_is_emptied() -> None:  # D6
    shard = Shard()
    shard.paired()
    shard.see(there(mark="p-b", status="hello"), side=PRACTIFI)
    assert stands(shard, there(mark="p-b")) == ""
    assert not shard.orders


def test_half_of_a_link_that_a_lost_store_forgot_keeps_its_word() -> None:  # ruling 5
    shard = Shard()
    shard.see(here(CUT))
    name = shard.take().link
    new = Shard(ready=False)
    new.see(there(CUT_SHOWN, stamp=name, status="Shortened in Practifi: subject"), side=PRACTIFI)
    assert not new.orders


def test_a_flow_that_rewrites_our_word_does_not_loop() -> None:  # CON-33
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject",))
    order = shard.take()
    shard.write(there(CUT_SHOWN, mark="p-b", status="SHORTENED"), order)
    shard.see(there(CUT_SHOWN, mark="p-c", status="SHORTENED"), side=PRACTIFI)
    assert not shard.orders


def test_the_word_goes_with_a_write_that_goes_anyway() -> None:  # F3
    shard = Shard()
    name = shard.paired(here(MEETING), there(edited=False, people=(ANN,)))
    shard.set_policy(TWO_WAY, active=False)
    shard.see(there(mark="p-b", people=(ANN, BOB)), side=PRACTIFI)
    shard.see(here(replace(MEETING, subject="Daily"), mark="m-b"))
    shard.set_policy(TWO_WAY)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.fields, order.status) == (("subject",), "1 person here is not invited in Microsoft")
    item = there(replace(SHOWN, subject="Daily"), mark="p-c", people=(ANN, BOB), status=order.status)
    shard.write(item, order)
    assert not shard.orders
    assert shard.kinds() == ["Updated"]
    assert shard.link(name).status == order.status


@pytest.mark.parametrize("policy", [TWO_WAY, INWARD], ids=["two-way", "inward"])
def test_people_whom_nobody_invited_in_microsoft_are_counted(policy: Any) -> None:  # ATT-23, A4
    shard = Shard(policy)
    shard.paired(here(MEETING), there(edited=False, people=(ANN,)))
    shard.see(there(mark="p-b", people=(ANN, BOB, "003-hand", MIKES)), side=PRACTIFI)
    stood = there(mark="p-b", people=(ANN, BOB, "003-hand", MIKES))
    assert stands(shard, stood) == "2 people here are not invited in Microsoft"
    assert not shard.orders
    shard.see(here(replace(MEETING, attendees=guest("ann@client.example", "bob@client.example")), mark="m-b"))
    assert told(shard) == "1 person here is not invited in Microsoft", "Bob is invited by now"


def test_guests_of_an_event_that_was_born_in_practifi_are_invited() -> None:  # A3, I1, ATT-23
    shard = Shard()
    people = (ANN, EVE, JOHNS)
    shard.see(there(people=people), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    shard.write(here(replace(STANDUP, attendees=order.event.attendees, organizer="mike@firm.example")), order)
    assert not shard.orders, "Ann, and Eve and John who are colleagues"


def test_a_guest_without_an_address_is_told_on_the_event() -> None:  # OUT-03, ATT-23
    shard = Shard()
    shard.see(there(people=(ANN, "003-unknown")), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    shard.write(here(replace(STANDUP, attendees=order.event.attendees)), order)
    assert told(shard) == "1 person here is not invited in Microsoft"


def test_more_than_fifty_attendees_get_the_advice_on_the_event() -> None:  # A2, ATT-13, ruling 17
    shard = Shard()
    item = there(people=tuple(f"003-{n}" for n in range(51)))
    shard.see(item, side=PRACTIFI)
    word = stands(shard, item)
    assert "more than 50 attendees" in word
    assert "in Microsoft" in word
    assert [type(fact) for fact in shard.facts] == [Blocked]
    (name,) = (link.id for link in shard.links())
    assert f"attention/{name}" in shard.rows
    fewer = there(people=(), mark="p-c", status=word)
    shard.see(fewer, side=PRACTIFI)
    order = shard.take()
    assert order.side is MICROSOFT
    shard.write(here(), order)
    assert stands(shard, fewer) == ""
    assert f"attention/{name}" not in shard.rows


def test_a_series_of_practifi_is_blocked_and_never_written_to() -> None:  # R6, REC-71
    shard = Shard()
    shard.see(there(native_series=True), side=PRACTIFI)
    assert not shard.orders, "Salesforce would change the whole series"
    (link,) = shard.links()
    assert "recurring series" in link.status
    assert shard.kinds() == ["Blocked"]
    shard.set_policy(replace(TWO_WAY, practifi_series=PractifiSeries.SINGLE_EVENTS))
    shard.see(there(native_series=True, mark="p-b"), side=PRACTIFI)
    assert shard.take().side is MICROSOFT
    assert f"attention/{link.id}" not in shard.rows


def test_what_microsoft_refuses_is_told_with_its_reason_until_it_is_mended() -> None:  # R5
    shard = Shard()
    name = shard.paired()
    moved = there(replace(SHOWN, when=timed(NOW.replace(day=20))), mark="p-b")
    shard.see(moved, side=PRACTIFI)
    order = shard.take()
    reason = "Modified occurrence is crossing or overlapping adjacent occurrence."
    shard.hear(
        Outcomes((Refused(order.order, name, MICROSOFT, Why.INVALID, "ErrorOccurrenceCrossingBoundary", reason),))
    )
    (fact,) = shard.facts
    assert isinstance(fact, Failed)
    row = msgspec.msgpack.decode(shard.rows[f"attention/{name}"], type=Attention)
    assert (row.side, row.reason, row.code, row.since) == (MICROSOFT, reason, "ErrorOccurrenceCrossingBoundary", NOW)
    word = stands(shard, moved)
    assert word == f"Microsoft refused it: {reason}"
    assert not shard.orders
    back = there(mark="p-d", status=word)
    shard.see(back, side=PRACTIFI)
    assert stands(shard, back) == "", "it is where it was"
    assert f"attention/{name}" not in shard.rows


def test_what_practifi_refuses_is_told_if_practifi_takes_that() -> None:  # O5
    for takes in (True, False):
        shard = Shard()
        name = shard.paired()
        shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
        shard.refuse(Why.INVALID, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
        assert told(shard) == "Practifi refused it: because"
        if takes:
            stands(shard, there())
        else:
            shard.refuse(Why.INVALID, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
        assert not shard.orders
        assert shard.kinds() == ["Failed"], "once"
        shard.see(there(mark="p-e", status="Practifi refused it: because" if takes else ""), side=PRACTIFI)
        assert not shard.orders
        assert shard.link(name).refused == (PRACTIFI,)


def test_two_sides_that_refuse_are_left_alone_both() -> None:  # C4
    shard = Shard()
    name = shard.paired()
    shard.set_policy(TWO_WAY, active=False)
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    shard.see(there(replace(SHOWN, location="Room 2"), mark="p-b"), side=PRACTIFI)
    shard.set_policy(TWO_WAY)
    shard.refuse(Why.INVALID)
    shard.refuse(Why.INVALID)
    assert stands(shard, there(replace(SHOWN, location="Room 2"), mark="p-b")) == "Practifi refused it: because"
    assert not shard.orders
    assert shard.link(name).state is Life.ACTIVE


def test_an_edit_that_must_not_mail_is_told_and_forgotten_when_outlook_has_the_last_word() -> None:  # A5, D6
    shard = Shard(NEVER)
    name = shard.paired(here(MEETING), there(edited=False, people=(ANN,)))
    renamed = there(replace(SHOWN, subject="Mine"), mark="p-b", people=(ANN,))
    shard.see(renamed, side=PRACTIFI)
    word = stands(shard, renamed)
    assert "change it in Microsoft" in word
    shard.see(replace(renamed, mark="p-d", status=word), side=PRACTIFI)
    assert not shard.orders
    assert shard.kinds() == ["Blocked"], "once"
    shard.see(here(replace(MEETING, subject="Theirs"), mark="m-b"))
    order = shard.take()
    theirs = there(replace(SHOWN, subject="Theirs"), mark="p-e", people=(ANN,), status=word)
    shard.write(theirs, order)
    assert stands(shard, theirs) == ""
    assert f"attention/{name}" not in shard.rows


def test_two_reasons_that_keep_the_same_event_back_are_not_said_in_turn() -> None:  # A5, ruling 14
    shard = Shard(NEVER)
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    shard.write(here(stamp=f"{order.link}-g0"), order)
    shard.see(here(MEETING, mark="m-b", stamp=f"{order.link}-g0"))
    shard.write(there(people=(ANN,), mark="p-b"))
    given_away = there(replace(SHOWN, subject="Mine"), people=(ANN,), owner="005-other", mailbox="mailbox-other")
    shard.see(replace(given_away, mark="p-c"), side=PRACTIFI)
    word = stands(shard, replace(given_away, mark="p-d"))
    for mark in ("p-e", "p-f"):
        shard.see(replace(given_away, mark=mark, status=word), side=PRACTIFI)
        assert not shard.orders
    assert shard.kinds().count("Blocked") == 1


def test_an_edit_that_a_one_way_policy_does_not_send_is_nothing_to_tell() -> None:  # D6
    shard = Shard(replace(INWARD, invitations=Invitations.NEVER))
    shard.paired(here(MEETING), there(edited=False, people=(ANN,)))
    shard.see(there(replace(SHOWN, subject="Mine"), mark="p-b", people=(ANN,)), side=PRACTIFI)
    assert (shard.orders, shard.facts) == ([], [])


def test_practifi_is_told_nothing_where_it_is_not_written() -> None:  # D1
    shard = Shard(OUTWARD)
    item = there(people=tuple(f"003-{n}" for n in range(51)))
    shard.see(item, side=PRACTIFI)
    assert not shard.orders
    assert shard.kinds() == ["Blocked"]


def test_the_word_goes_from_an_event_that_turns_private() -> None:  # P2
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject",))
    word = stands(shard, there(CUT_SHOWN, edited=False))
    private = here(CalendarEvent(STANDUP.when, subject="Private appointment"), mark="m-b", redacted=True)
    shard.see(private)
    order = shard.take()
    assert isinstance(order, Write)
    assert word
    assert order.status == ""


def test_an_event_that_is_gone_is_told_nothing() -> None:  # X1
    shard = made(CUT, there(CUT_SHOWN, edited=False), ("subject",))
    stands(shard, there(CUT_SHOWN, edited=False))
    shard.see(Vanished("m1", MIKE))
    order: Order = shard.take()
    shard.write(None, order)
    (link,) = shard.links()
    assert (link.state, link.status, link.said, link.lost, link.troubles) == (Life.ENDED, "", "", (), ())


def test_a_meeting_that_the_policy_keeps_in_outlook_needs_a_person_until_it_is_gone() -> None:  # A5, X3
    shard = Shard(NEVER)
    name = shard.paired(here(MEETING), there(edited=False, people=(ANN,)))
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    assert not shard.orders
    assert shard.kinds() == ["Blocked"]
    assert f"attention/{name}" in shard.rows
    shard.see(Vanished("m1", MIKE))
    assert f"attention/{name}" not in shard.rows


def test_an_owner_who_was_put_back_is_told_until_somebody_touches_the_event() -> None:  # ruling 14
    shard = Shard()
    name = shard.paired()
    shard.see(there(owner="005-other", mark="p-b"), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert order.owner == MIKES
    assert "owner" in (order.status or "")
    shard.write(there(mark="p-c", status=order.status), order)
    assert not shard.orders, "it stands"
    touched = there(replace(SHOWN, location="Room 2"), mark="p-d", status=order.status)
    shard.see(touched, side=PRACTIFI)
    shard.write(here(replace(STANDUP, location="Room 2"), mark="m-b"))
    assert stands(shard, touched) == ""
    assert f"attention/{name}" not in shard.rows


def test_a_link_without_trouble_costs_no_row() -> None:  # E8
    shard = Shard()
    name = shard.paired()
    decision = shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    assert f"attention/{name}" not in decision.rows


def test_a_parked_event_needs_a_person_until_it_goes_on() -> None:  # C4
    shard = Shard()
    name = shard.paired()
    for turn in range(20):
        shard.see(here(replace(STANDUP, subject=f"Daily {turn}"), mark=f"m-{turn}"))
        if not shard.orders:
            break
        shard.write(there(replace(SHOWN, subject=f"Daily {turn}"), mark=f"q-{turn}"))
    assert shard.link(name).state is Life.PARKED
    assert shard.link(name).troubles[0].kind is Trouble.PARKED
    shard.now = NOW.replace(hour=NOW.hour + 2)
    shard.see(here(replace(STANDUP, subject="Weekly"), mark="m-y"))
    assert len(shard.orders) == 1
    assert f"attention/{name}" not in shard.rows
