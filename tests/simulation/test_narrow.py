"""The narrow level: calendars that were changed on both sides come to rest within a few rounds, alike (PRO-02)."""

from time import time

import pytest

from tests.simulation import narrow

FIXED, FRESH = 400, 200


@pytest.mark.parametrize("first", [pytest.param(0, id="told each time"), pytest.param(None, id="fresh")])
def test_calendars_that_were_changed_on_both_sides_come_to_rest_alike(first: int | None) -> None:
    begin, many = (0, FIXED) if first is not None else (int(time()) * 1000, FRESH)
    wrong = {seed: found for seed in range(begin, begin + many) if (found := narrow.case(seed))}
    assert not wrong
