"""Orders to single occurrences of a series."""

import pytest
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Erase, Why, Write, Written
from tests.conformance.graph.stage import WEEKLY, WINDOW, Stage
from tests.conformance.graph.wanted import FULL, LINK, WHEN
from tests.conformance.writer.mailbox import ALONE, erasure, one, standing, update, why

DAILY = {
    "pattern": {"type": "daily", "interval": 1},
    "range": {"type": "numbered", "startDate": f"{WHEN.start:%Y-%m-%d}", "numberOfOccurrences": 4},
}


async def test_one_occurrence_is_changed_and_its_series_is_not(stage: Stage) -> None:  # R5, REC-63
    mike = stage.person("mike")
    stage.event(mike, **WEEKLY)
    master, *rows = (await stage.graph.round(mike, "", WINDOW, FULL)).rows
    (row, *_) = rows
    seen = (await stage.graph.look(mike, [row.id], FULL))[row.id]
    assert seen
    assert seen.event
    assert master.event
    base = replace(seen.event, recurrence=master.event.recurrence)
    order = Write("u1", LINK, Side.MICROSOFT, mike, replace(base, subject="Only this"), ("subject",), target=row.id,
                  base=base, private=FULL)  # fmt: skip
    done = await one(stage, order)
    assert isinstance(done, Written)
    assert done.item
    assert (done.item.event.subject, done.item.event.recurrence) == ("Only this", master.event.recurrence)
    kept = (await stage.graph.look(mike, [master.id, rows[1].id], FULL)).values()
    assert [one.event.subject for one in kept if one and one.event] == ["Portfolio review"] * 2


async def test_an_occurrence_whose_series_has_a_zone_of_its_own_has_not_moved_on(stage: Stage) -> None:  # R5, REC-67
    mike = stage.person("mike")
    stage.event(mike, **WEEKLY)
    (_, row, *_) = (await stage.graph.round(mike, "", WINDOW, FULL)).rows
    seen = (await stage.graph.look(mike, [row.id], FULL))[row.id]
    assert seen
    assert seen.event
    base = replace(seen.event, when=replace(seen.event.when, zone="Europe/Paris"))
    order = Erase("e1", LINK, Side.MICROSOFT, mike, row.id, base, private=FULL)
    done = await one(stage, order)
    assert isinstance(done, Written)
    assert done.changed_at == seen.changed_at, "a new pattern may bring it back: it tells which word is newer"


@pytest.mark.parametrize("erases", [True, False], ids=["it is deleted", "it is changed"])
async def test_what_is_meant_for_one_event_never_goes_to_a_whole_series(stage: Stage, erases: bool) -> None:  # R5, X4
    """A person has let it repeat: with what stands there now as its base, too."""
    mike = stage.person("mike")
    made = await standing(stage, mike, event=ALONE)
    assert made.item
    stage.microsoft.change(mike, made.item.id, {"recurrence": DAILY}, stage.now)
    whole = (await stage.graph.look(mike, [made.item.id], FULL))[made.item.id]
    assert whole
    assert whole.event
    made = replace(made, item=replace(made.item, event=whole.event))
    fate = await one(stage, erasure(made, mike) if erases else update(made, mike, subject="Only this"))
    assert (why(fate), fate.item) == (Why.STOPPED, None)
    assert not stage.calls("/events/", "PATCH") + stage.calls("/events/", "DELETE")
