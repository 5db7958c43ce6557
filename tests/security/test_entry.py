"""Who gets into the broker of the stack, and over what: TLS, a name, and its password. Both ends check: the broker whom
it lets in, and our own client whom it talks to."""

import asyncio
import ssl
import warnings
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import aiomqtt
import pytest

from services.cli.certificate import issue
from services.cli.stack import USERS
from services.kernel import logs
from services.kernel.mqtt import MqttBus
from tests.conformance.kernel.brokers import connected
from tests.security.deployed import deployed

NOBODY: dict[str, tuple[str | None, str | None]] = {
    "anonymous": (None, None),
    "a name alone": ("operator", ""),
    "a wrong password": ("operator", "not-it"),
    "another's password": ("operator", "firm"),
    "an unknown name": ("mallory", "not-it"),
    "another case of a name": ("Operator", "operator"),
}


OTHER_NAME = "127.1"
"""Leads to the same place, and stands in no certificate."""


async def test_everybody_has_a_password_and_nobody_else_comes_in(tmp_path: Path) -> None:  # S3
    async with deployed(tmp_path) as stack:
        for user in USERS:
            async with stack.client(user):
                pass
        for name, (user, word) in NOBODY.items():
            known = stack.password(word) if word in USERS else word
            with pytest.raises(aiomqtt.MqttError, match="Not authorized"):
                async with stack.client(user, known):
                    pytest.fail(name)
        words = {stack.password(user) for user in USERS}
    assert len(words) == len(USERS)
    assert all(len(word) >= 32 for word in words)


async def test_without_tls_there_is_no_answer(tmp_path: Path) -> None:
    async with deployed(tmp_path) as stack:
        reader, writer = await asyncio.open_connection("127.0.0.1", stack.port)
        writer.write(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")  # CONNECT, 3.1.1
        async with asyncio.timeout(5):
            try:
                answered = await reader.read(100)
            except ConnectionError:
                answered = b""
        writer.close()
    assert not answered.startswith(b"\x20"), "a CONNACK"


@pytest.mark.filterwarnings("ignore:.*SSLSocket")  # the library leaves a refused socket to the garbage collector
async def test_a_broker_of_another_name_or_authority_is_told_nothing(tmp_path: Path) -> None:
    async with deployed(tmp_path) as stack:
        url = f"mqtts://feed:{stack.password('feed')}@{{host}}:{stack.port}"
        own, foreign = stack.users / "feed" / "ca.pem", tmp_path / "foreign.pem"
        foreign.write_bytes(issue(("127.0.0.1",), datetime.now(UTC)).authority)
        right = MqttBus(url.format(host="127.0.0.1"), "right", ca_file=own)
        assert await reached(right)
        assert "certificate verify failed" in await refused(MqttBus(url.format(host="127.0.0.1"), "a", ca_file=foreign))
        assert "Hostname mismatch" in await refused(MqttBus(url.format(host=OTHER_NAME), "b", ca_file=own))
        assert "certificate verify failed" in await refused(MqttBus(url.format(host="127.0.0.1"), "c"))


VERSIONS = {"1.3": True, "1.2": True, "1.1": False}


async def test_tls_of_today_only(tmp_path: Path) -> None:
    async with deployed(tmp_path) as stack:
        for version, there in VERSIONS.items():
            trust = ssl.create_default_context(cafile=str(stack.users / "feed" / "ca.pem"))
            with warnings.catch_warnings(action="ignore"):  # Python too would rather not speak the oldest
                trust.minimum_version = ssl.TLSVersion[f"TLSv{version.replace('.', '_')}"]
                trust.maximum_version = trust.minimum_version
            trust.set_ciphers("DEFAULT@SECLEVEL=0")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", stack.port, ssl=trust)
                writer.close()
                spoken = True
            except (ssl.SSLError, ConnectionError):
                spoken = False
            assert spoken is there, version


async def reached(bus: MqttBus) -> bool:
    running = asyncio.create_task(bus.run())
    try:
        await connected(bus)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return True


async def refused(bus: MqttBus) -> str:
    """Why our client would not talk to the broker; it names no password."""
    lines = StringIO()
    logs.set_up("warning", "json", lines)
    running = asyncio.create_task(bus.run())
    try:
        async with asyncio.timeout(10):
            while "broker lost" not in lines.getvalue():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)  # until it was refused
        assert not bus.connected.is_set()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return lines.getvalue()
