"""The calendar resource: one calendar a mailbox, with its Teams permission and its extended properties."""

from services.sandbox.microsoft import ids, query, write
from services.sandbox.microsoft.call import Call
from services.sandbox.microsoft.online import TEAMS
from services.sandbox.microsoft.refused import bad_body
from services.sandbox.microsoft.state import Json
from services.sandbox.wire import Response

_KEYS = {
    *("name", "color", "isDefaultCalendar", "hexColor"),
    *("singleValueExtendedProperties", "multiValueExtendedProperties", "defaultOnlineMeetingProvider"),
}


def _shown(call: Call) -> Json:
    box, user = call.mailbox, call.tenant.users[call.mailbox.oid]
    value = {
        "id": ids.folder_id(box.tag),
        "name": box.calendar_name,
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": True,
        "changeKey": ids.change_key(box.tag, box.calendar_change),
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "allowedOnlineMeetingProviders": [TEAMS] if user.teams else [],
        "defaultOnlineMeetingProvider": TEAMS if user.teams else "unknown",
        "isTallyingResponses": True,
        "isRemovable": False,
        "owner": {"name": user.name, "address": user.mail or user.upn},
    }
    if names := [name.strip() for name in call.query.get("$select", "").split(",") if name.strip()]:
        value = {name: one for name, one in value.items() if name in {"id", *names}}
    asked = query.expand(call.query.get("$expand"))
    return {**value, **query.stamps(box.extended, box.multiple, asked)}


def get(call: Call) -> Response:
    """The calendar; extended properties only where expanded."""
    context = call.context(f"users('{call.name}')/calendars/$entity")
    return call.json(200, {"@odata.context": context, **_shown(call)})


def listing(call: Call) -> Response:
    """All calendars of the mailbox: the one."""
    context = call.context(f"users('{call.name}')/calendars")
    return call.json(200, {"@odata.context": context, "value": [_shown(call)]})


def patch(call: Call) -> Response:
    """Renames the calendar or sets extended properties, which are not echoed."""
    body, box = call.object(), call.mailbox
    for name in body:
        if name not in _KEYS and "@" not in name:
            raise bad_body(f"The property '{name}' does not exist on type 'microsoft.graph.calendar'.")
    if "name" in body and not isinstance(body["name"], str):
        raise bad_body("Cannot convert the literal of 'name' to the expected type 'Edm.String'.")
    draft = write.draft(call.tenant, {name: value for name, value in body.items() if name in write.STAMPS})
    for key, value in draft.extended.items():
        if value is None:
            box.extended.pop(key, None)
        else:
            box.extended[key] = value
    box.multiple.update(draft.multiple)
    box.calendar_name = body.get("name", box.calendar_name)
    box.calendar_change += 1
    return get(call)
