"""What the operator has decided about a finding with a rule of the settings file."""

import re
from collections.abc import Iterable

from consentinel.banner.settings import OwnRule
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.report import Finding
from consentinel.scanner.urls import host_of

_STORED = frozenset(("cookie", "storage"))


def category_by_operator(finding: Finding, rules: Iterable[OwnRule]) -> Category | None:
    """Return the category that the most specific rule gives a finding; None where no rule speaks of it."""
    fitting = [rule for rule in rules if _fits(rule, finding)]
    return max(fitting, key=_specificity).category if fitting else None


def _specificity(rule: OwnRule) -> tuple[bool, bool, int]:
    """Sort as the compiled rules do: paths before hosts, exact ones before globs, then the longer one."""
    pattern = rule.name or rule.host + rule.path
    return bool(rule.path), "*" not in pattern, len(pattern)


def _fits(rule: OwnRule, finding: Finding) -> bool:
    if rule.name:
        return finding.kind in _STORED and _matches(rule.name, finding.name)
    return finding.kind not in _STORED and _fits_address(rule, finding)


def _fits_address(rule: OwnRule, finding: Finding) -> bool:
    if not rule.host:
        return finding.party == "first" and _matches(rule.path, _path(finding))
    host = finding.host
    at_host = _matches(rule.host, host) or _matches(f"*.{rule.host}", host)
    return at_host and (not rule.path or _matches(rule.path, _path(finding)))


def _path(finding: Finding) -> str:
    """Return the path of a request; what has no address of its own has none."""
    rest = finding.url.partition("://")[2] if host_of(finding.url) else ""
    return "/" + rest.partition("/")[2].partition("?")[0]


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text) is not None
