"""Which private Events may still say what they said when the rule for them was `full` (P1). By a stricter one a reader
shows a blank, and cannot tell whether such a text stands under it, which has to go, or what somebody has written there
since for themselves: a reconciler that has lost its memory is told it from here (P2, ruling 5). Never holds a word."""

from msgspec.structs import replace

from contracts.policy import PrivateEvents
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.row import Row
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.rows import Exposed, OrgRead, Reader

PREFIX = "exposed/"


def heard(draft: Draft) -> None:
    """A rule that is heard before anything was read is kept: Events may have been made by it, and our memory be put
    back to before that (ruling 6). Of one that is wider than those of the last read it is kept for whom that is so,
    because it may be over before the next one."""
    reader, now = draft.get("reader", Reader), draft.privacy()
    if reader is None or (reader.first is not None and _wider(now, draft.privacy(reader.first))):
        draft.rows["reader"] = replace(reader or Reader(), first=draft.policy)
    elif reader.first is None and _wider(now, known := reader.wider or reader.privacy):
        draft.rows["reader"] = replace(reader, wider=_either(now, known))


def wider(draft: Draft, before: Reader, read: OrgRead) -> Privacy | None:
    """The rules by which what is read may have been written, None where they have not changed. Whose own was narrower
    before anything was read is known only now that everybody is paired (D11)."""
    if before.first is not None:
        rules = draft.privacy(before.first)
        return rules if rules != read.privacy else None
    return before.privacy if before.wider is None and before.privacy != read.privacy else before.wider


def _wider(one: Privacy, other: Privacy) -> bool:
    """Whether by one rule somebody's private events are told in full that by the other are not."""
    return any(_full(one, owner) and not _full(other, owner) for owner in _owners(one, other))


def _either(one: Privacy, other: Privacy) -> Privacy:
    """The rules by which all is told in full that is so by one of these."""
    rules = {owner: (one if _full(one, owner) else other).of("", owner) for owner in _owners(one, other)}
    return Privacy(rules.pop(""), rules)


def _owners(*rules: Privacy) -> list[str]:
    """Who has a rule of their own, and "" for all others."""
    return sorted({"", *(owner for one in rules for owner in one.narrower)})


def _full(rules: Privacy, owner: str) -> bool:
    return rules.of("", owner) is PrivateEvents.FULL


def exposed(draft: Draft, row: Row) -> bool:
    """Whether what was written under a wider rule still stands under the blank of an Event. Keeps the answer."""
    key, rules = f"{PREFIX}{row.id}", draft.reader().wider
    was = draft.get(key, Exposed) is not None
    now = row.covers and (was or (rules is not None and rules.of(row.id, row.owner) is PrivateEvents.FULL))
    if was != now:
        draft.rows[key] = Exposed() if now else None
    return now
