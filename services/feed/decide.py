"""Numbers the public facts of a tenant, keeps them, and lets out no more of an event than the policy allows (S3). What
is cut here is neither stored nor published. What is kept holds ids only: an event that turns private later leaves no
text in it (ruling 20)."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from contracts.facts import Conflict, Created, Detail, Fact, Published, Said, Updated
from contracts.message import Message
from contracts.policy import PolicyNow, TopicDetail
from services.feed.rows import Batch, Numbering, fact_key
from services.kernel.decision import Decision, Do, Forgot, State

KEEP = 10_000
"""So many facts of a tenant can be read again by a subscriber that was away (S4)."""


def needs(state: State, message: Message) -> Iterable[str]:  # noqa: ARG001 - every message needs the same rows
    """The numbering and the policy."""
    return ("feed", "policy")


def decide(state: State, message: Message, now: datetime) -> Decision:
    """Number, keep and publish what was said. TypeError for a message that is not the feed's."""
    match message.body:
        case Said(facts=facts):
            policy = state.get("policy", PolicyNow)
            detail = policy.policy.topic_detail if policy else TopicDetail.IDS
            return _number(state.get("feed", Numbering) or Numbering(), [allowed(fact, detail) for fact in facts], now)
        case Forgot():
            return _resumed(state.get("feed", Numbering) or Numbering(), now)
        case PolicyNow():
            return Decision()
        case other:
            raise TypeError(f"the feed does not take {type(other).__name__}")


def allowed(fact: Fact, detail: TopicDetail) -> Fact:
    """The fact with no more detail than `topic_detail` allows (S3)."""
    if not isinstance(fact, Created | Updated | Conflict) or fact.detail is None or detail is TopicDetail.FULL:
        return fact
    if detail is TopicDetail.IDS:
        return replace(fact, detail=None)
    full = fact.detail
    return replace(fact, detail=Detail(subject=full.subject, start=full.start, end=full.end))


def _resumed(numbering: Numbering, now: datetime) -> Decision:
    """Numbers were used that we have forgotten: the next one is above them all (milliseconds grow faster than any
    tenant's facts), and who subscribes sees the gap (ruling 6)."""
    last = max(numbering.last, int(now.timestamp() * 1000))
    gone: dict[str, Struct | None] = {fact_key(number): None for number in range(numbering.oldest, numbering.last + 1)}
    return Decision({**gone, "feed": Numbering(last, last + 1)}, counts={"forgot": 1})


def _number(numbering: Numbering, facts: list[Fact], now: datetime) -> Decision:
    """Each fact gets the next number; the oldest make room for the ids of the newest."""
    if not facts:
        return Decision()
    batch = tuple(Published(number, now, fact) for number, fact in enumerate(facts, numbering.last + 1))
    last = batch[-1].number
    oldest = max(numbering.oldest, last - KEEP + 1)
    rows: dict[str, Struct | None] = {fact_key(number): None for number in range(numbering.oldest, oldest)}
    rows |= {fact_key(one.number): replace(one, fact=allowed(one.fact, TopicDetail.IDS))
             for one in batch if one.number >= oldest}  # fmt: skip
    return Decision({**rows, "feed": Numbering(last, oldest)}, (Do("publish", Batch(batch)),), {"facts": len(batch)})
