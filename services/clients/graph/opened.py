"""The Graph client of each tenant, opened when it is first needed and again when the tenant's file has changed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from services.clients.graph.api import Graph
from services.clients.graph.token import Token
from services.clients.http import Http
from services.kernel.clock import Clock
from services.kernel.tenants import MicrosoftSide, read_tenant


class Graphs:
    """`count` hears the tenant and what is counted: requests.microsoft.read or .write."""

    def __init__(self, config: Path, clock: Clock, count: Callable[[str, str], None]) -> None:
        self._config = config
        self._clock = clock
        self._count = count
        self._open: dict[str, tuple[MicrosoftSide, Graph]] = {}
        self._former: list[Graph] = []

    def of(self, tenant: str) -> Graph:
        """The tenant's client. Raises Fatal when its file cannot be read."""
        side = read_tenant(self._config, tenant).microsoft
        known = self._open.get(tenant)
        if known is not None and known[0] == side:
            return known[1]
        if known is not None:
            self._former.append(known[1])  # somebody may be asking it something just now
        self._open[tenant] = side, self._new(tenant, side)
        return self._open[tenant][1]

    async def close(self) -> None:
        for graph in (*self._former, *(graph for _, graph in self._open.values())):
            await graph.close()

    def _new(self, tenant: str, side: MicrosoftSide) -> Graph:
        where = f"{tenant}.toml [microsoft]"
        http = Http(
            side.graph_url, where=f"{where} graph_url", now=self._clock.now, ca_file=side.ca_file,
            count=lambda kind: self._count(tenant, f"requests.microsoft.{kind}"),
            sleep=lambda seconds: self._clock.sleep(timedelta(seconds=seconds)),
        )  # fmt: skip
        return Graph(http, Token(side, where=where, now=self._clock.now))
