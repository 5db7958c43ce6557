"""To which shard an Event is told: in a firm of several shards always to the one that heard of it first, whoever owns
it since, so that one shard knows its whole life (rulings 14, 22). A watcher that has lost its memory asks all shards
what they know, and reads nothing before they have answered; the one shard of a firm as well, which may get another one
before anybody is paired. Never moves anything."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from contracts.control import Again
from contracts.message import Message
from contracts.observed import Homes, Pair
from contracts.policy import PolicyNow
from services.clients.salesforce.row import Row
from services.kernel.decision import Say, State
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.rows import OrgRead, RowsLooked


class Home(Struct, frozen=True):
    """Row `home/<id>`: the shard to which an Event is told."""

    shard: int


class Asked(Struct, frozen=True):
    """Row `homes`: the question to all shards which Events they know, and which parts of their answers are still to
    come, by shard; nothing is known of the answer of one that is not named. And the shards of `mailboxes`, as they
    have answered."""

    wish: str
    left: dict[str, tuple[int, ...]] = {}
    mailboxes: dict[str, int] = {}

    def open(self, shard: int) -> bool:
        """Whether a shard has not answered, or not all of it has come."""
        return self.left.get(str(shard)) != ()


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


def ask(draft: Draft, want: Again) -> None:
    """Ask all shards what they know, as one who has lost all of that. Each is told which one it is: it may have lost
    that as well."""
    draft.effects += [Say("reconciler", replace(want, shard=shard), shard) for shard in range(draft.policy.shards)]
    draft.rows["homes"] = Asked(want.wish)


def remind(draft: Draft) -> None:
    """Ask those once more who have not answered."""
    asked = draft.get("homes", Asked)
    for shard in _silent(draft):
        want = Again(asked.wish if asked else "", "salesforce-watcher", shard)
        draft.effects.append(Say("reconciler", want, shard, key=f"replace:homes/{shard}"))


def known(draft: Draft) -> bool:
    """Whether it is known where Events are to be told."""
    return not _silent(draft)


def hear(draft: Draft, body: Homes) -> bool:
    """A shard has told of some of its Events: whether all have told of all by that."""
    if draft.policy.shards > 1:
        draft.rows |= {f"home/{event}": Home(body.shard) for event in body.events}
    asked, shard = draft.get("homes", Asked), str(body.shard)
    if asked is None or asked.wish != body.wish or known(draft):
        return False
    left = asked.left.get(shard, tuple(range(body.many)))
    left = tuple(one for one in left if one != body.part)
    draft.rows["homes"] = replace(
        asked, left={**asked.left, shard: left}, mailboxes={**asked.mailboxes, **body.mailboxes}
    )  # fmt: skip
    return known(draft)


def kept(draft: Draft) -> dict[str, Pair]:
    """The shard of each mailbox, as we know it or were told."""
    asked = draft.get("homes", Asked)
    told = {name: Pair(name, shard) for name, shard in asked.mailboxes.items()} if asked is not None else {}
    return told | {pair.mailbox: pair for pair in draft.pairs()}


def _silent(draft: Draft) -> list[int]:
    asked = draft.get("homes", Asked)
    return [shard for shard in range(draft.policy.shards) if asked is not None and asked.open(shard)]


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
