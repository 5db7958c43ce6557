"""A conflict turned round (C3): the losing value is put back as if a person had just entered it on the side that lost.
From there it travels like any edit, and where that would mail somebody it waits for consent (ruling 16). What has been
typed there since is newer, and stands."""

from typing import Any

from msgspec.structs import replace

from contracts.write import Cause, Write
from services.reconciler import say
from services.reconciler.listed import Contested
from services.reconciler.merge import changed, same
from services.reconciler.order import order
from services.reconciler.rows import Held, Kind, Link, Trouble
from services.reconciler.work import Work

_ONE_WAY = "the losing value cannot be put back: the policy's direction does not write to {}"


def wish(work: Work, name: str) -> Link | None:
    """A person wants the losing value of a conflict back: its link with the wish, None for what is not kept."""
    row = work.get(f"conflict/{name}", Contested)
    link = work.link(row.about.link) if row is not None else None
    if row is None or link is None:
        return None
    refused = tuple(side for side in link.refused if side is not row.winner.other)
    return replace(link, turn=tuple(dict.fromkeys((*link.turn, name))), refused=refused)


def put_back(work: Work, link: Link) -> Link:
    """The link with an order for the first value that is wanted back, unless that waits; without the wishes that came
    to nothing. Both sides must be there."""
    while link.turn and link.pending is None:
        row = work.get(f"conflict/{link.turn[0]}", Contested)
        link = _ordered(work, link, row) if row is not None else link
        if row is not None and _waits(work, link, row):
            return link
        if link.pending is None:
            link = replace(link, turn=link.turn[1:])
    return link


def _waits(work: Work, link: Link, row: Contested) -> bool:
    """Whether it will be tried again: with consent, or, where nobody can wish for it again, when a refusal is over."""
    kinds = {kind for kind, _ in work.standing.get(link.id, ())}
    return Trouble.HELD in kinds or (row.inherited and Trouble.REFUSED in kinds)


def turned(work: Work, link: Link) -> Link:
    """The first value is back: what follows is left to the merge. Where the event went on one side meanwhile, nobody
    wants it back any more."""
    for name in link.turn[:1]:
        row = work.get(f"conflict/{name}", Contested)
        if row is not None:
            work.rows[f"conflict/{name}"] = replace(row, turned=True)
    return replace(link, turn=link.turn[1:])


def _ordered(work: Work, link: Link, row: Contested) -> Link:
    side = row.winner.other
    held = link.on(side)
    assert held is not None
    value: Any = getattr(row.on(side), row.field)
    if held.redacted:
        return link
    if same(row.field, value, getattr(held.event, row.field)):
        return _standing(work, link, row, held)
    if row.field in changed(held) and not _inherited(row, held):
        return link  # nobody has carried over yet what was typed there last
    if not work.policy_of(link.mailbox).direction.writes(side):
        say.blocked(work, link, side, _ONE_WAY.format(side.value.capitalize()))
        return link
    fields, event = (row.field,), replace(held.event, **{row.field: value})

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=side, mailbox=link.mailbox, event=event, fields=fields, target=held.id,
            generation=link.generation, base=held.event, base_people=held.people, cause=Cause.TURNED,
        )  # fmt: skip

    return order(work, replace(link, cause=Cause.TURNED), side, Kind.TURN, write, fields=fields)


def _standing(work: Work, link: Link, row: Contested, held: Held) -> Link:
    """The link whose value stands there already: by an order of ours of which nobody heard, if it is not carried over
    yet (ruling 9). That goes on as if it had been heard."""
    if row.field not in changed(held):
        return link
    work.rows[f"conflict/{link.turn[0]}"] = replace(row, turned=True)
    return replace(link, cause=Cause.TURNED)


def _inherited(row: Contested, held: Held) -> bool:
    """Whether what stands there has come from the old event as well, which has said something newer since."""
    before: Any = getattr(row.before, row.field) if row.before is not None else None
    return row.before is not None and same(row.field, before, getattr(held.event, row.field))
