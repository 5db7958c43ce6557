"""A firm whose Practifi keeps a field in a column of its own: it is filled and read there, a mistake in the file is
shown until it is mended, and a change of the file is nobody's edit (F2)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.policy import Mapped, Policy
from contracts.status import Problem
from services.kernel.scope import Scope
from services.sandbox import calendars
from tests.conformance.calendars.firm import POLICY, WHO, Firm, firm

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLACE = "practifi__Place__c | string 80 | CUNFSGAP | Place"
MAPPED = replace(POLICY, mapping={"location": Mapped("Place__c")})


def meeting(it: Firm) -> str:
    start, end = ({"dateTime": f"2026-03-09T{hour}:00:00", "timeZone": "UTC"} for hour in (10, 11))
    fields = {"subject": "Review", "start": start, "end": end, "location": {"displayName": "Room 1"}}
    return str(it.world.sides.microsoft.add(WHO, fields, NOW)["id"])


def in_practifi(it: Firm) -> tuple[Any, Any]:
    """The usual column and the other one."""
    (event,) = it.events()
    return event["Location"], event.get("practifi__Place__c")


def in_microsoft(it: Firm, field: str = "location") -> str:
    asked = {"side": "microsoft", "mailbox": WHO, "start": "2026-03-01T00:00:00", "end": "2026-04-01T00:00:00"}
    (event,) = calendars.shown(it.world.sides, asked)
    return str(event[field]["displayName"] if field == "location" else event[field])


async def problems(it: Firm) -> list[str]:
    """Where something is wrong, as the watcher shows it."""
    watcher = next(one for one in it.town.alive if one.host.service.name == "salesforce-watcher")
    rows: Iterable[bytes] = await watcher.host.queue.rows_under(str(Scope("firm")), "problem/")
    return [msgspec.msgpack.decode(row, type=Problem).where for row in rows]


async def governed(it: Firm, policy: Policy, version: int) -> None:
    """The file has changed, and a run has gone by."""
    it.town.govern(policy, version)
    await it.town.settle()
    await it.sync()


async def test_a_field_is_kept_in_its_own_column(tmp_path: Path) -> None:  # F2
    async with firm(tmp_path, NOW, MAPPED) as it:
        it.world.sides.salesforce.add_field(PLACE)
        meeting(it)
        await it.sync()
        assert in_practifi(it) == (None, "Room 1")
        (event,) = it.events()
        it.world.sides.salesforce.update("Event", event["Id"], {"practifi__Place__c": "Room 2"}, it.town.time.at)
        await it.sync()
        assert in_microsoft(it) == "Room 2"
        writes = it.writes
        await it.sync()
        assert it.writes == writes


async def test_a_column_that_is_missing_is_shown_and_the_field_left_out_until_it_is_there(tmp_path: Path) -> None:  # F2
    async with firm(tmp_path, NOW, MAPPED) as it:
        event = meeting(it)
        await it.sync()
        assert await problems(it) == ["firm.toml [policy.mapping.location]"]
        assert in_practifi(it) == (None, None)
        it.world.sides.salesforce.add_field(PLACE)
        await it.town.later(minutes=1)
        await it.sync()
        assert await problems(it) == []
        assert in_microsoft(it) == "Room 1"
        it.world.sides.microsoft.change(WHO, event, {"location": {"displayName": "Room 3"}}, it.town.time.at)
        await it.sync()
        assert in_practifi(it) == (None, "Room 3")


async def test_another_mapping_changes_nothing_on_either_side_by_itself(tmp_path: Path) -> None:  # F2
    async with firm(tmp_path, NOW) as it:
        it.world.sides.salesforce.add_field(PLACE)
        meeting(it)
        await it.sync()
        writes = it.writes
        await governed(it, MAPPED, 2)
        await governed(it, POLICY, 3)
        await governed(it, MAPPED, 4)
        assert (in_microsoft(it), in_practifi(it), it.writes) == ("Room 1", ("Room 1", None), writes)


async def test_a_field_that_is_taken_from_the_integration_user_empties_no_calendar(tmp_path: Path) -> None:  # F2
    async with firm(tmp_path, NOW) as it:
        meeting(it)
        await it.sync()
        (event,) = it.events()
        it.world.sides.salesforce.hide_fields("Location")
        for subject in ("Moved", "Moved again"):
            it.world.sides.salesforce.update("Event", event["Id"], {"Subject": subject}, it.town.time.at)
            await it.sync()
        await it.sync()
        assert in_microsoft(it) == "Room 1"
        assert in_microsoft(it, "subject") == "Moved again", "what is to be seen goes on"
