"""What makes two findings the same: across pages, scans, builds, and the hosts of preview and production."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.observations import Observation, Writer
from consentinel.scanner.party import OwnHosts, registrable_domain
from consentinel.scanner.shapes import collapse_build, collapse_host, collapse_name, mask, mask_addresses
from consentinel.scanner.urls import host_of

_REQUEST_KINDS = frozenset({"request", "pixel", "beacon", "script", "frame"})
_SCHEME = r"https?(?::|%3A)(?:/|%2F){2}"
# Any name with dots, perhaps with its scheme; an escaped character right before it is none of its letters.
_NAME = r"[a-z0-9*-]{1,63}(?:\.[a-z0-9*-]{1,63}){1,10}"
_HOST = re.compile(rf"%[0-9a-f]{{2}}|(?:{_SCHEME})?(?P<host>{_NAME})", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?<=://)[^/?#\s\"']+")


def display_name(observation: Observation, decision: Decision) -> str:
    """Return the name for the report: its random parts are `*`, since they differ from visit to visit."""
    if observation.kind == "captcha":
        return observation.name
    if observation.kind in _REQUEST_KINDS:
        host, slash, path = observation.name.partition("/")
        return (host if observation.party == "first" else collapse_host(host)) + slash + path
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
    site = host_of(observation.page)
    if observation.kind in _REQUEST_KINDS:
        host, slash, path = name.partition("/")
        shown = "{site}" if observation.host in own else collapse_host(host)
        return shown + collapse_build(_without_own(slash + path, site, own))
    area = observation.attributes.get("area")
    if area == "serviceWorker":
        return f"{area}/{_place(name, site, own)}"
    if name == collapse_name(observation.name):
        # collapsing may take a part of the host away, so the host goes first
        name = collapse_name(_without_own(mask_addresses(observation.name), site, own))
    return (f"{area}/" if area else "") + _without_own(name, site, own)


def _without_own(text: str, site: str, own: OwnHosts) -> str:
    """Return a name or path with the site's own hosts as `{site}`, with or without their scheme."""
    if site:
        text = _host_of_page(site).sub("{site}", text)
    return _HOST.sub(lambda found: "{site}" if found["host"] and found["host"] in own else found[0], text)


@lru_cache(maxsize=256)
def _host_of_page(site: str) -> re.Pattern[str]:
    """The host of the page wherever it stands; `my-` may be before it, `.js` after it."""
    before = rf"(?:{_SCHEME}|(?<![a-z0-9.])|(?<=%[0-9a-f]{{2}}))"
    return re.compile(rf"{before}{re.escape(site)}(?![a-z0-9-])", re.IGNORECASE)


def collapse_hosts(text: str, own: OwnHosts) -> str:
    """Return a text with the random sub-domains of the addresses of others as `*`."""
    return _AUTHORITY.sub(lambda found: shown_host(found[0], own), text)


def shown_host(host: str, own: OwnHosts) -> str:
    """Return a host (and port) for the report: own ones as they are, others without random parts."""
    return host if host.partition(":")[0] in own else collapse_host(host)


def _writer(observation: Observation, own: OwnHosts) -> str:
    if observation.writer is None or observation.kind in _REQUEST_KINDS:
        return ""
    if is_document(observation, observation.writer):
        return "{page}"
    return _place(observation.writer.url, host_of(observation.page), own)


def is_document(observation: Observation, writer: Writer) -> bool:
    """Say whether the writer is the page itself: its response, or a script inside its HTML."""
    return _without_fragment(writer.url) == _without_fragment(observation.page)


def _place(url: str, site: str, own: OwnHosts) -> str:
    host = host_of(url)
    try:
        path = urlsplit(url).path if host else ""
    except ValueError:
        path = ""
    if not host:
        return url.partition(":")[0] + ":"
    shown = "{site}" if host in own else collapse_host(host)
    return shown + collapse_build(_without_own(mask(path), site, own))


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]
