"""What the watcher makes of what it hears. A run reads the org with one request (ruling 27), a long read in pieces.
Events are said to the shard of their owner's mailbox, new ones when they have settled. The cursors are kept in the same
commit that says what they brought."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from types import MappingProxyType

from msgspec.structs import replace

from contracts.control import Again, RunDue
from contracts.message import Message
from contracts.observed import Homes, Mailboxes, Paired, Undirected
from contracts.policy import PolicyNow
from contracts.status import Problem
from services.clients.salesforce.row import OrgUser, Place
from services.kernel.decision import Decision, Do, Forgot, Say, State, Undone
from services.kernel.draft import SEQUENCE
from services.salesforce_watcher import again, exposed, home, misfit, news, outbound
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.pair import pairs
from services.salesforce_watcher.rows import (
    ORG,
    Directory,
    LookRows,
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
from services.salesforce_watcher.tell import done, observe, tell_people

PROBLEM = "problem/org"
DIRECTORY = "directory"
"""Why a run is over that has no mailboxes."""
STOPPED = "stopped"
"""Why a run is over that came while the firm was not active: nobody should wait for it."""
NOTHING: Mapping[str, Place] = MappingProxyType({})


def needs(state: State, message: Message) -> Iterable[str]:
    """Rows that the decision reads."""
    yield from ("policy", SEQUENCE, "reader", "directory", "users", "pairs", "waiting", "homes")
    if isinstance(message.body, Settled | RowsLooked | OrgRead):
        yield PREFIX
    if isinstance(message.body, RowsLooked | OrgRead):
        yield exposed.PREFIX
    if isinstance(message.body, OrgRead):
        yield misfit.PREFIX
    yield from home.needs(state, message)


def decide(state: State, message: Message, now: datetime) -> Decision:  # noqa: C901, PLR0912 - one row for each kind
    """One turn of a watcher."""
    known = state.get("policy", PolicyNow)
    if known is None:
        return Decision()
    draft = Draft(state, message, now, known)
    match message.body:
        case PolicyNow():
            exposed.heard(draft)
            outbound.heard(draft)
            home.remind(draft)  # a shard that is new was not asked
            if again.grown(draft):
                _begin(draft)
        case RunDue(run, policy=version) if not draft.early(version):
            run_due(draft, run)
        case Mailboxes() as mailboxes:
            directory_known(draft, mailboxes)
        case Undirected() as word:
            undirected(draft, word)
        case OrgRead() as read:
            org_read(draft, read)
        case Settled():
            look_again(draft, settling(draft))
        case RowsLooked() as looked:
            looked_again(draft, looked)
        case OrgUnread() as unread:
            org_unread(draft, unread)
        case Forgot() as body:
            again.forgot(draft, body)
        case Again() as body:
            again.answer(draft, body)
            _begin(draft)
        case Homes() as body:
            if home.hear(draft, body):
                _begin(draft)
        case Undone(ReadOrg() | LookRows() | OrgRead() | RowsLooked(), reason):
            org_unread(draft, OrgUnread("set_aside", reason))
        case _:
            pass
    return draft.decision()


def run_due(draft: Draft, run: str) -> None:
    """Read the org, once the mailboxes are known: an Event without its owner's mailbox has no place to go. A read that
    is under way is not the run's own: it has begun too early."""
    if not draft.active:
        draft.effects += done(draft, run, (), (STOPPED,))
        return
    waiting = draft.waiting()
    if draft.directory() is None and run <= draft.reader().vain:
        draft.effects += done(draft, run, (), (DIRECTORY,))
        return
    if _ready(draft) and waiting.runs:
        draft.rows["waiting"] = replace(waiting, later=(*waiting.later, run))
        return
    draft.rows["waiting"] = Waiting((*waiting.runs, run))
    home.remind(draft)
    _begin(draft)


def directory_known(draft: Draft, mailboxes: Mailboxes) -> None:
    """Pair anew; runs that waited for this go on."""
    known = draft.directory()
    if known and mailboxes.sequence <= known.sequence:
        return
    draft.rows["directory"] = Directory(mailboxes.sequence, mailboxes.mailboxes)
    if draft.users().users:
        _pair(draft)
    if known is None:
        _begin(draft)


def undirected(draft: Draft, word: Undirected) -> None:
    """The run that this is about, and those before it, end where they wait for the mailboxes, also if we have yet to
    hear of it; one that has begun since may be luckier. Those that wait for the org go on with the mailboxes of
    before."""
    reader = draft.reader()
    draft.rows["reader"] = replace(reader, vain=max(reader.vain, word.run))
    if draft.directory() is None:
        waiting, failed = draft.waiting(), (f"{DIRECTORY}: {word.reason}",)
        draft.effects += [end for run in waiting.runs if run <= word.run for end in done(draft, run, (), failed)]
        left = tuple(run for run in waiting.runs if run > word.run)
        draft.rows["waiting"] = Waiting(left) if left else None


def org_read(draft: Draft, read: OrgRead) -> None:
    """Users, people and Events, in this order: each builds on the one before. Events that were read by a rule that
    holds no more are not said, but read again from where they were said last (ruling 20)."""
    round_, before = read.round, draft.reader()
    draft.rows[PROBLEM] = None
    misfit.show(draft, read.columns)
    outbound.timed(draft, round_.now)
    _users(draft, round_.users)
    tell_people(draft, round_.people)
    if read.privacy != draft.privacy():
        _read(draft)
        return
    draft.rows["reader"] = replace(draft.reader(), wider=exposed.wider(draft, before, read))
    run = next(iter(draft.waiting().runs), "")
    messages = observe(draft, quiet(draft, news.of(draft, before, read), round_.now), run)
    recent, reading = news.said(before, read)
    draft.rows["reader"] = replace(
        draft.reader(), cursors=round_.cursors, recent=recent, reading=reading, privacy=read.privacy,
        ahead=round_.now - draft.now, wider=draft.reader().wider if round_.going else None, first=None,
    )  # fmt: skip
    waiting = draft.waiting()
    counted = zip_longest(waiting.messages, messages, fillvalue=0)
    draft.rows["waiting"] = replace(waiting, messages=tuple(map(sum, counted)))
    if round_.going:
        _read(draft, round_.going)
        return
    look_again(draft, (id_ for id_, row in settling(draft).items() if row.until <= round_.now))
    _end_runs(draft)


def looked_again(draft: Draft, looked: RowsLooked) -> None:
    """They are said, unless somebody is still at work on them, after their people, who may be new as well: whom nobody
    knows would not be invited. One that is gone was never said."""
    if looked.privacy != draft.privacy():
        look_again(draft, looked.ids)
        return
    draft.rows |= {f"{PREFIX}{id_}": None for id_ in looked.ids}
    draft.rows["reader"] = news.looked(draft.reader(), looked)
    tell_people(draft, looked.people)
    observe(draft, quiet(draft, looked.rows, draft.now + draft.reader().ahead))


def org_unread(draft: Draft, unread: OrgUnread) -> None:
    """The org could not be read: shown with its reason, and the run ends without it. A poller that waits to hear who is
    paired should not in this run."""
    what = f"{unread.code}: {unread.what}" if unread.code else unread.what
    draft.rows[PROBLEM] = Problem(ORG, what, unread.mend, heals=unread.heals)
    word = Undirected(what, max(draft.waiting().runs, default=""))
    draft.effects += [Say("graph-poller", word, shard) for shard in range(draft.policy.shards)]
    _end_runs(draft, failed=(ORG,))


def _ready(draft: Draft) -> bool:
    """Whether what is read can be told to the right shard."""
    return draft.directory() is not None and home.known(draft)


def _begin(draft: Draft) -> None:
    """Read for the runs that wait, as soon as that can be told."""
    if draft.waiting().runs and _ready(draft):
        _read(draft)


def _read(draft: Draft, going: Mapping[str, Place] = NOTHING) -> None:
    """From the cursors on, or from where a long read stands; all Events again where the rules for private ones have
    changed (ruling 20)."""
    reader, policy, privacy = draft.reader(), draft.policy, draft.privacy()
    since = (draft.now - timedelta(days=policy.past_inbound_days)).date()
    if reader.privacy == privacy:
        order = ReadOrg(reader.cursors, since, privacy, policy.mapping, dict(going))
    else:
        afresh = replace(reader.cursors, events="", relations="")
        order = ReadOrg(afresh, since, privacy, policy.mapping)
    draft.effects.append(Do(ORG, order, key="replace:read"))


def _users(draft: Draft, users: Sequence[OrgUser]) -> None:
    if users:
        draft.rows["users"] = Users({**draft.users().users, **{user.id: user for user in users}})
    _pair(draft)


def _pair(draft: Draft) -> None:
    """Say who belongs to whom, when it is news: to each shard of the poller its own mailboxes, to each shard of the
    reconciler all of the firm's, so that it knows everybody who has an own version (I2)."""
    directory, before = draft.directory(), draft.get("pairs", Pairs)
    if directory is None:
        return
    found = pairs(directory.mailboxes, draft.users().users.values(), draft.policy, home.kept(draft))
    if before is not None and before.sequence and found == before.pairs:
        return
    number = draft.sequence()
    draft.rows["pairs"] = Pairs(found, number, draft.policy.shards)
    for shard in range(draft.policy.shards):
        own = tuple(pair for pair in found if pair.shard == shard)
        draft.effects.append(Say("reconciler", Paired(number, found, shard), shard))
        draft.effects.append(Say("graph-poller", Paired(number, own, shard), shard))


def _end_runs(draft: Draft, *, failed: tuple[str, ...] = ()) -> None:
    """Those that have waited for this read; the next one is for those that came later. Its messages are the first
    run's: each is heard once, and another run that waited for it would never be over."""
    waiting = draft.waiting()
    for place, run in enumerate(waiting.runs):
        draft.effects += done(draft, run, () if place else waiting.messages, failed)
    draft.rows["waiting"] = Waiting(waiting.later) if waiting.later and draft.active else None
    if waiting.later and draft.active:
        _read(draft)
    elif waiting.later:
        draft.effects += [end for run in waiting.later for end in done(draft, run, (), (STOPPED,))]
