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
    back to before that (ruling 6). So is one that is wider than that of the last read, although it may be over before
    the next one."""
    reader = draft.get("reader", Reader)
    if reader is None:
        draft.rows["reader"] = Reader(first=draft.policy)
    elif _wider(draft.privacy(), draft.privacy(reader.first) if reader.first is not None else reader.privacy):
        draft.rows["reader"] = replace(reader, first=draft.policy)


def wider(draft: Draft, before: Reader, read: OrgRead) -> Privacy | None:
    """The rules by which all that is read anew was read before, or what is read now may have been written, None where
    they have not changed. Whose own was narrower is known only now that everybody is paired (D11)."""
    if before.first is not None:
        rules = draft.privacy(before.first)
        return rules if rules != read.privacy else None
    return before.privacy if before.wider is None and before.privacy != read.privacy else before.wider


def _wider(one: Privacy, other: Privacy) -> bool:
    """Whether by one rule somebody's private events are told in full that by the other are not."""
    full, owners = PrivateEvents.FULL, {"", *one.narrower, *other.narrower}
    return any(one.of("", owner) is full and other.of("", owner) is not full for owner in owners)


def exposed(draft: Draft, row: Row) -> bool:
    """Whether what was written under a wider rule still stands under the blank of an Event. Keeps the answer."""
    key, rules = f"{PREFIX}{row.id}", draft.reader().wider
    was = draft.get(key, Exposed) is not None
    now = row.covers and (was or (rules is not None and rules.of(row.id, row.owner) is PrivateEvents.FULL))
    if was != now:
        draft.rows[key] = Exposed() if now else None
    return now
