"""What a lost or restored memory makes necessary (rulings 5, 6): ours, that of a reconciler, or that of a poller; or a
shard that is new, and knows nothing either. Everything is said again from a fresh read of the org; of what is
remembered only the pairing is."""

from msgspec.structs import replace

from contracts.control import Again
from contracts.observed import Paired
from services.clients.salesforce.row import Cursors
from services.kernel.decision import Forgot, Say
from services.salesforce_watcher import home
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.rows import Pairs

POLLER = "graph-poller"


def forgot(draft: Draft, body: Forgot) -> None:
    """Learn the mailboxes once more, and who wanted to be told all anew. The run that may be lost on us begins anew.
    Who belongs to whom is said anew, too: one of our listeners may know a newer word of ours than the others, and what
    it says by that would be heard by nobody."""
    want = Again(draft.message.id, "salesforce-watcher", body.here)
    draft.effects += [Say(name, want, key=f"replace:again/{name}") for name in (POLLER, "registry")]
    home.ask(draft, want)
    if (kept := draft.get("pairs", Pairs)) is not None:
        draft.rows["pairs"] = replace(kept, sequence=0)
    draft.count("forgot")


def answer(draft: Draft, body: Again) -> None:
    """A poller wants to know its mailboxes, a reconciler also all that the org holds. What was counted for it so far
    it has forgotten, and perhaps what we have asked. A question may come twice."""
    _ask_again(draft)
    kept = draft.get("pairs", Pairs)
    if kept is not None:
        own = [pair for pair in kept.pairs if body.service != POLLER or pair.shard == body.shard]
        draft.effects.append(Say(body.service, Paired(kept.sequence, tuple(own), body.shard), body.shard))
    reader, waiting, shard = draft.reader(), draft.waiting(), str(body.shard)
    if body.service == POLLER or reader.again.get(shard) == body.wish:
        return
    draft.rows["reader"] = replace(
        reader, cursors=Cursors(), recent={}, reading={}, again={**reader.again, shard: body.wish},
        told={**reader.told, shard: 0}, people=0,
    )  # fmt: skip
    counted = tuple(0 if place == body.shard else count for place, count in enumerate(waiting.messages))
    draft.rows["waiting"] = replace(waiting, messages=counted)


def _ask_again(draft: Draft) -> None:
    """What nobody has answered yet may never be answered: reading would wait for it for ever."""
    home.remind(draft)
    if draft.directory() is None:
        want = Again(draft.message.id, "salesforce-watcher")
        draft.effects.append(Say(POLLER, want, key=f"replace:again/{POLLER}"))


def grown(draft: Draft) -> bool:
    """Whether the firm has other shards by now than those that were told who belongs to whom: a new one has heard of
    nobody and nothing, and all is read anew for it (ruling 22)."""
    kept = draft.get("pairs", Pairs)
    if kept is None or kept.shards == draft.policy.shards:
        return False
    draft.rows["pairs"] = replace(kept, sequence=0)
    draft.rows["reader"] = replace(draft.reader(), cursors=Cursors(), recent={}, reading={})
    return True
