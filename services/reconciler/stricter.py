"""The rule for private events has become stricter (P2). Readers tell anew what lies within the window, and by that its
text goes from Practifi. What is over for longer nobody tells: it goes when the rule is heard, because it is counted
beforehand like all others (`calsync private`). Nothing else of what is over is ever written (ruling 28)."""

from collections.abc import Iterator

from contracts.policy import Policy, PrivateEvents
from services.kernel.decision import State
from services.reconciler import blanked
from services.reconciler.around import of_link
from services.reconciler.listed import Exposure
from services.reconciler.step import step
from services.reconciler.work import Work

PREFIX = "private/"


def needs(state: State, policy: Policy) -> Iterator[str]:
    """The private events whose text stands in Practifi, where somebody's may not."""
    if not _hides(policy):
        return
    yield PREFIX
    for key in state.under(PREFIX, Exposure) if state.known(PREFIX) else ():
        yield from of_link(state, key.removeprefix(PREFIX))


def obey(work: Work) -> None:
    """Take the text of what is over from Practifi, and out of our memory."""
    for key in work.state.under(PREFIX, Exposure) if _hides(work.policy) else ():
        link = work.link(key.removeprefix(PREFIX))
        if link is not None and (new := blanked.obeyed(work, link)) is not link:
            step(work, new)


def _hides(policy: Policy) -> bool:
    """Whether the policy hides anything of anybody."""
    rules = {policy.private_events, *(one.private_events for one in policy.narrower)}
    return not rules <= {None, PrivateEvents.FULL}
