"""Both sides have an event and somebody changed something: what is written where. One row is one story."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Days, Importance, Response, Sensitivity, ShowAs, Side, Timed
from contracts.policy import Direction, Mapped, Policy
from services.reconciler.merge import Plan, merge, rules, wanted
from services.reconciler.rows import Held
from tests.decisions.reconciler.shard import MICROSOFT, STANDUP, TEN, guest, timed
from tests.decisions.reconciler.world import kept

TWO, IN, OUT = Direction.TWO_WAY, Direction.MICROSOFT_TO_PRACTIFI, Direction.PRACTIFI_TO_MICROSOFT
ELEVEN = timed(TEN + timedelta(hours=1), zone="Europe/Warsaw")
NOTHING: Mapping[str, Any] = MappingProxyType({})
LONG = replace(STANDUP, subject="x" * 300)


class Case(NamedTuple):
    """`mine` are the changes in Microsoft, `theirs` those in Practifi; the next five are what the plan says; `held` and
    `shown` are what else is so of the event in Microsoft and in Practifi."""

    name: str
    mine: Mapping[str, Any] = NOTHING
    theirs: Mapping[str, Any] = NOTHING
    microsoft: tuple[str, ...] = ()
    practifi: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    direction: Direction = TWO
    base: CalendarEvent = STANDUP
    local: tuple[str, ...] = ()
    held: Mapping[str, Any] = NOTHING
    shown: Mapping[str, Any] = NOTHING
    winners: Mapping[str, Side] = NOTHING
    mapping: Mapping[str, Mapped] = NOTHING
    mailing: bool = True

    @property
    def policy(self) -> Policy:
        return Policy(direction=self.direction, winners=dict(self.winners), mapping=dict(self.mapping))


DAILY, REVIEW, ROOM_2 = {"subject": "Daily"}, {"subject": "Review"}, {"location": "Room 2"}
CASES = [
    Case("nobody changed anything (CON-24)"),
    Case("renamed in Microsoft", DAILY, {}, practifi=("subject",)),
    Case("renamed in Practifi", {}, DAILY, microsoft=("subject",)),
    Case("renamed in Microsoft, moved to another room in Practifi: both survive (CON-01)", DAILY, ROOM_2,
         microsoft=("location",), practifi=("subject",)),
    Case("renamed on both sides: Microsoft wins (C1)", DAILY, REVIEW, practifi=("subject",), conflicts=("subject",)),
    Case("renamed on both sides, and another room in Practifi (CON-04)", DAILY, REVIEW | ROOM_2,
         microsoft=("location",), practifi=("subject",), conflicts=("subject",)),
    Case("the same new name on both sides: no write, no conflict (CON-03)", DAILY, DAILY, adopt=("subject",)),
    Case("start changed in Microsoft, end in Practifi: the time is one field (CON-05)", {"when": ELEVEN},
         {"when": timed(minutes=90)}, practifi=("when",), conflicts=("when",)),
    Case("only the zone's label changed in Outlook: no write (TZ-20)",
         {"when": timed(zone="America/New_York")}, adopt=("when",)),
    Case("tentative and busy is no difference of ours (INB-34)", base=replace(STANDUP, show_as=ShowAs.TENTATIVE)),
    Case("a subject that Practifi cuts is no edit (CON-15)", base=LONG),
    Case("a cut subject, and another room in Practifi: the cut never goes back", {}, ROOM_2, microsoft=("location",),
         base=LONG),
    Case("a cut subject that a person wrote anew is an edit", {}, DAILY, microsoft=("subject",), base=LONG),
    Case("the guest list is Microsoft's: nothing is written for it (A4, OUT-13)", {},
         {"attendees": guest("ann@client.example")}, adopt=("attendees",), kept=("attendees",)),
    Case("notes written in Practifi stay there (F4, ruling 15)", {}, {"body": "notes"}, adopt=("body",),
         kept=("body",)),
    Case("a new agenda in Microsoft replaces them, and that is said (D6, I3)", {"body": "agenda"}, {},
         practifi=("body",), conflicts=("body",), local=("body",)),
    Case("the recurrence text is put back (R2, REC-62)", {}, {"recurrence": "Every day"}, practifi=("recurrence",)),
    Case("the join link is put back", {}, {"join_url": "https://else.example"}, practifi=("join_url",)),
    Case("categories and importance have no place in Practifi",
         {"categories": ("Red",), "importance": Importance.HIGH}, adopt=("importance", "categories")),
    Case("a response comes to Practifi (A6)", {"my_response": Response.ACCEPTED}, practifi=("my_response",)),
    Case("one way: an edit in Practifi is not sent (D6)", {}, DAILY, adopt=("subject",), kept=("subject",),
         direction=IN),
    Case("one way: Microsoft's next change overwrites it (D6, OUT-28)", REVIEW, {}, practifi=("subject",),
         conflicts=("subject",), direction=IN, local=("subject",)),
    Case("one way: other fields stay as edited (D6)", ROOM_2, {}, practifi=("location",), direction=IN,
         local=("subject",)),
    Case("one way: even there a read-only field is put back (ruling 13)", {}, {"recurrence": "x"},
         practifi=("recurrence",), direction=IN),
    Case("outward: an edit in Microsoft is not sent (OUT-29)", DAILY, {}, adopt=("subject",), direction=OUT),
    Case("outward: Practifi wins what both changed (ruling 13)", DAILY, REVIEW, microsoft=("subject",),
         conflicts=("subject",), direction=OUT),
    Case("outward: nothing is put back", {}, {"recurrence": "x"}, adopt=("recurrence",), kept=("recurrence",),
         direction=OUT),
    Case("an invited person renames their copy in Practifi: it stays there (I2, ATT-28)", {}, DAILY,
         adopt=("subject",), kept=("subject",), held={"mine": False}),
    Case("an invited person's own show-as and reminder go out (I4)", {}, {"show_as": ShowAs.FREE, "reminder": 5},
         microsoft=("show_as", "reminder"), held={"mine": False}),
    Case("a blanked private event is renamed in Practifi: never sent (PRV-07)", {}, DAILY, adopt=("subject",),
         kept=("subject",), held={"redacted": True}),
    Case("a blanked private event is moved in Practifi: that is sent", {}, {"when": timed(TEN + timedelta(hours=1))},
         microsoft=("when",), held={"redacted": True}),
    Case("an event turns private in Microsoft: its text is purged in Practifi (P2)",
         {"subject": "Private appointment", "location": "", "sensitivity": Sensitivity.PRIVATE},
         practifi=("subject", "location", "sensitivity"), held={"redacted": True}),
]  # fmt: skip


def pair(case: Case) -> tuple[Held, Held]:
    shown = kept(case.base)
    here = Held("m1", base=case.base, now=replace(case.base, **case.mine) if case.mine else None)
    there = Held("p1", base=shown, now=replace(shown, **case.theirs) if case.theirs else None)
    return replace(here, **case.held), replace(there, **case.shown)


def check(case: Case) -> None:
    """The plan is what the row says."""
    here, there = pair(case)
    plan = merge(here, there, rules(here, there, case.policy, mailing=case.mailing), case.local)
    assert plan == Plan(case.microsoft, case.practifi, case.adopt, case.conflicts, case.kept)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_plan(case: Case) -> None:
    check(case)


def test_a_practifi_event_made_private_there_does_not_blank_microsoft() -> None:  # P1
    blank = CalendarEvent(timed(), subject="Private appointment", sensitivity=Sensitivity.PRIVATE)
    here, there = Held("m1", base=STANDUP), Held("p1", base=kept(STANDUP), now=blank, redacted=True)
    plan = merge(here, there, rules(here, there, Policy(direction=TWO)))
    assert (plan.microsoft, plan.practifi) == (("sensitivity",), ())


def test_a_moved_event_keeps_microsofts_zone() -> None:  # Z2
    here, there = pair(Case("", {}, {"when": timed(TEN + timedelta(hours=1))}))
    assert wanted(MICROSOFT, ("when",), here, there).when == ELEVEN


class Clamp(NamedTuple):
    name: str
    mine: Any
    shown: Any
    moved: Any
    wanted: Any


DAY = timedelta(days=1)
FIRST = date(2026, 3, 9)
CLAMPS = [
    Clamp("thirty days, shown as fourteen and moved by a day, stay thirty days",
          Timed(TEN, TEN + 30 * DAY, "Europe/Warsaw"),
          Timed(TEN, TEN + 14 * DAY), Timed(TEN + DAY, TEN + 15 * DAY),
          Timed(TEN + DAY, TEN + 31 * DAY, "Europe/Warsaw")),
    Clamp("a person who shortens it means it", Timed(TEN, TEN + 30 * DAY), Timed(TEN, TEN + 14 * DAY),
          Timed(TEN, TEN + 2 * DAY), Timed(TEN, TEN + 2 * DAY)),
    Clamp("whole days likewise", Days(FIRST, FIRST + 30 * DAY), Days(FIRST, FIRST + 14 * DAY),
          Days(FIRST + DAY, FIRST + 15 * DAY), Days(FIRST + DAY, FIRST + 31 * DAY)),
    Clamp("a timed event becomes a whole day (TZ-22)", Timed(TEN, TEN + DAY), Timed(TEN, TEN + DAY),
          Days(FIRST, FIRST + DAY), Days(FIRST, FIRST + DAY)),
]  # fmt: skip


@pytest.mark.parametrize("case", CLAMPS, ids=lambda case: case.name)
def test_time_sent_back(case: Clamp) -> None:  # ruling 3, SFD-20
    here = Held("m1", base=CalendarEvent(case.mine))
    there = Held("p1", base=CalendarEvent(case.shown), now=CalendarEvent(case.moved))
    assert wanted(MICROSOFT, ("when",), here, there).when == case.wanted
