"""Free ports on this machine, remembered, so that a second start is found where the first one was. Loopback only."""

import socket
from collections.abc import Collection

from services.cli.place import Place

LOOPBACK = "127.0.0.1"


def ports(place: Place, names: Collection[str]) -> dict[str, int]:
    """A free port for each name: the one of last time, or another when somebody else has it now."""
    before = place.read("ports.json")
    chosen: dict[str, int] = {}
    for name in names:
        wanted = before.get(name, 0)
        chosen[name] = wanted if isinstance(wanted, int) and _free(wanted) else _any(set(chosen.values()))
    place.write("ports.json", {**before, **chosen})
    return chosen


def _free(port: int) -> bool:
    if port == 0:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _any(taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port
