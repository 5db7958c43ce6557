"""What the public hears of a link (S2). Text is filled in here and only here, never of a private event; the feed keeps
of it what the policy allows (S3)."""

from contracts.calendar import CalendarEvent, Sensitivity, Side, Timed
from contracts.facts import Blocked, Conflict, Created, Deleted, Detail, Failed, Subject, Updated
from contracts.observed import Unreadable
from contracts.write import Refused, Written
from services.reconciler import conflicts
from services.reconciler.rows import Held, Kind, Link, Pending
from services.reconciler.work import Work

_PRIVATE = frozenset({Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL})


def about(link: Link) -> Subject:
    one, other = link.microsoft, link.practifi
    return Subject(link.id, link.mailbox, one.id if one else "", other.id if other else "")


def done(work: Work, link: Link, pending: Pending, written: Written) -> None:
    """An order was carried out. Our word on an Event is no news of it."""
    subject, held, cause = about(link), link.on(pending.side), pending.cause.value
    detail = _detail(held, pending.fields)
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
    work.facts.append(Conflict(about(link), winner, fields, _detail(link.on(winner), fields)))


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


def _detail(held: Held | None, fields: tuple[str, ...]) -> Detail | None:
    event = (held.now or held.base) if held is not None else None
    if held is None or event is None or held.redacted or event.sensitivity in _PRIVATE:
        return None
    start, end = _times(event)
    return Detail(event.subject, start, end, event.location, fields)


def _times(event: CalendarEvent) -> tuple[str, str]:
    when = event.when
    one, other = (when.start, when.end) if isinstance(when, Timed) else (when.first, when.until)
    return one.isoformat(), other.isoformat()
