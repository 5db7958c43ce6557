"""What a process lets others see of itself: log lines, health, figures, the address of its own broker (O3, P3)."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog

from services.kernel import logs
from services.kernel.broker import config
from services.kernel.errors import Fatal, Transient
from services.kernel.health import answering, cpu_seconds, peak_rss_mib
from services.kernel.metrics import Metrics
from tests.conformance.kernel.brokers import Embedded

PRIVATE = "Lunch with jim@firm.example"


@pytest.fixture
def lines() -> Iterator[StringIO]:
    before = logging.root.handlers[:], logging.root.level
    out = StringIO()
    logs.set_up("info", "json", out)
    yield out
    structlog.reset_defaults()
    logging.root.handlers[:], logging.root.level = before


def test_a_line_tells_when_what_and_about_whom(lines: StringIO) -> None:
    logs.logger("feed", tenant="firm").info("published", number=7)
    line = json.loads(lines.getvalue())
    assert line.pop("time").endswith("Z")
    assert line == {"level": "info", "event": "published", "part": "feed", "tenant": "firm", "number": 7}


def test_what_is_below_the_level_is_not_told(lines: StringIO) -> None:
    logs.logger("feed").debug("looked")
    assert lines.getvalue() == ""


@pytest.mark.parametrize("name", ["subject", "body", "address", "client_secret", "access_token", "Password"])
def test_secret_and_personal_values_are_hidden(lines: StringIO, name: str) -> None:
    logs.logger("feed").warning("said", **{name: PRIVATE})
    assert PRIVATE not in lines.getvalue()
    assert json.loads(lines.getvalue())[name] == "(hidden)"


def test_a_foreign_exception_is_told_by_class_and_place_alone(lines: StringIO) -> None:
    try:
        json.loads(f'{{"{PRIVATE}')
    except ValueError:
        logs.logger("feed").exception("failed")
    line = json.loads(lines.getvalue())
    assert line["error"].startswith("JSONDecodeError at json/decoder.py:")
    assert "jim" not in lines.getvalue()


def test_an_exception_of_ours_is_told_in_its_words(lines: StringIO) -> None:
    logs.logger("feed").warning("later", exc_info=Transient("the org is throttling"))
    assert json.loads(lines.getvalue())["error"] == "Transient: the org is throttling"


def test_a_library_is_heard_without_what_it_filled_in(lines: StringIO) -> None:
    logging.getLogger("aiohttp").info("chatter")
    logging.getLogger("aiohttp").error("Bad answer: %s\nmore", PRIVATE, exc_info=ValueError(PRIVATE))
    line = json.loads(lines.getvalue())
    assert (line["part"], line["event"], line["error"]) == ("aiohttp", "Bad answer: %s", "ValueError")


def test_logging_does_not_load_what_it_never_uses() -> None:
    program = "import sys, services.kernel.logs; sys.exit(any('rich.' in n for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def ask(port: int, request: bytes = b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n") -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return int(head.split(b" ")[1]) if head else 0, body


async def test_health_is_200_while_all_is_well_and_503_with_reasons() -> None:
    reasons: list[str] = []
    async with answering("127.0.0.1", 0, lambda: reasons, bytes) as port:
        assert await ask(port) == (200, b'{"healthy":true,"reasons":[]}')
        reasons.append("not connected to the broker")
        status, body = await ask(port)
        assert (status, json.loads(body)["reasons"]) == (503, reasons)


async def test_figures_are_served_and_nothing_else_is() -> None:
    metrics = Metrics("writer")
    async with answering("127.0.0.1", 0, list, metrics.text) as port:
        metrics.requested("microsoft")("write")
        _, figures = await ask(port, b"GET /metrics?x=1 HTTP/1.0\r\n\r\n")
        assert b'calsync_requests_total{kind="write",service="writer",side="microsoft"} 1.0' in figures
        assert (await ask(port, b"GET /other HTTP/1.0\r\n\r\n"))[0] == 404
        assert (await ask(port, b"POST /health HTTP/1.0\r\n\r\n"))[0] == 404
        assert await ask(port, b"\x16\x03\x01\r\n") == (0, b""), "no HTTP at all: hung up"
        assert (await ask(port))[0] == 200, "and it goes on"


async def test_a_taken_port_is_fatal() -> None:
    async with answering("127.0.0.1", 0, list, bytes) as port:
        with pytest.raises(Fatal, match="CALSYNC_HEALTH_PORT"):
            async with answering("127.0.0.1", port, list, bytes):
                pass


def test_figures_are_counted() -> None:
    metrics = Metrics("reconciler")
    metrics.turned("firm", messages=3, seconds=0.02, counts={"created": 2})
    metrics.performed("firm", "say", 4)
    metrics.level("firm", outstanding=5, dead=1)
    metrics.connected(now=True)
    text = metrics.text().decode()
    for line in (
        'calsync_messages_total{service="reconciler",tenant="firm"} 3.0',
        'calsync_outcomes_total{kind="created",service="reconciler",tenant="firm"} 2.0',
        'calsync_effects_performed_total{kind="say",service="reconciler",tenant="firm"} 4.0',
        'calsync_outstanding{service="reconciler",tenant="firm"} 5.0',
        'calsync_dead_letters{service="reconciler",tenant="firm"} 1.0',
        'calsync_connected{service="reconciler"} 1.0',
        'calsync_turn_seconds_bucket{le="0.03",service="reconciler",tenant="firm"} 1.0',
    ):
        assert line in text


def test_a_process_knows_what_it_used(tmp_path: Path) -> None:
    before = cpu_seconds()
    sum(n * n for n in range(300_000))
    assert before < cpu_seconds() < before + 60
    (tmp_path / "status").write_text("Name:\tx\nVmPeak:\t   99 kB\nVmHWM:\t   20480 kB\n")
    assert peak_rss_mib(tmp_path / "status") == 20.0
    assert 10 < peak_rss_mib() < 4000


def test_the_embedded_broker_listens_on_this_machine_alone(tmp_path: Path) -> None:
    made = config(1883)
    assert {listener.bind for listener in made.listeners.values()} == {"127.0.0.1:1883"}
    assert list(made.plugins) == ["amqtt.plugins.authentication.AnonymousAuthPlugin"]
    assert "--port" in Embedded(tmp_path).command()
