"""What the command line hears and shows: what is no message of ours is passed over, and of a message nothing reaches
the terminal but what can be seen."""

import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from rich.console import Console

from contracts.asked import Answer, Question
from contracts.facts import Published
from contracts.message import Malformed, Message, decode
from services.cli import answers, tables, tail
from services.cli.listen import Listener
from services.cli.seen import Seen, fold
from services.cli.status import report, show
from tests.decisions.life import NOW
from tests.hostile.samples import MESSAGES
from tests.hostile.spoiled import each, spoiled

HEARD = {
    kind: sample for kind, sample in MESSAGES.items() if kind.split(".")[1] in {"fact", "answer", "status", "policy"}
}
STEERING = "\x1b]0;evil\x07\x1b[2J\u202e"


class Bus:
    """Brings these payloads."""

    def __init__(self, *payloads: bytes) -> None:
        self.payloads = payloads

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        for payload in self.payloads:
            yield "topic", payload


def shown(message: Message) -> str:
    """All that a person may see of it."""
    out = StringIO()
    console = Console(file=out, width=400, force_terminal=False)
    match message.body:
        case Published():
            tail.plain(message)
            out.write(tail.readable(message))
        case Answer() as answer:
            for question in Question:
                if question is not Question.UNMATCHED:
                    found = {"firm": answers.told(question, [answer])}
                    answers.plain(found)
                    tables.show(question, found, console)
        case _:
            show(report(fold(Seen(), message), {}, NOW), console)
    return out.getvalue()


def understood(payload: bytes) -> None:
    try:
        message = decode(payload)
    except Malformed:
        return
    assert all(one.isprintable() for one in shown(message).replace("\n", "")), message


@pytest.mark.parametrize("kind", HEARD)
def test_a_message_with_one_mistake_is_shown_or_passed_over(kind: str) -> None:
    for _, payload in each(HEARD[kind], 60):
        understood(payload)


@pytest.mark.parametrize("kind", HEARD)
def test_so_is_one_with_several(kind: str) -> None:
    @settings(settings.get_profile("hostile"))
    @given(spoiled(HEARD[kind]))
    def whatever(payload: bytes) -> None:
        understood(payload)

    whatever()


def test_a_subject_cannot_steer_the_terminal() -> None:
    sample: Any = MESSAGES["calsync.fact.v1.created"]
    data = {**sample["data"], "fact": {**sample["data"]["fact"], "detail": {"subject": STEERING}}}
    message = decode(json.dumps({**sample, "data": data}).encode())
    assert "evil" in shown(message)
    assert "\x1b" not in shown(message)


async def test_what_is_no_message_is_counted_and_the_next_is_heard() -> None:
    good = json.dumps(MESSAGES["calsync.policy.v1"]).encode()
    listener = Listener(Bus(b"\xff", b"[" * 5_000, good))  # type: ignore[arg-type]
    heard = [message async for message in listener.messages()]
    assert (len(heard), listener.malformed) == (1, 2)
