"""Who is on an event changes: an organizer invites and removes people in Outlook, which owns the list (A4, INB-26);
somebody adds a person to an Event in Practifi, or takes one off, which stays there (A4, OUT-13)."""

from random import Random

from contracts.policy import Invitations
from services.sandbox import calendars
from services.sandbox.salesforce.refused import Refused as OrgRefused
from tests.simulation.deeds.deed import deed
from tests.simulation.stage import CLIENTS
from tests.simulation.tale import MICROSOFT, PRACTIFI, SYNCED, UNSYNCED, Json, Tale, related, single, tag_of


@deed
async def outlook_changes_guests(tale: Tale, chance: Random) -> str:
    """An organizer invites somebody to one of their events or series, or removes who is on the list. Nobody of us to a
    series that was made in Practifi as a single event: what they then have there is decided nowhere (ruling 18)."""
    who = chance.choice(SYNCED)
    found = [tale.master(one) or one for one in tale.events(MICROSOFT, who)]
    if not found:
        return f"{who} has nothing to invite to in Outlook"
    one = chance.choice(found)
    tag, people = tag_of(one), list(one["attendees"])
    closed = tale.made[tag] == PRACTIFI and not single(one)
    guest = chance.choice([*CLIENTS, *(() if closed else (UNSYNCED, *(other for other in SYNCED if other != who)))])
    kept = [row for row in people if row["emailAddress"]["address"].lower() != guest]
    new = kept == people
    _noted(tale, tag, guest)
    given = {"attendees": [*people, guest] if new else kept}
    calendars.change(tale.sides, MICROSOFT, who, one["id"], given, tale.at(MICROSOFT))
    return f"{who} {'invites' if new else 'removes'} {guest} {'to' if new else 'from'} {tag} in Outlook"


def _noted(tale: Tale, tag: str, guest: str) -> None:
    tale.guests.add(tag)
    tale.touch(tag, MICROSOFT)
    tale.listed[tag, guest] += 1
    if tag in tale.touched[PRACTIFI] and tale.policy.invitations is Invitations.NEVER:
        tale.doubt.add(tag)  # what was typed in Practifi may stay there, now that somebody would be mailed (ruling 16)


@deed
async def practifi_changes_people(tale: Tale, chance: Random) -> str:
    """Somebody relates a client to an Event of theirs, invites a colleague, or takes one off. Nobody of us is invited
    to what was made in Outlook: they have an own version (I2)."""
    who = chance.choice(SYNCED)
    found = [one for one in tale.shown(PRACTIFI, who) if tag_of(one) not in tale.idle]
    if not found:
        return f"{who} has no Event to put people on"
    one = chance.choice(found)
    tag = tag_of(one)
    colleagues = [other for other in SYNCED if other != who] if tale.made[tag] == PRACTIFI else []
    guest = chance.choice([*CLIENTS, UNSYNCED, *colleagues])
    person = tale.person(guest)
    new = person not in related(tale.sides, one["id"])
    try:
        _relate(tale, one, person, new=new)
    except OrgRefused:
        return f"{who} may not put {guest} on {tag} in Practifi, nor take them off"
    tale.typed.add((one["id"], person))
    tale.people[one["id"], person] = new
    return f"{who} {'puts' if new else 'takes'} {guest} {'on' if new else 'off'} {tag} in Practifi"


def _relate(tale: Tale, one: Json, person: str, *, new: bool) -> None:
    """Add a person to an Event, or take all there is of one off it. Raises Refused."""
    org, at = tale.sides.salesforce, tale.at(PRACTIFI)
    if new:
        kind = "IsInvitee" if person.startswith("005") else "IsParent"
        org.insert("EventRelation", {"EventId": one["id"], "RelationId": person, kind: True}, at, by=one["OwnerId"])
        return
    for row in org.rows("EventRelation"):
        if (row["EventId"], row["RelationId"]) == (one["id"], person):
            org.delete("EventRelation", row["Id"], at, by=one["OwnerId"])
