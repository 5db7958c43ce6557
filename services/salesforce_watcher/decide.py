"""What the watcher makes of what it hears. A run reads the org with one request (ruling 27). Events are said to the
shard of their owner's mailbox, new ones when they have settled. The cursors are kept in the same commit that says what
they brought."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import RunDue
from contracts.message import Message
from contracts.observed import Mailboxes, Paired, Undirected
from contracts.person import People, Person
from contracts.policy import PolicyNow
from contracts.status import Problem
from services.clients.salesforce.row import OrgUser
from services.kernel.decision import Decision, Do, Say, State, Undone
from services.kernel.draft import SEQUENCE
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.pair import pairs
from services.salesforce_watcher.rows import (
    ORG,
    Directory,
    OrgRead,
    OrgUnread,
    Pairs,
    ReadOrg,
    RowsLooked,
    Settled,
    Users,
    Waiting,
)  # fmt: skip
from services.salesforce_watcher.settle import PREFIX, look_again, quiet, settling
from services.salesforce_watcher.tell import done, observe

PEOPLE = 500
"""People in one message."""
PROBLEM = "problem/org"


def needs(state: State, message: Message) -> Iterable[str]:  # noqa: ARG001 - no row leads to another
    """Rows that the decision reads."""
    yield from ("policy", SEQUENCE, "reader", "directory", "users", "pairs", "waiting")
    if isinstance(message.body, Settled | RowsLooked | OrgRead):
        yield PREFIX


def decide(state: State, message: Message, now: datetime) -> Decision:  # noqa: C901 - one row for each kind
    """One turn of a watcher."""
    known = state.get("policy", PolicyNow)
    if known is None:
        return Decision()
    draft = Draft(state, message, now, known)
    match message.body:
        case PolicyNow():
            _outbound_off(draft)
        case RunDue(run):
            run_due(draft, run)
        case Mailboxes() as mailboxes:
            directory_known(draft, mailboxes)
        case Undirected(reason):
            undirected(draft, reason)
        case OrgRead() as read:
            org_read(draft, read)
        case Settled():
            look_again(draft, settling(draft))
        case RowsLooked() as looked:
            looked_again(draft, looked)
        case OrgUnread() as unread:
            org_unread(draft, unread)
        case Undone(_, reason):
            org_unread(draft, OrgUnread("set_aside", reason))
        case _:
            pass
    return draft.decision()


def run_due(draft: Draft, run: str) -> None:
    """Read the org, once the mailboxes are known: an Event without its owner's mailbox has no place to go."""
    if not draft.active:
        return
    draft.rows["waiting"] = Waiting((*draft.waiting(), run))
    if draft.directory() is not None:
        _read(draft)


def directory_known(draft: Draft, mailboxes: Mailboxes) -> None:
    """Pair anew; runs that waited for this go on."""
    known = draft.directory()
    if known and mailboxes.sequence <= known.sequence:
        return
    draft.rows["directory"] = Directory(mailboxes.sequence, mailboxes.mailboxes)
    if draft.users().users:
        _pair(draft)
    if known is None and draft.waiting():
        _read(draft)


def undirected(draft: Draft, reason: str) -> None:
    """Runs that wait for the mailboxes end; those that wait for the org go on with the mailboxes of before."""
    if draft.directory() is None:
        _end_runs(draft, failed=(f"directory: {reason}",))


def org_read(draft: Draft, read: OrgRead) -> None:
    """Users, people and Events, in this order: each builds on the one before."""
    round_, before = read.round, draft.reader()
    draft.rows[PROBLEM] = None
    _outbound_on(draft, round_.now)
    _users(draft, round_.users)
    _people(draft, round_.people)
    known = before.recent if read.private is before.private else {}
    kept_back = settling(draft)
    news = [row for row in round_.rows if known.get(row.id) != row.mark or row.id in kept_back]
    messages = observe(draft, quiet(draft, news, round_.now))
    draft.rows["reader"] = replace(
        draft.reader(), cursors=round_.cursors, recent={row.id: row.mark for row in round_.rows}, private=read.private,
        ahead=round_.now - draft.now,
    )  # fmt: skip
    look_again(draft, (id_ for id_, row in settling(draft).items() if row.until <= round_.now))
    _end_runs(draft, messages=messages)


def looked_again(draft: Draft, looked: RowsLooked) -> None:
    """They are said, unless somebody is still at work on them; one that is gone was never said."""
    draft.rows |= {f"{PREFIX}{id_}": None for id_ in looked.ids}
    observe(draft, quiet(draft, looked.rows, draft.now + draft.reader().ahead))


def org_unread(draft: Draft, unread: OrgUnread) -> None:
    """The org could not be read: shown with its reason, and the run ends without it. Before the first pairing the
    pollers wait for us, and should not in this run."""
    what = f"{unread.code}: {unread.what}" if unread.code else unread.what
    draft.rows[PROBLEM] = Problem(ORG, what, unread.mend, heals=unread.heals)
    if draft.get("pairs", Pairs) is None:
        draft.effects += [Say("graph-poller", Undirected(what), shard) for shard in range(draft.policy.shards)]
    _end_runs(draft, failed=(ORG,))


def _read(draft: Draft) -> None:
    """From the cursors on; all Events again where the rule for private ones has changed (ruling 20)."""
    reader, policy = draft.reader(), draft.policy
    afresh = reader.private is not policy.private_events
    cursors = replace(reader.cursors, events="", relations="") if afresh else reader.cursors
    since = (draft.now - timedelta(days=policy.past_inbound_days)).date()
    draft.effects.append(Do(ORG, ReadOrg(cursors, since, policy.private_events), key="replace:read"))


def _users(draft: Draft, users: Sequence[OrgUser]) -> None:
    if users:
        draft.rows["users"] = Users({**draft.users().users, **{user.id: user for user in users}})
    _pair(draft)


def _pair(draft: Draft) -> None:
    """Say who belongs to whom, to each shard of the poller and the reconciler, when it is news."""
    directory, before = draft.directory(), draft.get("pairs", Pairs)
    if directory is None:
        return
    kept = {pair.mailbox: pair for pair in draft.pairs()}
    found = pairs(directory.mailboxes, draft.users().users.values(), draft.policy, kept)
    if before is not None and found == before.pairs:
        return
    draft.rows["pairs"] = Pairs(found)
    number = draft.sequence()
    for shard in range(draft.policy.shards):
        body = Paired(number, tuple(pair for pair in found if pair.shard == shard))
        draft.effects += [Say("reconciler", body, shard), Say("graph-poller", body, shard)]


def _people(draft: Draft, people: Sequence[Person]) -> None:
    for at in range(0, len(people), PEOPLE):
        body = People(draft.sequence(), tuple(people[at : at + PEOPLE]))
        draft.effects += [Say("reconciler", body, shard) for shard in range(draft.policy.shards)]


def _outbound_on(draft: Draft, now: datetime) -> None:
    """Remember Salesforce's time when outbound is first seen on (D7, ruling 11)."""
    reader = draft.reader()
    if reader.outbound_since is None and draft.policy.direction.writes(Side.MICROSOFT):
        draft.rows["reader"] = replace(reader, outbound_since=now)


def _outbound_off(draft: Draft) -> None:
    reader = draft.reader()
    if reader.outbound_since is not None and not draft.policy.direction.writes(Side.MICROSOFT):
        draft.rows["reader"] = replace(reader, outbound_since=None)


def _end_runs(draft: Draft, *, messages: Sequence[int] = (), failed: tuple[str, ...] = ()) -> None:
    for run in draft.waiting():
        draft.effects += done(draft, run, messages, failed)
    draft.rows["waiting"] = None
