"""The made-up firm is what the product has to cope with: its size, its people and its kinds of appointments."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.sandbox.firm import make_firm
from services.sandbox.people import People
from services.sandbox.salesforce import Salesforce
from services.sandbox.world import World
from tests.conformance.sandbox.worlds import START, Window, new_world

Json = dict[str, Any]


@pytest.fixture(scope="session")
def items(firm: tuple[World, People]) -> list[Json]:
    microsoft = firm[0].sides.microsoft
    return [one for box in microsoft.mailboxes() for one in microsoft.events(box["upn"])]


def test_two_thousand_items_become_up_to_4500_occurrences(
    firm: tuple[World, People], items: list[Json], window: Window
) -> None:
    stored = sum(one["type"] != "exception" for one in items)
    shown = sum(len(window(box["upn"])) for box in firm[0].sides.microsoft.mailboxes())
    assert 1_900 <= stored <= 2_100
    assert 3_000 <= shown <= 4_500


def test_few_events_lie_outside_the_window_but_some_do(items: list[Json]) -> None:
    low, high = (START - timedelta(days=30)).isoformat(), (START + timedelta(days=730)).isoformat()
    singles = [one["start"]["dateTime"] for one in items if one["type"] == "singleInstance"]
    outside = [one for one in singles if not low < one < high]
    assert 4 <= len(outside) < len(singles) / 50


def test_every_recurrence_pattern_and_every_ending_occurs(items: list[Json]) -> None:
    rules = [one["recurrence"] for one in items if one["recurrence"]]
    patterns = {one["pattern"]["type"] for one in rules}
    assert patterns == {"daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"}
    assert {one["range"]["type"] for one in rules} == {"noEnd", "endDate", "numbered"}
    assert sum(one["pattern"]["type"] == "daily" and one["range"]["type"] == "noEnd" for one in rules) <= 2


KINDS: dict[str, Callable[[Json], Any]] = {
    "a Teams meeting": lambda one: one["onlineMeeting"] and one["onlineMeeting"]["joinUrl"],
    "private": lambda one: one["sensitivity"] == "private",
    "confidential": lambda one: one["sensitivity"] == "confidential",
    "personal": lambda one: one["sensitivity"] == "personal",
    "one day": lambda one: one["isAllDay"] and _days(one) == 1,
    "several days": lambda one: one["isAllDay"] and _days(one) > 1,
    "longer than 14 days": lambda one: one["isAllDay"] and _days(one) > 14,
    "tentative": lambda one: one["showAs"] == "tentative",
    "out of office": lambda one: one["showAs"] == "oof",
    "several locations": lambda one: len(one["locations"]) > 1,
    "a subject over 255 characters": lambda one: len(one["subject"]) > 255,
    "a subject beyond ASCII": lambda one: not one["subject"].isascii(),
    "a foreign zone": lambda one: one["originalStartTimeZone"] == "Tokyo Standard Time",
    "more than 50 attendees": lambda one: len(one["attendees"]) > 50,
    "a room": lambda one: any(guest["type"] == "resource" for guest in one["attendees"]),
    "a cancelled meeting's copy": lambda one: one["isCancelled"],
    "an accepted invitation": lambda one: one["responseStatus"]["response"] == "accepted",
    "an exception that moved": lambda one: (
        one["type"] == "exception" and one["originalStart"][:16] != one["start"]["dateTime"][:16]
    ),
    "an exception that was renamed": lambda one: one["type"] == "exception" and "with guest" in one["subject"],
}  # fmt: skip


def _days(one: Json) -> int:
    begin, end = (datetime.fromisoformat(one[key]["dateTime"][:19]) for key in ("start", "end"))
    return (end - begin).days


@pytest.mark.parametrize("kind", KINDS)
def test_there_is(kind: str, items: list[Json]) -> None:
    assert any(KINDS[kind](one) for one in items)


def test_occurrences_were_cancelled(firm: tuple[World, People]) -> None:
    boxes = firm[0].sides.microsoft.tenant.mailboxes.values()
    assert sum(len(event.deleted) for box in boxes for event in box.events.values()) >= 12


def test_a_series_keeps_its_hour_over_the_change_of_clocks(firm: tuple[World, People], window: Window) -> None:  # Z2
    chief = firm[1].advisors[0]
    weekly = [one for one in window(chief.address) if one["subject"] == "Office meeting"]
    starts = [datetime.fromisoformat(one["start"]["dateTime"][:19] + "+00:00") for one in weekly]
    assert len({at.hour for at in starts}) == 2
    assert {at.astimezone(ZoneInfo("America/New_York")).hour for at in starts} == {9}


def test_an_internal_meeting_is_in_every_invited_mailbox(firm: tuple[World, People], items: list[Json]) -> None:
    copies = Counter(one["uid"] for one in items if one["subject"] == "All advisors")
    assert list(copies.values()) == [len(firm[1].advisors)]


def test_mailboxes_that_cannot_be_synced_exist(firm: tuple[World, People]) -> None:  # E3
    kinds = {user.kind for user in firm[0].sides.microsoft.tenant.users.values()}
    assert kinds == {"mailbox", "on_premises", "unlicensed"}


def test_users_pair_by_each_key_and_two_mailboxes_by_none(firm: tuple[World, People]) -> None:  # M7
    world, people = firm
    users = [one for one in world.sides.salesforce.rows("User") if one["IsActive"]]
    found = {key: [one for one in people.advisors if _claims(users, key, one.address)] for key in _KEYS}
    assert all(found.values())
    claims = [sum(any(_is(user, key, one.address) for key in _KEYS) for user in users) for one in people.others]
    assert claims == [2, 0]


_KEYS = ("FederationIdentifier", "Email", "Username")


def _is(user: Json, key: str, address: str) -> bool:
    return str(user[key] or "").lower() == address


def _claims(users: list[Json], key: str, address: str) -> bool:
    return any(_is(user, key, address) for user in users)


def _domain_of(salesforce: Salesforce, field: str) -> int:
    return sum(bool(one[field]) for one in salesforce.rows("Contact"))


def test_clients_have_addresses_of_every_kind(firm: tuple[World, People]) -> None:  # M1, M2
    salesforce = firm[0].sides.salesforce
    assert len(salesforce.rows("Contact")) == 300
    assert sum(not one["IsPersonAccount"] and "Household" in one["Name"] for one in salesforce.rows("Account")) == 150
    for field in ("Email", "practifi__Alternate_Email__c", "Assistant_Email__c"):
        assert 0 < _domain_of(salesforce, field) < 300
    assert len(salesforce.rows("ContactPointEmail")) > 20
    assert any(one["Email"] and one["Email"] != one["Email"].lower() for one in salesforce.rows("Contact"))


def test_practifi_begins_with_thirty_events_that_nobody_has_edited(firm: tuple[World, People]) -> None:  # D7
    rows = firm[0].sides.salesforce.rows("Event")
    assert len(rows) == 30
    assert all(one["CreatedDate"] == one["LastModifiedDate"] < "2026-02" for one in rows)


def test_nobody_was_mailed_for_the_firm(firm: tuple[World, People]) -> None:
    assert firm[0].sides.microsoft.mails == []


def test_it_takes_less_than_three_seconds() -> None:
    world, before = new_world(8), process_time()
    make_firm(world, 8, START)
    assert process_time() - before < 3


PRINT = """
import hashlib, json
from datetime import datetime, UTC
from services.sandbox.keys import Keys, made
from services.sandbox.firm import make_firm
world = made(Keys("tenant", "client", "secret", "org-client", "calsync@firm.example"), {seed})
make_firm(world, {seed}, datetime(2026, 3, 2, 8, tzinfo=UTC))
m, s = world.sides.microsoft, world.sides.salesforce
held = [m.events(box["upn"]) for box in m.mailboxes()], [s.rows(kind) for kind in s.memory.tables]
print(hashlib.sha256(json.dumps(held).encode()).hexdigest())
"""


def _printed(seed: int, hashing: str) -> str:
    run = [sys.executable, "-c", PRINT.format(seed=seed)]
    done = subprocess.run(run, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": hashing})
    return done.stdout.decode().strip()


def test_the_same_seed_makes_the_same_bytes_in_every_process() -> None:
    first = _printed(5, "1")
    assert first == _printed(5, "2")
    assert first != _printed(6, "1")
    assert len(first) == len(hashlib.sha256(json.dumps([]).encode()).hexdigest())
