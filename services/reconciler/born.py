"""Making an event on the side that lacks it: with everything that side can hold, and only where the policy lets it."""

from datetime import timedelta

from msgspec.structs import replace

from contracts.calendar import Attendee, Side
from contracts.policy import Invitations, Policy, PolicyNow, PractifiSeries, PrivateEvents
from contracts.write import Cause, Write
from services.reconciler import adopt, answers, made, match, people, reach, say, status, when, wish
from services.reconciler.book import Known, Owner
from services.reconciler.held import bare, put
from services.reconciler.order import order
from services.reconciler.rows import Held, Kind, Link, Trouble
from services.reconciler.trouble import barred
from services.reconciler.work import Work

AGAIN = timedelta(hours=1)
TOO_MANY = "has more than 50 attendees: create this event in Microsoft, where it can have them"
NATIVE = "belongs to a recurring series of Practifi, which the policy practifi_series leaves alone"
FAR = "starts more than {} months ahead (policy future_outbound_months): it is sent when it comes within them"
ELSEWHERE = "its owner's mailbox is kept by another shard than this Event: create it anew (see `shards` in the policy)"
STANDS = "it stands with its owner before, whom another shard keeps: create it anew (see `shards` in the policy)"
ALIKE = "several Events in Practifi may be this one since our memory was lost: delete those that are not"
HALF = "Microsoft does not show it since our memory was lost: delete it here if it is over, or in doubt leave it"
MUTE = "sent without {} of the people, who have no address in Practifi"


def in_practifi(work: Work, link: Link, here: Held, owner: Owner, conflicts: tuple[str, ...] = ()) -> Link:
    """Create in Practifi what Microsoft has, for the mailbox's user."""
    policy = work.policy_of(here.mailbox)
    if here.redacted and policy.private_events is PrivateEvents.SKIP:
        work.stop(link)  # its reader tells it once more under another policy, which is no news to us
        return _left_out(link)
    if not wish.known(work, Side.PRACTIFI, here.mailbox):
        work.stop(link)  # ours may be a new store: what Practifi has already is heard first (ruling 5)
        return link
    if wish.untold(work.get, Side.MICROSOFT, here.mailbox):
        work.stop(link)  # all names are claimed first
        return link
    if left := adopt.halves(work, link, here):
        return adopt.adopted(work, link, left[0], owner) if len(left) == 1 else _unclear(work, link)
    if not policy.direction.writes(Side.PRACTIFI):
        work.stop(link)  # another policy may let it through
        return link
    fields = reach.new(policy, Side.PRACTIFI, here.event, redacted=here.redacted)
    who = people.shown(work, people.anew(link), here, owner)
    given = answers.first(work, here, (*who.people, *who.users))
    known = link.practifi is not None or link.cause is Cause.LOST  # there, or perhaps there, before this order

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.PRACTIFI, mailbox=here.mailbox, event=here.event, fields=fields,
            owner=owner.user, generation=link.generation, people=who.people, invitees=who.users or None,
            answers=given or None, since=None if known else made.since(work, link),
        )  # fmt: skip

    link = order(
        work, replace(link, owner=owner.user), Side.PRACTIFI, Kind.CREATE, write, fields=fields,
        conflicts=conflicts, related=who.people, invited=who.users,
    )  # fmt: skip
    return answers.out(link, given)


def in_microsoft(work: Work, link: Link, there: Held) -> Link:
    """Create in Microsoft what a person made in Practifi, with its guests (A3); never twice, never too early (D8)."""
    policy = work.policy_of(there.mailbox)
    wanted = policy.direction.writes(Side.MICROSOFT) and there.edited
    if not (wanted and when.future(there.event.when, work.now)):
        return link
    reason = _barred(work, link, there)
    due = when.due(there.event.when, policy.future_outbound_months)
    if not reason and due > work.now:
        work.wake(link.id, due + timedelta(minutes=1))
        reason = FAR.format(policy.future_outbound_months)
    if reason:
        work.stop(link)  # another policy may let it through
        return barred(work, link, reason)
    if isinstance(work.message.body, PolicyNow) and _was_barred(link, policy):
        link = replace(link, cause=Cause.POLICY)
    if not wish.known(work, Side.MICROSOFT, there.mailbox):
        work.stop(link)  # likewise: made twice, it would mail its guests twice
        return link
    return _invite(work, link, there)


def half(work: Work, link: Link) -> Link:
    """Practifi has an Event of Microsoft's that Microsoft has not shown since our memory was lost: nothing proves that
    it is gone (X2), so a person has to look."""
    there = link.practifi
    if there is None or there.gone or link.born is Side.PRACTIFI:
        return link
    if not wish.known(work, Side.MICROSOFT, there.mailbox):
        work.stop(link)
        return link
    ahead = when.due(there.event.when, work.policy.future_inbound_months) < work.now
    return barred(work, link, HALF) if ahead and when.future(there.event.when, work.now) else link


def guests(work: Work, there: Held) -> tuple[Attendee, ...]:
    """The people of a Practifi Event who have an address, without its owner."""
    if not _invites(work, there):
        return ()
    known = [work.get(f"person/{one}", Known) for one in there.people if one != there.owner]
    addresses = [match.address_of(row.person) for row in known if row is not None]
    return tuple(Attendee(address) for address in dict.fromkeys(addresses) if address)


def _was_barred(link: Link, policy: Policy) -> bool:
    """Whether another policy kept it out of Microsoft until now; what has come within the same months is sent as ever
    (D8)."""
    same = FAR.format(policy.future_outbound_months)
    return any(one.kind is Trouble.BARRED and one.reason != same for one in link.troubles)


def _unclear(work: Work, link: Link) -> Link:
    """The link that several Events may belong to: what a person does about them is seen with the next look."""
    work.wake(link.id, work.now + AGAIN)
    return barred(work, link, ALIKE)


def _left_out(link: Link) -> Link:
    """The link of an event that is private and not in Practifi, nor will be: of an Event that was there, nothing is
    remembered (P2)."""
    there = link.practifi
    return people.hidden(link if there is None else put(link, Side.PRACTIFI, bare(there)))


def _invite(work: Work, link: Link, there: Held) -> Link:
    invited = guests(work, there)
    fields = reach.new(work.policy_of(there.mailbox), Side.MICROSOFT, there.event)
    fields = (*fields, "attendees") if invited else fields
    event = replace(there.event, attendees=invited)

    def write(name: str) -> Write:
        return Write(
            order=name, link=link.id, side=Side.MICROSOFT, mailbox=there.mailbox, event=event, fields=fields,
            generation=link.generation,
        )  # fmt: skip

    mute = len([one for one in there.people if one != there.owner]) - len(invited)
    if mute and _invites(work, there):
        say.blocked(work, link, Side.MICROSOFT, MUTE.format(mute))
    return order(work, replace(link, owner=there.owner), Side.MICROSOFT, Kind.CREATE, write, fields=fields)


def _invites(work: Work, there: Held) -> bool:
    policy = work.policy_of(there.mailbox)
    return policy.invitations is not Invitations.NEVER and reach.related(policy, Side.MICROSOFT)


def _barred(work: Work, link: Link, there: Held) -> str:
    """Why the policy or a limit keeps an event out of Microsoft for now, "" if nothing does."""
    if work.elsewhere(there.mailbox):
        return ELSEWHERE
    if work.policy.shards > 1 and _stands(link, there):
        return STANDS
    if there.native_series and work.policy.practifi_series is PractifiSeries.SKIP:
        return NATIVE
    return TOO_MANY if len(there.people) > match.MOST else ""


def _stands(link: Link, there: Held) -> bool:
    """Whether another shard has made it before it was given to an owner of ours, and all have forgotten that since, or
    have their stores of before: its word on the Event is still there, or ours since. One that bore a word before it was
    this Event is a copy (`first.py`)."""
    elsewhere, stands = status.sentence(ELSEWHERE), status.sentence(STANDS)
    return there.status in {elsewhere, stands} and (link.status == stands or link.said not in {elsewhere, stands})
