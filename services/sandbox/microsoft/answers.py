"""Responses to and forwarding of meetings (graph.md §3.9).
The one way in which what an attendee does reaches the organiser."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.sandbox.microsoft import changes, meetings, occurrences, write, zones
from services.sandbox.microsoft.meetings import Act
from services.sandbox.microsoft.refused import Refused, bad_body
from services.sandbox.microsoft.state import Edit, Event, Json, Mailbox

RESPONSES = {"accept": "accepted", "tentativelyAccept": "tentativelyAccepted", "decline": "declined"}


def respond(act: Act, event: Event, slot: date | None, response: str, *, send: bool = True) -> None:
    """An attendee's answer; declining removes the copy. `response` is a responseType."""
    view = occurrences.at(event, slot)
    if event.organizing:
        message = "You can't respond to this meeting because you're the meeting organizer."
        raise Refused(400, "ErrorInvalidRequest", f"Your request can't be completed. {message}")
    source = _source(act, event)
    if send:
        meetings.mail(act, event, slot, "response", [meetings.address(view.props["organizer"])])
        if source:
            _tell(act, source[0], source[1], slot or event.slot, response)
    if response == "declined":
        changes.take_away(act, event, slot)
        return
    status = {"response": response, "time": zones.stamp(act.at)}
    offered = occurrences.at(source[1], slot or event.slot).props["showAs"] if source else "busy"
    shown = offered if response == "accepted" else view.props["showAs"]
    _keep(act.mailbox, act, event, slot, {"responseStatus": status, "showAs": shown})


def _source(act: Act, event: Event) -> tuple[Mailbox, Event] | None:
    box = act.tenant.holder(meetings.address(event.props["organizer"]))
    found = box and (box.by_uid(event.uid, event.slot) or box.by_uid(event.uid))
    if not box or not found or not found.organizing:
        return None
    day = event.slot
    gone = day is not None and (not found.rule or day in found.deleted or not found.rule.has(day))
    return None if gone else (box, found)


def _tell(act: Act, box: Mailbox, source: Event, slot: date | None, response: str) -> None:
    if slot and (not source.rule or slot in source.deleted or not source.rule.has(slot)):
        return
    own = act.tenant.users[act.mailbox.oid].addresses()
    status = {"response": response, "time": zones.stamp(act.at)}
    people = [
        {**one, "status": status} if meetings.address(one) in own else one
        for one in occurrences.at(source, slot).props["attendees"]
    ]
    _keep(box, act, source, slot, {"attendees": people})


def _keep(box: Mailbox, act: Act, event: Event, slot: date | None, props: Json) -> None:
    if slot is None or not event.rule:
        event.props = {**event.props, **props}
        box.touch(event, act.at)
        return
    old = event.edits.get(slot) or Edit({}, None, None, act.at, act.at, 0)
    box.touch(event, act.at)
    event.edits[slot] = replace(old, props={**old.props, **props}, modified=act.at, change=event.change)


def forward(act: Act, event: Event, slot: date | None, recipients: Any) -> None:
    """Sends the meeting on; the organiser hears of it when an attendee does so."""
    if not isinstance(recipients, list) or not recipients:
        raise bad_body("'ToRecipients' must name at least one recipient.")
    view = occurrences.at(event, slot)
    people = [meetings.address(one) for one in write.attendees(act.tenant, recipients)]
    meetings.mail(act, event, slot, "forward", people)
    if not event.organizing:
        meetings.mail(act, event, slot, "forward", [meetings.address(view.props["organizer"])])
    if slot is None:
        for one in people:
            box = act.tenant.holder(one)
            if box and box.by_uid(event.uid) is None:
                meetings.mirror(act, event, None, one, reset=True)
