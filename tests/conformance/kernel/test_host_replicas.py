"""Several replicas on one store, and what each of them remembers of its policy."""

from dataclasses import replace

import msgspec
import pytest

from contracts import topics
from contracts.control import RunDue
from contracts.message import Message, encode
from contracts.policy import Policy, PolicyNow
from services.kernel.scope import Scope
from tests.conformance.kernel.actors import LISTENER, SPEAKER, Hands
from tests.conformance.kernel.stores import T0
from tests.conformance.kernel.town import FIRM, Replica, Town

SHARDED = replace(LISTENER, sharded=True)
SHARDS = Policy(shards=8)


async def renewed(town: Town, *replicas: Replica) -> None:
    """Everybody has learnt of everybody."""
    for replica in (*replicas, *replicas):
        await replica.host.renew()
    await town.settle()


def held(*replicas: Replica) -> list[int]:
    """The shards of all, those that two hold twice."""
    return sorted(scope.shard for replica in replicas for scope in replica.host.holding.scopes)


async def policy_of(replica: Replica, scope: Scope = FIRM) -> PolicyNow:
    async with replica.host.store.transaction() as tx:
        raw = (await tx.rows(str(scope), ["policy"]))["policy"]
    assert raw is not None
    return msgspec.msgpack.decode(raw, type=PolicyNow)


async def test_two_replicas_share_the_shards_and_none_is_held_twice(town: Town) -> None:  # S5
    town.govern(SHARDS, version=2)
    one, two = await town.replica(SHARDED, "one"), await town.replica(SHARDED, "two")
    await town.settle()
    await renewed(town, one, two)
    assert held(one, two) == list(range(8))
    assert 0 < len(held(one)) < 8


async def test_each_shards_messages_are_decided_once_by_whoever_has_it(town: Town) -> None:
    town.govern(SHARDS, version=2)
    one, two = await town.replica(SHARDED, "one"), await town.replica(SHARDED, "two")
    await town.settle()
    await renewed(town, one, two)
    for shard in range(8):
        town.tell("run", shard=shard)
    await town.settle()
    assert [await one.heard("run", Scope("firm", shard)) for shard in range(8)] == [1] * 8


async def test_a_dead_replicas_shards_are_taken_over_after_its_lease(town: Town) -> None:  # O6
    speaker = await town.replica(SPEAKER)
    one, two = await town.replica(LISTENER, "one"), await town.replica(LISTENER, "two")
    await town.settle()
    await renewed(town, one, two)
    holder, other = (one, two) if one.host.holding.scopes else (two, one)
    town.ask("run", 50)
    await speaker.step()
    await town.kill(holder)
    await town.settle()
    assert held(other) == [], "not while the dead one's lease stands"
    await other.lapse(holder.host.instance)
    await town.later(seconds=30)
    assert [await other.heard(f"run-{n}") for n in range(50)] == [1] * 50
    assert await speaker.host.store.outstanding(str(FIRM)) == 0


async def test_a_shard_that_changes_hands_between_turns_loses_nothing(town: Town) -> None:
    speaker = await town.replica(SPEAKER)
    replicas = [await town.replica(LISTENER, "one")]
    await town.settle()
    for name in ("two", "three", "four", "five"):
        town.ask(name, 40)
        await speaker.step()
        replicas.append(await town.replica(LISTENER, name))
        await town.settle()
        await renewed(town, *replicas)
    await town.later(seconds=30)
    heard = [await replicas[0].heard(f"{name}-{n}") for name in ("two", "three", "four", "five") for n in range(40)]
    assert heard == [1] * 160
    assert len(held(*replicas)) == 1


async def test_messages_for_another_replica_do_not_keep_this_one_busy(town: Town) -> None:
    listener = await town.replica(LISTENER)
    await town.settle()
    payload = encode(Message("m1", "firm", T0, RunDue("run")))
    listener.host.arrived(topics.inbox("listener/firm/5"), payload)
    await town.settle()
    assert (listener.host.inbox.waits(), listener.host.inbox.backlog("firm")) == (False, 0)


async def test_a_pinned_replica_serves_its_tenants_alone(town: Town) -> None:  # S5
    town.govern(tenant="other")
    listener = await town.replica(LISTENER, tenants=("other",))
    await town.settle()
    assert listener.host.holding.scopes == {Scope("other")}


@pytest.mark.parametrize("pins", [("firm",), ()], ids=["pinned", "for all"])
async def test_replicas_that_are_pinned_to_others_take_nothing_from_a_tenants_own(
    town: Town, pins: tuple[str, ...]
) -> None:  # S5
    others = tuple(f"other-{n}" for n in range(4))
    for tenant in others:
        town.govern(tenant=tenant)
    own, other = Hands("own"), Hands("other")
    replicas = [
        await town.replica(LISTENER, "own", own, tenants=pins),
        await town.replica(LISTENER, "other", other, tenants=others),
        await town.replica(LISTENER, "another", other, tenants=others),
    ]
    await town.settle()
    await renewed(town, *replicas)
    town.tell("ina-1", "inb-1", "inc-1", "ind-1")
    await town.settle()
    await town.later(seconds=1)
    assert FIRM in replicas[0].host.holding.scopes
    assert (sorted(own.tried()), other.tried()) == (["ina-1", "inb-1", "inc-1", "ind-1"], [])


async def test_a_newer_policy_reaches_the_actor_and_an_older_one_does_not(town: Town) -> None:  # D1
    listener = await town.replica(LISTENER)
    await town.settle()
    town.govern(Policy(interval_minutes=3), version=3)
    await town.settle()
    town.govern(Policy(interval_minutes=2), version=2)
    await town.settle()
    assert (await policy_of(listener)).policy.interval_minutes == 3
    assert listener.host.policies["firm"].version == 3


async def test_of_policies_that_overtake_each_other_the_newest_counts(town: Town) -> None:
    listener = await town.replica(LISTENER)
    await town.settle()
    town.govern(Policy(interval_minutes=3), version=3)
    town.govern(Policy(interval_minutes=2), version=2)
    await town.settle()
    assert (await policy_of(listener)).policy.interval_minutes == 3


async def test_a_policy_holds_though_the_mind_cannot_take_it(town: Town) -> None:  # ruling 26
    class Broken:
        def needs(self, state: object, message: object) -> tuple[str, ...]:
            return ()

        def decide(self, state: object, message: object, now: object) -> None:
            raise ZeroDivisionError

    listener = await town.replica(replace(LISTENER, mind=Broken()))  # type: ignore[arg-type]
    await town.settle()
    assert (await policy_of(listener)).version == 1


async def test_the_policy_is_known_after_a_restart_without_a_broker(town: Town) -> None:  # design §2
    listener = await town.replica(LISTENER)
    await town.settle()
    await town.kill(listener)
    town.broker.stop(wipe=True)
    again = await town.replica(LISTENER, "next")
    await again.lapse("one")
    await town.settle()
    assert again.host.policies["firm"].version == 1
    assert again.host.holding.scopes == {FIRM}


async def test_more_shards_open_and_fewer_close(town: Town) -> None:
    listener = await town.replica(SHARDED)
    for version, shards in ((2, 4), (3, 2)):
        town.govern(Policy(shards=shards), version=version)
        await town.settle()
        assert held(listener) == list(range(shards))
