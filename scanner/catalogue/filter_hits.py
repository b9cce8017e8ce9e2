"""What goes into filter lists and what comes out: texts, requests, hits, and what a hit is worth."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit

import msgspec

from consentinel.scanner.catalogue.facts import host_of
from consentinel.scanner.catalogue.filter_rules import names_host
from consentinel.scanner.catalogue.taxonomy import Category, Party
from consentinel.scanner.hostnames import browser_host
from consentinel.scanner.party import registrable_domain

# Longer than what rules look at; beyond are values that trackers send home.
_MAX_URL = 4_096
# A rule with hundreds of sites in `domain=` would fill the report.
_MAX_TOLD = 300
_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
# What a list is for. A request that EasyList alone matches is advertising in 95 of 100 cases; EasyPrivacy
# lists trackers of all sorts, so that a hit there tells no category.
_CATEGORY_OF: dict[str, Category] = {"easylist": "targeting"}


class FilterListText(msgspec.Struct, frozen=True):
    """One list as it was downloaded. id: of its pack, e.g. `easylist`. title: as people know it."""

    id: str
    title: str
    text: str


class ListHit(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that matches a request.

    rule: its exact text. decides: the rule names the host and the host is a third party, so that this is a
    tracker; otherwise the hit is evidence only. category: None where the list does not tell one or the hit
    does not decide. evidence: all of that as one sentence for the report.
    """

    list_id: str
    title: str
    rule: str
    decides: bool
    category: Category | None
    evidence: str


class ListRequest(msgspec.Struct, frozen=True):
    """A request as lists see it: the URL in ASCII and not endless, hosts in lower case.

    told_third: what the caller says of its party, None = nothing.
    """

    url: str
    host: str
    site_host: str
    told_third: bool | None

    @property
    def third_party(self) -> bool:
        """Whether it goes to a third party; worked out for hits only, since registrable domains are dear."""
        if self.told_third is not None or not self.site_host:
            return self.told_third is not False
        return registrable_domain(self.host) != registrable_domain(self.site_host)


def request_from(url: str, site: str | None, party: Party | None) -> ListRequest | None:
    """Return the request; None for what goes to no server (`data:`, `blob:`) or no browser would send."""
    scheme, mark, rest = _in_ascii(url).partition("://")
    if scheme.lower() not in _SCHEMES:
        return None
    plain = f"{scheme.lower()}{mark}{rest}"
    host = host_of(plain)
    if not host:
        return None
    told_third = None if party is None else party == "third"
    return ListRequest(plain, host, _site_host(site or ""), told_third)


@lru_cache(maxsize=1_024)
def _site_host(site: str) -> str:
    return host_of(_in_ascii(site))


def hit_of(source: FilterListText, rule: str, request: ListRequest) -> ListHit:
    """Return the hit of a rule of a list: what it is worth, and why."""
    doubt = _doubt(rule, request)
    told = rule if len(rule) <= _MAX_TOLD else f"{rule[:_MAX_TOLD]}…"
    return ListHit(
        list_id=source.id,
        title=source.title,
        rule=rule,
        decides=doubt is None,
        category=None if doubt else _CATEGORY_OF.get(source.id),
        evidence=f"{source.title} has the rule `{told}` for it{doubt or ''}.",
    )


def best(hits: Iterable[ListHit]) -> ListHit | None:
    """Return a hit with a category, else one that decides, else the first; None of none."""
    return max(hits, key=lambda hit: (hit.category is not None, hit.decides), default=None)


def _doubt(rule: str, request: ListRequest) -> str | None:
    """Return why a hit alone makes no tracker, None if it does."""
    if not names_host(rule, request.host):
        return ", which names no host and alone makes no tracker"
    return None if request.third_party else ", but the site's own host alone makes no tracker"


def _in_ascii(url: str) -> str:
    """Return a URL as browsers send it, and not endless; "" where no browser would."""
    cut = url[:_MAX_URL]
    if cut.isascii():
        return cut
    try:
        parts = urlsplit(cut)
        return quote(
            parts._replace(netloc=browser_host(parts.netloc)).geturl(), safe=_ASCII, errors="replace"
        )
    except ValueError:
        return ""
