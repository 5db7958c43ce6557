"""The registry as a process."""

from services.kernel.run import run
from services.kernel.service import Service
from services.registry import decide
from services.registry.perform import Hands
from services.registry.rows import PRIVATE
from services.registry.watch import Watch

SERVICE = Service(
    name="registry",
    mind=decide,
    hands=lambda host: Hands(host.bus, host.clock),
    private=PRIVATE,
    sharded=False,
    follows_policy=False,
    source=lambda host: Watch(host, host.settings.config).run(),
)

if __name__ == "__main__":
    run(SERVICE)
