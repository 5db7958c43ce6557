"""The rule for private events has become stricter (P2). Readers tell anew what lies within the window, and by that its
text goes from Practifi. What is over for longer nobody tells, nor what lies ahead of a window that was wider once: it
goes when the rule is heard, because it is counted beforehand like all others (`calsync private`). Nothing else of what
is over is ever written (ruling 28). Nor does anybody tell what is in a mailbox that cannot be read, perhaps for good:
it goes when a run is over that had to do without."""

from collections.abc import Collection, Iterator

from contracts.observed import ReadDone
from contracts.policy import Policy, PolicyNow, PrivateEvents
from services.kernel.decision import State
from services.reconciler import blanked, exposed
from services.reconciler.around import loaded, of_link
from services.reconciler.listed import Exposure
from services.reconciler.rows import Link
from services.reconciler.step import step
from services.reconciler.work import Work

PREFIX = "private/"


def needs(state: State, policy: Policy, mailboxes: Collection[str] | None = None) -> Iterator[str]:
    """The private events whose text stands in Practifi, where somebody's may not: of these mailboxes, or of all."""
    if not _hides(policy):
        return
    yield PREFIX
    for key, row in state.under(PREFIX, Exposure).items() if state.known(PREFIX) else ():
        if mailboxes is None or row.mailbox in mailboxes:
            yield from of_link(state, key.removeprefix(PREFIX))


def unread(state: State, body: ReadDone) -> Iterator[str]:
    """The same of the mailboxes that could not be read in a run."""
    now, mailboxes = loaded(state, "policy", PolicyNow), (*body.closed, *body.failed)
    if now is not None and mailboxes:
        yield from needs(state, now.policy, mailboxes)


def obey(work: Work) -> None:
    """Take the text of what no reader tells from Practifi, and out of our memory."""
    for link in _links(work):
        if (new := blanked.obeyed(work, link)) is not link:
            step(work, new)


def closed(work: Work, body: ReadDone) -> None:
    """The same with what is in a mailbox that nobody could open. What has an order out has its turn with the next
    run."""
    mailboxes = (*body.closed, *body.failed)
    for link in _links(work, mailboxes) if mailboxes else ():
        if link.pending is None and exposed.untold(work, link):
            step(work, blanked.blank(link))


def _links(work: Work, mailboxes: Collection[str] | None = None) -> Iterator[Link]:
    for key, row in work.state.under(PREFIX, Exposure).items() if _hides(work.policy) else ():
        link = work.link(key.removeprefix(PREFIX)) if mailboxes is None or row.mailbox in mailboxes else None
        if link is not None and exposed.stands(link):
            yield link


def _hides(policy: Policy) -> bool:
    """Whether the policy hides anything of anybody."""
    rules = {policy.private_events, *(one.private_events for one in policy.narrower)}
    return not rules <= {None, PrivateEvents.FULL}
