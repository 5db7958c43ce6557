"""Throttling inside a `$batch`: Graph judges each inner request by itself, so one answer holds 200s and 429s
(graph.md §4.1). What is refused here never reaches the remote."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from services.sandbox.wire import Request, Response, answer

NAME: Final = "throttle-inner"
EACH, WAIT = 3, "7"
_OK = 200


def throttled(request: Request, handle: Callable[[Request], Response]) -> Response:
    """The batch's answer, in which every third request that stands alone is refused for now."""
    try:
        asked: list[dict[str, Any]] = request.json()["requests"]
        tied = {str(name) for one in asked for name in one.get("dependsOn", [])}
        alone = [one for one in asked if not one.get("dependsOn") and str(one["id"]) not in tied]
    except (ValueError, KeyError, TypeError, AttributeError):
        return handle(request)
    struck = [str(one["id"]) for one in alone[::EACH]]
    kept = [one for one in asked if str(one["id"]) not in struck]
    refused = [_refusal(name) for name in struck]
    if not kept:
        return answer(_OK, {"responses": refused})
    response = handle(replace(request, body=json.dumps({"requests": kept}).encode()))
    if response.status != _OK:
        return response
    said = json.loads(response.body)
    both = answer(_OK, {**said, "responses": [*refused, *said["responses"]]})
    return Response(_OK, both.body, response.headers)


def _refusal(name: str) -> dict[str, Any]:
    error = {"code": "ApplicationThrottled", "message": "Application is over its MailboxConcurrency limit."}
    headers = {"Retry-After": WAIT, "Content-Type": "application/json"}
    return {"id": name, "status": 429, "headers": headers, "body": {"error": error}}
