"""The life of a link is one table, and what is done follows from it."""

from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from contracts.calendar import Sensitivity, ShowAs, Side
from contracts.observed import Vanished
from contracts.write import Erase
from services.reconciler import step
from services.reconciler.life import ROWS, Presence, Row, Then, picture, presence
from services.reconciler.rows import Held, Look, State
from tests.decisions.reconciler.shard import MICROSOFT, MIKE, PRACTIFI, STANDUP, TWO_WAY, Shard, here, there

README = Path(__file__).parents[3] / "README.md"


def test_the_picture_in_the_readme_is_the_table() -> None:
    text = README.read_text(encoding="utf-8").partition("<!-- life -->")[2].partition("<!-- /life -->")[0]
    assert text.strip() == f"```text\n{picture()}\n```", "renew it with `python -m services.reconciler.life`"


@pytest.mark.parametrize("state", State)
def test_whatever_becomes_of_a_link_the_table_says_what_follows(state: State) -> None:
    for one, other in product(Presence, repeat=2):
        fit = [row for row in ROWS if row.state is state and one in row.microsoft and other in row.practifi]
        assert fit, (one, other)
        assert fit[-1].given is None, (one, other)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.state}: {row.then}")
def test_no_row_is_hidden_by_the_rows_before_it(row: Row) -> None:
    before = [one for one in ROWS[: ROWS.index(row)] if one.state is row.state and one.given in {None, row.given}]
    combined = set(product(row.microsoft, row.practifi))
    assert combined - {two for one in before for two in product(one.microsoft, one.practifi)}


def test_everything_that_may_follow_is_in_the_table_and_has_one_deed() -> None:
    deeds = [*step._WAITS, *step._DEEDS]
    assert sorted(deeds) == sorted(Then) == sorted({row.then for row in ROWS})


@pytest.mark.parametrize(
    ("held", "how"),
    [
        (None, Presence.NEVER),
        (Held("m1", base=STANDUP), Presence.THERE),
        (Held("m1", base=STANDUP, gone=True), Presence.GONE),
        (Held("m1", gone=True), Presence.DONE),
    ],
)
def test_how_a_link_stands_on_a_side(held: Held | None, how: Presence) -> None:
    assert presence(held) is how


def parked() -> tuple[Shard, str]:
    """A pair that was written too often within the hour."""
    shard = Shard(replace(TWO_WAY, park_after_writes_per_hour=1))
    name = shard.paired()
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    assert shard.link(name).state is State.PARKED
    return shard, name


@pytest.mark.parametrize("side", Side)
def test_what_is_deleted_while_it_is_parked_is_deleted_on_the_other_side_when_its_hour_is_over(side: Side) -> None:
    shard, name = parked()  # C4, X1
    shard.see(here(mark="m-c"))  # as it was: nothing is left that Practifi has not got
    shard.see(Vanished("m1" if side is MICROSOFT else "p1", MIKE), side=side)
    assert shard.orders == [], "its hour is not over"
    wake = shard.wakes[-1]
    assert wake.body == Look(name)
    shard.now = wake.at
    shard.hear(wake.body)
    shard.round_done()
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (side.other, "p1" if side is MICROSOFT else "m1")


def test_what_is_parked_is_left_alone_for_its_hour() -> None:  # C4, CON-33
    shard, name = parked()
    shard.see(there(replace(STANDUP, location="Room 2"), mark="p-b"), side=PRACTIFI)
    assert (shard.orders, shard.link(name).state) == ([], State.PARKED)
    shard.now = shard.wakes[-1].at
    shard.hear(shard.wakes[-1].body)
    assert (len(shard.orders), shard.link(name).state) == (1, State.ACTIVE)


def test_what_becomes_private_while_it_is_parked_loses_its_text_at_once() -> None:  # P2, C4
    shard, name = parked()
    blank = replace(STANDUP, subject="", location="", body="", attendees=(), sensitivity=Sensitivity.PRIVATE)
    shard.see(replace(here(blank, mark="m-c"), redacted=True))
    order = shard.take()
    assert (order.side, order.target, order.event.subject) == (PRACTIFI, "p1", "")
    shard.write(replace(there(blank, mark="p-c", edited=False), stamp=name, redacted=True), order)
    shard.see(replace(here(replace(blank, show_as=ShowAs.FREE), mark="m-d"), redacted=True))
    assert (shard.orders, shard.link(name).state) == ([], State.PARKED), "all else goes on waiting"
