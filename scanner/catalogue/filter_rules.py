"""Lines of a filter list: which are rules for requests, what they name, and whether a text is a list at all.

The syntax is that of Adblock Plus (https://help.adblockplus.org/hc/en-us/articles/360062733293); options that
this module does not know make a rule narrower than it seems, so such a rule is no plain one.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from consentinel.scanner.hostnames import browser_host
from consentinel.scanner.party import registrable_domain

# `##`, `#@#`, `#?#`, `#$#`, `#%#` and their combinations: what hides elements or injects scripts
_COSMETIC = re.compile(r"#@?[?$%]{0,2}#")
_BLANKS = "\ufeff \t\r"
_BEFORE_HOST = frozenset("|/.*")
_AFTER_HOST = frozenset("^/:?*|")
_FULL_HOST = re.compile(r"\|\|([^\s/^*|$:?,]+)\^\|?")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_STARTS_WITH_HOST = re.compile(r"(?:\|\||\|?https?://|://|\.)[\w.-]*\w\.\w+(?:[\^/:?*|$]|$)")
_THIRD_ONLY = frozenset({"third-party", "3p"})
# Options that leave a rule valid for every resource type and every site.
_HARMLESS = _THIRD_ONLY | {"important", "match-case"}


class PlainRule(NamedTuple):
    """A rule for a whole host. third_only: it holds for third parties only."""

    host: str
    is_exception: bool
    third_only: bool


def network_rules(text: str) -> Iterator[str]:
    """Yield the rules for requests, exceptions too: no comments, headers, element hiding. Never raises.

    Rules that would match nearly everything are left out: adblock 0.6.0 panics on `/|`.
    """
    for line in text.encode("utf-8", "replace").decode().split("\n"):
        rule = line.strip(_BLANKS)
        if rule and rule[0] not in "![" and not _COSMETIC.search(rule) and _says_something(rule):
            yield rule


def is_exception(rule: str) -> bool:
    """Say whether a rule is one that lets requests pass."""
    return rule.startswith("@@")


def starts_with_host(rule: str) -> bool:
    """Say whether a rule is anchored to a host; `names_host` tells whether it is that of a request."""
    return _STARTS_WITH_HOST.match(rule) is not None


def names_host(rule: str, host: str) -> bool:
    """Say whether a rule that matches a request names the registrable domain of the request's host.

    `||ads.example^` and `.ads.example/pixel` do; `-ad-banner.`, `://ads.` and `||ads.*/x` fit anybody.
    """
    pattern = f"{_split(rule)[0].lower()}|"
    domain = registrable_domain(host)
    at = pattern.find(domain)
    while at >= 0:
        end = at + len(domain)
        if at > 0 and pattern[at - 1] in _BEFORE_HOST and pattern[end] in _AFTER_HOST:
            return True
        at = pattern.find(domain, at + 1)
    return False


def plain_rule(rule: str) -> PlainRule | None:
    """Return what a rule says of a whole host; None for every rule that says less or more. Never raises."""
    pattern, options = _split(rule)
    found = _FULL_HOST.fullmatch(pattern)
    if found is None or "." not in found[1].strip(".") or not _HARMLESS.issuperset(options):
        return None
    host = _wire_name(found[1])
    if host is None:
        return None
    return PlainRule(host, is_exception(rule), not _THIRD_ONLY.isdisjoint(options))


def looks_like_filter_list(text: str) -> str | None:
    """Return why a text is no filter list (`is empty`: put the file's name before it); None if it is one."""
    start = text[:1_000].lstrip(_BLANKS + "\n")
    if not start:
        return "is empty"
    if start.startswith("<"):
        return "is a web page, not a filter list"
    if start.startswith(("{", '["', "[{")):
        return "is JSON, not a filter list"
    if "\0" in text:
        return "is a binary file, not a filter list"
    return _problem_of_rules(list(network_rules(text)))


def _problem_of_rules(rules: list[str]) -> str | None:
    if sum(" " in rule for rule in rules) * 2 > len(rules):
        return "is plain text, not a filter list"
    if not any(rule.startswith("||") for rule in rules):
        return "has no rule that names a host (`||host^`)"
    return None


def _says_something(rule: str) -> bool:
    return len(_split(rule)[0].strip("|*^")) > 1


def _wire_name(host: str) -> str | None:
    """Return a host as requests have it, None where it is none. IDNA is slow, and few hosts need it."""
    if _PLAIN_NAME.fullmatch(host):
        return host.lower()
    try:
        return browser_host(host)
    except ValueError:
        return None


def _split(rule: str) -> tuple[str, tuple[str, ...]]:
    """Return pattern and options, without the `@@` of an exception."""
    body = rule.removeprefix("@@")
    pattern, mark, options = body.rpartition("$")
    is_regex = body.startswith("/") and body.endswith("/")
    if not mark or is_regex:
        return body, ()
    return pattern, tuple(option.strip().lower() for option in options.split(","))
