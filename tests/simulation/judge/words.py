"""Nobody's last word is lost, and whoever wished for a Teams meeting has one."""

from services.sandbox import calendars
from tests.simulation.judge.calendars import there
from tests.simulation.said import Said, said
from tests.simulation.tale import MICROSOFT, PRACTIFI, Tale, Word, tag_of


def last(tale: Tale) -> list[str]:
    """What somebody typed last into a field stands, as `_may` says. Who deletes has no last word to lose."""
    shown = {(who, tag): said(one) for who, tag, one in there(tale)}
    wrong = []
    for tag in tale.words.keys() - tale.far - tale.doubt - tale.idle - tale.series.keys() - _hidden(tale):
        for field, words in _by_field(tale, tag).items():
            has = getattr(shown.get((tale.owner[tag], tag)), field, None)
            if has not in _may(words):
                wrong.append(f"the last word on {field} of {tag} is lost: {words[-1].text!r}, shown {has!r}")
    return sorted(wrong) if tale.policy.future_inbound_months > 1 else []


def _by_field(tale: Tale, tag: str) -> dict[str, list[Word]]:
    """What was typed into each field of an event that nobody has deleted."""
    words = tale.words[tag]
    if not all(word.field for word in words):
        return {}
    found = {field: [word for word in words if word.field == field] for field in Said._fields}
    return {field: some for field, some in found.items() if some}


def _may(words: list[Word]) -> set[object]:
    """What may stand in a field: what was typed last, or what was typed last in Microsoft since both sides were last
    seen alike, which wins a conflict (C1). What had been typed before says nothing new: what was typed last on the
    other side may stand as well."""
    last = words[-1]
    fresh = {word.side: word.text for word in words if not word.heard}
    again = any(word.text == last.text for word in words[:-1])
    return {last.text, *fresh.values()} if again or last.side == PRACTIFI else {last.text}


def settled(tale: Tale) -> None:
    """What both sides show is the last word, whatever it has won over."""
    shown = {(who, tag): said(one) for who, tag, one in there(tale)}
    for tag, words in tale.words.items():
        stands = shown.get((tale.owner[tag], tag))
        if tag in tale.doubt | tale.series.keys() or not stands or not stands.subject.startswith(tag):
            continue
        tale.note(tag, MICROSOFT, stands)
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
