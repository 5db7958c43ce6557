"""What people did in the calendars, and what therefore has to stand there: plain values, from which everything is
judged. Knows nothing of the product. An event bears its tag in each of its subjects."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

Json = dict[str, Any]
SIDES = ("microsoft", "practifi")
FIELDS = ("subject", "location", "start")
LENGTH = timedelta(minutes=30)
"""How long every event takes."""
_TAG = re.compile(r"#\d{5}")


@dataclass
class Entry:
    """One event, or one series of `count` occurrences, as the people who made and edited it last left it. `ids` names
    it on each side, as far as known; `touched` is the round of the last act on each side; `edits` counts acts."""

    tag: str
    home: str
    mailbox: str
    subject: str
    location: str
    start: datetime
    guests: tuple[str, ...] = ()
    count: int = 0
    ids: dict[str, str] = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)
    edits: int = 0
    stood: bool = False
    deleted: bool = False

    @property
    def rows(self) -> int:
        """How many Practifi Events it has to have."""
        return 0 if self.deleted else self.count or 1


@dataclass
class Diary:
    """All that people did. In one round each field of an event is edited on one side alone, so that there is exactly
    one last word; which side that is changes from round to round."""

    seed: int
    entries: dict[str, Entry] = field(default_factory=dict)
    round: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def editor(self, entry: Entry, name: str) -> str:
        """The side on which a field of an event is edited in this round; what only one side knows, there."""
        if not entry.stood or entry.count:
            return entry.home
        return Random(f"{self.seed} {entry.tag} {name} {self.round}").choice(SIDES)

    def erasable(self, entry: Entry, side: str) -> bool:
        """Whether it may be deleted on this side in this round: nobody has edited it on the other, whose edit might
        outweigh the deletion."""
        if entry.count or not entry.stood:
            return side == entry.home
        return all(entry.touched.get(other) != self.round for other in SIDES if other != side)

    def touch(self, entry: Entry, side: str, act: str) -> None:
        """Note an act before it is done: from then on it may be visible."""
        entry.touched[side] = self.round
        self.acts[f"{act} in {side.capitalize()}"] += 1

    def living(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if not entry.deleted]


def tag_of(text: str | None) -> str:
    """The tag in a subject, "" when there is none."""
    found = _TAG.search(text or "")
    return found[0] if found else ""
