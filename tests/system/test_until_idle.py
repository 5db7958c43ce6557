"""`calsync up --until-idle`: everything is brought over once, and then there is nothing to do."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.system.oracle import differences, in_practifi, keys_twice
from tests.system.product import Product, only_sandbox, processes_of

Json = dict[str, Any]
KEYS = {"seconds", "observed", "written", "conflicts", "dead", "requests", "cpu_seconds", "peak_rss_mib", "tenants",
        "problems"}  # fmt: skip
SERVICES = {"graph-poller", "salesforce-watcher", "reconciler", "writer", "feed", "registry"}
CPU_MS = 4.0
"""Milliseconds of processor time an event; on a quiet machine it is below two."""


class Twice:
    """Two starts in one folder, and what both sides held after each."""

    def __init__(self, folder: Path) -> None:
        self.product = Product(folder)
        self.summaries: list[Json] = []
        self.sides: list[Json] = []
        for _ in range(2):
            self._start()

    def _start(self) -> None:
        done = self.product.call("up", "--until-idle")
        assert done.returncode == 0, done.stdout + done.stderr
        self.summaries.append(json.loads(done.stdout.splitlines()[-1]))
        assert processes_of(self.product.place.data) == []
        with only_sandbox(self.product):
            self.sides.append({side: self.product.events(side, children=1) for side in ("microsoft", "practifi")})
            self.mails = self.product.ask("GET", "mails")["mails"]
            if len(self.summaries) == 1:
                self.differences = differences(self.product)
                self.events, self.doubles = in_practifi(self.product).total(), keys_twice(self.product)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    return Twice(tmp_path_factory.mktemp("twice"))


def test_the_summary_is_the_last_line_and_says_everything(twice: Twice) -> None:
    for told in twice.summaries:
        assert told.keys() >= KEYS
        assert told["tenants"]["firm"]["failed"] == []
        assert told["cpu_seconds"].keys() == told["peak_rss_mib"].keys() == SERVICES
        assert (told["dead"], told["conflicts"]) == (0, 0)


def test_each_event_of_the_window_stands_once_in_practifi_as_it_stands_in_microsoft(twice: Twice) -> None:  # D9 F3 Z1
    assert twice.differences == []
    assert twice.doubles == []
    assert twice.events > 3_000


def test_the_second_run_writes_nothing_on_either_side(twice: Twice) -> None:  # CON-24
    second = twice.summaries[1]
    assert second["written"] == {"microsoft": 0, "practifi": 0}
    assert [second["requests"][side]["write"] for side in ("microsoft", "practifi")] == [0, 0]
    assert twice.sides[0] == twice.sides[1]


def test_nobody_is_mailed_by_a_first_run(twice: Twice) -> None:  # A5
    assert twice.mails == []


def test_events_travel_in_full_batches(twice: Twice) -> None:  # ruling 23
    first = twice.summaries[0]
    assert first["written"]["practifi"] == twice.events
    assert first["requests"]["practifi"]["write"] <= 1.2 * math.ceil(twice.events / 1000) + 5


def test_an_event_costs_little(twice: Twice) -> None:
    first = twice.summaries[0]
    each = 1000 * sum(first["cpu_seconds"].values()) / twice.events
    sys.stdout.write(f"{each:.2f} ms of processor an event, {first['seconds']} s, peak MiB {first['peak_rss_mib']}\n")
    assert each <= CPU_MS
