"""Several pollers on one data folder: they share the mailboxes, and another takes over from one that dies (S5)."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from services.cli.commands import environment
from tests.system.product import QUICK, ROOT, Product, until

LEASE = 6
WHO = "lena.gilmour@firm.example"


class Pollers:
    """The product with two more pollers that were started by hand."""

    def __init__(self, product: Product) -> None:
        self.product = product
        given = environment(product.place, product.place.broker(), product.place.config)
        variables = {**os.environ, **given, "CALSYNC_LEASE_SECONDS": str(LEASE)}
        self.more = [
            subprocess.Popen([sys.executable, "-m", "services.graph_poller"], cwd=ROOT, env=variables,
                             stderr=subprocess.DEVNULL)
            for _ in range(2)
        ]  # fmt: skip

    def alive(self) -> list[Any]:
        return [one for one in self.product.hearer.alive() if one["service"] == "graph-poller"]

    def reads(self) -> dict[str, int]:
        """How many Graph requests each replica has made so far."""
        counts = ((one["instance"], one.get("counts", {})) for one in self.alive())
        return {name: count.get("requests.microsoft.read", 0) for name, count in counts}

    def stop(self) -> None:
        for process in self.more:
            process.terminate()
        for process in self.more:
            process.wait(20)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pollers]:
    with Product(tmp_path_factory.mktemp("three"), QUICK, CALSYNC_LEASE_SECONDS=str(LEASE)) as product:
        product.first_run()
        pollers = Pollers(product)
        try:
            product.hearer.until(lambda: len(pollers.alive()) == 3, "three pollers")
            yield pollers
        finally:
            pollers.stop()


def deltas(product: Product) -> Counter[str]:
    """How often each mailbox was read for changes since the log was cleared."""
    entries = product.ask("GET", "requests", last=2000)["requests"]
    return Counter(one["mailbox"] for one in entries if one["path"].endswith("calendarView/delta"))


@pytest.mark.timeout(120)
def test_three_pollers_share_the_mailboxes_and_read_none_twice(three: Pollers) -> None:
    until(lambda: len(three.alive()) == 3, "three pollers")
    before = three.reads()
    three.product.ask("DELETE", "requests")
    three.product.sync()
    three.product.hearer.until(lambda: sum(three.reads().values()) >= sum(before.values()) + 16, "all reads told")
    worked = [name for name, count in three.reads().items() if count > before.get(name, 0)]
    assert len(worked) == 3
    assert set(deltas(three.product).values()) == {1}


@pytest.mark.timeout(120)
def test_the_share_of_a_killed_poller_is_taken_over(three: Pollers) -> None:  # O6
    victim = three.more.pop()
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    three.product.add("microsoft", WHO, subject="Whoever reads it")
    three.product.sync(LEASE + 12)
    rows = three.product.events("practifi", mailbox=WHO)
    assert [one["Subject"] for one in rows].count("Whoever reads it") == 1
