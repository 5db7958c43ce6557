"""Two small services and a broker that forgets: whatever it does, each message is decided exactly once."""

import pytest

from contracts import topics
from contracts.control import Receipt, RunDue
from contracts.message import Message, encode
from contracts.policy import Policy, PolicyNow
from services.kernel.relay import WINDOW
from tests.conformance.kernel.actors import LISTENER, SPEAKER
from tests.conformance.kernel.stores import T0
from tests.conformance.kernel.town import FIRM, Replica, Town


async def two(town: Town) -> tuple[Replica, Replica]:
    speaker, listener = await town.replica(SPEAKER), await town.replica(LISTENER)
    await town.settle()
    return speaker, listener


async def counts(listener: Replica, name: str, count: int) -> list[int]:
    return [await listener.heard(f"{name}-{n}") for n in range(count)]


async def unsaid(replica: Replica) -> int:
    return await replica.host.store.outstanding(str(FIRM))


async def patiently(town: Town, speaker: Replica) -> None:
    """Turn the clock until everything is handed over."""
    for _ in range(60):
        if not await unsaid(speaker):
            return
        await town.later(seconds=30)
    raise AssertionError("not everything arrives")


async def test_what_one_says_the_other_decides_once_and_the_first_forgets_it(town: Town) -> None:  # design §2.2
    speaker, listener = await two(town)
    town.ask("run", 100)
    await town.settle()
    assert await counts(listener, "run", 100) == [1] * 100
    assert await unsaid(speaker) == 0


async def test_a_run_that_comes_with_a_policy_is_decided_by_that_policy(town: Town) -> None:  # ruling 26
    listener = await town.replica(LISTENER)
    await town.settle()
    town.tell("run")
    town.govern(version=2)
    while listener.bus.waiting:
        listener.host.arrived(*listener.bus.waiting.popleft())
    await listener.host._take_policies()
    heard = [type(one.message.body) for one in listener.host.inbox.take(FIRM)]
    assert heard == [PolicyNow, RunDue]


LOSSES = {"lost": {"lose": 0.4}, "repeated": {"repeat": 0.6}, "reordered": {"reorder": 0.8},
          "all of it": {"lose": 0.3, "repeat": 0.4, "reorder": 0.5}}  # fmt: skip


@pytest.mark.parametrize("faults", LOSSES.values(), ids=LOSSES)
async def test_messages_that_the_broker_mistreats_are_decided_once(town: Town, faults: dict[str, float]) -> None:  # O6
    speaker, listener = await two(town)
    town.ask("run", 120)
    for name, chance in faults.items():
        setattr(town.broker, name, chance)
    await town.settle()
    await patiently(town, speaker)
    assert await counts(listener, "run", 120) == [1] * 120


async def test_a_broker_that_is_wiped_midway_costs_seconds(town: Town) -> None:  # O6
    speaker, listener = await two(town)
    town.ask("run", 100)
    await speaker.step()
    town.broker.stop(wipe=True)
    await town.settle()
    assert await counts(listener, "run", 100) == [0] * 100
    assert await unsaid(speaker) == 100
    town.broker.start()
    await town.settle()
    assert await counts(listener, "run", 100) == [1] * 100, "a new connection says everything again at once"


async def test_a_receiver_that_is_away_finds_everything_on_its_return(town: Town) -> None:
    speaker = await town.replica(SPEAKER)
    await town.settle()
    town.ask("run", 100)
    await town.settle()
    listener = await town.replica(LISTENER)
    await town.settle()
    await patiently(town, speaker)
    assert await counts(listener, "run", 100) == [1] * 100


async def test_a_speaker_that_dies_has_said_it_all_the_same(town: Town) -> None:  # O6
    speaker, listener = await two(town)
    town.ask("run", 50)
    town.broker.lose = 0.5
    await speaker.step()
    await town.kill(speaker)
    town.broker.lose = 0.0
    speaker = await town.replica(SPEAKER, "next")
    await speaker.lapse("one")
    await town.settle()
    assert await counts(listener, "run", 50) == [1] * 50
    assert await unsaid(speaker) == 0


async def test_a_lost_receipt_costs_a_repeat_and_no_second_decision(town: Town) -> None:
    speaker, listener = await two(town)
    town.ask("run")
    await speaker.step()
    while listener.bus.waiting:
        listener.host.arrived(*listener.bus.waiting.popleft())
    town.broker.lose = 1.0
    await listener.host.once()
    town.broker.lose = 0.0
    await town.settle()
    assert await unsaid(speaker) == 1
    await town.later(seconds=2)
    assert (await unsaid(speaker), await listener.heard("run-0")) == (0, 1)
    assert [len(one.body.numbers) for one in town.heard_of(Receipt)] == [1, 1], "receipted both times"


async def test_no_more_than_a_window_is_under_way(town: Town) -> None:  # design §2.2
    speaker = await town.replica(SPEAKER)
    await town.settle()
    town.ask("run", 100)
    await town.settle()
    assert len(town.heard_of(RunDue)) == WINDOW
    await town.replica(LISTENER)
    await town.settle()
    await patiently(town, speaker)
    assert len({one.body.run for one in town.heard_of(RunDue)}) == 100


async def test_a_message_that_cannot_be_decided_is_set_aside_and_the_next_goes_on(town: Town) -> None:  # O5
    speaker, listener = await two(town)
    for name in ("one", "bad", "two"):
        town.ask(name)
    await town.settle()
    assert [await listener.heard(f"{name}-0") for name in ("one", "bad", "two")] == [1, 0, 1]
    assert await unsaid(speaker) == 0, "it is receipted: its sender need not say it again"
    (letter,) = await listener.host.store.dead_letters(str(FIRM))
    assert (letter.kind, b"bad-0" in letter.payload) == ("RunDue", True)
    assert "ValueError" in letter.error
    assert "actors.py" in letter.error
    assert "bad-0" not in letter.error, "an error's own text may quote anything (P3)"
    assert listener.host.counts["firm"]["dead"] == 1


MALFORMED = {
    "no message": b"{}",
    "no JSON": b"\xff",
    "an unknown kind": encode(Message("m1", "firm", T0, RunDue("x"))).replace(b"run-due.v1", b"run-due.v9"),
    "another firm's": encode(Message("m1", "other", T0, RunDue("x"))),
    "no address for its receipt": encode(Message("m1", "firm", T0, RunDue("x"), sender="me", number=7)),
    "an address of another firm": encode(Message("m1", "firm", T0, RunDue("x"), sender="me/other/0", number=7)),
    "a policy in an inbox": encode(Message("m1", "firm", T0, PolicyNow(9, active=True, policy=Policy()))),
}


@pytest.mark.parametrize("payload", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_no_message_of_ours_is_set_aside_and_harms_nothing(town: Town, payload: bytes) -> None:  # O5
    _, listener = await two(town)
    town.broker.take(topics.inbox("listener/firm/0"), payload, retain=False)
    town.tell("next")
    await town.settle()
    assert await listener.heard("next") == 1
    (letter,) = await listener.host.store.dead_letters(str(FIRM))
    assert (letter.kind, letter.payload) == ("calsync/v1/firm/in/listener/0", payload)


async def test_wakes_come_when_they_are_due_and_once(town: Town) -> None:
    _, listener = await two(town)
    town.tell("wake")
    await town.later(seconds=59)
    assert await listener.heard("woken wake") == 0
    await town.later(seconds=1)
    await town.later(minutes=5)
    assert await listener.heard("woken wake") == 1


async def test_an_effect_of_another_version_of_the_program_is_set_aside(town: Town) -> None:  # O5
    _, listener = await two(town)
    town.tell("wake-1", "wake-2")
    await town.settle()
    await listener.host.store.fetch("UPDATE effect SET body_kind = 'private.Old' WHERE key = 'wake-1'")
    await town.later(minutes=1)
    assert [await listener.heard(f"woken wake-{n}") for n in (1, 2)] == [0, 1]
    (letter,) = await listener.host.store.dead_letters(str(FIRM))
    assert "private.Old" in letter.error
