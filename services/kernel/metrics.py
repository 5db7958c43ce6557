"""What can be counted and measured, for Prometheus (O3). Labels are few and never personal: service, tenant (its slug),
side, kind."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class Metrics:
    """The figures of one process."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._registry = CollectorRegistry()
        self._turns = self._histogram("calsync_turn_seconds", "Length of a turn, from load to commit", "tenant")
        self._messages = self._counter("calsync_messages", "Messages decided", "tenant")
        self._outcomes = self._counter("calsync_outcomes", "What decisions counted, by kind", "tenant", "kind")
        self._effects = self._counter("calsync_effects_performed", "Effects performed, by kind", "tenant", "kind")
        self._requests = self._counter("calsync_requests", "Requests that left for a side", "side", "kind")
        self._outstanding = self._gauge("calsync_outstanding", "Effects not yet done", "tenant")
        self._dead = self._gauge("calsync_dead_letters", "Messages that could not be decided", "tenant")
        self._connected = self._gauge("calsync_connected", "1 while the broker is reached")

    def turned(self, tenant: str, messages: int, seconds: float, counts: Mapping[str, int]) -> None:
        """A turn took `seconds` for so many messages; `counts` is what its decisions counted."""
        self._turns.labels(self._service, tenant).observe(seconds)
        self._messages.labels(self._service, tenant).inc(messages)
        for kind, count in counts.items():
            self._outcomes.labels(self._service, tenant, kind).inc(count)

    def performed(self, tenant: str, kind: str, count: int = 1) -> None:
        """Effects of a kind (say, do, wake) were performed."""
        self._effects.labels(self._service, tenant, kind).inc(count)

    def requested(self, side: str) -> Callable[[str], None]:
        """A function that counts the requests to a side: it is told "read" or "write" for each."""
        return lambda kind: self._requests.labels(self._service, side, kind).inc()

    def level(self, tenant: str, outstanding: int, dead: int) -> None:
        """How much of a tenant is not done yet, and how much is set aside."""
        self._outstanding.labels(self._service, tenant).set(outstanding)
        self._dead.labels(self._service, tenant).set(dead)

    def connected(self, *, now: bool) -> None:
        self._connected.labels(self._service).set(int(now))

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, ("service", *labels), registry=self._registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(name, what, ("service", *labels), registry=self._registry)

    def _histogram(self, name: str, what: str, *labels: str) -> Histogram:
        return Histogram(name, what, ("service", *labels), buckets=SECONDS, registry=self._registry)
