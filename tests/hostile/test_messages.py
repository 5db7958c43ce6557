"""Whatever arrives on a topic of ours: it is refused with a reason, or it can be kept and said again; and what comes
after it is heard (O5)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from contracts.control import RunDue
from contracts.message import Malformed, Message, decode, encode
from services.kernel.driver import DirectDriver
from services.kernel.inbox import Inbox
from tests.conformance.kernel.actors import LISTENER
from tests.conformance.kernel.town import FIRM, town
from tests.decisions.life import NOW
from tests.hostile.allowed import keepable
from tests.hostile.samples import MESSAGES
from tests.hostile.spoiled import each, spoiled

TOPIC = topics.inbox("listener/firm/0")
ANY_TOPIC = st.one_of(st.just(TOPIC), st.text(max_size=30).map(lambda end: f"{topics.ROOT}/firm/in/{end}"))
GOOD = Message("good", "firm", NOW, RunDue("good"), sender="speaker/firm/0", store="store", number=7, floor=7)


def understood(payload: bytes) -> None:
    """It is refused, or it means the same when it is said again, and its content can be kept."""
    try:
        message = decode(payload)
    except Malformed as error:
        str(error).encode()
        return
    keepable(message.body)
    assert decode(encode(message)) == message


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_with_one_mistake_is_refused_or_as_good_as_any(kind: str) -> None:
    for _, payload in each(MESSAGES[kind], 120):
        understood(payload)


@settings(settings.get_profile("hostile"))
@given(st.sampled_from(sorted(MESSAGES)).flatmap(lambda kind: spoiled(MESSAGES[kind])))
def test_a_message_with_several_mistakes_too(payload: bytes) -> None:
    understood(payload)


@settings(settings.get_profile("hostile"))
@given(st.binary(max_size=300))
def test_so_are_any_bytes(payload: bytes) -> None:
    understood(payload)


@settings(settings.get_profile("hostile"))
@given(ANY_TOPIC, st.one_of(st.binary(max_size=50), spoiled(MESSAGES["calsync.run-due.v1"])))
def test_an_inbox_takes_what_is_ours_and_hears_the_next(topic: str, payload: bytes) -> None:
    refused: list[Any] = []
    inbox = Inbox(lambda *told: refused.append(told), lambda scope: scope == FIRM)
    inbox.arrived(topic, payload)
    inbox.arrived(TOPIC, encode(GOOD))
    assert inbox.take(FIRM)[-1].message == GOOD
    assert all(reason for _, _, reason in refused)


ODD: dict[str, dict[str, Any]] = {
    "a number that no store can keep": {"number": 10**30},
    "a floor that no store can keep": {"floor": 10**30},
    "a negative number": {"number": -1},
    "a receipt of nobody": {"number": 0, "receipted": 5, "source": "/speaker"},
    "a receipt wanted everywhere": {"source": "/+/firm/0"},
    "a receipt wanted at a place with half a number": {"source": "/speaker/firm/²"},
    "a shard that no store can keep": {"data": {"run": "bad", "shard": 10**30}},
    "another tenant": {"tenant": "other"},
    "no time": {"time": "0000-00-00"},
    "nesting without end": {"data": None},
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
async def test_an_odd_message_becomes_a_dead_letter_and_the_next_is_heard(
    tmp_path: Path, change: dict[str, Any]
) -> None:  # O5
    plain = json.loads(encode(GOOD))
    payload = json.dumps({**plain, "id": "0dd", **change}).encode()
    payload = payload.replace(b'"data": null', b'"data": ' + b"[" * 5_000 + b"]" * 5_000)
    async with town(tmp_path, DirectDriver) as it:
        listener = await it.replica(LISTENER)
        await it.settle()
        it.broker.take(TOPIC, payload, retain=False)
        it.broker.take(TOPIC, encode(GOOD), retain=False)
        await it.settle()
        assert await listener.heard("good") == 1
        (letter,) = await listener.host.store.dead_letters(str(FIRM))
        assert letter.payload == payload
