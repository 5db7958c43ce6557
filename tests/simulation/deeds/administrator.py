"""An administrator: pauses, disables, turns the direction, narrows the window, changes what may be mailed and shown."""

from random import Random

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Pause, Resume
from contracts.policy import Direction, Invitations, PrivateEvents
from tests.simulation.deeds.deed import deed
from tests.simulation.tale import Tale


@deed
async def pauses(tale: Tale, chance: Random) -> str:
    tale.stage.tell(chance.choice((Pause("an administrator"), Resume("an administrator"))))
    return "an administrator pauses or resumes"


@deed
async def disables(tale: Tale, chance: Random) -> str:
    """What was changed meanwhile is sent once it is enabled again."""
    enabled = not tale.policy.enabled
    await tale.stage.govern(replace(tale.policy, enabled=enabled))
    return f"an administrator {'enables' if enabled else 'disables'} the firm"


@deed
async def direction_turns(tale: Tale, chance: Random) -> str:
    """What was touched at that moment may be heard by the one rule or by the other (ruling 12)."""
    ways = [one for one in (*Direction, Direction.TWO_WAY) if one is not tale.policy.direction]
    way = chance.choice(ways)
    tale.turned()
    tale.stage.skipped = True  # one that is private may have been made a moment ago
    await tale.stage.govern(replace(tale.policy, direction=way))
    return f"an administrator turns the direction: {way.value}"


@deed
async def invitations_change(tale: Tale, chance: Random) -> str:
    wish = chance.choice([one for one in Invitations if one is not tale.policy.invitations])
    tale.turned()
    await tale.stage.govern(replace(tale.policy, invitations=wish))
    return f"an administrator lets invitations go out: {wish.value}"


@deed
async def privacy_changes(tale: Tale, chance: Random) -> str:
    """Private events are shown as busy, or not at all; their text no more (P1, P2). It goes only where something goes
    to Practifi."""
    old = tale.policy.private_events
    new = PrivateEvents.SKIP if old is PrivateEvents.BUSY_ONLY else PrivateEvents.BUSY_ONLY
    if old is PrivateEvents.FULL and not tale.policy.direction.writes(Side.PRACTIFI):
        return "nothing goes to Practifi that could take a private text from there"
    await tale.stage.govern(replace(tale.policy, private_events=new))
    tale.stage.skipped = True
    tale.opened |= old is PrivateEvents.FULL
    return f"an administrator has private events shown: {new.value}"


@deed
async def window_changes(tale: Tale, chance: Random) -> str:
    """What is outside the window is left alone on both sides (D9, D8)."""
    months = 1 if tale.policy.future_inbound_months > 1 else 24
    tale.turned()
    await tale.stage.govern(replace(tale.policy, future_inbound_months=months, future_outbound_months=months))
    return f"an administrator sets the window to {months} months"
