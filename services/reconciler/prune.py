"""What is over is forgotten after a while, so that nothing grows for ever: tombstones of pairs of which neither side is
left, and words about items that nobody knew. A few at a time, the oldest first; never while a side still has the item,
for then the tombstone is what keeps it from coming back (X5)."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import blake2s

from msgspec import Struct

from contracts.calendar import Side
from services.kernel.decision import State as Rows
from services.kernel.decision import Wake
from services.reconciler.link import gone_key, name_of, ref_key
from services.reconciler.names import Gone, Ref, Uid
from services.reconciler.rows import Held, Link, State
from services.reconciler.work import Work

DAYS = timedelta(days=60)
"""So long nothing is forgotten: four times as long as Salesforce knows what was deleted (salesforce.md §2.8)."""
MANY = 200
"""So many are forgotten by one decision."""
_DIGITS = "0123456789abcdef"
_NAMES = ("ref/", "uid/")


class Old(Struct, frozen=True):
    """The row `old/<day>/<digit>/<row>~`: a row that was over on that day. `mark` is its generation or sequence then:
    what has another one by now has lived on."""

    row: str
    mark: int


class Pruned(Struct, frozen=True):
    """The row `pruned`: the first day of which something may be left."""

    day: date


class Prune(Struct, frozen=True):
    """Said to ourselves: forget some of what was over `before` that day."""

    before: date


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Note when a pair is over, and by which names a pair is not known any more."""
    if new is None:
        return
    if _over(new) and not (old is not None and _over(old) and old.generation == new.generation):
        note(work, f"link/{name}", new.generation)
    for row in sorted(set(_names(old)) - set(_names(new))) if old is not None else ():
        note(work, row, 0)
    _replaced(work, old.practifi if old is not None else None, new.practifi)


def _replaced(work: Work, old: Held | None, new: Held | None) -> None:
    """Remember that an Event is gone whose place another one has taken: a late word of it is none of a new one."""
    if old is not None and new is not None and old.gone and old.id and old.id != new.id:
        work.rows[row := gone_key(Side.PRACTIFI, old.id)] = Gone(old.sequence)
        note(work, row, old.sequence)


def note(work: Work, row: str, mark: int) -> None:
    """This row is over from today on."""
    digit = blake2s(row.encode(), digest_size=1).hexdigest()[0]
    work.rows[f"old/{work.now.date().isoformat()}/{digit}/{row}~"] = Old(row, mark)


def due(work: Work) -> None:
    """Look for what is old, once a round."""
    work.effects.append(Wake(work.now, Prune((work.now - DAYS).date()), "replace:prune", quiet=True))


def needs(state: Rows, body: Prune) -> Iterator[str]:
    """The next few rows that are old, and what names them."""
    yield "pruned"
    if not state.known("pruned"):
        return
    found, missing = _next(state, body)
    yield from missing
    for old in found.values():
        yield old.row
        if not state.known(old.row):
            continue
        if old.row.startswith("link/"):
            link = state.get(old.row, Link)
            yield from _names(link) if link is not None else ()
        elif old.row.startswith(_NAMES):
            name = state.get(old.row, _kind(old.row))
            yield from (f"link/{name.link}",) if name is not None and name.link else ()


def prune(work: Work, body: Prune) -> None:
    """Forget the next few; go on with the next decision while there is more."""
    first = work.get("pruned", Pruned) or Pruned(work.now.date())
    found, _ = _next(work.state, body)
    for key, old in found.items():
        work.rows[key] = None
        if old.row.startswith("link/"):
            _forget(work, old)
        elif old.row.startswith(_NAMES):
            _unname(work, old.row)
        elif (gone := work.get(old.row, Gone)) is not None and gone.sequence == old.mark:
            work.rows[old.row] = None
    done = first.day < body.before and len(found) < MANY
    first = Pruned(first.day + timedelta(days=1)) if done else first
    if first != work.get("pruned", Pruned):
        work.rows["pruned"] = first
    if first.day < body.before:
        due(work)


def _forget(work: Work, old: Old) -> None:
    link = work.get(old.row, Link)
    if link is None or not _over(link) or link.generation != old.mark:
        return
    work.rows[old.row] = None
    for name in _names(link):
        row = work.get(name, _kind(name))
        if row is not None and row.link == link.id:
            work.rows[name] = None


def _unname(work: Work, name: str) -> None:
    """A name goes, unless its pair is known by it again."""
    row = work.get(name, _kind(name))
    link = work.link(row.link) if row is not None and row.link else None
    if row is not None and row.link and (link is None or name not in _names(link)):
        work.rows[name] = None


def _kind(name: str) -> type[Uid] | type[Ref]:
    return Uid if name.startswith("uid/") else Ref


def _names(link: Link) -> Iterator[str]:
    """The rows that may name a link."""
    for side in Side:
        held = link.on(side)
        if held is not None and held.id:
            yield ref_key(side, held.mailbox, name_of(held), held.slot)
            if held.uid:
                yield f"uid/{held.uid}~"


def _next(state: Rows, body: Prune) -> tuple[dict[str, Old], list[str]]:
    """The next few old rows, as far as they are loaded, and the prefix that has to be loaded next."""
    first, found = state.get("pruned", Pruned), dict[str, Old]()
    if first is None or first.day >= body.before:
        return found, []
    for digit in _DIGITS:
        prefix = f"old/{first.day.isoformat()}/{digit}/"
        if not state.known(prefix):
            return dict(list(found.items())[:MANY]), [prefix]
        found |= state.under(prefix, Old)
        if len(found) >= MANY:
            break
    return dict(list(found.items())[:MANY]), []


def _over(link: Link) -> bool:
    return link.state is State.ENDED and not _there(link.microsoft) and not _there(link.practifi)


def _there(held: Held | None) -> bool:
    return held is not None and not held.gone
