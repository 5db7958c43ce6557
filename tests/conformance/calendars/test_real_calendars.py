"""A real calendar that is imported into a mailbox arrives in Practifi with the occurrences, dates and all-day flags
that another reader of the file finds (recurring-ical-events), but for what Exchange itself cannot hold, which is
named."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from services.graph_poller.window import said
from services.sandbox.ics import import_ics
from tests.conformance.calendars.firm import POLICY, WHO, firm

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "calendars"
FILES = sorted(FOLDER.glob("*.ics"))
DAY = timedelta(days=1)
LONGEST = timedelta(days=14)
"""Salesforce holds no longer event; what is longer is cut there (F3, salesforce.md §2.2)."""
HOME = ZoneInfo("Europe/Berlin")
"""The mailbox's zone, in which times without one are meant."""


def first_day(calendar: Any) -> date:
    found = [event["DTSTART"].dt for event in calendar.walk("VEVENT")]
    return min(one.date() if isinstance(one, datetime) else one for one in found)


def aware(one: datetime) -> datetime:
    return (one if one.tzinfo else one.replace(tzinfo=HOME)).astimezone(UTC)


def wanted(start: Any, end: Any) -> tuple[str, str]:
    """As Practifi can hold it: whole minutes, 14 days, and whole days as dates."""
    if not isinstance(start, datetime):
        return start.isoformat(), min(max(end, start + DAY), start + LONGEST).isoformat()
    first = aware(start).replace(second=0, microsecond=0)
    last = min(aware(end).replace(second=0, microsecond=0), first + LONGEST)
    return first.isoformat(), last.isoformat()


def theirs(calendar: Any, refused: set[str], low: datetime, high: datetime) -> Counter[tuple[str, str]]:
    calendar.subcomponents = [part for part in calendar.subcomponents if str(part.get("UID")) not in refused]
    found = recurring_ical_events.of(calendar).between(low, high)
    standing = [one for one in found if one.get("STATUS") != "CANCELLED"]
    return Counter(
        wanted(one["DTSTART"].dt, one["DTEND"].dt if "DTEND" in one else one["DTSTART"].dt) for one in standing
    )


def arrived(event: dict[str, Any]) -> tuple[str, str]:
    start = datetime.fromisoformat(event["StartDateTime"])
    end = datetime.fromisoformat(event["EndDateTime"])
    if event["IsAllDayEvent"]:
        return start.date().isoformat(), (end.date() + DAY).isoformat()
    return start.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat()


@pytest.fixture
def text(file: Path) -> bytes:
    return file.read_bytes()


@pytest.mark.skipif(not FILES, reason="the real calendars are not beside the project")
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
async def test_a_real_calendar_arrives_in_practifi(text: bytes, tmp_path: Path) -> None:  # R1, Z1, Z2
    calendar = icalendar.Calendar.from_ical(text)
    for number, event in enumerate([event for event in calendar.walk("VEVENT") if not event.get("UID")], 1):
        event["UID"] = f"no-uid-{number}"
    now = datetime.combine(first_day(calendar), time(12), UTC)
    async with firm(tmp_path, now) as it:
        imported = import_ics(it.world.sides.microsoft, WHO, text, now)
        await it.sync()
        found = Counter(arrived(event) for event in it.events())
        assert found == theirs(calendar, {uid for uid, _ in imported.refused}, *said(POLICY, now))
        before = it.writes
        await it.sync()
        assert it.writes == before
        assert it.world.sides.microsoft.mails == []
