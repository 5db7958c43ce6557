"""A service with its password for the broker, as a process: it gets in, and the password is nowhere but in its file."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import urlopen

from contracts import topics
from tests.conformance.kernel.brokers import free_port
from tests.security.deployed import Deployed, deployed


@asynccontextmanager
async def feed(stack: Deployed, folder: Path, health: int = 0) -> AsyncIterator[Process]:
    """The feed as a container has it."""
    environment = {
        "CALSYNC_BROKER": f"mqtts://feed@127.0.0.1:{stack.port}", "CALSYNC_STORE": str(folder),
        "CALSYNC_BROKER_PASSWORD_FILE": str(stack.users / "feed" / "password"),
        "CALSYNC_BROKER_CA_FILE": str(stack.users / "feed" / "ca.pem"), "CALSYNC_HEALTH_PORT": str(health),
        "CALSYNC_LOG_LEVEL": "debug", "PYTHONFAULTHANDLER": "1", "CALSYNC_INSTANCE": "i1",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.feed", env={**os.environ, **environment}, stdout=PIPE, stderr=STDOUT,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_password_is_nowhere_but_in_its_file(tmp_path: Path) -> None:  # O7
    port = free_port()
    async with deployed(tmp_path) as stack, stack.client("operator") as operator, stack.client("registry") as registry:
        word = stack.password("feed").encode()
        await operator.subscribe(topics.STATUSES, qos=1)
        async with feed(stack, tmp_path / "store", port) as process:
            assert process.stdout
            first = await process.stdout.readline()
            while not _healthy(port):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)  # until it is connected
            pid = Path(f"/proc/{process.pid}")
            seen = [first, (pid / "cmdline").read_bytes(), (pid / "environ").read_bytes(), _get(port, "metrics")]
            await registry.publish(topics.policy("firm"), b"{nonsense", qos=1)
            async with asyncio.timeout(10):
                line = b""
                while b"malformed" not in line:
                    line = await process.stdout.readline()
                    seen.append(line)
            process.send_signal(signal.SIGABRT)
            seen.append(await process.stdout.read())
            await process.wait()
        assert b"Fatal Python error: Aborted" in seen[-1]
        seen += [one.read_bytes() for one in (tmp_path / "store").iterdir()]
    assert b"calsync_" in seen[3]
    assert [one for one in seen if word in one] == []


async def test_a_wrong_password_ends_the_service_with_advice_and_is_not_repeated(tmp_path: Path) -> None:  # O7
    async with deployed(tmp_path) as stack:
        (stack.users / "feed" / "password").write_text("not-the-right-one\n")
        async with feed(stack, tmp_path / "store") as process, asyncio.timeout(20):
            said, _ = await process.communicate()
    assert process.returncode == 2
    assert b"refuses this user name and password" in said
    assert b"not-the-right-one" not in said


def _get(port: int, what: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}/{what}", timeout=5) as answer:
        return bytes(answer.read())


def _healthy(port: int) -> bool:
    try:
        return b'"healthy":true' in _get(port, "health")
    except OSError:
        return False
