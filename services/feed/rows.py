"""What the feed remembers, and what it has published. Nothing here travels to another service."""

from msgspec import Struct

from contracts.facts import Published


class Numbering(Struct, frozen=True):
    """The row `feed`: the number of the last fact, and of the oldest that is still kept."""

    last: int = 0
    oldest: int = 1


class Batch(Struct, frozen=True):
    """Facts to be published, in this order."""

    facts: tuple[Published, ...]


PRIVATE: tuple[type[Struct], ...] = (Batch,)
"""What the feed says to itself."""


def fact_key(number: int) -> str:
    """The row of one fact: keys sort as numbers do, so that a subscriber can read on from a cursor (S4)."""
    return f"fact/{number:012d}"
