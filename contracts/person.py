"""The address book of Practifi, as far as matching attendees needs it: mirrored by the watcher, never asked for one
address at a time (M6)."""

from enum import IntEnum

from msgspec import Struct


class Source(IntEnum):
    """Where an address stands on a person; the smaller wins when several people share it (M3)."""

    EMAIL = 0
    ALTERNATE = 1
    CUSTOM = 2
    CONTACT_POINT = 3


class Person(Struct, frozen=True, omit_defaults=True):
    """A User, Individual or Contact and its addresses (lower-case, with their source), or what is left of one
    (`gone`). `since` orders equals: the oldest wins."""

    id: str
    addresses: tuple[tuple[str, Source], ...] = ()
    user: bool = False
    individual: bool = False
    since: str = ""
    gone: bool = False


class People(Struct, frozen=True, omit_defaults=True):
    """People as they are now. `after` is the sequence of the People that were said before, 0 for the first since all
    was told anew (`Again`): who has not heard those knows less than what was said."""

    sequence: int
    people: tuple[Person, ...]
    after: int = 0
