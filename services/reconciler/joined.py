"""Somebody's mailbox is synced from now on, and there are events that invite them. Of what was born in Microsoft they
have an own version by now, and are no invitee of it (I2); of what was born in Practifi the shard that keeps their
mailbox has to know, or it would make a second Event of their copy (rulings 18, 19). Never makes anything."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from services.kernel.decision import State, Wake
from services.reconciler import meeting
from services.reconciler.around import of_link
from services.reconciler.book import Owner
from services.reconciler.listed import Invite
from services.reconciler.step import step
from services.reconciler.work import Work


class Joined(Struct, frozen=True):
    """Said to ourselves: the mailbox of this address is synced from now on."""

    address: str


def follow(work: Work, old: Iterable[Owner], new: Iterable[Owner]) -> None:
    """Look at the events that invite whoever is synced from now on, one address after another."""
    for address in sorted(_synced(new) - _synced(old)):
        work.effects.append(Wake(work.now, Joined(address), f"replace:joined/{address}"))


def needs(state: State, body: Joined) -> Iterator[str]:
    """The events that invite an address."""
    yield from (f"address/{body.address}", f"invites/{body.address}/")
    if state.known(f"invites/{body.address}/"):
        for key in state.under(f"invites/{body.address}/", Invite):
            yield from of_link(state, key.rpartition("/")[2])


def meet(work: Work, body: Joined) -> None:
    """They are shown in one way, and whoever keeps their copies is told."""
    for key in sorted(work.state.under(f"invites/{body.address}/", Invite)):
        link = work.link(key.rpartition("/")[2])
        if link is not None and link.microsoft is not None and not link.microsoft.gone:
            meeting.invited(work, link, body.address)
            step(work, link)


def _synced(owners: Iterable[Owner]) -> set[str]:
    return {address for owner in owners if owner.user for address in owner.addresses}
