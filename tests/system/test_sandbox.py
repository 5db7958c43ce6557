"""The sandbox as a process: it starts, is killed, comes back, and misbehaves on its sockets as it was told to."""

import asyncio
import contextlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Self
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import aiohttp
import pytest

from tests.system.hearer import PATIENCE

FORM = {"grant_type": "client_credentials", "client_id": "client", "scope": "https://graph.microsoft.com/.default"}


class Sandbox:
    """One running sandbox; `url` is the line that it printed."""

    def __init__(self, data: Path, *words: str) -> None:
        self.data = data
        (data.parent / "secret").write_text("hush\n")
        fixed = ["--port", "0", "--data", str(data), "--tenant-id", "tenant", "--client-id", "client"]
        given = [*fixed, "--client-secret-file", str(data.parent / "secret"), *words]
        self.process = subprocess.Popen([sys.executable, "-m", "services.sandbox", *given], stdout=subprocess.PIPE)
        assert self.process.stdout
        self.url = self.process.stdout.readline().decode().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGKILL)

    def end(self, sign: signal.Signals) -> int:
        """Ends the process; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        code = self.process.wait(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        raw = (
            urlencode(body).encode() if path.endswith("/token") else None if body is None else json.dumps(body).encode()
        )
        with urlopen(Request(self.url + path, raw, headers, method=method), timeout=PATIENCE) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def signed_in(self) -> dict[str, str]:
        given = self.ask("POST", "/tenant/oauth2/v2.0/token", {**FORM, "client_secret": "hush"})
        return {"Authorization": f"Bearer {given['access_token']}"}

    def mailbox(self) -> str:
        return str(self.ask("GET", "/sandbox/people")["mailboxes"][0]["mail"])

    def subjects(self, mailbox: str) -> list[str]:
        events = self.ask("GET", f"/sandbox/events?side=microsoft&mailbox={mailbox}")["events"]
        return [one["subject"] for one in events]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running


@pytest.fixture(autouse=True)
def cleared(shared: Sandbox) -> Iterator[None]:
    yield
    with contextlib.suppress(http.client.HTTPException, URLError):
        shared.ask("DELETE", "/sandbox/faults")


def test_it_says_where_it_is(shared: Sandbox) -> None:
    told = shared.data / "sandbox.json"
    assert json.loads(told.read_text()) == {"url": shared.url, "pid": shared.process.pid}
    assert told.stat().st_mode & 0o777 == 0o600
    assert shared.ask("GET", "/sandbox/health")["status"] == "ok"


def test_killed_it_comes_back_with_what_was_written_and_who_was_signed_in(tmp_path: Path) -> None:  # O6
    data = tmp_path / "data"
    with Sandbox(data) as first:
        mailbox, token = first.mailbox(), first.signed_in()
        before = first.subjects(mailbox)
        said = {"subject": "Written last", "start": _at(10), "end": _at(11)}
        path = f"/v1.0/users/{mailbox}/events"
        made = first.ask("POST", path, said, **token, **{"Content-Type": "application/json"})
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
    with Sandbox(data) as second:
        assert sorted(second.subjects(mailbox)) == sorted([*before, "Written last"])
        assert second.ask("GET", f"{path}/{made['id']}", **token)["subject"] == "Written last"


def _at(hour: int) -> dict[str, str]:
    return {"dateTime": f"2027-03-09T{hour}:00:00", "timeZone": "UTC"}


def test_told_to_end_it_leaves_a_snapshot_and_exits_with_0(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Sandbox(data, "--empty") as first:
        assert first.ask("GET", "/sandbox/people")["mailboxes"] == []
        first.ask("POST", "/sandbox/contacts", {"name": "Cora Client"})
        assert first.end(signal.SIGTERM) == 0
    assert not (data / "sandbox.json").exists()
    with Sandbox(data) as second:
        people = second.ask("GET", "/sandbox/people")
        assert [one["Name"] for one in people["contacts"]] == ["Cora Client"]
        assert people["mailboxes"] == []


def _refused(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "services.sandbox", *words], capture_output=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sandbox.example"])
def test_it_listens_beyond_this_machine_only_with_tls(host: str, tmp_path: Path) -> None:
    code, said = _refused("--host", host, "--data", str(tmp_path))
    assert code == 2
    assert "--tls" in said
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_and_a_port_in_use_are_said(shared: Sandbox, tmp_path: Path) -> None:
    code, said = _refused("--data", str(shared.data), "--port", "0")
    assert (code, "in use by another sandbox" in said) == (1, True)
    code, said = _refused("--data", str(tmp_path), "--port", str(urlsplit(shared.url).port), "--empty")
    assert (code, "Traceback" in said, "sandbox:" in said) == (1, False, True)


def test_with_tls_a_client_that_knows_its_authority_trusts_it(tmp_path: Path) -> None:
    words = ("--empty", "--tls", str(tmp_path / "tls"), "--names", "localhost,sandbox,127.0.0.1")
    with Sandbox(tmp_path / "data", *words) as running:
        assert running.url.startswith("https://localhost:")
        context = ssl.create_default_context(cafile=str(tmp_path / "tls" / "ca.pem"))
        with urlopen(running.url + "/sandbox/health", context=context, timeout=PATIENCE) as answer:
            assert json.load(answer)["status"] == "ok"
        with pytest.raises(URLError, match="certificate verify failed"):
            urlopen(running.url + "/sandbox/health", timeout=PATIENCE)
    assert (tmp_path / "tls" / "server.key").stat().st_mode & 0o777 == 0o600


def test_the_certificate_is_kept_until_other_names_are_wanted(tmp_path: Path) -> None:
    def authority(names: str) -> bytes:
        with Sandbox(tmp_path / "data", "--empty", "--tls", str(tmp_path / "tls"), "--names", names):
            return (tmp_path / "tls" / "ca.pem").read_bytes()

    first = authority("localhost,sandbox")
    assert authority("localhost") == first
    assert authority("localhost,other") != first


@pytest.mark.parametrize(("fault", "written"), [("timeout-before", 0), ("timeout-after", 1)])
def test_a_cut_connection_is_cut_without_a_word(fault: str, written: int, shared: Sandbox) -> None:  # ruling 9
    mailbox, token = shared.mailbox(), shared.signed_in()
    before = len(shared.subjects(mailbox))
    shared.ask("POST", "/sandbox/faults", {"name": fault, "count": 1})
    headers = {**token, "Content-Type": "application/json"}
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        shared.ask("POST", f"/v1.0/users/{mailbox}/events", {"start": _at(10), "end": _at(11)}, **headers)
    assert len(shared.subjects(mailbox)) - before == written


def test_a_slow_answer_takes_two_seconds_and_holds_up_nobody(shared: Sandbox) -> None:
    mailbox, token = shared.mailbox(), shared.signed_in()
    shared.ask("POST", "/sandbox/faults", {"name": "slow", "count": 1})

    async def both() -> tuple[float, float]:
        async with aiohttp.ClientSession(shared.url, headers=token) as session:
            began = monotonic()

            async def took() -> float:
                async with session.get(f"/v1.0/users/{mailbox}/events") as answer:
                    assert answer.status == 200
                return monotonic() - began

            slow, quick = await asyncio.gather(took(), took())
            return min(slow, quick), max(slow, quick)

    quick, slow = asyncio.run(both())
    assert quick < 2 <= slow


def test_a_mailbox_takes_four_requests_at_once_and_another_is_not_held_up(shared: Sandbox) -> None:
    first, second = (one["id"] for one in shared.ask("GET", "/sandbox/people")["mailboxes"][:2])
    token = shared.signed_in()
    shared.ask("POST", "/sandbox/faults", {"name": "slow", "count": 4})
    open_before = shared.ask("GET", "/sandbox/faults")["struck"].get("slow", 0)

    async def statuses() -> tuple[list[int], int, int]:
        headers = {**token, "x-sandbox-concurrent": "1"}
        async with aiohttp.ClientSession(shared.url, headers=headers) as session:

            async def status(mailbox: str) -> int:
                async with session.get(f"/v1.0/users/{mailbox}/events?$top=1") as answer:
                    return answer.status

            four = [asyncio.create_task(status(first)) for _ in range(4)]
            while await _struck(session) < open_before + 4:
                continue
            fifth, other = await status(first), await status(second)
            return await asyncio.gather(*four), fifth, other

    assert asyncio.run(statuses()) == ([200] * 4, 429, 200)


async def _struck(session: aiohttp.ClientSession) -> int:
    async with session.get("/sandbox/faults") as answer:
        return int((await answer.json())["struck"].get("slow", 0))


def test_what_it_says_of_itself_follows_the_name_by_which_it_was_called(shared: Sandbox) -> None:
    other = f"localhost:{urlsplit(shared.url).port}"
    page = shared.ask("GET", "/tenant/v2.0/.well-known/openid-configuration", Host=other)
    assert urlsplit(page["token_endpoint"]).netloc == other


def test_nothing_else_of_the_product_is_imported() -> None:
    code = "import sys; from services.sandbox import __main__; print([n for n in sys.modules if n.startswith(('services.', 'contracts'))])"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ})
    names = json.loads(done.stdout.decode().replace("'", '"'))
    assert [one for one in names if not one.startswith("services.sandbox")] == []
