"""What a person has to know of a link: each trouble is said once, stands for as long as it lasts, and the most urgent
one is listed (E8). Nothing here decides what is written."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Refused
from services.reconciler import say
from services.reconciler.rows import Attention, Held, Link, Trouble
from services.reconciler.work import Work

_URGENT = tuple(Trouble)
_CROSSING = "ErrorOccurrenceCrossingBoundary"
"""An occurrence would pass its neighbour, or come to its day (graph.md §3.5)."""
_LASTING = frozenset({Trouble.OWNER})
"""Tells what was done, so it stands until somebody touches the Event again."""
_ORDERS = frozenset({Trouble.REFUSED, Trouble.HELD, Trouble.BARRED})
"""Shows only when something is to be ordered."""


def raised(work: Work, link: Link, kind: Trouble, side: Side, reason: str) -> Link:
    """The link with a trouble on `side`, said when it is new. Of two of a kind in one look only the first is told."""
    if (kind, side) in work.standing.get(link.id, ()):
        return link
    link = stands(work, link, kind, side)
    if any(one.kind is kind and one.side is side and one.reason == reason for one in link.troubles):
        return link
    say.blocked(work, link, side, reason)
    return _with(work, link, Attention(side, reason, kind.value, work.now, kind))


def barred(work: Work, link: Link, reason: str) -> Link:
    """The link with something that is not sent to Microsoft."""
    return raised(work, link, Trouble.BARRED, Side.MICROSOFT, reason)


def refused(work: Work, link: Link, answer: Refused) -> Link:
    """The link whose order was refused for good."""
    say.failed(work, link, answer)
    kind = Trouble.REFUSED
    return _with(work, link, Attention(answer.side, answer.reason or answer.code, answer.code, work.now, kind))


def mended(link: Link, old: Held, new: Held) -> Link:
    """The link of which a side holds something `new`, whoever has told that: what was refused may pass now."""
    same = (new.now, new.people, new.owner) == (old.now, old.people, old.owner)
    return link if same else replace(link, refused=())


def unmovable(link: Link) -> bool:
    """Whether Microsoft has refused to move an occurrence past its neighbour, and nothing has changed since (R5)."""
    refused = Side.MICROSOFT in link.refused
    return refused and any(one.side is Side.MICROSOFT and one.code == _CROSSING for one in link.troubles)


def stands(work: Work, link: Link, kind: Trouble, side: Side) -> Link:
    """The link; this trouble of it, if it has it, lasts."""
    work.standing.setdefault(link.id, set()).add((kind, side))
    return link


def looked(work: Work, link: Link) -> None:
    """The link is about to be looked at: what is still wrong will show."""
    work.standing.pop(link.id, None)


def left(work: Work, link: Link, out: Side | None) -> Link:
    """The link, looked at, without the troubles that are over. While an order to Practifi is `out`, what keeps one from
    Microsoft is not known anew: it stands."""
    unknown = frozenset({Side.MICROSOFT} if out is Side.PRACTIFI else ())
    stay = (one for one in link.troubles if _lasts(work, link, one) or (one.kind in _ORDERS and one.side in unknown))
    return _only(work, link, *stay)


def forgotten(work: Work, link: Link, *kinds: Trouble) -> Link:
    """The link without troubles of these kinds."""
    return _only(work, link, *(one for one in link.troubles if one.kind not in kinds))


def _lasts(work: Work, link: Link, one: Attention) -> bool:
    return one.kind in _LASTING or (one.kind, one.side) in work.standing.get(link.id, ())


def _with(work: Work, link: Link, new: Attention) -> Link:
    others = (one for one in link.troubles if (one.kind, one.side) != (new.kind, new.side))
    return _only(work, link, *others, new)


def _only(work: Work, link: Link, *troubles: Attention) -> Link:
    if troubles == link.troubles:
        return link
    ranked = tuple(sorted(troubles, key=lambda one: _URGENT.index(one.kind)))
    work.rows[f"attention/{link.id}"] = ranked[0] if ranked else None
    return replace(link, troubles=ranked, reason=ranked[0].reason if ranked else "")
