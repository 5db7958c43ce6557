"""What the sandbox itself costs, so that a measured sync is the product's time and not the sandbox's."""

import json
from time import process_time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from services.sandbox.firm import make_firm
from services.sandbox.wire import Request, Response
from services.sandbox.world import World
from tests.conformance.sandbox.worlds import START, new_world, signed_in

WINDOW = {"startDateTime": "2026-01-31T08:00:00Z", "endDateTime": "2028-03-30T08:00:00Z"}
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text", odata.maxpagesize=100'


def _rounds(world: World) -> tuple[int, int]:
    """Pages and items of a first round over all mailboxes."""
    headers = {**signed_in(world, "microsoft"), "prefer": PREFER}
    pages = items = 0
    for box in world.sides.microsoft.mailboxes():
        query = WINDOW
        while query:
            path = f"/v1.0/users/{box['id']}/calendarView/delta"
            page = json.loads(_ok(world.handle(Request("GET", path, START, query, headers))).body)
            pages, items = pages + 1, items + len(page["value"])
            query = dict(parse_qsl(urlsplit(page.get("@odata.nextLink", "")).query))
    return pages, items


def _ok(response: Response) -> Response:
    assert response.status == 200, response.body
    return response


def _row(owner: str, number: int) -> dict[str, Any]:
    return {
        "attributes": {"type": "Event"}, "M365_Key__c": f"{number:064x}", "OwnerId": owner,
        "Subject": f"Event {number}",
        "StartDateTime": "2026-07-01T10:00:00Z", "EndDateTime": "2026-07-01T11:00:00Z", "Location": "Library",
        "IsAllDayEvent": False, "IsPrivate": False, "ShowAs": "Busy", "Description": "Agenda " * 20,
    }  # fmt: skip


def _composites(world: World, count: int) -> int:
    """Rows that `count` composite requests of five times 200 upserts wrote."""
    headers = {**signed_in(world, "practifi"), "content-type": "application/json"}
    owner, written = str(world.sides.salesforce.rows("User")[1]["Id"]), 0
    url = "/services/data/v59.0/composite/sobjects/Event/M365_Key__c"
    for first in range(0, count * 1_000, 1_000):
        rows = [[_row(owner, first + 200 * part + one) for one in range(200)] for part in range(5)]
        subs = [
            {"method": "PATCH", "url": url, "referenceId": f"r{at}", "body": {"allOrNone": False, "records": part}}
            for at, part in enumerate(rows)
        ]
        body = json.dumps({"allOrNone": False, "compositeRequest": subs}).encode()
        answer = world.handle(Request("POST", "/services/data/v59.0/composite", START, {}, headers, body))
        parts = json.loads(_ok(answer).body)["compositeResponse"]
        written += sum(row["success"] for part in parts for row in part["body"])
    return written


def test_a_full_first_sync_costs_less_than_three_seconds_of_cpu() -> None:
    world = new_world(7)
    make_firm(world, 7, START)
    before = process_time()
    pages, items = _rounds(world)
    written = _composites(world, 10)
    assert process_time() - before < 3
    assert pages >= 40
    assert items > 3_900
    assert written == 10_000
