"""A shard that has lost its memory asks both sides anew, and makes nothing before it has heard all of them; what others
have forgotten of its words it says again."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Again
from contracts.meeting import Meeting, Own
from contracts.observed import Homes, Observed, Vanished
from contracts.policy import Direction
from contracts.write import Cause, Write
from services.kernel.decision import Forgot, Undone
from services.kernel.micros import micros
from tests.decisions.reconciler.forgetful import (
    OURS,
    RUN,
    THEIRS,
    WHO,
    done,
    forgetful,
    hears_what_waited,
    tells,
    written,
)
from tests.decisions.reconciler.shard import (
    JOHN,
    MICROSOFT,
    MIKE,
    NOW,
    PAIRS,
    PRACTIFI,
    STANDUP,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
)  # fmt: skip


def test_microsoft_waits_until_practifi_has_told_the_names_of_all_pairs() -> None:  # ruling 5, D1
    """Also where nothing is written to Practifi, so that what only Microsoft has is none of ours."""
    shard = forgetful()
    shard.set_policy(replace(TWO_WAY, direction=Direction.PRACTIFI_TO_MICROSOFT))
    tells(shard, MICROSOFT, here())
    assert shard.links() == []
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")
    assert shard.orders == []


def test_everything_is_forgotten_and_both_readers_are_asked() -> None:  # ruling 6
    shard = forgetful()
    assert shard.links() == []
    assert {name: (wish.service, wish.shard) for name, wish in shard.asked.items()} == dict.fromkeys(
        ("graph-poller", "salesforce-watcher", "registry"), ("reconciler", 0)
    )


def test_the_other_shards_are_asked_for_their_meetings() -> None:  # ruling 21
    shard = Shard(replace(TWO_WAY, shards=3))
    shard.hear(Forgot("writer", 1, 1))
    assert {name for name in shard.asked if name.startswith("reconciler")} == {"reconciler/0", "reconciler/2"}


def test_what_a_reader_says_that_knows_of_nothing_makes_no_side_known() -> None:  # ruling 6
    shard = forgetful()
    tells(shard, MICROSOFT, here())
    tells(shard, PRACTIFI, again="")
    assert shard.orders == [], "it had read before it was asked"
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False), whole=False, again="")
    done(shard, PRACTIFI, run="run-y", messages=1, again=shard.asked["salesforce-watcher"].wish)
    assert shard.orders == [], "one message that counts is still under way"


@pytest.mark.parametrize("side", Side, ids=lambda one: one.value)
def test_a_side_is_known_again_although_one_of_its_messages_was_set_aside(side: Side) -> None:  # O5, rulings 5, 6
    """What Practifi may have is asked for with a creation that looks first; what only Practifi shows is not made."""
    shard = forgetful()
    for one, item in ((PRACTIFI, there(stamp=OURS, edited=False)), (MICROSOFT, here())):
        told = Observed(one, 90, (item,), again=shard.asked[WHO[one]].wish, run=RUN)
        shard.hear(Undone(told, "a mistake") if one is side else told)
        done(shard, one, messages=1, again=told.again)
    hears_what_waited(shard)
    assert [key for key in shard.rows if key.startswith("again/")] == []
    made = [(order.side, order.link, order.cause) for order in written(shard)]
    assert made == ([(PRACTIFI, OURS, Cause.LOST)] if side is PRACTIFI else [])


def test_a_run_that_begins_too_early_settles_and_is_begun_again() -> None:  # ruling 6
    """The next interval may be a day away."""
    shard = forgetful()
    shard.runs_asked = 0
    done(shard, MICROSOFT, messages=7)
    done(shard, PRACTIFI, messages=7)
    assert ([one.run for one in shard.settled], shard.runs_asked) == ([RUN], 2)
    for side in Side:
        done(shard, side, "run-y", again=shard.asked[WHO[side]].wish)
    assert shard.runs_asked == 2, "this one has told all"


def test_a_run_in_which_practifi_was_read_too_early_is_over_and_begun_again() -> None:  # ruling 6
    """What Microsoft has waits for Practifi, and the next run would wait for this one."""
    shard = forgetful()
    shard.runs_asked = 0
    tells(shard, MICROSOFT, here())
    done(shard, PRACTIFI)
    assert ([one.run for one in shard.settled], shard.runs_asked) == ([RUN], 1)
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False), whole=False, run="run-y")
    done(shard, PRACTIFI, run="run-y", messages=1, again=shard.asked["salesforce-watcher"].wish)
    hears_what_waited(shard)
    done(shard, MICROSOFT, run="run-y", again=shard.asked["graph-poller"].wish)
    assert ([one.run for one in shard.settled], len(shard.links())) == ([RUN, "run-y"], 1)


def test_a_run_that_could_not_read_the_org_is_over_although_microsoft_waits_for_that() -> None:  # ruling 6
    shard = forgetful()
    shard.hear(Observed(MICROSOFT, 90, (here(),), again=shard.asked["graph-poller"].wish))
    done(shard, MICROSOFT, messages=1, again=shard.asked["graph-poller"].wish)
    assert shard.settled == []
    done(shard, PRACTIFI, failed=("org",), again=shard.asked["salesforce-watcher"].wish)
    assert [settled.run for settled in shard.settled] == [RUN]
    done(shard, MICROSOFT, run="run-y", again=shard.asked["graph-poller"].wish)
    shard.sequence += 1
    told = Observed(PRACTIFI, shard.sequence, (there(stamp=OURS, edited=False),), run="run-y")
    shard.hear(replace(told, again=shard.asked["salesforce-watcher"].wish))
    done(shard, PRACTIFI, run="run-y", messages=1, again=shard.asked["salesforce-watcher"].wish)
    assert "again/microsoft" in shard.rows, "what it told still waits"
    hears_what_waited(shard)
    assert "again/microsoft" not in shard.rows
    assert [settled.run for settled in shard.settled] == [RUN, "run-y"]
    assert (len(shard.links()), shard.orders) == (1, [])


def test_a_firm_that_is_stopped_makes_no_side_known_and_no_run_follows_the_other() -> None:  # ruling 5, A5
    shard = Shard(ready=False)
    shard.see(there(edited=True), side=PRACTIFI, run=RUN)
    done(shard, PRACTIFI, messages=1)
    done(shard, MICROSOFT, failed=("stopped",), blind=True)
    assert shard.orders == [], "it may be there already"
    shard.hear(Forgot("writer", 0))
    done(shard, MICROSOFT, "run-y", failed=("stopped",), blind=True)
    assert shard.runs_asked == 1, "the loss itself begins one"


def test_a_mailbox_that_could_not_be_read_the_first_time_takes_no_event_before_it_was() -> None:  # ruling 5, A5
    shard = Shard(ready=False)
    shard.see(there(edited=True), side=PRACTIFI, run=RUN)
    done(shard, PRACTIFI, messages=1)
    done(shard, MICROSOFT, failed=(MIKE,))
    assert shard.orders == [], "it may be there already"
    done(shard, PRACTIFI, "run-y")
    done(shard, MICROSOFT, "run-y")
    assert shard.take().side is MICROSOFT


def test_a_run_of_one_mailbox_makes_no_other_one_known() -> None:  # ruling 5, A5
    shard = Shard(ready=False)
    shard.see(there(edited=True), side=PRACTIFI, run="run-a")
    for run, more in (("run-a", {"part": True}), ("run-b", {"failed": (MIKE,)}), ("run-c", {"part": True})):
        done(shard, PRACTIFI, run, messages=int(run == "run-a"))
        done(shard, MICROSOFT, run, **more)
        assert shard.orders == [], "it may be there already"
    done(shard, PRACTIFI, "run-d")
    done(shard, MICROSOFT, "run-d")
    assert shard.take().side is MICROSOFT
    assert [settled.run for settled in shard.settled][:3] == ["run-a", "run-b", "run-c"], "each is over all the same"


def test_each_loss_has_a_wish_of_its_own_although_the_sign_is_the_same() -> None:  # ruling 6
    """What was read for the first one is not told once more, so that it does not stand for the second."""
    shard = Shard()
    wishes = set()
    for hour in (1, 2):
        shard.said, shard.now = 100, NOW + timedelta(hours=hour)
        shard.rows.pop("anew", None)
        shard.hear(Forgot("writer", 0))
        wishes |= {shard.asked[reader].wish for reader in WHO.values()}
        shard.hear(PAIRS)
        tells(shard, PRACTIFI)
        tells(shard, MICROSOFT)
        assert "again/microsoft" not in shard.rows
    assert len(wishes) == 2


def test_a_mailbox_that_could_not_be_read_takes_no_event_before_it_was() -> None:  # ruling 5, A5
    shard = forgetful()
    tells(shard, PRACTIFI, there(edited=True))
    done(shard, MICROSOFT, failed=(MIKE,), again=shard.asked["graph-poller"].wish)
    shard.set_policy(TWO_WAY, consents=1)
    assert shard.orders == [], "it may be there already"
    shard.sequence += 1
    shard.hear(Observed(MICROSOFT, shard.sequence, (here(stamp=f"{THEIRS}-g0"),), (), 0, "later", "run-y"))
    done(shard, PRACTIFI, run="run-y")
    done(shard, MICROSOFT, run="run-y", messages=1)
    assert shard.orders == []
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")


def test_a_mailbox_takes_no_event_before_what_was_read_of_it_is_heard() -> None:  # rulings 5, 6
    """It could not be read at first; what it tells then waits for Practifi, which is asked a second time, and the next
    run has nothing more to tell (seed 30001835)."""
    shard = forgetful()
    ours = shard.asked["graph-poller"].wish
    done(shard, MICROSOFT, failed=(MIKE,), again=ours)
    shard.hear(Again("another", "salesforce-watcher", 0))
    done(shard, PRACTIFI)
    shard.set_policy(TWO_WAY, consents=1)
    shard.sequence += 1
    shard.hear(Observed(MICROSOFT, shard.sequence, (here(stamp=f"{THEIRS}-g0"),), again=ours, run="run-y"))
    done(shard, MICROSOFT, "run-y", messages=1, again=ours)
    done(shard, PRACTIFI, "run-y")
    for run in ("run-z", "run-~"):
        done(shard, MICROSOFT, run, again=ours, told=1)
        tells(shard, PRACTIFI, there(edited=True), whole=False, run=run)
        done(shard, PRACTIFI, run, messages=1, again=shard.asked["salesforce-watcher"].wish, told=1)
        assert (shard.orders, len(shard.links())) == ([], 1), "it is there already"
    assert "unread" not in shard.rows


def test_a_mailbox_whose_reader_has_forgotten_what_it_told_is_known_when_it_was_read_anew() -> None:  # rulings 5, 6
    shard = forgetful()
    tells(shard, PRACTIFI, there(edited=True))
    ours = shard.asked["graph-poller"].wish
    done(shard, MICROSOFT, failed=(MIKE,), again=ours)
    done(shard, PRACTIFI, "run-y")
    done(shard, MICROSOFT, "run-y", messages=1, again=ours)
    assert "unread" in shard.rows, "what it told is under way"
    done(shard, PRACTIFI, "run-z")
    done(shard, MICROSOFT, "run-z", again="its own")
    assert "unread" not in shard.rows


def test_a_mailbox_that_could_not_be_synced_takes_no_event_before_it_was_read() -> None:  # rulings 5, 6, E3
    """Its user had no licence when our memory was lost, and has one again: what is in it was ours before."""
    shard = forgetful()
    tells(shard, PRACTIFI, there(edited=True))
    done(shard, MICROSOFT, closed=(MIKE,), again=shard.asked["graph-poller"].wish)
    shard.set_policy(TWO_WAY, consents=1)
    done(shard, PRACTIFI, run="run-y")
    done(shard, MICROSOFT, run="run-y", closed=(MIKE,))
    assert shard.orders == [], "it may be there already"
    shard.see(here(stamp=f"{THEIRS}-g0"), run="run-z")
    done(shard, PRACTIFI, run="run-z")
    done(shard, MICROSOFT, run="run-z", messages=1)
    assert (shard.orders, len(shard.links())) == ([], 1)


def test_a_mailbox_that_cannot_be_synced_says_so_for_each_event_where_nothing_was_lost() -> None:  # E3, E8
    shard = Shard(ready=False)
    shard.see(there(edited=True), side=PRACTIFI, run=RUN)
    done(shard, PRACTIFI, messages=1)
    done(shard, MICROSOFT, closed=(MIKE,))
    assert shard.take().side is MICROSOFT


def test_another_sign_changes_nothing_while_all_is_on_its_way() -> None:
    shard = forgetful("writer")
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False), whole=False)
    before = dict(shard.asked)
    shard.hear(Forgot("registry", 0))
    assert (len(shard.links()), shard.asked) == (1, before)


def test_a_loss_that_is_made_good_is_not_made_good_again_because_somebody_tells_it_late() -> None:  # ruling 6
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    tells(shard, MICROSOFT, here())
    shard.asked.clear()
    shard.now = NOW + timedelta(hours=1)
    shard.hear(Forgot("writer", 0), receipted=micros(NOW - timedelta(minutes=1)))
    assert (len(shard.links()), shard.asked) == (1, {})
    shard.hear(Forgot("writer", 0), receipted=micros(NOW + timedelta(minutes=1)))
    assert (len(shard.links()), shard.asked.keys()) == (0, {*WHO.values(), "registry"}), "this is another one"


@pytest.mark.parametrize("sender", ["graph-poller", "writer"])
def test_a_memory_that_was_put_back_from_the_middle_of_a_loss_is_begun_anew(sender: str) -> None:  # ruling 6
    """Nobody has said since what went between that moment and now."""
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    tells(shard, MICROSOFT, here(), whole=False)
    old, shard.runs_asked = {name: wish.wish for name, wish in shard.asked.items()}, 0
    shard.now = NOW + timedelta(hours=1)
    shard.hear(Forgot(sender, 0), receipted=micros(NOW + timedelta(minutes=1)))
    assert [name for name, wish in shard.asked.items() if wish.wish == old[name]] == []
    assert (shard.links(), shard.runs_asked) == ([], 1), "the run that goes on may wait for what is missing"


@pytest.mark.parametrize("side", Side)
def test_a_reader_that_goes_by_another_question_is_asked_ours_once_more(side: Side) -> None:  # ruling 6
    """A broker has turned two questions round; or the other one was asked by a memory that is lost."""
    shard = forgetful()
    ours = shard.asked.pop(WHO[side])
    tells(shard, side, again="older")
    done(shard, side, messages=1, again="older")
    assert shard.asked.pop(WHO[side]) == ours
    done(shard, side, "run-y", again=ours.wish)
    assert WHO[side] not in shard.asked


def test_a_writer_that_forgot_gets_its_orders_again() -> None:  # ruling 6
    shard = Shard()
    shard.see(here())
    lost = shard.take()
    shard.hear(Again("w", "writer"))
    again = shard.take()
    assert isinstance(again, Write)
    assert isinstance(lost, Write)
    assert again.order != lost.order
    assert again == replace(lost, order=again.order)
    shard.write(there(stamp=again.link, edited=False), again)
    shard.hear(Again("x", "writer"))
    assert shard.orders == []


def test_a_run_settles_although_its_order_was_given_twice() -> None:
    shard = Shard()
    shard.see(here())
    shard.take()
    shard.hear(Again("w", "writer"))
    shard.readers_done(RUN, messages=0)
    assert shard.settled == []
    shard.write(there(edited=False))
    assert [one.run for one in shard.settled] == [RUN]


def test_a_poller_that_forgot_is_told_what_is_believed_to_be_there() -> None:  # X2
    shard = Shard()
    shard.paired()
    shard.see(here(name="o1", series="s1", slot="2026-03-09"), here(name="o2", series="s1", slot="2026-03-16"))
    shard.see(here(name="m7", mailbox=JOHN), Vanished("m1", MIKE))
    shard.hear(Again("w", "graph-poller"))
    assert {one.mailbox: (one.roots, one.when) for one in shard.believed} == {
        MIKE: ({"s1": {"o1": "2026-03-09", "o2": "2026-03-16"}}, {}),
        JOHN: ({"m7": {"m7": ""}}, {"m7": STANDUP.when}),
    }


def test_a_poller_that_forgot_is_told_also_what_is_heard_of_its_words_after_its_question() -> None:  # X2
    """The event may be deleted before the poller reads again, which would not miss it."""
    shard = Shard()
    shard.hear(Again("w", "graph-poller"))
    lost = micros(NOW)
    shard.hear(Observed(MICROSOFT, lost - 1, (here(),)))
    assert [(one.mailbox, one.roots) for one in shard.believed] == [(MIKE, {"m1": {"m1": ""}})]
    shard.believed.clear()
    shard.hear(Observed(MICROSOFT, lost + 1, (here(name="m2"),)))
    assert shard.believed == [], "this it has said with what it knows since"


def test_a_poller_that_has_to_ask_twice_reads_nothing_again_that_it_has_read_since() -> None:  # ruling 6
    """The question was lost at first, and is said again when the poller has read its mailboxes from the beginning."""
    shard, asked = Shard(), micros(NOW)
    shard.now += timedelta(minutes=2)
    shard.hear(Again("w", "graph-poller"), number=asked)
    shard.hear(Observed(MICROSOFT, asked + 1, (here(),)))
    assert shard.believed == []


def test_what_was_deleted_while_the_poller_and_the_shard_lost_their_memories_goes() -> None:  # X1, X2, ruling 6
    """What the poller had said of it is under way all the while. Its question is forgotten, and it would not miss what
    it does not know: the event would stay in Practifi for ever."""
    shard = Shard()
    shard.hear(Again("w", "graph-poller"))
    before, shard.now = micros(NOW) - 1, NOW + timedelta(minutes=1)
    shard.hear(Forgot("writer", 0))
    shard.hear(PAIRS)
    tells(shard, PRACTIFI)
    shard.believed.clear()
    shard.hear(Observed(MICROSOFT, before, (here(),), run="run-0"))
    assert [(one.mailbox, one.roots) for one in shard.believed] == [(MIKE, {"m1": {"m1": ""}})]


def test_a_shard_that_forgot_is_told_of_the_meetings_that_are_here() -> None:  # ruling 21
    shard = Shard(replace(TWO_WAY, shards=2), now=NOW)
    shard.see(here(replace(STANDUP, attendees=guest("john@firm.example")), uid="u1"))
    shard.told.clear()
    shard.hear(Again("w", "reconciler", 1))
    assert shard.told == [(1, Own((Meeting("u1", OURS, MICROSOFT),))), (1, Own((), unread=()))], "and that is all"


def test_a_watcher_that_forgot_is_told_which_events_are_known_here_and_which_shard_keeps_whom() -> (
    None
):  # rulings 6, 14
    shard = Shard(replace(TWO_WAY, shards=2))
    shard.paired()
    shard.see(there(name="p2"), there(name="p3", edited=False), there(name="p4"), side=PRACTIFI)
    shard.see(Vanished("p4", MIKE), side=PRACTIFI)
    shard.hear(Again("w", "salesforce-watcher", 1))
    mailboxes = {pair.mailbox: pair.shard for pair in PAIRS.pairs}
    assert shard.homes[1:] == [Homes("w", 1, 0, 1, ("p1", "p2", "p3"), mailboxes)]


def test_a_watcher_that_has_heard_before_us_of_another_shard_is_answered() -> None:  # rulings 6, 22
    """It reads nothing before all shards have answered, and no run of the firm would be over."""
    shard = Shard()
    shard.paired()
    shard.hear(Again("w", "salesforce-watcher", 0))
    assert [(one.shard, one.events) for one in shard.homes] == [(0, ("p1",))]


@pytest.mark.parametrize("side", Side)
def test_a_reader_that_forgot_our_question_is_asked_anew(side: Side) -> None:  # ruling 6
    """Part of its answer may be lost with its memory: nobody waits for that."""
    shard = forgetful()
    old = shard.asked[WHO[side]].wish
    done(shard, side, messages=2, again=old, told=2)
    shard.hear(Again("w", WHO[side]))
    assert shard.asked[WHO[side]].wish != old
    for one in (PRACTIFI, MICROSOFT):
        tells(shard, one, whole=False)
        done(shard, one, run="run-y", messages=1, again=shard.asked[WHO[one]].wish, told=1)
    hears_what_waited(shard)
    assert not [key for key in shard.rows if key.startswith("again/")]
    shard.asked.clear()
    shard.hear(Again("x", WHO[side]))
    assert shard.asked == {}, "nothing is open"


@pytest.mark.parametrize("again", ["w", None], ids=["an older question", "this question"])
@pytest.mark.parametrize("late", [True, False], ids=["the older run is heard of late", "in order"])
def test_a_newer_run_makes_no_side_known_while_something_of_an_older_one_waits(  # ruling 5, A5
    again: str | None, late: bool
) -> None:
    """Also where the reader had begun that one for an older question, and was asked this one meanwhile."""
    shard = forgetful()
    wish = shard.asked["graph-poller"].wish
    shard.hear(Observed(MICROSOFT, 90, (here(stamp=f"{THEIRS}-g0"),), again=wish))  # waits for Practifi
    older = {"messages": 1, "again": again or wish, "told": 0 if again else 1}
    if not late:
        done(shard, MICROSOFT, **older)
    shard.sequence += 1
    shard.hear(Observed(PRACTIFI, shard.sequence, (there(edited=True),), again=shard.asked["salesforce-watcher"].wish))
    done(shard, PRACTIFI, run="run-y", messages=1, again=shard.asked["salesforce-watcher"].wish)
    if late:
        done(shard, MICROSOFT, **older)
    done(shard, MICROSOFT, run="run-y", again=wish, told=1)
    assert (shard.orders, shard.kinds()) == ([], []), "it may be there already"
    hears_what_waited(shard)
    assert "again/microsoft" not in shard.rows
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")
    assert shard.orders == []
