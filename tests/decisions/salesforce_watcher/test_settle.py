"""When a Practifi Event may be said (ruling 10), and whether a person has touched it since outbound was on (D7)."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from contracts.observed import Observed
from contracts.person import People, Person, Source
from contracts.policy import Direction, Policy, PolicyNow
from services.kernel.decision import Say
from services.salesforce_watcher.rows import LookRows, Settled, Settling
from tests.decisions.salesforce_watcher.org import JOHNS, TWO_WAY, Watcher, row

INWARD = Policy(enabled=True, direction=Direction.MICROSOFT_TO_PRACTIFI)


def outbound(policy: Policy = TWO_WAY, **more: Any) -> Watcher:
    """A watcher that saw outbound on an hour ago."""
    watcher = Watcher(policy, **more)
    watcher.reads()
    watcher.later(hours=1)
    return watcher


def ids(items: Any) -> list[str]:
    return [item.id for item in items]


def test_a_new_event_waits_until_it_was_quiet_and_is_then_said() -> None:  # ruling 10
    watcher = outbound()
    assert watcher.reads(watcher.fresh(ago=20)) == []
    (wake,) = watcher.wakes()
    assert wake.at - watcher.now == timedelta(seconds=40)
    made = watcher.fresh(ago=20)
    watcher.later(seconds=40)
    assert ids(watcher.settles(made)) == ["00U9"]


def test_an_event_that_somebody_is_still_at_work_on_waits_on() -> None:  # ruling 10
    watcher = outbound()
    made = watcher.fresh()
    watcher.reads(made)
    watcher.later(seconds=60)
    touched = row("00U9", created_at=made.created_at, edited_at=watcher.salesforce - timedelta(seconds=5))
    assert watcher.settles(touched) == []
    assert watcher.wakes()[0].at - watcher.now == timedelta(seconds=55)


def test_an_event_to_which_somebody_is_still_inviting_waits_on() -> None:  # A3, ruling 10
    watcher = outbound()
    made = watcher.fresh()
    watcher.reads(made)
    watcher.later(seconds=60)
    invited = replace(made, people=(JOHNS,), joined_at=watcher.salesforce - timedelta(seconds=5))
    assert watcher.settles(invited) == []
    assert watcher.wakes()[0].at - watcher.now == timedelta(seconds=55)
    watcher.later(seconds=55)
    assert [one.people for one in watcher.settles(invited)] == [(JOHNS,)]


def test_who_was_made_together_with_an_event_is_said_before_it() -> None:  # A3, ruling 10
    watcher, ann = outbound(), Person("003-ann", (("ann@client.example", Source.EMAIL),))
    watcher.reads(watcher.fresh(ago=20))
    made = watcher.fresh(ago=20, people=("003-ann",))
    watcher.later(seconds=40)
    watcher.settles(made, people=(ann,))
    said = [effect.body for effect in watcher.effects if isinstance(effect, Say) and effect.service == "reconciler"]
    assert [type(one) for one in said] == [People, Observed]
    assert isinstance(said[0], People)
    assert isinstance(said[1], Observed)
    assert said[0].people == (ann,)
    assert said[1].after == said[0].sequence, "whichever comes first (O6)"


def test_an_event_that_is_edited_for_ever_is_said_at_last() -> None:
    watcher = outbound()
    made = watcher.fresh(ago=300)
    assert ids(watcher.reads(row("00U9", created_at=made.created_at, edited_at=watcher.salesforce))) == ["00U9"]


def test_an_event_that_is_deleted_while_it_waits_was_never_there() -> None:  # OUT-32
    watcher = outbound()
    watcher.reads(watcher.fresh())
    watcher.later(seconds=60)
    assert watcher.settles() == []
    assert watcher.row("settling/00U9", Settling) is None


def test_the_next_run_says_what_is_quiet_by_then_though_it_is_unchanged() -> None:
    watcher = outbound()
    made = watcher.fresh()
    watcher.reads(made)
    watcher.later(minutes=1)
    assert ids(watcher.reads(made, watcher.fresh("new"))) == ["00U9"], "others that come never make it wait longer"
    assert watcher.row("settling/00U9", Settling) is None


def test_what_the_look_back_has_lost_is_looked_at() -> None:
    watcher = outbound()
    watcher.reads(watcher.fresh())
    watcher.later(minutes=15)
    watcher.reads()
    assert watcher.asked(LookRows)[0].ids == ("00U9",)


def test_who_is_taken_off_a_new_event_right_after_it_was_said_is_missed() -> None:  # ruling 10, CON-24
    """Nobody's coming or going moves the stamp of an Event: it looks again as it did before it was said."""
    watcher = outbound()
    alone = watcher.fresh()
    invited = replace(alone, mark="b", invitees=(JOHNS,))
    watcher.reads(alone)
    watcher.later(seconds=60)
    assert [item.people for item in watcher.settles(invited)] == [(JOHNS,)]
    watcher.later(minutes=5)
    assert [item.people for item in watcher.reads(alone)] == [()]
    assert watcher.reads(alone) == []


def test_what_was_looked_at_is_no_news_to_the_next_run() -> None:  # CON-24
    watcher = outbound()
    made = watcher.fresh()
    watcher.reads(made)
    watcher.later(seconds=60)
    watcher.settles(replace(made, mark="b"))
    assert watcher.reads(replace(made, mark="b")) == []


def test_a_wake_without_anything_to_settle_asks_nothing() -> None:
    watcher = outbound()
    watcher.hear(Settled())
    assert watcher.effects == ()


@pytest.mark.parametrize("behind", [timedelta(hours=2), timedelta(hours=-2)], ids=["org late", "org early"])
def test_only_salesforces_own_time_counts(behind: timedelta) -> None:  # ruling 10, design §2.3
    watcher = outbound(behind=behind)
    made = watcher.fresh(ago=20)
    assert watcher.reads(made) == []
    assert watcher.wakes()[0].at - watcher.now == timedelta(seconds=40)
    watcher.later(seconds=39)
    assert watcher.settles(made) == []
    watcher.later(seconds=1)
    assert ids(watcher.settles(made)) == ["00U9"]


@pytest.mark.parametrize(("policy", "more"), [
    pytest.param(TWO_WAY, {"stamp": "our-link"}, id="one that we made"),
    pytest.param(TWO_WAY, {"event": None, "deleted": True}, id="one that is deleted"),
    pytest.param(INWARD, {}, id="outbound is off: nothing would be sent"),
    pytest.param(Policy(enabled=True, direction=Direction.TWO_WAY, settle_seconds=0), {}, id="the policy waits not"),
])  # fmt: skip
def test_what_need_not_wait_is_said_at_once(policy: Policy, more: dict[str, Any]) -> None:
    watcher = outbound(policy)
    watcher.reads(watcher.fresh(**more))
    assert ids(watcher.items()) + watcher.gone() == ["00U9"]
    assert not watcher.wakes()


def test_an_edit_of_an_old_event_is_said_at_once() -> None:  # D3
    watcher = outbound()
    assert ids(watcher.reads(row(edited_at=watcher.salesforce))) == ["00U1"]


def test_only_an_edit_after_outbound_was_on_counts_as_one() -> None:  # D7, ruling 11, OUT-07
    watcher = outbound()
    old, edited = row("old"), row("edited", edited_at=watcher.salesforce - timedelta(minutes=10))
    assert {item.id: item.edited for item in watcher.reads(old, edited)} == {"old": False, "edited": True}


@pytest.mark.parametrize(("ago", "edited"), [
    pytest.param(None, False, id="the platform touched it: only its stamp has moved"),
    pytest.param(0, True, id="somebody saved it, though nothing is different"),
    pytest.param(3599, True, id="a second after outbound was on"),
    pytest.param(3600, False, id="in the very second: not after"),
])  # fmt: skip
def test_an_edit_is_a_save_by_the_time_of_the_last_modification(ago: int | None, edited: bool) -> None:  # ruling 11, D7
    watcher = outbound()
    watcher.reads(row("00U1", "before"))
    when = {} if ago is None else {"edited_at": watcher.salesforce - timedelta(seconds=ago)}
    assert [item.edited for item in watcher.reads(row("00U1", "after", **when))] == [edited]


def test_events_of_before_the_first_read_are_not_edits() -> None:  # D7
    watcher = Watcher()
    assert [item.edited for item in watcher.reads(watcher.fresh(ago=1))] == [False]


def test_what_was_touched_before_the_first_read_is_an_edit_although_the_registry_forgot() -> None:  # D7, ruling 6
    watcher = Watcher()
    on = PolicyNow(10, active=True, policy=TWO_WAY, outbound=watcher.now)
    edited = watcher.salesforce + timedelta(minutes=20)
    for word in (on, replace(on, version=11, outbound=watcher.later(minutes=40))):
        watcher.rows["policy"] = msgspec.msgpack.encode(word)
        watcher.hear(word)
    assert [item.edited for item in watcher.reads(row(edited_at=edited))] == [True]


def test_while_outbound_is_off_nothing_is_an_edit_and_on_again_it_begins_anew() -> None:  # D7, ruling 12
    watcher = outbound()
    watcher.govern(INWARD)
    touched = row(edited_at=watcher.salesforce)
    assert [item.edited for item in watcher.reads(touched)] == [False]
    watcher.later(hours=1)
    watcher.govern(TWO_WAY)
    assert [item.edited for item in watcher.reads(row("00U2", edited_at=touched.edited_at))] == [False]


def test_an_edit_before_the_watermark_by_salesforces_time_is_none_whatever_our_clock_says() -> None:  # ruling 11
    watcher = Watcher(behind=timedelta(hours=2))
    watcher.reads()
    watcher.later(minutes=10)
    assert [item.edited for item in watcher.reads(row(edited_at=watcher.salesforce))] == [True]
