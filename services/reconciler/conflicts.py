"""Conflicts are kept with both values, so that a person can look at them and have the losing one back (C3): for 30
days while the event lives, at most 1,000 of a shard, and never of a private event (P2)."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from contracts.asked import Overridden
from contracts.calendar import CalendarEvent, Days, Side, Timed
from contracts.facts import Subject
from services.reconciler.exposed import private
from services.reconciler.listed import Contested, Contests
from services.reconciler.rows import Held, Kind, Link, Pending
from services.reconciler.work import Work

DAYS = timedelta(days=30)
MOST = 1000
_OWN = 16
"""So many digits of a link's id begin the ids of its conflicts."""
_LONG = 200


def keep(work: Work, link: Link, about: Subject, pending: Pending) -> None:
    """The order that is done has overridden something: keep both values of each field. `follow` purges them at once
    where the event is private."""
    if pending.kind is not Kind.UPDATE or pending.lost is None:
        return
    winner = link.on(pending.side.other)
    if winner is None or winner.base is None:
        return
    values = {pending.side: pending.lost, pending.side.other: winner.base}
    for field in pending.conflicts:
        name = link.id[:_OWN] + sha256(f"{pending.order}/{field}".encode()).hexdigest()[:8]
        one, other = (_only(values[side], field) for side in (Side.MICROSOFT, Side.PRACTIFI))
        work.rows[f"conflict/{name}"] = Contested(about, field, pending.side.other, one, other, work.now)
        _remember(work, name)


def lost(work: Work, link: Link, about: Subject, field: str, old: Held) -> str:
    """Keep what Microsoft's event says in a field whose place the one of this link has taken; the conflict's id. What
    it said there earlier, and nobody has begun to write, nobody has to know any more."""
    assert link.practifi is not None
    one = _only(old.event, field)
    for name, row in _waiting(work, link):
        if row.inherited and row.field == field:
            work.rows[f"conflict/{name}"] = replace(row, microsoft=one)
            return name
    name = link.id[:_OWN] + sha256(f"{work.message.id}/{field}".encode()).hexdigest()[:8]
    other, before = _only(link.practifi.event, field), _only(old.base, field) if old.base is not None else None
    row = Contested(about, field, Side.PRACTIFI, one, other, work.now, inherited=True, before=before)
    work.rows[f"conflict/{name}"] = row
    _remember(work, name)
    return name


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:  # noqa: ARG001 - see `decide`
    """What has become private leaves no text, nor does what is gone in Microsoft: nobody would tell that the meeting,
    which others still have, has become private since. A pair that has lost a side has nothing to turn."""
    here, there = (new.microsoft, new.practifi) if new is not None else (None, None)
    if new is None or private(here) or private(there) or (here is not None and here.gone):
        _purge(work, name)
    if new is not None and new.turn and any(held is None or held.gone for held in (new.microsoft, new.practifi)):
        work.keep(replace(new, turn=()))


def lines(work: Work, about: str) -> list[Overridden]:
    """What is kept, the newest first; `about` is the beginning of an id."""
    rows = work.state.under("conflict/", Contested)
    found = [_line(key.partition("/")[2], row) for key, row in rows.items() if work.now - row.at < DAYS]
    return sorted((line for line in found if line.conflict.startswith(about)), key=lambda line: line.at, reverse=True)


def words(field: str, event: CalendarEvent) -> str:
    """A value as a person reads it."""
    value: Any = getattr(event, field)
    match value:
        case Timed(start, end):
            text = f"{start.isoformat()} to {end.isoformat()}"
        case Days(first, until):
            text = f"{first} to {until - timedelta(days=1)}, all day"
        case bool():
            text = "yes" if value else "no"
        case None:
            text = ""
        case _:
            text = str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _waiting(work: Work, link: Link) -> list[tuple[str, Contested]]:
    """The conflicts whose losing values are wanted back and are not being written yet."""
    written = link.pending is not None and link.pending.kind is Kind.TURN
    rows = ((name, work.get(f"conflict/{name}", Contested)) for name in link.turn[written:])
    return [(name, row) for name, row in rows if row is not None]


def _line(name: str, row: Contested) -> Overridden:
    one, other = words(row.field, row.microsoft), words(row.field, row.practifi)
    return Overridden(name, row.about, row.field, row.winner, one, other, row.at, row.turned)


def _only(event: CalendarEvent, field: str) -> CalendarEvent:
    values: dict[str, Any] = {field: getattr(event, field)}
    return replace(CalendarEvent(event.when), **values)


def _remember(work: Work, name: str) -> None:
    """One more; the old ones and those above MOST are forgotten."""
    now = int(work.now.timestamp())
    kept = (*_kept(work), (name, now))
    stays = tuple(one for one in kept[-MOST:] if now - one[1] < DAYS.total_seconds())
    work.rows |= {f"conflict/{one}": None for one, _ in kept[: len(kept) - len(stays)]}
    work.rows["conflicts"] = Contests(stays)


def _purge(work: Work, link: str) -> None:
    kept = _kept(work)
    stays = tuple(one for one in kept if not one[0].startswith(link[:_OWN]))
    if stays != kept:
        work.rows |= {f"conflict/{name}": None for name, _ in set(kept) - set(stays)}
        work.rows["conflicts"] = Contests(stays)


def _kept(work: Work) -> tuple[tuple[str, int], ...]:
    row = work.get("conflicts", Contests)
    return row.kept if row is not None else ()
