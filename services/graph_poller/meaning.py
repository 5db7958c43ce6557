"""What a round of a mailbox means, and what becomes of it: either all of it is said and the cursor moves on, in one
commit (CUR-23), or it is kept until what it needs is proven, or it is not taken at all."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec import Struct

from contracts.observed import Pair
from contracts.status import Problem
from services.clients.graph.seen import Kind, Round, Seen
from services.graph_poller import slide, window
from services.graph_poller.brake import brake, size_after, stands
from services.graph_poller.digest import Digest, Looked, roots_of, single
from services.graph_poller.draft import Draft
from services.graph_poller.rows import Ahead, Left, Place, Prove, Root, Rounds, Unshown, View
from services.graph_poller.runs import read
from services.graph_poller.series import series
from services.graph_poller.tell import observe, over, show
from services.kernel.decision import Do, State

LIED = "Microsoft lists no occurrence of a series, but has some: nothing is deleted, and it is read again"
S = TypeVar("S", bound=Struct)


def unshown(mailbox: str) -> str:
    """The prefix of the rows of what we have made in a mailbox and no round has shown."""
    return f"made/{mailbox}/"


def roots(state: State, mailbox: str, round_: Round, *, new_day: bool) -> Iterable[str]:
    """The rows to load: all of a mailbox when the round is fresh, else what it touches and, on a `new_day`, what waits
    for its day."""
    known, ahead = f"known/{mailbox}/", slide.ahead(mailbox)
    yield from (f"left/{mailbox}/{row.id}" for row in round_.rows if row.kind is Kind.REMOVED)
    made = unshown(mailbox)
    yield made
    if round_.fresh:
        yield from (known, ahead)
        return
    late = {key.removeprefix(made) for key in (state.under(made, Unshown) if state.known(made) else ())}
    for root in roots_of(round_.rows) | late:
        yield from (f"{known}{root}", f"{ahead}{root}")
    if new_day:
        yield ahead
        waiting = state.under(ahead, Ahead) if state.known(ahead) else ()
        yield from (f"{known}{key.removeprefix(ahead)}" for key in waiting)


def understand(draft: Draft, mailbox: str, held: Rounds) -> None:
    """Say what a round means and go on from its end, or ask for what it needs. What was read by rules that do not hold
    any more is not said, but read again: it may show what nobody shall see by now (ruling 20), and nobody may take it,
    although the rules may be back before the next round (ruling 12)."""
    pair = next((pair for pair in draft.pairs() if pair.mailbox == mailbox), None)
    if pair is not None and not window.ruled(held.view, window.view(draft.policy, pair, draft.now)):
        _again(draft, pair)
        return
    out = _digested(draft, mailbox, held)
    if out.look or out.list:
        prove = Prove(mailbox, tuple(sorted(out.look)), tuple(sorted(out.list)), held.view)
        draft.rows[f"held/{mailbox}"] = held
        draft.effects.append(Do(f"mailbox/{mailbox}", prove, key=f"replace:prove/{mailbox}"))
    elif out.lied or stands(draft, out):
        _untaken(draft, out)
    else:
        _say(draft, out, held)


def _untaken(draft: Draft, out: Digest) -> None:
    """The run goes on without the mailbox, as if it could not be read."""
    if out.lied:
        _distrust(draft, out.mailbox)
    else:
        brake(draft, out)
    slide.hide(draft, out.mailbox)


def _again(draft: Draft, pair: Pair) -> None:
    draft.rows[f"held/{pair.mailbox}"] = None
    if pair.user:
        read(draft, pair)
    else:
        over(draft, pair.mailbox, closed=True)


def _say(draft: Draft, out: Digest, held: Rounds) -> None:
    mailbox, place = out.mailbox, draft.place(out.mailbox)
    day = draft.now.date() if draft.state.known(slide.ahead(mailbox)) else place.day
    size = size_after(draft, out)
    draft.rows |= {f"known/{mailbox}/{root}": row for root, row in out.known.items()}
    shown = roots_of(held.round.rows) | {root for root, row in out.known.items() if row is None} | out.away
    draft.rows |= {f"{unshown(mailbox)}{root}": None for root in shown & _late(draft, mailbox)}
    draft.rows |= slide.rows(out) | {f"left/{mailbox}/{root}": Left() for root in out.left}
    draft.rows |= {
        f"held/{mailbox}": None,
        f"place/{mailbox}": Place(held.round.cursor, held.view, place.state, size, day=day, again=place.again),
    }
    messages = observe(draft, out)
    show(draft, mailbox, "healthy")
    over(draft, mailbox, items=len(out.items) + len(out.vanished), messages=messages)


def _distrust(draft: Draft, mailbox: str) -> None:
    """A round that denies what is there is not taken: its cursor is not kept, so that it comes again (REC-07)."""
    draft.rows[f"held/{mailbox}"] = None
    show(draft, mailbox, "waiting", Problem(mailbox, LIED, heals=True))
    over(draft, mailbox, failed=mailbox)


def _digested(draft: Draft, mailbox: str, held: Rounds) -> Digest:
    """The meaning of a round, root by root."""
    by_root: dict[str, list[Seen]] = {}
    for row in held.round.rows:
        by_root.setdefault(row.series or row.id, []).append(row)
    before = dict(_kept(draft, slide.ahead(mailbox), by_root, Ahead))
    late = _late(draft, mailbox)
    known = dict(_kept(draft, f"known/{mailbox}/", by_root.keys() | before.keys() | late, Root))
    looked, said = Looked(held.looked, held.series), window.said(draft.policy, draft.now)
    read, anew = (held.view.start, held.view.end), bool(held.view.again)
    out = Digest(mailbox, looked, said, read, before, anew, lost=_forgotten(draft, mailbox, held.view))
    for root, rows in by_root.items():
        if root in known or root in before or not _left(draft, mailbox, rows):
            _root(root, rows, known.get(root), out)
    missing = known.keys() | before.keys() if held.round.fresh else known.keys() & late
    for root in missing - by_root.keys():
        _absent(root, known.get(root) or Root({}), out)
    slide.slide(out, known)
    return out


def _forgotten(draft: Draft, mailbox: str, view: View) -> bool:
    """Whether a mailbox is read for the first time since the reconciler has forgotten what we told it."""
    return bool(view.again) and view.again == draft.reader().again != draft.place(mailbox).view.again


def _root(root: str, rows: list[Seen], known: Root | None, out: Digest) -> None:
    own = next((row for row in rows if row.id == root), None)
    if own is not None and own.kind is Kind.REMOVED:
        _absent(root, known or Root({} if out.waiting(root) else {root: ""}), out)  # we may have made it just now
    elif own is not None and own.kind is Kind.SINGLE:
        single(own, known, out)
    else:
        series(root, own, rows, known, out)


def _absent(root: str, known: Root, out: Digest) -> None:
    """A root that is said to be removed, or is missing. A series that is there all the same may have lost every
    occurrence: that is read, too (REC-07); one that has become a single event out of sight has none. What is private by
    now, its text has to go, also where it is out of sight (P2)."""
    out.suspect(root, known)
    there = out.looked.events.get(root)
    if there is None or there.cancelled:
        return
    if there.kind is Kind.SINGLE and (there.redacted or there.skipped):
        was_said = known.when is not None or any(known.members.values())  # what we have made besides bears our stamp
        out.left.discard(root)
        single(there, known if was_said else None, out)
    if root in out.known:
        return
    if there.kind is Kind.MASTER:
        series(root, there, (), known, out)
    elif any(known.members.values()):
        single(there, known, out)


def _late(draft: Draft, mailbox: str) -> set[str]:
    return {key.removeprefix(unshown(mailbox)) for key in draft.under(unshown(mailbox), Unshown)}


def _left(draft: Draft, mailbox: str, rows: list[Seen]) -> bool:
    """Whether something is removed that we have let go long ago."""
    one = rows[0]
    return one.kind is Kind.REMOVED and draft.get(f"left/{mailbox}/{one.id}", Left) is not None


def _kept(draft: Draft, prefix: str, roots: Iterable[str], kind: type[S]) -> Iterator[tuple[str, S]]:
    """What is remembered of a mailbox: all of it, if that was loaded, else of the roots of the round."""
    if draft.state.known(prefix):
        yield from ((key.removeprefix(prefix), row) for key, row in draft.under(prefix, kind).items())
        return
    for root in roots:
        if (row := draft.get(f"{prefix}{root}", kind)) is not None:
            yield root, row
