"""Whatever dies or misbehaves in the middle of a sync, the end is the same: both sides agree, nothing is there twice
and nobody is mailed twice (O4, O6)."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.world import World
from tests.system.oracle import differences, keys_twice
from tests.system.product import QUICK, Product, until
from tests.system.small import small_firm

Json = dict[str, Any]
WHO = "lena.gilmour@firm.example"
MOMENTS = {
    "broker": ("/in/writer/", b""),
    "graph-poller": ("/in/reconciler/", b"microsoft"),
    "salesforce-watcher": ("/in/reconciler/", b"calsync.people.v1"),
    "reconciler": ("/in/writer/", b""),
    "writer": ("/in/reconciler/", b"calsync.outcomes.v1"),
    "feed": ("/in/feed/", b"created"),
    "registry": ("/in/graph-poller/", b"calsync.run-due.v1"),
}
"""What is heard just before somebody dies: the first sign that it, or who depends on it, is in the middle of work."""
FAULTS = {"throttle": 0.3, "unavailable": 0.3, "timeout-after": 0.2, "timeout-before": 0.2}
SLOW = "yara.okafor@firm.example"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Product]]:
    """`calsync up` on its way to its first sync, with a fault from the beginning; who dies is missed soon."""
    with ExitStack() as at_end:

        def begin(name: str, **fault: Any) -> Product:
            def fill(world: World) -> None:
                small_firm(world)
                world.faults.set(name, **fault)

            return at_end.enter_context(Product(tmp_path, QUICK, fill, CALSYNC_LEASE_SECONDS="3"))

        yield begin


def kill(product: Product, name: str) -> None:
    """`kill -9`, the broker with all that it remembers; returns when another is in its place."""
    died = product.kill(name)
    if name == "broker":
        for kept in (product.place.data / "broker").glob("*.db*"):
            kept.unlink()
        shutil.rmtree(product.place.data / "broker" / "data", ignore_errors=True)
    until(lambda: [pid for pid in product.pids(name) if pid != died], f"another {name}")


def invite(product: Product) -> list[str]:
    """An Event with two guests, made in Practifi; their addresses."""
    people = product.ask("GET", "people")["contacts"]
    guests = [one["Email"].lower() for one in people if one.get("Email")][:2]
    start = f"{datetime.now(UTC).date() + timedelta(days=30)}T10:00"
    product.add("practifi", WHO, subject="Regatta", start=start, attendees=guests)
    return guests


def mails(product: Product) -> list[Json]:
    return list(product.ask("GET", "mails")["mails"])


def all_is_well(product: Product, guests: list[str]) -> None:
    """Both sides agree, nothing is twice, each guest was mailed once, and nothing was set aside."""
    assert differences(product) == []
    assert keys_twice(product) == []
    assert [one["subject"] for one in product.events("microsoft")].count("Regatta") == 1
    assert [sorted(mail["recipients"]) for mail in mails(product)] == [sorted(guests)]
    assert product.hearer.dead() == 0


@pytest.mark.parametrize("name", MOMENTS)
def test_killed_in_the_middle_of_a_sync_it_carries_on(name: str, start: Callable[..., Product]) -> None:  # O6
    starting = start("slow", mailbox=SLOW)  # the run is in its middle as long as this mailbox is read
    hearer = starting.hearer
    hearer.until(hearer.on(*MOMENTS[name]), f"the moment of {name}")
    kill(starting, name)
    assert hearer.kinds("run-finished") == []
    starting.first_run()
    guests = invite(starting)
    heard = len(hearer.messages)
    starting.ask_for_run()
    if name == "writer":
        until(lambda: mails(starting), "the mail that the writer caused")
    else:
        hearer.until(hearer.on("/in/", b"run-due", heard), "the second run")
    kill(starting, name)
    starting.sync()
    all_is_well(starting, guests)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_side_that_misbehaves_costs_time_and_nothing_else(
    fault: str, start: Callable[..., Product]
) -> None:  # O4, ruling 9
    starting = start(fault, rate=FAULTS[fault])
    starting.hearer.until(lambda: starting.hearer.kinds("run-finished"), "a finished run")
    guests = invite(starting)
    starting.sync()
    struck = starting.ask("GET", "faults")["struck"][fault]
    starting.ask("DELETE", "faults", name="all")
    starting.sync()
    all_is_well(starting, guests)
    assert struck > 3
    assert [one for one in starting.hearer.problems() if one.get("heals")] == []
