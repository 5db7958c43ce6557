"""The copy that Exchange puts into an invited mailbox when a meeting was born in Practifi (ruling 18). It never becomes
an Event: Salesforce has its own child for that user. It is kept for one thing alone: the answer that its user gives in
Practifi goes out from there, as accept or decline, never as an edit of the attendee list (A6)."""

from msgspec.structs import replace

from contracts.calendar import Response, Side
from contracts.policy import Invitations
from contracts.write import Refused, Why, Write, Written
from services.reconciler import consent, say, trouble, when
from services.reconciler.answers import out
from services.reconciler.held import held_of
from services.reconciler.names import Uid
from services.reconciler.order import order, uncounted
from services.reconciler.rows import Held, Kind, Link, Pending, State, Trouble
from services.reconciler.work import Work

QUIET = "an answer given in Practifi would be mailed to the organizer, which the policy forbids (or it is past)"


def keep(work: Work, link: Link) -> None:
    """A copy is known to be one; if its user has answered in Practifi before it came, it answers now."""
    assert link.microsoft is not None
    key = f"uid/{link.microsoft.uid}~"
    link = work.keep(replace(link, born=Side.PRACTIFI, state=State.COPY))
    row = work.get(key, Uid)
    if row is not None:
        work.rows[key] = replace(row, copies=tuple(dict.fromkeys((*row.copies, link.id))))
        tell(work, link, row)


def tell(work: Work, link: Link, row: Uid) -> None:
    """What its user answered in Practifi, as last heard."""
    owner = work.owner(link.mailbox)
    for person, answer, _ in row.answers:
        if owner is not None and person == owner.user and answer is not Response.NONE:
            link = go_on(work, replace(link, answer=answer))


def seen(work: Work, link: Link, new: Held) -> Link:
    """The copy as it is now: nothing of it is merged with anything."""
    over = _may_be_declined(link, new) or _overruled(link, link.pending, new)
    link = replace(link, microsoft=replace(new, base=new.event, now=None))
    return _dropped(work, link) if over else go_on(work, link)


def _may_be_declined(link: Link, new: Held) -> bool:
    """Whether this stands in the place of a copy that went, perhaps by the very answer that is under way: then it is a
    new invitation, and is not declined by the old word."""
    assert link.microsoft is not None
    another = link.microsoft.id != new.id
    return another and link.pending is not None and link.answer is Response.DECLINED


def _overruled(link: Link, pending: Pending | None, new: Held) -> bool:
    """Whether its user has answered otherwise in Outlook meanwhile, which stands (C1). What an order of ours has left
    there is no such answer, nor is that a changed meeting has none yet."""
    assert link.microsoft is not None
    given = new.event.my_response
    if link.answer is None or given in {Response.NONE, link.answer, link.microsoft.event.my_response}:
        return False
    return pending is None or pending.answers != (("", given),)


def gone(work: Work, link: Link) -> None:
    """The copy is gone: declined, or called off. Its order may still be out, but no new invitation is answered by the
    same word."""
    assert link.microsoft is not None
    row = _row(work, link) if link.microsoft.gone else _over(work, link)
    if link.pending is not None:
        work.keep(replace(link, microsoft=replace(link.microsoft, gone=True), answer=None))
        return
    trouble.forgotten(work, link, *Trouble)
    if row is not None:
        copies, waiting = (tuple(one for one in some if one != link.id) for some in (row.copies, row.waiting))
        work.rows[f"uid/{link.microsoft.uid}~"] = replace(row, copies=copies, waiting=waiting)
    work.rows[f"link/{link.id}"] = None


def go_on(work: Work, link: Link) -> Link:
    """Give the answer, unless it stands there or is on its way."""
    work.keep(link)
    here, answer = link.microsoft, link.answer
    if here is None or here.gone or answer is None or link.pending is not None:
        return link
    if here.event.my_response is answer:
        return _dropped(work, link)
    if work.owner(link.mailbox) is None or not work.active:
        work.stop(link)
        return link
    if not work.policy_of(link.mailbox).direction.writes(Side.MICROSOFT):
        return _dropped(work, link)
    if work.policy.invitations is Invitations.NEVER or not when.future(here.event.when, work.now):
        say.blocked(work, link, Side.MICROSOFT, QUIET)
        return _dropped(work, link)

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.MICROSOFT, mailbox=link.mailbox, target=here.id, base=here.event,
            event=replace(here.event, my_response=answer), fields=("my_response",), generation=link.generation,
        )  # fmt: skip

    after = order(work, link, Side.MICROSOFT, Kind.UPDATE, write, fields=("my_response",))
    return work.keep(replace(out(after, (("", answer),)), state=State.COPY))


def settle(work: Work, link: Link, pending: Pending, outcome: Written | Refused) -> None:
    """What became of the answer: it was given, it waits, or it cannot be."""
    assert link.microsoft is not None
    if link.microsoft.gone or outcome.side is not Side.MICROSOFT:
        gone(work, link)
        return
    if outcome.item is not None:
        new = _found(link.microsoft, held_of(work, Side.MICROSOFT, outcome.item))
        over = _overruled(link, pending, new)
        link = replace(link, microsoft=new)
        link = _dropped(work, link) if over else link
    if isinstance(outcome, Written):
        say.done(work, link, pending, outcome)
        link = trouble.forgotten(work, consent.carried_out(link, outcome.side), *Trouble)
        link = _given(work, link, pending)
    elif outcome.why in {Why.STOPPED, Why.HELD}:
        work.keep(consent.put_off(work, uncounted(link), pending, outcome))
        return
    elif outcome.why is Why.GONE:
        gone(work, link)
        return
    elif outcome.why is not Why.MOVED_ON:
        say.failed(work, link, outcome)
        link = _dropped(work, link)
    go_on(work, link)


def _given(work: Work, link: Link, pending: Pending) -> Link:
    """The copy whose answer was given, unless its user has given another one since."""
    return _dropped(work, link) if pending.answers == (("", link.answer),) else link


def _dropped(work: Work, link: Link) -> Link:
    """The copy that has nothing more to answer."""
    _over(work, link)
    return work.keep(replace(link, answer=None))


def _over(work: Work, link: Link) -> Uid | None:
    """The meeting, of which this user's answer is dealt with: a new invitation is not answered by an old word."""
    row, owner = _row(work, link), work.owner(link.mailbox)
    if row is None or owner is None or link.microsoft is None:
        return row
    answers = tuple((one, Response.NONE if one == owner.user else given, at) for one, given, at in row.answers)
    row = replace(row, answers=answers)
    work.rows[f"uid/{link.microsoft.uid}~"] = row
    return row


def _row(work: Work, link: Link) -> Uid | None:
    """What is known of the meeting of a copy; nothing of what is left out since it is private."""
    return work.get(f"uid/{link.microsoft.uid}~", Uid) if link.microsoft is not None and link.microsoft.uid else None


def _found(old: Held, new: Held) -> Held:
    return replace(new, base=new.event, now=None, sequence=old.sequence, uid=new.uid or old.uid)
