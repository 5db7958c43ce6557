"""What the writer makes of orders before and after they are carried out: lanes, the check against the base, and answers
that bear many outcomes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import Attendee, CalendarEvent, Response, Sensitivity, Side, Timed
from contracts.observed import Item
from contracts.policy import Direction, Narrower, Policy, PolicyNow, PrivateEvents
from contracts.write import ERASED, Erase, Orders, Outcomes, Refused, Why, Write, Written
from services.kernel.decision import SAME, Do, Forgot, Say, Undone
from services.kernel.keeping import Doing
from services.kernel.lanes import Later
from services.kernel.scope import Scope
from services.writer import decide
from services.writer.compare import moved_on, stopped
from services.writer.erased import Forget
from services.writer.perform import answers
from tests.decisions.life import Life

WHEN = Timed(datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 9, 11, tzinfo=UTC))
EVENT = CalendarEvent(WHEN, "Review", attendees=(Attendee("ann@client.example"),))
MIKE = "mailbox-mike"


def write(name: str = "o1", side: Side = Side.PRACTIFI, **more: Any) -> Write:
    plain = Write(name, f"link-{name}", side, MIKE, EVENT, ("subject",), target="t", base=EVENT, base_people=("a", "b"))
    return replace(plain, **more)


def erase(name: str = "o1", side: Side = Side.PRACTIFI) -> Erase:
    return Erase(name, f"link-{name}", side, MIKE, "t", EVENT, ("a", "b"))


def item(event: CalendarEvent = EVENT, people: tuple[str, ...] = ("a", "b")) -> Item:
    return Item("t", "mark", MIKE, event, people=people)


def doing(name: str, scope: int = 0, run: str = "") -> Doing:
    return Doing(int(name[1:]), Scope("firm", scope), name, run, "", 0, write(name))


def written(*names: str) -> dict[str, Any]:
    return {name: Written(name, f"link-{name}", Side.PRACTIFI) for name in names}


def test_all_orders_to_the_org_share_a_lane_and_each_mailbox_has_its_own() -> None:  # ruling 23, THR-11
    life = Life(decide, Policy(enabled=True))
    orders = (write("o1"), erase("o2"), write("o3", Side.MICROSOFT), replace(write("o4", Side.MICROSOFT), mailbox="j"))
    life.hear(Orders(orders))
    lanes = [(effect.lane, effect.key) for effect in life.effects if isinstance(effect, Do)]
    assert lanes == [("practifi", "link-o1"), ("practifi", "link-o2"), ("mailbox/mailbox-mike", "link-o3"),
                     ("mailbox/j", "link-o4")]  # fmt: skip


def test_of_what_is_gone_it_says_whether_we_have_erased_it_ourselves() -> None:  # rulings 1, 5, X5
    """For as long as its Event may come out of Practifi's recycle bin, and not when it was made again since."""
    life = Life(decide, Policy(enabled=True))
    gone = Refused("o2", "link", Side.MICROSOFT, Why.GONE)

    def code() -> str:
        life.hear(Outcomes((gone,)))
        (told,) = life.told(Outcomes)[-1].outcomes
        assert isinstance(told, Refused)
        return told.code

    assert code() == ""
    life.hear(Outcomes((Written("o1", "link", Side.MICROSOFT),)))
    assert code() == ERASED
    life.hear(Outcomes((Written("o3", "link", Side.MICROSOFT, item()),)))
    assert code() == ""
    life.hear(Outcomes((Written("o4", "link", Side.MICROSOFT),)))
    life.later(days=15)
    life.hear(Forget("erased/link"))
    assert code() == ""


def test_outcomes_go_back_to_the_shard_that_gave_the_order() -> None:
    life = Life(decide, Policy(enabled=True))
    life.hear(outcomes := Outcomes(tuple(written("o1").values())))
    assert life.told(Outcomes, "reconciler", SAME) == [outcomes]


def test_an_order_that_was_set_aside_does_not_leave_its_link_waiting() -> None:  # O5
    life = Life(decide, Policy(enabled=True))
    life.hear(Undone(write(), "a mistake of our own"))
    refused = Refused("o1", "link-o1", Side.PRACTIFI, Why.INVALID, "set_aside", "a mistake of our own")
    assert life.told(Outcomes, "reconciler", SAME) == [Outcomes((refused,))]


def test_an_answer_that_was_set_aside_does_not_leave_its_link_waiting() -> None:  # O5
    life = Life(decide, Policy(enabled=True))
    life.hear(Undone(Outcomes((Written("o1", "link", Side.MICROSOFT, item()),)), "a mistake of our own"))
    refused = Refused("o1", "link", Side.MICROSOFT, Why.INVALID, "set_aside", "a mistake of our own")
    assert life.told(Outcomes, "reconciler", SAME) == [Outcomes((refused,))]


@pytest.mark.parametrize(("order", "there", "moved"), [
    pytest.param(write(), item(), False, id="as believed"),
    pytest.param(write(), item(people=("b", "a")), False, id="the order of people is nothing"),
    pytest.param(write(), item(replace(EVENT, subject="New")), True, id="a field that we write has changed"),
    pytest.param(write(), item(replace(EVENT, location="Room")), True, id="a field that we do not write has changed"),
    pytest.param(write(), item(people=("a",)), True, id="a person is gone from Practifi"),
    pytest.param(write(side=Side.MICROSOFT), item(people=()), False, id="Microsoft relates no people"),
    pytest.param(write(side=Side.MICROSOFT),
                 item(replace(EVENT, attendees=(Attendee("ann@client.example", response=Response.ACCEPTED),))), True,
                 id="somebody has answered meanwhile"),
    pytest.param(erase(), item(replace(EVENT, subject="New")), True, id="an erasure looks, too"),
    pytest.param(erase(), item(), False, id="an erasure as believed"),
])  # fmt: skip
def test_the_base_is_compared_before_a_write(order: Write | Erase, there: Item, moved: bool) -> None:  # rulings 7, 8
    assert moved_on(order, there) is moved


TWO_WAY, INWARD = Policy(direction=Direction.TWO_WAY), Policy(direction=Direction.MICROSOFT_TO_PRACTIFI)
OUTWARD = Policy(direction=Direction.PRACTIFI_TO_MICROSOFT)
FULL, BUSY = PrivateEvents.FULL, PrivateEvents.BUSY_ONLY
PRIVATE = replace(EVENT, sensitivity=Sensitivity.PRIVATE)


@pytest.mark.parametrize(("policy", "side", "stops"), [
    pytest.param(PolicyNow(1, active=True, policy=TWO_WAY), Side.MICROSOFT, False, id="two-way writes to Microsoft"),
    pytest.param(PolicyNow(1, active=True, policy=TWO_WAY), Side.PRACTIFI, False, id="two-way writes to Practifi"),
    pytest.param(PolicyNow(1, active=True, policy=INWARD), Side.MICROSOFT, True, id="inward writes not to Microsoft"),
    pytest.param(PolicyNow(1, active=True, policy=INWARD), Side.PRACTIFI, False, id="inward writes to Practifi"),
    pytest.param(PolicyNow(1, active=True, policy=OUTWARD), Side.PRACTIFI, True, id="outward writes not to Practifi"),
    pytest.param(PolicyNow(1, active=False, policy=TWO_WAY), Side.PRACTIFI, True, id="paused writes nothing"),
    pytest.param(None, Side.PRACTIFI, True, id="an unknown policy allows nothing"),
])  # fmt: skip
def test_the_policy_stops_writes(policy: PolicyNow | None, side: Side, stops: bool) -> None:  # ruling 26, D1, D2
    no = stopped(write(side=side), policy)
    assert (no is not None and no.why is Why.STOPPED) is stops


@pytest.mark.parametrize(("side", "given", "says", "rule", "stops"), [
    pytest.param(Side.PRACTIFI, FULL, PRIVATE, BUSY, True, id="its text may not stand in Practifi any more"),
    pytest.param(Side.PRACTIFI, FULL, PRIVATE, FULL, False, id="the rule is still the same"),
    pytest.param(Side.PRACTIFI, BUSY, PRIVATE, BUSY, False, id="it was hidden when the order was given"),
    pytest.param(Side.PRACTIFI, FULL, EVENT, BUSY, False, id="it is not private"),
    pytest.param(Side.MICROSOFT, FULL, PRIVATE, BUSY, False, id="in Microsoft it hides itself"),
])  # fmt: skip
def test_a_stricter_rule_for_private_events_stops_what_was_ordered_before(
    side: Side, given: PrivateEvents, says: CalendarEvent, rule: PrivateEvents, stops: bool
) -> None:  # P1, P2, ruling 26
    policy = PolicyNow(1, active=True, policy=replace(TWO_WAY, private_events=rule))
    no = stopped(write(side=side, private=given, event=says), policy)
    assert (no is not None and no.why is Why.STOPPED) is stops


IN, OUT = (Narrower(("mike@firm.example",), one.direction) for one in (INWARD, OUTWARD))
HIDES = Narrower(("mike@firm.example",), private_events=BUSY)


@pytest.mark.parametrize(("order", "rules", "stops"), [
    pytest.param(write(side=Side.MICROSOFT, policy=1), (IN,), True, id="nothing goes to his Outlook any more"),
    pytest.param(erase(side=Side.MICROSOFT), (IN,), True, id="nothing is deleted in his Outlook any more"),
    pytest.param(write(policy=1), (OUT,), True, id="nothing of his goes to Practifi any more"),
    pytest.param(write(private=FULL, event=PRIVATE, policy=1), (HIDES,), True, id="his private texts stay his own"),
    pytest.param(write(policy=1), (HIDES,), False, id="it is not private"),
    pytest.param(write(side=Side.MICROSOFT, policy=2), (IN,), False, id="who gave it knew of that"),
    pytest.param(write(side=Side.MICROSOFT, policy=1), (OUT,), False, id="what goes the other way stops"),
    pytest.param(write(side=Side.MICROSOFT, policy=1), (), False, id="nobody has a rule of his own"),
])  # fmt: skip
def test_a_rule_that_became_narrower_for_somebody_stops_what_was_ordered_before(
    order: Write | Erase, rules: tuple[Narrower, ...], stops: bool
) -> None:  # D11, P1, ruling 26
    policy = PolicyNow(2, active=True, policy=replace(TWO_WAY, private_events=FULL, narrower=rules))
    no = stopped(order, policy)
    assert (no is not None and no.why is Why.STOPPED) is stops


def test_one_answer_bears_the_outcomes_of_a_shards_batch() -> None:
    batch = [doing(f"o{n}") for n in range(250)]
    found = answers(batch, written(*(d.id for d in batch)))
    bearers = {at: len(answer.outcomes) for at, answer in enumerate(found) if isinstance(answer, Outcomes)}
    assert bearers == {0: 100, 100: 100, 200: 50}
    assert {answer for at, answer in enumerate(found) if at not in bearers} == {None}


def test_outcomes_of_several_shards_never_share_an_answer() -> None:  # ruling 21
    batch = [doing("o1", 0), doing("o2", 1), doing("o3", 0)]
    found = answers(batch, written("o1", "o2", "o3"))
    told = [[one.order for one in answer.outcomes] if isinstance(answer, Outcomes) else answer for answer in found]
    assert told == [["o1", "o3"], ["o2"], None]


def test_what_has_to_wait_waits_alone() -> None:
    batch = [doing("o1"), doing("o2"), doing("o3")]
    found = answers(batch, written("o2", "o3") | {"o1": Later("locked")})
    assert found[0] == Later("locked")
    assert isinstance(found[1], Outcomes)
    assert [one.order for one in found[1].outcomes] == ["o2", "o3"]
    assert found[2] is None


def test_who_gave_orders_that_are_forgotten_is_asked_to_give_them_again() -> None:  # ruling 6
    life = Life(decide, Policy(enabled=True))
    decision = life.hear(Forgot("reconciler", 2))
    ((shard, wish),) = [(one.shard, one.body) for one in life.effects if isinstance(one, Say)]
    assert (shard, wish.service, wish.shard) == (SAME, "writer", 2)
    assert decision.over, "those that it still has may have been carried out, and be undone by somebody since"
