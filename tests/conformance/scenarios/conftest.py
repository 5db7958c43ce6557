from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.conformance.scenarios.stage import Stage, stage

Scene = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Opens a scenario: `async with scene("2021-09-22T00:00", (MIKE, JOHN)) as it`."""
    return partial(stage, tmp_path)
