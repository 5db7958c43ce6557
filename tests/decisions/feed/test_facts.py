"""What the public hears of a tenant's events, and what it never hears."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from contracts.calendar import Side
from contracts.facts import Blocked, Conflict, Created, Detail, Fact, Published, RunStarted, Said, Subject, Updated
from contracts.message import Message
from contracts.policy import Policy, PolicyNow, TopicDetail
from services.feed import decide as feed
from services.feed.rows import Batch, fact_key
from services.kernel.decision import Decision, Do, Forgot, State

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ABOUT = Subject("link-1", "mailbox-1")
FULL = Detail("Board meeting", "2026-03-02T12:00Z", "2026-03-02T13:00Z", "Room 5", ("location",))
SUMMARY = Detail("Board meeting", "2026-03-02T12:00Z", "2026-03-02T13:00Z")


class Feed:
    def __init__(self, detail: TopicDetail | None = None) -> None:
        policy = None if detail is None else PolicyNow(1, True, Policy(topic_detail=detail))
        self.rows = {} if policy is None else {"policy": msgspec.msgpack.encode(policy)}

    def say(self, facts: Sequence[Fact]) -> list[Published]:
        message = Message(id="m", tenant="firm", sent_at=NOON, body=Said(tuple(facts)))
        state = State({key: self.rows.get(key) for key in feed.needs(State({}), message)})
        return self._keep(feed.decide(state, message, NOON))

    def forgot(self) -> None:
        """A sign that it has lost its memory, or got an old one back."""
        message = Message(id="m", tenant="firm", sent_at=NOON, body=Forgot("reconciler", 0))
        state = State({key: self.rows.get(key) for key in feed.needs(State({}), message)})
        self._keep(feed.decide(state, message, NOON))

    def _keep(self, decision: Decision) -> list[Published]:
        for key, row in decision.rows.items():
            self.rows.pop(key, None)
            if row is not None:
                self.rows[key] = msgspec.msgpack.encode(row)
        batches = [e.body for e in decision.effects if isinstance(e, Do) and isinstance(e.body, Batch)]
        return [published for batch in batches for published in batch.facts]


def test_every_fact_of_a_tenant_has_the_next_number_so_that_a_gap_shows() -> None:  # S4
    feed_ = Feed()
    first = feed_.say([RunStarted("r1"), RunStarted("r2")])
    assert [p.number for p in (*first, *feed_.say([RunStarted("r3")]))] == [1, 2, 3]


def test_what_was_published_can_be_read_again() -> None:  # S4
    feed_ = Feed()
    (published,) = feed_.say([Blocked(ABOUT, Side.PRACTIFI, "no mailbox")])
    assert msgspec.msgpack.decode(feed_.rows[fact_key(1)], type=Published) == published


def test_only_the_last_ten_thousand_are_kept() -> None:  # S4
    feed_ = Feed()
    for _ in range(3):
        feed_.say([RunStarted("r")] * 4_000)
    kept = sorted(key for key in feed_.rows if key.startswith("fact/"))
    assert (len(kept), kept[0], kept[-1]) == (10_000, fact_key(2_001), fact_key(12_000))


def test_a_single_batch_larger_than_all_that_is_kept_is_published_whole() -> None:  # S4
    feed_ = Feed()
    assert len(feed_.say([RunStarted("r")] * 10_005)) == 10_005
    assert sum(key.startswith("fact/") for key in feed_.rows) == 10_000


def test_numbers_that_were_forgotten_are_not_used_again() -> None:  # S4, ruling 6
    feed_ = Feed()
    feed_.say([RunStarted("r1"), RunStarted("r2")])
    feed_.forgot()
    (first, second) = feed_.say([RunStarted("r3"), RunStarted("r4")])
    assert (second.number, first.number > NOON.timestamp() * 1000) == (first.number + 1, True)
    assert sorted(key for key in feed_.rows if key.startswith("fact/")) == [fact_key(n.number) for n in (first, second)]


@pytest.mark.parametrize(
    ("detail", "left"),
    [
        pytest.param(None, None, id="policy-not-heard-yet"),
        pytest.param(TopicDetail.IDS, None, id="ids"),
        pytest.param(TopicDetail.SUMMARY, SUMMARY, id="summary"),
        pytest.param(TopicDetail.FULL, FULL, id="full"),
    ],
)
@pytest.mark.parametrize(
    "fact",
    [
        Created(ABOUT, Side.PRACTIFI, detail=FULL),
        Updated(ABOUT, Side.PRACTIFI, ("location",), detail=FULL),
        Conflict(ABOUT, Side.MICROSOFT, ("location",), FULL),
    ],
    ids=["created", "updated", "conflict"],
)
def test_the_policy_decides_how_much_of_an_event_is_told(
    fact: Created | Updated | Conflict, detail: TopicDetail | None, left: Detail | None
) -> None:  # S3, ruling 20
    feed_ = Feed(detail)
    (published,) = feed_.say([fact])
    assert published.fact == msgspec.structs.replace(fact, detail=left)
    kept = msgspec.msgpack.decode(feed_.rows[fact_key(1)], type=Published)
    assert kept.fact == msgspec.structs.replace(fact, detail=None), "the event may turn private later"


def test_a_message_for_somebody_else_is_refused_not_ignored() -> None:  # O5
    message = Message(id="m", tenant="firm", sent_at=NOON, body=RunStarted("r"))
    with pytest.raises(TypeError, match="RunStarted"):
        feed.decide(State({"feed": None, "policy": None}), message, NOON)
