"""How a service does: a retained level, for the command line, the console and the registry."""

from msgspec import Struct

from contracts.calendar import Instant


class Problem(Struct, frozen=True, omit_defaults=True):
    """Something that does not work: `where` (a mailbox id, an org, a file), `what` happened, and how a person mends it;
    one that `heals` needs nobody."""

    where: str
    what: str
    mend: str = ""
    heals: bool = False


class Status(Struct, frozen=True, omit_defaults=True):
    """One instance's word on one tenant. `outstanding` counts all that is not yet done: unperformed effects,
    unreceipted messages and messages in hand. `counts` are totals since the instance started."""

    service: str
    instance: str
    at: Instant
    outstanding: int = 0
    dead: int = 0
    problems: tuple[Problem, ...] = ()
    counts: dict[str, int] = {}
    cpu_seconds: float = 0.0
    peak_rss_mib: float = 0.0
    alive: bool = True
    lanes: tuple[str, ...] = ()
