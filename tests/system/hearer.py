"""An ear on the broker: all that is said there, kept, and waited for without sleeping. It says nothing itself."""

import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import paho.mqtt.client as paho

Json = dict[str, Any]
SERVICES = {"graph-poller", "salesforce-watcher", "reconciler", "writer", "feed", "registry"}
SENDER = re.compile(rb'"source":"/([a-z-]+)/')
LONG_AGO = datetime.min.replace(tzinfo=UTC)
PATIENCE = 150.0
"""Seconds after which something will not happen any more, on however busy a machine."""
RECENT = 12
"""Seconds within which a replica at work says how it does."""
MOMENT = 1.0
"""Seconds: longer than a replica takes to say that it has something to do."""


class Hearer:
    """All messages as (topic, payload), and the last word of every replica and of every policy."""

    def __init__(self, port: int) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.statuses: dict[str, Json] = {}
        self.facts: list[Json] = []
        self.said: dict[str, float] = {}
        self.acted: dict[str, datetime] = {}
        self.stirred = monotonic()
        self.news = threading.Condition()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, "a-test", protocol=paho.MQTTv311)
        self._client.on_connect = lambda client, *_: client.subscribe("calsync/v1/#", 1)
        self._client.on_message = self._heard
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        """Hear no more."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes) -> None:
        """Say something that is no word of ours."""
        self._client.publish(topic, payload, 1).wait_for_publish(10)

    def until(self, wanted: Callable[[], Any], why: str, seconds: float = PATIENCE) -> Any:
        """What `wanted` gives once it is true; looked at after every message. Fails with `why`."""
        end = monotonic() + seconds
        with self.news:
            while not (found := wanted()):
                left = end - monotonic()
                assert left > 0, f"within {seconds} s not: {why}\n{self.picture()}"
                self.news.wait(min(left, 0.5))
        return found

    def on(self, part: str, text: bytes = b"", after: int = 0) -> Callable[[], bool]:
        """Whether a message with this in its topic and its payload has been heard, those before `after` left out."""
        return lambda: any(part in topic and text in payload for topic, payload in self.messages[after:])

    def alive(self) -> list[Json]:
        """The last words of the replicas at work."""
        recent = monotonic() - RECENT
        return [one for topic, one in self.statuses.items() if one.get("alive", True) and self.said[topic] > recent]

    def resting(self) -> bool:
        """Whether every service is there, each has said that it has nothing left to do, and that after the last message
        to it or from it, and nobody has said anything for a moment. A message that is still on its way to somebody is
        something left to do for its sender."""
        alive = self.alive()
        idle = not any(one.get("outstanding") or self._acted_since(one) for one in alive)
        return {one["service"] for one in alive} >= SERVICES and idle and self.quiet()

    def quiet(self) -> bool:
        """Whether no service has said anything to another for a moment."""
        return monotonic() - self.stirred > MOMENT

    def _acted_since(self, status: Json) -> bool:
        """Whether a message to or from the service of a status is newer than the status."""
        return datetime.fromisoformat(status["at"]) <= self.acted.get(status["service"], LONG_AGO)

    def problems(self) -> list[Json]:
        """What the replicas at work want a person to know."""
        return [problem for one in self.alive() for problem in one.get("problems", ())]

    def dead(self) -> int:
        """How much has been set aside."""
        return sum(int(one.get("dead", 0)) for one in self.alive())

    def finished(self, since: datetime) -> Json | None:
        """The first run that began after `since` and is finished."""
        of_kind = (fact for fact in self.facts if fact["fact"]["type"] == "run-finished")
        return next(
            (one["fact"] for one in of_kind if datetime.fromisoformat(one["fact"]["started_at"]) >= since), None
        )

    def kinds(self, kind: str) -> list[Json]:
        """All facts of a kind."""
        return [one["fact"] for one in self.facts if one["fact"]["type"] == kind]

    def picture(self) -> str:
        """Who has what to do, in ids and counts."""
        shown = [
            (one["service"], one.get("outstanding"), one.get("counts"), one.get("problems")) for one in self.alive()
        ]
        return "\n".join(map(str, sorted(shown, key=str)))

    def _heard(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        with self.news:
            self.messages.append((message.topic, message.payload))
            part = message.topic.split("/")[3]
            if part == "in":
                self._note(message.topic, message.payload)
            if part in {"status", "events"} and message.payload:
                self._keep(message.topic, part, json.loads(message.payload)["data"])
            self.news.notify_all()

    def _note(self, topic: str, payload: bytes) -> None:
        """A message from one service to another: when it was heard."""
        self.stirred = monotonic()
        sender = SENDER.search(payload)
        for service in (topic.split("/")[4], sender[1].decode() if sender else ""):
            self.acted[service] = datetime.now(UTC)

    def _keep(self, topic: str, part: str, data: Json) -> None:
        if part == "events":
            self.facts.append(data)
        else:
            self.statuses[topic], self.said[topic] = data, monotonic()
