"""What the public hears of a link (S2). Text is filled in here and only here, never of a private event; the feed keeps
of it what the policy allows (S3)."""

from contracts.calendar import CalendarEvent, Side, Timed
from contracts.facts import Blocked, Conflict, Created, Deleted, Detail, Failed, Subject, Updated
from contracts.observed import Unreadable
from contracts.write import Refused, Written
from services.reconciler import conflicts
from services.reconciler.exposed import private
from services.reconciler.rows import Kind, Link, Pending
from services.reconciler.work import Work


def about(link: Link) -> Subject:
    one, other = link.microsoft, link.practifi
    return Subject(link.id, link.mailbox, one.id if one else "", other.id if other else "")


def done(work: Work, link: Link, pending: Pending, written: Written) -> None:
    """An order was carried out. Our word on an Event is no news of it."""
    subject, cause = about(link), pending.cause.value
    detail = _detail(link, pending.side, pending.fields)
    if pending.kind is Kind.ERASE:
        work.facts.append(Deleted(subject, pending.side, written.mailed, cause))
    elif pending.kind in {Kind.CREATE, Kind.REVIVE}:
        work.facts.append(Created(subject, pending.side, written.mailed, detail, cause))
    elif pending.kind is not Kind.STATUS:
        work.facts.append(Updated(subject, pending.side, pending.fields, written.mailed, detail, cause))
    if pending.conflicts:
        conflict(work, link, pending.side.other, pending.conflicts)
        conflicts.keep(work, link, subject, pending)


def conflict(work: Work, link: Link, winner: Side, fields: tuple[str, ...]) -> None:
    work.count("conflicts")
    work.facts.append(Conflict(about(link), winner, fields, _detail(link, winner, fields)))


def blocked(work: Work, link: Link, side: Side, reason: str) -> None:
    work.count("blocked")
    work.facts.append(Blocked(about(link), side, reason))


def failed(work: Work, link: Link, refused: Refused) -> None:
    work.facts.append(Failed(about(link), refused.side, refused.code, refused.reason))


def unreadable(work: Work, body: Unreadable) -> None:
    """An item cannot be understood: a person has to mend it, everything else goes on (O5)."""
    here = body.side is Side.MICROSOFT
    subject = Subject("", body.mailbox, body.id if here else "", "" if here else body.id)
    work.facts.append(Failed(subject, body.side, "unreadable", body.reason))


def _detail(link: Link, side: Side, fields: tuple[str, ...]) -> Detail | None:
    """How it is on a side. What is private on one of them may be told of neither (P2)."""
    held = link.on(side)
    event = (held.now or held.base) if held is not None else None
    if event is None or private(link.microsoft) or private(link.practifi):
        return None
    start, end = _times(event)
    return Detail(event.subject, start, end, event.location, fields)


def _times(event: CalendarEvent) -> tuple[str, str]:
    when = event.when
    one, other = (when.start, when.end) if isinstance(when, Timed) else (when.first, when.until)
    return one.isoformat(), other.isoformat()
