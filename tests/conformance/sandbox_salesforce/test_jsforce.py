"""The org as jsforce meets it: a client in another language, over a real socket, plain HTTP (salesforce.md §8)."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.sandbox.salesforce import Salesforce
from services.sandbox.wire import Request

HERE = Path(__file__).parent / "jsforce"
EXPECTED = {
    "create": True,
    "retrieve": "Review",
    "update": True,
    "upsert": [True, "STRING_TOO_LONG", True],
    "upsert again": True,
    "retrieve many": ["again", "S2"],
    "query": ["again", "Old", "S2", "Talk"],
    "pages": 2100,
    "describe": "00U",
    "global": True,
    "destroy": [True, True],
    "updated": 1,
    "deleted": 2,
    "queryAll": 6,
    "undelete": [True, "UNDELETE_FAILED"],
    "limits": "number",
    "usage": True,
    "error": "REQUIRED_FIELD_MISSING",
}


class Shell(BaseHTTPRequestHandler):
    """The thinnest shell: one request at a time into the org."""

    org: Salesforce
    lock = threading.Lock()
    protocol_version = "HTTP/1.1"

    def serve(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(url.query))
        request = Request(self.command, url.path, datetime.now(UTC), query, headers, body, f"http://{headers['host']}")
        with self.lock:
            said = self.org.handle(request)
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    do_GET = do_POST = do_PATCH = do_DELETE = serve  # noqa: N815 - the server's names

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def node() -> str:
    """The Node to run; without it, or without the client, the reason to skip, or to fail where it is required."""
    found = shutil.which("node")
    reason = "node is not installed" if found is None else ""
    if found and not (HERE / "node_modules" / "jsforce").exists():
        reason = "jsforce is not installed: run `npm ci` in tests/conformance/sandbox_salesforce/jsforce"
    if reason and os.environ.get("CALSYNC_REQUIRE_NODE") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    return str(found)


@pytest.fixture
def org() -> Salesforce:
    org = Salesforce(client_id="app", client_secret="secret")
    past = datetime.now(UTC) - timedelta(hours=2)
    for number in range(2100):
        org.insert("Contact", {"LastName": f"{number:04}"}, past)
    hour = {"Subject": "Old", "StartDateTime": "2026-03-03T10:00:00Z", "DurationInMinutes": 60}
    for event in [org.insert("Event", hour, past) for _ in range(3)][1:]:
        org.delete("Event", event, past)
    return org


@pytest.fixture
def address(org: Salesforce) -> Iterator[str]:
    shell = type("OrgShell", (Shell,), {"org": org})
    with ThreadingHTTPServer(("127.0.0.1", 0), shell) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_jsforce_does_its_daily_work(node: str, org: Salesforce, address: str) -> None:
    form = b"grant_type=client_credentials&client_id=app&client_secret=secret"
    token = json.loads(org.handle(Request("POST", "/services/oauth2/token", datetime.now(UTC), body=form)).body)
    command = [node, "check.mjs", address, token["access_token"]]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=40, check=False)
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    assert said == EXPECTED, done.stderr
    assert any(change.origin.endswith("client=checker") for change in org.memory.changes)
