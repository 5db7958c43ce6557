"""What can be done to a calendar: create, change and remove events, by a request or by a person in Outlook.
Every rule of Exchange that refuses or mails stands behind these few functions, whoever calls them."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from typing import Any

from services.sandbox.microsoft import ids, meetings, occurrences, online, when, write, zones
from services.sandbox.microsoft.meetings import Act
from services.sandbox.microsoft.places import NOWHERE
from services.sandbox.microsoft.refused import Refused, bad_body
from services.sandbox.microsoft.state import Edit, Event, Json

DEFAULTS: Json = {
    "categories": [],
    "reminderMinutesBeforeStart": 15,
    "isReminderOn": True,
    "subject": "",
    "importance": "normal",
    "sensitivity": "normal",
    "isCancelled": False,
    "responseRequested": True,
    "showAs": "busy",
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "body": "",
    "location": NOWHERE,
    "locations": [],
    "attendees": [],
    "onlineMeeting": None,
}
MINE: Json = {"response": "organizer", "time": zones.EPOCH}


def create(act: Act, body: Any, *, trusted: bool = False) -> Event:
    """A new event, its copies and invitations; the same event again for the same body and transactionId.
    `trusted` bodies may name `iCalUId`, a foreign `organizer` and `isCancelled`."""
    if isinstance(body, dict) and body.get("transactionId") and (known := _repeated(act, body)):
        return known
    draft = write.draft(act.tenant, body)
    times = when.times(body, None)
    if times is None:
        raise bad_body("An event needs a start and an end.")
    user = act.tenant.users[act.mailbox.oid]
    me = {"emailAddress": {"name": user.name, "address": user.mail or user.upn}}
    props = {**DEFAULTS, "organizer": me, "responseStatus": MINE}
    key = act.mailbox.next_key()
    asked = online.settle(act.tenant, user, props, draft.props, key)
    event = Event(key, _uid(act, key), {**props, **asked}, times.span, times.zones, act.at, act.at, rule=times.rule)
    event.extended = {name: value for name, value in draft.extended.items() if value is not None}
    event.multiple = draft.multiple
    if trusted:
        _trust(act, event, body)
    event.transaction = _transaction(act, event, body)
    act.mailbox.store(event, act.at)
    if event.organizing and not event.props["isCancelled"]:
        meetings.invite(act, event)
    return event


def _uid(act: Act, key: int) -> str:
    return ids.object_uid(act.tenant.seed, act.mailbox.oid, key)


def _repeated(act: Act, body: Json) -> Event | None:
    name = body["transactionId"]
    if not isinstance(name, str):
        raise bad_body("Cannot convert the literal of 'transactionId' to the expected type 'Edm.String'.")
    if name not in act.mailbox.transactions:
        return None
    key, digest = act.mailbox.transactions[name]
    event = act.mailbox.events.get(key)
    if event and digest == _digest(body):
        return event
    message = (
        "Your request can't be completed. The TransactionId specified in the request has already been used to create "
        "a different event."
    )
    existing = ids.event_id(act.mailbox.tag, key, None, immutable=True)
    status = act.tenant.switches.duplicate_status
    note = {"@event.existingEventId": existing}
    raise Refused(status, "ErrorDuplicateTransactionId", message, annotations=note)


def _digest(body: Json) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _transaction(act: Act, event: Event, body: Json) -> str | None:
    name = body.get("transactionId")
    if name:
        act.mailbox.transactions[name] = (event.key, _digest(body))
    return name or None


def _trust(act: Act, event: Event, body: Json) -> None:
    event.uid = body.get("iCalUId") or event.uid
    event.props["isCancelled"] = body.get("isCancelled") is True
    answers = {meetings.address(one): one["status"] for one in body.get("attendees") or () if one.get("status")}
    people = event.props["attendees"]
    event.props["attendees"] = [{**one, "status": answers.get(meetings.address(one), one["status"])} for one in people]
    organizer = body.get("organizer")
    own = act.tenant.users[act.mailbox.oid].addresses()
    if organizer and meetings.address(organizer) not in own:
        event.organizing = False
        event.props["organizer"] = organizer
        event.props["responseStatus"] = meetings.UNANSWERED


def change(act: Act, event: Event, slot: date | None, body: Any, *, trusted: bool = False) -> None:
    """Changes an event, or one occurrence, which becomes an exception; copies and mails follow (graph.md §3.9)."""
    view = occurrences.at(event, slot)
    draft = write.draft(act.tenant, body)
    if body.get("transactionId") not in (None, event.transaction):
        raise Refused(400, "ErrorInvalidRequest", "The transactionId of an event cannot be changed.")
    times = when.times(body, event, slot=slot, span=view.span)
    before = view.props["attendees"]
    user = act.tenant.users[act.mailbox.oid]
    asked = online.settle(act.tenant, user, view.props, draft.props, event.key)
    moved = times is not None and (times.span != view.span or (slot is None and times.rule != event.rule))
    asked = _people(asked, before, moved=moved and event.organizing)
    if trusted and "isCancelled" in body:
        asked["isCancelled"] = body["isCancelled"] is True
    if slot is None:
        _change_whole(act, event, asked, times)
    else:
        _change_slot(act, event, slot, asked, times)
    _stamp((event if slot is None else event.edits[slot]), draft)
    act.mailbox.touch(event, act.at)
    if slot:
        event.edits[slot].change, event.edits[slot].modified = event.change, act.at
    keys = {name for name in body if name in write.WRITABLE}
    if event.organizing:
        meetings.announce(act, event, slot, before, keys, reset=moved)


def _people(asked: Json, before: list[Json], *, moved: bool) -> Json:
    """Answers stay with the attendees who gave them, until the time changes."""
    if "attendees" not in asked and not (moved and before):
        return asked
    answers = {} if moved else {meetings.address(one): one["status"] for one in before}
    none = {"response": "none", "time": zones.EPOCH}
    people = asked.get("attendees", before)
    return {**asked, "attendees": [{**one, "status": answers.get(meetings.address(one), none)} for one in people]}


def _change_whole(act: Act, event: Event, asked: Json, times: when.Times | None) -> None:
    event.props = {**event.props, **asked}
    if times is None:
        return
    old_rule, old_span = event.rule, event.span
    event.span, event.zones, event.rule = times.span, times.zones, times.rule
    rule = event.rule
    same = bool(rule and old_rule and rule.same_pattern(old_rule))
    timed = (old_span.start.time(), old_span.length(), old_span.place, old_span.all_day)
    kept = timed == (event.span.start.time(), event.span.length(), event.span.place, event.span.all_day)
    if not rule or not (same or act.tenant.switches.keeps_exceptions):
        event.edits, event.deleted = {}, set()
    elif not (kept or act.tenant.switches.keeps_exceptions):
        event.edits = {}
    if rule:
        event.edits = {day: edit for day, edit in event.edits.items() if rule.has(day)}
        event.deleted = {day for day in event.deleted if rule.has(day)}


def _change_slot(act: Act, event: Event, slot: date, asked: Json, times: when.Times | None) -> None:
    if times is not None:
        occurrences.check_room(event, slot, times.span)
    old = event.edits.get(slot) or Edit({}, None, None, act.at, act.at, 0)
    span, names = (times.span, times.zones) if times else (old.span, old.zones)
    event.edits[slot] = replace(old, props={**old.props, **asked}, span=span, zones=names)


def _stamp(target: Event | Edit, draft: write.Draft) -> None:
    for name, value in draft.extended.items():
        if value is None:
            target.extended.pop(name, None)
        else:
            target.extended[name] = value
    target.multiple.update(draft.multiple)


def remove(act: Act, event: Event, slot: date | None) -> None:
    """Deletes an event or one occurrence; an organiser's deletion is a cancellation to the attendees."""
    meetings.withdraw(act, event, slot)
    take_away(act, event, slot)


def take_away(act: Act, event: Event, slot: date | None) -> None:
    """The same for this mailbox alone."""
    occurrences.at(event, slot)
    if slot is None:
        act.mailbox.drop(event)
        return
    event.edits.pop(slot, None)
    event.deleted.add(slot)
    act.mailbox.touch(event, act.at)


def cancel(act: Act, event: Event, slot: date | None) -> None:
    """The organiser's `cancel` (graph.md §3.9)."""
    if not event.organizing:
        message = "Your request can't be completed. You need to be an organizer to cancel a meeting."
        raise Refused(400, "ErrorInvalidRequest", message)
    remove(act, event, slot)
