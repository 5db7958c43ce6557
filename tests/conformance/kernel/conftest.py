import pytest

from services.kernel.driver import Connect
from tests.conformance.kernel.stores import DRIVERS


@pytest.fixture(params=DRIVERS)
def connect(request: pytest.FixtureRequest) -> Connect:
    return DRIVERS[request.param]
