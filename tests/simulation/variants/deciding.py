"""Broken decisions: merging, ordering, whose version is whose."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from services.reconciler import meeting, merge, observe, people, update
from tests.simulation.variants.broken import breaks, put

put("an older word overwrites a newer one", observe, "late", lambda *_: False, 484)
put("a copy of what was made in Practifi becomes an Event", meeting, "judge", lambda *_: meeting.Copy.OWN, 2)
put("Practifi wins what both have changed", merge.Rules, "winner", lambda *_: merge.Side.PRACTIFI, 2)
put("who has an own version is invited to the host's as well", people, "synced", lambda *_: False, 2)
put("whom somebody put on an Event is taken off it", people, "after", lambda _, __, meant: meant, 8)


@breaks("who was later by the sides' own clocks wins", 8)
def clocks() -> Iterator[None]:
    merged = merge.merge

    def by_time(here: Any, there: Any, rule: Any, *rest: Any) -> Any:
        if here.changed_at and there.changed_at and there.changed_at > here.changed_at:
            rule = replace(rule, practifi_wins=rule.microsoft)
        return merged(here, there, rule, *rest)

    with patch.object(update, "merge", by_time):
        yield


@breaks("a place that was typed in Practifi is put back", 1)
def places() -> Iterator[None]:
    back = merge._put_back

    def places_too(field: str, rule: merge.Rules, *, theirs: bool) -> bool:
        return back(field, rule, theirs=theirs) or (theirs and field == "location")

    with patch.object(merge, "_put_back", places_too):
        yield
