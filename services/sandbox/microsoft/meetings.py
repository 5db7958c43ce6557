"""Meetings across mailboxes: attendees' copies, cancellations, and the mails of Exchange (graph.md §3.9, §3.10).
Only the organiser's version is copied; what an attendee does to a copy never travels, save for a response."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.sandbox.microsoft import occurrences, zones
from services.sandbox.microsoft.state import Cause, Edit, Event, Json, Mail, Mailbox, Tenant
from services.sandbox.microsoft.write import LOCAL

SHARED = (
    *("subject", "body", "importance", "sensitivity", "location", "locations", "attendees", "organizer"),
    *("responseRequested", "allowNewTimeProposals", "hideAttendees", "isCancelled"),
    *("isOnlineMeeting", "onlineMeetingProvider", "onlineMeeting"),
)
PREFIX = "Canceled: "
MailKind = Literal["invitation", "update", "cancellation", "response", "forward"]
UNANSWERED: Json = {"response": "notResponded", "time": zones.EPOCH}


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, where and when, whether anybody is mailed about it, and whether others' calendars follow."""

    tenant: Tenant
    mailbox: Mailbox
    at: datetime
    cause: Cause = "api"
    notify: bool = True
    copies: bool = True


def address(attendee: Json) -> str:
    """An attendee's or organiser's address in lower case."""
    return str(attendee["emailAddress"]["address"]).lower()


def guests(act: Act, attendees: Iterable[Json]) -> dict[str, Json]:
    """The attendees by address, the organiser's own addresses left out."""
    own = act.tenant.users[act.mailbox.oid].addresses()
    return {address(one): one for one in attendees if address(one) not in own}


def mail(act: Act, event: Event, slot: date | None, kind: MailKind, recipients: Iterable[str]) -> None:
    """Writes one mail into the log, unless nobody is to be told."""
    people = tuple(recipients)
    if people and act.notify:
        item = act.mailbox.id_of(event, slot or event.slot if event.rule else None)
        edit = event.edits.get(slot) if slot else None
        subject = (edit and edit.props.get("subject")) or event.props["subject"]
        act.tenant.mails.append(Mail(act.at, kind, act.mailbox.oid, item, subject, people, act.cause))


def invite(act: Act, event: Event) -> None:
    """A new event's invitations and copies."""
    people = guests(act, event.props["attendees"])
    for one in people:
        mirror(act, event, None, one, reset=True)
    mail(act, event, None, "invitation", people)


def announce(act: Act, event: Event, slot: date | None, before: list[Json], keys: set[str], *, reset: bool) -> None:
    """What a change by the organiser does to the others; `keys` are the properties that were written."""
    if keys <= LOCAL and not act.tenant.switches.local_patch_mails:
        return
    old, new = guests(act, before), guests(act, occurrences.at(event, slot).props["attendees"])
    added = [one for one in new if one not in old]
    gone = [one for one in old if one not in new]
    kept = [one for one in new if one in old]
    if keys <= {"attendees"}:
        kept = [one for one in kept if new[one]["type"] != old[one]["type"]]
    for one in (*added, *kept):
        mirror(act, event, slot, one, reset=reset or one in added)
    for one in gone:
        call_off(act, event, slot, one)
    mail(act, event, slot, "invitation", added)
    mail(act, event, slot, "cancellation", gone)
    mail(act, event, slot, "update", kept)
    if slot is None and kept:
        for other in sorted(event.edits):
            mail(act, event, other, "update", kept)


def withdraw(act: Act, event: Event, slot: date | None) -> None:
    """The cancellations for an event or occurrence that its organiser is about to remove."""
    view = occurrences.at(event, slot)
    if not event.organizing or view.props["isCancelled"]:
        return
    people = guests(act, view.props["attendees"])
    mail(act, event, slot, "cancellation", people)
    for one in people:
        call_off(act, event, slot, one)


def _reached(act: Act, guest: str) -> Mailbox | None:
    box = act.tenant.holder(guest)
    return box if act.copies and box is not act.mailbox else None


def shared(props: Json, own: set[str]) -> Json:
    """What an attendee's copy takes over."""
    taken = {name: props[name] for name in SHARED if name in props}
    if props.get("hideAttendees") and "attendees" in taken:
        taken["attendees"] = [one for one in taken["attendees"] if address(one) in own]
    return taken


def mirror(act: Act, event: Event, slot: date | None, guest: str, *, reset: bool) -> None:
    """Writes the organiser's version into a guest's mailbox; `reset`: an answer is asked for anew."""
    box = _reached(act, guest)
    if box is None:
        return
    own = act.tenant.users[box.oid].addresses()
    if slot is None:
        _mirror_whole(act, event, box, own, reset=reset)
    elif copy := box.by_uid(event.uid):
        _mirror_slot(act, event, slot, box, copy, reset=reset)
    else:
        _mirror_alone(act, event, slot, box, own)


def _mirror_whole(act: Act, event: Event, box: Mailbox, own: set[str], *, reset: bool) -> None:
    copy = box.by_uid(event.uid, event.slot)
    if copy is None:
        props = {**event.props, "categories": [], **shared(event.props, own), **_asked(event.props)}
        copy = Event(box.next_key(), event.uid, props, event.span, event.zones, act.at, act.at, organizing=False)
    else:
        answer = _asked(event.props) if reset else {}
        copy.props = {**copy.props, **shared(event.props, own), **answer}
    copy.slot, copy.span, copy.zones, copy.rule = event.slot, event.span, event.zones, event.rule
    copy.edits = {day: _edit(act, edit, own) for day, edit in event.edits.items()}
    copy.deleted = set(event.deleted)
    _keep(act, box, copy)


def _edit(act: Act, edit: Edit, own: set[str]) -> Edit:
    return Edit(shared(edit.props, own), edit.span, edit.zones, act.at, act.at, 0)


def _mirror_slot(act: Act, event: Event, slot: date, box: Mailbox, copy: Event, *, reset: bool) -> None:
    own = act.tenant.users[box.oid].addresses()
    edit = event.edits[slot]
    old = copy.edits.get(slot)
    props = {**(old.props if old else {}), **shared(edit.props, own)}
    if reset:
        props.update(_asked({**event.props, **edit.props}))
    copy.edits[slot] = Edit(props, edit.span, edit.zones, act.at, act.at, 0)
    copy.deleted.discard(slot)
    _keep(act, box, copy)
    copy.edits[slot].change = copy.change


def _mirror_alone(act: Act, event: Event, slot: date, box: Mailbox, own: set[str]) -> None:
    view = occurrences.at(event, slot)
    copy = box.by_uid(event.uid, slot)
    local = copy.props if copy else {**view.props, "categories": [], **_asked(view.props)}
    names = (view.edit and view.edit.zones) or event.zones
    if copy is None:
        copy = Event(box.next_key(), event.uid, {}, view.span, names, act.at, act.at, organizing=False, slot=slot)
    copy.props, copy.span, copy.zones = {**local, **shared(view.props, own)}, view.span, names
    _keep(act, box, copy)


def _keep(act: Act, box: Mailbox, copy: Event) -> None:
    if copy.key in box.events:
        box.touch(copy, act.at)
    else:
        box.store(copy, act.at)
    for edit in copy.edits.values():
        edit.change = edit.change or copy.change


def _asked(props: Json) -> Json:
    shown = props["showAs"]
    return {"responseStatus": UNANSWERED, "showAs": shown if shown == "free" else "tentative"}


def call_off(act: Act, event: Event, slot: date | None, guest: str) -> None:
    """Marks a guest's copy, or one occurrence of it, as cancelled; it stays until the guest removes it."""
    box = _reached(act, guest)
    if box is None:
        return
    alone = box.by_uid(event.uid, slot or event.slot)
    copy = alone or box.by_uid(event.uid)
    if copy is None or (slot in copy.deleted):
        return
    marked = {"isCancelled": True, "showAs": "free"}
    if slot is None or alone:
        copy.props = {**copy.props, **marked, "subject": _called_off(copy.props["subject"])}
        for edit in copy.edits.values():
            edit.props.update(marked)
            if "subject" in edit.props:
                edit.props["subject"] = _called_off(edit.props["subject"])
    else:
        view = occurrences.at(copy, slot)
        old = view.edit or Edit({}, None, None, act.at, act.at, 0)
        props = {**old.props, **marked, "subject": _called_off(view.props["subject"])}
        copy.edits[slot] = replace(old, props=props, modified=act.at, change=box.change + 1)
    box.touch(copy, act.at)


def _called_off(subject: str) -> str:
    return subject if subject.startswith(PREFIX) else PREFIX + subject
