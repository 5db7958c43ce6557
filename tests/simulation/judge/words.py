"""Nobody's last word is lost, and whoever wished for a Teams meeting has one."""

from services.sandbox import calendars
from tests.simulation.judge.calendars import practifi
from tests.simulation.tale import MICROSOFT, PRACTIFI, Tale, tag_of


def last(tale: Tale) -> list[str]:
    """The last subject that somebody typed stands, or Microsoft's last one since both sides were last seen alike. Who
    deletes has no last word to lose."""
    shown = {key: one.subject for key, one in practifi(tale)}
    wrong = []
    for tag, words in tale.words.items():
        if tag in tale.far | tale.doubt | tale.idle | tale.series.keys() | _hidden(tale) or any(
            not word.text for word in words
        ):
            continue
        ours = [word.text for word in words if word.side == MICROSOFT and not word.heard]
        said = shown.get((tale.owner[tag], tag))
        if said not in {words[-1].text, *ours[-1:]} and tale.made[tag] in {MICROSOFT, PRACTIFI}:
            wrong.append(f"the last word on {tag} is lost: {words[-1].text!r}, shown {said!r}")
    return wrong if tale.policy.future_inbound_months > 1 else []


def settled(tale: Tale) -> None:
    """The subject that both sides show is the last word, whatever it has won over."""
    shown = {key: one.subject for key, one in practifi(tale)}
    for tag, words in tale.words.items():
        said = shown.get((tale.owner[tag], tag), "")
        if tag in tale.doubt | tale.series.keys() or not said.startswith(tag):
            continue
        if said != words[-1].text:
            tale.note(tag, MICROSOFT, said)
        for word in words:
            word.heard = True


def teams(tale: Tale) -> list[str]:
    """What was made as a Teams meeting in Practifi is one, and its link is there (T2)."""
    return [f"{tag} has no Teams link" for tag in sorted(unlinked(tale) - tale.doubt - tale.idle - tale.far)]


def unlinked(tale: Tale) -> set[str]:
    """What was made as a Teams meeting in Practifi, and shows no link there."""
    found = {tag_of(one): one for one in calendars.shown(tale.sides, {"side": PRACTIFI})}
    return {tag for tag in tale.wished & found.keys() if not found[tag]["Teams_URL__c"]}


def _hidden(tale: Tale) -> set[str]:
    rows = calendars.shown(tale.sides, {"side": MICROSOFT})
    return {tag_of(one) for one in rows if one["sensitivity"] == "private"}
