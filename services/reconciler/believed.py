"""What a poller that has lost its memory is told: what we believe its mailboxes to hold, so that it misses what is gone
of that (X2, ruling 6). What it had said before, and is heard only after its question, it is told then. Nothing here
decides about a link."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from contracts.calendar import Side, When
from contracts.observed import Believed, Observed
from services.kernel.decision import SAME, Say
from services.reconciler.link import find
from services.reconciler.rows import Link
from services.reconciler.work import Work

ITEMS = 500
"""Believed items in one message: some 100 kB."""
BLANK = "blank"
ROWS = ("link/", BLANK)


class Blank(Struct, frozen=True):
    """The row `blank`: our poller has lost its memory, and what it had said below this `sequence`; or we have lost
    ours, and with it whether the poller has asked."""

    sequence: int


def answer(work: Work) -> None:
    """Our poller asks what it has to know. The number of its question tells when it asked first, also where it is said
    once more: sequences and numbers grow with the same clock."""
    blank = work.get(BLANK, Blank)
    work.rows[BLANK] = Blank(max(work.message.number, blank.sequence if blank is not None else 0))
    _tell(work, work.state.under("link/", Link).values())


def overtaken(work: Work, body: Observed) -> None:
    """What our poller said before it lost its memory was overtaken by its question: it does not know of it."""
    blank = work.get(BLANK, Blank)
    if body.side is Side.MICROSOFT and blank is not None and body.sequence < blank.sequence:
        names = dict.fromkeys(find(work, body.side, item) for item in body.items)
        _tell(work, (link for name in names if (link := work.link(name)) is not None))


def _tell(work: Work, links: Iterable[Link]) -> None:
    work.effects += [Say("graph-poller", one, SAME) for one in _believed(links)]


def _believed(links: Iterable[Link]) -> Iterator[Believed]:
    """What each mailbox is believed to hold."""
    held: dict[str, dict[str, dict[str, str]]] = {}
    when: dict[str, When] = {}
    for link in links:
        here = link.microsoft
        if here is not None and not here.gone:
            root = (here.series or here.id) if here.slot else here.id
            held.setdefault(here.mailbox, {}).setdefault(root, {})[here.id] = here.slot
            when |= {} if here.slot else {root: here.event.when}
    for mailbox, roots in held.items():
        names = list(roots)
        for start in range(0, len(names), ITEMS):
            some = names[start : start + ITEMS]
            yield Believed(
                mailbox, {name: roots[name] for name in some}, {name: when[name] for name in some if name in when}
            )
