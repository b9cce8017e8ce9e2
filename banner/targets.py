"""The addresses that a finding of the scanner stands for, as patterns of the rules.

A finding is one request; a rule has to hold back the next one, too, which goes to another host of the same
vendor or has another number in its path. So where an entry of the catalogue decided, its own pattern counts.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from consentinel.scanner.catalogue.entries import CaptchaProduct, HostPattern
from consentinel.scanner.catalogue.facts import suffixes_of
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.report import Finding

REQUESTS = frozenset(("request", "pixel", "beacon", "script", "frame"))
# `layer:vendor/host:…`, the name that the catalogue gives to what decided.
_RULE = re.compile(
    r"(?P<layer>[a-z]+):(?P<vendor>[a-z0-9-]+)/(?P<what>[a-z0-9-]+)(?::(?P<rest>.*))?", re.DOTALL
)
_CAPTCHA = "captcha"
# What SiteRules calls our own server.
_SERVER = "consentinel-server"
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_PATH = re.compile(r"/[!-\"$->@-~]*")
_LEAST_PATH = 3


class Targets:
    """Answers for findings with what the catalogue knows."""

    def __init__(self, catalogue: Catalogue) -> None:
        sheets = catalogue.sheets
        self._hosts = {
            pattern.decision.rule: pattern for sheet in reversed(sheets) for pattern in sheet.hosts
        }
        self._whole = {
            (pattern.host, pattern.vendor.id) for pattern in self._hosts.values() if pattern.whole_host
        }
        self._captchas = {product.id: product for product in catalogue.captchas}

    def captcha_of(self, finding: Finding) -> CaptchaProduct | None:
        """Return the CAPTCHA product that a finding belongs to, or None."""
        found = _RULE.fullmatch(finding.rule or "")
        return self._captchas.get(found["what"]) if found and found["vendor"] == _CAPTCHA else None

    def of_third_party(self, finding: Finding) -> Iterator[str]:
        """Yield `host` or `host/path` for what a third party served; nothing where no rule can say it."""
        captcha = self.captcha_of(finding)
        known = self._hosts.get(finding.rule)
        if captcha is not None:
            yield from _captcha_patterns(captcha, finding)
        elif known is not None and finding.kind in REQUESTS:
            yield from _checked(_host_pattern(known, finding))
        elif _decided_by(finding, "path"):
            place = self._home_of(finding) or _server_place(finding)
            yield from _checked(place or _shown_host(finding) + _path_of(finding))
        else:
            yield from _checked(_shown_host(finding))

    def _home_of(self, finding: Finding) -> str:
        """Return the vendor's own host, where what its path gave away is at home; '' elsewhere."""
        vendor = vendor_id(finding)
        return next((host for host in suffixes_of(finding.host) if (host, vendor) in self._whole), "")

    def of_own_host(self, finding: Finding, site_hosts: frozenset[str]) -> Iterator[str]:
        """Yield `/path` (or `host/path` for another of the site's hosts) for what the site serves itself."""
        path = _path_of(finding)
        if finding.kind in REQUESTS and len(path.replace("*", "").strip("/")) >= _LEAST_PATH:
            host = "" if finding.host in site_hosts else finding.host
            yield from _checked(host + path)


def vendor_id(finding: Finding) -> str:
    """Return the catalogue's id of the vendor that decided, '' where none did."""
    found = _RULE.fullmatch(finding.rule or "")
    return found["vendor"] if found and found["layer"] in ("core", "override") else ""


def _decided_by(finding: Finding, what: str) -> bool:
    found = _RULE.fullmatch(finding.rule or "")
    return found is not None and found["what"] == what


def _server_place(finding: Finding) -> str:
    """Return where our server answers, as the settings have it: parts of the script change their names."""
    found = _RULE.fullmatch(finding.rule or "")
    if found is None or found["vendor"] != _SERVER:
        return ""
    place = urlsplit(found["rest"])
    return f"{place.hostname}{place.path}"


def _host_pattern(known: HostPattern, finding: Finding) -> str:
    """A restriction that rules cannot express (query, type) leaves the very path that was seen."""
    if known.whole_host:
        return known.host
    if known.path_regex is not None or known.types:
        return _shown_host(finding) + _path_of(finding)
    return f"{known.host}{known.path}*"


def _captcha_patterns(product: CaptchaProduct, finding: Finding) -> Iterator[str]:
    """Yield the product's hosts; and, for a request elsewhere (gstatic.com/recaptcha), its folder there."""
    for text in product.hosts:
        host, slash, path = text.partition("/")
        yield from _checked(f"{host}{slash}{path}*" if slash else host)
    path = _path_of(finding)
    if finding.kind in REQUESTS and not any(_is_at(finding.host, text) for text in product.hosts):
        folder = path[: path.find("/", 1) + 1]
        yield from _checked(_shown_host(finding) + (f"{folder}*" if folder else path))


def _is_at(host: str, place: str) -> bool:
    name = place.partition("/")[0]
    return host == name or host.endswith(f".{name}")


def _shown_host(finding: Finding) -> str:
    """Return the host; of one with random labels (`*.ads.example`) what stands behind them."""
    host = finding.host.strip(".").lower()
    if finding.kind not in REQUESTS:
        return host
    _, star, rest = finding.name.partition("/")[0].rpartition("*")
    behind = rest.partition(".")[2].lower()
    return behind if star and "." in behind and host.endswith(f".{behind}") else host


def _path_of(finding: Finding) -> str:
    _, slash, rest = finding.name.partition("/")
    return slash + rest


def _checked(pattern: str) -> Iterator[str]:
    host, slash, rest = pattern.partition("/")
    if (not host or _HOST.fullmatch(host)) and (not slash or _PATH.fullmatch(slash + rest)):
        yield pattern
