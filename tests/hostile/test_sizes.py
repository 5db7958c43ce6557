"""Answers as large as they get (fewer occurrences and rows where little is tried): nothing is lost but what is
too large itself, in bounded memory and time."""

import json
import subprocess
import sys
from typing import Any

from services.clients.graph.parts import BODY
from services.clients.odd import MOST
from services.graph_poller.tell import ITEMS
from services.kernel.mqtt import MAX_PAYLOAD
from tests.hostile.heavy import MANY

MOST_MIB = 600
"""Peak memory of a process that reads such an answer and says it."""


def heavy(case: str) -> dict[str, Any]:
    """What the case came to, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.heavy", case], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["peak"] < MOST_MIB, found
    assert found["seconds"] < 30, found
    return found


def test_a_page_of_fifty_megabytes_arrives() -> None:
    found = heavy("large_page")
    assert found["size"] > 50_000_000
    assert found["items"] == 200


def test_a_body_of_ten_megabytes_is_set_aside_and_the_others_arrive() -> None:  # O5
    found = heavy("large_body")
    assert found["unread"] == ["e7"]
    assert found["items"] == 199


def test_five_thousand_guests_arrive() -> None:
    found = heavy("many_guests")
    assert (found["guests"], found["items"]) == (5_000, 4)


def test_a_hundred_thousand_occurrences_arrive() -> None:
    found = heavy("many_occurrences")
    assert found["items"] == MANY


def test_a_hundred_thousand_rows_in_one_answer_arrive() -> None:
    assert heavy("many_rows")["rows"] == MANY


def test_a_full_message_of_the_longest_bodies_can_be_sent() -> None:
    assert ITEMS * BODY * 6 < MAX_PAYLOAD, "six bytes for a character that JSON escapes"
    assert MOST < MAX_PAYLOAD
