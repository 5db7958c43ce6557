"""Whether what stands in the calendars is what people left there, once, and whether only those were mailed who had to
be: pure, from the diary and from what both sandboxes show. Knows nothing of the product."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from tests.system.chaos.diary import LENGTH, Diary, Entry, tag_of

Json = dict[str, Any]
Word = tuple[str, str, str, str]
"""Subject, place, and the first and last moments in UTC, as one side shows them."""


def judge(diary: Diary, microsoft: Sequence[Json], practifi: Sequence[Json], mails: Sequence[Json]) -> list[str]:
    """What is wrong, in sentences; empty when nothing is. `microsoft` are single events and masters."""
    here, there, mailed = _by_tag(microsoft, "subject"), _by_tag(practifi, "Subject"), _by_tag(mails, "subject")
    wrong = [f"{one['kind']} mail about an event that nobody touched" for one in mailed.pop("", ())]
    for entry in diary.entries.values():
        wrong += _stands(entry, here.get(entry.tag, []), there.get(entry.tag, []))
        wrong += _mailed(entry, mailed.get(entry.tag, []))
    return wrong


def learn(diary: Diary, microsoft: Iterable[Json], practifi: Iterable[Json]) -> None:
    """After a good judgment everybody sees everything: note each event's id on both sides, and begin a new round."""
    for side, shown, key in (("microsoft", microsoft, "subject"), ("practifi", practifi, "Subject")):
        for one in shown:
            if entry := diary.entries.get(tag_of(one[key])):
                entry.ids[side] = one["id"]
                entry.stood = True
    diary.round += 1


def _by_tag(shown: Iterable[Json], key: str) -> dict[str, list[Json]]:
    found = defaultdict[str, list[Json]](list)
    for one in shown:
        found[tag_of(one[key])].append(one)
    return found


def _stands(entry: Entry, here: list[Json], there: list[Json]) -> list[str]:
    if (len(here), len(there)) != (0 if entry.deleted else 1, entry.rows):
        what = "deleted" if entry.deleted else f"a series of {entry.count}" if entry.count else "one event"
        return [f"{_name(entry)} is {what}, but stands {len(here)} times in Microsoft, {len(there)} in Practifi"]
    wrong = []
    for side, words in (("Microsoft", [_microsoft(one) for one in here]), ("Practifi", [_row(one) for one in there])):
        first = min(words, key=lambda word: word[2], default=None)
        if first and first != (last := _last(entry)):
            wrong.append(f"{_name(entry)}: {side} has {first}, the last word was {last}")
        if len({word[:2] for word in words}) > 1:
            wrong.append(f"{_name(entry)}: its occurrences differ in {side}")
    boxes = {one["mailbox"] for one in (*here, *there)}
    return wrong if boxes <= {entry.mailbox} else [*wrong, f"{_name(entry)} stands in another calendar"]


def _mailed(entry: Entry, mails: list[Json]) -> list[str]:
    """An invitation for each event with guests, no more updates than edits, a cancellation for a deletion alone."""
    kinds = Counter(one["kind"] for one in mails)
    invited, cancelled = kinds.pop("invitation", 0), kinds.pop("cancellation", 0)
    updated = kinds.pop("update", 0)
    wrong = [f"{_name(entry)}: {count} mails of the kind {kind}" for kind, count in kinds.items()]
    if invited != 1 and entry.guests and (entry.stood or not entry.deleted):
        wrong.append(f"{_name(entry)}: {invited} invitations instead of 1")
    elif invited > bool(entry.guests):
        wrong.append(f"{_name(entry)}: {invited} invitations instead of {int(bool(entry.guests))}")
    if cancelled != (invited if entry.deleted else 0):
        wrong.append(f"{_name(entry)}: {cancelled} cancellations, {'' if entry.deleted else 'not '}deleted")
    if updated > entry.edits:
        wrong.append(f"{_name(entry)}: {updated} updates mailed for {entry.edits} edits")
    if any(sorted(one["recipients"]) != sorted(entry.guests) for one in mails):
        wrong.append(f"{_name(entry)}: mailed to others than its guests")
    return wrong


def _last(entry: Entry) -> Word:
    """The last word of the people."""
    first, last = (at.isoformat()[:16] for at in (entry.start, entry.start + LENGTH))
    return entry.subject, entry.location, first, last


def _microsoft(event: Json) -> Word:
    place = (event["location"] or {}).get("displayName", "")
    return event["subject"], place, event["start"]["dateTime"][:16], event["end"]["dateTime"][:16]


def _row(row: Json) -> Word:
    return row["Subject"], row["Location"] or "", row["StartDateTime"][:16], row["EndDateTime"][:16]


def _name(entry: Entry) -> str:
    return f"{entry.tag} of {entry.home.capitalize()} ({entry.mailbox.partition('@')[0]}, {entry.edits} edits)"
