"""What a round of a mailbox means, and what becomes of it: either all of it is said and the cursor moves on, in one
commit (CUR-23), or it is kept until what it needs is proven."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from services.clients.graph.seen import Kind, Round, Seen
from services.graph_poller import window
from services.graph_poller.brake import brake, size_after, stands
from services.graph_poller.digest import Digest, Looked, roots_of, single
from services.graph_poller.draft import Draft
from services.graph_poller.rows import Prove, Root, Rounds
from services.graph_poller.series import series
from services.graph_poller.tell import observe, over, show
from services.kernel.decision import Do


def roots(mailbox: str, round_: Round) -> Iterable[str]:
    """The rows to load: all that is known of a mailbox when the round is fresh, else what it touches."""
    prefix = f"known/{mailbox}/"
    return [prefix] if round_.fresh else [f"{prefix}{root}" for root in roots_of(round_.rows)]


def understand(draft: Draft, mailbox: str, held: Rounds) -> None:
    """Say what a round means and go on from its end, or ask for what it needs."""
    out = _digested(draft, mailbox, held)
    place = held.place
    if out.look or out.list:
        prove = Prove(mailbox, tuple(sorted(out.look)), tuple(sorted(out.list)), place.start, place.end, place.private)
        draft.rows[f"held/{mailbox}"] = held
        draft.effects.append(Do(f"mailbox/{mailbox}", prove, key=f"replace:prove/{mailbox}"))
        return
    if stands(draft, out):
        brake(draft, out)
        return
    place = replace(place, state=draft.place(mailbox).state, size=size_after(draft, out))
    draft.rows |= {f"known/{mailbox}/{root}": row for root, row in out.known.items()}
    draft.rows |= {f"held/{mailbox}": None, f"place/{mailbox}": place}
    messages = observe(draft, out)
    show(draft, mailbox, "healthy")
    over(draft, mailbox, items=len(out.items) + len(out.vanished), messages=messages)


def _digested(draft: Draft, mailbox: str, held: Rounds) -> Digest:
    """The meaning of a round, root by root."""
    place, round_ = held.place, held.round
    looked, said = Looked(held.looked, held.series), window.said(draft.policy, draft.now)
    out = Digest(mailbox, looked, said, (place.start, place.end))
    by_root: dict[str, list[Seen]] = {}
    for row in round_.rows:
        by_root.setdefault(row.series or row.id, []).append(row)
    known = dict(_known(draft, mailbox, round_, by_root))
    for root, rows in by_root.items():
        _root(root, rows, known.get(root), out)
    for root in known.keys() - by_root.keys():  # only a fresh round has loaded more than it brought
        out.suspect(root, known[root])
    return out


def _root(root: str, rows: list[Seen], known: Root | None, out: Digest) -> None:
    own = next((row for row in rows if row.id == root), None)
    if own is not None and own.kind is Kind.REMOVED:
        out.suspect(root, known or Root({root: ""}))  # we may have made it since the last round
    elif own is not None and own.kind is Kind.SINGLE:
        single(own, known, out)
    else:
        series(root, own, rows, known, out)


def _known(draft: Draft, mailbox: str, round_: Round, roots: Iterable[str]) -> Iterator[tuple[str, Root]]:
    prefix = f"known/{mailbox}/"
    if round_.fresh:
        yield from ((key.removeprefix(prefix), row) for key, row in draft.state.under(prefix, Root).items())
        return
    for root in roots:
        row = draft.get(f"{prefix}{root}", Root)
        if row is not None:
            yield root, row
