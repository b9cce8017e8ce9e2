"""Third-party scripts and frames, and every other request, by host and path."""

from collections.abc import Iterable

from consentinel.scanner.catalogue.taxonomy import Kind
from consentinel.scanner.collectors.base import Visit
from consentinel.scanner.collectors.exchanges import calls, never_left, pixel_evidence, request_observation
from consentinel.scanner.network import Exchange
from consentinel.scanner.observations import Observation
from consentinel.scanner.urls import host_of

_KINDS: dict[str, Kind] = {"Script": "script", "Document": "frame"}


class RequestCollector:
    """Each request that is neither pixel nor beacon, with its type, initiators, redirects and party."""

    name = "requests"
    hooks: tuple[str, ...] = ()

    async def look(self, visit: Visit) -> None:
        """Nothing: the network log has it all."""

    def report(self, visit: Visit) -> Iterable[Observation]:
        """Return one observation per request of the page and its frames and workers."""
        beacons, images = calls(visit, "beacon:"), calls(visit, "image")
        for exchange in visit.tab.network.exchanges:
            if _counts(visit, exchange) and exchange.url not in beacons and not pixel_evidence(exchange):
                kind = _KINDS.get(exchange.resource_type, "request")
                yield request_observation(visit, exchange, kind, images.get(exchange.url))


def _counts(visit: Visit, exchange: Exchange) -> bool:
    """Leave out the page itself, what belongs to another request, and what the page's policy stopped."""
    if exchange.resource_type in ("Preflight", "Ping") or never_left(exchange):
        return False
    own = visit.own.party_of(host_of(exchange.url)) == "first"
    return not (own and exchange.resource_type == "Document")
