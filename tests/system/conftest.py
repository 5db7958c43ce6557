"""The product at work, for every test that only looks or works in a corner of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.hearer import PATIENCE
from tests.system.product import QUICK, Product
from tests.system.small import small_firm

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for processes has the time for it, also where others compute meanwhile."""
    for item in items:
        if HERE in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(3 * PATIENCE))


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """`calsync up` with a small firm, after its first run."""
    with Product(tmp_path_factory.mktemp("product"), QUICK, small_firm) as running:
        running.first_run()
        yield running
