"""What becomes of an edit in Practifi when a side refuses what follows from it (scenarios §6)."""

from typing import Any

import pytest

from services.sandbox.wire import Response, answer
from tests.conformance.scenarios.conftest import Scene
from tests.conformance.scenarios.fixtures import AUTUMN
from tests.conformance.scenarios.stage import JOHN
from tests.conformance.scenarios.test_outbound import CALL, SHOWN, born

Json = dict[str, Any]


def _graph(status: int, code: str) -> Response:
    return answer(status, {"error": {"code": code, "message": ""}})


@pytest.mark.parametrize(("status", "code"), [(404, "ErrorItemNotFound"), (410, "ErrorItemNotFound")])
async def test_a_deletion_of_what_is_gone_is_done(status: int, code: str, scene: Scene) -> None:  # OUT-21
    async with scene(AUTUMN) as it:
        row, event = await born(it)
        it.practifi().delete(row)
        it.once("DELETE", "/events/", lambda: it.outlook().delete(event))
        it.answers("DELETE", "/events/", _graph(status, code))
        await it.sync()
        assert it.outlook().shows == it.practifi().shows == []


async def test_a_deletion_that_is_forbidden_is_done_only_if_it_is_gone(scene: Scene) -> None:  # OUT-21
    async with scene(AUTUMN) as it:
        row, _ = await born(it)
        it.practifi().delete(row)
        it.answers("DELETE", "/events/", _graph(403, "ErrorAccessDenied"))
        await it.sync()
        assert it.outlook().shows == [SHOWN]
        assert it.practifi().shows == []


async def test_a_change_of_what_was_just_deleted_is_not_tried_for_ever(scene: Scene) -> None:  # OUT-22
    async with scene(AUTUMN) as it:
        row, event = await born(it)
        it.practifi().change(row, subject="new")
        it.once("PATCH", "/events/", lambda: it.outlook().delete(event))
        wrote = await it.sync()
        assert [write.method for write in wrote.microsoft] == ["PATCH"]
        assert it.practifi().shows == [], "deleted in Microsoft wins"


async def test_what_is_edited_again_before_a_retry_goes_once_as_it_is_now(scene: Scene) -> None:  # OUT-23
    async with scene(AUTUMN) as it:
        row, event = await born(it)
        it.practifi().change(row, subject="first")
        it.firm.world.faults.set("server-error", side="microsoft")
        await it.sync()
        it.practifi().change(row, subject="second", location="Library")
        it.firm.world.faults.clear()
        wrote = await it.sync()
        await it.later(minutes=6)
        assert wrote.microsoft[-1][:2] == ("PATCH", event)
        assert it.outlook().shows == ["2021-09-29 10:00-11:00 second"]
        assert it.outlook().event(event)["location"]["displayName"] == "Library"


async def test_a_locked_row_does_not_make_a_second_meeting(scene: Scene) -> None:  # OUT-33
    async with scene(AUTUMN) as it:
        it.contact(JOHN)
        row = it.practifi().add(**CALL, attendees=[JOHN], teams=True)
        it.sides.salesforce.fail_rows("UNABLE_TO_LOCK_ROW", 9)
        first = await it.sync()
        then = await it.sync()
        assert [write.method for write in (*first.microsoft, *then.microsoft)] == ["POST"]
        assert it.mails == [("invitation", (JOHN,))]
        assert it.practifi().row(row)["Teams_URL__c"]
