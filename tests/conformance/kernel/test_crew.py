"""Lanes: performed after the commit, in order, in batches, by one replica at a time, and answered once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from contracts.status import Problem
from services.kernel.crew import SIDE_BY_SIDE
from services.kernel.decision import Undone
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.keeping import Doing
from services.kernel.lanes import BUGGY_TRIES, HOPELESS, GivenUp, LaneRule, Later
from services.kernel.service import Service
from tests.conformance.kernel.actors import LISTENER, Did, Hands, Job, Listener
from tests.conformance.kernel.town import FIRM, Replica, Town

HEARS = Service("listener", Listener(), private=(Job, Did, Undone), sharded=False)


async def performing(
    town: Town, *, service: Service = LISTENER, name: str = "one", **more: Any
) -> tuple[Replica, Hands]:
    hands = Hands(name, **more)
    replica = await town.replica(service, name, hands)
    await town.settle()
    return replica, hands


async def left(replica: Replica) -> int:
    return await replica.host.store.outstanding(str(FIRM))


def raises(*errors: Exception | None) -> Any:
    """Fails so often, then does it."""
    ahead = list(errors)

    def act(_: str, batch: Sequence[Doing]) -> Any:
        if ahead and (error := ahead.pop(0)):
            raise error
        return [Did(doing.body.name) for doing in batch]

    return act


async def test_what_is_done_is_heard_once_and_over(town: Town) -> None:
    listener, hands = await performing(town)
    town.tell("do-1", "do-2")
    await town.settle()
    assert hands.tried() == ["do-1", "do-2"]
    assert [await listener.heard(f"did do-{n}") for n in (1, 2)] == [1, 1]
    assert await left(listener) == 0


async def test_what_brings_nothing_back_is_over_all_the_same(town: Town) -> None:
    listener, _ = await performing(town, act=lambda _, batch: [None] * len(batch))
    town.tell("do-1")
    await town.settle()
    assert (await left(listener), await listener.heard("did do-1")) == (0, 0)


async def test_a_lane_takes_its_work_in_batches_and_in_order(town: Town) -> None:
    _, hands = await performing(town, lane=LaneRule(batch=3))
    town.tell(*(f"do-{n}" for n in range(8)))
    await town.settle()
    await town.later(seconds=1)
    assert [names for _, _, names in hands.batches] == [["do-0", "do-1", "do-2"], ["do-3", "do-4", "do-5"],
                                                        ["do-6", "do-7"]]  # fmt: skip


async def test_a_batch_that_is_not_full_waits_until_the_lane_is_quiet(town: Town) -> None:
    rule = LaneRule(batch=10, quiet=timedelta(seconds=2), patience=timedelta(seconds=5))
    _, hands = await performing(town, lane=rule)
    for n in range(4):
        town.tell(f"do-{n}")
        await town.settle()
        assert hands.batches == []
        await town.later(seconds=1)
    await town.later(seconds=1.1)
    assert [names for _, _, names in hands.batches] == [["do-0", "do-1", "do-2", "do-3"]]
    town.tell(*(f"do-{n}" for n in range(20)))
    await town.settle()
    assert len(hands.batches) == 3, "two full ones go at once"


async def test_a_lane_that_never_is_quiet_waits_no_longer_than_its_patience(town: Town) -> None:
    rule = LaneRule(batch=100, quiet=timedelta(seconds=2), patience=timedelta(seconds=5))
    _, hands = await performing(town, lane=rule)
    for n in range(5):
        assert hands.batches == []
        town.tell(f"do-{n}")
        await town.settle()
        await town.later(seconds=1)
    assert len(hands.batches) == 1


async def test_lanes_go_side_by_side_but_not_too_many(town: Town) -> None:  # THR-11
    listener, hands = await performing(town, holding=[gate := asyncio.Event()])
    town.tell(*(f"in{n}-x" for n in range(20)))
    for _ in range(4):
        await listener.step()
    assert sum(hands.now.values()) == SIDE_BY_SIDE
    gate.set()
    await town.settle()
    assert len(hands.batches) == 20


async def test_a_lane_that_fails_waits_and_the_others_go_on(town: Town) -> None:
    def act(lane: str, batch: Sequence[Doing]) -> Any:
        if lane == "a":
            raise Transient("busy", timedelta(seconds=12))
        return [Did(doing.body.name) for doing in batch]

    listener, hands = await performing(town, act=act)
    town.tell("ina-x", "inb-x")
    await town.settle()
    assert [await listener.heard(f"did in{lane}-x") for lane in "ab"] == [0, 1]
    await town.later(seconds=11)
    assert hands.tried().count("ina-x") == 1, "not before the time that was asked for"
    await town.later(seconds=1)
    assert hands.tried().count("ina-x") == 2


async def test_what_becomes_due_in_a_lane_that_was_told_to_wait_waits_too(town: Town) -> None:  # THR-01
    act = raises(Transient("busy", timedelta(seconds=12)))
    _, hands = await performing(town, act=act)
    town.tell("do-1")
    await town.settle()
    town.tell("do-2")
    await town.later(seconds=11)
    assert hands.tried() == ["do-1"]
    await town.later(seconds=1)
    assert sorted(hands.tried()) == ["do-1", "do-1", "do-2"]


async def test_a_lane_that_was_told_to_wait_waits_although_its_work_was_given_up(town: Town) -> None:  # O4, AUT-05
    def act(_: str, batch: Sequence[Doing]) -> Any:
        return [GivenUp(Did(doing.body.name), timedelta(seconds=12)) for doing in batch]

    listener, hands = await performing(town, act=act)
    town.tell("do-1")
    await town.settle()
    assert await listener.heard("did do-1") == 1, "nobody waits for it"
    town.tell("do-2")
    await town.later(seconds=11)
    assert hands.tried() == ["do-1"]
    await town.later(seconds=1)
    assert hands.tried() == ["do-1", "do-2"]


async def test_a_lane_of_which_one_was_told_to_wait_for_all_waits(town: Town) -> None:  # O4, THR-01
    def act(_: str, batch: Sequence[Doing]) -> Any:
        wait = Later("busy", timedelta(seconds=12), everybody=True)
        return [wait if doing.body.name == "do-1" else Did(doing.body.name) for doing in batch]

    _, hands = await performing(town, act=act)
    town.tell("do-1")
    await town.settle()
    town.tell("do-2")
    await town.later(seconds=11)
    assert hands.tried() == ["do-1"]
    await town.later(seconds=1)
    assert hands.tried() == ["do-1", "do-1"]


async def test_one_of_a_batch_waits_alone(town: Town) -> None:
    tries: list[int] = []

    def act(_: str, batch: Sequence[Doing]) -> Any:
        tries.extend(doing.tries for doing in batch if doing.body.name == "do-1")
        late = Later("locked", timedelta(seconds=3))
        return [late if d.body.name == "do-1" and len(tries) < 2 else Did(d.body.name) for d in batch]

    listener, _ = await performing(town, act=act, lane=LaneRule(batch=3))
    town.tell("do-0", "do-1", "do-2")
    await town.settle()
    assert [await listener.heard(f"did do-{n}") for n in range(3)] == [1, 0, 1]
    await town.later(seconds=3)
    assert (await listener.heard("did do-1"), tries) == (1, [0, 1])


async def test_a_wrong_secret_is_shown_and_looked_at_again_until_somebody_mends_it(town: Town) -> None:  # O4
    fatal = Fatal("firm.toml [microsoft]", "the secret is wrong", "Renew it")
    listener, _ = await performing(town, act=raises(fatal, fatal))
    town.tell("do-1")
    await town.settle()
    assert listener.host.problems["firm", "lane"] == Problem(fatal.where, fatal.what, fatal.mend)
    await town.later(seconds=HOPELESS.total_seconds())
    await town.later(seconds=HOPELESS.total_seconds())
    assert await listener.heard("did do-1") == 1
    assert listener.host.problems == {}


async def test_a_hiccup_is_no_problem_but_a_lasting_failure_is_one_that_heals(town: Town) -> None:
    listener, _ = await performing(town, act=raises(*[Transient("busy")] * 4))
    town.tell("do-1")
    await town.settle()
    assert listener.host.problems == {}
    for _ in range(3):
        await town.later(minutes=5)
    assert listener.host.problems["firm", "lane"].heals
    await town.later(minutes=5)
    assert listener.host.problems == {}


@pytest.mark.parametrize(("service", "heard"), [(LISTENER, 0), (HEARS, 1)], ids=["nobody asks", "its actor hears"])
async def test_what_will_never_work_is_set_aside_and_the_next_goes_on(town: Town, service: Service, heard: int) -> None:
    listener, _ = await performing(town, service=service, act=raises(Permanent("X", "impossible")))
    town.tell("do-1", "do-2")
    await town.settle()
    (letter,) = await listener.host.store.dead_letters(str(FIRM))
    assert (letter.kind, letter.payload, "impossible" in letter.error) == ("Job", b'{"name":"do-1"}', True)
    assert [await listener.heard(f"{what} do-{n}") for n, what in ((1, "undone"), (2, "did"))] == [heard, 1]
    assert await left(listener) == 0


async def test_a_mistake_of_our_own_costs_the_job_that_causes_it_and_no_other(town: Town) -> None:
    def act(_: str, batch: Sequence[Doing]) -> Any:
        if any(doing.body.name == "do-13" for doing in batch):
            raise ZeroDivisionError
        return [Did(doing.body.name) for doing in batch]

    listener, hands = await performing(town, act=act, lane=LaneRule(batch=50))
    town.tell(*(f"do-{n}" for n in range(32)))
    await town.settle()
    for _ in range(BUGGY_TRIES):
        await town.later(minutes=5)
    assert [n for n in range(32) if not await listener.heard(f"did do-{n}")] == [13]
    (letter,) = await listener.host.store.dead_letters(str(FIRM))
    assert "ZeroDivisionError" in letter.error
    assert len(hands.batches) < 30, "it is looked for by halves"


async def test_a_clock_that_is_set_back_holds_up_no_batch(town: Town) -> None:
    rule = LaneRule(batch=10, quiet=timedelta(seconds=2), patience=timedelta(seconds=5))
    _, hands = await performing(town, lane=rule)
    town.tell("do-0")
    await town.settle()
    await town.later(seconds=2)
    town.time.turn(hours=-1)
    town.tell("do-1")
    await town.settle()
    await town.later(seconds=5)
    assert hands.tried() == ["do-0", "do-1"]


async def test_a_kill_while_something_is_done_does_it_again_and_answers_once(town: Town) -> None:  # O6
    one, _ = await performing(town, holding=[asyncio.Event()])
    town.tell("do-1")
    await town.settle()
    await town.kill(one)
    two, hands = await performing(town, name="two")
    await two.lapse("one")
    await town.later(seconds=1)
    assert (hands.tried(), await two.heard("did do-1")) == (["do-1"], 1)
    assert await left(two) == 0


async def test_a_lane_is_never_performed_by_two_at_once(town: Town) -> None:  # ruling 23
    gate = asyncio.Event()
    one, hands = await performing(town, holding=[gate])
    two, others = await performing(town, name="two", holding=[gate])
    others.now, others.most = hands.now, hands.most
    for replica in (one, two, one):
        await replica.host.renew()
    town.tell(*(f"in{n}-x" for n in range(6)))
    for replica in (one, two, one, two):
        await replica.step()
    two.host.holding.alive = ["two"]
    one.host.holding.alive = ["one"]
    for replica in (one, two, one, two):
        await replica.step()
    assert set(hands.most.values()) == {1}
    gate.set()
    await town.later(seconds=1)
    assert (set(hands.most.values()), sorted(hands.tried() + others.tried())) == ({1}, [f"in{n}-x" for n in range(6)])


async def test_who_slept_past_its_lease_settles_nothing_any_more(town: Town) -> None:  # ruling 23, design §2.5
    one, slow = await performing(town, holding=[gate := asyncio.Event()], lane=LaneRule(batch=5))
    town.tell("do-1", "do-2")
    await town.settle()
    assert slow.tried() == ["do-1", "do-2"]
    two, quick = await performing(town, name="two", lane=LaneRule(batch=1), act=raises(None, Transient("busy")))
    await two.lapse("one")
    town.time.turn(seconds=1)
    for _ in range(3):
        await two.step()
    assert quick.tried() == ["do-1", "do-2"]
    gate.set()
    await one.step()
    assert [await two.heard(f"did do-{n}") for n in (1, 2)] == [1, 0], "the second waits for its new holder"
    await town.later(minutes=5)
    assert [await two.heard(f"did do-{n}") for n in (1, 2)] == [1, 1]


async def test_who_slept_past_its_lease_sets_nothing_aside(town: Town) -> None:  # ruling 23, O5
    one, _ = await performing(town, holding=[gate := asyncio.Event()], act=raises(Permanent("no", "it is refused")))
    town.tell("do-1")
    await town.settle()
    two, _ = await performing(town, name="two", holding=[asyncio.Event()])
    await two.lapse("one")
    town.time.turn(seconds=1)
    for _ in range(2):
        await two.step()
    gate.set()
    await one.step()
    assert (await left(one), await one.host.store.dead_letters(str(FIRM))) == (1, [])


async def test_who_has_lost_a_lane_begins_nothing_more_in_it(town: Town) -> None:  # ruling 23
    one, hands = await performing(town, holding=[gate := asyncio.Event()])
    town.tell("do-1", "do-2")
    await town.settle()
    await one.host.store.fetch("UPDATE lease SET owner = 'two', fence = fence + 1 WHERE name LIKE 'lane/%'")
    gate.set()
    await town.settle()
    assert (hands.tried(), await left(one)) == (["do-1"], 2)


async def test_a_lane_that_is_lost_is_stopped(town: Town) -> None:
    one, hands = await performing(town, holding=[asyncio.Event()])
    town.tell("do-1")
    await town.settle()
    await one.host.store.fetch("UPDATE lease SET owner = 'two', fence = fence + 1 WHERE name LIKE 'lane/%'")
    await one.host.renew()
    await one.step()
    await asyncio.sleep(0)  # lets it end
    assert hands.now["lane"] == 0
    assert one.crew is not None
    await one.crew.once()
    assert await left(one) == 1


async def test_a_lane_that_comes_back_at_once_waits_as_long_as_a_remote_may_have_asked_unheard(
    town: Town,
) -> None:  # O4
    one, hands = await performing(town, holding=[asyncio.Event()])
    town.tell("do-1")
    await town.settle()
    await one.host.store.fetch("UPDATE lease SET owner = 'two', fence = fence + 1 WHERE name LIKE 'lane/%'")
    await one.host.renew()
    await one.step()
    await one.host.store.fetch("DELETE FROM lease WHERE name LIKE 'lane/%'")
    await town.later(seconds=4)
    assert hands.tried() == ["do-1"]
    await town.later(seconds=2)
    assert hands.tried() == ["do-1", "do-1"]


async def test_a_problem_in_a_lane_that_another_performs_by_now_is_shown_no_more(town: Town) -> None:  # O4, S5
    one, _ = await performing(town, act=raises(Fatal("firm.toml", "the secret is wrong", "Renew it")))
    town.tell("do-1")
    await town.settle()
    two, _ = await performing(town, name="two")
    one.host.holding.alive = two.host.holding.alive = ["two"]
    await town.later(seconds=HOPELESS.total_seconds())
    assert (await two.heard("did do-1"), one.host.problems, two.host.problems) == (1, {}, {})
