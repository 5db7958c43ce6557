"""A link's life, in one table: how it stands on each side, in which state, and what follows from that. `step.py`
decides by looking into it, and the README's picture is drawn from it (`python -m services.reconciler.life`). What
follows from what both sides hold is not here but in `merge.py`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from services.reconciler import guard
from services.reconciler.rows import Held, Link, State
from services.reconciler.work import Work


class Presence(StrEnum):
    """How a link stands on one side. GONE: proven, and nothing has followed from it yet. DONE: gone, and what had to
    follow has."""

    THERE = "there"
    NEVER = "never"
    GONE = "gone"
    DONE = "done"


class Then(StrEnum):
    """What follows, in words; `step.py` has the deed to each."""

    OUTCOME = "wait for its outcome"
    POLICY = "wait until writing is possible"
    MERGE = "merge field by field"
    MAKE_IN_PRACTIFI = "make it in Practifi"
    MAKE_IN_MICROSOFT = "make it in Microsoft"
    OTHER_HALF = "wait for its other half"
    COME_BACK = "make it in Practifi again"
    ERASE_IN_PRACTIFI = "erase it in Practifi"
    ERASE_IN_MICROSOFT = "erase it in Microsoft, past the brake"
    INHERIT = "have its heir say the same"
    ERASE_OLD = "erase it in the old mailbox"
    END = "it ends: a tombstone"
    END_QUIETLY = "it ends, and why is said"
    ORGANIZER = "wait for the organizer's event"
    LEAVE = "leave it alone"
    GO_ON = "go on as active"
    NOTHING = "nothing"
    REVIVE = "take it out of the recycle bin"
    ANSWER = "give the answer of its user"


Guard = Callable[[Work, Link], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """The first row that fits a link, and whose guard holds if it has one, says what follows."""

    state: State
    microsoft: tuple[Presence, ...]
    practifi: tuple[Presence, ...]
    given: Guard | None
    then: Then


THERE, NEVER, GONE, DONE = ((one,) for one in Presence)
ABSENT = (Presence.NEVER, Presence.DONE)
OUT = (*ABSENT, Presence.GONE)
ANY = tuple(Presence)
ACTIVE = State.ACTIVE

ROWS = (
    Row(ACTIVE, ANY, ANY, guard.order_is_out, Then.OUTCOME),
    Row(ACTIVE, ANY, ANY, guard.writing_is_off, Then.POLICY),
    Row(ACTIVE, THERE, THERE, None, Then.MERGE),
    Row(ACTIVE, THERE, NEVER, guard.born_in_microsoft, Then.MAKE_IN_PRACTIFI),
    Row(ACTIVE, THERE, NEVER, None, Then.OTHER_HALF),  # a lost store is being rebuilt (ruling 5)
    Row(ACTIVE, THERE, DONE, None, Then.MAKE_IN_PRACTIFI),
    Row(ACTIVE, THERE, GONE, guard.heir_lacks_a_change, Then.INHERIT),  # ruling 14
    Row(ACTIVE, THERE, GONE, guard.has_moved, Then.ERASE_OLD),  # ruling 14
    Row(ACTIVE, THERE, GONE, guard.practifi_lacks_a_change, Then.COME_BACK),
    Row(ACTIVE, THERE, GONE, guard.microsoft_keeps_it, Then.END),  # D1, X3
    Row(ACTIVE, THERE, GONE, guard.mail_is_forbidden, Then.END_QUIETLY),  # A5
    Row(ACTIVE, THERE, GONE, None, Then.ERASE_IN_MICROSOFT),  # X1, X4
    Row(ACTIVE, NEVER, THERE, guard.born_in_practifi, Then.MAKE_IN_MICROSOFT),
    Row(ACTIVE, NEVER, THERE, None, Then.OTHER_HALF),
    Row(ACTIVE, DONE, THERE, None, Then.MAKE_IN_MICROSOFT),
    Row(ACTIVE, GONE, THERE, guard.is_anothers, Then.END),  # A7
    Row(ACTIVE, GONE, THERE, guard.writes_practifi, Then.ERASE_IN_PRACTIFI),  # X1
    Row(ACTIVE, GONE, THERE, guard.is_replaced, Then.POLICY),  # A7
    Row(ACTIVE, GONE, THERE, None, Then.END),  # D1
    Row(ACTIVE, OUT, OUT, None, Then.END),  # X5
    Row(State.PARKED, ANY, ANY, guard.hour_is_over, Then.GO_ON),  # C4
    Row(State.PARKED, THERE, THERE, guard.text_must_go, Then.GO_ON),  # P2
    Row(State.PARKED, ANY, ANY, None, Then.LEAVE),
    Row(State.WAITING, ANY, ANY, None, Then.ORGANIZER),  # ruling 19
    Row(State.COPY, ANY, ANY, None, Then.ANSWER),  # ruling 18, A6
    Row(State.RESTORING, ANY, ANY, None, Then.REVIVE),  # X5
    Row(State.ENDED, ANY, ANY, None, Then.NOTHING),
)


def presence(held: Held | None) -> Presence:
    """How a link stands on the side that holds this."""
    if held is None:
        return Presence.NEVER
    if not held.gone:
        return Presence.THERE
    return Presence.DONE if held.base is None else Presence.GONE


def follows(work: Work, link: Link) -> Then:
    """What follows for this link now."""
    rows = _FITTING[link.state, presence(link.microsoft), presence(link.practifi)]
    return next(row.then for row in rows if row.given is None or row.given(work, link))


def picture() -> str:
    """The table as text, a line for each row."""
    head = ("state", "Microsoft", "Practifi", "if", "what follows")
    lines = [head, *(_cells(row) for row in ROWS)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    given = (row.given.__doc__ or "") if row.given is not None else ""
    return row.state.value, _words(row.microsoft), _words(row.practifi), given, row.then.value


def _words(some: tuple[Presence, ...]) -> str:
    if some == ANY:
        return "any"
    return "not there" if some == OUT else some[0].value


def _fitting() -> Iterator[tuple[tuple[State, Presence, Presence], tuple[Row, ...]]]:
    for state, here, there in product(State, Presence, Presence):
        fit = [row for row in ROWS if row.state is state and here in row.microsoft and there in row.practifi]
        yield (state, here, there), tuple(fit)


_FITTING = dict(_fitting())

if __name__ == "__main__":
    print(picture())  # noqa: T201 - this is what it is for
