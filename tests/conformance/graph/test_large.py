"""Large series: nothing is cut off, and what they cost grows with pages, not with occurrences (REC)."""

from datetime import UTC, date, datetime, timedelta

from contracts.policy import Policy
from tests.conformance.graph.reader import Reader
from tests.conformance.graph.stage import Stage

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WIDE = Policy(enabled=True, past_inbound_days=365, future_inbound_months=24)


def requests(stage: Stage) -> int:
    """Requests into mailboxes since the last look."""
    number = len(stage.calls("/users/"))
    stage.asked.clear()
    return number


async def test_hundreds_of_occurrences_all_come(stage: Stage) -> None:  # REC-43
    it = Reader(stage, NOW, WIDE)
    it.series("Standup", "2026-03-03", "2028-02-25")
    await it.run()
    assert len(it.there) == 725
    assert requests(stage) <= 725 / 200 + 2


async def test_an_endless_series_is_as_long_as_the_window(stage: Stage) -> None:  # REC-41, R4
    it = Reader(stage, NOW, WIDE)
    it.series("Standup", "2020-01-01")
    await it.run()
    assert len(it.there) == 365 + 731, "and 2028 is a leap year"
    assert requests(stage) <= (365 + 731 + 56) / 200 + 2


async def test_thousands_of_exceptions_cost_no_request_each(stage: Stage) -> None:  # REC-42
    it = Reader(stage, NOW, WIDE)
    masters = [it.series("Standup", "2026-03-03", "2028-02-25") for _ in range(3)]
    edited = 0
    for master in masters:
        for item in range(725):
            it.change(it.occurrence(master, _day(item)), subject=f"Edited {item}")
            edited += 1
    await it.run()
    assert len({item.event.subject for item in it.there.values()}) == 725
    assert (edited, len(it.there)) == (2175, 2175)
    assert requests(stage) <= 2175 / 200 + 2
    await it.run()
    assert requests(stage) == 1


def _day(number: int) -> str:
    return (date(2026, 3, 3) + timedelta(days=number)).isoformat()
