"""Deleting and bringing back: what goes with a row, and what comes back with it (salesforce.md §2.8).
A deleted row stays in the bin for 15 days; memory.sweep empties it."""

from services.sandbox.salesforce import ids, relation, save, times
from services.sandbox.salesforce.fields import SObject
from services.sandbox.salesforce.memory import BIN, Act, Memory
from services.sandbox.salesforce.refused import bad
from services.sandbox.salesforce.table import Row


def delete(memory: Memory, sobject: SObject, record: str, act: Act) -> str:
    """Put a row into the bin with all that hangs on it; its id. Refused."""
    row = save.existing(memory, sobject, record)
    if "D" not in sobject.calls:
        raise bad("INSUFFICIENT_ACCESS_OR_READONLY", f"entity type cannot be deleted: {sobject.label}")
    memory.trip(act)
    _fall(memory, sobject.name, row, act, row["Id"])
    return str(row["Id"])


def _fall(memory: Memory, name: str, row: Row, act: Act, cause: str) -> None:
    memory.put(name, memory.touch(row | {"IsDeleted": True, "_with": cause}, act))
    memory.note(name, row["Id"], "DELETE", act)
    if name == "Event":
        _event(memory, row, act, cause)
    elif name == "EventRelation":
        _relation(memory, row, act, cause)
    else:
        _person(memory, name, row, act, cause)


def _event(memory: Memory, row: Row, act: Act, cause: str) -> None:
    for one in relation.related(memory, row["Id"]):
        _fall(memory, "EventRelation", one, act, cause)
    if row["IsChild"]:
        invitation = memory.live("EventRelation", row["_relation"])
        if invitation:  # the user took it off their calendar
            memory.put("EventRelation", memory.touch(invitation | {"Status": "Declined"}, act))


def _relation(memory: Memory, row: Row, act: Act, cause: str) -> None:
    child = memory.live("Event", row.get("_child", ""))
    if child:
        memory.put("Event", memory.touch(child | {"IsDeleted": True, "_with": cause}, act))
        memory.note("Event", child["Id"], "DELETE", act)
    if memory.switches.shared_activities and memory.live("Event", row["EventId"]):
        relation.promote(memory, row["EventId"], act)
        event = memory.tables["Event"].rows[row["EventId"]]
        if row["IsWhat"]:
            memory.put("Event", memory.touch(event | {"WhatId": None, "WhatCount": 0}, act))


def _person(memory: Memory, name: str, row: Row, act: Act, cause: str) -> None:
    """Children go, Events lose their relation."""
    for child in memory.schema.objects[name].children:
        if child.cascade:
            rows = memory.tables[child.sobject].where(child.field, row["Id"])
            for one in [one for one in rows if not one["IsDeleted"]]:
                _fall(memory, child.sobject, one, act, cause)
    for one in list(memory.tables["EventRelation"].where("RelationId", row["Id"])):
        if not one["IsDeleted"]:
            _fall(memory, "EventRelation", one, act, cause)
    for field in ("WhoId", "WhatId"):
        for one in [one for one in memory.tables["Event"].where(field, row["Id"]) if not one["IsDeleted"]]:
            memory.put("Event", memory.touch(one | {field: None}, act))
    half = row.get("AccountId") if row.get("IsPersonAccount") else None
    account = memory.live("Account", half) if half else None
    if account:
        _fall(memory, "Account", account, act, cause)


def undelete(memory: Memory, record: str, act: Act) -> str:
    """Bring a row back with what fell with it; its id. Refused when the bin does not hold it by itself."""
    row = memory.find(ids.full(record))
    sobject = memory.schema.of(record)
    if sobject is not None and "N" not in sobject.calls:
        raise bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Entity type is not undeletable")
    stays = times.wire(act.at - BIN)
    if row is None or not row["IsDeleted"] or row["_with"] != row["Id"] or row["SystemModstamp"] < stays:
        raise bad("UNDELETE_FAILED", "Entity is not in the recycle bin")
    memory.trip(act)
    for name in ("Account", "Contact", "ContactPointEmail", "Lead", "Individual", "Event", "EventRelation"):
        for one in [one for one in memory.tables[name].rows.values() if one.get("_with") == row["Id"]]:
            back = {field: value for field, value in one.items() if field != "_with"}
            memory.put(name, memory.touch(back | {"IsDeleted": False}, act))
            memory.note(name, one["Id"], "UNDELETE", act)
    for name in ("EventRelation",) if memory.switches.shared_activities else ():
        for one in memory.tables[name].where("EventId", row["Id"]):
            relation.promote(memory, one["EventId"], act)
    return str(row["Id"])
