"""Both sides show the same to each person, once: compared on the remotes themselves, as the policy in force says."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from contracts.policy import PrivateEvents
from services.sandbox import calendars
from tests.simulation.said import at, said
from tests.simulation.tale import MARKER, MICROSOFT, PRACTIFI, SYNCED, Json, Tale, tag_of

ANSWERS = {"accepted": "Accepted", "declined": "Declined", "tentativelyAccepted": "Tentative"}
PRIVATE = "Private appointment"
ANY = "*"


class Shown(NamedTuple):
    """What a person sees of an event, as Practifi can show it."""

    who: str
    subject: str
    location: str
    show_as: str
    time: tuple[str, str, str] | str
    answer: str
    recurring: bool | str


def agreement(tale: Tale) -> list[str]:
    """Neither side lacks anything, nor has anything that the other has not."""
    should, may = Counter[Shown](), Counter[Shown]()
    for key, one in outlook(tale):
        private = one.subject == PRIVATE or key[1] == MARKER
        untold = tale.stage.skipped or tale.own.get(key)  # an Event without a tag does not say what is somebody's own
        open_ = key[1] in tale.doubt or key in tale.left or (private and untold)
        (may if open_ else should)[one] += 1
    has = Counter(one for (_, tag), one in practifi(tale) if tag not in tale.doubt)
    missing, much = _anybodys(should - has, has - should - may)
    unknown = Counter(one.who for one in may.elements() if one.subject in {PRIVATE, ANY}) + _veiled(tale)
    much -= Counter(one for one in much.elements() if one.subject == PRIVATE and unknown[one.who] + unknown[ANY] > 0)
    return [f"missing in Practifi: {tuple(one)}" for one in missing.elements()] + [
        f"too much in Practifi: {tuple(one)}" for one in much.elements()
    ]


def _anybodys(missing: Counter[Shown], much: Counter[Shown]) -> tuple[Counter[Shown], Counter[Shown]]:
    """Both without private events of which it is not asked whose they are: one that was made anew in Practifi shows no
    tag by which that could be told."""
    left = Counter[Shown]()
    for one in much.elements():
        anybodys = one._replace(who=ANY)
        if one.subject == PRIVATE and missing[anybodys] > 0:
            missing[anybodys] -= 1
        else:
            left[one] += 1
    return +missing, left


def _veiled(tale: Tale) -> Counter[str]:
    """How many private events that Outlook has no more, or shows by now, may stand in Practifi, by their owner: of
    what is in doubt or has left the window, those that show no subject by which they could be told. A colleague's copy
    may still be private (graph.md §3.9)."""
    here = {tag for (who, tag), one in outlook(tale) if one.subject == PRIVATE and who == tale.owner.get(tag)}
    return Counter(tale.owner[tag] for tag in (tale.veiled & (tale.doubt | tale.far)) - here)


def outlook(tale: Tale) -> Iterator[tuple[tuple[str, str], Shown]]:
    """What Practifi should show, by person and tag."""
    for who, tag, one in here(tale):
        yield (who, tag), _bare(tale, (who, tag), _graph(tale, who, one))


def practifi(tale: Tale) -> Iterator[tuple[tuple[str, str], Shown]]:
    """What Practifi shows, by person and tag."""
    for who, tag, one in there(tale):
        yield (who, tag), _bare(tale, (who, tag), _row(tale, one))


def here(tale: Tale) -> Iterator[tuple[str, str, Json]]:
    """The events of Outlook that Practifi should show, with person and tag."""
    low, high = _window(tale)
    for who in SYNCED:
        ask = {"side": MICROSOFT, "mailbox": who, "start": low.isoformat(), "end": high.isoformat()}
        for one in calendars.shown(tale.sides, ask):
            tag = tag_of(one)
            ours = one["isOrganizer"] or tale.made.get(tag) != PRACTIFI  # else Salesforce has a child (ruling 18)
            if not one["isCancelled"] and tag not in tale.far and ours:
                yield who, tag, one


def there(tale: Tale) -> Iterator[tuple[str, str, Json]]:
    """The Events of Practifi, with person and tag."""
    _, high = _window(tale)
    for one in calendars.shown(tale.sides, {"side": PRACTIFI}):
        who, tag = one["mailbox"], tale.tag_in_practifi(one)
        if who in SYNCED and tag not in tale.far | tale.idle and at(one["StartDateTime"]) < high.replace(tzinfo=None):
            yield who, tag, one


def _window(tale: Tale) -> tuple[datetime, datetime]:
    """What lies well inside the window of the policy."""
    wide = tale.policy.future_inbound_months > 1
    high = tale.now + timedelta(days=400 if wide else 20)
    return tale.now - timedelta(days=25), high


def _graph(tale: Tale, who: str, one: Json) -> Shown:
    hidden = one["sensitivity"] == "private" and tale.policy.private_events is not PrivateEvents.FULL
    answer = "" if one["isOrganizer"] or hidden else ANSWERS.get(one["responseStatus"]["response"], "")
    shown = said(one)._replace(subject=PRIVATE, location="") if hidden else said(one)
    recurring = one["type"] in {"occurrence", "exception"} and not hidden
    return Shown(who, *shown, answer, recurring)


def _row(tale: Tale, one: Json) -> Shown:
    own = tale.owner.get(tag_of(one)) == one["mailbox"]
    answer = "" if own or one["My_Response__c"] == "None" else one["My_Response__c"] or ""
    return Shown(one["mailbox"], *said(one), answer, bool(one["Recurring_in_Microsoft_365__c"]))


def _bare(tale: Tale, key: tuple[str, str], one: Shown) -> Shown:
    """Without what an invited person has typed into their own version, which stays there (I2), and without whose a
    private event is that was handed over."""
    if one.subject == PRIVATE and key[1] in tale.parted:
        one = one._replace(who=ANY)
    if one.subject == PRIVATE and tale.stage.skipped:
        return one._replace(show_as=ANY, recurring=ANY)  # what is left out says no more than its time
    own: dict[str, Any] = dict.fromkeys(tale.own.get(key, ()), ANY)
    return one._replace(**own)


def _told(tale: Tale) -> bool:
    """Whether Practifi has every private event of Outlook, as busy, and no other: then none is left out any more."""
    ours = Counter(_graph(tale, who, one) for who, _, one in here(tale))
    theirs = Counter(_row(tale, one) for _, _, one in there(tale))
    busy = tale.policy.private_events is PrivateEvents.BUSY_ONLY
    return busy and not any(one.subject == PRIVATE for one in (ours - theirs) | (theirs - ours))


def settled(tale: Tale, unlinked: set[str]) -> None:
    """What is alike on both sides by now is in doubt no longer, and of a private event Outlook's word is the one that
    stands. What is `unlinked` in Practifi is not alike."""
    should = Counter((key, one) for key, one in outlook(tale) if key[1] in tale.doubt)
    has = Counter((key, one) for key, one in practifi(tale) if key[1] in tale.doubt)
    tags = {tag for (_, tag), _ in should | has}
    differ = {tag for (_, tag), _ in (should - has) | (has - should)}
    clear = (tags - differ - tale.excluded - unlinked) & tale.doubt & tale.made.keys()
    rows = calendars.shown(tale.sides, {"side": MICROSOFT})
    for row in rows:
        if (tag := tag_of(row)) in clear & tale.veiled and row["isOrganizer"]:
            tale.note(tag, MICROSOFT, said(row))
    tale.doubt -= clear
    tale.stage.skipped &= not _told(tale)
    back = {key for key, _ in practifi(tale)}  # the host has changed it
    tale.left -= {key for key in back - tale.stale if key[1] not in tale.doubt | tale.series.keys()}
    tale.handed &= tale.doubt
    tale.stale = {key for key in tale.stale if key[1] in tale.doubt}
    tale.veiled &= tale.doubt | {tag_of(row) for row in rows if row["sensitivity"] == "private"}
