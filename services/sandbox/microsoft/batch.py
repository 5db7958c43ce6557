"""`$batch`: up to twenty requests in one, each with its own answer (graph.md §4.1)."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from services.sandbox.microsoft import throttle
from services.sandbox.microsoft.refused import bad_request
from services.sandbox.microsoft.state import Json, Tenant
from services.sandbox.wire import Request, Response

LARGEST = 20
PARALLEL = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a batch."""

    name: str
    request: Request
    after: tuple[str, ...]


def answer(tenant: Tenant, outer: Request, send: Callable[[Request], Response]) -> Response:
    """200 with an answer for every step; 400 when the batch itself is malformed."""
    steps = _read(outer)
    random = Random(f"{tenant.seed}/{tenant.next_serial()}")
    together = _together(steps, outer)
    done: dict[str, Json] = {}
    waiting = list(steps)
    while waiting:
        ready = [step for step in waiting if all(name in done for name in step.after)]
        step = random.choice(ready) if tenant.switches.shuffle_batch else ready[0]
        waiting.remove(step)
        done[step.name] = _one(step, done, together, send)
    rows = list(done.values())
    if tenant.switches.shuffle_batch:
        random.shuffle(rows)
    body = json.dumps({"responses": rows}, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(200, body, {"Content-Type": "application/json"})


def _one(step: Step, done: dict[str, Json], together: dict[str, str], send: Callable[[Request], Response]) -> Json:
    failed = [name for name in step.after if done[name]["status"] >= 400]  # noqa: PLR2004 a failure is 4xx or 5xx
    if failed:
        error = {"code": "FailedDependency", "message": f"The request failed because '{failed[0]}' failed."}
        return {"id": _spelled(step), "status": 424, "headers": {}, "body": {"error": error}}
    box = _box(step.request)
    headers = {**step.request.headers, **({throttle.OPEN["mailbox"]: together[box]} if box in together else {})}
    got = send(replace(step.request, headers=headers))
    return {
        "id": _spelled(step),
        "status": got.status,
        "headers": dict(got.headers),
        "body": json.loads(got.body) if got.body else None,
    }


def _spelled(step: Step) -> str:
    return step.request.headers["x-batch-id"]


def _box(request: Request) -> str:
    return "/".join(request.path.split("/")[:4]).lower()


def _together(steps: list[Step], outer: Request) -> dict[str, str]:
    """How many requests are open per mailbox: those that came with the batch, and up to four of its own."""
    others = max(0, int(outer.headers.get(throttle.OPEN["mailbox"], "1")) - 1)
    counts = Counter(_box(step.request) for step in steps if not step.after)
    return {box: str(others + min(PARALLEL, count)) for box, count in counts.items()}


def _read(outer: Request) -> list[Step]:
    try:
        rows = outer.json()["requests"]
    except (ValueError, TypeError, KeyError) as error:
        raise bad_request("Invalid batch payload format.") from error
    if not isinstance(rows, list) or not rows:
        raise bad_request("Invalid batch payload format.")
    if len(rows) > LARGEST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {LARGEST}.")
    steps = [_step(row, outer) for row in rows]
    names = [step.name for step in steps]
    if len(set(names)) < len(names):
        raise bad_request("Batch request ids must be unique.")
    _ordered(steps)
    return steps


def _ordered(steps: list[Step]) -> None:
    left, done = list(steps), set[str]()
    while left:
        ready = [step for step in left if set(step.after) <= done]
        if not ready:
            raise bad_request("A batch request depends on a request that does not exist or on itself.")
        done |= {step.name for step in ready}
        left = [step for step in left if step not in ready]


def _step(row: Any, outer: Request) -> Step:
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("id", "method", "url")):
        raise bad_request("A batch request needs id, method and url.")
    given = row.get("headers") or {}
    if not isinstance(given, dict) or not isinstance(row.get("dependsOn") or [], list):
        raise bad_request("The headers of a batch request are an object, and what it depends on is a list.")
    headers = {str(name).lower(): str(value) for name, value in given.items()}
    body = b""
    if row.get("body") is not None:
        if "content-type" not in headers:
            raise bad_request(f"The request '{row['id']}' has a body but no Content-Type header.")
        body = json.dumps(row["body"]).encode()
    url = urlsplit(row["url"])
    if url.scheme or url.netloc or not url.path:
        raise bad_request(f"The url of the request '{row['id']}' must be relative.")
    passed = ("authorization", *throttle.OPEN.values())
    inherited = {name: outer.headers[name] for name in passed if name in outer.headers}
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    path = "/v1.0/" + url.path.lstrip("/")
    headers = {**inherited, **headers, "x-batch-id": row["id"]}
    request = Request(row["method"].upper(), path, outer.at, query, headers, body, outer.origin)
    after = tuple(str(name).lower() for name in row.get("dependsOn") or ())
    return Step(row["id"].lower(), request, after)
