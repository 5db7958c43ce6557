"""Conflicts are kept with both values, and a person may have the losing one back."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from contracts.asked import Attention, Overridden, Question
from contracts.calendar import PRIVATE, CalendarEvent, Sensitivity, Side
from contracts.control import Turn
from contracts.facts import Blocked, Subject, Updated
from contracts.observed import Item, Vanished
from contracts.policy import Policy, PrivateEvents
from contracts.write import Cause, Erase, Outcomes, Refused, Why, Write
from services.reconciler.conflicts import DAYS, MOST
from services.reconciler.listed import Contested, Contests
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

FULL = replace(TWO_WAY, private_events=PrivateEvents.FULL)
MEETING = replace(STANDUP, attendees=guest("ann@client.example"))


def kept(shard: Shard, about: str = "") -> list[Overridden]:
    return [line for line in shard.ask(Question.CONFLICTS, about) if isinstance(line, Overridden)]


class Case:
    """Mike's event in both calendars, both of which do what they are told."""

    def __init__(self, policy: Policy = TWO_WAY, event: CalendarEvent = STANDUP) -> None:
        self.shard = Shard(policy if event.sensitivity in PRIVATE else TWO_WAY)
        self.held = {MICROSOFT: event, PRACTIFI: replace(event, when=SHOWN.when, attendees=())}
        self.marks = 0
        self.link = self.shard.paired(here(event), there(self.held[PRACTIFI], edited=False))
        self.shard.set_policy(policy)
        self.policy = policy

    def contest(self, mine: dict[str, Any], theirs: dict[str, Any]) -> None:
        """Both are changed while the tenant is paused; what follows when it is resumed is carried out."""
        self.shard.set_policy(self.policy, active=False)
        self.shard.see(self.item(MICROSOFT, **mine))
        self.shard.see(self.item(PRACTIFI, **theirs), side=PRACTIFI)
        self.shard.set_policy(self.policy)
        self.carry_out()
        self.shard.facts.clear()

    def item(self, side: Side, **values: Any) -> Item:
        self.marks += 1
        self.held[side] = replace(self.held[side], **values)
        make = here if side is MICROSOFT else there
        return make(self.held[side], mark=f"{side.value}-{self.marks}")

    def carry_out(self) -> list[Write]:
        """The writer does all that it is told, until nothing more follows; our own word on the Event aside."""
        done = list[Write]()
        while self.shard.orders:
            order = self.shard.orders[0]
            assert isinstance(order, Write)
            item = self.item(order.side, **{name: getattr(order.event, name) for name in order.fields})
            self.shard.write(item)
            done += [order] if order.fields else []
        return done

    def turn(self) -> None:
        self.shard.hear(Turn("ann", kept(self.shard)[0].conflict))


def contested(policy: Policy = TWO_WAY, event: CalendarEvent = STANDUP) -> Case:
    """The subject was changed on both sides."""
    case = Case(policy, event)
    case.contest({"subject": "Mine"}, {"subject": "Theirs"})
    return case


def test_a_conflict_is_kept_with_both_values_who_won_and_when() -> None:  # C3, I3
    case = contested()
    (line,) = kept(case.shard)
    about = Subject(case.link, MIKE, "m1", "p1")
    assert line == Overridden(line.conflict, about, "subject", MICROSOFT, "Mine", "Theirs", NOW)
    assert kept(case.shard, line.conflict[:10]) == [line]
    assert kept(case.shard, "zz") == []


def test_where_practifi_wins_microsofts_value_is_the_one_that_lost() -> None:  # C3, ruling 13
    (line,) = kept(contested(OUTWARD).shard)
    assert (line.winner, line.microsoft, line.practifi) == (PRACTIFI, "Mine", "Theirs")


def test_each_field_is_a_conflict_of_its_own_and_values_are_said_in_words() -> None:  # C3
    case = Case()
    late, later = timed(minutes=90, zone="Europe/Warsaw"), timed(minutes=120)
    case.contest(
        {"when": late, "reminder": 5, "location": "A" * 300}, {"when": later, "location": "", "reminder": None}
    )
    told = {line.field: (line.microsoft, line.practifi) for line in kept(case.shard)}
    assert told["when"] == ("2026-03-09T10:00:00+00:00 to 2026-03-09T11:30:00+00:00",
                            "2026-03-09T10:00:00+00:00 to 2026-03-09T12:00:00+00:00")  # fmt: skip
    assert told["location"] == ("A" * 200 + "…", "")
    assert "reminder" not in told, "only Microsoft had changed it"


def test_fields_that_only_one_side_changed_are_no_conflict() -> None:  # CON-01
    case = Case()
    case.contest({"subject": "Mine"}, {"location": "Theirs"})
    assert kept(case.shard) == []


def test_a_deletion_that_lost_against_an_edit_has_no_value_to_keep() -> None:  # C3
    case = Case()
    case.shard.set_policy(case.policy, active=False)
    case.shard.see(case.item(MICROSOFT, subject="Mine"))
    case.shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    case.shard.set_policy(case.policy)
    case.shard.write(replace(case.item(PRACTIFI, subject="Mine"), id="p2"), case.shard.take())
    assert "Conflict" in case.shard.kinds()
    assert kept(case.shard) == []


@pytest.mark.parametrize("how", ["private", "redacted"])
def test_an_event_that_becomes_private_leaves_no_conflict_behind(how: str) -> None:  # P2
    case = contested(FULL)
    item = here(replace(case.held[MICROSOFT], sensitivity=Sensitivity.PRIVATE), mark="m-new")
    case.shard.see(item if how == "private" else replace(item, redacted=True, event=replace(STANDUP, subject="")))
    assert kept(case.shard) == []
    assert not [key for key in case.shard.rows if key.startswith("conflict/")]
    assert msgspec.msgpack.decode(case.shard.rows["conflicts"], type=Contests) == Contests()


def test_a_copy_that_is_gone_leaves_no_conflict_behind() -> None:  # P2, ruling 20
    """The meeting may become private in the calendars of others, of which nobody tells this one any more."""
    case = contested()
    case.shard.see(Vanished("m1", MIKE))
    assert kept(case.shard) == []
    assert not [key for key in case.shard.rows if key.startswith("conflict/")]


def test_a_private_event_leaves_no_conflict_at_all() -> None:  # P2
    assert kept(contested(FULL, replace(STANDUP, sensitivity=Sensitivity.PRIVATE)).shard) == []


def test_a_conflict_of_another_event_stays_when_one_becomes_private() -> None:  # P2
    case = contested(FULL)
    case.shard.paired(here(name="m2"), there(name="p2", edited=False))
    case.shard.see(here(replace(STANDUP, sensitivity=Sensitivity.PRIVATE), name="m2", mark="m-new"))
    assert [line.field for line in kept(case.shard)] == ["subject"]


def test_a_conflict_is_forgotten_after_thirty_days() -> None:  # C3
    case = contested()
    case.shard.now += DAYS
    assert kept(case.shard) == []
    case.contest({"location": "Mine"}, {"location": "Theirs"})
    (line,) = kept(case.shard)
    assert line.field == "location"
    assert [key for key in case.shard.rows if key.startswith("conflict/")] == [f"conflict/{line.conflict}"]


def test_at_most_a_thousand_are_kept_and_the_oldest_goes() -> None:  # C3
    case = contested()
    (old,) = kept(case.shard)
    full = tuple((f"{number:024}", int(NOW.timestamp())) for number in range(MOST - 1))
    case.shard.rows["conflicts"] = msgspec.msgpack.encode(Contests(((old.conflict, int(NOW.timestamp())), *full)))
    case.contest({"location": "Mine"}, {"location": "Theirs"})
    assert [line.field for line in kept(case.shard)] == ["location"]
    assert len(msgspec.msgpack.decode(case.shard.rows["conflicts"], type=Contests).kept) == MOST


def test_a_turned_conflict_puts_the_losing_value_back_and_it_travels_to_the_other_side() -> None:  # C3
    case = contested()
    case.turn()
    done = case.carry_out()
    assert [(order.side, order.fields, order.event.subject, order.cause) for order in done] == [
        (PRACTIFI, ("subject",), "Theirs", Cause.TURNED), (MICROSOFT, ("subject",), "Theirs", Cause.TURNED),
    ]  # fmt: skip
    assert {event.subject for event in case.held.values()} == {"Theirs"}
    assert [line.turned for line in kept(case.shard)] == [True]
    told = [fact for fact in case.shard.facts if isinstance(fact, Updated)]
    assert [(fact.side, fact.fields, fact.cause) for fact in told] == [
        (PRACTIFI, ("subject",), "turned"), (MICROSOFT, ("subject",), "turned"),
    ]  # fmt: skip


def test_a_value_that_the_side_keeps_in_its_own_way_is_put_back_once() -> None:  # CON-15
    case = contested()
    case.turn()
    case.shard.write(case.item(PRACTIFI, subject="Theirs, cut"), case.shard.take())
    assert [(order.side, order.event.subject) for order in case.carry_out()] == [(MICROSOFT, "Theirs, cut")]


def test_after_a_turn_the_event_is_at_rest_and_the_next_edit_is_a_persons_own() -> None:  # CON-24, ruling 16
    case = contested()
    case.turn()
    case.carry_out()
    for side in Side:
        case.shard.see(case.item(side), side=side)
    assert case.carry_out() == []
    case.shard.see(case.item(PRACTIFI, subject="Again"), side=PRACTIFI)
    assert [order.cause for order in case.carry_out()] == [Cause.EDIT]


def test_turning_microsofts_lost_value_writes_to_microsoft_alone_where_practifi_is_the_source() -> None:  # ruling 13
    case = contested(OUTWARD)
    case.turn()
    assert [(order.side, order.event.subject) for order in case.carry_out()] == [(MICROSOFT, "Mine")]
    assert (case.held[MICROSOFT].subject, case.held[PRACTIFI].subject) == ("Mine", "Theirs")


def test_a_value_that_may_not_travel_is_put_back_where_it_was_and_stays_there() -> None:  # D6
    case = Case(INWARD)
    case.shard.see(case.item(PRACTIFI, subject="Theirs"), side=PRACTIFI)
    case.shard.see(case.item(MICROSOFT, subject="Mine"))
    case.carry_out()
    case.turn()
    assert [(order.side, order.event.subject) for order in case.carry_out()] == [(PRACTIFI, "Theirs")]
    assert case.held[MICROSOFT].subject == "Mine"


def test_a_turn_that_would_mail_guests_waits_for_consent() -> None:  # A5, ruling 16
    case = contested(event=MEETING)
    case.turn()
    assert [order.side for order in case.carry_out()] == [PRACTIFI]
    (line,) = case.shard.ask(Question.ATTENTION)
    assert isinstance(line, Attention)
    assert (line.kind, line.side) == ("held", MICROSOFT)
    case.shard.set_policy(case.policy, consents=1)
    assert [(order.side, order.event.subject, order.cause) for order in case.carry_out()] == [
        (MICROSOFT, "Theirs", Cause.TURNED)
    ]


def test_a_turn_of_which_we_hear_only_that_it_stands_there_waits_for_consent_too() -> None:  # A5, rulings 9, 16
    case = contested(event=MEETING)
    case.turn()
    order = case.shard.take()
    stands = case.item(PRACTIFI, subject="Theirs")
    case.shard.hear(Outcomes((Refused(order.order, order.link, PRACTIFI, Why.MOVED_ON, item=stands),)))
    assert case.carry_out() == []
    assert [line.turned for line in kept(case.shard)] == [True]
    case.shard.set_policy(case.policy, consents=1)
    assert [(order.side, order.event.subject, order.cause) for order in case.carry_out()] == [
        (MICROSOFT, "Theirs", Cause.TURNED)
    ]


def test_a_turn_to_microsoft_that_would_mail_guests_waits_for_consent_and_is_not_forgotten() -> None:  # A5, ruling 16
    case = contested(OUTWARD, MEETING)
    case.turn()
    assert case.carry_out() == []
    assert [line.turned for line in kept(case.shard)] == [False]
    case.shard.set_policy(case.policy, consents=1)
    assert [order.event.subject for order in case.carry_out()] == ["Mine"]
    assert [line.turned for line in kept(case.shard)] == [True]


def test_a_value_that_was_put_back_goes_with_its_event_that_was_deleted_meanwhile() -> None:  # C3, X1
    case = contested()
    case.turn()
    case.shard.see(Vanished("m1", MIKE))
    case.shard.write(case.item(PRACTIFI, subject="Theirs"))
    erase = case.shard.take()
    assert isinstance(erase, Erase)
    assert erase.side is PRACTIFI


def test_a_turn_against_the_direction_is_not_written_and_says_why() -> None:  # C3, D1
    case = contested()
    case.shard.set_policy(OUTWARD)
    case.turn()
    assert case.carry_out() == []
    (fact,) = (fact for fact in case.shard.facts if isinstance(fact, Blocked))
    assert "does not write to Practifi" in fact.reason
    assert case.shard.link(case.link).turn == ()


def test_a_turn_while_paused_is_done_on_resume() -> None:  # C3, D2
    case = contested()
    case.shard.set_policy(case.policy, active=False)
    case.turn()
    assert case.shard.orders == []
    case.shard.set_policy(case.policy)
    assert [order.side for order in case.carry_out()] == [PRACTIFI, MICROSOFT]


@pytest.mark.parametrize("why", [Why.STOPPED, Why.MOVED_ON])
def test_a_turn_that_could_not_be_written_is_tried_again(why: Why) -> None:  # C3, ruling 7
    case = contested()
    case.turn()
    order = case.shard.take()
    moved = case.item(PRACTIFI, location="Elsewhere") if why is Why.MOVED_ON else None
    case.shard.hear(Outcomes((Refused(order.order, order.link, order.side, why, item=moved),)))
    case.shard.set_policy(case.policy)
    case.carry_out()
    assert {(event.subject, event.location) for event in case.held.values()} == {
        ("Theirs", "Elsewhere" if moved else "Room 1")
    }


def test_a_turn_that_a_side_refuses_is_shown_and_given_up() -> None:  # C3, O5
    case = contested()
    case.turn()
    case.shard.refuse(Why.FORBIDDEN, code="NO_ACCESS")
    assert (case.shard.kinds(), case.carry_out()) == (["Failed"], [])
    assert case.shard.link(case.link).turn == ()


def test_a_value_that_stands_there_already_is_not_written_again() -> None:  # CON-03
    case = contested()
    case.shard.see(case.item(PRACTIFI, subject="Theirs"), side=PRACTIFI)
    case.carry_out()
    case.turn()
    assert case.carry_out() == []


def test_a_conflict_that_is_not_kept_and_an_event_that_is_gone_are_left_alone() -> None:  # C3
    case = contested()
    case.shard.hear(Turn("ann", "no-such-conflict"))
    case.shard.set_policy(case.policy, active=False)
    case.turn()
    case.shard.see(Vanished("m1", MIKE))
    assert case.shard.link(case.link).turn == ()
    case.shard.set_policy(case.policy)
    assert [order for order in case.shard.orders if isinstance(order, Write)] == []


def test_a_conflict_keeps_no_more_of_an_event_than_the_field() -> None:  # P3
    case = contested()
    (key,) = (key for key in case.shard.rows if key.startswith("conflict/"))
    row = msgspec.msgpack.decode(case.shard.rows[key], type=Contested)
    assert row.microsoft == CalendarEvent(case.held[MICROSOFT].when, subject="Mine")
    assert row.practifi == CalendarEvent(SHOWN.when, subject="Theirs")
    assert row.at == NOW != NOW + timedelta(1)
