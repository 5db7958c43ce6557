"""Several calls in one: composite, batch, graph (salesforce.md §7).
Knows no resource: every inner call takes the way of an outer one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.sandbox.salesforce import batches, tree
from services.sandbox.salesforce.call import ROOT, Call, Reply, not_allowed
from services.sandbox.salesforce.refused import Refused, bad, missing

_SUBREQUESTS, _HEAVY, _GRAPHS, _NODES, _FAILED_GRAPHS = 25, 5, 75, 500, 14
_HEAVY_PATHS = ("/query", "/queryAll", "/composite/sobjects")
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
_NAME = re.compile(r"\w+", re.ASCII)
_ERROR = 400
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."


def resource(call: Call) -> Reply:
    """Everything below `/composite`."""
    what = call.path[1].lower() if len(call.path) > 1 else ""
    if what == "sobjects":
        return batches.resource(call)
    if call.method != "POST":
        raise not_allowed(call)
    if what == "tree":
        return tree.resource(call)
    resources = {"": _composite, "batch": _batch, "graph": _graphs}
    if what not in resources:
        raise missing()
    return resources[what](call)


def _composite(call: Call) -> Reply:
    body = call.object()
    subs = _subrequests(body.get("compositeRequest"))
    if len(subs) > _SUBREQUESTS:
        raise bad("LIMIT_EXCEEDED", f"You can have at most {_SUBREQUESTS} subrequests in a composite request")
    if sum(_heavy(sub["url"]) for sub in subs) > _HEAVY:
        raise bad("LIMIT_EXCEEDED", f"You can have at most {_HEAVY} query or sObject collections subrequests")
    results, _ = _Run(call, body.get("allOrNone") is True).run(subs)
    return Reply(200, {"compositeResponse": results})


def _subrequests(subs: Any) -> list[dict[str, Any]]:
    """Well-formed subrequests; anything else refuses the whole request."""
    if not isinstance(subs, list) or not subs:
        raise bad("INVALID_INPUT", "compositeRequest must be a list of subrequests")
    for sub in subs:
        texts = [sub.get(key) for key in ("method", "url", "referenceId")] if isinstance(sub, dict) else [None]
        if not all(isinstance(text, str) for text in texts) or not _NAME.fullmatch(sub["referenceId"]):
            raise bad(
                "INVALID_INPUT", "each subrequest needs a method, a url and a referenceId of letters, digits and _"
            )
    if len({sub["referenceId"] for sub in subs}) < len(subs):
        raise bad("INVALID_INPUT", "each referenceId must be unique")
    return subs


def _heavy(url: str) -> bool:
    path = "/" + url.partition("?")[0].removeprefix(ROOT).partition("/")[2]
    return path.startswith(_HEAVY_PATHS)


@dataclass(slots=True)
class _Run:
    """Subrequests one after another, later ones speaking of earlier answers."""

    call: Call
    all_or_none: bool
    answers: dict[str, Any] = field(default_factory=dict)

    def run(self, subs: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
        """The results in order, and whether all went well."""
        mark = self.call.memory.mark()
        replies: list[Reply] = []
        for sub in subs:
            replies.append(self._one(sub))
            if replies[-1].status >= _ERROR and self.all_or_none:
                self.call.memory.rollback(mark)
                halted = Reply(_ERROR, bad("PROCESSING_HALTED", _HALTED).single())
                failed = len(replies) - 1
                replies = [replies[failed] if place == failed else halted for place in range(len(subs))]
                break
        good = all(reply.status < _ERROR for reply in replies)
        return [_result(reply, sub) for reply, sub in zip(replies, subs, strict=True)], good

    def _one(self, sub: dict[str, Any]) -> Reply:
        try:
            url, body = self._filled(sub["url"]), self._filled(sub.get("body"))
            given = sub.get("httpHeaders")
            headers = {name.lower(): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
            reply = self.call.inner(sub["method"], url, body, headers).answered()
        except Refused as refused:
            return Reply(refused.status, refused.single())
        if reply.status < _ERROR:
            self.answers[sub["referenceId"]] = reply.body
        return reply

    def _filled(self, value: Any) -> Any:
        """A value with its references replaced; Refused when one leads nowhere."""
        if isinstance(value, dict):
            return {key: self._filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if not isinstance(value, str) or "@{" not in value:
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return self._meant(whole)
        return _REFERENCE.sub(lambda match: str(self._meant(match)), value)

    def _meant(self, match: re.Match[str]) -> Any:
        current: Any = self.answers.get(match[1])
        try:
            for key, place in re.findall(r"\.(\w+)|\[(\d+)\]", match[2]):
                current = current[key] if key else current[int(place)]
        except (KeyError, IndexError, TypeError):
            current = None
        if current is None:
            message = f"Invalid reference specified. No value for {match[1]}{match[2]} found in {match[1]}."
            raise bad("PROCESSING_HALTED", message)
        return current


def _result(reply: Reply, sub: dict[str, Any]) -> dict[str, Any]:
    return {
        "body": reply.body,
        "httpHeaders": dict(reply.headers),
        "httpStatusCode": reply.status,
        "referenceId": sub["referenceId"],
    }


def _batch(call: Call) -> Reply:
    body = call.object()
    subs = body.get("batchRequests")
    if not isinstance(subs, list) or not 0 < len(subs) <= _SUBREQUESTS:
        raise bad("INVALID_INPUT", f"batchRequests must be a list of at most {_SUBREQUESTS} subrequests")
    call.usage.spend(len(subs) - 1, call.act.at)
    results: list[dict[str, Any]] = []
    failed = False
    for sub in subs:
        if failed and body.get("haltOnError") is True:
            halted = bad("BATCH_PROCESSING_HALTED", "Batch processing halted per request").single()
            results.append({"statusCode": 412, "result": halted})
            continue
        reply = _batched(call, sub)
        failed = failed or reply.status >= _ERROR
        results.append({"statusCode": reply.status, "result": reply.body})
    return Reply(200, {"hasErrors": failed, "results": results})


def _batched(call: Call, sub: Any) -> Reply:
    if not isinstance(sub, dict) or not isinstance(sub.get("url"), str) or not isinstance(sub.get("method"), str):
        raise bad("INVALID_INPUT", "each subrequest needs a method and a url")
    url = f"{ROOT}{sub['url'].removeprefix(ROOT).lstrip('/')}"
    return call.inner(sub["method"], url, sub.get("richInput"), call.headers).answered()


def _graphs(call: Call) -> Reply:
    graphs = call.object().get("graphs")
    if not isinstance(graphs, list) or not 0 < len(graphs) <= _GRAPHS:
        raise bad("LIMIT_EXCEEDED", f"graphs must be a list of at most {_GRAPHS} graphs")
    nodes = [_subrequests(graph.get("compositeRequest")) for graph in graphs if isinstance(graph, dict)]
    if sum(len(subs) for subs in nodes) > _NODES or len(nodes) < len(graphs):
        raise bad("LIMIT_EXCEEDED", f"You can have at most {_NODES} nodes in the graphs of a request")
    results: list[dict[str, Any]] = []
    for graph, subs in zip(graphs, nodes, strict=True):
        if sum(not result["isSuccessful"] for result in results) >= _FAILED_GRAPHS:
            halted = Reply(_ERROR, bad("PROCESSING_HALTED", "Too many graphs failed.").single())
            responses, good = [_result(halted, sub) for sub in subs], False
        else:
            responses, good = _Run(call, all_or_none=True).run(subs)
        response = {"compositeResponse": responses}
        results.append({"graphId": graph.get("graphId"), "graphResponse": response, "isSuccessful": good})
    return Reply(200, {"graphs": results})
