"""When a tenant runs and by which policy. A run begins only after the broker has its policy; at most one run of a
tenant goes on at a time, and one more may wait. It never looks at a file, a clock or the broker itself."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from contracts.asked import Answer, Ask
from contracts.calendar import Side
from contracts.control import Again, Backfill, Pause, Restore, Resume, RunDue, RunSettled, SyncNow, Turn
from contracts.facts import RunStarted
from contracts.message import Message
from contracts.policy import PolicyNow
from services.kernel.decision import Decision, Do, Forgot, Say, State
from services.registry.rows import Ledger, NextRun, PolicySaid, Run, TenantFile
from services.registry.tenant import INTERRUPTED, LOST, Tenant, afresh, ask, close, forward, go, note, public

PATIENCE = timedelta(hours=6)
"""A run that has not settled for so long, or for four intervals if that is longer, has lost somebody: the next one is
not held up by it."""


def needs(state: State, message: Message) -> Iterable[str]:  # noqa: ARG001 - every message needs the same rows
    """The ledger, the policy, and the run that goes on."""
    yield "registry"
    yield "policy"
    if state.known("registry"):
        ledger = state.get("registry", Ledger)
        if ledger is not None and ledger.run:
            yield f"run/{ledger.run}"


def decide(state: State, message: Message, now: datetime) -> Decision:  # noqa: C901, PLR0912 - one row for each kind
    """What follows from a file, a person, the interval or a settled shard. TypeError for anything else."""
    ledger = state.get("registry", Ledger) or Ledger()
    run = state.get(f"run/{ledger.run}", Run) if ledger.run else None
    spoken = state.get("policy", PolicyNow)
    newest = spoken.version if spoken else 0
    tenant = Tenant(ledger, spoken if newest else None, run, now, Decision(), newest)
    match message.body:
        case TenantFile() as file:
            tenant = go(_read(tenant, file))
        case Pause() | Resume() as switch:
            tenant = go(_switch(tenant, switch, message.id))
        case SyncNow(mailbox=mailbox):
            tenant = go(ask(tenant, mailbox))
        case Backfill(side=Side.PRACTIFI) as wish:
            tenant = go(afresh(_wished(tenant, wish, message.id), wish.mailbox))
        case Forgot():  # ours is an old one, and the others may have heard of a newer policy than we know
            tenant = go(ask(close(replace(tenant, spoken=None), LOST)))
        case Again():  # somebody's memory was lost, and with it perhaps a word about the run that goes on
            tenant = go(ask(close(tenant, LOST)))
        case Turn() | Restore() | Backfill() as wish:
            tenant = forward(_wished(tenant, wish, message.id), wish)
        case Ask() as question:
            tenant = forward(tenant, question)
        case Answer() as answer:
            tenant = tenant.plus(Decision(effects=(Do("answers", answer),)))
        case NextRun():
            tenant = go(_tick(tenant))
        case PolicySaid(version=version):
            tenant = _begin(tenant, version, message.id)
        case RunSettled() as settled:
            tenant = _settle(tenant, settled)
        case PolicyNow():
            pass  # our own word, back from the broker; the kernel has kept it
        case other:
            raise TypeError(f"the registry does not take {type(other).__name__}")
    return tenant.decision()


def _read(tenant: Tenant, file: TenantFile) -> Tenant:
    """What the file says holds; a start, or a tenant that becomes active, runs at once (D2), and any other change
    waits for the next run (D1). A start says the policy anew: we may be an old memory that was put back, while the
    broker has kept a newer word of ours, which the others would go on to follow."""
    was = tenant.ledger
    policy = was.policy if file.policy is None else file.policy
    tenant = tenant.changed(policy=policy, digest=file.digest, present=file.policy is not None)
    tenant = tenant.plus(Decision(counts={"files": 1}))
    if file.start:
        return ask(close(replace(tenant, spoken=None), INTERRUPTED).changed(due=None))
    return ask(tenant) if tenant.ledger.active and not was.active else tenant


def _switch(tenant: Tenant, switch: Pause | Resume, cause: str) -> Tenant:
    """Pause or go on: what was changed meanwhile is sent by a run that begins at once (ruling 12)."""
    paused = isinstance(switch, Pause)
    tenant = note(tenant, "pause" if paused else "resume", switch.who, cause)
    known = max(tenant.ledger.consents + 1, int(tenant.now.timestamp()))  # it grows although our memory was lost
    consents = tenant.ledger.consents if paused else known
    tenant = tenant.changed(paused=paused, consents=consents)
    return tenant if paused else ask(tenant)


def _wished(tenant: Tenant, wish: Turn | Restore | Backfill, cause: str) -> Tenant:
    """Who wished for it is kept. It is done while paused, too: what follows waits for the resume."""
    match wish:
        case Turn(who, conflict):
            return note(tenant, "turn", who, cause, conflict)
        case Restore(who, link):
            return note(tenant, "restore", who, cause, link)
        case Backfill(who, side, mailbox):
            return note(tenant, "backfill", who, cause, f"{side.value} {mailbox}".rstrip())


def _tick(tenant: Tenant) -> Tenant:
    """The interval is over: run, unless the last run still goes on (then this one is left out)."""
    tenant = tenant.changed(due=None)
    if tenant.run is None:
        return ask(tenant)
    patience = max(PATIENCE, timedelta(minutes=4 * tenant.ledger.policy.interval_minutes))
    return ask(close(tenant, LOST)) if tenant.now - tenant.run.started_at >= patience else tenant


def _begin(tenant: Tenant, version: int, cause: str) -> Tenant:
    """The broker has the policy: every reader hears that the run is due, and the public that it has started."""
    ledger, spoken, wish = tenant.ledger, tenant.spoken, _next(tenant.ledger)
    if spoken is None or spoken.version != version or not ledger.active or wish is None or tenant.run:
        return tenant
    at = max(tenant.now, ledger.newest + timedelta.resolution) if ledger.newest else tenant.now
    name = f"{at:%Y%m%dT%H%M%S%f}-{sha256(cause.encode()).hexdigest()[:6]}"  # a later run's is greater
    shards = tuple(range(spoken.policy.shards))
    due = [msgspec.structs.replace(wish, run=name, shard=shard, policy=version) for shard in shards]
    readers = (*(Say("graph-poller", one, one.shard) for one in due), Say("salesforce-watcher", due[0]))
    run = Run(tenant.now, shards, afresh=wish.mailbox if wish.fresh else None)
    left = ledger.afresh[1:] if wish.fresh else ledger.afresh
    begun = Decision({f"run/{name}": run}, (*readers, public(RunStarted(name))), {"runs": 1})
    return tenant.changed(run=name, newest=at, asked=None, afresh=left).plus(begun)


def _next(ledger: Ledger) -> RunDue | None:
    """Of what a run begins now, if one does: reading on comes before reading from the beginning, which takes long."""
    if ledger.asked is not None:
        return RunDue("", ledger.asked.mailbox)
    return RunDue("", ledger.afresh[0], fresh=True) if ledger.afresh else None


def _settle(tenant: Tenant, settled: RunSettled) -> Tenant:
    """One shard less to wait for; a word about another run comes too late and changes nothing."""
    run, name = tenant.run, tenant.ledger.run
    if run is None or settled.run != name or settled.shard not in run.waiting:
        return tenant
    waiting = tuple(shard for shard in run.waiting if shard != settled.shard)
    failed = tuple(dict.fromkeys((*run.failed, *settled.failed)))
    run = msgspec.structs.replace(run, waiting=waiting, items=run.items + settled.items, failed=failed)
    if waiting:
        return tenant.plus(Decision({f"run/{name}": run}))
    settled_all = close(replace(tenant, run=run)).plus(Decision(counts={"runs.finished": 1}))
    return go(settled_all)
