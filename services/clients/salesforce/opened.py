"""The org of each tenant, opened and described when it is first needed and again when the tenant's file or the policy's
mapping has changed, or when the description has grown old."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from contracts.policy import Mapped
from services.clients.http import Http
from services.clients.salesforce.api import Org
from services.clients.salesforce.login import Identity, Session
from services.clients.salesforce.row import Shape
from services.kernel.clock import Clock
from services.kernel.tenants import SalesforceSide, read_tenant

LIFE = timedelta(hours=1)
DOUBT = timedelta(minutes=1)
"""How long a description holds; a shorter time while something of the mapping does not fit, so that it heals soon after
it was mended."""


class Opened(NamedTuple):
    """An org and what it is like."""

    org: Org
    shape: Shape


class _Described(NamedTuple):
    shape: Shape
    mapping: Mapping[str, Mapped]
    until: datetime


class Orgs:
    """`count` hears the tenant and what is counted: requests.practifi.read or .write."""

    def __init__(self, config: Path, clock: Clock, count: Callable[[str, str], None]) -> None:
        self._config = config
        self._clock = clock
        self._count = count
        self._open: dict[str, tuple[SalesforceSide, Org]] = {}
        self._described: dict[str, _Described] = {}
        self._https: list[Http] = []

    async def of(self, tenant: str, mapping: Mapping[str, Mapped]) -> Opened:
        """The tenant's org, for the mapping of its policy. Raises Fatal when its file cannot be read, and what a login
        and a describe raise."""
        side = read_tenant(self._config, tenant).salesforce
        known = self._open.get(tenant)
        if known is None or known[0] != side:
            self.forget(tenant)
            self._open[tenant] = known = side, self._new(tenant, side)
        org, now = known[1], self._clock.now()
        described = self._described.get(tenant)
        if described is None or described.mapping != mapping or described.until <= now:
            shape = await org.describe(mapping)
            life = DOUBT if any(column.why for column in shape.columns) else LIFE
            self._described[tenant] = described = _Described(shape, mapping, now + life)
        return Opened(org, described.shape)

    def forget(self, tenant: str) -> None:
        """Describe the org anew at the next use: it may have changed under us."""
        self._described.pop(tenant, None)

    async def close(self) -> None:
        for http in self._https:
            await http.close()

    def _new(self, tenant: str, side: SalesforceSide) -> Org:
        where = f"{tenant}.toml [salesforce]"
        http = Http(
            side.login_url, where=f"{where} login_url", now=self._clock.now, ca_file=side.ca_file,
            count=lambda kind: self._count(tenant, f"requests.practifi.{kind}"),
            sleep=lambda seconds: self._clock.sleep(timedelta(seconds=seconds)),
        )  # fmt: skip
        self._https.append(http)
        identity = Identity(
            side.login_url, side.client_id, where, side.username, side.private_key_file, side.client_secret_file,
            side.ca_file,
        )  # fmt: skip
        return Org(http, Session(identity, now=self._clock.now), api_version=side.api_version)
