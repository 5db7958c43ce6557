"""Which Practifi user a mailbox belongs to (M7): FederationIdentifier first, then Email, then Username; only active
standard users; what is not certain is not paired, and says why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2s

from contracts.observed import Mailbox, Pair
from contracts.policy import Policy
from services.clients.salesforce.row import OrgUser

KEYS = ("federation_id", "email", "username")


def pairs(
    mailboxes: Iterable[Mailbox], users: Iterable[OrgUser], policy: Policy, kept: Mapping[str, Pair]
) -> tuple[Pair, ...]:
    """The pair of each mailbox that the policy names (all, if it names none). A mailbox stays in the shard that it has
    (ruling 22)."""
    fit = [user for user in users if user.active and user.standard]
    index = {key: _index(fit, key) for key in KEYS}
    named = {address.lower() for address in policy.mailboxes}
    wanted = [m for m in mailboxes if not named or named & {*m.addresses, m.principal.lower()}]
    found = {mailbox.id: _match(mailbox, index) for mailbox in wanted}
    taken = Counter(user for user, _ in found.values() if user)
    return tuple(_pair(mailbox, *found[mailbox.id], taken, policy, kept) for mailbox in wanted)


def _index(users: Iterable[OrgUser], key: str) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for user in users:
        if value := getattr(user, key).lower():
            index.setdefault(value, []).append(user.id)
    return index


def _match(mailbox: Mailbox, index: Mapping[str, Mapping[str, list[str]]]) -> tuple[str, str]:
    """The user's id, or "" and the reason."""
    if not mailbox.enabled:
        return "", "the account is disabled in Microsoft"
    names = dict.fromkeys([mailbox.principal.lower(), *mailbox.addresses])
    for key in KEYS:
        users = list(dict.fromkeys(user for name in names for user in index[key].get(name, ())))
        if len(users) == 1:
            return users[0], ""
        if users:
            return "", f"{len(users)} active Practifi users have this mailbox's address as {key}: make it unique"
    return "", "no active Practifi user has this mailbox's address as FederationIdentifier, Email or Username"


def _pair(
    mailbox: Mailbox, user: str, reason: str, taken: Mapping[str, int], policy: Policy, kept: Mapping[str, Pair]
) -> Pair:
    if user and taken[user] > 1:
        user, reason = "", "another mailbox belongs to the same Practifi user: give each its own FederationIdentifier"
    before = kept.get(mailbox.id)
    shard = before.shard if before and before.shard < policy.shards else shard_of(mailbox.id, policy.shards)
    return Pair(mailbox.id, shard, user, mailbox.addresses, reason)


def shard_of(identity: str, shards: int) -> int:
    """The shard of a mailbox's object id, or of an unpaired user's id (ruling 22); the same in every process."""
    return int.from_bytes(blake2s(identity.encode()).digest()[:4], "big") % shards
