"""People make events, on either side."""

from datetime import timedelta
from random import Random

from contracts.calendar import Side
from contracts.policy import Direction
from services.sandbox import calendars
from tests.simulation.deeds.deed import deed, soon, typed
from tests.simulation.said import said
from tests.simulation.stage import CLIENTS
from tests.simulation.tale import MARKER, MICROSOFT, OUTSIDE, PRACTIFI, SYNCED, Json, Tale, related

SHOWS = ("busy", "free", "tentative", "oof")


def make(tale: Tale, side: str, who: str, given: Json) -> str:
    """The tag of a new event whose subject is its first."""
    tag = tale.tag(side, who)
    if given.get("attendees"):
        tale.guests.add(tag)
    one = calendars.add(tale.sides, side, who, {"subject": f"{tag} first", **given}, tale.at(side))
    tale.note(tag, side, said(one))
    if side == PRACTIFI:
        tale.people |= {(one["id"], person): True for person in related(tale.sides, one["id"])}
    return tag


@deed
async def outlook_meets(tale: Tale, chance: Random) -> str:
    """A single event in Outlook, with or without guests."""
    who = chance.choice(SYNCED)
    guests = chance.sample([*CLIENTS, *(one for one in SYNCED if one != who)], chance.randint(0, 2))
    given = {"start": soon(tale, chance).isoformat(), "attendees": guests, "show_as": chance.choice(SHOWS)}
    return f"{who} makes {make(tale, MICROSOFT, who, given)} in Outlook with {len(guests)} guests"


@deed
async def outlook_repeats(tale: Tale, chance: Random) -> str:
    """A series in Outlook, alone or with others."""
    who = chance.choice(SYNCED)
    start = soon(tale, chance)
    given = {"start": start.isoformat(), "recurrence": rule(chance, f"{start:%Y-%m-%d}"),
             "time_zone": chance.choice(("UTC", "W. Europe Standard Time")),
             "attendees": list(chance.choice(((), (), (CLIENTS[0],), SYNCED)))}  # fmt: skip
    tag = make(tale, MICROSOFT, who, given)
    tale.series[tag] = given["recurrence"]["range"]["numberOfOccurrences"]
    return f"{who} makes the series {tag} in Outlook"


def rule(chance: Random, day: str) -> Json:
    """A few times, from a day on."""
    span = {"type": "numbered", "startDate": day, "numberOfOccurrences": chance.randint(2, 5)}
    return {"pattern": {"type": "daily", "interval": chance.randint(2, 4)}, "range": span}


@deed
async def outlook_all_day(tale: Tale, chance: Random) -> str:
    who = chance.choice(SYNCED)
    return f"{who} makes the whole day {make(tale, MICROSOFT, who, {'start': day(tale, chance)})} in Outlook"


@deed
async def practifi_all_day(tale: Tale, chance: Random) -> str:
    who = chance.choice(SYNCED)
    return f"{who} makes the whole day {make(tale, PRACTIFI, who, {'start': day(tale, chance)})} in Practifi"


def day(tale: Tale, chance: Random) -> str:
    return (tale.now + timedelta(days=chance.randint(3, 40))).date().isoformat()


@deed
async def outlook_private(tale: Tale, chance: Random) -> str:
    who = chance.choice(SYNCED)
    given = {"subject": f"{MARKER} visit", "body": f"{MARKER} text", "location": f"{MARKER} street",
             "start": soon(tale, chance).isoformat(), "private": True}  # fmt: skip
    calendars.add(tale.sides, MICROSOFT, who, given, tale.at(MICROSOFT))
    tale.stage.skipped |= tale.unclear or not tale.policy.direction.writes(Side.PRACTIFI)
    return f"{who} makes a private event in Outlook"


@deed
async def practifi_meets(tale: Tale, chance: Random) -> str:
    """A single Event in Practifi; a colleague among the guests gets a child of it (I1)."""
    who = chance.choice(SYNCED)
    guests = chance.sample([*CLIENTS, *(one for one in SYNCED if one != who)], chance.randint(0, 2))
    given = {"start": soon(tale, chance).isoformat(), "attendees": guests, "show_as": chance.choice(("busy", "free"))}
    return f"{who} makes {make(tale, PRACTIFI, who, given)} in Practifi with {len(guests)} guests"


@deed
async def practifi_wishes_teams(tale: Tale, chance: Random) -> str:
    """An Event that shall be a Teams meeting (T2)."""
    who = chance.choice(SYNCED)
    tag = make(tale, PRACTIFI, who, {"start": soon(tale, chance).isoformat(), "teams": True})
    if tale.policy.direction is Direction.TWO_WAY and not tale.unclear:
        tale.wished.add(tag)  # else the link may not come back
    return f"{who} makes {tag} in Practifi as a Teams meeting"


@deed
async def outsider_invites(tale: Tale, chance: Random) -> str:
    """Somebody whom nobody syncs invites one of us, and perhaps both (I4)."""
    who, host = chance.choice(SYNCED), chance.choice(CLIENTS)
    given = {"start": soon(tale, chance).isoformat(), "attendees": [who, host],
             "organizer": {"emailAddress": {"name": "Client", "address": host}}}  # fmt: skip
    tag = tale.tag(OUTSIDE, host)
    tale.guests.add(tag)
    given = {"subject": f"{tag} first", "location": f"Place {typed(chance)}", **given}
    calendars.add(tale.sides, MICROSOFT, who, given, tale.at(MICROSOFT))
    return f"{host} invites {who} to {tag}"
