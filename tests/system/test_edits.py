"""What people do on either side, seen on the other at the next run. Each test works with events of its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.system.product import Product

Json = dict[str, Any]
WHO = "lena.gilmour@firm.example"
RULE = {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]},
        "range": {"type": "numbered", "numberOfOccurrences": 5}}  # fmt: skip


def day(days: int) -> str:
    return str(datetime.now(UTC).date() + timedelta(days=days))


def monday(weeks: int) -> str:
    today = datetime.now(UTC).date()
    return str(today + timedelta(days=7 * weeks - today.weekday()))


def rows(product: Product, subject: str) -> list[Json]:
    """The Practifi Events with this subject."""
    return [one for one in product.events("practifi", mailbox=WHO) if one["Subject"] == subject]


def row(product: Product, subject: str) -> Json:
    (found,) = rows(product, subject)
    return found


def meetings(product: Product, subject: str) -> list[Json]:
    """The Microsoft events with this subject, in all mailboxes."""
    return [one for one in product.events("microsoft") if one["subject"] == subject]


def meeting(product: Product, subject: str) -> Json:
    (found,) = meetings(product, subject)
    return found


@pytest.fixture
def both(product: Product) -> Callable[..., tuple[Json, Json]]:
    """An event born in Microsoft, and what Practifi made of it."""

    def made(subject: str, **fields: Any) -> tuple[Json, Json]:
        fields.setdefault("start", f"{day(20)}T10:00")
        one = product.add("microsoft", WHO, subject=subject, **fields)
        product.sync()
        return one, row(product, subject)

    return made


def mails(product: Product) -> list[Json]:
    return list(product.ask("GET", "mails")["mails"])


def test_a_new_event_and_its_edits_in_microsoft_are_shown_in_practifi(product: Product, both: Any) -> None:  # D3
    event, there = both("Tide tables", location="Pier 4")
    assert there["Location"] == "Pier 4"
    product.change("microsoft", event, subject="Tide tables, revised", start=f"{day(21)}T15:30")
    product.sync()
    after = row(product, "Tide tables, revised")
    assert (after["Id"], after["StartDateTime"][:10]) == (there["Id"], day(21))
    assert after["DurationInMinutes"] == 60


def test_an_edit_in_practifi_is_shown_in_microsoft(product: Product, both: Any) -> None:  # D6
    event, there = both("Lamp oil")
    product.change("practifi", there, subject="Lamp oil and wicks", location="Shed")
    product.sync()
    after = product.there(event, "microsoft")
    assert after
    assert (after["subject"], after["location"]["displayName"]) == ("Lamp oil and wicks", "Shed")
    assert after["start"] == event["start"]


def test_different_fields_changed_on_both_sides_both_survive(product: Product, both: Any) -> None:  # CON-01
    event, there = both("Anchor chain")
    product.change("microsoft", event, start=f"{day(22)}T09:00")
    product.change("practifi", there, location="Dry dock")
    product.sync()
    here, after = product.there(event, "microsoft"), row(product, "Anchor chain")
    assert here
    assert (here["location"]["displayName"], after["Location"]) == ("Dry dock", "Dry dock")
    start = datetime.fromisoformat(here["start"]["dateTime"][:19])
    assert start.date() == datetime.fromisoformat(day(22)).date()
    assert datetime.fromisoformat(after["StartDateTime"]).replace(tzinfo=None) == start
    assert [one for one in product.hearer.kinds("conflict") if one["about"].get("practifi_id") == there["Id"]] == []


def test_the_same_field_changed_on_both_sides_is_microsofts_and_one_conflict(product: Product, both: Any) -> None:  # C1
    event, there = both("Rope locker")
    product.change("practifi", there, subject="Rope locker, says Practifi")
    product.change("microsoft", event, subject="Rope locker, says Microsoft")
    product.sync()
    here = product.there(event, "microsoft")
    assert here
    assert here["subject"] == "Rope locker, says Microsoft"
    assert row(product, "Rope locker, says Microsoft")["Id"] == there["Id"]
    product.sync()
    (told,) = [one for one in product.hearer.kinds("conflict") if one["about"].get("practifi_id") == there["Id"]]
    assert (told["winner"], told["fields"]) == ("microsoft", ["subject"])


def test_a_deletion_in_microsoft_deletes_in_practifi(product: Product, both: Any) -> None:  # X1
    event, _ = both("Old buoy")
    product.delete("microsoft", event)
    product.sync()
    assert rows(product, "Old buoy") == []


def test_a_deletion_in_practifi_deletes_in_microsoft(product: Product, both: Any) -> None:  # X1 X3
    event, there = both("Worn sail")
    product.delete("practifi", there)
    product.sync()
    assert product.there(event, "microsoft") is None
    product.sync()
    assert rows(product, "Worn sail") == []


def test_an_event_born_in_practifi_mails_its_guests_once_and_never_for_the_list(product: Product) -> None:  # A3 A4 A5
    guests = [one["Email"] for one in product.ask("GET", "people")["contacts"] if one.get("Email")][:3]
    before = len(mails(product))
    start = f"{day(25)}T10:00"
    there = product.add("practifi", WHO, subject="Launch party", start=start, attendees=guests[:2])
    product.sync()
    event = meeting(product, "Launch party")
    invited = {one["emailAddress"]["address"].lower() for one in event["attendees"]}
    assert invited == {one.lower() for one in guests[:2]}
    first = mails(product)[before:]
    assert [mail["kind"] for mail in first] == ["invitation"]
    assert sorted(address.lower() for address in first[0]["recipients"]) == sorted(invited)
    product.change("practifi", there, attendees=[guests[2]])
    product.sync()
    product.sync()
    after = product.there(event, "microsoft")
    assert after
    assert {one["emailAddress"]["address"].lower() for one in after["attendees"]} == invited
    assert mails(product)[before:] == first


def test_a_teams_meeting_asked_for_in_practifi_brings_its_join_link_back(product: Product) -> None:  # T2
    product.add("practifi", WHO, subject="Harbour call", start=f"{day(26)}T10:00", teams=True)
    product.sync()
    event = meeting(product, "Harbour call")
    assert event["isOnlineMeeting"]
    assert row(product, "Harbour call")["Teams_URL__c"] == event["onlineMeeting"]["joinUrl"]


@pytest.fixture
def weekly(product: Product) -> Callable[[str], tuple[Json, list[Json]]]:
    """A series of five Mondays, and its Practifi Events in order."""

    def made(subject: str) -> tuple[Json, list[Json]]:
        rule = {**RULE, "range": {**RULE["range"], "startDate": monday(2)}}
        one = product.add("microsoft", WHO, subject=subject, start=f"{monday(2)}T10:00", recurrence=rule)
        product.sync()
        found = rows(product, subject)
        assert [row["StartDateTime"][:10] for row in found] == [monday(weeks) for weeks in range(2, 7)]
        return one, found

    return made


def occurrences(product: Product, series: Json) -> list[Json]:
    found = product.events("microsoft", mailbox=WHO, start=monday(1), end=monday(10))
    return [one for one in found if one["seriesMasterId"] == series["id"]]


def test_an_occurrence_renamed_in_microsoft_touches_only_its_own_event(product: Product, weekly: Any) -> None:  # REC-08
    series, before = weekly("Night watch")
    product.change("microsoft", occurrences(product, series)[1], subject="Night watch with captain")
    product.sync()
    after = {one["Id"]: one for one in product.events("practifi", mailbox=WHO)}
    assert after[before[1]["Id"]]["Subject"] == "Night watch with captain"
    others = [one for place, one in enumerate(before) if place != 1]
    assert [after[one["Id"]] for one in others] == others


def test_a_series_moved_in_microsoft_moves_its_events_and_keeps_them(product: Product, weekly: Any) -> None:  # R1 R3
    series, before = weekly("Deck scrub")
    product.change("microsoft", series, start=f"{monday(2)}T14:00", location="Aft")
    product.sync()
    after = rows(product, "Deck scrub")
    assert [one["Id"] for one in after] == [one["Id"] for one in before]
    assert {one["Location"] for one in after} == {"Aft"}
    hours = timedelta(hours=4)
    moved = [datetime.fromisoformat(one["StartDateTime"]) - hours for one in after]
    assert moved == [datetime.fromisoformat(one["StartDateTime"]) for one in before]


def test_an_occurrence_cancelled_in_microsoft_is_removed(product: Product, weekly: Any) -> None:  # R1 X1
    series, before = weekly("Knot lesson")
    product.delete("microsoft", occurrences(product, series)[2])
    product.sync()
    left = [one["Id"] for one in rows(product, "Knot lesson")]
    assert left == [one["Id"] for place, one in enumerate(before) if place != 2]


def test_an_occurrence_edited_in_practifi_becomes_an_exception_in_microsoft(
    product: Product, weekly: Any
) -> None:  # R5
    series, before = weekly("Compass check")
    product.change("practifi", before[3], subject="Compass check, long")
    product.sync()
    found = occurrences(product, series)
    assert [one["subject"] for one in found] == ["Compass check"] * 3 + ["Compass check, long"] + ["Compass check"]
    assert found[3]["type"] == "exception"
