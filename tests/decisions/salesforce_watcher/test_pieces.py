"""A long read comes in pieces: each is said at once, and the run ends with the last of them (M6, SFD-12)."""

from contracts.observed import Observed, ReadDone
from contracts.person import People, Person
from contracts.policy import Direction, Policy
from services.clients.salesforce.row import Place
from services.salesforce_watcher.rows import OrgUnread
from tests.decisions.salesforce_watcher.org import TWO_WAY, Watcher, row

HALF = {"contacts": Place("2026-03-02T08:00:00Z", "2026-03-01T00:00:00Z", "003-2000")}


def test_each_piece_is_said_before_the_next_is_read() -> None:
    watcher = Watcher()
    watcher.reads(going=HALF, people=(Person("003-1"),))
    assert [one.people[0].id for one in watcher.told(People)] == ["003-1"]
    assert watcher.order
    assert watcher.order.going == HALF
    assert watcher.done() == []
    watcher.hears(people=(Person("003-2"),))
    assert [one.people[0].id for one in watcher.told(People)] == ["003-2"]
    assert len(watcher.done()) == 1
    assert watcher.order is None


def test_the_end_of_a_run_counts_the_messages_of_all_its_pieces() -> None:
    watcher = Watcher(Policy(enabled=True, direction=Direction.TWO_WAY, shards=2))
    watcher.reads()
    watcher.reads(*(row(f"00U{n}") for n in range(150)), going={"events": Place("b", "s", "00U150")})
    watcher.hears(*(row(f"00V{n}") for n in range(50)))
    done = {shard: watcher.told(ReadDone, "reconciler", shard)[0].messages for shard in (0, 1)}
    assert sorted(done.values()) == [0, 3]
    assert {one.run for one in watcher.told(Observed)} == {"run-2"}


def test_a_run_that_comes_during_a_read_gets_a_read_of_its_own() -> None:  # D5
    watcher = Watcher()
    watcher.reads()
    watcher.due()
    assert watcher.due() == [], "one at a time"
    watcher.hears(row("00U1"))
    assert ([one.run for one in watcher.told(Observed)], [done.run for done in watcher.done()]) == (
        ["run-2"],
        ["run-2"],
    )
    assert watcher.order, "the edit that somebody wants synced now may have come after the first"
    watcher.hears(row("00U1", "b"))
    assert ([one.run for one in watcher.told(Observed)], [done.run for done in watcher.done()]) == (
        ["run-3"],
        ["run-3"],
    )
    assert watcher.order is None


def test_runs_that_wait_for_the_next_read_end_when_the_firm_is_paused_meanwhile() -> None:  # D2
    watcher = Watcher()
    watcher.reads()
    watcher.due()
    watcher.due()
    watcher.govern(TWO_WAY, active=False)
    watcher.hears(row())
    assert [(done.run, done.failed) for done in watcher.done()] == [("run-2", ()), ("run-3", ("stopped",))]
    assert watcher.order is None


def test_a_run_that_comes_during_a_long_read_does_not_begin_it_anew() -> None:  # SFD-12
    watcher = Watcher()
    watcher.reads(going=HALF)
    watcher.due()
    assert watcher.order
    assert watcher.order.going == HALF


def test_a_read_that_breaks_off_ends_its_run_and_the_next_begins_where_the_last_whole_one_ended() -> None:  # SFD-12
    watcher = Watcher()
    watcher.reads()
    ended = watcher.salesforce.isoformat()
    watcher.later(minutes=15)
    watcher.reads(going={})
    watcher.later(minutes=15)
    watcher.due()
    watcher.hear(OrgUnread("", "throttled", heals=True))
    assert [done.failed for done in watcher.done()] == [("org",)]
    watcher.order = None
    (order,) = watcher.due()
    assert order.going == {}
    assert order.cursors.events > ended


def test_a_row_that_another_shape_of_the_org_brings_again_is_news() -> None:  # F2
    watcher = Watcher()
    watcher.reads(row(), shape="one")
    assert watcher.reads(row(), shape="one") == []
    assert [item.id for item in watcher.reads(row(), shape="other")] == ["00U1"]


def test_what_was_said_within_the_look_back_is_no_news_however_many_pieces_it_came_in() -> None:  # SFD-02
    watcher = Watcher()
    watcher.reads()
    pieces = [[row(f"00U{piece}{n}") for n in range(3)] for piece in range(3)]
    for expected in (3, 0, 0):
        for piece in pieces[:-1]:
            assert len(watcher.reads(*piece, going={"events": Place("b", "s", piece[-1].id)})) == expected
        assert len(watcher.reads(*pieces[-1])) == expected
    assert [item.id for item in watcher.reads(row("00U00", "b"), row("00U11"))] == ["00U00"]
