from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kernel.driver import Connect
from tests.conformance.kernel.stores import DRIVERS
from tests.conformance.kernel.town import Town
from tests.conformance.kernel.town import town as open_town


@pytest.fixture(params=DRIVERS)
def connect(request: pytest.FixtureRequest) -> Connect:
    return DRIVERS[request.param]


@pytest.fixture
async def town(tmp_path: Path, connect: Connect) -> AsyncIterator[Town]:
    async with open_town(tmp_path, connect) as one:
        yield one
