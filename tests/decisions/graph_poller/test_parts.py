"""A round that is told in several messages, each of which is understood by itself: what belongs together stays so."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.observed import Observed
from services.graph_poller.tell import ITEMS, LONGEST
from tests.decisions.graph_poller.mailbox import POLICY, Poller, at, master, removed, single, thin

MANY = [single(f"s{number:03}", uid=f"u{number}") for number in range(2 * ITEMS)]
OLD, NEW = ("2026-03-10", "2026-03-17", "2026-03-24"), ("2026-03-11", "2026-03-18", "2026-03-25")


def told(poller: Poller) -> list[tuple[set[str], set[str]]]:
    """What came and what went with each message: the slots, or the ids."""
    return [
        ({item.slot or item.id for item in one.items}, {gone.slot or gone.id for gone in one.vanished})
        for one in poller.told(Observed, "reconciler")
    ]


def test_a_round_of_many_events_is_told_in_parts() -> None:
    poller = Poller()
    poller.reads(*MANY, fresh=True)
    assert [len(came) for came, _ in told(poller)] == [ITEMS, ITEMS]


def test_a_series_whose_dates_shift_is_told_whole_whatever_else_is_told() -> None:  # ruling 2, REC-17
    poller = Poller()
    poller.reads(*MANY, master(), *map(thin, OLD), fresh=True)
    poller.reads(*MANY, master(NEW[0]), *map(thin, NEW), fresh=True)
    poller.proves(series=tuple(map(thin, NEW)))
    assert next((came & set(NEW), went) for came, went in told(poller)) == (set(NEW), set(OLD))


def test_an_event_that_has_another_id_by_now_is_told_with_the_one_that_went() -> None:  # IDN-20
    poller = Poller()
    poller.reads(single("old"), *MANY, fresh=True)
    poller.reads(*MANY, removed("old"), single("new"), fresh=True)
    poller.proves(old=None)
    assert next(("new" in came, went) for came, went in told(poller)) == (True, {"old"})


def test_a_series_of_very_many_occurrences_is_told_in_parts_as_well() -> None:
    days = [(at("2026-03-10") + timedelta(days=day)).date().isoformat() for day in range(LONGEST + ITEMS)]
    poller = Poller(replace(POLICY, future_inbound_months=24))
    poller.reads(master(), *map(thin, days), fresh=True)
    assert [len(came) for came, _ in told(poller)] == [LONGEST, ITEMS]
