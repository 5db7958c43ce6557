"""What a failure to read makes of a mailbox, and how a person mends it: each of Microsoft's documented refusals has its
named state (O4, E3). None of them says anything about an event: nothing is taken for gone (AUT-03)."""

from services.graph_poller.rows import Unread
from services.kernel.errors import Fatal, Permanent

STAYS = "what is in Practifi stays as it is"
REFUSED: dict[str, tuple[str, str, str]] = {
    "MailboxNotEnabledForRESTAPI": (
        "excluded", "Exchange Online has no such mailbox: it is on-premises, inactive or without a licence",
        f"Move it to Exchange Online or give its user a licence; until then {STAYS}"),
    "ErrorAccessDenied": (
        "excluded", "the application may not open this mailbox",
        f"Put its user into the group of the application's scope in Exchange, which counts within two hours; {STAYS}"),
    "ErrorInvalidUser": (
        "excluded", "Microsoft does not know its user any more", f"Nothing, if the user has left; {STAYS}"),
    "Request_ResourceNotFound": (
        "excluded", "Microsoft does not know its user any more", f"Nothing, if the user has left; {STAYS}"),
    "ResourceNotFound": (
        "excluded", "there is no mailbox behind this user", f"Give the user an Exchange Online licence; {STAYS}"),
    "ErrorQuotaExceeded": (
        "attention", "the mailbox is full", "Make room in the mailbox, or raise its quota in Exchange"),
    "foreign_link": (
        "attention", "something between us and Microsoft answers in its place", "Check the proxy, and graph_url"),
    "redirect": (
        "attention", "something between us and Microsoft answers in its place", "Check the proxy, and graph_url"),
}  # fmt: skip
"""By Graph's code (graph.md §4.3): state, what it means, how to mend it. Asked again with each run."""
UNKNOWN = "Look the code up in Microsoft's documentation; its support finds the request by the id"


def refused(mailbox: str, error: Permanent) -> Unread:
    """What Microsoft refuses for good; what is not in the table needs a person."""
    by_case = {code.casefold(): row for code, row in REFUSED.items()}
    state, means, mend = by_case.get(error.code.casefold(), ("attention", "", UNKNOWN))
    return Unread(mailbox, state, ": ".join(filter(None, (error.code, means, error.what))), mend)


def disconnected(mailbox: str, error: Fatal) -> Unread:
    """No mailbox can be read until a person mends the sign-in (AUT-01)."""
    return Unread(mailbox, "paused", f"reconnect needed: {error.where}: {error.what}", error.mend)


def later(mailbox: str, error: Exception) -> Unread:
    """Throttled, broken or out of reach: it heals by itself, and is asked again with the next run (AUT-05)."""
    return Unread(mailbox, "waiting", str(error))


def set_aside(mailbox: str, reason: str) -> Unread:
    """A mistake of our own keeps us from reading it."""
    return Unread(mailbox, "attention", f"set aside: {reason}", "See the dead letters of the poller")
