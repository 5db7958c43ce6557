"""In which order the tests begin, and which of them stay together, when several workers share them (`make test`); and
that no property fails because they do."""

from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # it publishes no types

settings.register_profile("calsync", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("calsync")

FIRST = ("tests/system/", "tests/simulation/")
"""What starts processes or plays long stories begins first. It mostly waits: for leases, for a broker, for rest; what
only computes fills these gaps, and no long test is left for the end, when the other workers have nothing to do."""
TOGETHER = {
    "tests/system/test_edits.py": "product",
    "tests/system/test_mistakes.py::test_a_malformed": "product",
    "tests/system/test_pollers.py": "pollers",
    "tests/system/test_privacy.py": "product",
    "tests/system/test_questions.py": "questions",
    "tests/system/test_sandbox.py": "sandbox",
    "tests/system/test_until_idle.py": "until idle",
}
"""How tests begin that share processes: each worker that gets one of them would start them anew."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Each test goes where there is room, those that share something to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for begin, group in TOGETHER.items() if nodeid.startswith(begin)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Asked by the process that shares the tests out."""
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by their folders, those of FIRST before the others."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    return next((turn for turn, folder in enumerate(FIRST) if item.nodeid.startswith(folder)), len(FIRST))
