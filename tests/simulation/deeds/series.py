"""People change series in Outlook: the whole of it, its end, single occurrences (R1, R3, ruling 2)."""

from datetime import timedelta
from random import Random

from services.sandbox import calendars
from tests.simulation.deeds.deed import deed, typed
from tests.simulation.deeds.editing import change
from tests.simulation.deeds.making import rule
from tests.simulation.tale import MICROSOFT, SYNCED, Json, Tale, start_of, tag_of


def _occurrence(tale: Tale, chance: Random) -> tuple[Json, Json] | None:
    """An occurrence of somebody's own series, and the whole of it."""
    who = chance.choice(SYNCED)
    found = [one for one in tale.events(MICROSOFT, who) if one.get("seriesMasterId")]
    one = chance.choice(found) if found else None
    whole = tale.master(one) if one else None
    return (one, whole) if one and whole else None


@deed
async def series_is_edited(tale: Tale, chance: Random) -> str:
    """Its subject, its place, or its time of day, which takes its exceptions along."""
    found = _occurrence(tale, chance)
    if found is None:
        return "nobody has a series to edit"
    _, whole = found
    later = start_of(whole) + timedelta(minutes=30)
    given: Json = chance.choice(
        ({"subject": f"{tag_of(whole)} m{typed(chance)}"}, {"location": f"Hall {typed(chance)}"},
         {"start": later.isoformat(), "time_zone": "UTC"})
    )  # fmt: skip
    done = change(tale, MICROSOFT, whole, given)
    does = "changes" if done else "may not change"
    return f"{whole['mailbox']} {does} {next(iter(given))} of the series {tag_of(whole)}"


@deed
async def series_ends_earlier(tale: Tale, chance: Random) -> str:
    found = _occurrence(tale, chance)
    if found is None:
        return "nobody has a series to end"
    _, whole = found
    old = whole["recurrence"]
    count = int(old["range"]["numberOfOccurrences"])
    given = {"recurrence": {**old, "range": {**old["range"], "numberOfOccurrences": max(1, count - 1)}}}
    done = change(tale, MICROSOFT, whole, given)
    return f"{whole['mailbox']} {'lets' if done else 'may not let'} the series {tag_of(whole)} end earlier"


@deed
async def series_is_deleted(tale: Tale, chance: Random) -> str:
    found = _occurrence(tale, chance)
    if found is None:
        return "nobody has a series to delete"
    _, whole = found
    tale.touch(tag_of(whole), MICROSOFT)
    calendars.delete(tale.sides, MICROSOFT, whole["mailbox"], whole["id"], tale.at(MICROSOFT))
    tale.deleted(tag_of(whole), MICROSOFT)
    return f"{whole['mailbox']} deletes the series {tag_of(whole)}"


@deed
async def occurrence_moves(tale: Tale, chance: Random) -> str:
    """To another day, before its neighbours or after."""
    found = _occurrence(tale, chance)
    if found is None:
        return "nobody has an occurrence to move"
    one, _ = found
    start = start_of(one) + timedelta(days=chance.choice((-1, 1)), hours=1)
    done = change(tale, MICROSOFT, one, {"start": start.isoformat(), "time_zone": "UTC"})
    tale.strayed |= {tag_of(one)} if done else set()
    return f"{one['mailbox']} {'moves' if done else 'may not move'} an occurrence of {tag_of(one)}"


def _guests(tale: Tale, one: Json) -> bool:
    return bool(one["attendees"]) or tag_of(one) in tale.guests


@deed
async def single_becomes_series(tale: Tale, chance: Random) -> str:
    """Not one to which a colleague was invited in Practifi: whether their child there or their own version stands for
    the first occurrence is decided nowhere (rulings 2 and 18)."""
    who = chance.choice(SYNCED)
    found = [one for one in tale.events(MICROSOFT, who) if one["type"] == "singleInstance" and not one["isAllDay"]]
    found = [one for one in found if tale.made[tag_of(one)] == MICROSOFT or not _guests(tale, one)]
    if not found:
        return f"{who} has nothing to repeat"
    one = chance.choice(found)
    given = {"recurrence": rule(chance, one["start"]["dateTime"][:10])}
    done = change(tale, MICROSOFT, one, given)
    if done:
        tale.series[tag_of(one)] = given["recurrence"]["range"]["numberOfOccurrences"]
    return f"{who} {'lets' if done else 'may not let'} {tag_of(one)} repeat"
