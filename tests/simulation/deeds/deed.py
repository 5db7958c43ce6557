"""The list of deeds. A deed has a name and takes a number, which decides whom it strikes: so a story with fewer deeds
still makes sense."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random

from tests.simulation.tale import Tale

Step = tuple[str, int]
Deed = Callable[[Tale, Random], Awaitable[str]]
DEEDS: dict[str, Deed] = {}


def deed(act: Deed) -> Deed:
    """Enter a deed into the list."""
    DEEDS[act.__name__] = act
    return act


def soon(tale: Tale, chance: Random) -> datetime:
    """Some time within the next weeks."""
    day = tale.now + timedelta(days=chance.randint(3, 40))
    return day.replace(hour=chance.randint(7, 18), minute=chance.choice((0, 15, 30)), second=0)


def typed(chance: Random) -> str:
    """A text that nobody has typed before."""
    return f"{chance.getrandbits(32):08x}"
