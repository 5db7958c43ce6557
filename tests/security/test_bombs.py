"""A remote whose small answer unpacks to ten gigabytes, wherever we read one."""

import tracemalloc
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from services.clients.graph.token import Token
from services.clients.http import MAX_BODY, Http
from services.clients.salesforce.login import Identity, Session
from services.kernel.errors import Fatal, Permanent
from tests.conformance.graph.stage import side
from tests.security.remote import NOW, bombing, remote

WHERE = "firm.toml [salesforce]"
TEN_GB = 10 * 1024
"""In MiB; about ten MB on the wire."""


@pytest.fixture
def watched() -> Iterator[None]:
    """However large the answer: three times what an answer may hold is the most that it costs."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * MAX_BODY


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("status", [200, 400])
async def test_an_answer_that_unpacks_without_end_is_cut_off(watched: None, encoding: str, status: int) -> None:
    async with remote(bombing(encoding, TEN_GB, status)) as it:
        http = Http(it.root, where="a remote", now=lambda: NOW)
        with pytest.raises(Permanent) as raised:
            await http.send("GET", "/x", headers={})
        await http.close()
    assert raised.value.code == "too_large"
    assert it.sent < 8_000_000, "the rest was not fetched"


async def test_a_sign_in_at_microsoft_that_unpacks_without_end_is_cut_off(watched: None, tmp_path: Path) -> None:
    async with remote(bombing("gzip", TEN_GB)) as it:
        with pytest.raises(Fatal, match="cut off"):
            await Token(side(it.root, tmp_path), where="firm.toml [microsoft]", now=lambda: NOW).value()


async def test_a_login_at_salesforce_that_unpacks_without_end_is_cut_off(watched: None, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")

    def now() -> datetime:
        return NOW

    async with remote(bombing("gzip", TEN_GB)) as it:
        identity = Identity(it.root, "app", WHERE, secret_file=tmp_path / "secret")
        with pytest.raises(Fatal, match="cut off"):
            await Session(identity, now=now).current()
