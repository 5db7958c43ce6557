from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kernel.driver import DirectDriver
from tests.conformance.graph.conftest import stage
from tests.conformance.graph.stage import Stage
from tests.conformance.kernel.town import town
from tests.conformance.salesforce.conftest import Place, opened, place
from tests.conformance.writer.desk import Desk

__all__ = ["opened", "place", "stage"]


@pytest.fixture
async def desk(tmp_path: Path, stage: Stage, place: Place) -> AsyncIterator[Desk]:
    async with town(tmp_path, DirectDriver) as one:
        yield Desk(tmp_path, one, stage, place)
