"""How many pairs a mailbox has, and how many deletions that people made in Practifi wait there: the measure of the
brake (X4). The rows follow the links, so they are exact and nobody ever counts a mailbox anew. Decides nothing."""

from msgspec import Struct

from contracts.status import Problem
from services.reconciler.rows import Death, Held, Link, Mark, State
from services.reconciler.work import Work

_WHAT = "{} deletions made in Practifi wait for consent; nothing of that is deleted in Microsoft yet"
_MEND = "Look at them in Practifi; if this is right, say `calsync resume`, else take them out of the recycle bin there"
_WAITING = frozenset({Death.ROUND, Death.HELD})


class Size(Struct, frozen=True, omit_defaults=True):
    """The row `size/<mailbox>`: its `living` pairs (both sides are there), the deletions made in Practifi that are
    `dying`, which means not passed on yet (one row `dying/<mailbox>/<link>` each), and how many of those are `held`
    until somebody consents."""

    living: int = 0
    dying: int = 0
    held: int = 0


def lives(link: Link) -> bool:
    """Whether both sides are there."""
    return _there(link.microsoft) and _there(link.practifi)


def dies(link: Link) -> bool:
    """Whether a deletion in Practifi waits to be passed on to Microsoft."""
    waits = link.death in _WAITING and link.state is State.ACTIVE and link.pending is None
    return waits and _there(link.microsoft) and not _there(link.practifi)


def under(work: Work) -> dict[str, Size]:
    """All mailboxes of which something is known, as this decision has left them. `size/` must be loaded."""
    rows = {**work.state.under("size/", Size), **{key: row for key, row in work.rows.items() if key[:5] == "size/"}}
    return {key.partition("/")[2]: row for key, row in rows.items() if isinstance(row, Size)}


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Count a link anew that this decision has changed."""
    before, after = _counted(old), _counted(new)
    if before == after:
        return
    for (mailbox, size), sign in ((before, -1), (after, 1)):
        _add(work, mailbox, size, sign)
    if before[1].dying:
        work.rows[f"dying/{before[0]}/{name}"] = None
    if after[1].dying:
        work.rows[f"dying/{after[0]}/{name}"] = Mark()


def _counted(link: Link | None) -> tuple[str, Size]:
    """The mailbox in which a link counts, and for what."""
    if link is None or not link.mailbox:
        return "", Size()
    dying = dies(link)
    return link.mailbox, Size(int(lives(link)), int(dying), int(dying and link.death is Death.HELD))


def _add(work: Work, mailbox: str, more: Size, sign: int) -> None:
    if more == Size():
        return
    old = work.get(f"size/{mailbox}", Size) or Size()
    new = Size(old.living + sign * more.living, old.dying + sign * more.dying, old.held + sign * more.held)
    work.rows[f"size/{mailbox}"] = new if new != Size() else None
    if new.held != old.held:
        shown = Problem(mailbox, _WHAT.format(new.held), _MEND) if new.held else None
        work.rows[f"problem/deletions/{mailbox}"] = shown


def _there(held: Held | None) -> bool:
    return held is not None and not held.gone
