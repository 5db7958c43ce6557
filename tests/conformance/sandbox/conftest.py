"""A small world and a whole firm, both in memory."""

from datetime import timedelta
from typing import Any

import pytest

from services.sandbox.firm import make_firm
from services.sandbox.people import People
from services.sandbox.wire import Request, Response
from services.sandbox.world import World
from tests.conformance.sandbox.worlds import START, Asking, Window, add_two, new_world, request, signed_in


@pytest.fixture
def world() -> World:
    return add_two(new_world())


@pytest.fixture
def ask(world: World) -> Asking:
    """Asks as a signed-in client of whichever side, a second later each time."""
    tokens = {side: signed_in(world, side) for side in ("microsoft", "practifi")}
    world.log.counts.clear()
    world.log.entries.clear()
    world.log.statuses.clear()
    clock = iter(START + timedelta(seconds=number) for number in range(1, 10_000))

    def asking(method: str, path: str, body: Any = None, **query: Any) -> Response:
        made = request(method, path, body, next(clock), **query)
        token = tokens["practifi" if path.startswith("/services/") else "microsoft"]
        return world.handle(Request(made.method, made.path, made.at, made.query, {**made.headers, **token}, made.body))

    return asking


@pytest.fixture(scope="session")
def firm() -> tuple[World, People]:
    """The firm of seed 7; tests only look at it."""
    world = new_world(7)
    return world, make_firm(world, 7, START)


@pytest.fixture(scope="session")
def window(firm: tuple[World, People]) -> Window:
    """What a mailbox of the firm shows from 30 days back to 24 months ahead."""
    microsoft = firm[0].sides.microsoft
    return lambda box: microsoft.events(box, START - timedelta(days=30), START + timedelta(days=730))
