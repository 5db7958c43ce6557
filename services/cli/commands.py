"""How each process of calsync is started: its command line, and what it finds in its environment. Starts nothing."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from services.cli.firm import arguments
from services.cli.place import Place
from services.cli.ports import LOOPBACK

MODULES: Mapping[str, str] = {
    "graph-poller": "services.graph_poller",
    "salesforce-watcher": "services.salesforce_watcher",
    "reconciler": "services.reconciler",
    "writer": "services.writer",
    "registry": "services.registry",
    "feed": "services.feed",
    "sandbox": "services.sandbox",
    "broker": "services.kernel.broker",
}
"""What `calsync run` knows."""


def service(name: str, *more: str) -> list[str]:
    """The command of a service."""
    return [sys.executable, "-m", MODULES[name], *more]


def broker(place: Place, port: int) -> list[str]:
    """Mosquitto where it is installed (Debian keeps it out of a user's PATH), else the embedded broker."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    if found is None:
        return service("broker", "--port", str(port))
    from services.kernel.broker import mosquitto_conf  # noqa: PLC0415 - loads a whole broker, a quarter of a second

    folder = (place.data / "broker").resolve()
    file = folder / "mosquitto.conf"
    file.write_text(mosquitto_conf(port, folder), encoding="utf-8")
    return [found, "-c", str(file)]


def sandbox(place: Place, port: int) -> list[str]:
    """The sandbox with this place's firm in it."""
    data = str(place.data / "sandbox")
    return service("sandbox", "--host", LOOPBACK, "--port", str(port), "--data", data, "--seed", "1", *arguments(place))


def environment(place: Place, broker_url: str, config: Path) -> dict[str, str]:
    """What every service finds in its environment."""
    return {
        "CALSYNC_BROKER": broker_url,
        "CALSYNC_STORE": str(place.store),
        "CALSYNC_CONFIG": str(config),
        "CALSYNC_LOG_FORMAT": "json",
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # a service has few threads; more arenas only keep what a large page has left behind
        "MALLOC_TRIM_THRESHOLD_": "131072",
    }
