"""What the watcher makes of what it hears. A run reads the org with one request (ruling 27). Events are said to the
shard of their owner's mailbox; a new one waits until it has been quiet, because its invitees arrive after it
(ruling 10). The cursors are kept in the same commit that says what they brought."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import RunDue
from contracts.message import Message
from contracts.observed import Mailboxes, Paired, Undirected
from contracts.person import People, Person
from contracts.policy import Direction, PolicyNow
from contracts.status import Problem
from services.clients.salesforce.row import OrgUser, Row
from services.kernel.decision import Decision, Do, Say, State, Wake
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.pair import pairs
from services.salesforce_watcher.rows import (
    Directory,
    LookRows,
    OrgRead,
    OrgUnread,
    Pairs,
    ReadOrg,
    RowsLooked,
    Settled,
    Settling,
    Users,
    Waiting,
)  # fmt: skip
from services.salesforce_watcher.tell import done, observe

ORG = "org"
PEOPLE = 500
"""People in one message."""
PROBLEM = "problem/org"


def needs(state: State, message: Message) -> Iterable[str]:  # noqa: ARG001 - every message needs the same rows
    """Rows that the decision reads."""
    yield from ("policy", "reader", "directory", "users", "pairs", "waiting")
    if isinstance(message.body, Settled | RowsLooked | OrgRead):
        yield "settling/"


def decide(state: State, message: Message, now: datetime) -> Decision:
    """One turn of a watcher."""
    known = state.get("policy", PolicyNow)
    if known is None:
        return Decision()
    draft = Draft(state, now, known.policy, known.active)
    match message.body:
        case PolicyNow():
            _outbound_off(draft)
        case RunDue(run):
            run_due(draft, run)
        case Mailboxes() as mailboxes:
            directory_known(draft, mailboxes)
        case Undirected(reason):
            _end_runs(draft, failed=(f"directory: {reason}",))
        case OrgRead() as read:
            org_read(draft, read)
        case Settled():
            look_again(draft)
        case RowsLooked() as looked:
            looked_again(draft, looked)
        case OrgUnread() as unread:
            org_unread(draft, unread)
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


def org_read(draft: Draft, read: OrgRead) -> None:
    """Users, people and Events, in this order: each builds on the one before."""
    round_ = read.round
    draft.rows[PROBLEM] = None
    _outbound_on(draft, round_.now)
    _users(draft, round_.users)
    _people(draft, round_.people)
    reader = draft.reader()
    news = [row for row in round_.rows if reader.recent.get(row.id) != row.mark]
    kept = {row.id: row.mark for row in round_.rows}
    messages = observe(draft, _quiet(draft, news, round_.now))
    draft.rows["reader"] = replace(draft.reader(), cursors=round_.cursors, recent=kept, private=read.private)
    _end_runs(draft, messages=messages)


def look_again(draft: Draft) -> None:
    """Events that should be quiet by now are read again."""
    ids = sorted(key.removeprefix("settling/") for key in draft.state.under("settling/", Settling))
    if ids:
        draft.effects.append(Do(ORG, LookRows(tuple(ids), draft.policy.private_events), key="replace:settling"))


def looked_again(draft: Draft, looked: RowsLooked) -> None:
    """They are said, unless somebody is still at work on them; one that is gone was never said."""
    draft.rows |= {f"settling/{id_}": None for id_ in looked.ids}
    observe(draft, _quiet(draft, looked.rows, draft.now))


def org_unread(draft: Draft, unread: OrgUnread) -> None:
    """The org could not be read: shown with its reason, and the run ends without it."""
    what = f"{unread.code}: {unread.what}" if unread.code else unread.what
    draft.rows[PROBLEM] = Problem(ORG, what, unread.mend, heals=unread.heals)
    _end_runs(draft, failed=(ORG,))


def _read(draft: Draft) -> None:
    reader, policy = draft.reader(), draft.policy
    afresh = reader.private != policy.private_events
    cursors = replace(reader.cursors, events="", relations="") if afresh else reader.cursors
    since = (draft.now - timedelta(days=policy.past_inbound_days)).date()
    draft.effects.append(Do(ORG, ReadOrg(cursors, since, policy.private_events), key="replace:read"))


def _users(draft: Draft, users: Sequence[OrgUser]) -> None:
    if users:
        known = draft.users().users
        draft.rows["users"] = Users({**known, **{user.id: user for user in users}})
    _pair(draft)


def _pair(draft: Draft) -> None:
    """Say who belongs to whom, to each shard of the poller and the reconciler, when it is news."""
    directory = draft.directory()
    if directory is None:
        return
    kept = {pair.mailbox: pair for pair in draft.pairs()}
    found = pairs(directory.mailboxes, draft.users().users.values(), draft.policy, kept)
    if found == draft.pairs() and draft.state.get("pairs", Pairs) is not None:
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


def _quiet(draft: Draft, rows: Iterable[Row], now: datetime) -> list[Row]:
    """Rows that may be said now; a fresh Event of Practifi's own that somebody may still be at work on is kept back
    until it was quiet for the policy's time, by Salesforce's own clock (ruling 10)."""
    settle, said, until = timedelta(seconds=draft.policy.settle_seconds), list[Row](), list[datetime]()
    for row in rows:
        quiet_at = row.edited_at + settle if row.edited_at else now
        if row.deleted or row.stamp or not _fresh(draft, row, settle) or quiet_at <= now:
            said.append(row)
            continue
        draft.rows[f"settling/{row.id}"] = Settling(quiet_at)
        until.append(draft.now + (quiet_at - now))
    if until:
        draft.effects.append(Wake(max(until), Settled(), key="replace:settled"))
    return said


def _fresh(draft: Draft, row: Row, settle: timedelta) -> bool:
    """Whether a row is a creation that outbound would send: made after it was switched on, and not long ago."""
    since = draft.reader().outbound_since
    return (
        since is not None
        and row.created_at is not None
        and row.edited_at is not None
        and row.created_at > since
        and row.edited_at - row.created_at < settle * 5
    )


def _outbound_on(draft: Draft, now: datetime) -> None:
    """Remember Salesforce's time when outbound is first seen on (D7, ruling 11)."""
    reader = draft.reader()
    if reader.outbound_since is None and draft.policy.direction.writes(Side.MICROSOFT):
        draft.rows["reader"] = replace(reader, outbound_since=now)


def _outbound_off(draft: Draft) -> None:
    if draft.policy.direction is Direction.MICROSOFT_TO_PRACTIFI and draft.reader().outbound_since:
        draft.rows["reader"] = replace(draft.reader(), outbound_since=None)


def _end_runs(draft: Draft, *, messages: Sequence[int] = (), failed: tuple[str, ...] = ()) -> None:
    for run in draft.waiting():
        draft.effects += done(draft, run, messages, failed)
    draft.rows["waiting"] = None
