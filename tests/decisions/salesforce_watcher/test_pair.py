"""Which Practifi user a mailbox belongs to, and why one belongs to none (M7)."""

from typing import Any

import pytest

from contracts.observed import Mailbox, Pair
from contracts.policy import Policy
from services.clients.salesforce.row import OrgUser
from services.salesforce_watcher.pair import pairs, shard_of

MIKE = Mailbox("mike", "Mike@firm.example", addresses=("mike@firm.example", "m.smith@firm.example"))
JOHN = Mailbox("john", "john@firm.example", addresses=("john@firm.example",))
POLICY = Policy()


def user(id_: str, username: str = "nobody@org.example", **more: Any) -> OrgUser:
    return OrgUser(id_, username, **more)


def found(*users: OrgUser, mailbox: Mailbox = MIKE) -> Pair:
    (pair,) = pairs([mailbox], users, POLICY, {})
    return pair


@pytest.mark.parametrize(("users", "chosen"), [
    pytest.param([user("a", federation_id="mike@firm.example")], "a", id="by federation id"),
    pytest.param([user("a", email="mike@firm.example")], "a", id="by e-mail"),
    pytest.param([user("a", "mike@firm.example")], "a", id="by username"),
    pytest.param([user("a", email="MIKE@Firm.Example")], "a", id="whatever the case"),
    pytest.param([user("a", email="m.smith@firm.example")], "a", id="by another of its addresses"),
    pytest.param([user("a", email="mike@firm.example"), user("b", federation_id="mike@firm.example")], "b",
                 id="federation id before e-mail"),
    pytest.param([user("a", "mike@firm.example"), user("b", email="mike@firm.example")], "b",
                 id="e-mail before username"),
    pytest.param([user("a", email="mike@firm.example", active=False), user("b", "mike@firm.example")], "b",
                 id="an inactive user is none"),
    pytest.param([user("a", email="mike@firm.example", standard=False), user("b", "mike@firm.example")], "b",
                 id="a portal user is none"),
    pytest.param([user("a", email="mike@firm.example"), user("b", federation_id="")], "a",
                 id="an empty federation id matches nobody"),
])  # fmt: skip
def test_a_mailbox_belongs_to(users: list[OrgUser], chosen: str) -> None:
    assert (found(*users).user, found(*users).reason) == (chosen, "")


@pytest.mark.parametrize(("users", "mailbox", "reason"), [
    pytest.param([user("a", email="other@firm.example")], MIKE, "no active Practifi user", id="nobody has its address"),
    pytest.param([user("a", email="mike@firm.example"), user("b", email="mike@firm.example")], MIKE, "2 active",
                 id="two have its address"),
    pytest.param([user("a", email="mike@firm.example")],
                 Mailbox("mike", "mike@firm.example", addresses=("mike@firm.example",), enabled=False), "disabled",
                 id="its account is disabled"),
])  # fmt: skip
def test_a_mailbox_belongs_to_nobody_and_says_why(users: list[OrgUser], mailbox: Mailbox, reason: str) -> None:
    pair = found(*users, mailbox=mailbox)
    assert pair.user == ""
    assert reason in pair.reason
    assert "@" not in pair.reason, "no address in a reason"


def test_two_mailboxes_of_one_user_are_both_left_out() -> None:
    one = user("a", email="mike@firm.example", federation_id="")
    other = Mailbox("copy", "copy@firm.example", addresses=("mike@firm.example",))
    assert {pair.user for pair in pairs([MIKE, other], [one], POLICY, {})} == {""}


def test_only_the_mailboxes_that_the_policy_names_are_paired() -> None:  # E8
    policy = Policy(mailboxes=("John@firm.example",))
    assert [pair.mailbox for pair in pairs([MIKE, JOHN], [], policy, {})] == ["john"]


def test_a_mailbox_stays_in_its_shard_when_others_come() -> None:  # ruling 22
    kept = {"mike": Pair("mike", other := 3 - shard_of("mike", 4))}
    (pair,) = pairs([MIKE], [], Policy(shards=4), kept)
    assert pair.shard == other != shard_of("mike", 4)
    (pair,) = pairs([MIKE], [], Policy(shards=2), {"mike": Pair("mike", 3)})
    assert pair.shard == shard_of("mike", 2), "unless there is no such shard any more"


def test_shards_are_filled_evenly() -> None:
    filled = [shard_of(f"mailbox-{n}", 4) for n in range(1000)]
    assert all(200 < filled.count(shard) < 300 for shard in range(4))
