"""The end of every look at a link: what is over is forgotten, and our word is put on the Practifi Event, if nothing
else is on its way there."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Write
from services.reconciler import consent, told, trouble, unheard
from services.reconciler.order import order
from services.reconciler.rows import Held, Kind, Link, Trouble
from services.reconciler.work import Work


def closed(work: Work, link: Link) -> Link:
    """The link as it is left."""
    out = link.pending.side if link.pending is not None else None
    link = told.composed(work, consent.at_rest(work, trouble.left(work, link, out)))
    if out is None and _may_speak(work, link) and told.unsaid(link) is not None:
        assert link.practifi is not None
        return _spoken(work, link, link.practifi)
    return link


def over(work: Work, link: Link) -> Link:
    """The link that has ended: nothing is wrong with it any more, nobody is told anything, and nothing that it
    said is left."""
    link = consent.own(replace(trouble.forgotten(work, link, *Trouble), brake=None))
    return replace(link, status="", said="", shown="", lost=(), teams=None, unsure=unheard.left(link))


def _may_speak(work: Work, link: Link) -> bool:
    """An Event whose Microsoft side is gone will go too; one that has none yet is left alone unless it is barred."""
    here, there = link.microsoft, link.practifi
    if there is None or there.gone or (here is not None and here.gone) or (here is None and not link.status):
        return False
    return work.policy_of(link.mailbox).direction.writes(Side.PRACTIFI)


def _spoken(work: Work, link: Link, there: Held) -> Link:
    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.PRACTIFI, mailbox=link.mailbox, event=there.event, fields=(),
            target=there.id, generation=link.generation, base=there.event, base_people=there.people,
        )  # fmt: skip

    return order(work, link, Side.PRACTIFI, Kind.STATUS, write)
