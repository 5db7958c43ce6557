"""A journey through the compose stack: broker users and rules, TLS to the sandbox, replicas, a kill."""

import asyncio
import os
import ssl
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import aiomqtt
import pytest

from tests.system.stack.stack import PORT, Stack, engine, stack, until

pytestmark = [
    pytest.mark.skipif(os.environ.get("CALSYNC_STACK") != "1", reason="builds containers: set CALSYNC_STACK=1"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    if not engine():
        pytest.skip("no container engine runs here")
    with stack() as it:
        yield it


def synced(it: Stack) -> bool:
    """Whether the firm's Events have arrived and nobody has anything left to do."""
    firm = it.status()["tenants"].get("firm")
    done = firm is not None and firm["counts"].get("written.practifi", 0) > 3000
    return done and not firm["outstanding"] and not firm["missing"]


def mailbox(it: Stack) -> str:
    return str(it.sandbox("GET", "people")["mailboxes"][0]["mail"])


def subjects(it: Stack, side: str, box: str) -> set[str]:
    return {event["subject" if side == "microsoft" else "Subject"] for event in it.events(side, box)}


def test_the_firm_is_synced_by_the_containers(running: Stack) -> None:
    until(lambda: synced(running), "the first sync")


def test_an_edit_arrives_with_three_pollers_and_after_one_is_killed(running: Stack) -> None:  # S5, O6
    running.compose("up", "--detach", "--no-recreate", "--scale", "graph-poller=3")
    box = mailbox(running)
    running.sandbox("POST", "events", {"side": "microsoft", "mailbox": box, "set": {"subject": "Before the kill"}})
    running.cli("sync")
    until(lambda: "Before the kill" in subjects(running, "practifi", box), "the event in Practifi")
    first = running.compose("ps", "--quiet", "graph-poller").split()[0]
    subprocess.run(["docker", "kill", "--signal", "KILL", first], check=True, capture_output=True)
    running.sandbox("POST", "events", {"side": "microsoft", "mailbox": box, "set": {"subject": "After the kill"}})
    running.cli("sync")
    until(lambda: "After the kill" in subjects(running, "practifi", box), "the second event in Practifi")


def client(it: Stack, user: str) -> aiomqtt.Client:
    trust = ssl.create_default_context(cadata=it.of_user(user, "ca.pem"))
    return aiomqtt.Client("127.0.0.1", int(PORT), username=user, password=it.password(user), tls_context=trust)


async def heard(reader: Callable[[], aiomqtt.Client], topics: list[str], act: Any) -> list[str]:
    """The topics on which a reader hears something while `act` is done and for a while after."""
    async with reader() as ear:
        for topic in topics:
            await ear.subscribe(topic, qos=1)
        got = list[str]()

        async def collect() -> None:
            async for message in ear.messages:
                got.append(str(message.topic))

        collecting = asyncio.create_task(collect())
        await act()
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)
        return got


def test_a_firms_reader_hears_its_public_facts_and_nothing_else(running: Stack) -> None:  # S3
    async def a_run() -> None:
        await asyncio.to_thread(running.cli, "sync")
        await asyncio.to_thread(until, lambda: synced(running), "the end of the run")

    got = asyncio.run(heard(lambda: client(running, "firm"), ["#"], a_run))
    assert any(topic.startswith("calsync/v1/firm/events/") for topic in got)
    assert [topic for topic in got if not topic.startswith("calsync/v1/firm/events/")] == []


def test_a_firms_reader_can_say_nothing(running: Stack) -> None:  # S3
    async def publish() -> None:
        async with client(running, "firm") as forger:
            for topic in ("calsync/v1/firm/events/created", "calsync/v1/firm/in/writer/0", "calsync/v1/firm/policy"):
                await forger.publish(topic, b"forged", qos=1)

    for ear in ("operator", "writer"):
        got = asyncio.run(heard(lambda name=ear: client(running, name), ["calsync/v1/#"], publish))
        forged = {"calsync/v1/firm/events/created", "calsync/v1/firm/in/writer/0", "calsync/v1/firm/policy"}
        assert forged & set(got) <= {"calsync/v1/firm/policy"}  # the real, retained one is heard on subscribing


def test_nobody_enters_without_a_password(running: Stack) -> None:
    trust = ssl.create_default_context(cadata=running.of_user("firm", "ca.pem"))

    async def enter() -> None:
        async with aiomqtt.Client("127.0.0.1", int(PORT), tls_context=trust):
            pass

    with pytest.raises(aiomqtt.MqttError, match="Not authorized"):
        asyncio.run(enter())


SECRETS = {"client-secret", "salesforce.key", "password", "passwords", "server.key"}
SEEN = {
    "reconciler": {"password"}, "feed": {"password"}, "writer": {"password", "client-secret", "salesforce.key"},
}  # fmt: skip


@pytest.mark.parametrize(("service", "seen"), SEEN.items(), ids=SEEN)
def test_a_service_sees_no_password_but_its_own_and_no_secret_that_it_has_no_use_for(
    running: Stack, service: str, seen: set[str]
) -> None:  # O7
    find = "find / -type f -not -path '/proc/*' -not -path '/sys/*' -not -path '/tls/*' 2>/dev/null"  # the sandbox's
    found = running.compose("exec", "-T", service, "sh", "-c", f"{find}; true").split()
    assert {name for name in (one.rpartition("/")[2] for one in found) if name in SECRETS} == seen
    assert running.compose("exec", "-T", service, "cat", "/broker/password").strip() == running.password(service)
