"""Broken readers: what they take for gone, for private, for touched."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from contracts.policy import PrivateEvents
from services.clients.graph import api, mapping
from services.graph_poller.digest import Digest
from services.salesforce_watcher import tell
from tests.simulation.variants.broken import breaks, put

put("a removed row of a delta is taken for a deletion", Digest, "suspect", Digest.forget)
put("a refused look is taken for a deletion", api, "_proof", lambda *_: None, 2)
put("every Event of Practifi counts as touched", tell, "_edited", lambda *_: True, 11)


@breaks("private events are read in full")
def indiscreet() -> Iterator[None]:
    seen = mapping.seen

    def full(raw: Any, *_: Any, **more: Any) -> Any:
        return seen(raw, PrivateEvents.FULL, **more)

    with patch.object(mapping, "seen", full):
        yield
