"""Taking in that something is gone on a side, proven by a read. Its link decides what follows. What no link will tell
is remembered, so that an older word that comes later does not bring it back."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Vanished
from services.reconciler import copies, prune
from services.reconciler.buried import bury
from services.reconciler.held import dead, put
from services.reconciler.link import gone_key, known, name_of
from services.reconciler.names import Gone
from services.reconciler.rows import State
from services.reconciler.step import end, step
from services.reconciler.work import Work


def vanished(work: Work, side: Side, gone: Vanished, sequence: int) -> None:
    """One item that is proven gone; one that was never known is none of ours (IDN-08, INB-16), or so new that it
    may be heard of only later."""
    link = known(work, side, gone)
    if link is None:
        _noted(work, side, gone, sequence)
        bury(work, side, gone, sequence)
    held = link.on(side) if link is not None else None
    if link is None or held is None or sequence <= held.sequence:
        return
    if held.gone:  # the writer was faster; what was read before comes too late by now
        work.keep(put(link, side, replace(held, sequence=sequence)))
        return
    if link.state in {State.COPY, State.WAITING}:
        _noted(work, side, gone, sequence)
        copies.gone(work, link)
        return
    link = put(link, side, replace(held, sequence=sequence))
    if link.state is State.ENDED:
        work.keep(end(work, dead(link, side)))
        return
    step(work, dead(link, side))


def _noted(work: Work, side: Side, gone: Vanished, sequence: int) -> None:
    """No link will tell that it is gone."""
    key = gone_key(side, name_of(gone), gone.slot)
    known = work.get(key, Gone)
    if known is None or known.sequence < sequence:
        work.rows[key] = Gone(sequence)
        prune.note(work, key, sequence)
