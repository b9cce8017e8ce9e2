"""What makes two findings the same: across pages, scans, builds, and the hosts of preview and production."""

from urllib.parse import urlsplit

from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.observations import Observation, Writer
from consentinel.scanner.party import OwnHosts, registrable_domain
from consentinel.scanner.shapes import collapse_build, collapse_name, mask
from consentinel.scanner.urls import host_of

_REQUEST_KINDS = frozenset({"request", "pixel", "beacon", "script", "frame"})


def display_name(observation: Observation, decision: Decision) -> str:
    """Return the name for the report: its random parts are `*`, since they differ from visit to visit."""
    if observation.kind in _REQUEST_KINDS or observation.kind == "captcha":
        return observation.name
    return (
        decision.pattern if decision.pattern and "*" in decision.pattern else collapse_name(observation.name)
    )


def finding_id(observation: Observation, name: str, own: OwnHosts) -> str:
    """Return kind, name pattern, registrable domain and, of stored items, the writer; own hosts: `{site}`.

    Who asked for a request is not part of what it is: DevTools names that now and then only
    (docs/decisions/0004-identity-of-requests.md).
    """
    domain = "{site}" if observation.host in own else registrable_domain(observation.host)
    parts = f"{observation.kind}:{_own_name(observation, name, own)}@{domain}"
    writer = _writer(observation, own)
    return f"{parts}<{writer}" if writer else parts


def _own_name(observation: Observation, name: str, own: OwnHosts) -> str:
    if observation.kind in _REQUEST_KINDS:
        host, slash, path = name.partition("/")
        return ("{site}" if observation.host in own else host) + collapse_build(slash + path)
    area = observation.attributes.get("area")
    if area is None:
        return name
    return f"{area}/{_place(name, own) if area == 'serviceWorker' else name}"


def _writer(observation: Observation, own: OwnHosts) -> str:
    if observation.writer is None or observation.kind in _REQUEST_KINDS:
        return ""
    return "{page}" if is_document(observation, observation.writer) else _place(observation.writer.url, own)


def is_document(observation: Observation, writer: Writer) -> bool:
    """Say whether the writer is the page itself: its response, or a script inside its HTML."""
    return _without_fragment(writer.url) == _without_fragment(observation.page)


def _place(url: str, own: OwnHosts) -> str:
    host = host_of(url)
    try:
        path = urlsplit(url).path if host else ""
    except ValueError:
        path = ""
    if not host:
        return url.partition(":")[0] + ":"
    return ("{site}" if host in own else host) + collapse_build(mask(path))


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]
