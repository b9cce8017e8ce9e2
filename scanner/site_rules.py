"""What a site's settings say of what is found there: the owner's own rules, and where our own server is.

They go before the catalogue, its overrides and behaviour, as they do in the banner. A report that was made
without them gets them later, as far as its findings, which stand for several things, can tell.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from consentinel.scanner.catalogue.own_rules import OwnRule
from consentinel.scanner.catalogue.subject import Decision, Subject
from consentinel.scanner.report import Finding, Report, WithoutRule
from consentinel.scanner.urls import host_of

_STORED = frozenset(("cookie", "storage"))
# A site's own ones are listed only where somebody says what they are (scanner.classify).
_PLAIN_REQUESTS = frozenset(("request", "script", "frame"))
_PORTS = {"http": 80, "https": 443}
_RULE = "override:banner-rules/"
_BY_RULE = "A rule of the settings says so:"
_OURS = Decision(
    category="strictly-necessary",
    vendor="consentinel (consent server)",
    purpose="Shows the consent banner and keeps the record of each choice.",
    layer="override",
    confidence=1.0,
    evidence=("The settings of the site name this address as that of its consent server.",),
)
# What pages and their visitors ask a server of ours for; its dashboard is none of it.
_API = ("consents", "challenge", "keep", "state", "token", "observed")


@dataclass(frozen=True)
class SiteRules:
    """Both, for one site. rules: the owner's own. places: addresses of our server, `*` for any characters."""

    rules: tuple[OwnRule, ...] = ()
    places: tuple[str, ...] = ()

    def decide(self, subject: Subject, before: Decision) -> Decision:
        """Return what the rules make of a subject, which so far is what `before` says."""
        rule = self._rule_for(subject, before)
        if rule is not None:
            return _by_rule(rule, subject, before)
        if before.layer != "override" and (place := self._place_of(subject)):
            return msgspec.structs.replace(_OURS, rule=f"override:consentinel-server/path:{place}")
        return before

    def applied_to(self, report: Report) -> Report:
        """Return a report, perhaps of a scan that knew none of the rules, as they decide its findings."""
        if self == NO_RULES:
            return report
        return msgspec.structs.replace(report, findings=tuple(map(self._decided, report.findings)))

    def _rule_for(self, subject: Subject, before: Decision) -> OwnRule | None:
        """Return the most specific rule; what a third party stores goes with its host, if nobody knows it."""
        fitting = [rule for rule in self.rules if _fits(rule, subject)]
        is_unknown = before.category is None or before.layer == "behaviour"
        if not fitting and subject.kind in _STORED and subject.party == "third" and is_unknown:
            fitting = [rule for rule in self.rules if _holds_back(rule, subject.host)]
        return max(fitting, key=_specificity) if fitting else None

    def _place_of(self, subject: Subject) -> str | None:
        if subject.kind in _STORED or (subject.party == "first" and subject.kind in _PLAIN_REQUESTS):
            return None
        address = _address(subject.url or "")
        return next((place for place in self.places if _glob(place).fullmatch(address)), None)

    def _decided(self, finding: Finding) -> Finding:
        before = Decision(
            category=finding.category,
            vendor=finding.vendor,
            purpose=finding.purpose,
            rule=finding.rule,
            layer=finding.layer,
            contested=finding.contested,
        )
        decision = self.decide(_subject(finding), before)
        if decision is before:
            return finding
        told = (line for line in decision.evidence if line not in finding.evidence)
        ruled = msgspec.structs.replace(
            finding,
            category=decision.category,
            vendor=decision.vendor,
            purpose=decision.purpose,
            rule=decision.rule,
            layer=decision.layer,
            contested=decision.contested,
            evidence=(*finding.evidence, *told),
        )
        return with_known(ruled, before)


NO_RULES = SiteRules()


def with_known(finding: Finding, known: Decision) -> Finding:
    """Return a finding that, where an owner's rule decides it, tells what is known of it without that rule.

    A rule may speak of one name, host or path of those that the finding stands for; the rest stays as it is.
    """
    if finding.without_rule is not None or not _is_by_rule(finding):
        return finding
    return msgspec.structs.replace(
        finding,
        without_rule=WithoutRule(
            category=known.category,
            contested=known.contested,
            vendor=known.vendor,
            rule=known.rule,
            layer=known.layer,
        ),
    )


def places_of(site_host: str, servers: Iterable[str], base: str = "") -> tuple[str, ...]:
    """Return the addresses at which our server and its script answer, as `SiteRules` has them.

    site_host: under which the server knows the site. servers: its base addresses. base: that of the script's
    files, where they are elsewhere. Texts that are no web addresses, such as '', are left out.
    """
    found = [place for server in servers if _is_web(server) for place in _of_server(server, site_host)]
    if _is_web(base):
        folder = _address(base).rstrip("/")
        found += [f"{folder}.js", f"{folder}/consentinel*.js"]
    return tuple(dict.fromkeys(found))


def _of_server(server: str, site_host: str) -> Iterator[str]:
    root = _address(server).rstrip("/")
    for name in _API:
        yield from (f"{root}/v1/{name}", f"{root}/v1/{name}/*")
    if site_host:
        yield from (f"{root}/b/{site_host}.js", f"{root}/b/{site_host}/*")
        yield from (f"{root}/d/{site_host}", f"{root}/d/{site_host}/*")


def _is_by_rule(finding: Finding) -> bool:
    if finding.kind == "captcha":  # its rule says which product it is
        return any(line.startswith(_BY_RULE) for line in finding.evidence)
    return (finding.rule or "").startswith(_RULE)


def _by_rule(rule: OwnRule, subject: Subject, before: Decision) -> Decision:
    is_other = bool(rule.vendor) and rule.vendor.casefold() != (before.vendor or "").casefold()
    what, shown = _shown(rule)
    is_captcha = subject.kind == "captcha"
    return msgspec.structs.replace(
        before,
        category=rule.category,
        vendor=rule.vendor or before.vendor,
        purpose=None if is_other else before.purpose,
        rule=before.rule if is_captcha else f"{_RULE}{what}:{shown}",
        layer="override",
        contested=False,
        confidence=1.0,
        evidence=(*before.evidence, f"{_BY_RULE} {shown}."),
    )


def _shown(rule: OwnRule) -> tuple[str, str]:
    """Return what a rule is about, and its pattern."""
    if rule.name:
        return "name", rule.name
    return "path" if rule.path else "host", rule.host + rule.path


def _specificity(rule: OwnRule) -> tuple[bool, bool, int]:
    """Sort as the compiled rules do: paths before hosts, exact ones before globs, then the longer one."""
    pattern = rule.name or rule.host + rule.path
    return bool(rule.path), "*" not in pattern, len(pattern)


def _fits(rule: OwnRule, subject: Subject) -> bool:
    if subject.kind == "id-sync":
        return False  # it tells what two others do with each other
    if rule.name:
        return subject.kind in _STORED and _matches(rule.name, subject.name)
    if subject.kind in _STORED or (rule.path and not _matches(rule.path, _path(subject))):
        return False
    return _is_at(rule.host, subject.host) if rule.host else subject.party == "first"


def _holds_back(rule: OwnRule, host: str) -> bool:
    """Say whether a rule holds a whole host back; what is let through may still set what needs consent."""
    return rule.category != "strictly-necessary" and not rule.path and _is_at(rule.host, host)


def _is_at(pattern: str, host: str) -> bool:
    return bool(pattern) and (_matches(pattern, host) or _matches(f"*.{pattern}", host))


def _path(subject: Subject) -> str:
    """Return the path of a request; what has no address of its own has none."""
    try:
        parts = urlsplit(subject.url or "")
    except ValueError:
        return ""
    return (parts.path or "/") if host_of(subject.url or "") == subject.host else ""


def _is_web(text: str) -> bool:
    return text.startswith(("http://", "https://")) and bool(_address(text))


def _address(url: str) -> str:
    """Return an address without default port, user, query and fragment; '' for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    ending = f":{port}" if port and port != _PORTS.get(parts.scheme) else ""
    return f"{parts.scheme}://{host}{ending}{parts.path}" if host else ""


def _matches(pattern: str, text: str) -> bool:
    return _glob(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """Return a pattern whose `*` stand for any characters, so written that no text takes it long."""
    first, *rest = map(re.escape, pattern.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    *inner, last = rest
    return re.compile(first + "".join(f"(?>.*?{part})" for part in inner) + f".*{last}", re.DOTALL)


def _subject(finding: Finding) -> Subject:
    return Subject(
        kind=finding.kind,
        name=finding.name,
        host=finding.host.strip(".").lower(),
        url=finding.url,
        party=finding.party,
    )
