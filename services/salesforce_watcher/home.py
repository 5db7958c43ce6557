"""To which shard an Event is told: in a firm of several shards always to the one that heard of it first, whoever owns
it since, so that one shard knows its whole life (rulings 14, 22). Never moves anything."""

from collections.abc import Iterator

from msgspec import Struct

from contracts.message import Message
from contracts.policy import PolicyNow
from services.clients.salesforce.row import Row
from services.kernel.decision import State
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.rows import OrgRead, RowsLooked


class Home(Struct, frozen=True):
    """Row `home/<id>`: the shard to which an Event is told."""

    shard: int


def needs(state: State, message: Message) -> Iterator[str]:
    """The rows of all Events that a message brings."""
    known = state.get("policy", PolicyNow) if state.known("policy") else None
    if known is None or known.policy.shards == 1:
        return
    match message.body:
        case OrgRead(round_):
            yield from (f"home/{row.id}" for row in round_.rows)
        case RowsLooked(rows=rows):
            yield from (f"home/{row.id}" for row in rows)
        case _:
            pass


def of(draft: Draft, row: Row, mailbox: str, shard: int) -> int:
    """The shard that an Event is told to; `shard` is that of its owner, "" for the `mailbox` of one who has none."""
    if draft.policy.shards == 1:
        return shard
    key = f"home/{row.id}"
    home = draft.get(key, Home)
    if home is not None and home.shard < draft.policy.shards:
        shard = home.shard
    elif mailbox:
        draft.rows[key] = Home(shard)
    if row.deleted:
        draft.rows[key] = None
    return shard
