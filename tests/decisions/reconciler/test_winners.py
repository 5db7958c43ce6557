"""Who wins a field that both sides have changed: Microsoft, or whom the policy names for it (C2)."""

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent
from contracts.control import Turn
from contracts.facts import Conflict, Updated
from contracts.policy import Mapped
from contracts.write import Write
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, STANDUP, TEN, TWO_WAY, guest, timed
from tests.decisions.reconciler.test_conflicts import Case as Both
from tests.decisions.reconciler.test_conflicts import kept
from tests.decisions.reconciler.test_merge import DAILY, ELEVEN, IN, OUT, REVIEW, ROOM_2, Case, check

OURS = {"subject": PRACTIFI, "location": PRACTIFI}
INVITED = {"mine": False}
CASES = [
    Case("both renamed it, and Practifi wins the subject (C2)", DAILY, REVIEW, microsoft=("subject",),
         conflicts=("subject",), winners=OURS),
    Case("each side wins one of two fields that both changed (C2)", DAILY | {"when": ELEVEN},
         REVIEW | {"when": timed(minutes=90)}, microsoft=("subject",), practifi=("when",),
         conflicts=("when", "subject"), winners=OURS),
    Case("what Practifi would win, and only Microsoft changed (C2)", DAILY, {}, practifi=("subject",), winners=OURS),
    Case("one way inward, Practifi wins nothing: its edits stay only until Microsoft's next change (D6, C2)", DAILY,
         REVIEW, practifi=("subject",), conflicts=("subject",), direction=IN, winners=OURS),
    Case("outward, Microsoft wins nothing, whatever is named (ruling 13, C2)", DAILY, REVIEW, microsoft=("subject",),
         conflicts=("subject",), direction=OUT, winners={"subject": MICROSOFT}),
    Case("Practifi cannot win what an invited mailbox cannot change (C2, I4)", DAILY, REVIEW, practifi=("subject",),
         conflicts=("subject",), held=INVITED, winners=OURS),
    Case("Practifi cannot win what would mail guests and may not (C2, A5)", DAILY, REVIEW, practifi=("subject",),
         conflicts=("subject",), mailing=False, winners=OURS),
    Case("Practifi wins the room, and both already agree on it: no conflict (C2, CON-03)", ROOM_2, ROOM_2,
         adopt=("location",), winners=OURS),
    Case("a field that goes to Practifi only is won by Microsoft, whatever is named (F2, C2)", DAILY, REVIEW,
         practifi=("subject",), conflicts=("subject",), winners=OURS,
         mapping={"subject": Mapped(to_microsoft=False)}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_plan(case: Case) -> None:
    check(case)


def both(event: CalendarEvent = STANDUP) -> Both:
    """A pair of which Practifi wins the subject."""
    return Both(replace(TWO_WAY, winners={"subject": PRACTIFI}), event)


def test_two_winners_of_one_pair_are_told_as_two_conflicts() -> None:  # C2, S2
    case = both()
    case.shard.set_policy(case.policy, active=False)
    case.shard.see(case.item(MICROSOFT, subject="Mine", location="Room 2"))
    case.shard.see(case.item(PRACTIFI, subject="Theirs", location="Room 3"), side=PRACTIFI)
    case.shard.set_policy(case.policy)
    first, second = case.carry_out()
    assert (first.side, first.fields, first.event.location) == (PRACTIFI, ("location",), "Room 2")
    assert (second.side, second.fields, second.event.subject) == (MICROSOFT, ("subject",), "Theirs")
    told = [(fact.winner, fact.fields) for fact in case.shard.facts if isinstance(fact, Conflict)]
    assert told == [(MICROSOFT, ("location",)), (PRACTIFI, ("subject",))]
    lines = {line.field: (line.winner, line.microsoft, line.practifi) for line in kept(case.shard)}
    assert lines == {"location": (MICROSOFT, "Room 2", "Room 3"), "subject": (PRACTIFI, "Mine", "Theirs")}
    assert case.held[MICROSOFT].subject == case.held[PRACTIFI].subject == "Theirs"


def test_what_practifi_won_can_be_turned_round() -> None:  # C2, C3
    case = both()
    case.contest({"subject": "Mine"}, {"subject": "Theirs"})
    case.shard.hear(Turn("ann", kept(case.shard)[0].conflict))
    case.carry_out()
    assert case.held[MICROSOFT].subject == case.held[PRACTIFI].subject == "Mine"
    assert [(fact.side, fact.fields) for fact in case.shard.facts if isinstance(fact, Updated)] == [
        (MICROSOFT, ("subject",)), (PRACTIFI, ("subject",))
    ]  # fmt: skip
    assert "Conflict" not in case.shard.kinds(), "nobody is overridden by it"


def test_what_practifi_wins_is_still_a_persons_edit_that_may_mail_the_guests() -> None:  # C2, ruling 16
    case = both(replace(STANDUP, attendees=guest("ann@client.example")))
    case.shard.set_policy(case.policy, active=False)
    case.shard.see(case.item(MICROSOFT, subject="Mine"))
    case.shard.see(case.item(PRACTIFI, subject="Theirs"), side=PRACTIFI)
    case.shard.set_policy(case.policy)
    order = case.shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.base) == (MICROSOFT, ("subject",), case.held[MICROSOFT])


def test_a_winner_that_is_changed_in_the_policy_rewrites_nothing() -> None:  # C2, ruling 12
    case = Both()
    case.contest({"subject": "Mine", "when": ELEVEN}, {"subject": "Theirs", "when": timed(TEN, 90)})
    case.shard.set_policy(replace(TWO_WAY, winners={"subject": PRACTIFI, "when": PRACTIFI}))
    case.shard.see(case.item(MICROSOFT))
    case.shard.see(case.item(PRACTIFI), side=PRACTIFI)
    assert case.shard.orders == []
    assert case.held[PRACTIFI].subject == "Mine"
