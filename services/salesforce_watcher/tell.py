"""How the watcher words what it read: rows of Practifi become items, and each goes to the shard of its owner, or to
the one that it went to first; people are said to all."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item, Observed, ReadDone, Unreadable, Vanished
from contracts.person import People, Person
from services.clients.salesforce.item import item_of
from services.clients.salesforce.row import Row
from services.kernel.decision import Effect, Say
from services.salesforce_watcher import home
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.exposed import exposed

ITEMS = 100
"""Items in one message: some 100 kB."""
PEOPLE = 100
"""People in one message: its receiver turns the addresses of all of them over in one commit."""


def observe(draft: Draft, rows: Iterable[Row], run: str = "") -> list[int]:
    """Say rows to the reconcilers; how many messages went to each shard, to be counted in this `run`."""
    by_shard: list[list[Item | Vanished]] = [[] for _ in range(draft.policy.shards)]
    for row in rows:
        mailbox, shard = draft.place(row.owner)
        shard = home.of(draft, row, mailbox, shard)
        stands = exposed(draft, row)
        if row.error:
            reason = Unreadable(side=Side.PRACTIFI, mailbox=mailbox, id=row.id, reason=row.error)
            draft.effects.append(Say("reconciler", reason, shard, key=row.id))
            draft.count("unreadable")
        elif row.deleted:
            by_shard[shard].append(Vanished(row.id, mailbox, stamp=row.stamp, ours=row.ours))
        elif row.event is not None and not row.child:
            by_shard[shard].append(item_of(row, mailbox, edited=_edited(draft, row), exposed=stands))
    return [_say(draft, shard, items, run) for shard, items in enumerate(by_shard)]


def tell_people(draft: Draft, people: Sequence[Person]) -> None:
    """Say to all reconcilers who people are; what is said after that tells by which people it goes."""
    for at in range(0, len(people), PEOPLE):
        body = People(draft.sequence(), tuple(people[at : at + PEOPLE]), draft.reader().people)
        draft.rows["reader"] = replace(draft.reader(), people=body.sequence)
        draft.effects += [Say("reconciler", body, shard) for shard in range(draft.policy.shards)]


def done(draft: Draft, run: str, messages: Sequence[int], failed: tuple[str, ...]) -> list[Effect]:
    """The end of a run's reading, for each shard."""
    counts, reader = messages or [0] * draft.policy.shards, draft.reader()
    return [
        Say("reconciler", ReadDone(
            run, "salesforce-watcher", messages=count, failed=failed, again=reader.again.get(str(shard), ""),
            told=reader.told.get(str(shard), 0),
        ), shard)
        for shard, count in enumerate(counts)
    ]  # fmt: skip


def _say(draft: Draft, shard: int, said: Sequence[Item | Vanished], run: str) -> int:
    chunks = [said[at : at + ITEMS] for at in range(0, len(said), ITEMS)]
    reader = draft.reader()
    again, told = reader.again.get(str(shard), ""), reader.told.get(str(shard), 0)
    for chunk in chunks:
        items = tuple(item for item in chunk if isinstance(item, Item))
        vanished = tuple(gone for gone in chunk if isinstance(gone, Vanished))
        observed = Observed(Side.PRACTIFI, draft.sequence(), items, vanished, draft.paired(), again, run, reader.people)
        draft.effects.append(Say("reconciler", observed, shard))
    if again and chunks:
        draft.rows["reader"] = replace(reader, told={**reader.told, str(shard): told + len(chunks)})
    return len(chunks)


def _edited(draft: Draft, row: Row) -> bool:
    """Whether a person saved the Event after outbound was switched on (D7, ruling 11)."""
    since = draft.reader().outbound_since
    return since is not None and row.edited_at is not None and row.edited_at > since
