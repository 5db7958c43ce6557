"""The judge of a chaos run finds what it is there to find: each row plants one wrong thing beside a good ending."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.system.chaos.diary import Diary, Entry
from tests.system.chaos.ground import SERVICES
from tests.system.chaos.judge import judge, learn
from tests.system.chaos.plan import BAG, plan

Json = dict[str, Any]
WHO = "ann@firm.example"
AT = datetime(2030, 1, 7, 9, tzinfo=UTC)


class Ending:
    """A meeting with a guest that was made in Practifi and edited once, a series of two and a deleted meeting."""

    def __init__(self) -> None:
        meeting = Entry("#00001", "practifi", WHO, "Review #00001", "Pier 4", AT, ("cora@client.example",), edits=1)
        series = Entry("#00002", "microsoft", WHO, "Call #00002", "Office", AT, count=2)
        gone = Entry("#00003", "practifi", WHO, "Lunch #00003", "Café", AT, ("cora@client.example",))
        gone.deleted = gone.stood = True
        self.diary = Diary(1, {one.tag: one for one in (meeting, series, gone)})
        self.here = [_here(meeting), _here(series)]
        self.there = [
            _there(meeting),
            _there(series),
            {**_there(series), "StartDateTime": "2030-01-09T09:00:00.000+0000"},
        ]
        self.mails = [
            _mail(meeting, "invitation"),
            _mail(meeting, "update"),
            _mail(gone, "invitation"),
            _mail(gone, "cancellation"),
        ]

    def wrong(self) -> list[str]:
        return judge(self.diary, self.here, self.there, self.mails)


def _here(entry: Entry) -> Json:
    times = {"start": {"dateTime": "2030-01-07T09:00:00.0000000"}, "end": {"dateTime": "2030-01-07T09:30:00.0000000"}}
    place = {"displayName": entry.location}
    return {"id": "m" + entry.tag, "mailbox": WHO, "subject": entry.subject, "location": place, **times}


def _there(entry: Entry) -> Json:
    times = {"StartDateTime": "2030-01-07T09:00:00.000+0000", "EndDateTime": "2030-01-07T09:30:00.000+0000"}
    return {"id": "p" + entry.tag, "mailbox": WHO, "Subject": entry.subject, "Location": entry.location, **times}


def _mail(entry: Entry, kind: str) -> Json:
    return {"kind": kind, "subject": entry.subject, "recipients": list(entry.guests)}


def test_nothing_is_wrong_with_a_good_ending() -> None:
    assert Ending().wrong() == []


def _again(shown: list[Json], at: int = 0, **changes: Any) -> None:
    shown.append({**shown[at], **changes})


WRONG: dict[str, tuple[Callable[[Ending], Any], str]] = {
    "lost in Microsoft": (lambda end: end.here.pop(0), "#00001 of Practifi"),
    "lost in Practifi": (lambda end: end.there.pop(0), "stands 1 times in Microsoft, 0 in Practifi"),
    "an occurrence lost": (lambda end: end.there.pop(), "a series of 2"),
    "twice": (lambda end: _again(end.here), "stands 2 times in Microsoft"),
    "deleted and there again": (lambda end: _again(end.there, Subject="Lunch #00003"), "#00003"),
    "an edit lost": (lambda end: end.here[0].update(subject="Old #00001"), "the last word was"),
    "a place lost": (lambda end: end.there[0].update(Location=None), "the last word was"),
    "a move lost": (lambda end: end.there[0].update(StartDateTime="2030-01-08T09:00:00.000+0000"), "the last word was"),
    "another length": (
        lambda end: end.there[0].update(EndDateTime="2030-01-07T10:00:00.000+0000"),
        "the last word was",
    ),
    "in another calendar": (lambda end: end.there[0].update(mailbox="bob@firm.example"), "another calendar"),
    "one occurrence stayed behind": (lambda end: end.there[2].update(Subject="Old #00002"), "occurrences differ"),
    "invited twice": (lambda end: _again(end.mails), "2 invitations"),
    "not invited": (lambda end: end.mails.pop(0), "0 invitations"),
    "not called off": (lambda end: end.mails.pop(), "0 cancellations"),
    "called off, but there": (lambda end: _again(end.mails, kind="cancellation"), "1 cancellations, not deleted"),
    "more updates than edits": (lambda end: _again(end.mails, 1), "2 updates mailed for 1 edits"),
    "a stranger mailed": (lambda end: end.mails[1].update(recipients=["eve@else.example"]), "others than its guests"),
    "a mail about an old event": (lambda end: _again(end.mails, subject="Old"), "an event that nobody touched"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(name: str) -> None:
    ending = Ending()
    plant, told = WRONG[name]
    plant(ending)
    assert told in "\n".join(ending.wrong())


def test_only_an_event_of_one_side_alone_is_edited_there_alone() -> None:
    ending = Ending()
    meeting = ending.diary.entries["#00001"]
    assert {ending.diary.editor(meeting, "subject")} == {"practifi"}
    learn(ending.diary, ending.here, ending.there)
    editors = set()
    for ending.diary.round in range(20):
        editors.add(ending.diary.editor(meeting, "subject"))
    assert editors == {"microsoft", "practifi"}
    assert meeting.ids == {"microsoft": "m#00001", "practifi": "p#00001"}


def test_a_seed_is_a_plan_and_every_kind_comes() -> None:
    assert plan(7, 200, disks=True) == plan(7, 200, disks=True) != plan(8, 200, disks=True)
    drawn = plan(7, 200, disks=True)
    assert plan(7, 37, disks=True) == drawn[:37]
    assert {one.kind for one in drawn} == {*dict(BAG), "half-open for good"}
    assert {one.whom for one in drawn if one.kind == "kill"} == {*SERVICES, "broker", "sandbox"}
    assert not [one for one in plan(7, 200, disks=False) if one.kind == "fill the disk"]
