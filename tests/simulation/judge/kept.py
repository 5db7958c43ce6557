"""Nothing goes that nobody has deleted, and nothing comes that nobody has asked for, whatever the policy lets stand."""

from services.sandbox import calendars
from tests.simulation.tale import MICROSOFT, PRACTIFI, SYNCED, Tale, tag_of


def untouched(tale: Tale) -> list[str]:
    """What was in Practifi before the first run, and nobody has touched since, is not sent (D7)."""
    found = {tag_of(one) for who in SYNCED for one in calendars.shown(tale.sides, {"side": MICROSOFT, "mailbox": who})}
    return [f"{tag} was sent although nobody touched it" for tag in sorted(found & tale.idle)]


def far(tale: Tale) -> list[str]:
    """What left the window is still there on both sides, unless a person has deleted it."""
    kept = {tale.tag_in_practifi(one) for one in calendars.shown(tale.sides, {"side": PRACTIFI})}
    lost = tale.seen_far() - kept - _deleted(tale) - tale.hidden.keys() - tale.doubt
    gone = tale.far - {tag for _, tag in _organized(tale)} - _deleted(tale)
    return [f"{tag} left the window and was deleted in Practifi" for tag in sorted(lost)] + [
        f"{tag} left the window and was deleted in Outlook" for tag in sorted(gone)
    ]


def lost(tale: Tale) -> list[str]:
    """What was made on a side is still there, though in doubt, unless somebody has deleted it, on either. A private
    Event that was made anew shows no tag."""
    here = _organized(tale)
    there = {tale.tag_in_practifi(one) for one in calendars.shown(tale.sides, {"side": PRACTIFI})}
    gone = []
    for tag in tale.made.keys() - _deleted(tale):
        if tale.made[tag] == MICROSOFT and (tale.owner[tag], tag) not in here:
            gone.append(f"{tag} is lost in Outlook, where it was made")
        if tale.made[tag] == PRACTIFI and tag not in there | tale.veiled:
            gone.append(f"{tag} is lost in Practifi, where it was made")
    return sorted(gone)


def _organized(tale: Tale) -> set[tuple[str, str]]:
    """What people have in Outlook of their own, whenever it is, by person and tag."""
    found = calendars.shown(tale.sides, {"side": MICROSOFT})
    return {(one["mailbox"], tag_of(one)) for one in found if one["isOrganizer"] and not one["isCancelled"]}


def _deleted(tale: Tale) -> set[str]:
    return {tag for tag, words in tale.words.items() if any(not word.field for word in words)}
