"""What a shard answers to a person's questions."""

from datetime import date, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from contracts.asked import Answer, Ask, Attention, Choice, Exposed, Question, Unmatched
from contracts.calendar import Attendee, Role, Sensitivity
from contracts.facts import Subject
from contracts.observed import Pair, Paired, Vanished
from contracts.person import People, Person, Source
from contracts.policy import PrivateEvents
from contracts.write import Why
from services.reconciler.asked import MOST
from services.reconciler.listed import Invite
from tests.decisions.reconciler.shard import (
    ANN,
    EVE,
    INWARD,
    JOHN,
    MIKE,
    MIKES,
    NOW,
    PAIRS,
    PRACTIFI,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip

FULL = replace(TWO_WAY, private_events=PrivateEvents.FULL)
STRANGER = "new@client.example"


def invited(shard: Shard, name: str, *addresses: str, mark: str = "m-a") -> None:
    shard.see(here(replace(STANDUP, attendees=guest(*addresses)), name=name, mark=mark))
    shard.orders.clear()


def test_addresses_that_nobody_has_are_listed_and_the_most_invited_comes_first() -> None:  # M5
    shard = Shard()
    invited(shard, "m1", "rare@client.example", STRANGER, "ann@client.example")
    invited(shard, "m2", STRANGER, "john@firm.example")
    today = NOW.date().isoformat()
    assert shard.ask(Question.UNMATCHED) == (
        Unmatched(STRANGER, 2, today), Unmatched("rare@client.example", 1, today)
    )  # fmt: skip


def test_rooms_and_synced_mailboxes_are_nobody_to_be_matched() -> None:  # M5, ATT-24
    shard = Shard()
    shard.hear(People(2, (Person(MIKES, gone=True),)))
    room = Attendee("room@firm.example", role=Role.RESOURCE)
    organized = replace(STANDUP, attendees=(room, *guest(STRANGER)), organizer="mike@firm.example")
    shard.see(here(organized))
    assert [line.address for line in shard.ask(Question.UNMATCHED) if isinstance(line, Unmatched)] == [STRANGER]


def test_an_address_is_listed_until_a_person_has_it_or_nobody_is_invited_by_it() -> None:  # M4, M5
    shard = Shard()
    invited(shard, "m1", STRANGER, "other@client.example")
    shard.hear(People(2, (Person("003-new", ((STRANGER, Source.EMAIL),)),)))
    assert [line.address for line in shard.ask(Question.UNMATCHED) if isinstance(line, Unmatched)] == [
        "other@client.example"
    ]
    invited(shard, "m1", mark="m-b")
    assert shard.ask(Question.UNMATCHED) == ()


def test_when_an_address_was_last_seen_moves_with_each_change_of_an_event_that_invites_it() -> None:  # M5
    shard = Shard()
    invited(shard, "m1", STRANGER)
    shard.now += timedelta(days=9)
    invited(shard, "m1", STRANGER, mark="m-b")
    assert shard.ask(Question.UNMATCHED) == (Unmatched(STRANGER, 1, "2026-03-11"),)


def test_at_most_a_thousand_lines_are_told_and_how_many_are_left_out() -> None:
    shard = Shard()
    shard.rows |= {
        f"invites/a{number}@c.example/l": msgspec.msgpack.encode(Invite(date(2026, 3, 2))) for number in range(MOST + 7)
    }
    shard.hear(Ask("5f2a9c01d3e4", Question.UNMATCHED, shard=2, shards=5))
    (answer,) = shard.answers
    assert (len(answer.lines), answer.left_out, answer.shard, answer.shards) == (MOST, 7, 2, 5)


CANDIDATES = {
    "eve": Person("005-a", (("x@firm.example", Source.CUSTOM),), user=True, since="2021"),
    "custom": Person("003-c", (("x@firm.example", Source.CUSTOM),), individual=True, since="2001"),
    "contact": Person("003-b", (("x@firm.example", Source.EMAIL),), since="2001"),
    "individual": Person("003-d", (("x@firm.example", Source.EMAIL),), individual=True, since="2020"),
    "younger": Person("003-e", (("x@firm.example", Source.EMAIL),), individual=True, since="2024"),
}


def choices(shard: Shard, address: str) -> list[Choice]:
    return [line for line in shard.ask(Question.WHO, address) if isinstance(line, Choice)]


def test_who_an_address_means_is_told_with_why_the_others_lost() -> None:  # M3
    shard = Shard()
    shard.hear(People(2, tuple(CANDIDATES.values())))
    found = choices(shard, "X@firm.example")
    assert [(one.person, one.kind, one.source, one.chosen) for one in found] == [
        ("005-a", "user", "custom", True), ("003-d", "individual", "email", False),
        ("003-e", "individual", "email", False), ("003-b", "contact", "email", False),
        ("003-c", "individual", "custom", False),
    ]  # fmt: skip
    assert "firm's own" in found[1].why


@pytest.mark.parametrize(
    ("better", "worse", "why"),
    [
        pytest.param("individual", "custom", "counts less than email", id="source"),
        pytest.param("individual", "contact", "the other is an individual", id="individual"),
        pytest.param("individual", "younger", "is younger", id="age"),
    ],
)
def test_why_a_candidate_lost(better: str, worse: str, why: str) -> None:  # M3
    shard = Shard()
    moved = [(("x@client.example", CANDIDATES[name].addresses[0][1]),) for name in (better, worse)]
    people = [replace(CANDIDATES[name], addresses=at) for name, at in zip((better, worse), moved, strict=True)]
    shard.hear(People(2, tuple(people)))
    first, second = choices(shard, "x@client.example")
    assert (first.person, second.person) == (CANDIDATES[better].id, CANDIDATES[worse].id)
    assert why in second.why


def test_a_user_whose_mailbox_is_synced_is_told_to_have_an_own_version() -> None:  # M3, I2
    shard = Shard()
    (john,) = choices(shard, "john@firm.example")
    (eve,) = choices(shard, "eve@firm.example")
    assert "own version" in john.why
    assert (eve.person, "own version" in eve.why) == (EVE, False)
    assert choices(shard, "nobody@client.example") == []


def test_what_waits_for_a_person_is_told_with_its_ids_and_since_when() -> None:  # E8
    shard = Shard()
    link = shard.paired()
    assert shard.ask(Question.ATTENTION) == ()
    shard.see(here(replace(STANDUP, subject="Long"), mark="m-b"))
    shard.refuse(Why.FORBIDDEN, code="NO_ACCESS")
    assert shard.ask(Question.ATTENTION) == (
        Attention(Subject(link, MIKE, "m1", "p1"), "refused", PRACTIFI, "because", NOW),
    )


PRIVATE = replace(STANDUP, sensitivity=Sensitivity.PRIVATE)


def test_private_events_whose_text_stands_in_practifi_are_counted_by_mailbox() -> None:  # P2
    shard = Shard(FULL)
    for name, sensitivity in (("m1", Sensitivity.PRIVATE), ("m2", Sensitivity.CONFIDENTIAL), ("m3", Sensitivity.NORMAL),
                              ("m4", Sensitivity.PERSONAL)):  # fmt: skip
        event = replace(STANDUP, sensitivity=sensitivity)
        shard.paired(here(event, name=name), there(event, name=f"p-{name}", edited=False))
    assert shard.ask(Question.PRIVATE) == (Exposed("mike@firm.example", 2),)


@pytest.mark.parametrize("how", ["normal again", "gone", "redacted"])
def test_a_private_event_counts_while_its_text_stands_there(how: str) -> None:  # P2
    shard = Shard(replace(INWARD, private_events=PrivateEvents.FULL))
    shard.paired(here(PRIVATE), there(PRIVATE, edited=False))
    assert shard.ask(Question.PRIVATE) == (Exposed("mike@firm.example", 1),)
    changed = {"normal again": here(mark="m-b"), "gone": Vanished("m1", MIKE),
               "redacted": here(mark="m-b", redacted=True)}  # fmt: skip
    shard.see(changed[how])
    assert shard.ask(Question.PRIVATE) == ()


def test_a_question_changes_nothing() -> None:
    shard = Shard(FULL)
    invited(shard, "m1", STRANGER, "ann@client.example")
    before = dict(shard.rows)
    for question in Question:
        shard.ask(question)
    assert (shard.rows, shard.orders, shard.facts) == (before, [], [])


def test_a_mailbox_without_addresses_is_told_by_its_id() -> None:  # P2
    shard = Shard(FULL)
    shard.hear(Paired(2, (replace(PAIRS.pairs[0], addresses=()), Pair(JOHN, 0, "005-john"))))
    shard.paired(here(PRIVATE), there(PRIVATE, edited=False))
    assert shard.ask(Question.PRIVATE) == (Exposed(MIKE, 1),)


def test_an_answer_goes_to_who_asked() -> None:
    shard = Shard()
    shard.hear(Ask("0123456789ab", Question.WHO, "ann@client.example"))
    (answer,) = shard.answers
    assert isinstance(answer, Answer)
    assert (answer.ask, [line.person for line in answer.lines if isinstance(line, Choice)]) == ("0123456789ab", [ANN])
