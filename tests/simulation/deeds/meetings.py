"""People who are invited: they answer, edit their own version, delete it (I1, I2, I4, A6, A7); hosts whom nobody syncs
change or call off what they have invited to."""

from random import Random

from services.sandbox import calendars
from services.sandbox.microsoft.refused import Refused as GraphRefused
from services.sandbox.salesforce.refused import Refused as OrgRefused
from tests.simulation.deeds.deed import deed, typed
from tests.simulation.deeds.editing import change, edit
from tests.simulation.said import fields
from tests.simulation.tale import MICROSOFT, OUTSIDE, PRACTIFI, SYNCED, Json, Tale, single, tag_of

ANSWERS = ("accept", "decline", "tentativelyAccept")


def _copy(tale: Tale, chance: Random, side: str) -> Json | None:
    who = chance.choice(SYNCED)
    there = tale.handed if side == PRACTIFI else set()  # what was handed over is the host's own until it is put back
    found = [one for one in tale.copies(side, who) if single(one) and tag_of(one) not in there]
    return chance.choice(found) if found else None


@deed
async def outlook_answers(tale: Tale, chance: Random) -> str:
    """Somebody synced answers an invitation in Outlook; who declines has it no more."""
    one = _copy(tale, chance, MICROSOFT)
    if one is None:
        return "nobody has an invitation to answer in Outlook"
    answer = chance.choice(ANSWERS)
    tale.touch(tag_of(one), MICROSOFT)
    tale.sides.microsoft.respond(one["mailbox"], one["id"], answer, tale.at(MICROSOFT))
    if answer == "decline":
        tale.drop(one["mailbox"], tag_of(one))
    return f"{one['mailbox']} answers {tag_of(one)} in Outlook: {answer}"


@deed
async def practifi_answers(tale: Tale, chance: Random) -> str:
    """Somebody synced answers in Practifi, on their own version (A6); what is declined leaves Outlook by that."""
    one = _copy(tale, chance, PRACTIFI)
    if one is None:
        return "nobody has an invitation to answer in Practifi"
    answer = chance.choice(("Accepted", "Declined", "Tentative"))
    if not change(tale, PRACTIFI, one, {"My_Response__c": answer}):
        return f"{one['mailbox']} may not answer {tag_of(one)} in Practifi"
    tale.answers[tag_of(one)] += 1
    if answer == "Declined":
        tale.touch(tag_of(one), MICROSOFT, edit=False)
        tale.drop(one["mailbox"], tag_of(one))
    return f"{one['mailbox']} answers {tag_of(one)} in Practifi: {answer}"


@deed
async def invitee_answers(tale: Tale, chance: Random) -> str:
    """A colleague who was invited in Practifi answers there: Salesforce keeps it with the invitation (ruling 17)."""
    org = tale.sides.salesforce
    events = {row["Id"]: row for row in org.rows("Event") if not row["IsChild"]}
    found = [row for row in org.rows("EventRelation") if row["RelationId"].startswith("005") and row["IsInvitee"]
             and tag_of(events.get(row["EventId"], {})) in tale.made]  # fmt: skip
    if not found:
        return "nobody has been invited in Practifi"
    row, answer = chance.choice(found), chance.choice(("Accepted", "Declined"))
    tag = tag_of(events[row["EventId"]])
    try:
        org.update("EventRelation", row["Id"], {"Status": answer}, tale.at(PRACTIFI), by=row["RelationId"])
    except OrgRefused:
        return f"an invitee may not answer {tag}"
    tale.answers[tag] += 1
    tale.touch(tag, PRACTIFI, edit=False)
    return f"an invitee answers {tag} in Practifi: {answer}"


@deed
async def outlook_edits_copy(tale: Tale, chance: Random) -> str:
    """An invited person changes their own copy in Outlook; the host never hears of it."""
    one = _copy(tale, chance, MICROSOFT)
    if one is None:
        return "nobody has a copy to edit in Outlook"
    given = edit(tale, chance, one, MICROSOFT)
    done = change(tale, MICROSOFT, one, given)
    return (
        f"{one['mailbox']} {'changes' if done else 'may not change'} {next(iter(given))} of their copy of {tag_of(one)}"
    )


@deed
async def practifi_edits_copy(tale: Tale, chance: Random) -> str:
    """An invited person changes their own version in Practifi; it stays there until the host changes the same (I2)."""
    one = _copy(tale, chance, PRACTIFI)
    if one is None:
        return "nobody has a version to edit in Practifi"
    given = edit(tale, chance, one, PRACTIFI)
    if not change(tale, PRACTIFI, one, given):
        return f"{one['mailbox']} may not change their version of {tag_of(one)}"
    key = next(iter(given))
    if key != "show_as":
        tale.own.setdefault((one["mailbox"], tag_of(one)), set()).update(fields(given))
    return f"{one['mailbox']} changes {key} of their version of {tag_of(one)} in Practifi"


@deed
async def outlook_deletes_copy(tale: Tale, chance: Random) -> str:
    one = _copy(tale, chance, MICROSOFT)
    if one is None:
        return "nobody has a copy to delete in Outlook"
    tale.touch(tag_of(one), MICROSOFT)
    calendars.delete(tale.sides, MICROSOFT, one["mailbox"], one["id"], tale.at(MICROSOFT))
    tale.drop(one["mailbox"], tag_of(one))
    return f"{one['mailbox']} deletes their copy of {tag_of(one)} in Outlook"


@deed
async def practifi_deletes_copy(tale: Tale, chance: Random) -> str:
    """The copy in Outlook is left, and nothing brings the version back but a change by the host (X3)."""
    one = _copy(tale, chance, PRACTIFI)
    if one is None:
        return "nobody has a version to delete in Practifi"
    tale.touch(tag_of(one), PRACTIFI)
    calendars.delete(tale.sides, PRACTIFI, one["mailbox"], one["id"], tale.at(PRACTIFI))
    tale.left.add((one["mailbox"], tag_of(one)))
    tale.synced.discard((one["mailbox"], tag_of(one)))
    return f"{one['mailbox']} deletes their version of {tag_of(one)} in Practifi"


@deed
async def outsider_acts(tale: Tale, chance: Random) -> str:
    """A host whom nobody syncs changes a meeting, or calls it off (X3)."""
    one = _copy(tale, chance, MICROSOFT)
    if one is None or tale.made[tag_of(one)] != OUTSIDE:
        return "no client has invited anybody"
    tag, off = tag_of(one), chance.random() < 0.3
    given: Json = {"isCancelled": True} if off else {"subject": f"{tag} o{typed(chance)}"}
    tale.touch(tag, MICROSOFT)
    try:
        tale.sides.microsoft.change(one["mailbox"], one["id"], given, tale.at(MICROSOFT))
    except GraphRefused:
        return f"the host may not change {tag}"
    tale.own.get((one["mailbox"], tag), set()).difference_update(given)
    return f"the host {'calls off' if off else 'changes'} {tag}"
