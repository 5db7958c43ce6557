"""The contracts as documents for those who do not read Python: an AsyncAPI 3 document and one JSON Schema for each
public fact, made from the types and from nothing else. Pure: writing them to files is `python -m contracts`."""

from typing import Any, get_args

import msgspec
from msgspec import Struct

from contracts import facts, topics
from contracts.asked import Answer
from contracts.message import KINDS
from contracts.policy import PolicyNow
from contracts.status import Status

VERSION = "1.0.0"
_REF = "#/components/schemas/{name}"
_INTERNAL = {
    "graph-poller": ("run-due", "paired", "made", "believed", "undirected", "again", "known", "receipt"),
    "salesforce-watcher": ("run-due", "mailboxes", "undirected", "again", "known", "receipt"),
    "reconciler": (
        "paired", "people", "own", "observed", "unreadable", "read-done", "outcomes", "ask", "turn", "restore",
        "backfill", "again", "known", "receipt",
    ),
    "writer": ("orders", "known", "receipt"),
    "registry": (
        "sync-now", "pause", "resume", "turn", "restore", "backfill", "ask", "answer", "run-settled", "again",
        "known", "receipt",
    ),
    "feed": ("said", "known", "receipt"),
}  # fmt: skip
"""Which kinds arrive in whose inbox."""


def fact_kinds() -> dict[str, type[Struct]]:
    """The public facts by the last word of their topic."""
    return {str(kind.__struct_config__.tag): kind for kind in get_args(facts.Fact)}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document."""
    channels = {**_public(), **_levels(), **_answers(), **_inboxes()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "calsync",
            "version": VERSION,
            "description": "What the services of calsync say over MQTT. Every payload is a CloudEvents 1.0 document in"
            " structured JSON mode. The channels under events/ are public; answers/ is"
            " for the operator alone; the others are the services' own.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"broker": {"host": "localhost:1883", "protocol": "mqtt", "protocolVersion": "3.1.1"}},
        "channels": channels,
        "operations": {name: _operation(name) for name in channels},
        "components": {"schemas": _schemas(), "messages": {name: _message(name) for name in sorted(KINDS)}},
    }


def fact_schemas() -> dict[str, dict[str, Any]]:
    """A JSON Schema of the whole payload for each public fact, by kind."""
    return {name: _fact_schema(kind) for name, kind in fact_kinds().items()}


def _fact_schema(kind: type[Struct]) -> dict[str, Any]:
    (data,), components = msgspec.json.schema_components([facts.Published], ref_template="#/$defs/{name}")
    components = _plain(components)
    components["Published"]["properties"]["fact"] = {"$ref": f"#/$defs/{kind.__name__}"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"calsync {kind.__struct_config__.tag}",
        "description": kind.__doc__,
        **_envelope("calsync.fact.v1", data),
        "$defs": _used(components, kind),
    }


def _used(components: dict[str, Any], kind: type[Struct]) -> dict[str, Any]:
    """The components that one fact needs."""
    wanted, found = ["Published", kind.__name__], dict[str, Any]()
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = components[name]
            text = msgspec.json.encode(found[name]).decode()
            wanted += [other for other in components if f'"#/$defs/{other}"' in text]
    return dict(sorted(found.items()))


def _public() -> dict[str, Any]:
    return {
        f"events-{name}": _channel(topics.fact("{tenant}", name), ["calsync.fact.v1"], kind.__doc__ or "", ["tenant"])
        for name, kind in fact_kinds().items()
    }


def _levels() -> dict[str, Any]:
    status = topics.status("{tenant}", "{service}", "{instance}")
    return {
        "policy": _channel(topics.policy("{tenant}"), [_NAMES[PolicyNow]], PolicyNow.__doc__ or "", ["tenant"]),
        "status": _channel(status, [_NAMES[Status]], Status.__doc__ or "", ["tenant", "service", "instance"]),
    }


def _answers() -> dict[str, Any]:
    topic = topics.answer("{tenant}", "{ask}")
    return {"answers": _channel(topic, [_NAMES[Answer]], Answer.__doc__ or "", ["tenant", "ask"])}


def _inboxes() -> dict[str, Any]:
    return {
        f"inbox-{service}": _channel(
            f"{topics.ROOT}/{{tenant}}/in/{service}/{{shard}}", [f"calsync.{kind}.v1" for kind in kinds],
            f"What the {service} hears; internal.", ["tenant", "shard"],
        )
        for service, kinds in _INTERNAL.items()
    }  # fmt: skip


def _channel(address: str, kinds: list[str], about: str, parameters: list[str]) -> dict[str, Any]:
    return {
        "address": address,
        "description": _line(about),
        "messages": {kind.replace(".", "-"): {"$ref": f"#/components/messages/{kind}"} for kind in kinds},
        "parameters": {name: {"description": _PARAMETERS[name]} for name in parameters},
        "bindings": {"mqtt": {"bindingVersion": "0.2.0"}},
    }


def _operation(channel: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "bindings": {"mqtt": {"qos": 1, "retain": channel in {"policy", "status"}, "bindingVersion": "0.2.0"}},
    }


def _message(name: str) -> dict[str, Any]:
    kind = KINDS[name]
    return {
        "name": name,
        "summary": _line(kind.__doc__ or name),
        "contentType": "application/cloudevents+json",
        "payload": _envelope(name, {"$ref": _REF.format(name=kind.__name__)}),
    }


def _envelope(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """CloudEvents' own attributes and our extensions around the data (CloudEvents 1.0 §3.1)."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "tenant", "data"],
        "properties": {
            "specversion": {"const": "1.0"}, "id": text, "source": text, "type": {"const": kind},
            "time": {"type": "string", "format": "date-time"}, "datacontenttype": {"const": "application/json"},
            "subject": text, "tenant": text, "cause": text, "run": text, "store": text,
            "number": {"type": "integer"}, "floor": {"type": "integer"}, "data": data,
        },
    }  # fmt: skip


def _schemas() -> dict[str, Any]:
    _, components = msgspec.json.schema_components(list(KINDS.values()), ref_template=_REF)
    return dict(sorted(_plain(components).items()))


def _plain(schema: Any) -> Any:
    """Without `discriminator`, which OpenAPI knows and JSON Schema does not; the tag's `enum` says the same."""
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if key != "discriminator"}
    return [_plain(value) for value in schema] if isinstance(schema, list) else schema


def _line(text: str) -> str:
    return " ".join(text.split())


_NAMES = {kind: name for name, kind in KINDS.items()}
_PARAMETERS = {
    "tenant": "The slug of the firm.",
    "service": "The name of the service.",
    "instance": "The name of one replica.",
    "shard": "The shard, from 0.",
    "ask": "The name of the question.",
}
