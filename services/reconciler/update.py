"""Both sides have the event: merge, adopt what stays where it is, and order at most one write. Practifi is written
first, because that mails nobody; what is left for Microsoft follows when that is done."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.policy import Invitations, Policy
from contracts.write import Write
from services.reconciler import answers, copies, meeting, news, owners, when
from services.reconciler.book import Owner
from services.reconciler.consent import QUIET
from services.reconciler.merge import Plan, advance, merge, rules, same, wanted
from services.reconciler.order import order
from services.reconciler.people import relations, shown
from services.reconciler.reach import to_microsoft
from services.reconciler.rows import Held, Kind, Link, Trouble
from services.reconciler.trouble import barred, raised, stands, unmovable
from services.reconciler.work import Work

OWNED = "its owner was changed in Practifi: an event cannot change its mailbox; create it anew for the other person"


def update(work: Work, link: Link, owner: Owner) -> Link:
    """The link after the merge of its two living sides."""
    here, there = _both(link)
    policy, quiet = work.policy_of(link.mailbox), _quiet(work, here)
    purge = news.hidden(link)
    plan = merge(here, there, rules(here, there, policy, mailing=not quiet), link.local, purge)
    inward = policy.direction.writes(Side.PRACTIFI)
    purge = tuple(field for field in purge if field in plan.practifi or not inward)
    link = replace(_adopted(link, plan), purge=purge)
    if purge and not inward:
        work.stop(link)  # another policy may let it through
    if quiet and (reason := _kept_back(link, policy)):
        link = barred(work, link, reason)
    if inward:
        link = _to_practifi(work, link, plan, owner)
    else:
        link, _ = _answers(work, link, there.people)
    if owners.parted(link) and policy.direction.writes(Side.MICROSOFT):
        reason = owners.stays(work, link)
        if not reason:
            return owners.follow(work, link, plan) if link.pending is None else link
        work.stop(link)  # another policy, or pairing, may let it through
        link = barred(work, link, reason)
    if plan.microsoft and link.pending is None:
        link = _to_microsoft(work, link, plan)
    return link


def _quiet(work: Work, here: Held) -> bool:
    """Whether a write to Microsoft could mail somebody now, and may not (A5, ruling 16): the guests, or the organizer
    who gets an answer."""
    if here.mine and not here.event.attendees:
        return False
    return work.policy.invitations is Invitations.NEVER or not when.future(here.event.when, work.now)


def _kept_back(link: Link, policy: Policy) -> str:
    """Why a person's change in Practifi stays there that Microsoft would take, "" where nothing does."""
    here, there = _both(link)
    would = to_microsoft(here, there, policy, mailing=True) - to_microsoft(here, there, policy, mailing=False)
    back = (field for field in link.local if field in would)
    if all(same(field, getattr(here.event, field), getattr(there.event, field)) for field in back):
        return ""
    return QUIET if here.mine else copies.QUIET


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
    who = shown(work, link, here, owner)
    people, users = relations(link, who)
    link, given = _answers(work, link, (*(there.people if people is None else people), *(users or ())))
    moved = bool(link.born is Side.MICROSOFT and link.owner and there.owner and there.owner != link.owner)
    if moved:
        link = raised(work, link, Trouble.OWNER, Side.PRACTIFI, OWNED)
    if not (plan.practifi or moved or given or people is not None or users is not None):
        return replace(link, related=who.people, invited=who.users)
    event = wanted(Side.PRACTIFI, plan.practifi, here, there)

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.PRACTIFI, mailbox=link.mailbox, event=event, fields=plan.practifi,
            owner=link.owner if moved else "", target=there.id, generation=link.generation, base=there.event,
            base_people=there.people, people=people, invitees=users, answers=given or None,
        )  # fmt: skip

    conflicts = tuple(field for field in plan.conflicts if field in plan.practifi)
    link = order(
        work, link, Side.PRACTIFI, Kind.UPDATE, write, fields=plan.practifi, conflicts=conflicts,
        related=who.people, invited=who.users,
    )  # fmt: skip
    return answers.out(link, given)


def _answers(work: Work, link: Link, people: tuple[str, ...]) -> tuple[Link, answers.Given]:
    """The link, after what people answered in Practifi is told, and what has to be told there (A6)."""
    link, given, said = answers.compared(work, link, people)
    return meeting.answered(work, link, said) if said else link, given


def _to_microsoft(work: Work, link: Link, plan: Plan) -> Link:
    """The link with its order. Where an occurrence cannot be moved, all else that was changed of it goes (R5)."""
    others = tuple(field for field in plan.microsoft if field != "when")
    if not (others and unmovable(link)):
        return _ordered(work, link, plan, plan.microsoft)
    link = stands(work, link, Trouble.REFUSED, Side.MICROSOFT)
    return replace(_ordered(work, replace(link, refused=()), plan, others), refused=link.refused)


def _ordered(work: Work, link: Link, plan: Plan, fields: tuple[str, ...]) -> Link:
    here, there = _both(link)
    event = wanted(Side.MICROSOFT, fields, here, there)

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.MICROSOFT, mailbox=link.mailbox, event=event, fields=fields,
            target=here.id, generation=link.generation, base=here.event,
        )  # fmt: skip

    conflicts = tuple(field for field in plan.conflicts if field in fields)
    return order(work, link, Side.MICROSOFT, Kind.UPDATE, write, fields=fields, conflicts=conflicts)


def _both(link: Link) -> tuple[Held, Held]:
    assert link.microsoft is not None
    assert link.practifi is not None
    return link.microsoft, link.practifi
