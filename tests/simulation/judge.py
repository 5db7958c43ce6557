"""What must hold whenever everything has come to rest, whatever happened before (tests/simulation/README.md). It looks
at both remotes, at all that was said and kept, and at nothing that calsync concluded."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.reconciler.rows import Link, State
from services.sandbox import calendars
from tests.simulation.deeds import MARKER, SYNCED, Tale, alive, tag_of

Json = dict[str, Any]
Shown = tuple[str, str, str, str, str]


async def faults(tale: Tale) -> list[str]:
    """Every invariant that does not hold, in words."""
    return [
        *agreement(tale),
        *far(tale),
        *last_words(tale),
        *sins(tale),
        *mails(tale),
        *await links(tale),
        *await secrets(tale),
        *await dead(tale),
    ]


def agreement(tale: Tale) -> list[str]:
    """Both sides show the same to each person, once."""
    should, has = Counter(_microsoft(tale)), Counter(_practifi(tale))
    return [f"missing in Practifi: {one}" for one in (should - has).elements()] + [
        f"too much in Practifi: {one}" for one in (has - should).elements()
    ]


def _microsoft(tale: Tale) -> list[Shown]:
    low, high = tale.now - timedelta(days=25), tale.now + timedelta(days=400)
    found = []
    for who in SYNCED:
        ask = {"side": "microsoft", "mailbox": who, "start": low.isoformat(), "end": high.isoformat()}
        for one in calendars.shown(tale.stage.world.sides, ask):
            if one["isCancelled"] or tag_of(one) in tale.far:
                continue
            if not one["isOrganizer"] and tale.made.get(tag_of(one)) == "practifi":
                continue
            found.append(_graph(who, one))
    return found


def _graph(who: str, one: Json) -> Shown:
    start, end = (datetime.fromisoformat(one[key]["dateTime"][:19]) for key in ("start", "end"))
    private = one["sensitivity"] == "private"
    subject = "Private appointment" if private else one["subject"]
    place = "" if private else "; ".join(part["displayName"] for part in one["locations"] or [] if part["displayName"])
    return who, subject, start.isoformat(), end.isoformat(), place


def _practifi(tale: Tale) -> list[Shown]:
    shown = calendars.shown(tale.stage.world.sides, {"side": "practifi"})
    return [_row(one) for one in shown if one["mailbox"] in SYNCED and tag_of(one) not in tale.far]


def _row(one: Json) -> Shown:
    start, end = (
        datetime.fromisoformat(one[key]).astimezone(UTC).replace(tzinfo=None)
        for key in ("StartDateTime", "EndDateTime")
    )
    end += timedelta(days=1) if one["IsAllDayEvent"] else timedelta()
    return one["mailbox"], one["Subject"] or "", start.isoformat(), end.isoformat(), one["Location"] or ""


def far(tale: Tale) -> list[str]:
    """What left the window is still there on both sides, unless a person has deleted it."""
    kept = {tag_of(one) for one in calendars.shown(tale.stage.world.sides, {"side": "practifi"})}
    deleted = {tag for tag, words in tale.words.items() if any(not word.text for word in words)}
    return [f"{tag} left the window and was deleted in Practifi" for tag in tale.seen_far() - kept - deleted]


async def links(tale: Tale) -> list[str]:
    """Every Practifi Event that bears our key is half of exactly one living link, and the other way round (PRO-04)."""
    rows = [row for row in tale.stage.world.sides.salesforce.rows("Event") if not row["IsChild"]]
    ours, every = Counter(row["Id"] for row in rows if row["M365_Key__c"]), Counter(row["Id"] for row in rows)
    held = Counter(link.practifi.id for link in await _living(tale) if link.practifi is not None)
    wrong = (ours - held) + (held - every)
    return [f"a link and an Event do not belong together: {one}" for one in wrong.elements()]


async def _living(tale: Tale) -> list[Link]:
    """The links whose Practifi side is there."""
    sql = "SELECT value FROM row WHERE scope = 'firm/0' AND key LIKE 'link/%'"
    (process, *_) = tale.stage.processes["reconciler"]
    kept = [msgspec.msgpack.decode(raw, type=Link) for (raw,) in await process.replica.host.store.fetch(sql)]
    both = [link for link in kept if link.microsoft is not None and link.practifi is not None]
    return [link for link in both if link.practifi and not link.practifi.gone and link.state is not State.ENDED]


def sins(tale: Tale) -> list[str]:
    """No request did what none may do (A4)."""
    return [f"a request did what it may not: {one}" for one in tale.stage.sins]


def last_words(tale: Tale) -> list[str]:
    """The last subject that somebody typed stands, or Microsoft's last one. Who deletes has no last word to lose."""
    shown = {tag_of({"subject": subject}): subject for _, subject, *_ in _practifi(tale)}
    wrong = []
    for tag, words in tale.words.items():
        if tag in tale.far or any(not word.text for word in words):
            continue
        ours = [word.text for word in words if word.side == "microsoft"]
        if shown.get(tag) not in {words[-1].text, *ours[-1:]}:
            wrong.append(f"the last word on {tag} is lost: {words[-1].text!r}, shown {shown.get(tag)!r}")
    return wrong


def mails(tale: Tale) -> list[str]:
    """Nobody is mailed but by a person, or once for each thing that a person did in Practifi."""
    sent = Counter((tag_of(mail), mail["kind"]) for mail in calendars.mails(tale.stage.world.sides)
                   if mail["cause"] == "api")  # fmt: skip
    wrong = []
    for (tag, kind), count in sent.items():
        words = [word for word in tale.words.get(tag, ()) if word.side == "practifi"]
        if kind == "invitation" and count > (tale.made.get(tag) == "practifi"):
            wrong.append(f"{count} invitations to {tag}, made in {tale.made.get(tag)}")
        if kind == "update" and count > tale.edits[f"practifi {tag}"]:
            wrong.append(f"{count} updates of {tag} were mailed")
        if kind == "cancellation" and count > len([word for word in words if not word.text]):
            wrong.append(f"{count} cancellations of {tag}")
    return wrong


async def secrets(tale: Tale) -> list[str]:
    """No private text was said or kept."""
    marker = MARKER.encode()
    wrong = [f"a private text on {topic}" for topic, payload in tale.stage.town.said if marker in payload]
    for process in alive(tale.stage):
        host = process.replica.host
        for table in ("row", "effect", "dead"):
            rows = await host.store.fetch(f"SELECT * FROM {table}")
            held = [row for row in rows if any(marker in _bytes(value) for value in row)]
            wrong += [f"a private text in {host.service.name}'s {table}"] * bool(held)
    return wrong


async def dead(tale: Tale) -> list[str]:
    """Nothing had to be set aside."""
    found = []
    for process in alive(tale.stage):
        host = process.replica.host
        for scope in host.holding.scopes:
            found += [f"{host.service.name} set aside {one.kind}: {one.error[-300:]}"
                      for one in await host.store.dead_letters(str(scope))]  # fmt: skip
    return found


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
