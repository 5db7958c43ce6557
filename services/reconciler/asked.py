"""What a person wants to know of this shard, answered from its rows (M3, M5, C3, D10, P2, X5): at most 1,000 lines, the
newest or largest first. An answer changes nothing and is kept by nobody."""

from collections.abc import Iterator, Sequence

from contracts.asked import Answer, Ask, Choice, Line, Question, Unmatched
from contracts.asked import Attention as Waiting
from services.kernel.decision import Say, State
from services.reconciler import conflicts, exposed, match, preview, restore, say
from services.reconciler.book import Address, Candidate, Who
from services.reconciler.held import synced
from services.reconciler.listed import Invite
from services.reconciler.rows import Attention
from services.reconciler.work import Work

MOST = 1000
PREFIXES = {
    Question.UNMATCHED: ("invites/",),
    Question.ATTENTION: ("attention/",),
    Question.CONFLICTS: ("conflict/",),
    Question.DELETED: ("deleted/",),
    Question.PRIVATE: ("private/", "pair/"),
    Question.BACKFILL: ("pair/",),
}
"""The lists that a question needs as a whole."""


def needs(state: State, ask: Ask) -> Iterator[str]:
    """The rows that answer it; those of a backfill's Events are named in `needs.py`."""
    yield from PREFIXES.get(ask.question, ())
    if ask.question is Question.UNMATCHED and state.known("invites/"):
        for address in _invited(state):
            yield from (f"who/{address}", f"address/{address}")
    if ask.question is Question.ATTENTION and state.known("attention/"):
        yield from (f"link/{key.partition('/')[2]}" for key in state.under("attention/", Attention))
    if ask.question is Question.WHO:
        yield (key := f"who/{ask.about.lower()}")
        who = state.get(key, Who) if state.known(key) else None
        yield from (f"user/{one.id}" for one in who.candidates if one.user) if who else ()


def answer(work: Work, ask: Ask) -> None:
    """Answer it."""
    lines = _lines(work, ask)
    told = Answer(ask.ask, ask.shard, ask.shards, tuple(lines[:MOST]), max(0, len(lines) - MOST))
    work.effects.append(Say("registry", told))


def _lines(work: Work, ask: Ask) -> Sequence[Line]:  # noqa: PLR0911 - one for each question
    match ask.question:
        case Question.UNMATCHED:
            return _unmatched(work)
        case Question.WHO:
            return _who(work, ask.about.lower())
        case Question.ATTENTION:
            return _attention(work)
        case Question.CONFLICTS:
            return conflicts.lines(work, ask.about)
        case Question.DELETED:
            return restore.lines(work, ask.about)
        case Question.BACKFILL:
            return preview.lines(work, ask.about)
        case Question.PRIVATE:
            return exposed.lines(work)


def _unmatched(work: Work) -> list[Unmatched]:
    """Addresses that nobody has, those that most events invite first; the owner of a synced mailbox is somebody."""
    found = [
        Unmatched(address, len(rows), max((row.seen.isoformat() for row in rows if row.seen), default=""))
        for address, rows in _invited(work.state).items()
        if work.get(f"who/{address}", Who) is None and work.get(f"address/{address}", Address) is None
    ]
    return sorted(found, key=lambda one: (-one.events, one.address))


def _invited(state: State) -> dict[str, list[Invite]]:
    found: dict[str, list[Invite]] = {}
    for key, row in state.under("invites/", Invite).items():
        found.setdefault(key.removeprefix("invites/").rpartition("/")[0], []).append(row)
    return found


def _who(work: Work, address: str) -> list[Choice]:
    """The choice and the candidates that it was preferred to, in order (M3)."""
    who = work.get(f"who/{address}", Who)
    ranked = match.ranked(address, who, work.domains()) if who is not None else []
    return [
        Choice(one.id, _kind(one), one.source.name.lower(), one.since, at == 0, _why(work, address, ranked, at))
        for at, one in enumerate(ranked)
    ]


def _why(work: Work, address: str, ranked: Sequence[Candidate], at: int) -> str:
    one, best = ranked[at], ranked[0]
    if at == 0:
        own = one.user and synced(work, one.id)
        first = "nobody else has this address" if len(ranked) == 1 else "the best of those who have this address"
        return f"{first}; has an own version of each event, so is not related to it" if own else first
    if best.user and not one.user and match.domain(address) in work.domains():
        return "the address is the firm's own: its user goes first"
    if one.source is not best.source:
        return f"has it as {_place(one)}, which counts less than {_place(best)}"
    if _kind(one) != _kind(best):
        return f"the other is an {_kind(best)}" if best.individual else f"the other is a {_kind(best)}"
    return "is younger" if one.since != best.since else "is as old, and has the larger id"


def _place(one: Candidate) -> str:
    return one.source.name.lower().replace("_", " ")


def _kind(one: Candidate) -> str:
    return "user" if one.user else "individual" if one.individual else "contact"


def _attention(work: Work) -> list[Waiting]:
    """What waits for a person, the newest first."""
    rows = {key.partition("/")[2]: row for key, row in work.state.under("attention/", Attention).items()}
    links = {name: work.link(name) for name in rows}
    found = [
        Waiting(say.about(link), rows[name].kind.value, rows[name].side, rows[name].reason, rows[name].since)
        for name, link in links.items()
        if link is not None
    ]
    return sorted(found, key=lambda one: one.since, reverse=True)
