"""Attendees and the people of Practifi: who is related, and when that changes (M1 to M4, A1, A4, I2)."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import Attendee, CalendarEvent, Response, Role, Sensitivity
from contracts.observed import Observed
from contracts.person import People, Person, Source
from contracts.write import Outcomes, Refused, Why, Write
from services.kernel.micros import micros
from services.reconciler.book import Who
from services.reconciler.match import best, candidate, matched
from tests.decisions.reconciler.forgetful import OURS, WHO, done, forgetful, tells
from tests.decisions.reconciler.shard import (
    ANN,
    BOB,
    BOOK,
    EVE,
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    NOW,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip

AT = "pat@firm.example"


def person(name: str, source: Source = Source.EMAIL, *, since: str = "2020", **more: bool) -> Person:
    return Person(name, ((AT, source),), since=since, **more)


class Case(NamedTuple):
    name: str
    people: tuple[Person, ...]
    chosen: str
    domains: tuple[str, ...] = ()


CASES = [
    Case("nobody has the address (ATT-08)", (), ""),
    Case("a user, inside the firm (ATT-06)", (person("contact"), person("user", user=True)), "user", ("firm.example",)),
    Case("outside the firm the client comes first", (person("user", user=True), person("contact")), "contact"),
    Case("e-mail before alternate", (person("alternate", Source.ALTERNATE), person("email")), "email"),
    Case("alternate before custom",
         (person("custom", Source.CUSTOM), person("alternate", Source.ALTERNATE)), "alternate"),
    Case("custom before contact point (ATT-04)",
         (person("point", Source.CONTACT_POINT), person("custom", Source.CUSTOM)), "custom"),
    Case("an individual before a contact", (person("contact"), person("individual", individual=True)), "individual"),
    Case("the oldest of equals (ATT-07)", (person("b", since="2021"), person("a", since="2022")), "b"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_address_means_one_person(case: Case) -> None:  # M3
    who = Who(tuple(candidate(one, AT) for one in case.people)) if case.people else None
    for row in (who, who and Who(who.candidates[::-1])):
        one = best(AT, row, case.domains)
        assert (one.id if one else "") == case.chosen


def test_at_most_fifty_are_shown_and_clients_first() -> None:  # A1, ATT-12
    rows = {f"u{n}@x.example": Who((candidate(Person(f"u{n}", ((f"u{n}@x.example", Source.EMAIL),), user=True),
                                              f"u{n}@x.example"),)) for n in range(10)}  # fmt: skip
    rows |= {f"c{n}@x.example": Who((candidate(Person(f"c{n}", ((f"c{n}@x.example", Source.EMAIL),)),
                                               f"c{n}@x.example"),)) for n in range(45)}  # fmt: skip
    found = matched(replace(STANDUP, attendees=guest(*rows)), "owner", (), rows.get, lambda _: False)
    assert (len(found.people), len(found.users)) == (45, 5)


def test_rooms_are_nobody_and_an_organizer_from_outside_is_somebody() -> None:  # ATT-24, INB-06
    shard = Shard()
    room = Attendee("bob@client.example", role=Role.RESOURCE)
    shard.see(here(replace(STANDUP, attendees=(room,), organizer="ann@client.example")))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.people == (ANN,)


def meeting(*addresses: str) -> Shard:
    """A shard that has a synced meeting with guests."""
    shard = Shard()
    known = {"ann@client.example": ANN, "bob@client.example": BOB}
    people = tuple(known[one] for one in addresses if one in known)
    shard.paired(here(replace(STANDUP, attendees=guest(*addresses))), there(edited=False, people=people))
    return shard


def people_written(shard: Shard) -> tuple[str, ...] | None:
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (PRACTIFI, ())
    return order.people


def test_whom_an_event_that_is_private_in_practifi_hides_stays_on_it() -> None:  # A4, P1, D6
    shard, one, both = Shard(INWARD), ("ann@client.example",), ("ann@client.example", "bob@client.example")
    shown = there(people=(ANN,), edited=False)
    shard.paired(here(replace(STANDUP, attendees=guest(*one))), shown)
    blank = CalendarEvent(SHOWN.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(there(blank, mark="p-b", redacted=True), side=PRACTIFI)
    shard.see(here(replace(STANDUP, attendees=guest(*both)), mark="m-b"))
    assert not shard.orders, "a list would take off whom it does not name"
    shard.see(replace(shown, mark="p-c"), side=PRACTIFI)
    assert people_written(shard) == (ANN, BOB)


def test_a_new_guest_in_outlook_is_attached_and_a_removed_one_detached() -> None:  # INB-26
    shard = meeting("ann@client.example")
    shard.see(here(replace(STANDUP, attendees=guest("bob@client.example")), mark="m-b"))
    assert people_written(shard) == (BOB,)


def test_whom_a_person_added_in_practifi_by_hand_stays() -> None:  # A4, ATT-23
    shard = meeting("ann@client.example")
    shard.see(there(people=(ANN, "003-hand"), mark="p-b"), side=PRACTIFI)
    word = shard.take()
    assert (word.side, isinstance(word, Write) and word.people) == (PRACTIFI, None), "the list never goes to Microsoft"
    shard.write(there(people=(ANN, "003-hand"), mark="p-c"), word)
    shard.see(here(replace(STANDUP, attendees=guest("ann@client.example", "bob@client.example")), mark="m-b"))
    assert people_written(shard) == (ANN, "003-hand", BOB)


def test_whom_a_person_removed_in_practifi_by_hand_is_not_put_back() -> None:
    shard = meeting("ann@client.example", "bob@client.example")
    shard.see(there(people=(BOB,), mark="p-b"), side=PRACTIFI)
    assert not shard.orders


def test_a_person_who_is_added_later_is_attached_without_touching_the_event() -> None:  # M4
    shard = meeting("new@client.example")
    shard.hear(People(5, (Person("003-new", (("new@client.example", Source.EMAIL),)),)))
    assert people_written(shard) == ("003-new",)


def test_a_person_whose_address_moves_takes_the_event_along() -> None:  # M4, ATT-26
    shard = meeting("ann@client.example")
    shard.hear(People(5, (Person(ANN, (("other@client.example", Source.EMAIL),), individual=True),)))
    assert people_written(shard) == ()


NEW = Person("003-new", (("new@client.example", Source.EMAIL),))
AT_ONCE = micros(NOW)
"""Numbers of messages tell when they were said."""


def test_who_is_new_is_invited_whatever_comes_first() -> None:  # A3, A4, O6
    shard = Shard()
    first, second = People(AT_ONCE, (Person(BOB, gone=True),)), People(AT_ONCE + 1, (NEW,), after=AT_ONCE)
    made = Observed(PRACTIFI, AT_ONCE + 2, (there(people=(NEW.id,)),), after=second.sequence)
    for body in (made, second):
        shard.hear(body)
    assert (shard.orders, shard.early) == ([], [made, second])
    for body in (first, made, second, made):
        shard.hear(body)
    order = shard.take()
    assert isinstance(order, Write)
    assert order.event.attendees == guest("new@client.example")


def test_whoever_was_taken_off_by_hand_stays_so_although_a_lost_memory_hears_last_who_it_is() -> None:  # A4, ruling 6
    shard = forgetful()
    event = there(mark="p-b", stamp=OURS, edited=False)
    shard.hear(Observed(PRACTIFI, AT_ONCE + 1, (event,), again=shard.asked[WHO[PRACTIFI]].wish, after=AT_ONCE))
    done(shard, PRACTIFI, told=1, again=shard.asked[WHO[PRACTIFI]].wish)
    tells(shard, MICROSOFT, here(replace(STANDUP, attendees=guest("ann@client.example"))))
    shard.hear(People(AT_ONCE, BOOK.people))
    while shard.early:
        shard.hear(shard.early.pop(0))
    assert [one.mailbox for one in shard.links()] == [MIKE]
    assert not shard.orders


def test_what_was_said_of_people_and_never_comes_holds_up_nothing_for_long() -> None:  # O5
    shard = Shard()
    made = Observed(PRACTIFI, AT_ONCE + 2, (there(),), after=AT_ONCE)
    shard.hear(made)
    shard.now += timedelta(minutes=6)
    shard.hear(made)
    assert shard.orders
    another = there(name="p2", mailbox=JOHN, owner=JOHNS)
    shard.hear(Observed(PRACTIFI, micros(shard.now), (another,), after=AT_ONCE))
    assert [one.mailbox for one in shard.orders] == [MIKE, JOHN], "nor anything else after that"


AS_EVER = Person(ANN, (("ann@client.example", Source.EMAIL), ("ann@home.example", Source.ALTERNATE)), individual=True)
GONE, MOVED = Person(ANN, gone=True), Person(ANN, (("other@client.example", Source.EMAIL),), individual=True)


@pytest.mark.parametrize(("last", "older", "leaves"), [
    pytest.param(AS_EVER, MOVED, False, id="they had another address for a while"),
    pytest.param(AS_EVER, GONE, False, id="they were in the bin for a while"),
    pytest.param(GONE, AS_EVER, True, id="they are deleted"),
])  # fmt: skip
def test_an_older_word_about_a_person_changes_nothing(last: Person, older: Person, *, leaves: bool) -> None:  # O6
    shard = meeting("ann@client.example")
    shard.hear(People(9, (last,)))
    if leaves:
        shard.write(there(people=(), mark="p-b", edited=False))
    shard.hear(People(5, (older,)))
    assert not shard.orders


def test_a_person_who_is_gone_is_detached() -> None:
    shard = meeting("ann@client.example")
    shard.hear(People(5, (Person(ANN, gone=True),)))
    assert people_written(shard) == ()


@pytest.mark.parametrize("before", [True, False], ids=["it was heard before", "it is heard later"])
def test_what_is_refused_because_of_a_deleted_client_goes_without_them(*, before: bool) -> None:  # M4, O5
    shard, guests = meeting("ann@client.example"), guest("ann@client.example", "bob@client.example")
    shard.see(here(replace(STANDUP, subject="Daily", attendees=guests), mark="m-b"))
    order = shard.orders.pop()
    assert isinstance(order, Write)
    assert (order.people, order.fields) == ((ANN, BOB), ("subject",))
    deleted, refusal = People(5, (Person(BOB, gone=True),)), Refused(order.order, order.link, PRACTIFI, Why.INVALID)
    if before:
        shard.hear(deleted)
    shard.hear(Outcomes((refusal,)))
    if not before:
        shard.write(there(people=(ANN,), mark="p-b"))  # our word that it was refused
        shard.hear(deleted)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.people, order.fields) == (None, ("subject",))


def test_a_guest_of_a_practifi_meeting_is_not_written_twice() -> None:
    shard = Shard()
    shard.see(there(people=(ANN, EVE, JOHNS)), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    answer = replace(STANDUP, attendees=order.event.attendees, organizer="mike@firm.example")
    shard.write(here(answer, stamp=order.link), order)
    assert not shard.orders


@pytest.mark.parametrize(("invited", "people"), [
    pytest.param(("ann@client.example", "bob@client.example"), (ANN, BOB), id="one more"),
    pytest.param((), (), id="one fewer"),
])  # fmt: skip
@pytest.mark.parametrize("reader", [True, False], ids=["a reader tells it", "the writer tells it"])
def test_who_is_invited_in_outlook_before_its_making_is_heard_is_related(
    invited: tuple[str, ...], people: tuple[str, ...], *, reader: bool
) -> None:  # M1, INB-26, ruling 9
    shard = Shard()
    shard.see(there(people=(ANN,)), side=PRACTIFI)
    (order,) = shard.orders
    item = here(replace(STANDUP, attendees=guest(*invited), organizer="mike@firm.example"), stamp=f"{order.link}-g0")
    if reader:
        shard.refuse(Why.INVALID)
        shard.write(there(people=(ANN,), mark="p-b"), shard.take())
        shard.see(item)
    else:
        shard.write(item, shard.take())
    assert people_written(shard) == people


@pytest.mark.parametrize("reader", [True, False], ids=["a reader tells it", "the writer tells it"])
@pytest.mark.parametrize(("before", "after"), [
    pytest.param(("ann@client.example",), ("ann@client.example", "bob@client.example"), id="put on"),
    pytest.param(("ann@client.example", "bob@client.example"), ("ann@client.example",), id="taken off"),
])  # fmt: skip
def test_what_an_unheard_write_did_is_no_wish_of_somebody_in_practifi(
    before: tuple[str, ...], after: tuple[str, ...], *, reader: bool
) -> None:  # A4, INB-26, ruling 9
    shard = meeting(*before)
    shard.see(here(replace(STANDUP, attendees=guest(*after)), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.people is not None
    shard.see(here(replace(STANDUP, attendees=guest(*before)), mark="m-c"))
    done = there(people=order.people, mark="p-b", edited=False)
    if reader:
        shard.see(done, side=PRACTIFI)
    shard.orders.append(order)
    shard.refuse(Why.MOVED_ON, done)
    assert people_written(shard) == tuple({"ann@client.example": ANN, "bob@client.example": BOB}[one] for one in before)


def test_an_answer_that_an_unheard_write_has_shown_is_taken_back_with_outlooks() -> None:  # A6, ruling 9
    shard = meeting("ann@client.example")
    (asked,), accepted = guest("ann@client.example"), Response.ACCEPTED
    shard.see(here(replace(STANDUP, attendees=(replace(asked, response=accepted),)), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.answers == ((ANN, accepted),)
    shard.see(here(replace(STANDUP, attendees=(asked,)), mark="m-c"))
    shard.see(there(people=(ANN,), answers=((ANN, accepted),), mark="p-b", edited=False), side=PRACTIFI)
    shard.hear(Outcomes((Refused(order.order, order.link, PRACTIFI, Why.INVALID, "set_aside"),)))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.answers == ((ANN, Response.NONE),)


@pytest.mark.parametrize("given_up", [True, False], ids=["it was given up", "it is tried again"])
def test_whom_an_unheard_write_put_on_what_is_private_by_now_leaves_it(*, given_up: bool) -> None:  # P2, ruling 9
    shard = meeting("ann@client.example")
    shard.see(here(replace(STANDUP, attendees=guest("ann@client.example", "bob@client.example")), mark="m-b"))
    order = shard.take()
    if given_up:
        shard.hear(Outcomes((Refused(order.order, order.link, PRACTIFI, Why.INVALID, "set_aside"),)))
        shard.refuse(Why.INVALID)  # our word that it was refused
    blank = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    shard.see(here(blank, mark="m-c", redacted=True))
    if not given_up:
        shard.orders.append(order)
    shard.refuse(Why.MOVED_ON, there(people=(ANN, BOB), mark="p-b", edited=False))
    purge = shard.take()
    assert isinstance(purge, Write)
    assert (purge.people, "subject" in purge.fields) == ((), True)


def test_whom_an_unheard_creation_put_there_leaves_with_the_list() -> None:  # INB-26, ruling 9
    shard, both = Shard(), guest("ann@client.example", "bob@client.example")
    shard.set_policy(TWO_WAY, active=False)
    shard.see(here(replace(STANDUP, attendees=both[:1])))
    shard.see(here(replace(STANDUP, attendees=both), mark="m-b"))
    shard.set_policy(TWO_WAY)
    name = shard.orders[0].link
    shard.see(here(replace(STANDUP, attendees=both[:1]), mark="m-c"))
    shard.see(there(people=(ANN, BOB), stamp=name, edited=False), side=PRACTIFI)
    shard.refuse(Why.INVALID, code="set_aside")
    assert people_written(shard) == (ANN,)


def test_whom_microsoft_names_by_another_address_stays_related() -> None:  # M3
    shard = Shard()
    shard.see(there(people=(ANN,)), side=PRACTIFI)
    order = shard.take()
    named = replace(STANDUP, attendees=guest("ann.long@client.example"), organizer="mike@firm.example")
    shard.write(here(named, stamp=f"{order.link}-g0"), order)
    assert people_written(shard) is None, "that nobody has this address is all that is said"


def test_an_invited_user_is_a_relation_and_no_new_change() -> None:  # I2
    shard = Shard()
    shard.see(here(replace(STANDUP, attendees=guest("eve@firm.example"))))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.invitees == (EVE,)
    shard.write(there(SHOWN, edited=False, people=(EVE,)), order)
    assert not shard.orders


def test_a_user_whom_an_invited_address_means_from_now_on_is_looked_at_whole() -> None:  # M4, I2, O5
    shard = Shard()
    shard.paired(here(replace(STANDUP, attendees=guest("new@firm.example"))))
    shard.hear(People(2, (Person("005-new", (("new@firm.example", Source.EMAIL),), user=True),)))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.invitees == ("005-new",)


def test_the_answer_of_a_guest_of_outlooks_meeting_who_is_no_user_is_taken_in() -> None:  # A6, O5
    shard = meeting("ann@client.example")
    answered = there(people=(ANN,), answers=((ANN, Response.ACCEPTED),), mark="p-b", edited=False)
    shard.see(answered, side=PRACTIFI)
    assert shard.orders == []


def test_an_answer_that_is_taken_back_while_an_order_is_out_is_taken_in() -> None:  # A6, O5
    shard, guests = Shard(), (Attendee("ann@client.example"),)
    shard.see(there(people=(ANN,)), side=PRACTIFI)
    made = shard.take()
    meets = here(replace(STANDUP, attendees=guests), stamp=f"{made.link}-g0", uid="u-1")
    shard.write(meets, made)
    shard.see(there(people=(ANN,), answers=((ANN, Response.ACCEPTED),), mark="p-b"), side=PRACTIFI)
    shard.see(replace(meets, mark="m-b", event=replace(meets.event, subject="Daily")))
    order = shard.take()
    shard.see(there(people=(ANN,), mark="p-c"), side=PRACTIFI)
    shard.write(there(replace(SHOWN, subject="Daily"), people=(ANN,), mark="p-d"), order)
    assert shard.orders == []
    assert shard.link(made.link).pending is None
