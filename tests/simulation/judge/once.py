"""Not even where more than one outcome may stand is anything there twice: counted on each side by itself."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from services.sandbox import calendars
from tests.simulation.tale import MICROSOFT, PRACTIFI, Tale, start_of, tag_of


def twice(tale: Tale) -> list[str]:
    """What is there twice, and series of which a date is."""
    ask = {"side": MICROSOFT, "start": tale.now.isoformat(), "end": (tale.now + timedelta(days=60)).isoformat()}
    here = [(one["mailbox"], tag_of(one), start_of(one)) for one in calendars.shown(tale.sides, ask)
            if not one["isCancelled"]]  # fmt: skip
    there = [(one["mailbox"], tale.tag_in_practifi(one), start_of(one))
             for one in calendars.shown(tale.sides, {"side": PRACTIFI})]  # fmt: skip
    return [*_much(tale, MICROSOFT, here), *_much(tale, PRACTIFI, there)]


def _much(tale: Tale, side: str, found: list[tuple[str, str, datetime]]) -> list[str]:
    """What somebody has more often than it has dates, or twice at one time: but a date that was moved to another day
    may stand there yet, where the next one has been moved to since."""
    wrong, at_once = [], defaultdict[tuple[str, str], int](int)
    for (who, tag, _), many in Counter(found).items():
        at_once[who, tag] = max(many, at_once[who, tag])
    for (who, tag), many in Counter((who, tag) for who, tag, _ in found if tag in tale.made).items():
        more = _left_over(tale, side, who, tag)
        if many > tale.series.get(tag, 1) + more:
            wrong.append(f"{tag} is there {many} times in {side} for {who}")
        elif at_once[who, tag] > 1 + more and tag not in tale.strayed:
            wrong.append(f"a date of {tag} is there {at_once[who, tag]} times in {side} for {who}")
    return wrong


def _left_over(tale: Tale, side: str, who: str, tag: str) -> int:
    """How many more may be there: in Practifi that of a copy thrown away, and what was handed over and is not put back;
    in Outlook the invitation by the owner before, where the policy changed between the two halves of a hand-over and
    lets nobody call it off now, or leaves the event out of which the memory is lost: that invitation is then in
    Practifi as well."""
    invited = tag in tale.doubt and tale.moves[tag] > 0
    if side == MICROSOFT:
        return invited
    return ((who, tag) in tale.stale) + (tag in tale.handed) + (invited and tag in tale.excluded)
