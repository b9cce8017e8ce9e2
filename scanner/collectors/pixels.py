"""Pixels by what the server answered, beacons by how the page sent them."""

from collections.abc import Iterable, Iterator

from consentinel.scanner.collectors.base import Visit, host_and_path
from consentinel.scanner.collectors.exchanges import calls, never_left, pixel_evidence, request_observation
from consentinel.scanner.hooks import HookReport
from consentinel.scanner.network import Exchange
from consentinel.scanner.observations import Observation
from consentinel.scanner.shapes import mask
from consentinel.scanner.urls import host_of


class PixelCollector:
    """Images nobody can see, and requests that a page sends without wanting an answer."""

    name = "pixels"
    hooks: tuple[str, ...] = ("beacons",)

    async def look(self, visit: Visit) -> None:
        """Nothing: the network log and the hooks have it all."""

    def report(self, visit: Visit) -> Iterable[Observation]:
        """Return pixels, then beacons: with their request where it was seen, else by the call alone."""
        beacons, images = calls(visit, "beacon:"), calls(visit, "image")
        seen = set()
        for exchange in visit.tab.network.exchanges:
            if never_left(exchange):
                seen.add(exchange.url)
            elif exchange.url in beacons or exchange.resource_type == "Ping":
                seen.add(exchange.url)
                yield _beacon(visit, exchange, beacons.get(exchange.url))
            elif evidence := pixel_evidence(exchange):
                yield request_observation(visit, exchange, "pixel", images.get(exchange.url), (evidence,))
        yield from _unseen(visit, beacons, seen)


def _beacon(visit: Visit, exchange: Exchange, call: HookReport | None) -> Observation:
    return request_observation(visit, exchange, "beacon", call, (_how(call),))


def _how(call: HookReport | None) -> str:
    return f"sent by {call.hook.partition(':')[2]}" if call else "sent as ping"


def _unseen(visit: Visit, beacons: dict[str, HookReport], seen: set[str]) -> Iterator[Observation]:
    for url, call in beacons.items():
        if url not in seen:
            yield _from_call(visit, url, call)


def _from_call(visit: Visit, url: str, call: HookReport) -> Observation:
    return visit.observation(
        "beacon",
        mask(host_and_path(url)),
        host=host_of(url),
        url=url,
        writer=call.writer,
        attributes={"resource_type": "ping"},
        evidence=(_how(call),),
    )
