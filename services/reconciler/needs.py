"""Which rows a decision will read. It is asked again while it names something new, so it follows one row to the next;
and it never reads a row that it has not named before."""

from collections.abc import Iterable, Iterator

from contracts.asked import Ask, Question
from contracts.calendar import Side
from contracts.control import Again, Backfill, Restore, Turn
from contracts.meeting import Own
from contracts.message import Message
from contracts.observed import Observed, Paired, ReadDone
from contracts.person import People
from contracts.policy import PolicyNow
from contracts.write import Outcomes, Refused, Written
from services.kernel.decision import State
from services.reconciler import again, asked, idle, joined, prune, series, stricter, undone
from services.reconciler.around import (
    loaded,
    of_answers,
    of_copy,
    of_event,
    of_gone,
    of_item,
    of_link,
    of_meeting,
    of_series,
)
from services.reconciler.believed import BLANK
from services.reconciler.book import Known
from services.reconciler.joined import Joined
from services.reconciler.judge import Judge
from services.reconciler.late import addresses
from services.reconciler.link import gone_key
from services.reconciler.listed import Contested, Forget, Inherit, Invite, More
from services.reconciler.prune import Prune
from services.reconciler.rows import Link, Look, Mark
from services.reconciler.runs import opens, rounds

ALWAYS = (
    "policy",
    "firm",
    "book",
    "runs",
    "conflicts",
    "unread",
    "anew",
    "sent",
    *(f"{row}/{side.value}" for row in ("read", "again") for side in Side),
)


def needs(state: State, message: Message) -> Iterable[str]:  # noqa: C901, PLR0912 - one row for each kind
    """All rows that `decide` may read for this message, as far as they can be told by now."""
    message = undone.heard(message)
    yield from ALWAYS
    match message.body:
        case Observed() as body:
            yield from _observed(state, body)
        case Outcomes(outcomes):
            for outcome in outcomes:
                yield from _outcome(state, outcome)
        case People() as body:
            yield from _people(state, body)
        case Look(link):
            yield from of_link(state, link)
        case Inherit(link):
            yield from of_link(state, link)
            old = loaded(state, f"link/{link}", Link)
            yield from of_link(state, old.heir) if old is not None else ()
        case Ask() | Turn() | Restore() | Backfill() | Forget() | More() | Judge() | Prune() as body:
            yield from _wish(state, body)
        case Again() as body:
            yield from again.needs(state, body)
        case Joined() as body:
            yield from joined.needs(state, body)
        case Own(meetings, shard):
            yield f"heard/{shard}"
            for meeting in meetings:
                yield from of_meeting(state, f"uid/{meeting.uid}~")
        case Paired():
            yield from ("pair/", "user/", "address/", "userless/")
            yield from _stopped(state)
        case PolicyNow(policy=policy):
            yield from _stopped(state)
            yield from stricter.needs(state, policy)
        case ReadDone() as body:
            yield from stricter.unread(state, body)
        case _:
            pass
    if opens(state, message.body):
        yield from _stopped(state)
    if rounds(state, message.body):
        yield "size/"


def _wish(state: State, body: Ask | Turn | Restore | Backfill | Forget | More | Judge | Prune) -> Iterator[str]:
    """What a person wants."""
    match body:
        case Ask() as ask:
            yield from asked.needs(state, ask)
            if ask.question is Question.BACKFILL:
                yield from _idle(state, ask.about, None)
        case Turn(conflict=name):
            yield f"conflict/{name}"
            row = loaded(state, f"conflict/{name}", Contested)
            yield from of_link(state, row.about.link) if row else ()
        case Restore(link=name):
            yield f"deleted/{name}"
            yield from of_link(state, name)
        case Backfill(mailbox=named) | More(Backfill(mailbox=named)):
            yield from _idle(state, named, idle.MANY)
        case Forget(row):
            yield row
        case Judge(mailbox):
            yield from _dying(state, mailbox)
        case Prune() as due:
            yield from prune.needs(state, due)


def _idle(state: State, named: str, most: int | None) -> Iterator[str]:
    """What has not been sent, and what deciding about it needs."""
    place = f"address/{named.lower()}" if named else "policy"
    yield from ("idle/", place)
    if state.known("idle/") and state.known(place):
        for item in idle.chosen(state, named)[:most]:
            yield from of_item(state, Side.PRACTIFI, item)


def _dying(state: State, mailbox: str) -> Iterator[str]:
    """The deletions of a mailbox that wait, and what is left of the series from which several are gone."""
    yield from (f"size/{mailbox}", f"dying/{mailbox}/")
    keys = state.under(f"dying/{mailbox}/", Mark) if state.known(f"dying/{mailbox}/") else {}
    names = [key.rpartition("/")[2] for key in keys]
    for name in names:
        yield from of_link(state, name)
    links = [link for name in names if (link := loaded(state, f"link/{name}", Link)) is not None]
    for _, master in series.together(links):
        yield f"series/{mailbox}/{master}"
        yield from of_series(state, mailbox, master)


def _observed(state: State, body: Observed) -> Iterator[str]:
    yield BLANK
    for item in body.items:
        yield from of_item(state, body.side, item)
    for gone in body.vanished:
        yield from of_gone(state, body.side, gone)


def _outcome(state: State, outcome: Written | Refused) -> Iterator[str]:
    yield from of_link(state, outcome.link)
    if outcome.item is None:
        return
    yield gone_key(outcome.side, outcome.item.id)
    if outcome.item.mailbox:
        yield from (f"pair/{outcome.item.mailbox}", f"size/{outcome.item.mailbox}")
    yield from (f"person/{person}" for person in outcome.item.people)
    yield from of_answers(state, outcome.link, outcome.item.answers)
    if outcome.side is Side.MICROSOFT:
        yield from of_event(state, outcome.item.event)
        yield from of_copy(state, outcome.item)


def _people(state: State, body: People) -> Iterator[str]:
    for person in body.people:
        key = f"person/{person.id}"
        yield key
        yield from (f"user/{person.id}",) if person.user else ()  # whom an address may mean from now on
        known = loaded(state, key, Known)
        for address in addresses(person) | (addresses(known.person) if known else set()):
            yield f"who/{address}"
            yield f"invites/{address}/"
            if state.known(f"invites/{address}/"):
                for invite in state.under(f"invites/{address}/", Invite):
                    yield from of_link(state, invite.rpartition("/")[2])


def _stopped(state: State) -> Iterator[str]:
    yield "stopped/"
    if state.known("stopped/"):
        for key in state.under("stopped/", Mark):
            yield from of_link(state, key.rpartition("/")[2])
