"""The product at work, for every test of a file that only looks or works in a corner of its own."""

from collections.abc import Iterator

import pytest

from tests.system.product import QUICK, Product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """`calsync up` with the sandbox's firm, after its first run."""
    with Product(tmp_path_factory.mktemp("product"), QUICK) as running:
        running.first_run()
        yield running
