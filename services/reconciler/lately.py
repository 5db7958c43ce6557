"""What may still be made in Microsoft although nothing tells that any more: what was ordered before the direction has
changed, or before our memory was lost, is carried out all the same. Orders nothing."""

from datetime import timedelta

from msgspec import Struct

from contracts.calendar import Instant, Side
from services.reconciler.wish import Anew
from services.reconciler.work import Work

LATELY = timedelta(hours=1)
"""So long what was ordered is still heard of after its mailbox has lost its user, the direction has changed, or our
memory was lost."""


class Sent(Struct, frozen=True, omit_defaults=True):
    """The row `sent`: until when Microsoft was written, None while it is."""

    until: Instant | None = None


def turned(work: Work) -> None:
    """A policy was heard, or is all that we remember."""
    was = work.get("sent", Sent)
    if work.policy.direction.writes(Side.MICROSOFT):
        work.rows["sent"] = Sent()
    elif was is not None and was.until is None:
        work.rows["sent"] = Sent(work.now)


def made(work: Work) -> bool:
    """Whether something may be made of which we cannot know."""
    anew, sent = work.get("anew", Anew), work.get("sent", Sent)
    ends = (anew.since if anew is not None else None, sent.until if sent is not None else None)
    return any(end is not None and work.now - end < LATELY for end in ends)
