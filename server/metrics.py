"""What the server counts of itself, for Prometheus: routes and numbers, never who or what was asked for."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        """Start at nought."""
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "consentinel_requests",
            "Answered requests.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.durations = Histogram(
            "consentinel_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "consentinel_requests_in_flight", "Requests being answered.", registry=self.registry
        )
        self.limited = Counter(
            "consentinel_limited", "Requests refused by a limit.", ("limit",), registry=self.registry
        )
        self.background_failures = Counter(
            "consentinel_background_failures", "Rounds that failed.", ("task",), registry=self.registry
        )
        self.waiting = Gauge(
            "consentinel_ledger_waiting", "Events that wait to be written.", registry=self.registry
        )
        self.losses = Gauge(
            "consentinel_ledger_losses", "Shards that lack what the anchor remembers.", registry=self.registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        key = (method, route, status)
        found = self._children.get(key)
        if found is None:
            requests = self.requests.labels(method, route, str(status))
            found = self._children[key] = (requests, self.durations.labels(route))
        found[0].inc()
        found[1].observe(seconds)

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self.registry)
