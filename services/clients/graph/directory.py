"""People of the directory as mailboxes (graph.md §6). Pure."""

import msgspec
from msgspec import Raw

from contracts.observed import Mailbox
from services.clients.graph.door import decoded
from services.clients.graph.shape import User
from services.clients.odd import sound
from services.kernel.errors import Transient

USERS = "/v1.0/users?$select=id,displayName,mail,userPrincipalName,proxyAddresses,accountEnabled,userType&$top=999"
_SMTP = "smtp:"
_USER = msgspec.json.Decoder(User)


def mailbox(raw: Raw) -> Mailbox | None:
    """The mailbox of a member, None for a guest. Raises Transient for what is no user."""
    user = decoded(raw, _USER)
    if not sound(user.id):
        raise Transient("Microsoft lists a user without a usable id")
    if (user.user_type or "member").casefold() != "member":
        return None
    return Mailbox(
        id=user.id,
        principal=user.user_principal_name or "",
        name=user.display_name or "",
        addresses=_addresses(user),
        enabled=user.account_enabled is not False,
    )


def _addresses(user: User) -> tuple[str, ...]:
    """Lower-case, the primary first: `mail`, then SMTP: and smtp: of the proxies; other prefixes are no mail."""
    proxies = [one for one in user.proxy_addresses or () if one.casefold().startswith(_SMTP)]
    proxies.sort(key=lambda one: not one.startswith("SMTP:"))
    known = [user.mail or "", *(one[len(_SMTP) :] for one in proxies)]
    return tuple(dict.fromkeys(one.strip().lower() for one in known if one.strip()))
