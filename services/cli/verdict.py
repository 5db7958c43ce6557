"""Whether a start has come to rest, from looks at the broker one after the other. Pure: time comes as an argument."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from services.cli.idle import Look, Rest

STABLE = timedelta(seconds=0.7)
"""Nothing may have moved between two looks this far apart: every replica says what changed within a quarter second."""
HURT = timedelta(seconds=60)
"""Nothing moved for so long and all who are not done have a problem that does not heal by itself: a person has to mend
it first. A remote may ask for a shorter rest than this without being taken for one."""
SILENT = timedelta(minutes=5)
"""Nothing moved for so long though nobody has a problem: something is broken that we do not know."""


class Verdict(Enum):
    BUSY = "busy"
    DONE = "done"
    HURT = "hurt"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Watch:
    """The first of the looks that were all alike, and when it was taken."""

    look: Look | None = None
    since: datetime | None = None
    done: bool = False


def judge(watch: Watch, rest: Rest, now: datetime) -> tuple[Watch, Verdict]:
    """The verdict after one more look."""
    if watch.since is None or rest.look != watch.look or rest.done != watch.done:
        return replace(watch, look=rest.look, since=now, done=rest.done), Verdict.BUSY
    still = now - watch.since
    if rest.done:
        return watch, Verdict.DONE if still >= STABLE else Verdict.BUSY
    if rest.hurt == rest.waiting and still >= HURT:
        return watch, Verdict.HURT
    return watch, Verdict.SILENT if still >= SILENT else Verdict.BUSY
