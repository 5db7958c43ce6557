"""The org of each tenant, opened and described when it is first needed and again when the tenant's file has changed."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from services.clients.http import Http
from services.clients.salesforce.api import Org
from services.clients.salesforce.login import Identity, Session
from services.clients.salesforce.row import Shape
from services.kernel.clock import Clock
from services.kernel.tenants import SalesforceSide, read_tenant


class Opened(NamedTuple):
    """An org and what it is like."""

    org: Org
    shape: Shape


class Orgs:
    """`count` hears the tenant and what is counted: requests.practifi.read or .write."""

    def __init__(self, config: Path, clock: Clock, count: Callable[[str, str], None]) -> None:
        self._config = config
        self._clock = clock
        self._count = count
        self._open: dict[str, tuple[SalesforceSide, Org]] = {}
        self._shapes: dict[str, Shape] = {}
        self._https: list[Http] = []

    async def of(self, tenant: str) -> Opened:
        """The tenant's org. Raises Fatal when its file cannot be read, and what a login and a describe raise."""
        side = read_tenant(self._config, tenant).salesforce
        known = self._open.get(tenant)
        if known is None or known[0] != side:
            self.forget(tenant)
            self._open[tenant] = known = side, self._new(tenant, side)
        org = known[1]
        if tenant not in self._shapes:
            self._shapes[tenant] = await org.describe()
        return Opened(org, self._shapes[tenant])

    def forget(self, tenant: str) -> None:
        """Describe the org anew at the next use: it may have changed under us."""
        self._shapes.pop(tenant, None)

    async def close(self) -> None:
        for http in self._https:
            await http.close()

    def _new(self, tenant: str, side: SalesforceSide) -> Org:
        where = f"{tenant}.toml [salesforce]"
        http = Http(
            side.login_url, where=f"{where} login_url", now=self._clock.now, ca_file=side.ca_file,
            count=lambda kind: self._count(tenant, f"requests.practifi.{kind}"),
        )  # fmt: skip
        self._https.append(http)
        identity = Identity(
            side.login_url, side.client_id, where, side.username, side.private_key_file, side.client_secret_file,
            side.ca_file,
        )  # fmt: skip
        return Org(http, Session(identity), api_version=side.api_version)
