"""Where a deletion that a person makes in Practifi stands on its way to Microsoft (X4, SAF-01): it waits until the
round of the org that told it is complete, is judged (`judge.py`), and is then passed on, or held until an administrator
consents. What we erased ourselves never comes here (REC-69)."""

from msgspec.structs import replace

from contracts.calendar import Side
from services.reconciler import trouble
from services.reconciler.rows import Death, Link, Trouble
from services.reconciler.work import Work


def asked(work: Work, link: Link) -> Link:
    """The link that is about to be erased in Microsoft. It may be when its death is PASSED."""
    if link.death is Death.NONE:
        return replace(link, death=Death.ROUND)
    if link.death is not Death.HELD:
        return link
    if link.held is not None and work.consents > link.held:
        return replace(link, death=Death.PASSED)
    return held(work, link)


def held(work: Work, link: Link, reason: str = "") -> Link:
    """The link that waits for consent; said once, with its reason."""
    if reason:
        link = trouble.raised(work, link, Trouble.HELD, Side.MICROSOFT, reason)
    work.stop(link)
    since = work.consents if link.held is None or link.death is not Death.HELD else link.held
    return replace(trouble.stands(work, link, Trouble.HELD, Side.MICROSOFT), death=Death.HELD, held=since)
