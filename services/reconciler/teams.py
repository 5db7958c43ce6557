"""What goes wrong with an online meeting (T3): a calendar that does not allow one (Microsoft ignores the wish
silently), a meeting that loses its join link, a link that Practifi cannot hold. Each is seen here and shown; Practifi's
wish stays as it is."""

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side
from services.reconciler import trouble
from services.reconciler.rows import Held, Link, Pending, Teams, Trouble
from services.reconciler.work import Work

DENIED = "this calendar does not allow Teams meetings"
LOST = "its Teams link is gone in Microsoft: add the Teams meeting there again"
LONG = "its Teams link is too long for Practifi: open the meeting in Microsoft"


def written(link: Link, pending: Pending, event: CalendarEvent) -> Link:
    """The link after a write to Microsoft: a wish that was not granted there is noted. `event` is what is there now."""
    if pending.side is Side.PRACTIFI or "online" not in pending.fields or link.practifi is None:
        return link
    wish = link.practifi.base
    return replace(link, teams=Teams.DENIED if wish is not None and wish.online and not event.online else None)


def looked(work: Work, link: Link) -> Link:
    """The link with what is wrong now; what is over is forgotten."""
    link = replace(link, teams=_now(link))
    if link.teams is Teams.DENIED:
        return trouble.raised(work, link, Trouble.TEAMS, Side.MICROSOFT, DENIED)
    if link.teams is Teams.LOST:
        return trouble.raised(work, link, Trouble.TEAMS, Side.MICROSOFT, LOST)
    return trouble.raised(work, link, Trouble.TEAMS, Side.PRACTIFI, LONG) if _too_long(link) else link


def _too_long(link: Link) -> bool:
    """Whether Practifi, which can hold that there is an online meeting, cannot hold its link. An org without our fields
    holds neither."""
    here = link.microsoft
    if here is None or here.gone or not (here.event.online and here.event.join_url):
        return False
    return "join_url" in link.lost and "online" not in link.lost


def _now(link: Link) -> Teams | None:
    here, there = link.microsoft, link.practifi
    if here is None or here.gone or here.redacted or here.event.join_url:
        return None
    if here.base is not None and here.base.online and here.base.join_url:
        return Teams.LOST
    if link.teams is Teams.DENIED and not (_wished(there) and not here.event.online):
        return None
    return link.teams


def _wished(there: Held | None) -> bool:
    return there is not None and not there.gone and there.event.online
