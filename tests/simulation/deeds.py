"""What may happen in a story: people on both sides, an administrator, and everything that can go wrong. A deed is a
name and a number; the number decides whom it strikes, so that a story with fewer deeds still makes sense."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from contracts.control import Pause, Resume, SyncNow
from services.sandbox import calendars
from services.sandbox.faults import ROWS
from services.sandbox.microsoft.refused import Refused as GraphRefused
from services.sandbox.salesforce.refused import Refused as OrgRefused
from tests.simulation.stage import CLIENTS, SERVICES, Process, Stage

Json = dict[str, Any]
Step = tuple[str, int]
SYNCED = ("ann@firm.example", "bob@firm.example")
FAULTS = ("throttle", "throttle-silent", "unavailable", "empty-503", "server-error", "gateway", "timeout-before",
          "timeout-after", "unauthorized", "stale-etag", "repeat", "older", "gone", "limit", "throttle-inner",
          "lock-row", "forbidden")  # fmt: skip
MARKER = "unspeakable"
"""Stands in every private text; nothing of ours may ever hold it."""


@dataclass
class Word:
    """A subject that somebody typed, or a deletion ("")."""

    side: str
    text: str


@dataclass
class Tale:
    """What people have done so far, event by event; an event's subject begins with its tag."""

    stage: Stage
    made: dict[str, str] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    words: dict[str, list[Word]] = field(default_factory=dict)
    edits: Counter[str] = field(default_factory=Counter)
    far: set[str] = field(default_factory=set)
    synced: set[str] = field(default_factory=set)

    def seen_far(self) -> set[str]:
        """What had been synced before it was moved far away."""
        return self.far & self.synced

    def note(self, tag: str, side: str, text: str) -> None:
        self.words.setdefault(tag, []).append(Word(side, text))

    def tag(self, side: str, who: str) -> str:
        tag = f"E{len(self.made)}"
        self.made[tag], self.owner[tag] = side, who
        return tag

    @property
    def now(self) -> datetime:
        return self.stage.town.time.at

    def events(self, side: str, who: str) -> list[Json]:
        """A person's own events of one side that are still to come and bear a tag."""
        ask = {"side": side, "mailbox": who}
        if side == "microsoft":
            ask |= {"start": self.now.isoformat(), "end": (self.now + timedelta(days=60)).isoformat()}
        shown = calendars.shown(self.stage.world.sides, ask)
        found = [one for one in shown if self.owner.get(tag_of(one)) == who]
        future = [one for one in found if start_of(one) > self.now + timedelta(hours=1)]
        return [one for one in future if side == "practifi" or (one["isOrganizer"] and not one["isCancelled"])]


def tag_of(event: Json) -> str:
    return str(event.get("subject") or event.get("Subject") or "").partition(" ")[0]


def start_of(event: Json) -> datetime:
    said = event["start"]["dateTime"][:19] + "+00:00" if "start" in event else event["StartDateTime"]
    return datetime.fromisoformat(said)


Deed = Callable[[Tale, Random], Awaitable[str]]
DEEDS: dict[str, Deed] = {}


def deed(act: Deed) -> Deed:
    DEEDS[act.__name__] = act
    return act


def _soon(tale: Tale, chance: Random) -> str:
    day = tale.now + timedelta(days=chance.randint(3, 40))
    return day.replace(hour=chance.randint(7, 18), minute=chance.choice((0, 15, 30)), second=0).isoformat()


@deed
async def outlook_meets(tale: Tale, chance: Random) -> str:
    """A single event in Outlook, with or without guests."""
    who = chance.choice(SYNCED)
    tag = tale.tag("microsoft", who)
    guests = chance.sample([*CLIENTS, *(one for one in SYNCED if one != who)], chance.randint(0, 2))
    given = {"subject": f"{tag} first", "start": _soon(tale, chance), "attendees": guests}
    calendars.add(tale.stage.world.sides, "microsoft", who, given, tale.now)
    tale.note(tag, "microsoft", f"{tag} first")
    return f"{who} makes {tag} in Outlook with {len(guests)} guests"


@deed
async def outlook_repeats(tale: Tale, chance: Random) -> str:
    """A series in Outlook."""
    who = chance.choice(SYNCED)
    tag = tale.tag("microsoft", who)
    start = datetime.fromisoformat(_soon(tale, chance))
    span = {"type": "numbered", "startDate": f"{start:%Y-%m-%d}", "numberOfOccurrences": chance.randint(2, 5)}
    rule = {"pattern": {"type": "daily", "interval": chance.randint(2, 4)}, "range": span}
    given = {"subject": f"{tag} first", "start": start.isoformat(), "recurrence": rule, "time_zone": "UTC"}
    calendars.add(tale.stage.world.sides, "microsoft", who, given, tale.now)
    return f"{who} makes the series {tag} in Outlook"


@deed
async def outlook_all_day(tale: Tale, chance: Random) -> str:
    who = chance.choice(SYNCED)
    tag = tale.tag("microsoft", who)
    day = (tale.now + timedelta(days=chance.randint(3, 40))).date().isoformat()
    calendars.add(tale.stage.world.sides, "microsoft", who, {"subject": f"{tag} first", "start": day}, tale.now)
    tale.note(tag, "microsoft", f"{tag} first")
    return f"{who} makes the whole day {tag} in Outlook"


@deed
async def outlook_private(tale: Tale, chance: Random) -> str:
    who = chance.choice(SYNCED)
    given = {"subject": f"{MARKER} visit", "body": f"{MARKER} text", "location": f"{MARKER} street",
             "start": _soon(tale, chance), "private": True}  # fmt: skip
    calendars.add(tale.stage.world.sides, "microsoft", who, given, tale.now)
    return f"{who} makes a private event in Outlook"


@deed
async def practifi_meets(tale: Tale, chance: Random) -> str:
    who = chance.choice(SYNCED)
    tag = tale.tag("practifi", who)
    guests = chance.sample(CLIENTS, chance.randint(0, 2))
    given = {"subject": f"{tag} first", "start": _soon(tale, chance), "attendees": guests}
    calendars.add(tale.stage.world.sides, "practifi", who, given, tale.now)
    tale.note(tag, "practifi", f"{tag} first")
    return f"{who} makes {tag} in Practifi with {len(guests)} guests"


async def _edit(tale: Tale, chance: Random, side: str) -> str:
    who = chance.choice(SYNCED)
    events = tale.events(side, who)
    if not events:
        return f"{who} finds nothing to edit in {side}"
    one = chance.choice(events)
    tag = tag_of(one)
    text = f"{tag} {side[0]}{chance.getrandbits(20):x}"
    deeds: list[Json] = [{"subject": text}, {"location": f"Room {chance.getrandbits(16):x}"}]
    if not (one.get("isAllDay") or one.get("IsAllDayEvent")):
        deeds.append({"start": (start_of(one) + timedelta(minutes=15)).isoformat()})
    given = chance.choice(deeds)
    single = not one.get("seriesMasterId") and not one.get("Recurring_in_Microsoft_365__c")
    try:
        calendars.change(tale.stage.world.sides, side, who, one["id"], given, tale.now)
    except (GraphRefused, OrgRefused):
        return f"{who} may not change {tag} so in {side}"
    tale.edits[f"{side} {tag}"] += 1
    if "subject" in given and single:
        tale.note(tag, side, text)
    return f"{who} changes {next(iter(given))} of {tag} in {side}"


@deed
async def outlook_edits(tale: Tale, chance: Random) -> str:
    return await _edit(tale, chance, "microsoft")


@deed
async def practifi_edits(tale: Tale, chance: Random) -> str:
    return await _edit(tale, chance, "practifi")


async def _delete(tale: Tale, chance: Random, side: str) -> str:
    who = chance.choice(SYNCED)
    events = tale.events(side, who)
    if not events:
        return f"{who} finds nothing to delete in {side}"
    one = chance.choice(events)
    calendars.delete(tale.stage.world.sides, side, who, one["id"], tale.now)
    tale.note(tag_of(one), side, "")
    return f"{who} deletes {tag_of(one)} in {side}"


@deed
async def outlook_deletes(tale: Tale, chance: Random) -> str:
    return await _delete(tale, chance, "microsoft")


@deed
async def practifi_deletes(tale: Tale, chance: Random) -> str:
    return await _delete(tale, chance, "practifi")


@deed
async def outlook_moves_far(tale: Tale, chance: Random) -> str:
    """An event leaves the window: neither side may lose it (X2, D9)."""
    who = chance.choice(SYNCED)
    single = [one for one in tale.events("microsoft", who) if one["type"] == "singleInstance"]
    if not single:
        return f"{who} finds nothing to move far away"
    one = chance.choice(single)
    start = (start_of(one) + timedelta(days=1500)).isoformat()
    calendars.change(tale.stage.world.sides, "microsoft", who, one["id"], {"start": start}, tale.now)
    tale.far.add(tag_of(one))
    there = {tag_of(row) for row in calendars.shown(tale.stage.world.sides, {"side": "practifi"})}
    tale.synced |= {tag_of(one)} & there
    return f"{who} moves {tag_of(one)} four years away"


@deed
async def somebody_syncs(tale: Tale, chance: Random) -> str:
    tale.stage.tell(SyncNow("a person"))
    return "somebody says sync now"


@deed
async def pauses(tale: Tale, chance: Random) -> str:
    tale.stage.tell(chance.choice((Pause("an administrator"), Resume("an administrator"))))
    return "an administrator pauses or resumes"


@deed
async def remotes_fail(tale: Tale, chance: Random) -> str:
    name = chance.choice(FAULTS)
    if name in ROWS:
        tale.stage.world.sides.salesforce.fail_rows(ROWS[name], chance.randint(1, 12))
        return f"rows of Practifi begin to fail: {name}"
    tale.stage.world.faults.set(name, rate=chance.choice((0.2, 0.5, 1.0)), count=chance.randint(1, 12))
    return f"a remote begins to fail: {name}"


@deed
async def deltas_are_forgotten(tale: Tale, chance: Random) -> str:
    tale.stage.world.sides.microsoft.forget_deltas()
    return "Microsoft forgets its delta tokens"


@deed
async def broker_is_bad(tale: Tale, chance: Random) -> str:
    broker = tale.stage.broker
    broker.lose, broker.repeat, broker.reorder = (chance.choice((0.0, 0.1, 0.4)) for _ in range(3))
    return f"the broker loses {broker.lose}, repeats {broker.repeat}, reorders {broker.reorder}"


@deed
async def broker_falls(tale: Tale, chance: Random) -> str:
    wipe = chance.random() < 0.5
    tale.stage.broker.stop(wipe=wipe)
    await tale.stage.breathe(1)
    await tale.stage.broker_back()
    return f"the broker falls and comes back{', empty' if wipe else ''}"


@deed
async def process_dies(tale: Tale, chance: Random) -> str:
    """Somebody dies a few statements or requests from now."""
    name = chance.choice(list(SERVICES))
    processes = tale.stage.processes[name]
    if processes:
        chance.choice(processes).risk.left = chance.randint(0, 60)
    return f"a {name} will die soon"


@deed
async def process_starts(tale: Tale, chance: Random) -> str:
    """A service that is not there, or a second replica of one."""
    missing = [name for name in SERVICES if not tale.stage.processes[name]]
    name = chance.choice(missing or ["graph-poller", "writer", "reconciler"])
    if len(tale.stage.processes[name]) < 2:
        await tale.stage.start(name)
    return f"a {name} starts"


@deed
async def time_passes(tale: Tale, chance: Random) -> str:
    minutes = chance.choice((1, 5, 15, 60))
    await tale.stage.breathe(minutes * 60)
    return f"{minutes} minutes pass"


async def mend(tale: Tale) -> None:
    """Everything that is broken is whole again, everybody lives, and the firm is active."""
    stage = tale.stage
    stage.world.faults.clear()
    stage.world.sides.salesforce.memory.faults.clear()
    stage.broker.lose = stage.broker.repeat = stage.broker.reorder = 0.0
    for name, some in stage.processes.items():
        for process in list(some):
            process.risk.left = None
            if process.risk.dead:
                await stage.end(name, process)
    for name in SERVICES:
        if not stage.processes[name]:
            await stage.start(name)
    await stage.breathe(20)  # the leases of who died run out
    stage.tell(Resume("an administrator"))


def alive(stage: Stage) -> list[Process]:
    return [process for some in stage.processes.values() for process in some]


def policy_of(stage: Stage, **values: Any) -> Any:
    return replace(stage.policy, **values)
