"""The brake toward Microsoft (X4, ruling 30). When a round of the org is complete, each mailbox in which people deleted
something is judged: if too much of it is gone, or a whole series (REC-68), nothing of that goes to Microsoft before an
administrator consents. It never keeps an org from being read."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from services.kernel.decision import Wake
from services.reconciler import series, sizes, when
from services.reconciler.dying import held
from services.reconciler.rows import Death, Link, Mark, Runs
from services.reconciler.sizes import Size
from services.reconciler.step import step
from services.reconciler.work import Work

_UNTIL = "it stays in Microsoft until an administrator consents with `calsync resume`"
MANY = f"deleted in Practifi together with many others of its mailbox: {_UNTIL}"
WHOLE = f"its whole series was deleted in Practifi: {_UNTIL}"


class Judge(Struct, frozen=True):
    """Said to ourselves: a round of the org is complete; judge what it deleted in one mailbox. `newest` is the last
    sequence that belongs to the round, `epoch` as in Pending."""

    mailbox: str
    newest: int
    epoch: int


def ask(work: Work) -> None:
    """A round of the org is complete: every mailbox in which something waits for that is judged, each in a decision of
    its own, so that an org that lost everything is never in memory at once."""
    runs = work.get("runs", Runs) or Runs()
    for mailbox, size in sizes.under(work).items():
        if size.dying > size.held:
            body = Judge(mailbox, runs.newest, work.epoch)
            work.effects.append(Wake(work.now, body, f"judge/{mailbox}"))
            work.out += 1


def judge(work: Work, body: Judge) -> None:
    """Pass on the deletions of a mailbox, or hold them."""
    work.out -= 1 if body.epoch == work.epoch else 0
    links = list(_waiting(work, body))
    if _too_many(work, body.mailbox, len(links)):
        reasons = {link.id: MANY for link in links}
    else:
        reasons = {link.id: WHOLE for link in _whole(work, links)}
    for link in links:
        reason = reasons.get(link.id, "")
        if reason:
            work.keep(held(work, link, reason))
        else:
            step(work, replace(link, death=Death.PASSED))


def _waiting(work: Work, body: Judge) -> Iterator[Link]:
    """What the round, or one before it, has deleted and nobody has judged."""
    for key in work.state.under(f"dying/{body.mailbox}/", Mark):
        link = work.link(key.rpartition("/")[2])
        if link is None or link.practifi is None or not sizes.dies(link) or link.death is Death.HELD:
            continue
        if link.practifi.sequence <= body.newest:
            yield link


def _too_many(work: Work, mailbox: str, fresh: int) -> bool:
    """Whether at least `brake_minimum` and more than `brake_share` of the pairs of a mailbox would go (ruling 30). What
    is held counts: a brake that stands is not worn down by a little more each round."""
    size, policy = work.get(f"size/{mailbox}", Size) or Size(), work.policy
    gone = fresh + size.held
    return gone >= policy.brake_minimum and gone > policy.brake_share * (size.living + size.dying)


def _whole(work: Work, links: list[Link]) -> Iterator[Link]:
    """Those that were all that was still to come of their series; one occurrence alone may go (REC-67)."""
    for (mailbox, master), gone in series.together(links).items():
        if not any(_coming(work, one) for one in series.all_of(work, mailbox, master)):
            yield from gone


def _coming(work: Work, link: Link) -> bool:
    return sizes.lives(link) and link.microsoft is not None and when.future(link.microsoft.event.when, work.now)
