"""Remotes fail: each named fault of the sandbox, tokens that are forgotten, rights that are taken and given back, waits
of many minutes."""

from random import Random

from services.sandbox.faults import NAMES, ROWS
from tests.simulation.deeds.deed import deed
from tests.simulation.tale import SYNCED, Tale

WAITS = (3, 30, 300, 1500)
"""Seconds that a remote may ask us to wait."""
KINDS = ("out_of_scope", "unlicensed", "on_premises")


@deed
async def remotes_fail(tale: Tale, chance: Random) -> str:
    name = chance.choice([one for one in NAMES if one != "slow"])  # nobody waits here for real
    if name in ROWS:
        tale.sides.salesforce.fail_rows(ROWS[name], chance.randint(1, 12))
        return f"rows of Practifi begin to fail: {name}"
    side = chance.choice((None, None, "microsoft", "practifi"))
    many = 1 if name == "lag" else chance.randint(1, 12)  # seconds late, never as long as two looks need (graph.md §8)
    tale.stage.world.faults.set(name, rate=chance.choice((0.2, 0.5, 1.0)), count=many, side=side)
    return f"{side or 'a remote'} begins to fail: {name}"


@deed
async def remotes_ask_to_wait(tale: Tale, chance: Random) -> str:
    """From now on, who is throttled is asked to wait for so long."""
    tale.stage.patience = chance.choice(WAITS)
    tale.stage.world.faults.set("throttle", rate=0.5, count=chance.randint(1, 4))
    return f"remotes throttle, and ask for {tale.stage.patience} seconds"


@deed
async def deltas_are_forgotten(tale: Tale, chance: Random) -> str:
    tale.sides.microsoft.forget_deltas()
    return "Microsoft forgets its delta tokens"


@deed
async def sessions_end(tale: Tale, chance: Random) -> str:
    tale.sides.microsoft.forget_tokens()
    tale.sides.salesforce.expire_sessions()
    return "all sessions end"


@deed
async def access_is_revoked(tale: Tale, chance: Random) -> str:
    """A mailbox cannot be opened any more, or can be again: nothing is taken for deleted (X2)."""
    who = chance.choice(SYNCED)
    gone = tale.sides.microsoft.tenant.user(who).kind != "mailbox"
    kind = "mailbox" if gone else chance.choice(KINDS)
    give(tale, who, kind)
    return f"the mailbox of {who} is {'there again' if gone else kind}"


def give(tale: Tale, who: str, kind: str) -> None:
    """A mailbox is of this kind from now on; what is in it stays."""
    tale.sides.microsoft.change_user(who, kind=kind)  # type: ignore[arg-type]  # one of the words of Kind
