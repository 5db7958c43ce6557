"""Whatever is lost, late, repeated or away, once all is mended all comes to rest: each run is over, nothing waits for a
word that nobody says, and what is in Outlook is in Practifi. And while something is away the others go on."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from contracts.control import Pause, Resume, SyncNow
from services.graph_poller.draft import RUN
from services.reconciler.rows import Link
from services.reconciler.wish import Unread
from services.registry.rows import Ledger
from services.salesforce_watcher.rows import Pairs
from tests.decisions.rest.firm import REGISTRY, Firm
from tests.decisions.rest.sides import Sides

MAILBOXES = ("mailbox-ann", "mailbox-bob", "mailbox-eve")
WATCHER = ("salesforce-watcher", 0)
OUT = ("directory", "org", "writes", *MAILBOXES)
DEEDS = ("edit", "edit", "edit", "edit", "away", "away", "lose", "copy", "put back", "copy all", "recover", "pause",
         "resume", "sync", "start", "interval", "interval", "leave", "split")  # fmt: skip


def story(seed: int) -> Firm:
    """A day of a firm; at its end nothing is mended."""
    chance = Random(seed)
    firm = Firm(chance, chance.choice((1, 2)), Sides(MAILBOXES))
    for _ in range(chance.randint(3, 14)):
        happens(firm, chance.choice(DEEDS))
        for _ in range(chance.randint(0, 40)):
            firm.step()
    return firm


def happens(firm: Firm, deed: str) -> None:  # noqa: C901, PLR0912 - one row for each deed
    who = firm.chance.choice(sorted(firm.memories))
    match deed:
        case "edit":
            firm.sides.edit(firm.chance)
        case "away":
            firm.sides.out ^= {firm.chance.choice(OUT)}
        case "lose":
            firm.lose(who)
        case "copy":
            firm.copies[who] = firm.memories[who].copy()
        case "put back" if who in firm.copies:
            firm.lose(who, firm.copies[who])
        case "copy all":
            firm.copy_all()
        case "recover":
            firm.recover()
        case "pause":
            firm.local(REGISTRY, Pause("ann"))
        case "resume":
            firm.local(REGISTRY, Resume("ann"))
        case "sync":
            firm.local(REGISTRY, SyncNow("ann", firm.chance.choice(("", "mailbox-ann@firm.example"))))
        case "start":
            firm.file(start=True)
        case "interval":
            firm.wake(15 * 60)
        case "leave":
            firm.sides.leave(firm.chance.choice(MAILBOXES))
        case "split" if firm.policy.shards == 1:
            firm.split()


def mended(firm: Firm) -> None:
    firm.sides.out.clear()
    firm.local(REGISTRY, Resume("ann"))
    firm.pass_time(minutes=45)


def waiting(firm: Firm) -> list[str]:
    """What has not come to rest."""
    found = [f"run {run}"] if (run := ledger(firm).run) else []
    for who, memory in firm.memories.items():
        found += [f"{who} wants to say {one[2]}" for one in memory.unsaid.values()]
        found += [f"{who} waits for {one[2]}" for one in memory.wakes.values() if one[2].startswith("early")]
        found += [f"{who}: {key}" for key in memory.rows if waits(firm, who[0], key)]
        unread = memory.row("unread", Unread)
        found += [f"{who}: {one}" for one in (unread.mailboxes if unread else ()) if one not in firm.sides.left]
    return found


def waits(firm: Firm, service: str, key: str) -> bool:
    """Whether a row tells of something that waits; of a user who has left it may."""
    if service == "reconciler" and key.startswith(("again/", "out/", "stopped/mailbox")):
        return key.split("/")[1] not in firm.sides.left
    return (service, key) == ("salesforce-watcher", "waiting") or (service == "graph-poller" and key.startswith(RUN))


def ledger(firm: Firm) -> Ledger:
    return firm.memories[REGISTRY].row("registry", Ledger) or Ledger()


def synced(firm: Firm) -> bool:
    """Whether each event in Outlook has an Event, and one only. What was edited or deleted while somebody lost its
    memory may stand there as it was."""
    there = [row.stamp for row in firm.sides.rows.values() if not row.deleted]
    links = [link for link in known(firm) if link.microsoft is not None and not link.microsoft.gone]
    made = {link.microsoft.id for link in links if link.microsoft is not None and link.id in there}
    wanted = {name for name in firm.sides.events if name.partition("/")[0] not in firm.sides.left}
    return wanted <= made and len(there) == len(set(there))


def known(firm: Firm) -> list[Link]:
    memories = [memory for (service, _), memory in firm.memories.items() if service == "reconciler"]
    rows = [(memory, key) for memory in memories for key in memory.rows if key.startswith("link/")]
    return [link for memory, key in rows if (link := memory.row(key, Link)) is not None]


PUT_BACK = 16018
"""All stores are put back to before the first run was over, and the firm has paused since."""


@pytest.mark.parametrize("seed", [*range(30), PUT_BACK])
def test_everything_comes_to_rest_when_all_is_mended(seed: int) -> None:  # O4, O6, rulings 5, 6, 24
    firm = story(seed)
    mended(firm)
    assert waiting(firm) == []
    assert synced(firm)


@pytest.mark.parametrize("seed", range(20))
def test_a_firm_that_gets_a_second_shard_just_as_its_watcher_loses_its_store_goes_on(seed: int) -> None:
    """Within the interval, and each mailbox stays in its shard."""  # rulings 6, 22, 24
    firm = Firm(Random(seed), 1, Sides(MAILBOXES))
    firm.sides.edit(firm.chance)
    firm.pass_time(minutes=20)
    for deed in firm.chance.sample((firm.split, lambda: firm.lose(WATCHER)), 2):
        deed()
        for _ in range(firm.chance.randint(0, 60)):
            firm.step()
    firm.pass_time(minutes=10)
    assert waiting(firm) == []
    pairs = firm.memories[WATCHER].row("pairs", Pairs)
    assert pairs is not None
    assert {pair.shard for pair in pairs.pairs} == {0}


@pytest.mark.parametrize("seed", range(30, 50))
@pytest.mark.parametrize("away", ["org", "writes"])
def test_what_is_away_holds_up_no_reading_of_the_others(seed: int, away: str) -> None:  # CUR-30, O4
    firm = story(seed)
    mended(firm)
    firm.sides.out = {away}
    for _ in range(3):
        firm.sides.edit(firm.chance)
        firm.pass_time(minutes=40)
    heard = {link.microsoft.mark for link in known(firm) if link.microsoft is not None and not link.microsoft.gone}
    there = [event for event in firm.sides.events.values() if event.id.partition("/")[0] not in firm.sides.left]
    assert {event.mark for event in there} <= heard
    if run := ledger(firm).run:
        began = datetime.strptime(run[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        assert firm.now - began < timedelta(minutes=25)
