"""Disks fail: what the services remember comes back from a copy, or not at all, and in the end both sides agree,
nothing is there twice and nobody is mailed again (rulings 5 and 6)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.system.oracle import differences, keys_twice
from tests.system.product import QUICK, Product
from tests.system.small import small_firm

Json = dict[str, Any]
WHO = "lena.gilmour@firm.example"
TWO_WAY = {**QUICK, "direction": "two_way"}


def invite(product: Product, subject: str) -> Json:
    """An Event with a guest, made in Practifi."""
    guest = next(one["Email"] for one in product.ask("GET", "people")["contacts"] if one.get("Email"))
    start = f"{datetime.now(UTC).date() + timedelta(days=30)}T10:00"
    return product.add("practifi", WHO, subject=subject, start=start, attendees=[guest])


def mails(product: Product) -> list[str]:
    return [mail["subject"] for mail in product.ask("GET", "mails")["mails"]]


def writes(product: Product) -> int:
    counters = product.ask("GET", "requests")["counters"]
    return sum(int(side["write"]) for side in counters.values())


def all_is_well(product: Product) -> None:
    assert differences(product) == []
    assert keys_twice(product) == []
    assert mails(product) == ["Regatta"], "who was invited is not invited again"
    subjects = [one["subject"] for one in product.events("microsoft", mailbox=WHO)]
    assert (subjects.count("Regatta"), subjects.count("Renamed"), "Gone" in subjects) == (1, 1, False)
    assert product.hearer.dead() == 0


def is_rebuilt(product: Product) -> None:
    """Some runs later all is as it was, and a further one writes nothing."""
    for _ in range(3):
        product.sync()
    all_is_well(product)
    before = writes(product)
    product.sync()
    assert writes(product) == before


@pytest.mark.timeout(300)
def test_stores_that_are_put_back_or_lost_cost_reads_and_nothing_else(tmp_path: Path) -> None:  # rulings 5, 6
    product, copy = Product(tmp_path, TWO_WAY, small_firm), tmp_path / "copy"
    with product:
        product.first_run()
        renamed, gone = (one for one in product.events("microsoft", mailbox=WHO)[:2])
        assert product.call("backup", str(copy)).returncode == 0
        invite(product, "Regatta")
        product.change("microsoft", renamed, subject="Renamed")
        product.change("microsoft", gone, subject="Gone")
        product.sync()
        product.delete("microsoft", gone)
        product.sync()
        all_is_well(product)
        refused = product.call("recover", str(copy))
        assert (refused.returncode, "in use" in refused.stderr) == (2, True)
    assert product.call("recover", str(copy)).returncode == 0
    with product:
        is_rebuilt(product)
    for store in product.place.store.glob("reconciler.sqlite3*"):
        store.unlink()
    with product:
        is_rebuilt(product)
