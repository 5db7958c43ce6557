"""Where a story plays: the firm's first policy, and how far the clocks of both sides are from ours. Half of all stories
play where nothing is special, so that what goes wrong there is plain to see."""

from datetime import timedelta
from random import Random

from msgspec.structs import replace

from contracts.policy import Invitations, Policy, PrivateEvents
from tests.simulation.deeds.people import LEFT_OUT
from tests.simulation.stage import PLAIN

SKEW = 240
"""Most seconds by which a side's clock is ahead of ours, or behind."""


def policy(number: int) -> Policy:
    """The policy that a number stands for; 0 is the plain one."""
    chance = Random(number)
    if number == 0 or chance.random() < 0.5:
        return PLAIN
    return replace(
        PLAIN,
        private_events=chance.choice((PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP, PrivateEvents.FULL)),
        invitations=chance.choice(
            (Invitations.ON_CREATE, Invitations.ON_CREATE, Invitations.ALWAYS, Invitations.NEVER)
        ),
        settle_seconds=chance.choice((0, 0, 60)),
        excluded_categories=chance.choice(((), (LEFT_OUT,))),
        shards=chance.choice((1, 1, 2)),
    )


def ahead(number: int) -> dict[str, timedelta]:
    """How far each side's clock is ahead of ours."""
    chance = Random(number + 1)
    skewed = number and chance.random() < 0.5
    return {side: timedelta(seconds=chance.randint(-SKEW, SKEW) if skewed else 0) for side in ("microsoft", "practifi")}
