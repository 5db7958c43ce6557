"""What a forged message does where somebody can write to a topic at all. The broker's rules decide who can
(`test_acl`); this is what the product itself refuses, and what it believes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts import topics
from contracts.control import Receipt, RunDue, SyncNow
from contracts.message import Message, encode
from contracts.policy import Policy, PolicyNow
from services.kernel.driver import DirectDriver
from services.kernel.scope import Scope
from tests.conformance.kernel.actors import LISTENER, SPEAKER
from tests.conformance.kernel.stores import T0
from tests.conformance.kernel.town import FIRM, Town
from tests.conformance.kernel.town import town as founded

OTHER = Scope("other")
INBOX, POLICY = topics.inbox("listener/firm/0"), topics.policy("firm")
TRUE = PolicyNow(7, active=True, policy=Policy(brake_minimum=21))
FALSE = PolicyNow(8, active=True, policy=Policy(brake_minimum=100_000))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with founded(tmp_path, DirectDriver) as one:
        yield one


def said(tenant: str, body: object, **more: object) -> bytes:
    return encode(Message("m1", tenant, T0, body, **more))  # type: ignore[arg-type]  # names of the envelope


REFUSED = {
    "another firm's name": (INBOX, said("other", RunDue("x"))),
    "an answer wanted by another firm": (INBOX, said("firm", RunDue("x"), sender="speaker/other/0", number=1)),
    "an answer wanted on any topic": (INBOX, said("firm", RunDue("x"), sender="#/firm/0", number=1)),
    "an answer wanted elsewhere": (INBOX, said("firm", RunDue("x"), sender="../../policy/firm/0", number=1)),
    "a policy in an inbox": (INBOX, said("firm", FALSE)),
    "an order where the policy is said": (POLICY, said("firm", RunDue("x"))),
    "another firm's policy": (POLICY, said("other", FALSE)),
    "a wildcard for a firm": (INBOX, said("+", RunDue("x"))),
}


@pytest.mark.parametrize(("topic", "payload"), REFUSED.values(), ids=REFUSED)
async def test_what_stands_in_the_wrong_place_or_name_is_set_aside(
    town: Town, topic: str, payload: bytes
) -> None:  # O5
    listener = await town.replica(LISTENER)
    await town.settle()
    town.broker.take(topic, payload, retain=False)
    await town.settle()
    assert await listener.heard("x") == 0
    assert len(await listener.host.store.dead_letters(str(FIRM))) == 1
    assert listener.host.policies["firm"].policy == Policy()
    assert not [topic for topic, _ in town.said if topic not in {INBOX, POLICY} and "status" not in topic]


async def test_a_policy_that_is_older_than_the_one_known_changes_nothing(town: Town) -> None:  # X4
    listener = await town.replica(LISTENER)
    town.govern(TRUE.policy, version=TRUE.version)
    await town.settle()
    for version in (0, 6, -1):
        town.govern(FALSE.policy, version=version)
        await town.settle()
    assert listener.host.policies["firm"].policy == TRUE.policy


async def test_a_receipt_counts_for_the_firm_that_got_it(town: Town) -> None:  # S5
    town.govern(tenant="other")
    speaker = await town.replica(SPEAKER)
    await town.settle()
    town.broker.take(topics.inbox("speaker/firm/0"), said("firm", SyncNow("run", "3")), retain=False)
    await town.settle()
    kept = await speaker.host.queue.unsaid(str(FIRM), "listener/firm/0", 0, 10)
    numbers = tuple(one.number for one in kept)
    town.broker.take(topics.inbox("speaker/other/0"), said("other", Receipt(numbers, "s", 1)), retain=False)
    await town.settle()
    assert len(numbers) == await speaker.host.store.outstanding(str(FIRM)) == 3


async def test_who_can_write_to_an_inbox_is_believed(town: Town) -> None:
    """No message is signed: that only the right ones can write there is the broker's doing, and nothing else's."""
    listener = await town.replica(LISTENER)
    await town.settle()
    town.broker.take(INBOX, said("firm", RunDue("x"), sender="speaker/firm/0", store="its", number=1), retain=False)
    await town.settle()
    assert await listener.heard("x") == 1
