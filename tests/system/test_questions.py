"""What an operator asks and wants at the command line, through real processes: nobody reads a service's memory."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.system.product import QUICK, Product
from tests.system.small import small_firm

Json = dict[str, Any]
WHO = "lena.gilmour@firm.example"
STRANGER = "nobody.knows@elsewhere.example"


def day(days: int) -> str:
    return f"{datetime.now(UTC).date() + timedelta(days=days)}T10:00"


def told(product: Product, *words: str) -> list[Json]:
    """The lines of an answer."""
    done = product.call(*words, "--json")
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout)["tenants"]["firm"]["lines"])


def named(product: Product, side: str, subject: str) -> list[Json]:
    key = "Subject" if side == "practifi" else "subject"
    return [one for one in product.events(side, mailbox=WHO) if one[key] == subject]


def from_before(product: Product, mailbox: str) -> list[Json]:
    """What Microsoft has of the Events that stood in Practifi before the sync."""
    return [one for one in product.events("microsoft", mailbox=mailbox) if one["subject"].endswith("(Practifi)")]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The firm after a day: a conflict, a deletion, and a guest whom nobody knows."""
    with Product(tmp_path_factory.mktemp("questions"), QUICK, small_firm) as running:
        running.first_run()
        guests = [STRANGER, running.ask("GET", "people")["contacts"][0]["Email"]]
        running.add("microsoft", WHO, subject="With a stranger", start=day(20), attendees=guests)
        both = running.add("microsoft", WHO, subject="Contested", start=day(21))
        gone = running.add("microsoft", WHO, subject="Deleted in error", start=day(22))
        running.sync()
        (there,) = named(running, "practifi", "Contested")
        running.change("practifi", there, subject="Contested, says Practifi")
        running.change("microsoft", both, subject="Contested, says Microsoft")
        running.delete("microsoft", gone)
        running.sync()
        yield running


def test_whom_nobody_knows_and_whom_an_address_means(product: Product) -> None:  # M3, M5
    today = str(datetime.now(UTC).date())
    lines = [line for line in told(product, "unmatched") if line["address"] == STRANGER]
    assert lines == [{"address": STRANGER, "events": 1, "seen": today}]
    contact = product.ask("GET", "people")["contacts"][0]
    (line,) = told(product, "who", contact["Email"].upper())
    assert (line["person"], line["chosen"]) == (contact["Id"], True)


def test_a_conflict_is_shown_and_turned_round(product: Product) -> None:  # C3
    (line,) = told(product, "conflicts", "firm")
    assert (line["field"], line["winner"]) == ("subject", "microsoft")
    assert (line["microsoft"], line["practifi"]) == ("Contested, says Microsoft", "Contested, says Practifi")
    done = product.call("turn", line["conflict"])
    assert (done.returncode, done.stdout) == (0, "firm: subject is set back to Practifi's value\n"), done.stderr
    both = "Contested, says Practifi"
    product.hearer.until(lambda: named(product, "microsoft", both), "the value that had lost, in Microsoft")
    assert len(named(product, "practifi", both)) == 1


def test_what_was_there_before_is_counted_and_then_sent(product: Product) -> None:  # D7, D10, E5, A5
    line = next(line for line in told(product, "backfill", "firm", "--to", "microsoft") if line["mailed"])
    box = line["mailbox"]
    assert (line["updates"], from_before(product, box)) == (0, [])
    mails = product.ask("GET", "mails")["mails"]
    done = product.call("backfill", "firm", "--to", "microsoft", "--mailbox", box, "--yes")
    assert f"{line['creations']} to create, 0 to update, {line['mailed']} invitations; begun" in done.stdout
    product.rest()
    held = [one for one in told(product, "attention", "firm") if one["kind"] == "held"]
    assert len(from_before(product, box)) + len(held) == line["creations"]
    assert product.ask("GET", "mails")["mails"] == mails
    product.call("resume", "firm")
    product.hearer.until(lambda: len(from_before(product, box)) == line["creations"], "what waited for consent")
    after = product.ask("GET", "mails")["mails"][len(mails) :]
    assert sum(len(mail["recipients"]) for mail in after) == line["mailed"]


def test_what_was_erased_is_listed_and_restored(product: Product) -> None:  # X5
    assert named(product, "practifi", "Deleted in error") == []
    (line,) = told(product, "deleted")
    done = product.call("restore", line["about"]["link"][:12])
    assert done.returncode == 0, done.stderr
    product.hearer.until(lambda: named(product, "microsoft", "Deleted in error"), "a new event in Microsoft")
    (there,) = named(product, "practifi", "Deleted in error")
    assert there["Id"] == line["about"]["practifi_id"]


def test_everything_is_read_again_for_practifi(product: Product) -> None:  # D10
    done = product.call("backfill", "firm", "--to", "practifi", "--yes")
    assert "mailboxes are read again from the beginning" in done.stdout, done.stderr
    product.hearer.until(product.hearer.on("/in/graph-poller/", b'"fresh":true'), "a run that reads everything")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("turn", "ffffffff"), "there is no such conflict", id="conflict"),
        pytest.param(("restore", "ffffffff"), "there is no such erased Event", id="link"),
    ],
)
def test_what_is_not_known_is_one_line_and_exit_code_2(product: Product, words: tuple[str, ...], says: str) -> None:
    done = product.call(*words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert says in done.stderr


def test_answers_are_kept_by_nobody(product: Product) -> None:  # P3
    told(product, "unmatched")
    answers = [payload for topic, payload in product.hearer.messages if "/answers/" in topic]
    assert any(STRANGER.encode() in payload for payload in answers)
    assert STRANGER not in product.logs()
    store = sqlite3.connect(f"file:{product.place.store / 'registry.sqlite3'}?mode=ro", uri=True)
    with closing(store):
        kept = [str(row) for table in ("row", "effect", "dead") for row in store.execute(f"SELECT * FROM {table}")]
    assert kept
    assert not any(STRANGER in row for row in kept)
