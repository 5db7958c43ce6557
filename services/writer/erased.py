"""What we have erased in Microsoft, for as long as Practifi's recycle bin may give its Event back (X5). A reconciler
that has lost its memory makes it again under a name that was used, and hears that it is gone: it has to know that no
person has deleted it there (ruling 5)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import Instant, Side
from contracts.write import ERASED, Outcomes, Refused, Why, Written
from services.kernel.decision import SAME, Decision, Effect, Say, State, Wake

DAYS = timedelta(days=15)
"""How long Salesforce keeps what was deleted (salesforce.md §2.8)."""
Outcome = Written | Refused


class Erased(Struct, frozen=True):
    """The row `erased/<link>`: the last that we did for a link in Microsoft was to erase its event."""

    at: Instant


class Forget(Struct, frozen=True):
    """Said to ourselves: a row has been kept for long enough."""

    row: str


def needs(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """The rows of what was written in Microsoft, or is gone there."""
    yield from (_row(one) for one in outcomes if one.side is Side.MICROSOFT)


def told(state: State, outcomes: Sequence[Outcome], now: datetime) -> Decision:
    """Tell the reconciler what became of its orders, and remember what is erased."""
    rows: dict[str, Struct | None] = {}
    effects: list[Effect] = [Say("reconciler", Outcomes(tuple(_ours(state, one) for one in outcomes)), SAME)]
    for one in outcomes:
        if one.side is Side.MICROSOFT and isinstance(one, Written):
            rows[_row(one)] = Erased(now) if one.item is None else None
            forget = Wake(now + DAYS, Forget(_row(one)), f"replace:forget/{one.link}", quiet=True)
            effects += [forget] if one.item is None else []
    return Decision(rows, tuple(effects))


def forget(state: State, row: str, now: datetime) -> Decision:
    """The bin is empty by now, unless the row was written anew since."""
    kept = state.get(row, Erased)
    return Decision({row: None} if kept is not None and now - kept.at >= DAYS else {})


def _ours(state: State, one: Outcome) -> Outcome:
    if one.side is Side.PRACTIFI or isinstance(one, Written) or one.why is not Why.GONE:
        return one
    return replace(one, code=ERASED) if state.get(_row(one), Erased) is not None else one


def _row(one: Outcome) -> str:
    return f"erased/{one.link}"
