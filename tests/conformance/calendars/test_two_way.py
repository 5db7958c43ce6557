"""Real calendars, kept alike both ways: people edit both sides of what was imported, by a seeded script, and after two
runs both show the same; a third one writes nothing. Nobody is mailed."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import icalendar
import pytest

from services.graph_poller.window import said
from services.sandbox import calendars
from services.sandbox.ics import import_ics
from services.sandbox.microsoft.refused import Refused
from tests.conformance.calendars.firm import POLICY, WHO, Firm, firm
from tests.conformance.calendars.test_real_calendars import FOLDER, LONGEST, first_day

NAMES = (
    "Germany_Holidays", "america_new_york", "daylight_saving_time", "fablab_cottbus", "issue_48_dst", "timezoned",
    "recurring_events_moved", "several_events_at_the_same_time", "issue_223_thunderbird", "zero_size_event",
)  # fmt: skip
FILES = [file for name in NAMES if (file := FOLDER / f"{name}.ics").is_file()]
EDITS = 40
Json = dict[str, Any]
Shown = tuple[str, str, str, bool]


def in_microsoft(it: Firm) -> list[Json]:
    low, high = said(POLICY, it.town.time.at)
    asked = {"side": "microsoft", "mailbox": WHO, "start": low.isoformat(), "end": high.isoformat()}
    return [one for one in calendars.shown(it.world.sides, asked) if not one["isCancelled"]]


def in_practifi(it: Firm) -> list[Json]:
    return calendars.shown(it.world.sides, {"side": "practifi"})


def graph(one: Json) -> Shown:
    start, end = (datetime.fromisoformat(one[key]["dateTime"][:19]) for key in ("start", "end"))
    start, end = start.replace(second=0), end.replace(second=0)
    subject = " ".join(one["subject"].split())[:255]
    return subject, start.isoformat(), min(end, start + LONGEST).isoformat(), one["isAllDay"]


def row(one: Json) -> Shown:
    start, end = (datetime.fromisoformat(one[key]).replace(tzinfo=None) for key in ("StartDateTime", "EndDateTime"))
    end += timedelta(days=1) if one["IsAllDayEvent"] else timedelta()
    return " ".join((one["Subject"] or "").split()), start.isoformat(), end.isoformat(), one["IsAllDayEvent"]


def edit(it: Firm, chance: Random, number: int) -> None:
    """One person does one thing to one event that is still to come, on either side."""
    side = chance.choice(("microsoft", "practifi"))
    events = in_microsoft(it) if side == "microsoft" else in_practifi(it)
    key = "start" if side == "microsoft" else "StartDateTime"
    now = it.town.time.at.replace(tzinfo=None)
    moment = {one["id"]: one[key]["dateTime"] if side == "microsoft" else one[key] for one in events}
    future = [one for one in events if datetime.fromisoformat(moment[one["id"]][:19]) > now + timedelta(days=1)]
    if not future:
        return
    one = chance.choice(future)
    begin = datetime.fromisoformat(moment[one["id"]][:19]).replace(tzinfo=UTC)
    later = begin + timedelta(minutes=chance.choice((15, 30, 45)))
    deeds: list[Json] = [{"subject": f"Edited {number}"}, {"location": f"Room {number}"}]
    if not (one.get("isAllDay") or one.get("IsAllDayEvent")):
        deeds.append({"start": later.isoformat()})
    try:
        if chance.random() < 0.1:
            calendars.delete(it.world.sides, side, WHO if side == "microsoft" else "", one["id"], it.town.time.at)
        else:
            calendars.change(it.world.sides, side, WHO, one["id"], chance.choice(deeds), it.town.time.at)
    except Refused:
        return  # Exchange does not let an occurrence pass its neighbour


@pytest.fixture
def text(file: Path) -> bytes:
    return file.read_bytes()


@pytest.mark.skipif(not FILES, reason="the real calendars are not beside the project")
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
async def test_real_calendars_edited_on_both_sides_converge(file: Path, text: bytes, tmp_path: Path) -> None:
    now = datetime.combine(first_day(icalendar.Calendar.from_ical(text)), time(12), UTC) - timedelta(days=2)
    chance = Random(file.stem)  # C1, R5, X1
    async with firm(tmp_path, now) as it:
        import_ics(it.world.sides.microsoft, WHO, text, now)
        await it.sync()
        for number in range(EDITS):
            edit(it, chance, number)
            if number % 7 == 0:
                await it.sync()
            it.town.time.turn(minutes=2)
        await it.sync()
        await it.sync()
        assert Counter(map(row, in_practifi(it))) == Counter(map(graph, in_microsoft(it)))
        before = it.writes
        await it.sync()
        assert it.writes == before
        assert it.world.sides.microsoft.mails == []
