"""Both sides have the event: merge, adopt what stays where it is, and order at most one write. Practifi is written
first, because that mails nobody; what is left for Microsoft follows when that is done."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.policy import Invitations
from contracts.write import Write
from services.reconciler import when
from services.reconciler.born import barred
from services.reconciler.merge import TO_MICROSOFT, Plan, advance, changed, merge, rules, wanted
from services.reconciler.order import order
from services.reconciler.people import meant, relations
from services.reconciler.rows import Held, Kind, Link, Owner
from services.reconciler.work import Work

QUIET = "its guests would be mailed, which the policy forbids (or it is past): change it in Microsoft"
OWNED = "its owner was changed in Practifi: an event cannot change its mailbox; create it anew for the other person"


def update(work: Work, link: Link, owner: Owner) -> Link:
    """The link after the merge of its two living sides."""
    here, there = _both(link)
    mails = here.mine and bool(here.event.attendees) and _mute(work, here)
    plan = merge(here, there, rules(here, there, work.policy.direction, mailing=not mails), link.local)
    if mails and not here.redacted and changed(there) & set(TO_MICROSOFT) & set(plan.local):
        link = barred(work, link, QUIET)
    link = _adopted(link, plan)
    if work.policy.direction.writes(Side.PRACTIFI):
        link = _to_practifi(work, link, plan, owner)
    if plan.microsoft and link.pending is None:
        link = _to_microsoft(work, link, plan)
    return link


def _mute(work: Work, here: Held) -> bool:
    """Whether guests may not be mailed now (A5, ruling 16)."""
    return work.policy.invitations is Invitations.NEVER or not when.future(here.event.when, work.now)


def _adopted(link: Link, plan: Plan) -> Link:
    """Each side's base moves to what it holds, for what is not going anywhere."""
    if not plan.adopt:
        return link
    here, there = _both(link)
    here, there = advance(here, plan.adopt, here.event), advance(there, plan.adopt, there.event)
    local = tuple(dict.fromkeys((*link.local, *plan.local)))
    return replace(link, microsoft=here, practifi=there, local=local)


def _to_practifi(work: Work, link: Link, plan: Plan, owner: Owner) -> Link:
    here, there = _both(link)
    who = meant(work, here, owner)
    people, users = relations(link, who)
    moved = bool(link.owner and there.owner and there.owner != link.owner)
    if moved:
        link = barred(work, link, OWNED)
    if not (plan.practifi or moved or people is not None or users is not None):
        return replace(link, related=who.people, invited=who.users)
    event = wanted(Side.PRACTIFI, plan.practifi, here, there)

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.PRACTIFI, mailbox=link.mailbox, event=event, fields=plan.practifi,
            owner=link.owner if moved else "", target=there.id, generation=link.generation, base=there.event,
            base_people=there.people, people=people, invitees=users,
        )  # fmt: skip

    conflicts = tuple(field for field in plan.conflicts if field in plan.practifi)
    return order(
        work, link, Side.PRACTIFI, Kind.UPDATE, write, fields=plan.practifi, conflicts=conflicts,
        related=who.people, invited=who.users,
    )  # fmt: skip


def _to_microsoft(work: Work, link: Link, plan: Plan) -> Link:
    here, there = _both(link)
    event = wanted(Side.MICROSOFT, plan.microsoft, here, there)

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.MICROSOFT, mailbox=link.mailbox, event=event, fields=plan.microsoft,
            target=here.id, generation=link.generation, base=here.event,
        )  # fmt: skip

    conflicts = tuple(field for field in plan.conflicts if field in plan.microsoft)
    return order(
        work, link, Side.MICROSOFT, Kind.UPDATE, write, fields=plan.microsoft, conflicts=conflicts
    )  # fmt: skip


def _both(link: Link) -> tuple[Held, Held]:
    assert link.microsoft is not None
    assert link.practifi is not None
    return link.microsoft, link.practifi
