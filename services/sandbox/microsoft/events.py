"""The event resources of one mailbox: list, get, create, change, delete, and the actions (graph.md §3.2, §3.9)."""

from collections.abc import Callable
from datetime import date

from services.sandbox.microsoft import answers, changes, delta, ids, occurrences, query, render
from services.sandbox.microsoft.call import Call
from services.sandbox.microsoft.meetings import Act
from services.sandbox.microsoft.occurrences import View
from services.sandbox.microsoft.refused import Refused, bad_request, malformed_id, missing_item
from services.sandbox.microsoft.state import Event, Json, Mailbox
from services.sandbox.wire import Response

Found = tuple[Event, date | None]


def find(box: Mailbox, text: str) -> Found:
    """The event and slot of an id in either form; Refused 400 for a corrupt id, 404 for one that is gone."""
    named = ids.read(box.tag, text)
    if named is None:
        raise malformed_id()
    key, slot = named
    event = box.events.get(key)
    if event is None:
        raise missing_item()
    occurrences.at(event, slot)
    return event, slot


def listing(call: Call) -> Response:
    """`/events`: singles and masters."""
    views = [occurrences.whole(event) for event in call.mailbox.events.values()]
    return _page(call, views, "events")


def view(call: Call) -> Response:
    """`/calendarView`: everything in the window, expanded, by start."""
    low, high = delta.window(call)
    views = [one for event in call.mailbox.events.values() for one in occurrences.within(event, low, high)]
    return _page(call, sorted(views, key=lambda one: one.span.instants()[0]), "calendarView")


def instances(call: Call, item: str) -> Response:
    """`/events/{id}/instances`: the occurrences of one series in the window."""
    event, slot = find(call.mailbox, item)
    low, high = delta.window(call)
    if not event.rule or slot:
        raise Refused(400, "ErrorInvalidRequest", "Your request can't be completed. The event is not a series master.")
    return _page(call, occurrences.within(event, low, high), f"events('{item}')/instances")


def _page(call: Call, views: list[View], resource: str) -> Response:
    names, asked = query.select(call.query.get("$select")), query.expand(call.query.get("$expand"))
    if asked.exceptions:
        raise bad_request("'exceptionOccurrences' can be expanded on a single series master only.")
    if call.query.get("$filter"):
        test = query.where(call.query["$filter"], call.tenant.switches)
        views = [one for one in views if test(call.shelf, one)]
    views = query.order(call.shelf, views, call.query.get("$orderby"))
    top, skip = call.top(), call.whole("$skip", 0)
    part = views[skip : skip + top]
    head: Json = {"@odata.context": call.context(f"users('{call.name}')/{resource}")}
    if call.query.get("$count", "").lower() == "true":
        head["@odata.count"] = len(views)
    if skip + top < len(views):
        head["@odata.nextLink"] = call.link({**call.request.query, "$top": top, "$skip": skip + top})
    if names is None and not (asked.single or asked.multi):
        lines = [render.line(call.shelf, one, call.form) for one in part]
    else:
        lines = [render.dumped(query.shown(call.shelf, one, call.form, names, asked)) for one in part]
    return call.raw(200, render.dumped(head)[:-1] + b',"value":[' + b",".join(lines) + b"]}")


def create(call: Call) -> Response:
    """POST: 201 and the event."""
    event = changes.create(call.act(), call.object())
    return call.json(201, _entity(call, occurrences.whole(event)))


def get(call: Call, item: str) -> Response:
    """One event; a master can show its exceptions and deleted occurrences (graph.md §3.5)."""
    event, slot = find(call.mailbox, item)
    names, asked = query.select(call.query.get("$select")), query.expand(call.query.get("$expand"))
    value = query.shown(call.shelf, occurrences.at(event, slot), call.form, names, asked)
    if names and "cancelledOccurrences" in names and event.rule and not slot:
        master = call.mailbox.id_of(event, immutable=call.form.immutable)
        value["cancelledOccurrences"] = [f"OID.{master}.{day.isoformat()}" for day in sorted(event.deleted)]
    if asked.exceptions and event.rule and not slot:
        views = [occurrences.at(event, day) for day in sorted(event.edits)]
        value["exceptionOccurrences"] = [render.annotated(call.shelf, one, call.form) for one in views]
    return call.json(200, {"@odata.context": _context(call), **value})


def _entity(call: Call, one: View) -> Json:
    return {"@odata.context": _context(call), **render.annotated(call.shelf, one, call.form)}


def _context(call: Call) -> str:
    return call.context(f"users('{call.name}')/events/$entity")


def _unchanged(call: Call, found: Found) -> None:
    """Refuses a stale `If-Match` (graph.md §3.11)."""
    wanted = call.request.headers.get("if-match")
    if not wanted or wanted.strip() == "*" or not call.tenant.switches.if_match:
        return
    one = occurrences.at(*found)
    if not ids.same_change(wanted, call.mailbox.tag, (one.edit or one.event).change):
        message = (
            "The send or update operation could not be performed because the change key passed in the request does "
            "not match the current change key for the item."
        )
        raise Refused(412, "ErrorIrresolvableConflict", message)


def patch(call: Call, item: str) -> Response:
    """PATCH: 200 and the event; an occurrence becomes an exception."""
    found = find(call.mailbox, item)
    _unchanged(call, found)
    changes.change(call.act(), *found, call.object())
    return call.json(200, _entity(call, occurrences.at(*found)))


def delete(call: Call, item: str) -> Response:
    """DELETE: 204, and a cancellation when the organiser does it."""
    found = find(call.mailbox, item)
    _unchanged(call, found)
    changes.remove(call.act(), *found)
    return call.raw(204, b"")


def _cancel(act: Act, event: Event, slot: date | None, _body: Json) -> None:
    changes.cancel(act, event, slot)


def _purge(act: Act, event: Event, slot: date | None, _body: Json) -> None:
    changes.remove(act, event, slot)


def _forward(act: Act, event: Event, slot: date | None, body: Json) -> None:
    answers.forward(act, event, slot, body.get("toRecipients"))


def _answer(name: str) -> "Callable[[Act, Event, date | None, Json], None]":
    def answer(act: Act, event: Event, slot: date | None, body: Json) -> None:
        """The action of that name on an invitation (graph.md §3.9). Refused for a proposal that is not sent."""
        send = body.get("sendResponse", True) is not False
        if body.get("proposedNewTime") and not send:
            message = "proposedNewTime can be given only when sendResponse is true."
            raise Refused(400, "ErrorInvalidParameter", message)
        answers.respond(act, event, slot, answers.RESPONSES[name], send=send)

    return answer


ACTIONS: "dict[str, tuple[int, Callable[[Act, Event, date | None, Json], None]]]" = {
    "cancel": (202, _cancel),
    "forward": (202, _forward),
    "permanentDelete": (204, _purge),
    **{name: (202, _answer(name)) for name in answers.RESPONSES},
}


def act(call: Call, item: str, name: str) -> Response:
    """One of the actions on an event."""
    status, does = ACTIONS[name]
    found = find(call.mailbox, item)
    does(call.act(), *found, call.object())
    return call.raw(status, b"")
