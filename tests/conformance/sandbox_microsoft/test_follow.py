"""Whoever follows delta by graph.md §2.4 sees what the calendar shows, whatever people do in between."""

from random import Random
from typing import Any

import pytest

MIKE, JOHN = "mike@contoso.example", "john@contoso.example"


def fold(held: dict[str, Any], rows: list[Any]) -> dict[str, Any]:
    """What a reader holds after a round: a returned master replaces its whole series."""
    anew = {row["id"] for row in rows}
    kept = {key: row for key, row in held.items() if key not in anew and row.get("seriesMasterId") not in anew}
    return {**kept, **{row["id"]: row for row in rows if "@removed" not in row}}


def shown(graph: Any, make: Any) -> dict[str, str]:
    rows = graph.get(f"users/{JOHN}/calendarView?{make.window}&$top=500&$select=start")["value"]
    return {row["id"]: row["start"]["dateTime"] for row in rows}


def act(graph: Any, make: Any, random: Random) -> None:
    """One thing that Mike or John does."""
    who, day = random.choice((MIKE, JOHN)), random.randint(1, 28)
    month = random.choice((3, 3, 3, 5))
    times = {
        "start": make.at(f"2026-{month:02}-{day:02}T10:00:00"),
        "end": make.at(f"2026-{month:02}-{day:02}T11:00:00"),
    }
    rows = graph.microsoft.events(who) + graph.get(f"users/{who}/calendarView?{make.window}&$top=500")["value"]
    item = random.choice(rows)["id"] if rows else ""
    match random.randint(0, 5):
        case 0 | 1 if len(rows) < 150:
            series = {"recurrence": make.weekly(startDate=f"2026-{month:02}-{day:02}")} if random.random() < 0.4 else {}
            people = {"attendees": make.guests(MIKE, JOHN)} if random.random() < 0.5 else {}
            graph.send("POST", f"users/{who}/events", make.event(**times, **series, **people))
        case 2 if item:
            graph.send("PATCH", f"users/{who}/events/{item}", times)
        case 3 if item:
            graph.send("PATCH", f"users/{who}/events/{item}", {"subject": str(day)})
        case 4 if item:
            graph.send("DELETE", f"users/{who}/events/{item}")
        case 5 if item:
            graph.send("POST", f"users/{who}/events/{item}/{random.choice(('accept', 'decline'))}", {})


@pytest.mark.parametrize("seed", range(4))
def test_following_delta_shows_the_calendar(graph: Any, make: Any, seed: int) -> None:
    random = Random(seed)
    graph.prefer = 'IdType="ImmutableId", odata.maxpagesize=5'
    held: dict[str, Any] = {}
    rows, link = graph.first(JOHN)
    for _ in range(25):
        for _ in range(random.randint(0, 4)):
            act(graph, make, random)
        held = fold(held, rows)
        rows, link = graph.round(link)
        held, rows = fold(held, rows), []
        seen = {key: row["start"]["dateTime"] for key, row in held.items() if row["type"] != "seriesMaster"}
        assert seen == shown(graph, make)
    assert seen
