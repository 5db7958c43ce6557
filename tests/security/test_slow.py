"""A remote that answers a byte at a time and never ends: whoever waits for it is let go."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from services.clients.graph import token
from services.clients.graph.token import Token
from services.clients.http import Http
from services.clients.salesforce import login
from services.clients.salesforce.login import Identity, Session
from services.kernel.errors import Transient
from tests.conformance.graph.stage import side
from tests.security.remote import NOW, dripping, remote

SOON = timedelta(milliseconds=300)
SLOWLY = {
    "the status": b"HTTP/1.1 200 ",
    "a header": b"HTTP/1.1 200 OK\r\nX-Long:",
    "the body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
    "a body without an end": b"HTTP/1.1 200 OK\r\n\r\n",
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token, "_TIMEOUT", SOON)
    monkeypatch.setattr(login, "TIMEOUT", SOON)


async def unslept(_: float) -> None:
    """Between attempts."""


@pytest.mark.parametrize("head", SLOWLY.values(), ids=SLOWLY)
async def test_an_answer_that_does_not_end_is_given_up(head: bytes) -> None:  # THR-19
    async with remote(dripping(head)) as it, asyncio.timeout(5):
        http = Http(it.root, where="a remote", now=lambda: NOW, timeout=SOON, sleep=unslept)
        with pytest.raises(Transient, match="broke off"):
            await http.send("GET", "/x", headers={})
        await http.close()


@pytest.mark.parametrize("head", SLOWLY.values(), ids=SLOWLY)
async def test_a_sign_in_that_does_not_end_is_given_up(tmp_path: Path, head: bytes) -> None:  # AUT-10
    (tmp_path / "secret").write_text("s")
    async with remote(dripping(head)) as it, asyncio.timeout(5):
        with pytest.raises(Transient):
            await Token(side(it.root, tmp_path), where="firm.toml [microsoft]", now=lambda: NOW).value()
        identity = Identity(it.root, "app", "firm.toml [salesforce]", secret_file=tmp_path / "secret")
        with pytest.raises(Transient):
            await Session(identity, now=lambda: NOW).current()
