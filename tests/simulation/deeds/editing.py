"""People change what is theirs, on either side."""

from datetime import timedelta
from random import Random

from services.sandbox import calendars
from services.sandbox.microsoft.refused import Refused as GraphRefused
from services.sandbox.salesforce.refused import Refused as OrgRefused
from tests.simulation.deeds.deed import deed, typed
from tests.simulation.deeds.making import SHOWS
from tests.simulation.said import fields, said
from tests.simulation.tale import MICROSOFT, PRACTIFI, SYNCED, Json, Tale, single, start_of, tag_of


def change(tale: Tale, side: str, one: Json, given: Json) -> bool:
    """A person changes an event of theirs; whether the side takes it."""
    tag = tag_of(one)
    try:
        changed = calendars.change(tale.sides, side, one["mailbox"], one["id"], given, tale.at(side))
    except (GraphRefused, OrgRefused):
        return False
    tale.edits[f"{side} {tag}"] += 1
    tale.touch(tag, side)
    _spread(tale, side, one)
    if side == PRACTIFI and tag in tale.hidden:
        tale.doubt.add(tag)  # what a person types there, into what is private by now, is their own
    for key in ("subject", "location"):
        if key in given:
            tale.texts.setdefault(tag, set()).add(str(given[key]).partition(" ")[2])
    if single(one) and tale.organizes(side, one["mailbox"], one):
        tale.note(tag, side, said(changed), fields(given))
    whole = one.get("type") not in {"occurrence", "exception"}  # else it need not be the date that somebody changed
    if side == MICROSOFT and whole and tale.organizes(side, one["mailbox"], one):
        for own in [own for (_, other), own in tale.own.items() if other == tag]:
            own.difference_update(fields(given))
    return True


def _spread(tale: Tale, side: str, one: Json) -> None:
    """What the host changes in Practifi changes in Outlook for colleagues, too: that is a change there, which the
    policy may keep there (D1, ruling 12)."""
    tag = tag_of(one)
    copies = (tag_of(copy) for who in SYNCED for copy in tale.copies(PRACTIFI, who))
    if side == PRACTIFI and tale.organizes(side, one["mailbox"], one) and tag in copies:
        tale.touch(tag, MICROSOFT, edit=False)


def edit(tale: Tale, chance: Random, one: Json, side: str) -> Json:
    """A change of one thing: of the subject, the place, the time, or how it is shown."""
    deeds: list[Json] = [{"subject": f"{tag_of(one)} {side[0]}{typed(chance)}"}, {"location": f"Room {typed(chance)}"}]
    if not (one.get("isAllDay") or one.get("IsAllDayEvent")):
        deeds.append({"start": (start_of(one) + timedelta(minutes=15)).isoformat()})
    if single(one):
        deeds.append({"show_as": chance.choice(SHOWS if side == MICROSOFT else ("busy", "free", "oof"))})
    return chance.choice(deeds)


async def _edit(tale: Tale, chance: Random, side: str) -> str:
    who = chance.choice(SYNCED)
    events = tale.events(side, who)
    if not events:
        return f"{who} finds nothing to edit in {side}"
    one = chance.choice(events)
    given = edit(tale, chance, one, side)
    if not change(tale, side, one, given):
        return f"{who} may not change {tag_of(one)} so in {side}"
    return f"{who} changes {next(iter(given))} of {tag_of(one)} in {side}"


@deed
async def outlook_edits(tale: Tale, chance: Random) -> str:
    return await _edit(tale, chance, MICROSOFT)


@deed
async def practifi_edits(tale: Tale, chance: Random) -> str:
    return await _edit(tale, chance, PRACTIFI)


@deed
async def both_edit(tale: Tale, chance: Random) -> str:
    """The subject is typed on both sides, before either has heard of the other (C1)."""
    who = chance.choice(SYNCED)
    there = {tag_of(one): one for one in tale.events(PRACTIFI, who) if single(one)}
    pairs = [(one, there[tag_of(one)]) for one in tale.events(MICROSOFT, who) if single(one) and tag_of(one) in there]
    if not pairs:
        return f"{who} has nothing on both sides to edit"
    here, other = chance.choice(pairs)
    typing = [(MICROSOFT, here), (PRACTIFI, other)]
    chance.shuffle(typing)
    for side, one in typing:
        change(tale, side, one, {"subject": f"{tag_of(one)} {side[0]}{typed(chance)}"})
    return f"{who} types subjects of {tag_of(here)} on both sides, last in {typing[-1][0]}"


async def _delete(tale: Tale, chance: Random, side: str) -> str:
    who = chance.choice(SYNCED)
    events = tale.events(side, who)
    if not events:
        return f"{who} finds nothing to delete in {side}"
    one = chance.choice(events)
    tale.touch(tag_of(one), side)
    _spread(tale, side, one)
    calendars.delete(tale.sides, side, who, one["id"], tale.at(side))
    tale.deleted(tag_of(one), side)
    if side == MICROSOFT:
        tale.hidden.pop(tag_of(one), None)  # who has not been told that it was private never will be
    return f"{who} deletes {tag_of(one)} in {side}"


@deed
async def outlook_deletes(tale: Tale, chance: Random) -> str:
    return await _delete(tale, chance, MICROSOFT)


@deed
async def practifi_deletes(tale: Tale, chance: Random) -> str:
    return await _delete(tale, chance, PRACTIFI)


@deed
async def outlook_turns_day(tale: Tale, chance: Random) -> str:
    """A meeting becomes a whole day, or a whole day a meeting (Z1)."""
    return _turn_day(tale, chance, MICROSOFT)


@deed
async def practifi_turns_day(tale: Tale, chance: Random) -> str:
    return _turn_day(tale, chance, PRACTIFI)


def _turn_day(tale: Tale, chance: Random, side: str) -> str:
    who = chance.choice(SYNCED)
    found = [one for one in tale.events(side, who) if single(one)]
    if not found:
        return f"{who} finds nothing to make a whole day of in {side}"
    one = chance.choice(found)
    start = start_of(one)
    if one.get("isAllDay") or one.get("IsAllDayEvent"):
        begin = start.replace(hour=10)
        given: Json = {"all_day": False, "start": begin.isoformat(), "end": (begin + timedelta(hours=1)).isoformat()}
    else:
        given = {"all_day": True, "start": f"{start:%Y-%m-%d}", "end": f"{start:%Y-%m-%d}"}
    done = change(tale, side, one, given)
    return f"{who} {'turns' if done else 'may not turn'} {tag_of(one)} to or from a whole day in {side}"


@deed
async def outlook_moves_far(tale: Tale, chance: Random) -> str:
    """An event leaves the window: neither side may lose it (X2, D9)."""
    who = chance.choice(SYNCED)
    found = [one for one in tale.events(MICROSOFT, who) if single(one) and one["sensitivity"] == "normal"]
    if not found:
        return f"{who} finds nothing to move far away"
    one = chance.choice(found)
    start = (start_of(one) + timedelta(days=1500)).isoformat()
    tale.touch(tag_of(one), MICROSOFT)
    calendars.change(tale.sides, MICROSOFT, who, one["id"], {"start": start}, tale.at(MICROSOFT))
    tale.edits[f"{MICROSOFT} {tag_of(one)}"] += 1
    tale.far.add(tag_of(one))
    shown = calendars.shown(tale.sides, {"side": PRACTIFI})
    tale.synced |= {(row["mailbox"], tag_of(row)) for row in shown if tag_of(row) == tag_of(one)}
    return f"{who} moves {tag_of(one)} four years away"
