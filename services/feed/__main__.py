"""The feed as a process."""

from services.feed import decide
from services.feed.perform import Hands
from services.feed.rows import PRIVATE
from services.kernel.run import run
from services.kernel.service import Service

SERVICE = Service(
    name="feed", mind=decide, hands=lambda host: Hands(host.bus, host.log), private=PRIVATE, sharded=False
)

if __name__ == "__main__":
    run(SERVICE)
