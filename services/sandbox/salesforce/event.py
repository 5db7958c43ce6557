"""What Salesforce makes of a written Event: times, owner, related people, the copies of invitees (salesforce.md §2).
Never reads the request; what was said comes in as coerced fields."""

from typing import Any

from services.sandbox.salesforce import recurring, relation, span
from services.sandbox.salesforce.memory import Act, Memory, archived
from services.sandbox.salesforce.refused import bad
from services.sandbox.salesforce.table import Row

_REMINDER = frozenset({"IsReminderSet", "ReminderDateTime"})
_WHO = frozenset({"WhoId", "EventWhoIds"})


def before(memory: Memory, old: Row | None, row: Row, given: dict[str, Any], act: Act) -> None:
    """Complete an Event before it is kept; Refused."""
    if old and old["IsChild"] and not _REMINDER.issuperset(given):
        raise bad("INSUFFICIENT_ACCESS_OR_READONLY", "child events are read-only except for their reminder")
    if old is None or not span.FIELDS.isdisjoint(given):
        row.update(span.settle(given, old, multiday=memory.switches.multiday))
        row["IsArchived"] = archived(row, act.at.date().isoformat())
    if "OwnerId" in given:
        active_owner(memory, row["OwnerId"])
    if memory.switches.shared_activities:
        _people(memory, old, row, given)
    if old is None or not _WHO.isdisjoint(given) or "WhatId" in given:
        row["AccountId"] = account_of(memory, row)
    if row["Recurrence2PatternText"] and act.api:
        row |= {"IsRecurrence2": True, "GroupEventType": "3"}


def active_owner(memory: Memory, owner: str) -> None:
    """Refused when the owner is a user who is no longer active."""
    user = memory.get("User", owner)
    if user and not user["IsActive"]:
        message = f"operation performed with inactive user [{owner}] as owner of event"
        raise bad("INACTIVE_OWNER_OR_USER", message, "OwnerId")


def account_of(memory: Memory, row: Row) -> str | None:
    """The account of an Event: what it is related to, or else the account of its contact."""
    if row["WhatId"] and row["WhatId"].startswith("001"):
        return str(row["WhatId"])
    contact = memory.get("Contact", row["WhoId"]) if row["WhoId"] else None
    return contact["AccountId"] if contact else None


def _people(memory: Memory, old: Row | None, row: Row, given: dict[str, Any]) -> None:
    if not _WHO.isdisjoint(given):
        people = relation.wanted(memory, old, given)
        row["WhoId"] = people[0] if people else None
        row["WhoCount"] = len(people)
        given["EventWhoIds"] = people
    elif old is None:
        row["WhoCount"] = 0
    row["WhatCount"] = 1 if row["WhatId"] else 0


def after(memory: Memory, old: Row | None, row: Row, given: dict[str, Any], act: Act) -> None:
    """Let the relations and the copies follow a kept Event, then the automation of the org."""
    if memory.switches.shared_activities and not row["IsChild"]:
        if "EventWhoIds" in given:
            relation.relate_people(memory, row, given["EventWhoIds"], act)
        if "WhatId" in given:
            relation.relate_what(memory, row, act)
    if old and row["IsGroupEvent"] and not row["IsChild"]:
        relation.copy_down(memory, row, act)
    if old:
        recurring.follow(memory, row, given, act)
    if memory.on_write and act.api:
        _flow(memory, row, act)


def _flow(memory: Memory, row: Row, act: Act) -> None:
    """The org's automation: edits the row in the client's own transaction; `{n}` counts its runs."""
    memory.flows += 1
    edit = {
        field: value.replace("{n}", str(memory.flows)) if isinstance(value, str) else value
        for field, value in memory.on_write.items()
    }
    current = memory.get("Event", row["Id"]) or row
    memory.put("Event", memory.touch(current | edit, act))
