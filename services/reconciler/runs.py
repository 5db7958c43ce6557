"""When a run has settled in this shard: both readers have handed over, and every order that it caused is written or set
aside (ruling 24). It is said once, and then the run is forgotten."""

from msgspec.structs import replace

from contracts.control import RunSettled
from contracts.observed import ReadDone
from services.kernel.decision import Say
from services.reconciler.rows import Mark, Run
from services.reconciler.work import Work

READERS = {"graph-poller": "microsoft", "salesforce-watcher": "practifi"}
"""Who reads which side."""


def done(work: Work, body: ReadDone) -> None:
    """A reader has handed over all of a run. What an older run still counts is of no use to anybody."""
    reader = reader_of(body)
    for key in work.state.under("run/", Run):
        if key < f"run/{body.run}":
            work.rows[key] = None
    run = work.get(f"run/{body.run}", Run) or Run()
    if reader in run.readers:
        return
    shard = int(work.message.sender.rpartition("/")[2] or 0) if reader == "graph-poller" else run.shard
    readers, failed = (*run.readers, reader), (*run.failed, *body.failed)
    items = run.items + body.items
    work.rows[f"run/{body.run}"] = replace(run, readers=readers, items=items, failed=failed, shard=shard)
    work.count_run(body.run, 0)


def opens(work: Work, body: ReadDone) -> bool:
    """Whether a side is known from now on, so that what waited for it may be made on it."""
    key = f"read/{READERS[reader_of(body)]}"
    if work.get(key, Mark) is not None or (body.failed and reader_of(body) == "salesforce-watcher"):
        return False
    work.rows[key] = Mark()
    return True


def reader_of(body: ReadDone) -> str:
    """The service that has read. KeyError for one that reads nothing for us."""
    name = body.reader.partition("/")[0].replace("_", "-")
    return name if name in READERS else _unknown(name)


def account(work: Work) -> None:
    """Count the orders that this decision gave and settled, and say what is settled by that."""
    for name, orders in work.out.items():
        key = f"run/{name}"
        run = work.get(key, Run)
        if run is None and orders <= 0:
            continue
        run = replace(run or Run(), pending=max(0, (run.pending if run else 0) + orders))
        work.rows[key] = run
        if run.pending == 0 and set(run.readers) == set(READERS):
            work.rows[key] = None
            settled = RunSettled(name, run.shard, run.items, run.failed)
            work.effects.append(Say("registry", settled, key=name))


def _unknown(name: str) -> str:
    raise KeyError(name)
