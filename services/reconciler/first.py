"""An item that no link knows: a new event, half of a link that a lost store forgot (ruling 5), or none of ours. It
begins a link, or is kept without one; it never finds the other half."""

from contracts.calendar import Side
from contracts.observed import Item
from contracts.policy import PrivateEvents
from contracts.write import Cause
from services.reconciler import adopt, copies, idle, left, meeting, owners, prune, when, wish
from services.reconciler.buried import renewed
from services.reconciler.halves import attached
from services.reconciler.held import held_of, put
from services.reconciler.link import generation_of, gone_key, keys, name_of, stamp_of
from services.reconciler.names import Gone
from services.reconciler.rows import Held, Link
from services.reconciler.step import step
from services.reconciler.work import Work


def begun(work: Work, side: Side, item: Item, sequence: int, name: str) -> None:
    """Begin the link that an item names, or is to have; what is nobody's is left alone."""
    held, risen = idle.typed(work, side, item, held_of(work, side, item, sequence)), _risen(work, side, item)
    if stamp_of(item) == name:
        born = side if keys(side, item)[1] == f"link/{name}" else side.other
        last = generation_of(item) if side is Side.MICROSOFT else max(risen, renewed(work, name))
        link = put(Link(name, born, generation=last, owner=item.owner), side, held)
        adopt.note(work, link)
        step(work, attached(work, link, side, item, held))
    elif side is Side.MICROSOFT and (old := owners.left_behind(work, item, held)) is not None:
        meeting.own(work, item, stamp_of(item), side.other)
        step(work, old)
    elif work.owner(item.mailbox) is None:
        return
    else:
        cause = Cause.LOST if wish.untold(work.get, side, item.mailbox) else Cause.EDIT
        said = held.status  # what stands on it was said of the Event of which it is a copy
        link = put(Link(name, side, generation=risen, cause=cause, said=said), side, held)
        if side is Side.PRACTIFI:
            _born_in_practifi(work, link, item)
        else:
            _born_in_microsoft(work, link, item, held)


def _risen(work: Work, side: Side, item: Item) -> int:
    """A generation that no event of the item's link has had, where it comes from Practifi's recycle bin: ours may have
    gone in Microsoft when it was deleted, and what was made once is never made again (ruling 1). Else 0."""
    key = gone_key(side, name_of(item), item.slot)
    gone = work.get(key, Gone)
    work.rows |= {key: None} if gone is not None else {}
    return gone.sequence if gone is not None and side is Side.PRACTIFI else 0


def _born_in_practifi(work: Work, link: Link, item: Item) -> None:
    """Only what a person touches, and only what is still to come, goes out (D7, OUT-09)."""
    outward = work.policy_of(item.mailbox).direction.writes(Side.MICROSOFT)
    if not (outward and item.edited and when.future(item.event.when, work.now)):
        idle.keep(work, item)
        return
    step(work, link)


def _born_in_microsoft(work: Work, link: Link, item: Item, held: Held) -> None:
    policy = work.policy_of(item.mailbox)
    if policy.direction.writes(Side.PRACTIFI):
        left.replaced(work, item)
    skipped = item.redacted and policy.private_events is PrivateEvents.SKIP
    lost = link.cause is Cause.LOST  # Practifi may have its half, whatever goes there now (ruling 5)
    if skipped or not (lost or policy.direction.writes(Side.PRACTIFI)):
        _hosted(work, link, item)
        return
    match meeting.judge(work, item):
        case meeting.Copy.CHILD:
            copies.keep(work, link)
        case meeting.Copy.UNCLEAR:
            meeting.wait(work, link, item)
        case meeting.Copy.OWN:
            step(work, attached(work, link, Side.MICROSOFT, item, held))


def _hosted(work: Work, link: Link, item: Item) -> None:
    """Colleagues, for whom it is not left out, need to know whose meeting theirs is. It has no link with which that
    would be forgotten some day."""
    for copy in meeting.own(work, item, link.id, Side.MICROSOFT):
        step(work, copy)
    if (key := meeting.uid_key(item)) in work.rows:
        prune.note(work, key, 0)
