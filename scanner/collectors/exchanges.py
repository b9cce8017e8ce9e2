"""What the collectors that read the network log share: pixels, beacon calls, requests as observations."""

import io

import imagesize

from consentinel.scanner.catalogue.taxonomy import Kind
from consentinel.scanner.collectors.base import Visit, host_and_path
from consentinel.scanner.hooks import HookReport
from consentinel.scanner.network import Exchange
from consentinel.scanner.observations import AttributeValue, Observation, Writer
from consentinel.scanner.shapes import mask, public_url
from consentinel.scanner.urls import host_of

# An image of up to 100 bytes shows nothing to anybody (facts: detection, "pixels by response").
_TINY_BYTES = 100
_MAX_INITIATORS = 5
# https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-BlockedReason
_STOPPED_BY_POLICY = "csp"


def calls(visit: Visit, prefix: str) -> dict[str, HookReport]:
    """Return the calls that a hook saw by the URL they asked for; `prefix` is that of the hook's name."""
    seen = (report for report in visit.tab.hook_reports if report.hook.startswith(prefix))
    return {report.text.partition("#")[0]: report for report in seen}


def never_left(exchange: Exchange) -> bool:
    """Say whether the page's own Content-Security-Policy stopped the request, so that nobody heard of it."""
    return exchange.failure == _STOPPED_BY_POLICY


def pixel_evidence(exchange: Exchange) -> str:
    """Return what makes the answer a pixel, '' where nothing does."""
    if exchange.status == 204 and exchange.resource_type == "Image":
        return "an image request answered with 204 (no content)"
    if not exchange.mime_type.startswith("image/") or not exchange.small_body:
        return ""
    if imagesize.get(io.BytesIO(exchange.small_body)) == (1, 1):
        return "an image of 1x1 pixels"
    return "an image of at most 100 bytes" if len(exchange.small_body) <= _TINY_BYTES else ""


def request_observation(
    visit: Visit,
    exchange: Exchange,
    kind: Kind,
    call: HookReport | None = None,
    evidence: tuple[str, ...] = (),
) -> Observation:
    """Return a request as an observation of `kind`; `call`: the script's call for it, if a hook saw one."""
    return visit.observation(
        kind,
        mask(host_and_path(exchange.url)),
        host=host_of(exchange.url),
        url=exchange.url,
        writer=call.writer if call else _writer(exchange),
        attributes=_attributes(exchange),
        evidence=evidence,
    )


def _writer(exchange: Exchange) -> Writer | None:
    """Return the script that asked; what the parser found in a document has the page, not a writer."""
    if exchange.initiator_type == "parser":
        return None
    return Writer(url=exchange.initiators[0]) if exchange.initiators else None


def _attributes(exchange: Exchange) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {"resource_type": exchange.resource_type.lower()}
    if len(exchange.initiators) > 1:
        attributes["initiators"] = tuple(public_url(url) for url in exchange.initiators[:_MAX_INITIATORS])
    if exchange.redirects:
        attributes["redirects"] = tuple(public_url(url) for url in exchange.redirects)
    if exchange.status is None and exchange.failure:
        attributes["failed"] = exchange.failure
    return attributes
