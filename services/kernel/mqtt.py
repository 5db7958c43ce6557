"""The only door to the MQTT client library. A message given back as taken may still be lost by the broker; nothing here
remembers messages, the store does. It must never leave a connection of an earlier life in use: a client that is entered
again repeats what its caller saw fail (mqtt.md §1.5), so each connection gets its own."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote, urlsplit

import aiomqtt

from services.kernel.bus import SOON
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.logs import logger

MAX_PAYLOAD = 256 * 1024 * 1024 - 1024
"""MQTT counts a packet's length in 28 bits (3.1.1 §2.2.3); some room is left for the topic."""
ANSWER = timedelta(seconds=10)
"""How long the broker may take to answer anything."""
PARTING = timedelta(seconds=2)
"""How long a goodbye may take."""
KEEPALIVE = timedelta(seconds=20)
FIRST_WAIT = timedelta(milliseconds=200)
LONGEST_WAIT = timedelta(seconds=20)
_REFUSALS = {134, 135}
"""CONNACK: bad user name or password, not authorized (the library numbers 3.1.1's 4 and 5 as MQTT 5 does)."""

_log = logger("mqtt")
_quiet = logging.getLogger("calsync.mqtt")
_quiet.setLevel(logging.CRITICAL)  # what the library would say, the loop says once


class MqttBus:
    """A `Bus` over a broker: MQTT 3.1.1, clean sessions, QoS 1. `url` is mqtt://user:password@host:port or mqtts://.

    The last will is retained; the broker says it when we vanish without a goodbye. `chance` spreads reconnections.
    """

    def __init__(
        self, url: str, client_id: str, *, will_topic: str | None = None, will_payload: bytes | None = None,
        ca_file: Path | None = None, chance: Random | None = None,
    ) -> None:  # fmt: skip
        self.connected = asyncio.Event()
        self.epoch = 0
        self._parts = urlsplit(url)
        self._client_id = client_id
        self._will = aiomqtt.Will(will_topic, will_payload, qos=1, retain=True) if will_topic else None
        self._tls = _tls(self._parts.scheme, ca_file)
        self._chance = chance or Random(client_id)  # noqa: S311 - spreads reconnections, guards nothing
        self._topics: dict[str, None] = {}
        self._heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._client: aiomqtt.Client | None = None
        self._asked: set[asyncio.Task[Any]] = set()

    @property
    def where(self) -> str:
        """The broker, without credentials."""
        return f"{self._parts.hostname}:{self._port}"

    async def run(self) -> None:
        """Keep connected until cancelled. Raises Fatal when the broker refuses who we are."""
        wait = FIRST_WAIT
        told = False
        while True:
            before = self.epoch
            try:
                await self._live()
            except aiomqtt.MqttError as error:
                self._refused(error)
                if self.epoch > before or not told:
                    _log.warning("broker lost", broker=self.where, why=_why(error))
                wait = FIRST_WAIT if self.epoch > before else min(wait * 2, LONGEST_WAIT)
                told = True
            await asyncio.sleep(wait.total_seconds() * (0.5 + self._chance.random() / 2))

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """As `Bus.publish`; the broker has ten seconds."""
        if len(payload) > MAX_PAYLOAD:
            raise Permanent("too_large", f"a message of {len(payload)} bytes is more than MQTT carries")
        await self._ask(lambda client: client.publish(topic, payload, qos=1, retain=retain))

    async def subscribe(self, topics: str) -> None:
        """As `Bus.subscribe`. Raises Permanent when the broker forbids it."""
        self._topics[topics] = None
        if self._client is not None:
            with suppress(Transient):  # the next connection subscribes
                await self._ask(lambda client: _subscribe(client, topics))

    async def unsubscribe(self, topics: str) -> None:
        self._topics.pop(topics, None)
        if self._client is not None:
            with suppress(Transient):  # the next connection does not subscribe
                await self._ask(lambda client: client.unsubscribe(topics))

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        while True:
            yield await self._heard.get()

    async def _live(self) -> None:
        """One connection, from its beginning to its end (MqttError)."""
        async with self._connection() as client:
            await self._listen(client)
            self._client = client
            self.epoch += 1
            self.connected.set()
            if self.epoch > 1:
                _log.warning("broker is back", broker=self.where, epoch=self.epoch)
            async for message in client.messages:
                self._heard.put_nowait((message.topic.value, _bytes(message.payload)))

    async def _listen(self, client: aiomqtt.Client) -> None:
        """Subscribe to everything on a new connection; also to what somebody asks for meanwhile, who cannot ask it."""
        asked: set[str] = set()
        while left := self._topics.keys() - asked:
            for topics in sorted(left):
                await _subscribe(client, topics)
            asked |= left

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiomqtt.Client]:
        client = self._new()
        try:
            await client.__aenter__()
        except asyncio.CancelledError:
            _abandon(client)
            raise
        try:
            yield client
        finally:
            self.connected.clear()
            self._client = None
            for asked in self._asked:
                asked.cancel()
            with suppress(aiomqtt.MqttError, TimeoutError):  # it is over either way
                await asyncio.wait_for(client.__aexit__(None, None, None), PARTING.total_seconds())
            _abandon(client)

    def _new(self) -> aiomqtt.Client:
        user, password = self._parts.username, self._parts.password
        client = aiomqtt.Client(
            self._parts.hostname or "127.0.0.1", self._port, identifier=self._client_id, clean_session=True,
            username=unquote(user) if user else None, password=unquote(password) if password else None,
            will=self._will, tls_context=self._tls, timeout=ANSWER.total_seconds(),
            keepalive=int(KEEPALIVE.total_seconds()), logger=_quiet, protocol=aiomqtt.ProtocolVersion.V311,
        )  # fmt: skip
        client.pending_calls_threshold = 1_000_000
        return client

    async def _ask(self, question: Callable[[aiomqtt.Client], Coroutine[Any, Any, Any]]) -> None:
        """Ask the broker; the end of the connection is an answer too (the library would wait its whole time)."""
        if self._client is None:
            raise Transient("not connected to the broker", SOON)
        asked = asyncio.create_task(question(self._client))
        self._asked.add(asked)
        try:
            await asked
        except asyncio.CancelledError:
            if (me := asyncio.current_task()) is None or me.cancelling():
                raise
            raise Transient("the connection to the broker was lost", SOON) from None
        except (aiomqtt.MqttError, RuntimeError, OSError) as error:
            raise Transient(f"the broker did not answer: {_why(error)}", SOON) from error
        finally:
            self._asked.discard(asked)

    def _refused(self, error: aiomqtt.MqttError) -> None:
        if getattr(getattr(error, "rc", None), "value", 0) in _REFUSALS:
            raise Fatal(
                self.where, "the broker refuses this user name and password",
                "Correct CALSYNC_BROKER, CALSYNC_BROKER_PASSWORD_FILE or the broker's own users",
            ) from error  # fmt: skip

    @property
    def _port(self) -> int:
        return self._parts.port or (8883 if self._parts.scheme == "mqtts" else 1883)


def _abandon(client: aiomqtt.Client) -> None:
    """Leave nothing of a connection behind; the library has no call for one that was broken off (<2.6 is pinned)."""
    inner, end = client._client, client._disconnected  # noqa: SLF001 - as said
    inner.on_disconnect = None
    inner.disconnect()
    if end.done() and not end.cancelled():
        end.exception()  # asyncio would complain that nobody asked


async def _subscribe(client: aiomqtt.Client, topics: str) -> None:
    granted = await client.subscribe(topics, qos=1)
    if any(getattr(code, "value", code) >= 128 for code in granted):  # noqa: PLR2004 - SUBACK failure, 3.1.1 §3.9.3
        raise Permanent("forbidden", f"the broker forbids listening to {topics}")


def _tls(scheme: str, ca_file: Path | None) -> ssl.SSLContext | None:
    if scheme != "mqtts":
        return None
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise Fatal("CALSYNC_BROKER_CA_FILE", "the file cannot be used", "Give a readable PEM file") from error


def _bytes(payload: Any) -> bytes:
    return payload if isinstance(payload, bytes) else bytes(payload or b"")


def _why(error: Exception) -> str:
    return str(error)[:120] or type(error).__name__
