"""The broker exactly as the stack has it: `deploy/mosquitto.conf` and `deploy/acl`, with the passwords and certificates
that the stack's own setup makes. Only its port and folders are others, because no test may own those of the machine."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import aiomqtt

from services.cli.stack import prepare
from services.kernel.clock import WallClock
from tests.conformance.kernel.brokers import Process, mosquitto

DEPLOY = Path(__file__).parents[2] / "deploy"
NUMBERS = count()


class Deployed:
    """The broker at work; `users` holds a folder for each user, as the containers see theirs."""

    def __init__(self, broker: Process, users: Path) -> None:
        self.broker = broker
        self.port = broker.port
        self.users = users

    def password(self, user: str) -> str:
        return (self.users / user / "password").read_text().strip()

    def client(self, user: str | None, password: str | None = None, name: str = "") -> aiomqtt.Client:
        """A client of its own making: nothing of calsync stands between it and the broker."""
        word = self.password(user) if user and password is None else password
        trust = ssl.create_default_context(cafile=str(self.users / "firm" / "ca.pem"))
        name = name or f"test-{next(NUMBERS)}"
        return aiomqtt.Client("127.0.0.1", self.port, identifier=name, username=user, password=word, tls_context=trust)


@asynccontextmanager
async def deployed(folder: Path, more: Mapping[str, str] = {}) -> AsyncIterator[Deployed]:
    """The broker until the end of the block; `more` are further users, with their passwords, as an operator adds a
    firm's reader."""
    users = folder / "users"
    prepare(folder / "firm", users, WallClock())
    keys, data = users / "broker", folder / "broker"
    data.mkdir()
    with (keys / "passwords").open("a") as passwords:
        passwords.writelines(f"{user}:{word}\n" for user, word in more.items())
    (keys / "acl").write_bytes((DEPLOY / "acl").read_bytes())
    broker = mosquitto(data)
    subprocess.run(["mosquitto_passwd", "-U", str(keys / "passwords")], check=True)  # noqa: ASYNC221 - quick
    broker._conf.write_text(_moved(broker.port, keys, data))
    await broker.start()
    try:
        yield Deployed(broker, users)
    finally:
        await broker.stop()


def _moved(port: int, keys: Path, data: Path) -> str:
    """The stack's own file, elsewhere."""
    text = (DEPLOY / "mosquitto.conf").read_text()
    for there, here in {
        "listener 8883\n": f"user root\nlistener {port} 127.0.0.1\n", "/tmp/broker/": f"{keys}/",
        "/mosquitto/data/": f"{data}/", "log_dest stdout": "log_dest stderr",
    }.items():  # fmt: skip
        assert there in text, f"deploy/mosquitto.conf no longer says {there.strip()}"
        text = text.replace(there, here)
    return text


async def hears(client: aiomqtt.Client, last: str) -> set[str]:
    """The topics that reach a client until `last`, which it may hear, has come: what the broker withholds is announced
    by nobody, but what is published before arrives before."""
    found = set[str]()
    async with asyncio.timeout(10):
        async for message in client.messages:
            if str(message.topic) == last:
                return found
            found.add(str(message.topic))
    raise AssertionError("the broker went away")
