"""Starts one replica of the Salesforce watcher."""

from services.clients.salesforce.opened import Orgs
from services.kernel.host import Host
from services.kernel.run import run
from services.kernel.service import Service
from services.salesforce_watcher import decide
from services.salesforce_watcher.perform import Hands
from services.salesforce_watcher.rows import PRIVATE


def hands(host: Host) -> Hands:
    return Hands(host, Orgs(host.settings.config, host.clock, host.count))


SERVICE = Service("salesforce-watcher", decide, hands, PRIVATE, sharded=False)

if __name__ == "__main__":
    run(SERVICE)
