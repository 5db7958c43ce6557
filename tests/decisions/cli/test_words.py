"""What the command line says to a person."""

import json
from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest

from contracts.calendar import Side
from contracts.facts import (
    Blocked,
    Conflict,
    Created,
    Deleted,
    Detail,
    Fact,
    Failed,
    MailboxState,
    Published,
    RunFinished,
    RunStarted,
    Subject,
    Updated,
)
from contracts.message import Message
from services.cli.echo import shown
from services.cli.people import values
from services.cli.tail import plain, readable, sentence
from services.kernel.errors import Fatal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ABOUT = Subject("link-1", "box", "AAMk1", "00U1")


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        pytest.param(Created(ABOUT, Side.PRACTIFI), "created in Practifi: 00U1", id="created"),
        pytest.param(Created(ABOUT, Side.MICROSOFT, mailed=3), "created in Microsoft: AAMk1 (mail to 3)", id="mail"),
        pytest.param(
            Updated(ABOUT, Side.PRACTIFI, ("subject", "when"), detail=Detail("Lunch")),
            "updated in Practifi: 00U1, subject, when “Lunch”", id="updated-with-detail",
        ),
        pytest.param(Deleted(Subject("link-1"), Side.PRACTIFI), "deleted in Practifi: link link-1", id="no-id-yet"),
        pytest.param(
            Conflict(ABOUT, Side.MICROSOFT, ("when",)), "conflict, Microsoft wins: AAMk1, when", id="conflict",
        ),
        pytest.param(
            RunFinished("r1", NOON, 4, ("org",)), "run r1 finished, 4 items, could not read org", id="run-with-failure"
        ),
    ],
)  # fmt: skip
def test_a_fact_is_one_readable_line(fact: Fact, said: str) -> None:  # S2
    assert sentence(fact) == said


def test_every_kind_of_fact_has_a_sentence_of_its_own() -> None:  # S2
    facts: list[Fact] = [
        Created(ABOUT, Side.PRACTIFI), Updated(ABOUT, Side.PRACTIFI), Deleted(ABOUT, Side.PRACTIFI),
        Conflict(ABOUT, Side.PRACTIFI, ()), Blocked(ABOUT, Side.PRACTIFI, "no mailbox"),
        Failed(ABOUT, Side.PRACTIFI, "403", "forbidden"), RunStarted("r1"), RunFinished("r1", NOON),
        MailboxState("box", "excluded", "no licence"),
    ]  # fmt: skip
    assert {type(fact) for fact in facts} == set(get_args(Fact))
    assert [fact for fact in facts if sentence(fact) == type(fact).__name__] == []
    assert len({sentence(fact) for fact in facts}) == len(facts)


def test_a_line_for_machines_can_be_read_back() -> None:  # S2
    published = Published(7, NOON, Created(ABOUT, Side.PRACTIFI))
    message = Message(id="m", tenant="firm", sent_at=NOON, body=published)
    line = json.loads(plain(message))
    assert line.pop("tenant") == "firm"
    assert msgspec.convert(line, Published) == published
    assert readable(message) == "12:00:00 firm #7 created in Practifi: 00U1"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        pytest.param({"level": "info", "event": "started"}, "", id="routine-is-quiet"),
        pytest.param(
            {"level": "error", "event": "the secret is wrong", "tenant": "firm", "where": "[microsoft]",
             "mend": "Make a new one", "part": "graph-poller"},
            "firm [microsoft]: the secret is wrong. Make a new one", id="what-to-do-is-said",
        ),
        pytest.param(
            {"level": "warning", "event": "broker lost", "why": "refused"}, "broker lost (why=refused)", id="details"
        ),
    ],
)  # fmt: skip
def test_of_a_log_only_what_matters_is_shown_as_a_sentence(line: dict[str, str], text: str) -> None:
    assert shown(json.dumps(line)) == text


def test_of_a_traceback_only_its_end_is_shown() -> None:
    trace = ["Traceback (most recent call last):", '  File "x.py", line 1, in f', "ValueError: no"]
    assert [shown(line) for line in trace] == ["", "", "ValueError: no"]


def test_field_and_value_are_told_apart_at_the_first_equals_sign() -> None:
    assert values(["subject=a=b", "location="]) == {"subject": "a=b", "location": ""}


def test_a_word_without_a_value_is_refused_with_an_example() -> None:
    with pytest.raises(Fatal, match="--set subject=Lunch"):
        values(["subject"])
