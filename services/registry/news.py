"""What is new in the tenants' files since each tenant's actor last heard of its own. Pure: files are read elsewhere."""

from collections.abc import Collection, Mapping
from hashlib import sha256

import msgspec

from contracts.policy import Policy
from services.registry.rows import TenantFile

GONE = "gone"
"""The digest of a file that is not there: unlike that of one which was never looked for, which is empty."""


def news(
    told: Mapping[str, str], policies: Mapping[str, Policy], broken: Collection[str], held: Collection[str]
) -> dict[str, TenantFile]:
    """What each tenant of `held` (those that this replica serves) has to hear; `told` are the digests that it knows. A
    broken file is no news: the tenant goes on as it was."""
    found = {slug: _file(policies.get(slug), start=slug not in told) for slug in held if slug not in broken}
    return {slug: file for slug, file in found.items() if told.get(slug) != file.digest}


def broken_slug(where: str) -> str:
    """The tenant whose file a mistake is in; `where` begins with the file's name."""
    return where.partition(".toml")[0]


def _file(policy: Policy | None, *, start: bool) -> TenantFile:
    digest = GONE if policy is None else sha256(msgspec.json.encode(policy)).hexdigest()[:16]
    return TenantFile(policy, digest, start)
