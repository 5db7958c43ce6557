"""Starts one replica of the Graph poller."""

from services.clients.graph.opened import Graphs
from services.graph_poller import decide
from services.graph_poller.perform import Hands
from services.graph_poller.rows import PRIVATE
from services.kernel.host import Host
from services.kernel.run import run
from services.kernel.service import Service


def hands(host: Host) -> Hands:
    return Hands(host, Graphs(host.settings.config, host.clock, host.count))


SERVICE = Service("graph-poller", decide, hands, PRIVATE)

if __name__ == "__main__":
    run(SERVICE)
