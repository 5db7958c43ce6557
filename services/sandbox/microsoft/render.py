"""How an event is said in JSON: key order, fillers, zones, ids, as real answers have them (graph.md §3.1).
Must never change an event; what was rendered is remembered in the event's cache until it changes."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from services.sandbox.microsoft import bodies, ids, zones
from services.sandbox.microsoft.occurrences import View, whole
from services.sandbox.microsoft.state import Event, Json, Mailbox, Span, Tenant

_ORDER = (
    *("id", "createdDateTime", "lastModifiedDateTime", "changeKey", "categories", "transactionId"),
    *("originalStartTimeZone", "originalEndTimeZone", "iCalUId", "uid", "reminderMinutesBeforeStart", "isReminderOn"),
    *("hasAttachments", "subject", "bodyPreview", "importance", "sensitivity", "originalStart", "isAllDay"),
    *("isCancelled", "isOrganizer", "responseRequested", "seriesMasterId", "showAs", "type", "webLink"),
    *("onlineMeetingUrl", "isOnlineMeeting", "onlineMeetingProvider", "allowNewTimeProposals", "occurrenceId"),
    *("isDraft", "hideAttendees", "responseStatus", "body", "start", "end", "location", "locations", "recurrence"),
    *("attendees", "organizer", "onlineMeeting"),
)
TYPE = "#microsoft.graph.event"


@dataclass(frozen=True, slots=True)
class Form:
    """What a request's headers ask of the answer: id form, zone (as named and IANA), body as text, links' origin."""

    immutable: bool = True
    label: str = "UTC"
    place: str = "UTC"
    text: bool = False
    origin: str = "https://graph.microsoft.com"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where an event stands: the tenant's habits and the mailbox, for rendering."""

    tenant: Tenant
    mailbox: Mailbox


def dumped(value: Any) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def full(shelf: Shelf, view: View, form: Form) -> Json:
    """The whole event without annotations, in the order of real answers."""
    event, props = view.event, view.props
    value = {**props, **_identity(shelf, view, form), **times(view.span, form)}
    value |= {
        "hasAttachments": False,
        "bodyPreview": bodies.preview(props["body"]),
        "isAllDay": view.span.all_day,
        "isOrganizer": event.organizing,
        "onlineMeetingUrl": None,
        "isDraft": False,
        "body": _body(props["body"], form),
        "recurrence": event.rule.json() if event.rule and not view.slot else None,
    }
    return {name: value[name] for name in _ORDER if name in value}


def _identity(shelf: Shelf, view: View, form: Form) -> Json:
    """Who the event is, where it belongs and when it was written."""
    event, slot, box = view.event, view.slot, shelf.mailbox
    edit = view.edit or event
    master = box.id_of(event, immutable=form.immutable) if slot else None
    names = edit.zones or event.zones
    own = box.id_of(event, slot, immutable=form.immutable)
    return {
        "id": own,
        "createdDateTime": zones.stamp(event.created),
        "lastModifiedDateTime": zones.stamp(edit.modified),
        "changeKey": ids.change_key(box.tag, edit.change),
        "transactionId": None if slot else event.transaction,
        "originalStartTimeZone": names[0],
        "originalEndTimeZone": names[1],
        "iCalUId": _uid(shelf, event, slot),
        "uid": event.uid,
        **({"originalStart": zones.seconds(event.span.on(slot).instants()[0])} if slot else {}),
        "seriesMasterId": master,
        "type": view.kind,
        "webLink": f"{form.origin}/owa/?itemid={quote(own, safe='')}&exvsurl=1&path=/calendar/item",
        "occurrenceId": _occurrence(master, view),
    }


def _uid(shelf: Shelf, event: Event, slot: Any) -> str:
    day = slot or event.slot
    return ids.dated_uid(event.uid, day) if day and shelf.tenant.switches.occurrence_uids else event.uid


def _occurrence(master: str | None, view: View) -> str | None:
    return f"OID.{master}.{view.slot.isoformat()}" if master and view.slot else None


def _body(content: str, form: Form) -> Json:
    if form.text:
        return {"contentType": "text", "content": bodies.text(content)}
    return {"contentType": "html", "content": content}


def times(span: Span, form: Form) -> Json:
    """The start and end in the asked zone; an all-day event keeps its own dates in every zone (graph.md §3.4)."""
    if span.all_day:
        start, end = span.start, span.end
    elif form.place == span.place:
        start, end = span.start.replace(fold=0), span.end.replace(fold=0)
    else:
        start, end = (zones.wall(moment, form.place) for moment in span.instants())
    return {
        "start": {"dateTime": zones.seven(start), "timeZone": form.label},
        "end": {"dateTime": zones.seven(end), "timeZone": form.label},
    }


def etag(box: Mailbox, view: View) -> str:
    """The etag as a GET gives it; an occurrence has its master's."""
    return ids.etag(box.tag, (view.edit or view.event).change)


def annotated(shelf: Shelf, view: View, form: Form) -> Json:
    """The whole event with its etag."""
    return {"@odata.etag": etag(shelf.mailbox, view), **full(shelf, view, form)}


def line(shelf: Shelf, view: View, form: Form) -> bytes:
    """The same as bytes."""
    return b'{"@odata.etag":' + dumped(etag(shelf.mailbox, view)) + b"," + _tail(shelf, view, form)


def _tail(shelf: Shelf, view: View, form: Form) -> bytes:
    if view.kind == "occurrence":
        return dumped(full(shelf, view, form))[1:]
    key = ("tail", view.slot, form, shelf.tenant.switches.occurrence_uids)
    if key not in view.event.cache:
        view.event.remember(key, dumped(full(shelf, view, form))[1:])
    tail: bytes = view.event.cache[key]
    return tail


def delta_line(shelf: Shelf, view: View, form: Form) -> bytes:
    """The event as delta says it: masters and singles whole, occurrences thin (graph.md §2.4)."""
    change = (view.edit or view.event).change
    head = {"@odata.type": TYPE, "@odata.etag": ids.delta_etag(shelf.mailbox.tag, change)}
    if view.slot and not (view.edit and not shelf.tenant.switches.thin_exceptions):
        return dumped({**head, **_thin(shelf, view, form)})
    return dumped(head)[:-1] + b"," + _tail(shelf, view, form)


def _thin(shelf: Shelf, view: View, form: Form) -> Json:
    box = shelf.mailbox
    return {
        "id": box.id_of(view.event, view.slot, immutable=form.immutable),
        "type": view.kind,
        "seriesMasterId": box.id_of(view.event, immutable=form.immutable),
        **times(view.span, form),
    }


def series_lines(
    shelf: Shelf, event: Event, views: list[View], form: Form, edges: tuple[datetime, datetime]
) -> list[bytes]:
    """A series as delta says it: the master, then what lies between the edges; remembered as long as it stands."""
    key = ("series", form, edges, shelf.tenant.switches)
    if key not in event.cache:
        event.remember(key, [delta_line(shelf, view, form) for view in (whole(event), *views)])
    lines: list[bytes] = event.cache[key]
    return lines


def removed_line(item: str) -> bytes:
    """An `@removed` row."""
    return dumped({"@odata.type": TYPE, "id": item, "@removed": {"reason": "deleted"}})
