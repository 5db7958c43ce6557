"""Who is on an Event: the related people, what it is related to, the invitees and their child events
(salesforce.md §2.4, §2.5). Keeps Event.WhoId and the EventRelation rows in agreement."""

from typing import Any

from services.sandbox.salesforce import span
from services.sandbox.salesforce.memory import Act, Memory
from services.sandbox.salesforce.refused import bad
from services.sandbox.salesforce.table import Row

PEOPLE = 50  # contacts on one Event
INVITEES = 1000
_COPIED = ("Subject", "Location", "Description", "WhoId", "WhatId", "AccountId", "IsPrivate", "ShowAs", "EndDate")


def related(memory: Memory, event: str) -> list[Row]:
    """The live relations of an Event in the order of their making."""
    return [row for row in memory.tables["EventRelation"].where("EventId", event) if not row["IsDeleted"]]


def people_of(memory: Memory, event: Row) -> list[str]:
    """The ids of EventWhoIds: the primary person first."""
    others = [
        row["RelationId"]
        for row in related(memory, event["Id"])
        if row["IsParent"] and not row["IsWhat"] and row["RelationId"] != event["WhoId"]
    ]
    return [event["WhoId"], *others] if event["WhoId"] else others


def wanted(memory: Memory, old: Row | None, given: dict[str, Any]) -> list[str]:
    """The people that an Event shall have after a write of WhoId or EventWhoIds, the primary first; Refused."""
    primary = given.get("WhoId")
    listed: list[str] | None = given.get("EventWhoIds")
    if listed:
        people = [primary or listed[0], *listed]
    elif "EventWhoIds" in given:  # null: all go, and WhoId is put back
        kept = given["WhoId"] if "WhoId" in given else old and old["WhoId"]
        people = [kept] if kept else []
    else:
        people = _primary_changed(people_of(memory, old) if old else [], primary)
    people = list(filter(None, dict.fromkeys(people)))
    _bounded(people)
    return people


def _primary_changed(current: list[str], primary: str | None) -> list[str]:
    if primary is None:  # the next one moves up
        return current[1:]
    return [primary, *current] if primary in current else [primary, *current[1:]]


def _bounded(people: list[str]) -> None:
    leads = sum(person.startswith("00Q") for person in people)
    if len(people) > PEOPLE or (leads and len(people) > 1):
        message = f"You can relate an event to at most {PEOPLE} contacts or one lead"
        raise bad("FIELD_INTEGRITY_EXCEPTION", message, "EventWhoIds")


def relate_people(memory: Memory, event: Row, people: list[str], act: Act) -> None:
    """Make the person rows of an Event those of `people`."""
    rows = {row["RelationId"]: row for row in related(memory, event["Id"]) if not row["IsWhat"]}
    for person, row in rows.items():
        if row["IsParent"] and person not in people:
            _release(memory, row, act)
    for person in people:
        standing = rows.get(person)
        if standing is None:
            create(memory, event, person, act, IsParent=True)
        elif not standing["IsParent"]:
            memory.put("EventRelation", memory.touch(standing | {"IsParent": True}, act))


def relate_what(memory: Memory, event: Row, act: Act) -> None:
    """Make the What row of an Event that of its WhatId."""
    for row in related(memory, event["Id"]):
        if row["IsWhat"]:
            memory.put("EventRelation", memory.touch(row | {"IsDeleted": True}, act))
    if event["WhatId"]:
        create(memory, event, event["WhatId"], act, IsParent=True, IsWhat=True)


def create(memory: Memory, event: Row, other: str, act: Act, **flags: bool) -> Row:
    """A new relation that the platform makes by itself."""
    row = memory.fresh(memory.schema.objects["EventRelation"], act)
    row |= {"EventId": event["Id"], "RelationId": other, "Status": "New", "AccountId": None, **flags}
    memory.put("EventRelation", row)
    memory.note("EventRelation", row["Id"], "CREATE", act)
    return row


def _release(memory: Memory, row: Row, act: Act) -> None:
    """A person who is no longer related stays as invitee, or goes."""
    memory.put(
        "EventRelation", memory.touch(row | ({"IsParent": False} if row["IsInvitee"] else {"IsDeleted": True}), act)
    )


def before(memory: Memory, old: Row | None, row: Row, given: dict[str, Any], _act: Act) -> None:
    """Complete an EventRelation before it is kept; Refused."""
    if memory.switches.shared_activities:
        _flags(old, row, given)
    row["Status"] = row["Status"] or "New"
    event = memory.get("Event", row["EventId"] or "")
    if old is not None or event is None or not row["RelationId"]:
        return
    if event["IsChild"]:
        raise bad("FIELD_INTEGRITY_EXCEPTION", "relations belong to the parent event", "EventId")
    _one_each(memory, row)
    if row["RelationId"].startswith("023"):  # a resource only accepts
        row["Status"] = "Accepted"


def _flags(old: Row | None, row: Row, given: dict[str, Any]) -> None:
    if old is None and "IsInvitee" not in given:
        row["IsInvitee"] = not (row["IsParent"] or row["IsWhat"])
    if row["IsParent"] and not row["IsWhat"] and (row["RelationId"] or "")[:3] not in ("003", "00Q"):
        raise bad("FIELD_INTEGRITY_EXCEPTION", "only a contact or a lead can be a related person", "IsParent")
    if not (row["IsParent"] or row["IsWhat"] or row["IsInvitee"]):
        raise bad("FIELD_INTEGRITY_EXCEPTION", "a relation is a person, a what or an invitee", "IsInvitee")


def _one_each(memory: Memory, row: Row) -> None:
    standing = related(memory, row["EventId"])
    for other in standing:
        if other["RelationId"] == row["RelationId"]:
            message = f"duplicate value found: RelationId duplicates value on record with id: {other['Id']}"
            raise bad("DUPLICATE_VALUE", message, "RelationId")
    if sum(other.get("IsInvitee", True) for other in standing) >= INVITEES and row.get("IsInvitee", True):
        raise bad("LIMIT_EXCEEDED", f"an event has at most {INVITEES} invitees", "RelationId")
    if row.get("IsParent") and not row["IsWhat"]:
        _bounded([*(o["RelationId"] for o in standing if o["IsParent"] and not o["IsWhat"]), row["RelationId"]])


def after(memory: Memory, old: Row | None, row: Row, _given: dict[str, Any], act: Act) -> None:
    """Let the Event and its copies follow a kept relation."""
    if old is None and row["RelationId"].startswith("005"):
        _invite(memory, row, act)
    if memory.switches.shared_activities:
        if old is None and row["IsInvitee"] and memory.switches.auto_relate_attendees:
            _auto_relate(memory, row, act)
        promote(memory, row["EventId"], act)


def _auto_relate(memory: Memory, row: Row, act: Act) -> None:
    """The platform relates an invitee by itself: the person, or the contact with the user's address (§5)."""
    event = memory.tables["Event"].rows[row["EventId"]]
    person = row["RelationId"]
    if user := memory.get("User", person):
        contacts = [one for one in memory.tables["Contact"].where("Email", user["Email"]) if not one["IsDeleted"]]
        person = contacts[0]["Id"] if contacts else ""
    people = people_of(memory, event)
    if person[:3] == "003" and person not in people and len(people) < PEOPLE:
        relate_people(memory, event, [*people, person], act)


def promote(memory: Memory, event_id: str, act: Act) -> None:
    """Let WhoId be one of the related people; the Event is stamped only when WhoId changes."""
    event = memory.tables["Event"].rows[event_id]
    rows = [row["RelationId"] for row in related(memory, event_id) if row["IsParent"] and not row["IsWhat"]]
    primary = event["WhoId"] if event["WhoId"] in rows else (rows[0] if rows else None)
    if primary != event["WhoId"]:
        event = memory.touch(event, act)
    if primary != event["WhoId"] or event["WhoCount"] != len(rows):
        memory.put("Event", event | {"WhoId": primary, "WhoCount": len(rows)})


def _invite(memory: Memory, row: Row, act: Act) -> None:
    """A user who is invited gets a child event (§2.5)."""
    group = {"IsGroupEvent": True, "GroupEventType": "1"}
    parent = memory.tables["Event"].rows[row["EventId"]] | group
    memory.put("Event", parent)
    child = memory.fresh(memory.schema.objects["Event"], act) | group
    child |= _copied(memory, parent) | {"OwnerId": row["RelationId"], "IsChild": True, "_relation": row["Id"]}
    if memory.switches.key_unique and child.get("M365_Key__c"):
        message = f"duplicate value found: M365_Key__c duplicates value on record with id: {parent['Id']}"
        raise bad("DUPLICATE_VALUE", message, "M365_Key__c")
    memory.put("Event", child)
    memory.put("EventRelation", memory.tables["EventRelation"].rows[row["Id"]] | {"_child": child["Id"]})
    memory.note("Event", child["Id"], "CREATE", act)


def _copied(memory: Memory, parent: Row) -> Row:
    names = [*_COPIED, *span.FIELDS]
    if memory.switches.child_copies_custom:
        names += [name for name in parent if name.endswith("__c")]
    return {name: parent[name] for name in sorted(names)}


def copy_down(memory: Memory, parent: Row, act: Act) -> None:
    """A change of the parent reaches its child events."""
    for row in related(memory, parent["Id"]):
        child = memory.live("Event", row["_child"]) if "_child" in row else None
        if child:
            memory.put("Event", memory.touch(child | _copied(memory, parent), act))
            memory.note("Event", child["Id"], "UPDATE", act)
