"""How long a run waits for an org that asks to be left alone: the mailboxes shall not wait for it as well."""

import logging
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.clients.salesforce.opened import Opened
from services.clients.salesforce.row import Cursors
from services.kernel.errors import Transient
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, GivenUp
from services.kernel.scope import Scope
from services.salesforce_watcher.perform import ATTEMPTS, Hands
from services.salesforce_watcher.rows import ORG, LookRows, OrgUnread, ReadOrg
from services.sandbox.wire import Request, Response, answer
from tests.conformance.salesforce.conftest import SINCE, Place

LIMIT = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]


def busy(seconds: int) -> Callable[[Request], Response]:
    return lambda _: Response(503, headers={"Retry-After": str(seconds)})


def spent(_: Request) -> Response:
    return answer(403, LIMIT)


async def perform(place: Place, tries: int, body: Any = None) -> Answer:
    async def of(*_: Any) -> Opened:
        return Opened(place.org, place.shape)

    log = SimpleNamespace(warning=lambda *_, **__: logging.getLogger().warning("given up"))
    hands = Hands(SimpleNamespace(log=log), SimpleNamespace(of=of))  # type: ignore[arg-type]  # all that they ask of them
    order = Doing(1, Scope("firm"), "id", "run-1", "", tries, body or ReadOrg(Cursors(), SINCE))
    (found,) = await hands.perform("firm", ORG, [order])
    return found


@pytest.mark.parametrize(
    "spoil", [pytest.param(busy(3600), id="in an hour"), pytest.param(spent, id="no requests left")]
)
async def test_an_org_that_wants_to_be_left_alone_for_long_is_left_out_of_this_run(
    place: Place, spoil: Callable[[Request], Response]
) -> None:  # THR-03, O4
    place.spoil = spoil
    given_up = await perform(place, tries=0)
    assert isinstance(given_up, GivenUp)
    assert isinstance(given_up.answer, OrgUnread)
    assert (given_up.answer.heals, given_up.rest) == (True, timedelta(minutes=10))


async def test_for_less_than_that_a_run_waits(place: Place) -> None:  # THR-03, AUT-05
    place.spoil = busy(300)
    with pytest.raises(Transient):
        await perform(place, tries=0)
    place.later(minutes=5)
    assert isinstance(await perform(place, tries=ATTEMPTS - 1), GivenUp)


async def test_what_settles_is_looked_at_when_the_org_answers_again_and_keeps_no_read_from_being_tried(
    place: Place,
) -> None:
    """The oldest one in a lane comes first, and what the org asks for rests the whole lane."""
    looks = LookRows(("00U1",))
    place.spoil = lambda _: Response(503)
    with pytest.raises(Transient):
        await perform(place, tries=ATTEMPTS, body=looks)
    place.spoil = busy(300)
    assert await perform(place, tries=ATTEMPTS - 1, body=looks) is None
    place.later(minutes=5)
    place.spoil = spent
    assert await perform(place, tries=0, body=looks) is None
