"""sObject trees: rows with their children, all or none (salesforce.md §7)."""

from typing import Any

from services.sandbox.salesforce import save
from services.sandbox.salesforce.call import Call, Reply
from services.sandbox.salesforce.fields import SObject
from services.sandbox.salesforce.refused import Refused, bad

_ROWS = 200


def resource(call: Call) -> Reply:
    """`/composite/tree/{T}`."""
    name = call.path[2] if len(call.path) > 2 else ""  # noqa: PLR2004 - composite, tree, the type
    sobject = call.memory.schema.resource(name)
    mark = call.memory.mark()
    planted: list[dict[str, Any]] = []
    try:
        _plant(call, sobject, call.object().get("records"), {}, planted)
    except Refused as refused:
        call.memory.rollback(mark)
        last = planted[-1]["referenceId"] if planted else None
        return Reply(400, {"hasErrors": True, "results": [{"referenceId": last, "errors": [refused.row()]}]})
    return Reply(201, {"hasErrors": False, "results": planted})


def _reference(one: Any) -> str | None:
    attributes = one.get("attributes") if isinstance(one, dict) else None
    return attributes.get("referenceId") if isinstance(attributes, dict) else None


def _plant(call: Call, sobject: SObject, records: Any, parent: dict[str, str], planted: list[dict[str, Any]]) -> None:
    if not isinstance(records, list):
        raise bad("INVALID_INPUT", "records must be a list of records")
    children = {child.relationship: child for child in sobject.children if child.relationship}
    for one in records:
        reference = _reference(one)
        if reference is None or len(planted) == _ROWS:
            raise bad("INVALID_INPUT", f"each of at most {_ROWS} records needs attributes with a referenceId")
        planted.append({"referenceId": reference})
        said = {name: value for name, value in one.items() if name not in children}
        planted[-1]["id"] = key = save.insert(call.memory, sobject, {**said, **parent}, call.act)
        for name in one.keys() & children.keys():
            child = children[name]
            below = call.memory.schema.objects[child.sobject]
            nested = one[name].get("records") if isinstance(one[name], dict) else None
            _plant(call, below, nested, {child.field: key}, planted)
