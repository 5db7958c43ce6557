"""Several pollers on one data folder: they share the mailboxes, and another takes over from one that dies (S5)."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from services.cli.commands import environment
from tests.system.product import QUICK, ROOT, Product, until
from tests.system.small import STAFF, address, small_firm

LEASE = 6
NAMES = ("one", "two", "three")
"""Rendezvous hashing gives mailboxes to each of them; the product's own poller is the first."""
WHO = "dana.lukasik@firm.example"
"""Falls to the last of them."""


class Pollers:
    """The product with two more pollers that were started by hand."""

    def __init__(self, product: Product) -> None:
        self.product = product
        given = environment(product.place, product.place.broker(), product.place.config)
        variables = {**os.environ, **given, "CALSYNC_LEASE_SECONDS": str(LEASE)}
        self.more = [
            subprocess.Popen([sys.executable, "-m", "services.graph_poller"], cwd=ROOT,
                             env={**variables, "CALSYNC_INSTANCE": name}, stderr=subprocess.DEVNULL)
            for name in NAMES[1:]
        ]  # fmt: skip

    def know_each_other(self) -> None:
        """Return when the mailboxes are divided among all three: whoever renews its lease for the second time has
        counted the living after all of them had come."""
        until(lambda: len(self._leases()) == len(NAMES), "three pollers")
        for _ in range(2):
            before = self._leases()
            until(lambda: all(self._leases().get(name, end) > end for name, end in before.items()), "leases renewed")  # noqa: B023 - asked at once

    def reads(self) -> dict[str, int]:
        """How many Graph requests each replica has made so far."""
        pollers = (one for one in self.product.hearer.alive() if one["service"] == "graph-poller")
        return {one["instance"]: one.get("counts", {}).get("requests.microsoft.read", 0) for one in pollers}

    def _leases(self) -> dict[str, int]:
        """When the lease of each living poller on itself ends."""
        store = sqlite3.connect(f"file:{self.product.place.store / 'graph-poller.sqlite3'}?mode=ro", uri=True)
        with closing(store):
            found = store.execute("SELECT name, expires FROM lease WHERE name LIKE 'replica/%' AND expires > 0")
            return {name.removeprefix("replica/"): end for name, end in found}

    def stop(self) -> None:
        for process in self.more:
            process.terminate()
        for process in self.more:
            process.wait(20)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pollers]:
    environment = {"CALSYNC_LEASE_SECONDS": str(LEASE), "CALSYNC_INSTANCE": NAMES[0]}
    with Product(tmp_path_factory.mktemp("three"), QUICK, small_firm, **environment) as product:
        product.first_run()
        pollers = Pollers(product)
        try:
            pollers.know_each_other()
            yield pollers
        finally:
            pollers.stop()


def deltas(product: Product) -> Counter[str]:
    """How often each mailbox was read for changes since the log was cleared."""
    entries = product.ask("GET", "requests", last=2000)["requests"]
    return Counter(one["mailbox"] for one in entries if one["path"].endswith("calendarView/delta"))


def test_three_pollers_share_the_mailboxes_and_read_none_twice(three: Pollers) -> None:
    before = three.reads()
    three.product.ask("DELETE", "requests")
    three.product.sync()
    assert deltas(three.product) == dict.fromkeys(map(address, STAFF), 1)
    three.product.hearer.until(
        lambda: {name for name, count in three.reads().items() if count > before.get(name, 0)} == set(NAMES),
        "each of the three has read",
    )


def test_the_share_of_a_killed_poller_is_taken_over(three: Pollers) -> None:  # O6
    victim = three.more.pop()
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    three.product.add("microsoft", WHO, subject="Whoever reads it")
    three.product.sync()
    rows = three.product.events("practifi", mailbox=WHO)
    assert [one["Subject"] for one in rows].count("Whoever reads it") == 1
