"""Recurring Events as Lightning keeps them: a row for the pattern, and one for each time, which show no common id
(salesforce.md §2.1, §2.3). Knows them by a hidden one."""

from typing import Any

from services.sandbox.salesforce import span, times
from services.sandbox.salesforce.memory import Act, Memory
from services.sandbox.salesforce.table import Row

WHOLE = 58.0
"""From this version on a change of one future occurrence changes all of them."""


def follow(memory: Memory, row: Row, given: dict[str, Any], act: Act) -> None:
    """Let the other future occurrences follow one that a client has changed, but for their times."""
    if act.version < WHOLE or "_series" not in row:
        return
    changed = {name: row[name] for name in given if name in row and name not in span.FIELDS}
    for one in list(memory.tables["Event"].rows.values()):
        future = one["StartDateTime"] > times.wire(act.at) and not one["IsDeleted"]
        if one.get("_series") == row["_series"] and future and one["Id"] != row["Id"]:
            memory.put("Event", memory.touch(one | changed, act))
