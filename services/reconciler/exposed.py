"""Which private events stand in Practifi with their text, because `private_events` says `full`: what a stricter rule
would purge (P2). It purges nothing itself."""

from collections import Counter

from contracts.asked import Exposed
from contracts.calendar import PRIVATE, Side
from contracts.policy import PrivateEvents
from services.reconciler.book import Owner
from services.reconciler.listed import Exposure
from services.reconciler.rows import Held, Link, Pending
from services.reconciler.work import Work


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Keep the row of a link that has changed."""
    was, now = _exposure(old), _exposure(new)
    if was != now:
        work.rows[f"private/{name}"] = now


def lines(work: Work) -> list[Exposed]:
    """How many each mailbox has, the most first."""
    found = Counter(row.mailbox for row in work.state.under("private/", Exposure).values())
    return [Exposed(address(work, mailbox), many) for mailbox, many in found.most_common()]


def address(work: Work, mailbox: str) -> str:
    """What a person calls a mailbox. Its pair must be loaded."""
    pair = work.get(f"pair/{mailbox}", Owner) if mailbox else None
    return pair.addresses[0] if pair is not None and pair.addresses else mailbox


def private(held: Held | None) -> bool:
    """Whether a side says that the event is private."""
    event = (held.now or held.base) if held is not None else None
    return held is not None and (held.redacted or (event is not None and event.sensitivity in PRIVATE))


def untold(work: Work, link: Link) -> bool:
    """Whether a reader has told of a private event by a wider rule than holds for its mailbox by now."""
    here = link.microsoft
    shown = here is not None and private(here) and not (here.redacted or here.gone)
    return shown and work.policy_of(link.mailbox).private_events is not PrivateEvents.FULL


def hidden(pending: Pending, new: Held) -> bool:
    """Whether a person has made an event private in Practifi, and our write has hidden it in Microsoft: what stood on
    it in Practifi is that person's own."""
    return pending.side is Side.MICROSOFT and "sensitivity" in pending.fields and new.redacted


def stands(link: Link) -> bool:
    """Whether Practifi has the text of a private event. That it is hidden there by now does not take it away."""
    here, there = link.microsoft, link.practifi
    if here is None or there is None:
        return False
    return private(here) and not (here.redacted or here.gone or there.gone)


def _exposure(link: Link | None) -> Exposure | None:
    return Exposure(link.mailbox) if link is not None and stands(link) else None
