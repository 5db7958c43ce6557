"""What the reconciler remembers of people and mailboxes: who has which address, and whose mailboxes are synced."""

from msgspec import Struct

from contracts.person import Person, Source


class Owner(Struct, frozen=True, omit_defaults=True):
    """The row `pair/<mailbox>`: its Practifi user ("" while it has none), and the shard that keeps it."""

    user: str
    addresses: tuple[str, ...] = ()
    shard: int = 0


class Address(Struct, frozen=True):
    """The row `address/<address>` or `user/<id>`: the synced mailbox of an address or a Practifi user, and the shard
    that keeps it."""

    mailbox: str
    shard: int = 0


class Firm(Struct, frozen=True, omit_defaults=True):
    """The row `firm`: the domains of the synced mailboxes, which `shard` we are, and the sequence of the pairing that
    said so."""

    sequence: int
    domains: tuple[str, ...] = ()
    shard: int = 0


class Candidate(Struct, frozen=True, omit_defaults=True):
    """A person who has an address, and how well (M3)."""

    id: str
    source: Source
    user: bool = False
    individual: bool = False
    since: str = ""


class Who(Struct, frozen=True):
    """The row `who/<address>`: everybody who has it."""

    candidates: tuple[Candidate, ...]


class Book(Struct, frozen=True):
    """The row `book`: the sequence of the last People that were heard, and of all before them."""

    sequence: int


class Known(Struct, frozen=True):
    """The row `person/<id>`: a person, or that they are gone, as last said."""

    person: Person
    sequence: int
