"""What is private stays in Outlook, and what is anybody's business stays out of logs and public topics."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.system.oracle import HIDDEN, private_words
from tests.system.product import Product

Json = dict[str, Any]
WHO = "dana.lukasik@firm.example"
SECRET = "zirconium-wedding"
LATER = "obsidian-lawsuit"
GUEST = "nobody-but-me@clinic.example.org"


def at(days: int) -> str:
    return f"{datetime.now(UTC).date() + timedelta(days=days)}T03:07"


@pytest.fixture(scope="module")
def hidden(product: Product) -> Json:
    """One event that was private from the start, and one that turned private after Practifi had it in full."""
    words = {"body": f"{SECRET} body", "location": f"{SECRET} place", "attendees": [GUEST]}
    born = product.add("microsoft", WHO, subject=f"{SECRET} subject", start=at(3), sensitivity="private", **words)
    told = product.add("microsoft", WHO, subject=f"{LATER} subject", start=at(4), body=f"{LATER} body")
    product.sync()
    assert any(LATER in str(row) for row in product.events("practifi", mailbox=WHO))
    product.change("microsoft", told, sensitivity="confidential")
    product.sync()
    return {"born": born, "told": told}


def shown(product: Product, event: Json) -> Json:
    """The Practifi Event of an event, found by its odd time."""
    start = event["start"]["dateTime"][:19]
    (row,) = [row for row in product.events("practifi", mailbox=WHO) if row["StartDateTime"].startswith(start)]
    return row


def in_stores(folder: Path) -> str:
    """All rows of all stores, as the services read them."""
    found = []
    for file in sorted(folder.glob("*.sqlite3")):
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as store:
            for (table,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                found += [str(row) for row in store.execute(f"SELECT * FROM {table}").fetchall()]
        store.close()
    return "\n".join(found)


def in_files(folder: Path) -> bytes:
    """All bytes that the services and the broker keep; the sandbox's own memory is a remote's."""
    kept = [
        one for one in sorted(folder.rglob("*")) if one.is_file() and "sandbox" not in one.relative_to(folder).parts
    ]
    return b"\n".join(one.read_bytes() for one in kept)


def test_of_a_private_event_practifi_knows_only_the_time(product: Product, hidden: Json) -> None:  # P1
    row = shown(product, hidden["born"])
    assert (row["Subject"], row["IsPrivate"]) == (HIDDEN, True)
    assert (row["Location"], row["Description"], row["Attendee_Count__c"]) == (None, None, 0)


def test_a_private_event_is_nowhere_but_in_microsoft(product: Product, hidden: Json) -> None:  # P1 P3
    for word in (SECRET, GUEST):
        assert word not in str(product.events("practifi", children=1))
        assert word.encode() not in in_files(product.place.data)
        assert not product.hearer.on("", word.encode())()


def test_an_event_that_turns_private_loses_its_text_at_once(product: Product, hidden: Json) -> None:  # P2, ruling 20
    row = shown(product, hidden["told"])
    assert (row["Subject"], row["Description"]) == (HIDDEN, None)
    assert LATER not in str(product.events("practifi", children=1))
    assert LATER not in in_stores(product.place.store)


def test_no_private_subject_of_the_firm_is_in_practifi_a_store_a_log_or_on_a_topic(product: Product) -> None:  # P1 P3
    words = {word for word in private_words(product.events("microsoft")) if LATER not in word}
    assert words
    shown, kept, logs = str(product.events("practifi")), in_stores(product.place.store), product.logs()
    for word in words:
        assert word not in shown + kept + logs
        assert not product.hearer.on("", word.encode())()


def test_no_subject_and_no_address_is_in_a_log(product: Product, hidden: Json) -> None:  # P3
    logs = product.logs()
    subjects = {one["subject"] for one in product.events("microsoft") if len(one["subject"]) > 6}
    people = product.ask("GET", "people")
    addresses = {box["mail"] for box in people["mailboxes"]} | {str(one.get("Email")) for one in people["contacts"]}
    assert [word for word in subjects | addresses if word in logs] == []


def test_public_topics_hold_ids_alone(product: Product, hidden: Json) -> None:  # S3
    said = b"\n".join(payload for topic, payload in product.hearer.messages if topic.split("/")[3] == "events").decode()
    assert product.hearer.kinds("created")
    subjects = {one["subject"] for one in product.events("microsoft") if len(one["subject"]) > 6}
    assert [word for word in subjects if word in said] == []
    assert "@firm.example" not in said
