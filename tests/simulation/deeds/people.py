"""What people do besides: they hide and show events (P1, P2), hand them to somebody else (ruling 14), mark them as
not to be synced, ask for a sync."""

from random import Random

from contracts.calendar import Side
from contracts.control import SyncNow
from services.sandbox.salesforce.refused import Refused as OrgRefused
from tests.simulation.deeds.deed import deed
from tests.simulation.deeds.editing import change
from tests.simulation.tale import MICROSOFT, PRACTIFI, SYNCED, Tale, single, tag_of

LEFT_OUT = "Personal"
"""The category that the policy of some stories leaves out."""


@deed
async def outlook_hides(tale: Tale, chance: Random) -> str:
    """An event becomes private: what it said before has to go everywhere (ruling 20)."""
    who = chance.choice(SYNCED)
    found = [one for one in tale.events(MICROSOFT, who) if single(one) and one["sensitivity"] == "normal"]
    if not found:
        return f"{who} has nothing to hide"
    one = chance.choice(found)
    tag = tag_of(one)
    change(tale, MICROSOFT, one, {"private": True})
    tale.veiled.add(tag)
    if tag in tale.touched[PRACTIFI]:
        tale.doubt.add(tag)  # what was typed in Practifi at the same time is a person's own
    elif any(tag_of(copy) == tag for other in SYNCED for copy in tale.copies(MICROSOFT, other)):
        tale.hidden[tag] = set()  # a colleague's copy does not become private with it (graph.md §3.9)
    else:
        tale.hidden[tag] = {text for text in tale.texts.get(tag, ()) if text and text != "first"}
    return f"{who} makes {tag} private"


@deed
async def outlook_shows(tale: Tale, chance: Random) -> str:
    """And is private no longer."""
    who = chance.choice(SYNCED)
    found = [one for one in tale.events(MICROSOFT, who) if single(one) and one["sensitivity"] == "private"]
    if not found:
        return f"{who} has nothing to show again"
    one = chance.choice(found)
    change(tale, MICROSOFT, one, {"private": False})
    tale.hidden.pop(tag_of(one), None)
    return f"{who} makes {tag_of(one)} public again"


@deed
async def owner_changes(tale: Tale, chance: Random) -> str:
    """An Event is given to somebody else: what was born in Practifi follows, anything else is put back (ruling 14). Not
    where the other's mailbox may be another shard's: that is only shown."""
    who = chance.choice(SYNCED)
    if tale.policy.shards > 1:
        return f"{who} hands nothing over between shards"
    found = [one for one in tale.events(PRACTIFI, who) if single(one)]
    if not found:
        return f"{who} has nothing to hand over"
    one = chance.choice(found)
    tag, other = tag_of(one), next(name for name in SYNCED if name != who)
    user = tale.sides.owner(other)
    assert user is not None
    try:
        tale.sides.salesforce.update("Event", one["id"], {"OwnerId": user["Id"]}, tale.at(PRACTIFI), by=one["OwnerId"])
    except OrgRefused:
        return f"{who} may not hand over {tag}"
    tale.touch(tag, PRACTIFI)
    if tale.made[tag] == PRACTIFI:
        tale.owner[tag] = other
        tale.moves[tag] += 1
        if tag in tale.hidden:
            tale.parted.add(tag)  # whoever is heard first: what is private stays where it is, its text is not ours
    else:
        if not tale.policy.direction.writes(Side.PRACTIFI):
            tale.doubt.add(tag)  # nobody puts it back (ruling 12)
        tale.handed.add(tag)  # until it is put back, the other may have it beside a version of their own
    return f"{who} hands {tag} over to {other}"


@deed
async def outlook_leaves_out(tale: Tale, chance: Random) -> str:
    """A category that the policy may leave out is set, or taken away again (INB-30, X2)."""
    who = chance.choice(SYNCED)
    found = [one for one in tale.events(MICROSOFT, who) if single(one)]
    if not found:
        return f"{who} has nothing to leave out"
    one = chance.choice(found)
    tag, out = tag_of(one), LEFT_OUT in one["categories"]
    change(tale, MICROSOFT, one, {"categories": [] if out else [LEFT_OUT]})
    if tale.policy.excluded_categories:
        tale.doubt.add(tag)
        (tale.excluded.discard if out else tale.excluded.add)(tag)
    return f"{who} {'takes the category from' if out else 'gives a category to'} {tag}"


@deed
async def somebody_syncs(tale: Tale, chance: Random) -> str:
    tale.stage.tell(SyncNow("a person"))
    return "somebody says sync now"
