"""A tenant as the registry sees it in one turn, and the steps that every decision about it is made of. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from contracts.asked import Ask
from contracts.calendar import Side
from contracts.facts import Fact, RunFinished, Said
from contracts.policy import PolicyNow
from services.kernel.decision import Decision, Do, Effect, Say, Wake
from services.registry.rows import Asked, Control, Ledger, NextRun, Run

STOPPED, INTERRUPTED, LOST = "stopped", "interrupted", "lost"
"""Why a run was closed before all its shards had settled: pause or disable, a restart, or somebody's lost memory."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """The ledger, the policy last said (None: it has to be said anew), the run that goes on, the present time, what was
    decided so far, and the newest version of the policy that we know of."""

    ledger: Ledger
    spoken: PolicyNow | None
    run: Run | None
    now: datetime
    so_far: Decision
    newest: int = 0

    def changed(self, **fields: object) -> "Tenant":
        """With other values in the ledger."""
        return replace(self, ledger=msgspec.structs.replace(self.ledger, **fields))

    def plus(self, more: Decision) -> "Tenant":
        """With more decided."""
        old = self.so_far
        counts = {**old.counts, **more.counts}
        return replace(self, so_far=Decision({**old.rows, **more.rows}, (*old.effects, *more.effects), counts))

    def decision(self) -> Decision:
        """All that was decided, with the ledger as it is now."""
        return self.plus(Decision({"registry": self.ledger})).so_far


def ask(tenant: Tenant, mailbox: str = "") -> Tenant:
    """A run waits to begin; two different wishes become one run of all mailboxes."""
    asked = tenant.ledger.asked or Asked(mailbox)
    return tenant.changed(asked=Asked(mailbox if asked.mailbox == mailbox else ""))


def afresh(tenant: Tenant, mailbox: str) -> Tenant:
    """A run from the beginning waits to begin. It becomes one with no other: nobody has wished for more (D10)."""
    wishes = dict.fromkeys((*tenant.ledger.afresh, mailbox))
    return tenant.changed(afresh=("",) if "" in wishes else tuple(wishes))


def note(tenant: Tenant, what: str, who: str, cause: str, about: str = "") -> Tenant:
    """What a person asked for is kept, with who it was and when."""
    kept = Control(what, who, tenant.now, about)
    return tenant.plus(Decision({f"control/{tenant.now:%Y%m%dT%H%M%S}/{cause}": kept}))


def forward(tenant: Tenant, body: Struct) -> Tenant:
    """Every shard of the reconciler hears what a person wants of it; nobody does for a tenant without a file."""
    if not tenant.ledger.present:
        return tenant
    shards = (tenant.spoken.policy if tenant.spoken else tenant.ledger.policy).shards
    said = (Say("reconciler", _to(body, shard, shards), shard) for shard in range(shards))
    return tenant.plus(Decision(effects=tuple(said)))


def close(tenant: Tenant, why: str = "") -> Tenant:
    """The run that goes on, if there is one, has ended, and the public hears so."""
    run, name = tenant.run, tenant.ledger.run
    if run is None:
        return tenant
    failed = (*run.failed, why) if why else run.failed
    finished = RunFinished(name, run.started_at, run.items, failed)
    ended = replace(tenant.changed(run=""), run=None)
    return ended.plus(Decision({f"run/{name}": None}, (public(finished),)))


def go(tenant: Tenant) -> Tenant:
    """What has to follow at once: the next interval, an end to a run that may not go on, the policy where somebody
    must hear it before a run begins or because the tenant starts or stops (D2). Nothing before the file was read: who
    has lost its memory knows no policy, and would stop everybody with one that nobody has written."""
    if not tenant.ledger.digest:
        return tenant
    said = tenant.spoken is not None and tenant.spoken.active
    if not tenant.ledger.active:
        stopped = close(_unread(tenant), STOPPED).changed(due=None)
        return _speak(stopped) if said or tenant.spoken is None else stopped
    begins = (tenant.ledger.asked is not None or bool(tenant.ledger.afresh)) and tenant.run is None
    return _speak(_schedule(tenant)) if begins or not said else _schedule(tenant)


def _unread(tenant: Tenant) -> Tenant:
    """What should be read from the beginning may not have been begun with: who hears of a run too late lets it be."""
    run = tenant.run
    return tenant if run is None or run.afresh is None else afresh(tenant, run.afresh)


def _to(body: Struct, shard: int, shards: int) -> Struct:
    return msgspec.structs.replace(body, shard=shard, shards=shards) if isinstance(body, Ask) else body


def public(fact: Fact) -> Effect:
    """Tell the public through the feed."""
    return Say("feed", Said((fact,)))


def _schedule(tenant: Tenant) -> Tenant:
    """The next interval has its wake, which a shorter interval brings nearer."""
    due = tenant.now + timedelta(minutes=tenant.ledger.policy.interval_minutes)
    if tenant.ledger.due is not None and tenant.ledger.due <= due:
        return tenant
    return tenant.changed(due=due).plus(Decision(effects=(Wake(due, NextRun(), "replace:next-run", quiet=True),)))


def _speak(tenant: Tenant) -> Tenant:
    """The policy is said as it stands now. Its version is at least the time, so that it grows even after the
    registry's memory was lost or put back, and nobody takes the new policy for an old one."""
    ledger, spoken = tenant.ledger, tenant.spoken
    outward = ledger.policy.direction.writes(Side.MICROSOFT)
    since = (ledger.outbound or tenant.now) if outward else None
    tenant, word = tenant.changed(outbound=since), (ledger.active, ledger.policy, ledger.consents, since)
    if spoken is None or (spoken.active, spoken.policy, spoken.consents, spoken.outbound) != word:
        spoken = PolicyNow(max(int(tenant.now.timestamp()), tenant.newest + 1), *word)
    return replace(tenant, spoken=spoken).plus(Decision({"policy": spoken}, (Do("policy", spoken),)))
