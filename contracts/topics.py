"""The only place where a topic is spelled. Topics hold slugs, service names, shards and kinds, never personal data."""

import re

ROOT = "calsync/v1"
SLUG = re.compile(r"[a-z0-9-]{1,63}")
RESERVED = frozenset({
    "graph-poller", "salesforce-watcher", "reconciler", "writer", "registry", "feed", "operator",
})  # fmt: skip
"""The broker's own users. A tenant's reader is named like its tenant, so no tenant may be named like one of them."""


def address(service: str, tenant: str, shard: int) -> str:
    """Where a message is sent and where its receipt goes: one inbox has exactly one receiver (ruling 21)."""
    if not SLUG.fullmatch(tenant):
        raise ValueError(f"tenant {tenant!r} is not a slug of 1 to 63 characters a-z, 0-9 and -")
    return f"{service}/{tenant}/{shard}"


def inbox(to: str) -> str:
    """The topic of an address."""
    service, tenant, shard = to.split("/")
    return f"{ROOT}/{tenant}/in/{service}/{shard}"


def policy(tenant: str) -> str:
    return f"{ROOT}/{tenant}/policy"


def status(tenant: str, service: str, instance: str) -> str:
    return f"{ROOT}/{tenant}/status/{service}/{instance}"


def fact(tenant: str, kind: str) -> str:
    """The public topic of one kind of sync event."""
    return f"{ROOT}/{tenant}/events/{kind}"


def answer(tenant: str, ask: str) -> str:
    """Where the answers to one question are published, for the operator alone."""
    return f"{ROOT}/{tenant}/answers/{ask}"


def tenant_of(topic: str) -> str:
    """The tenant that a topic belongs to."""
    return topic.removeprefix(f"{ROOT}/").split("/", 1)[0]


POLICIES = f"{ROOT}/+/policy"
STATUSES = f"{ROOT}/+/status/+/+"
FACTS = f"{ROOT}/+/events/+"
