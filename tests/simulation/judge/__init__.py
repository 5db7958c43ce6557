"""What must hold whenever everything has come to rest, whatever happened before (tests/simulation/README.md). It looks
at both remotes, at all that was said and kept, and at nothing that calsync concluded."""

from tests.simulation.judge import calendars, guests, kept, mails, once, stores, words
from tests.simulation.tale import Tale


async def faults(tale: Tale) -> list[str]:
    """Every invariant that does not hold, in words."""
    wrong = [
        *calendars.agreement(tale),
        *once.twice(tale),
        *kept.untouched(tale),
        *kept.far(tale),
        *kept.lost(tale),
        *guests.wrong(tale),
        *words.last(tale),
        *words.teams(tale),
        *mails.caused(tale),
        *[f"a request did what it may not: {one}" for one in tale.stage.sins],
        *await stores.links(tale),
        *await stores.secrets(tale),
        *await stores.dead(tale),
    ]
    guests.settled(tale)
    calendars.settled(tale, words.unlinked(tale))
    words.settled(tale)
    return wrong
