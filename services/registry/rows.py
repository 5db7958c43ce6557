"""What the registry remembers and what it tells itself: plain rows and local messages. Nothing here travels to another
service, and nothing here does anything."""

from msgspec import Struct

from contracts.calendar import Instant
from contracts.policy import Policy


class TenantFile(Struct, frozen=True, omit_defaults=True):
    """What the tenant's file says now: its `[policy]`, or None when the file is gone. `digest` is that table's own.
    `start` marks the first look after a start of the process."""

    policy: Policy | None
    digest: str
    start: bool = False


class NextRun(Struct, frozen=True):
    """The interval is over (D3)."""


class PolicySaid(Struct, frozen=True):
    """The broker has this version of the policy, so that nobody hears of a run before its policy."""

    version: int


class Asked(Struct, frozen=True, omit_defaults=True):
    """A run that shall begin as soon as it may: of one mailbox, or of all ("")."""

    mailbox: str = ""


class Ledger(Struct, frozen=True, omit_defaults=True):
    """The row `registry`. `policy` is the last readable one of the file, `digest` the file's own ("": it was not looked
    for yet) and `present` whether it is there. `run` is the run that goes on, `newest` the time in the name of the last
    one, `asked` the one that waits and `afresh` those from the beginning that do (of a mailbox each, or of all: ""),
    `due` when the interval is over. `consents` and `outbound` are those of PolicyNow."""

    policy: Policy = Policy()
    digest: str = ""
    present: bool = False
    paused: bool = False
    consents: int = 0
    outbound: Instant | None = None
    run: str = ""
    newest: Instant | None = None
    asked: Asked | None = None
    afresh: tuple[str, ...] = ()
    due: Instant | None = None

    @property
    def active(self) -> bool:
        """Whether the tenant syncs at all (D2)."""
        return self.present and self.policy.enabled and not self.paused


class Run(Struct, frozen=True, omit_defaults=True):
    """The row `run/<run>`, kept while the run goes on: the reconciler shards that it still waits for and what the
    others had to do; of a run from the beginning, what it is of (as in Ledger)."""

    started_at: Instant
    waiting: tuple[int, ...]
    items: int = 0
    failed: tuple[str, ...] = ()
    afresh: str | None = None


class Control(Struct, frozen=True, omit_defaults=True):
    """The row `control/<when>/<message>`: what a person asked for, who it was and when, and what it was `about`."""

    what: str
    who: str
    at: Instant
    about: str = ""


PRIVATE: tuple[type[Struct], ...] = (TenantFile, NextRun, PolicySaid)
"""What the registry says to itself."""
