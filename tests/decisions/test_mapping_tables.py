"""The two tables by which an event goes from one side to the other: every field of it has its row in each, which says
what is lost on the way (F1)."""

from typing import Any

import pytest

from contracts.calendar import FIELDS
from services.clients.graph import mapping as microsoft
from services.clients.salesforce import mapping as practifi


@pytest.mark.parametrize("table", [microsoft.RULES, practifi.RULES], ids=["microsoft", "practifi"])
def test_every_field_has_its_row_and_says_what_is_lost(table: tuple[Any, ...]) -> None:  # F1
    assert sorted(rule.field for rule in table) == sorted(FIELDS)
    assert [rule.field for rule in table if not rule.lost.strip()] == []
