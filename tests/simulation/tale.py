"""What people have done so far in a story, event by event: an event's subject begins with its tag, by which it is found
again on either side. It remembers what the judge has to know, and concludes nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contracts.policy import Direction, Invitations, Policy
from services.sandbox import calendars
from services.sandbox.sides import Sides
from tests.simulation.said import Said
from tests.simulation.stage import Stage

Json = dict[str, Any]
SYNCED = ("ann@firm.example", "bob@firm.example")
UNSYNCED = "cyd@firm.example"
"""One of us without a mailbox."""
MICROSOFT, PRACTIFI, OUTSIDE = "microsoft", "practifi", "outside"
MARKER = "unspeakable"
"""Stands in every private text; nothing of ours may ever hold it."""
SOON = timedelta(hours=1)
"""What begins sooner is left alone: the past goes nowhere (OUT-09, X3)."""


@dataclass
class Word:
    """What somebody typed into a field, or a deletion, of none (""). `heard`: both sides have shown since which one
    stands."""

    side: str
    field: str
    text: object
    heard: bool = False


@dataclass
class Tale:
    """`made` says on which side an event was born, `owner` whose it is. `touched` are the tags that people changed on
    a side since everything was last at rest. `doubt` are tags of which the policy, or the moment at which it changed,
    lets more than one outcome stand: of these only that nothing is there twice is asked, until both sides are seen
    alike. `series` have many subjects, and so many dates; of `strayed` one was moved to another day. `handed` may be
    shown twice to one person for a while. `own` are fields that an
    invited person typed into their own version, `left` versions that they deleted (I2). `dropped` are copies that
    somebody threw away in Outlook or declined since the last rest, `stale` those whose Event a lost memory may leave in
    Practifi, beside that of the copy which the host's next change brings. `idle` were in Practifi before the first
    run, and nobody has touched them (D7). `hidden` are the texts of what is private by now, `parted` what was handed
    over after that: while it is private it may stay in the mailbox where it is. `veiled` is what is private, and what
    was since it is in doubt: it may have no tag in Practifi. `people` says whether somebody is on an Event because of
    what a person did in Practifi, by ids, None where that is open, `typed` of whom that was since the last rest;
    `listed` counts how often the list of a tag has changed in Outlook since then, by address. `unclear`: the policy has
    changed since the last rest; `opened`: so has the rule for private events, by which they were told in full."""

    stage: Stage
    made: dict[str, str] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    words: dict[str, list[Word]] = field(default_factory=dict)
    edits: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    handed: set[str] = field(default_factory=set)
    series: dict[str, int] = field(default_factory=dict)
    strayed: set[str] = field(default_factory=set)
    far: set[str] = field(default_factory=set)
    synced: set[tuple[str, str]] = field(default_factory=set)
    touched: dict[str, set[str]] = field(default_factory=lambda: {MICROSOFT: set(), PRACTIFI: set()})
    doubt: set[str] = field(default_factory=set)
    own: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    left: set[tuple[str, str]] = field(default_factory=set)
    dropped: set[tuple[str, str]] = field(default_factory=set)
    stale: set[tuple[str, str]] = field(default_factory=set)
    idle: set[str] = field(default_factory=set)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    veiled: set[str] = field(default_factory=set)
    parted: set[str] = field(default_factory=set)
    texts: dict[str, set[str]] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    wished: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)
    people: dict[tuple[str, str], bool | None] = field(default_factory=dict)
    typed: set[tuple[str, str]] = field(default_factory=set)
    listed: Counter[tuple[str, str]] = field(default_factory=Counter)
    excluded: set[str] = field(default_factory=set)
    begun: bool = False
    unclear: bool = False
    opened: bool = False
    failed: set[str] = field(default_factory=set)

    @property
    def sides(self) -> Sides:
        return self.stage.world.sides

    @property
    def now(self) -> datetime:
        return self.stage.town.time.at

    def at(self, side: str) -> datetime:
        """What time it is on a side, whose clock need not be ours."""
        return self.now + self.stage.ahead[MICROSOFT if side == OUTSIDE else side]

    @property
    def policy(self) -> Policy:
        return self.stage.policy

    def seen_far(self) -> set[str]:
        """What somebody had in Practifi before it was moved far away, and has not declined since (A7)."""
        return self.far & {tag for _, tag in self.synced}

    def tag(self, side: str, who: str) -> str:
        """A new event of somebody."""
        tag = f"E{len(self.made)}"
        self.made[tag], self.owner[tag] = side, who
        self.touch(tag, side)
        if not self.begun and side == PRACTIFI:
            self.idle.add(tag)
        return tag

    def note(self, tag: str, side: str, said: Said, fields: Iterable[str] = Said._fields) -> None:
        """Somebody typed these fields of what an event says now."""
        self.words.setdefault(tag, []).extend(Word(side, field, getattr(said, field)) for field in fields)

    def deleted(self, tag: str, side: str) -> None:
        self.words.setdefault(tag, []).append(Word(side, "", ""))

    def touch(self, tag: str, side: str, *, edit: bool = True) -> None:
        """Somebody does something to an event on a side, which the policy may keep there (D1, ruling 12)."""
        side = MICROSOFT if side == OUTSIDE else side
        self.touched[side].add(tag)
        self.idle -= {tag} if edit else set()
        other = {MICROSOFT: "practifi", PRACTIFI: "microsoft"}[side]
        goes = self.policy.direction is Direction.TWO_WAY or self.policy.direction.value.endswith(f"to_{other}")
        quiet = self.policy.invitations is Invitations.NEVER and tag in self.guests and side == PRACTIFI
        if not goes or quiet or self.unclear:
            self.doubt.add(tag)

    def drop(self, who: str, tag: str) -> None:
        """Somebody's copy leaves Outlook, of which a reconciler without its memory may not hear."""
        self.dropped.add((who, tag))
        self.synced.discard((who, tag))
        if "reconciler" in self.failed:
            self.stale.add((who, tag))

    def turned(self) -> None:
        """The policy changes: what was touched since the last rest may be heard by the one rule or by the other."""
        self.unclear = True
        self.doubt |= self.touched[MICROSOFT] | self.touched[PRACTIFI]

    def rested(self) -> None:
        """Everything is at rest."""
        self.unclear = self.opened = False
        self.failed.clear()
        self.dropped.clear()
        self.typed.clear()
        self.listed.clear()
        for tags in self.touched.values():
            tags.clear()

    def events(self, side: str, who: str) -> list[Json]:
        """A person's own events of one side that are still to come and bear a tag."""
        found = self.shown(side, who)
        return [one for one in found if self.organizes(side, who, one) and not one.get("isCancelled")]

    def copies(self, side: str, who: str) -> list[Json]:
        """A person's versions of what others organize."""
        found = self.shown(side, who)
        return [one for one in found if not self.organizes(side, who, one) and not one.get("isCancelled")]

    def shown(self, side: str, who: str) -> list[Json]:
        """What a person sees of events that are still to come and bear a tag."""
        ask = {"side": side, "mailbox": who}
        if side == MICROSOFT:
            ask |= {"start": self.now.isoformat(), "end": (self.now + timedelta(days=60)).isoformat()}
        found = calendars.shown(self.sides, ask)
        for one in found if side == PRACTIFI else ():
            self.tag_in_practifi(one)
        return [one for one in found if tag_of(one) in self.made and start_of(one) > self.now + SOON]

    def tag_in_practifi(self, one: Json) -> str:
        """The tag of an Event, which may have been seen before it became private."""
        tag = tag_of(one)
        if tag in self.made:
            self.rows[one["id"]] = tag
        return self.rows.get(one["id"], tag)

    def person(self, address: str) -> str:
        """The id of who has an address in Practifi."""
        rows = (row for kind in ("User", "Contact") for row in self.sides.salesforce.rows(kind))
        return next(str(row["Id"]) for row in rows if row["Email"] == address)

    def organizes(self, side: str, who: str, one: Json) -> bool:
        return bool(one["isOrganizer"]) if side == MICROSOFT else self.owner.get(tag_of(one)) == who

    def master(self, one: Json) -> Json | None:
        """The whole of a series of which this is an occurrence."""
        whole = calendars.shown(self.sides, {"side": MICROSOFT, "mailbox": one["mailbox"]})
        return next((row for row in whole if row["id"] == one.get("seriesMasterId")), None)


def tag_of(event: Json) -> str:
    """The tag of an event of either side, "" for none."""
    text = str(event.get("subject") or event.get("Subject") or "").removeprefix("Canceled: ")
    return text.partition(" ")[0]


def related(sides: Sides, event: str) -> set[str]:
    """The ids of everybody who is on an Event of Practifi."""
    rows = sides.salesforce.rows("EventRelation")
    return {row["RelationId"] for row in rows if row["EventId"] == event and not row["IsWhat"]}


def start_of(event: Json) -> datetime:
    said = event["start"]["dateTime"][:19] + "+00:00" if "start" in event else event["StartDateTime"]
    return datetime.fromisoformat(said)


def single(event: Json) -> bool:
    """Whether it stands alone, on either side."""
    return event.get("type", "singleInstance") == "singleInstance" and not event.get("Recurring_in_Microsoft_365__c")
