"""Every answer fits the published schema of Graph v1.0."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMA = Path(__file__).parents[4] / "shared" / "reference" / "graph-schema.json"
MIKE, JOHN = "mike@contoso.example", "john@contoso.example"
EDM: dict[str, dict[str, Any]] = {
    "Edm.String": {"type": "string"},
    "Edm.Guid": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    "Edm.Boolean": {"type": "boolean"},
    "Edm.Int32": {"type": "integer"},
    "Edm.Double": {"type": "number"},
    "Edm.Date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "Edm.TimeOfDay": {"type": "string", "pattern": r"^\d{2}:\d{2}:\d{2}"},
    "Edm.DateTimeOffset": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$"},
}

pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason="the published schema is not beside the project")


@cache
def published() -> Any:
    return json.loads(SCHEMA.read_text())


def named(kind: str, *, nullable: bool) -> dict[str, Any]:
    """The JSON schema of a CSDL type name."""
    if kind.startswith("Collection("):
        return {"type": "array", "items": named(kind[11:-1], nullable=nullable)}
    if kind in EDM:
        made: dict[str, Any] = EDM[kind]
    elif kind in published()["enums"]:
        made = {"enum": list(published()["enums"][kind]["members"])}
    else:
        made = {"$ref": f"#/$defs/{kind}"}
    return {"anyOf": [made, {"type": "null"}]} if nullable else made


def definition(name: str) -> dict[str, Any]:
    kind = published()["types"][name]
    seen = published()["observed_on_wire_but_not_declared_in_v1"].get(name, {})
    fields = {**kind["properties"], **seen}
    properties = {key: named(one["type"], nullable=one["nullable"]) for key, one in fields.items()}
    navigation = {key: named(one["type"], nullable=False) for key, one in kind.get("navigation", {}).items()}
    # event is an open type: still nothing but what is known must come
    return {
        "type": "object",
        "properties": {**properties, **navigation},
        "patternProperties": {"@": {}},
        "additionalProperties": False,
    }


@cache
def validator(name: str) -> Any:
    known = [kind for kind in published()["types"] if isinstance(published()["types"][kind].get("properties"), dict)]
    defs = {kind: definition(kind) for kind in known}
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": defs})


def check(name: str, value: Any) -> None:
    validator(name).validate(value)


@pytest.fixture
def rich(graph: Any, make: Any) -> Any:
    """A mailbox with one of everything."""
    graph.create(
        MIKE,
        body={"contentType": "html", "content": "<p>x</p>"},
        location={"displayName": "Hall", "address": {"city": "Bonn"}, "coordinates": {"latitude": 50.7}},
        attendees=make.guests(JOHN),
        isOnlineMeeting=True,
        categories=["Red"],
    )
    day = {"start": make.at("2026-03-10T00:00:00"), "end": make.at("2026-03-11T00:00:00"), "isAllDay": True}
    graph.create(MIKE, **day)
    series = graph.create(MIKE, recurrence=make.weekly(), attendees=make.guests(JOHN))
    for one, number in ((graph.day(MIKE, 9)[0], 1), (graph.day(MIKE, 16)[0], 2)):
        url = f"users/{MIKE}/events/{one['id']}"
        graph.send("DELETE", url) if number == 1 else graph.send("PATCH", url, {"subject": "Edited"})
    return series["id"]


def test_events_of_every_kind_and_way(graph: Any, make: Any, rich: Any) -> None:
    for who in (MIKE, JOHN):
        for url in (f"users/{who}/events", f"users/{who}/calendarView?{make.window}"):
            rows = graph.get(url)["value"]
            assert rows
            for row in rows:
                check("event", row)
        for row in graph.first(who)[0]:
            check("event", row)
    query = "?$select=subject,cancelledOccurrences&$expand=exceptionOccurrences"
    check("event", graph.item(MIKE, rich, query))


def test_people_calendars_and_settings(graph: Any) -> None:
    select = "id,displayName,mail,userPrincipalName,proxyAddresses,accountEnabled,userType,assignedPlans"
    for query in ("", f"?$select={select}"):
        for row in graph.get(f"users{query}")["value"]:
            check("user", row)
    check("calendar", graph.get(f"users/{MIKE}/calendar"))
    check("mailboxSettings", graph.get(f"users/{MIKE}/mailboxSettings"))


def test_the_check_can_fail(graph: Any) -> None:
    row = graph.create(MIKE)
    for broken in ({"showAs": "asleep"}, {"colour": "red"}, {"isAllDay": None, "hasAttachments": "no"}):
        with pytest.raises(jsonschema.ValidationError):
            check("event", {**row, **broken})


def test_keys_come_in_the_order_of_real_answers(graph: Any) -> None:
    order = (
        "@odata.etag,id,createdDateTime,lastModifiedDateTime,changeKey,categories,transactionId,originalStartTimeZone,"
        "originalEndTimeZone,iCalUId,uid,reminderMinutesBeforeStart,isReminderOn,hasAttachments,subject,bodyPreview,"
        "importance,sensitivity,isAllDay,isCancelled,isOrganizer,responseRequested,seriesMasterId,showAs,type,webLink,"
        "onlineMeetingUrl,isOnlineMeeting,onlineMeetingProvider,allowNewTimeProposals,occurrenceId,isDraft,"
        "hideAttendees,responseStatus,body,start,end,location,locations,recurrence,attendees,organizer,onlineMeeting"
    )
    graph.create(MIKE)
    assert list(graph.get(f"users/{MIKE}/events")["value"][0]) == order.split(",")
