"""Whatever befalls a firm of two shards, and whoever comes and goes, each meeting is once where it belongs: one that
was born in Practifi is one Event and one meeting in Outlook, one that was born in Outlook one Event for each colleague
who has it (I2, rulings 14, 18, 19)."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.calendar import Side
from tests.decisions.reconciler.calendars import SUE, USERS
from tests.decisions.reconciler.office import POLICY, Office
from tests.decisions.reconciler.shard import JOHN, MICROSOFT, MIKE, PRACTIFI

Steps = list[tuple[str, int, str]]
MACHINES = ("exchange", "exchange", "exchange", "arrive", "perform", "perform", "look", "ask", "awake", "pass_time")


def steps(*faults: str) -> st.SearchStrategy[Steps]:
    what = st.sampled_from((*MACHINES, *faults, "shut", "hand", "type"))
    return st.lists(st.tuples(what, st.integers(0, 5), st.sampled_from(sorted(USERS))), max_size=25)


GIVEN = (st.booleans(), st.one_of(steps("lose"), steps("lose_watcher"), steps("come_or_go")))
"""Of the stores one is lost, not two at once; nor who was a user then."""


def play(office: Office, what: str, which: int, mailbox: str) -> None:  # noqa: C901, PLR0912 - one row for each
    side, shard = list(Side)[which % 2], which % 2
    match what:
        case "exchange":
            office.exchange("writer")
        case "perform" | "ask":
            getattr(office, what)(which + 1)
        case "arrive":
            office.arrive(shard, which // 2)
        case "look":
            office.look(which // 2 % 2, side)
        case "awake" | "lose":
            getattr(office, what)(shard)
        case "pass_time":
            for _ in range(which + 1):
                office.perform(len(office.orders))
                office.exchange()
                office.pass_time(0.25)
                office.exchange()
        case "lose_watcher":
            office.lose_watcher()
        case "come_or_go":
            office.come_or_go(mailbox)
        case "shut":
            office.shut ^= {mailbox}
        case "hand" if mailbox in office.users and (names := sorted(office.rows[PRACTIFI])):
            name = names[which % len(names)]
            people = office.rows[PRACTIFI][name].people
            people = tuple(one for one in people if one != USERS[mailbox])
            office.change(PRACTIFI, name, mailbox=mailbox, people=people, edited=True)
        case "type" if names := sorted(office.rows[side]):
            office.type(side, names[which % len(names)])
        case _:
            pass


def mended(office: Office) -> None:
    """Every mailbox can be read and has its user, and an administrator consents."""
    office.shut.clear()
    for mailbox in sorted(USERS.keys() - office.users):
        office.come_or_go(mailbox)
    office.settle()
    for number, shard in enumerate(office.shards):
        shard.set_policy(POLICY, consents=1)
        office.awake(number)
    office.settle()
    office.settle()


@settings(max_examples=60)
@given(*GIVEN)
def test_each_meeting_is_once_where_it_belongs(begun: bool, steps: Steps) -> None:
    office = Office()
    ours = (office.invite(PRACTIFI, MIKE, JOHN, SUE), office.invite(PRACTIFI, JOHN, MIKE))
    office.invite(MICROSOFT, JOHN, MIKE)
    if begun:
        office.settle()
    for step in steps:
        play(office, *step)
    mended(office)
    hosts = Counter(office.root[name] for name, row in office.rows[MICROSOFT].items() if row.mine)
    events = Counter((office.root[name], row.mailbox) for name, row in office.rows[PRACTIFI].items())
    assert set(hosts.values()) == {1}, "a meeting is there twice in Outlook"
    assert set(events.values()) == {1}, "a colleague has it twice in Practifi"
    assert {name for name, _ in events} == set(office.root.values()), "a meeting is lost"
    assert len([name for name, _ in events if name in ours]) == len(ours), "a copy is an Event of its own"
    handed = [step for step in steps if step[0] == "hand"]
    assert len(office.made) <= len(ours) + len(handed), "who is invited is mailed once more"
    assert office.settle() == 0, "another run writes"
