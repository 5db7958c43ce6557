"""What a lost or restored memory makes necessary (rulings 5, 6). A shard that has forgotten one thing may have
forgotten anything: it lets go of all that it believes, and has both sides told anew. And what the writer, a reader or
another shard has forgotten of what it was told is said to it once more. Never writes: what follows is decided as
ever."""

from collections.abc import Iterator

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Again
from contracts.meeting import Meeting
from services.kernel.decision import Decision, Effect, Forgot, Say, State
from services.kernel.micros import instant, micros
from services.reconciler import believed, homes, hosts, lately, made, unheard, wish
from services.reconciler.around import of_link
from services.reconciler.names import Uid
from services.reconciler.order import uncounted
from services.reconciler.rows import Link, Mark, Runs
from services.reconciler.runs import READERS, question
from services.reconciler.step import step
from services.reconciler.wish import Anew, Wish
from services.reconciler.work import Work


def forgot(work: Work, body: Forgot) -> Decision:
    """Begin anew, by wishes of its own although the sign may be an old one. What was said before our memory was begun
    and shows only now is no new loss: else what has happened since would be lost as well. What was said since then and
    is not known is one, also while a memory is being built: it is an old one that was put back."""
    if _made_good(work):
        return Decision()
    want = Again(_name(work), "reconciler", body.here)
    others = [shard for shard in range(work.policy.shards) if shard != body.here]
    effects: list[Effect] = [question(name, want) for name in READERS]
    effects += [Say("reconciler", want, shard) for shard in others]
    effects.append(Say("registry", want))  # the run that goes on may wait for what is missing
    lately.turned(work)
    rows = work.rows | {wish.key(side): Wish(want.wish, want.shard) for side in READERS.values()}
    rows |= {"anew": Anew(work.now), believed.BLANK: believed.Blank(micros(work.now))}
    return Decision(rows, tuple(effects), {"forgot": 1}, anew=True)


def _name(work: Work) -> str:
    """The name of a question, which is never asked twice although its sign may be the same."""
    return f"{work.message.id}@{work.now.isoformat()}"


def _made_good(work: Work) -> bool:
    """Whether what is missed is older than our memory: numbers tell when something was said (design §2.7)."""
    anew = work.get("anew", Anew)
    return anew is not None and instant(work.message.receipted) < anew.since


def needs(state: State, body: Again) -> Iterator[str]:
    """What may have to be said again to who asks."""
    match body.service:
        case "writer":
            yield "out/"
            for key in state.under("out/", Mark) if state.known("out/") else ():
                yield from of_link(state, key.partition("/")[2])
        case "reconciler":
            yield from ("uid/", f"heard/{body.shard}")
            for row in state.under("uid/", Uid).values() if state.known("uid/") else ():
                yield from (f"link/{row.link}",) if row.link else ()
        case "graph-poller":
            yield from believed.ROWS
        case "salesforce-watcher":
            yield from ("link/", "idle/", "pair/")
        case _:
            pass


def answer(work: Work, body: Again) -> None:
    """Say again what somebody has forgotten."""
    match body.service:
        case "writer":
            for key in work.state.under("out/", Mark):
                _order_again(work, work.link(key.partition("/")[2]))
        case "reconciler":
            hosts.hear(work, body.shard, None)
            work.effects += hosts.tell(work, body.shard)
            for key, row in work.state.under("uid/", Uid).items():
                _tell(work, body.shard, key.removeprefix("uid/").removesuffix("~"), row)
        case "graph-poller":
            believed.answer(work)
        case "salesforce-watcher":  # it may have heard before us that the firm has more shards than one
            work.effects += homes.told(work, body)
        case _:
            pass
    if body.service in READERS:
        _ask_again(work, body.service)


def follow(work: Work, name: str, old: Link | None, new: Link | None) -> None:
    """Keep the list of links that have an order out."""
    was, now = (link is not None and link.pending is not None for link in (old, new))
    if was != now:
        work.rows[f"out/{name}"] = Mark() if now else None


def _ask_again(work: Work, reader: str) -> None:
    """A reader may have forgotten what we have asked of it, too, and part of its answer: it is asked anew."""
    side, runs = READERS[reader], work.get("runs", Runs)
    if (row := wish.row(work.get, side)) is None:
        return
    want = Again(_name(work), "reconciler", row.shard)
    work.effects.append(question(reader, want))
    work.rows[wish.key(side)] = Wish(want.wish, row.shard)
    if runs is not None:
        work.rows["runs"] = replace(runs, unread=(*runs.unread, side.value))


def _order_again(work: Work, link: Link | None) -> None:
    """The order that is out may be forgotten, or carried out and forgotten: the next one begins with a look, too."""
    if link is None or link.pending is None:
        return
    work.out -= 1 if link.pending.epoch == work.epoch else 0
    link = made.tried(unheard.doubted(link, link.pending), link.pending)
    step(work, replace(uncounted(link), pending=None))


def _tell(work: Work, shard: int, uid: str, row: Uid) -> None:
    """The meetings whose organizers' own events are here. Of one that is left out there is no link; it was born in
    Microsoft."""
    link = work.link(row.link) if row.link else None
    here = link.microsoft if link is not None else None
    unlinked = row.link and link is None and row.born is Side.MICROSOFT
    if unlinked or (here is not None and here.mine and not here.gone):
        work.tell(shard, Meeting(uid, row.link, row.born))
