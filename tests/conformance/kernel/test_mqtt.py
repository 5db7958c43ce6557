"""What the MQTT bus does when a broker refuses, hangs, is not who it says, or when its own process dies."""

import asyncio
import gc
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import aiomqtt
import pytest

from services.kernel import logs, mqtt
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.mqtt import MqttBus
from services.sandbox import tls
from tests.conformance.kernel.brokers import PATIENCE, Embedded, Process, connected, free_port, mosquitto, next_of

STATUS = "calsync/v1/firm/status/feed/i1"
CONNACK = b"\x20\x02\x00\x00"


@asynccontextmanager
async def running(bus: MqttBus) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(bus.run())
    try:
        yield task
    finally:
        task.cancel()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def started(broker: Process) -> AsyncIterator[Process]:
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


@pytest.mark.parametrize("kind", [mosquitto, Embedded])
async def test_a_killed_process_is_told_dead_by_its_will(tmp_path: Path, kind: Callable[[Path], Process]) -> None:
    program = textwrap.dedent("""
        import asyncio, sys
        from services.kernel.mqtt import MqttBus
        async def main():
            bus = MqttBus(sys.argv[1], "dying", will_topic=sys.argv[2], will_payload=b"gone")
            task = asyncio.create_task(bus.run())
            await bus.connected.wait()
            await bus.publish(sys.argv[2], b"alive", retain=True)
            await task
        asyncio.run(main())
    """)
    async with started(kind(tmp_path)) as broker:
        watcher = MqttBus(broker.url, "watcher")
        async with running(watcher):
            await connected(watcher)
            await watcher.subscribe(STATUS)
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, broker.url, STATUS)
            assert await next_of(watcher) == (STATUS, b"alive")
            process.send_signal(signal.SIGKILL)
            await process.wait()
            assert await next_of(watcher) == (STATUS, b"gone")


async def test_a_wrong_password_is_fatal_and_never_quoted(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    broker = mosquitto(tmp_path, "allow_anonymous false", f"password_file {passwords}")
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "feed", "right/word"], check=True)  # noqa: ASYNC221 - quick
    async with started(broker):
        right = MqttBus(f"mqtt://feed:right%2Fword@127.0.0.1:{broker.port}", "right")
        async with running(right):
            await connected(right)
        with pytest.raises(Fatal, match="refuses this user name and password") as caught:
            await MqttBus(f"mqtt://feed:wrong-word@127.0.0.1:{broker.port}", "wrong").run()
        assert "wrong-word" not in str(caught.value)
        assert caught.value.where == f"127.0.0.1:{broker.port}"


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[str]:
    """A broker that answers what it gets with these and nothing more."""

    talks: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(writer)
        for answer in answers:
            await reader.read(1024)
            writer.write(answer)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for writer in talks:
        writer.close()
        await writer.wait_closed()


async def test_a_broker_that_never_answers_keeps_nobody_from_ending() -> None:
    async with answering() as url:
        bus = MqttBus(url, "waiting")
        async with running(bus) as task:
            with pytest.raises(Transient, match="not connected"):
                await bus.publish("t", b".")
            await asyncio.sleep(0.05)  # the connection's loop is at its first question
            assert not task.done()
    gc.collect()  # what was left open would be told now, and fail the test


async def test_a_publish_without_an_answer_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "ANSWER", timedelta(milliseconds=200))
    async with answering(CONNACK) as url:
        bus = MqttBus(url, "unheard")
        async with running(bus):
            await connected(bus)
            with pytest.raises(Transient, match="did not answer"):
                await bus.publish("t", b".")


async def test_a_connection_that_breaks_answers_those_who_wait() -> None:
    async with answering(CONNACK) as url:
        bus = MqttBus(url, "cut")
        async with running(bus) as task:
            await connected(bus)
            waiting = asyncio.create_task(bus.publish("t", b"."))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(Transient, match="was lost"):
                await waiting


async def test_who_begins_to_listen_while_a_connection_is_made_hears_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # design §2.2
    broker = Embedded(tmp_path)
    bus, subscribe = MqttBus(broker.url, "early"), mqtt._subscribe
    await bus.subscribe("first/#")

    async def meanwhile(client: aiomqtt.Client, topics: str) -> None:
        await subscribe(client, topics)
        if topics == "first/#":
            await bus.subscribe("second/#")

    monkeypatch.setattr(mqtt, "_subscribe", meanwhile)
    async with started(broker), running(bus):
        await connected(bus)
        await bus.publish("second/x", b".")
        assert await next_of(bus) == ("second/x", b".")


async def test_more_than_mqtt_carries_is_refused_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "MAX_PAYLOAD", 1000)
    with pytest.raises(Permanent, match="1001 bytes"):
        await MqttBus("mqtt://127.0.0.1:1", "big").publish("t", b"x" * 1001)


async def test_a_loss_and_a_return_are_one_line_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for wait in ("FIRST_WAIT", "LONGEST_WAIT"):
        monkeypatch.setattr(mqtt, wait, timedelta(milliseconds=5))
    lines = StringIO()
    logs.set_up("warning", "json", lines)
    broker = Embedded(tmp_path)
    bus = MqttBus(broker.url, "told")
    async with running(bus), started(broker):
        await connected(bus)
        await broker.stop()
        async with asyncio.timeout(PATIENCE):
            while lines.getvalue().count("\n") < 2:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)  # until the loss is noticed
        await asyncio.sleep(0.1)  # a dozen attempts in vain
        await broker.start()
        await connected(bus, epoch=2)
    told = [line.split('"event": "')[1].split('"')[0] for line in lines.getvalue().splitlines()]
    assert told == ["broker lost", "broker lost", "broker is back"], "not there at first, lost, back"


@pytest.mark.filterwarnings("ignore:.*SSLSocket")  # the library leaves a refused socket to the garbage collector
async def test_a_broker_is_trusted_only_by_its_authority(tmp_path: Path) -> None:
    tls.context(tmp_path / "own", ("127.0.0.1",), datetime.now(UTC))
    tls.context(tmp_path / "foreign", ("127.0.0.1",), datetime.now(UTC))
    own = tmp_path / "own"
    broker = mosquitto(tmp_path, f"certfile {own / 'server.pem'}", f"keyfile {own / 'server.key'}")
    async with started(broker):
        url = broker.url.replace("mqtt:", "mqtts:")
        trusting = MqttBus(url, "trusting", ca_file=own / "ca.pem")
        async with running(trusting):
            await connected(trusting)
        lines = StringIO()
        logs.set_up("warning", "json", lines)
        wary = MqttBus(url, "wary", ca_file=tmp_path / "foreign" / "ca.pem")
        async with running(wary), asyncio.timeout(PATIENCE):
            while "certificate verify failed" not in lines.getvalue():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)  # until it was refused
            assert not wary.connected.is_set()


async def test_a_ca_file_that_is_none_is_fatal(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(Fatal, match="CALSYNC_BROKER_CA_FILE"):
        MqttBus(f"mqtts://127.0.0.1:{free_port()}", "tls", ca_file=tmp_path / "ca.pem")
