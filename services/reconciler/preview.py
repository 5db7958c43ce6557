"""What a backfill to Microsoft would do (D10, E5): the decisions themselves are taken, on paper, as if consent were
given and nothing were paused. Nothing of it is kept or said but the counts."""

from collections import Counter

from msgspec.structs import replace

from contracts.asked import Preview
from contracts.calendar import Side
from contracts.policy import PolicyNow
from services.reconciler.book import Owner
from services.reconciler.consent import mailed
from services.reconciler.exposed import address
from services.reconciler.idle import chosen, links, mailbox_of
from services.reconciler.rows import Link
from services.reconciler.step import step
from services.reconciler.work import Work

_OFF = "the policy's direction does not write to Microsoft"
_UNREAD = "Microsoft has not been read as a whole yet"


class _Tally:
    """What would happen in one mailbox."""

    def __init__(self) -> None:
        self.mailed: list[int] = []
        self.blocked = Counter[str]()

    def count(self, paper: Work, link: Link) -> None:
        """One Event, after its decision."""
        if link.pending is None or link.pending.side is Side.PRACTIFI:
            outward = paper.policy_of(link.mailbox).direction.writes(Side.MICROSOFT)
            self.blocked[link.reason or (_UNREAD if outward else _OFF)] += 1
        else:
            order = paper.orders[f"{Side.MICROSOFT.value}/{link.mailbox}"][-1]
            self.mailed.append(mailed(link, order))


def lines(work: Work, named: str) -> list[Preview]:
    """A line for each paired mailbox, or for the one that has the address `named`; the largest first."""
    policy, mailbox = work.get("policy", PolicyNow), mailbox_of(work.state, named)
    if policy is None or mailbox is None:
        return []
    pairs = work.state.under("pair/", Owner)
    owners = [name.partition("/")[2] for name, owner in pairs.items() if owner.user]
    found = {name: _Tally() for name in owners if mailbox in {"", name}}
    paper = Work(work.state, work.message, work.now, {"policy": replace(policy, active=True)})
    for link in links(paper, chosen(work.state, named)):
        found[link.mailbox].count(paper, step(paper, link))
    told = [_line(address(work, name), tally) for name, tally in found.items()]
    return sorted(told, key=lambda line: (-line.creations, -len(line.blocked), line.mailbox))


def _line(mailbox: str, tally: _Tally) -> Preview:
    blocked = tuple(tally.blocked.most_common())
    return Preview(mailbox, len(tally.mailed), mailed=sum(tally.mailed), blocked=blocked)
