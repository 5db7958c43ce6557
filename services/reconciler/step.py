"""What a link needs next: one order, an end, or nothing, as the table of its life says (`life.py`). It never orders
while an order is out, nor what the policy forbids."""

from collections.abc import Callable

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Erase
from services.kernel.decision import Wake
from services.reconciler import blanked, born, copies, dying, restore, teams, trouble
from services.reconciler.book import Owner
from services.reconciler.close import closed, over
from services.reconciler.guard import unsent
from services.reconciler.held import bare, put
from services.reconciler.life import ABSENT, Then, follows, presence
from services.reconciler.listed import Inherit
from services.reconciler.merge import advance
from services.reconciler.order import order
from services.reconciler.reach import TEXT
from services.reconciler.rows import Death, Held, Kind, Link, State
from services.reconciler.turn import put_back
from services.reconciler.update import update
from services.reconciler.work import Work

Deed = Callable[[Work, Link], Link]

_NO_MAIL = "deleted in Practifi, but it has guests in Microsoft and the policy forbids to mail them: delete it there"


def step(work: Work, link: Link) -> Link:
    """Decide what follows and keep the link."""
    link = work.keep(_alone(blanked.obeyed(work, link)))
    then = follows(work, link)
    if then in _WAITS:
        return _WAITS[then](work, link)
    trouble.looked(work, link)
    return work.keep(closed(work, _DEEDS[then](work, teams.looked(work, link))))


def _alone(link: Link) -> Link:
    """Of a private event that only one side has, what was there before it was hidden is remembered no more, whatever it
    waits for: there is nothing that it would have to be compared with (ruling 20). Where the other side's is gone, that
    it was hidden since is a change all the same."""
    for side in Side:
        held, other = link.on(side), link.on(side.other)
        if held is None or not held.redacted or link.pending is not None:
            continue
        if presence(other) in ABSENT:
            link = put(link, side, bare(held))
        elif other is not None and other.gone and not held.gone:
            link = put(link, side, advance(held, TEXT, held.event))
            link = put(link, side.other, replace(advance(other, TEXT, held.event), now=None))
    return link


def end(work: Work, link: Link) -> Link:
    """Nothing follows from this pair any more; what is left is a tombstone without text (X5)."""
    for side in Side:
        held = link.on(side)
        link = put(link, side, bare(held)) if held is not None else link
    return replace(over(work, link), state=State.ENDED)


def _nothing(work: Work, link: Link) -> Link:  # noqa: ARG001 - all deeds look alike
    return link


def _stopped(work: Work, link: Link) -> Link:
    work.stop(link)
    return link


def _go_on(work: Work, link: Link) -> Link:
    return step(work, replace(link, state=State.ACTIVE))


def _merge(work: Work, link: Link) -> Link:
    link = put_back(work, link)
    return update(work, link, _owner(work, link)) if link.pending is None and link.state is State.ACTIVE else link


def _make_in_practifi(work: Work, link: Link) -> Link:
    return born.in_practifi(work, link, _there(link.microsoft), _owner(work, link))


def _come_back(work: Work, link: Link) -> Link:
    lost = unsent(work, link)
    return born.in_practifi(work, link, _there(link.microsoft), _owner(work, link), conflicts=lost)


def _make_in_microsoft(work: Work, link: Link) -> Link:
    return born.in_microsoft(work, link, _there(link.practifi))


def _end_quietly(work: Work, link: Link) -> Link:
    return trouble.barred(work, end(work, link), _NO_MAIL)


def _erase_in_practifi(work: Work, link: Link) -> Link:
    return _erase(work, link, Side.PRACTIFI)


def _inherit(work: Work, link: Link) -> Link:
    work.effects.append(Wake(work.now, Inherit(link.id), f"replace:inherit/{link.id}"))
    return link


def _erase_old(work: Work, link: Link) -> Link:
    return _erase(work, link, Side.MICROSOFT)


def _erase_in_microsoft(work: Work, link: Link) -> Link:
    link = dying.asked(work, link)
    return _erase(work, link, Side.MICROSOFT) if link.death is Death.PASSED else link


def _erase(work: Work, link: Link, side: Side) -> Link:
    held = _there(link.on(side))

    def erase(name: str) -> Erase:
        return Erase(name, link.id, side, link.mailbox, held.id, held.event, held.people)

    return order(work, link, side, Kind.ERASE, erase)


def _there(held: Held | None) -> Held:
    assert held is not None
    return held


def _owner(work: Work, link: Link) -> Owner:
    owner = work.owner(link.mailbox)
    assert owner is not None
    return owner


_WAITS: dict[Then, Deed] = {
    Then.OUTCOME: _nothing,
    Then.POLICY: _stopped,
    Then.LEAVE: _nothing,
    Then.GO_ON: _go_on,
    Then.ORGANIZER: _nothing,
    Then.ANSWER: copies.go_on,
    Then.REVIVE: restore.go_on,
    Then.INHERIT: _inherit,
    Then.NOTHING: _nothing,
}
"""What follows without a look at what is wrong with it."""

_DEEDS: dict[Then, Deed] = {
    Then.MERGE: _merge,
    Then.MAKE_IN_PRACTIFI: _make_in_practifi,
    Then.MAKE_IN_MICROSOFT: _make_in_microsoft,
    Then.OTHER_HALF: born.half,
    Then.COME_BACK: _come_back,
    Then.ERASE_IN_PRACTIFI: _erase_in_practifi,
    Then.ERASE_IN_MICROSOFT: _erase_in_microsoft,
    Then.ERASE_OLD: _erase_old,
    Then.END: end,
    Then.END_QUIETLY: _end_quietly,
}
