"""What was said and kept: no private text, nothing set aside, and every link half of one pair."""

from collections import Counter
from typing import Any

import msgspec

from contracts.policy import PrivateEvents
from services.reconciler.rows import Link, State
from tests.simulation.stage import Process
from tests.simulation.tale import MARKER, Tale, tag_of

TABLES = ("row", "effect", "dead")


async def links(tale: Tale) -> list[str]:
    """Every Practifi Event that bears our key is half of exactly one living link, and the other way round (PRO-04)."""
    rows = [row for row in tale.sides.salesforce.rows("Event") if not row["IsChild"]]
    tags = {row["Id"]: tale.rows.get(row["Id"], tag_of(row)) for row in rows}
    open_ = tale.doubt | tale.far  # the far half of an event nobody can see
    unsure = {id_ for id_, tag in tags.items() if tag in open_ or (tale.doubt and tag not in tale.made)}
    ours, every = Counter(row["Id"] for row in rows if row["M365_Key__c"]), Counter(row["Id"] for row in rows)
    held = Counter(link.practifi.id for link in await _living(tale) if link.practifi is not None)
    return [f"a link and an Event do not belong together: {one}" for one in apart(ours, every, held, unsure)]


def apart(ours: Counter[str], every: Counter[str], held: Counter[str], unsure: set[str]) -> list[str]:
    """The Events of `ours` that are not held, or not once, or not there: what is `unsure` may have been let go."""
    loose = Counter({one: many for one, many in (ours - held).items() if one not in unsure})
    return [*(loose + (held - every)).elements()]


async def _living(tale: Tale) -> list[Link]:
    """The links whose Practifi side is there."""
    sql = "SELECT value FROM row WHERE scope LIKE 'firm/%' AND key LIKE 'link/%'"
    (process, *_) = tale.stage.processes["reconciler"]
    kept = [msgspec.msgpack.decode(raw, type=Link) for (raw,) in await process.replica.host.store.fetch(sql)]
    both = [link for link in kept if link.microsoft is not None and link.practifi is not None]
    return [link for link in both if link.practifi and not link.practifi.gone and link.state is not State.ENDED]


async def secrets(tale: Tale) -> list[str]:
    """No private text was ever said or kept, and what an event said before it became private is kept no longer."""
    if tale.policy.private_events is PrivateEvents.FULL:
        return []
    marker, hidden = MARKER.encode(), _purged(tale)
    said = () if tale.opened else tale.stage.town.said  # some of it may have been under way when the rule changed
    wrong = [f"a private text on {topic}" for topic, payload in said if marker in payload]
    places: list[tuple[str, list[Any]]] = [("Practifi", _rows(tale)), ("the broker", _retained(tale))]
    for process in alive(tale):
        host = process.replica.host
        for table in TABLES:
            rows = await host.store.fetch(f"SELECT * FROM {table}")
            places.append((f"{host.service.name}'s {table}", [value for row in rows for value in row]))
    for place, values in places:
        text = b"\0".join(_bytes(value) for value in values)
        wrong += [f"a private text in {place}"] * (marker in text)
        wrong += [f"what {tag} said before it was private is in {place}" for one, tag in hidden if one in text]
    return wrong


def _purged(tale: Tale) -> list[tuple[bytes, str]]:
    """Texts that have to be gone, and whose they were."""
    return [(text.encode(), tag) for tag, texts in tale.hidden.items() if tag not in tale.doubt for text in texts]


def _rows(tale: Tale) -> list[Any]:
    return [value for row in tale.sides.salesforce.rows("Event") for value in row.values()]


def _retained(tale: Tale) -> list[Any]:
    return list(tale.stage.broker.retained.values())


async def dead(tale: Tale) -> list[str]:
    """Nothing had to be set aside."""
    found = []
    for process in alive(tale):
        host = process.replica.host
        for scope in host.holding.scopes:
            found += [f"{host.service.name} set aside {one.kind}: {one.error[-300:]}"
                      for one in await host.store.dead_letters(str(scope))]  # fmt: skip
    return found


def alive(tale: Tale) -> list[Process]:
    return [process for some in tale.stage.processes.values() for process in some]


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
