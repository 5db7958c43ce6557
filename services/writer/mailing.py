"""Whom Microsoft mails because of an order, and what may never go for that reason (A5, ruling 16). Graph cannot be told
to mail nobody (graph.md §3.9), so the one way not to mail is not to write. Pure."""

from collections.abc import Iterable
from datetime import datetime

from contracts.calendar import CalendarEvent, Response, Timed, When
from contracts.policy import Invitations
from contracts.write import Erase, Revive, Write
from services.clients.graph.mapping import patched
from services.clients.graph.seen import Seen
from services.writer.compare import Order

QUIET = frozenset({"categories", "isReminderOn", "reminderMinutesBeforeStart", "sensitivity", "showAs"})
"""Properties whose change mails nobody when it comes alone (graph.md §3.9 thinks so, and §8 lists it as a guess)."""
ANSWER = "my_response"


def answer(order: Order) -> Response | None:
    """The mailbox's own answer to an invitation, which the organizer gets by mail (A6); None when none is given."""
    return order.event.my_response if isinstance(order, Write) and ANSWER in order.fields else None


def besides_answer(fields: Iterable[str]) -> tuple[str, ...]:
    """What is written as fields."""
    return tuple(field for field in fields if field != ANSWER)


def only_an_answer(order: Order | Revive) -> bool:
    """Whether an order wants nothing but to answer."""
    return isinstance(order, Write) and answer(order) is not None and not besides_answer(order.fields)


def unanswerable(order: Order, seen: Seen) -> str:
    """Why Microsoft takes no such answer, "" when it does or none is given."""
    given = answer(order)
    if given is None:
        return ""
    if seen.mine:
        return "its own organizer cannot answer an invitation"
    return "an answer cannot be taken back" if given is Response.NONE else ""


def invited(event: CalendarEvent) -> int:
    """How many people a new event invites."""
    return len({guest.address for guest in event.attendees} - {event.organizer})


def concerned(order: Order, seen: Seen) -> int:
    """How many people a write to what stands there may concern: the guests of an event that the mailbox organizes, or
    the organizer who gets an answer. What an invited mailbox does to its own copy concerns nobody (graph.md §3.10)."""
    return seen.guests if seen.mine else int(answer(order) is not None)


def mailed(order: Order, seen: Seen) -> int:
    """How many people Microsoft mails when the order is carried out on what stands there."""
    if seen.mine and not isinstance(order, Erase) and not patched(order.event, order.fields).keys() - QUIET:
        return 0
    return concerned(order, seen)


def forbidden(many: int, when: When, invitations: Invitations, now: datetime) -> str:
    """Why nothing may be written that concerns so many people, "" when it may be."""
    if not many:
        return ""
    who = f"{many} {'person' if many == 1 else 'people'}"
    if invitations is Invitations.NEVER:
        return f"it would mail {who}, and `invitations` is never"
    return "" if _coming(when, now) else f"it would mail {who} about something that is past"


def _coming(when: When, now: datetime) -> bool:
    """Whether it has yet to begin; a whole day has, while it is today."""
    return when.start > now if isinstance(when, Timed) else when.first >= now.date()
