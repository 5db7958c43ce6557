"""Starts one replica of the writer."""

from services.clients.graph.opened import Graphs
from services.clients.salesforce.opened import Orgs
from services.kernel.host import Host
from services.kernel.run import run
from services.kernel.service import Service
from services.writer import decide
from services.writer.perform import Hands


def hands(host: Host) -> Hands:
    config, clock, count = host.settings.config, host.clock, host.count
    return Hands(host, Graphs(config, clock, count), Orgs(config, clock, count))


SERVICE = Service("writer", decide, hands, decide.PRIVATE)

if __name__ == "__main__":
    run(SERVICE)
