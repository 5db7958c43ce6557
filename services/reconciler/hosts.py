"""Whether the host of a meeting may have an event of it that is not known yet, so that a copy in another mailbox waits
(rulings 18, 19): one who is synced, one who was until lately, and one whose mailbox nobody has read since a memory was
lost, here or in the shard that keeps it. Decides nothing about the copy."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from contracts.calendar import Instant, Side
from contracts.meeting import Own
from contracts.write import Cause
from services.kernel.decision import Effect, Say, State
from services.reconciler import wish
from services.reconciler.book import Address, Firm, Owner
from services.reconciler.lately import LATELY
from services.reconciler.rows import Kind, Link, Mark
from services.reconciler.wish import Unread
from services.reconciler.work import Work


class Userless(Struct, frozen=True):
    """The row `userless/<address>`: the mailbox of an address that has no user, the shard that keeps it, and `since`
    when it has none; None where nobody remembers another time."""

    mailbox: str
    shard: int = 0
    since: Instant | None = None


class Heard(Struct, frozen=True):
    """The row `heard/<shard>`: the mailboxes of another shard of which that cannot tell yet what they hold since its
    memory was lost, None for all of them; and the number of its message that said so."""

    unread: tuple[str, ...] | None
    number: int = 0


class Making(Struct, frozen=True, omit_defaults=True):
    """The row `making/<mailbox>/<link>`: since when an event is being made in a mailbox; None where that may have begun
    earlier."""

    since: Instant | None = None


def needs(state: State, address: str) -> Iterator[str]:
    """The rows about whoever hosts a meeting, of which a mailbox has a copy."""
    if not address:
        yield from ("making/", "heard/")
        return
    synced, userless = f"address/{address}", f"userless/{address}"
    yield from (synced, userless)
    if state.known(synced) and state.known(userless):
        place = state.get(synced, Address) or state.get(userless, Userless)
        yield from (f"heard/{place.shard}", f"making/{place.mailbox}/") if place is not None else ()


def may_host(work: Work, address: str, mailbox: str) -> bool:
    """Whether a meeting in a `mailbox`, of a host with this address, may be one of ours that is not known yet. The host
    of a private one is not told: it may be anybody for whom an event is being made, or of another shard; while a memory
    is being built anew, anybody."""
    if not address:
        return work.policy.shards > 1 or begun(work, "") or wish.untold(work.get, Side.MICROSOFT, mailbox)
    if work.get(f"address/{address}", Address) is not None:
        return True
    place = work.get(f"userless/{address}", Userless)
    return place is not None and (_ours(work, place, work.now) or wish.untold(work.get, Side.MICROSOFT, mailbox))


def begun(work: Work, address: str) -> bool:
    """Whether an event is being made for a host with this address, or for anybody where the host is not told. Whatever
    the policy is by now: the direction may have changed since that was ordered."""
    if not address:
        return bool(work.state.under("making/", Making))
    place = work.get(f"address/{address}", Address) or work.get(f"userless/{address}", Userless)
    return place is not None and bool(work.state.under(f"making/{place.mailbox}/", Making))


def unheard(work: Work, link: Link, came: Instant) -> bool:
    """Whether the host of a copy that waits since it `came` has not been heard although the time for that is over:
    where a memory was lost, not before it is whole again and the host's own mailbox was read. That of one without a
    user may never be: for it only waits what was there before."""
    if link.microsoft is not None and not link.microsoft.event.organizer:
        return _anybody(work, link, came)
    place, lost = _place(work, link), link.cause is Cause.LOST
    if not wish.known(work, Side.MICROSOFT, "") or (place is not None and _ours(work, place, came)):
        return True
    if place is None:
        return False
    there, heard = lost or isinstance(place, Address), work.get(f"heard/{place.shard}", Heard)
    if place.shard == work.shard:
        return there and wish.untold(work.get, Side.MICROSOFT, place.mailbox)
    if heard is None:
        return lost
    return heard.unread is None or (there and place.mailbox in heard.unread)


def _anybody(work: Work, link: Link, came: Instant) -> bool:
    """The same of a private copy, which does not tell its host: it may be anybody. Of mailboxes that cannot be read,
    which may stay so, only what was there before waits for all; and for what is being made no longer than LATELY, for
    one mailbox that is closed would hold up everybody's."""
    lost, lately = link.cause is Cause.LOST, work.now - came < LATELY
    making = lately and _begun(work.state.under("making/", Making).values(), came)
    if making or not wish.known(work, Side.MICROSOFT, ""):
        return True
    others = [work.get(f"heard/{shard}", Heard) for shard in range(work.policy.shards) if shard != work.shard]
    told = [one.unread for one in others if one is not None]
    left = _untold(work.get) or len(told) < len(others) or any(told)
    return None in told or (lost and bool(left))


def without(work: Work, old: Mapping[str, Owner], new: Mapping[str, Owner]) -> None:
    """Keep whose mailboxes have no user by the `new` pairing."""
    found = dict[str, Userless]()
    for key, owner in {**old, **new}.items():
        if key in new and new[key].user:
            continue
        for name in (f"userless/{address}" for address in owner.addresses):
            known = work.state.get(name, Userless)
            since = work.now if key in old and old[key].user else known.since if known is not None else None
            found[name] = Userless(key.partition("/")[2], owner.shard, since)
    before = work.state.under("userless/", Userless)
    work.rows |= dict.fromkeys(before.keys() - found.keys())
    work.rows |= {name: row for name, row in found.items() if before.get(name) != row}


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Keep the list of what is being made in a mailbox."""
    was, now = (_making(link) for link in (old, new))
    if was != now:
        begun = Making(None if new is not None and new.unsure else work.now)
        work.rows |= {f"making/{place}/{name}": row for place, row in ((was, None), (now, begun)) if place}


def _making(link: Link | None) -> str:
    """The mailbox in which an event is being made."""
    out = link.pending if link is not None else None
    return out.mailbox if out is not None and (out.kind, out.side) == (Kind.CREATE, Side.MICROSOFT) else ""


def hear(work: Work, shard: int, unread: tuple[str, ...] | None) -> None:
    """Another shard has told which of its mailboxes it cannot tell of, or has lost its memory."""
    known, number = work.get(f"heard/{shard}", Heard), work.message.number
    if known is None or known.number <= number:
        work.rows[f"heard/{shard}"] = Heard(unread, number)


def tell(work: Work, *shards: int) -> Iterator[Effect]:
    """Have these shards, or all others, know of which of our mailboxes we cannot tell what they hold; not before we
    know that, and which shard we are."""
    firm = work.get("firm", Firm)
    if firm is not None and _whole(work.get):
        own = Own((), firm.shard, _untold(work.get))
        others = (shard for shard in shards or range(work.policy.shards) if shard != firm.shard)
        yield from (Say("reconciler", own, shard) for shard in others)


def opened(work: Work) -> Iterator[Effect]:
    """More has been read of Microsoft than before: have the others know, if that is news."""
    if not (_whole(work.state.get) and _untold(work.state.get) == _untold(work.get)):
        yield from tell(work)


def _untold(get: wish.Gets) -> tuple[str, ...]:
    unread = get("unread", Unread)
    return unread.mailboxes if unread is not None and unread.lost else ()


def _whole(get: wish.Gets) -> bool:
    """Whether all was heard of Microsoft that can be."""
    return wish.of(get, Side.MICROSOFT) is None and get(f"read/{Side.MICROSOFT.value}", Mark) is not None


def _place(work: Work, link: Link) -> Address | Userless | None:
    """The mailbox of a copy's host, if it is one of the firm's."""
    here = link.microsoft
    if here is None or not here.event.organizer:
        return None
    key = here.event.organizer
    return work.get(f"address/{key}", Address) or work.get(f"userless/{key}", Userless)


def _ours(work: Work, place: Address | Userless, came: Instant) -> bool:
    """Whether we are making an event in this mailbox since before a copy `came`, or may be: of another shard's we do
    not know that, nor whether what was ordered for its user is made when that one is gone."""
    lately = isinstance(place, Userless) and place.since is not None and work.now - place.since < LATELY
    return lately or _begun(work.state.under(f"making/{place.mailbox}/", Making).values(), came)


def _begun(making: Iterable[Making], came: Instant) -> bool:
    """Whether one of these events may have been begun before."""
    return any(one.since is None or one.since <= came for one in making)
