"""What the policy leaves out by category or domain (INB-30, INB-31). Judged where the whole row is seen, because
what is private keeps neither; only the verdict leaves this folder. Pure."""

from msgspec import Struct

from services.clients.graph import parts
from services.clients.graph.shape import Row


class Excluded(Struct, frozen=True, omit_defaults=True):
    """Categories and domains, folded by `folded`; `own` are the mailbox's own addresses, lower-case, which do not
    count among an event's people."""

    categories: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


NOTHING = Excluded()


def folded(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as they are compared: without case and outer spaces; a domain may be given as "@firm.example"."""
    return tuple(sorted({name.strip().casefold().removeprefix("@") for name in names} - {""}))


def excludes(rule: Excluded, row: Row) -> bool:
    """Whether an event is left out: one of its categories is named, or all its other people are at named domains. An
    event of nobody else has no such domain, nor has somebody without an address."""
    if rule.categories and set(folded(tuple(row.categories or ()))) & set(rule.categories):
        return True
    if not rule.domains:
        return False
    people = [person for person in (row.organizer, *(row.attendees or ())) if person]
    others = {parts.address(person) for person in people} - set(rule.own)
    return bool(others) and all(address.rpartition("@")[2] in rule.domains for address in others)
