"""Too much is gone at once: nothing follows until a person consents (X4, SAF-01, SAF-02, SAF-12)."""

from msgspec.structs import replace

from contracts.observed import ReadDone
from contracts.status import Problem
from services.graph_poller.rows import Place
from tests.decisions.graph_poller.mailbox import MIKE, POLICY, SERIES, Poller, gone, master, removed, single, thin

FEW = replace(POLICY, brake_minimum=3, brake_share=0.3)


def emptied(events: int = 10, lost: int = 4) -> Poller:
    """A mailbox in which so many events are proven gone at once."""
    poller = Poller(FEW)
    poller.reads(*(single(f"s{n}") for n in range(events)), fresh=True)
    empty(poller, lost)
    return poller


def empty(poller: Poller, lost: int = 4) -> list[str]:
    poller.reads(*(removed(f"s{n}") for n in range(lost)), cursor="c2")
    return gone(poller.proves(**{f"s{n}": None for n in range(lost)}))


def test_a_mailbox_that_loses_too_much_deletes_nothing_and_says_so() -> None:
    poller = emptied()
    assert poller.heard().vanished == ()
    place = poller.row(f"place/{MIKE}", Place)
    assert place is not None
    assert (place.cursor, place.size, place.braked) == ("c1", 10, 0)
    problem = poller.row(f"problem/{MIKE}", Problem)
    assert problem
    assert "4 of 10" in problem.what
    assert "resume" in problem.mend


def test_the_run_goes_on_without_it() -> None:
    poller = Poller(FEW)
    poller.reads(*(single(f"s{n}") for n in range(10)), fresh=True)
    poller.due(mailbox="mike@firm.example")
    poller.brings(*(removed(f"s{n}") for n in range(4)))
    poller.proves(**{f"s{n}": None for n in range(4)})
    assert [done.failed for done in poller.told(ReadDone)] == [(MIKE,)]


def test_a_few_deletions_pass() -> None:
    for events, lost in ((10, 2), (10, 3), (100, 30)):
        poller = Poller(FEW)
        poller.reads(*(single(f"s{n}") for n in range(events)), fresh=True)
        assert len(empty(poller, lost)) == lost, (events, lost)


def test_the_brake_holds_at_every_run_until_somebody_consents() -> None:
    poller = emptied()
    assert empty(poller) == []
    poller.govern(FEW, consents=1)
    assert empty(poller) == ["s0", "s1", "s2", "s3"]
    assert poller.row(f"problem/{MIKE}", Problem) is None


def test_a_consent_of_before_does_not_count() -> None:
    poller = Poller(FEW)
    poller.govern(FEW, consents=5)
    poller.reads(*(single(f"s{n}") for n in range(10)), fresh=True)
    assert empty(poller) == []


def test_a_consent_counts_once() -> None:
    poller = emptied()
    poller.govern(FEW, consents=1)
    empty(poller)
    poller.reads(*(single(f"s{n}") for n in range(10)), cursor="c3")
    assert empty(poller) == []


def test_what_the_series_itself_says_is_no_reason_to_stop() -> None:  # ruling 2
    days = [f"2026-03-{day}" for day in range(10, 20)]
    poller = Poller(FEW)
    poller.reads(master(), *map(thin, days), fresh=True)
    poller.reads(master(), thin(days[0]))
    assert len(gone(poller.proves(series=(thin(days[0]),)))) == 9


def test_a_whole_series_that_is_gone_counts_with_all_its_occurrences() -> None:
    poller = Poller(FEW)
    poller.reads(master(), *(thin(f"2026-03-{day}") for day in range(10, 20)), fresh=True)
    poller.reads(removed(SERIES))
    assert gone(poller.proves(REC=None)) == []
