"""Who is first party and who is third: registrable domains by the Public Suffix List, offline."""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache

import tldextract

from consentinel.scanner.catalogue.taxonomy import Party

# The snapshot that ships with tldextract: no request, no cache directory. Private domains (github.io) are
# suffixes, since their owners are strangers to each other.
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
# Hosts that are compared label by label: what folding or the list's parser might change is not among them.
_PLAIN = re.compile(r"[a-z0-9_-][a-z0-9_.-]*(?<!\.)")


@lru_cache(maxsize=16_384)
def registrable_domain(host: str) -> str:
    """Return the registrable domain of a host name, lower case and never empty for a non-empty host.

    Names under endings that the list does not know follow its default rule `*` (the last label is the suffix,
    https://publicsuffix.org/list/); addresses, single labels and bare suffixes are themselves.
    """
    folded = host.strip().strip(".").lower()
    if _is_address(folded):
        return folded
    extracted = _extract(folded)
    if extracted.suffix:
        return f"{extracted.domain}.{extracted.suffix}" if extracted.domain else folded
    return ".".join(folded.split(".")[-2:])


def same_site(one: str, other: str) -> bool:
    """Say whether two hosts have the same registrable domain.

    A registrable domain ends as its host does and has two labels, unless the host has only one. So hosts that
    differ in these are strangers, and the list, which is dear, need not be asked.
    """
    if one == other:
        return True
    if _PLAIN.fullmatch(one) and _PLAIN.fullmatch(other) and _end(one) != _end(other):
        return False
    return registrable_domain(one) == registrable_domain(other)


def _end(host: str) -> list[str]:
    return host.rsplit(".", 2)[-2:]


def is_public_name(host: str) -> bool:
    """Say whether a host has an ending of the Public Suffix List and a name before it."""
    extracted = _extract(host)
    return bool(extracted.suffix and extracted.domain)


def is_public_suffix(host: str) -> bool:
    """Say whether the Public Suffix List has a name: strangers to each other have hosts below it."""
    extracted = _extract(host)
    return bool(extracted.suffix) and not extracted.domain


def _is_address(host: str) -> bool:
    if not (host[-1:].isdigit() or ":" in host or host.endswith("]")):
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


class OwnHosts:
    """The domains that belong to the scanned site: its own and those that the operator adds."""

    def __init__(self, site_host: str, also: Iterable[str] = ()) -> None:
        self._domains = {registrable_domain(host) for host in (site_host, *also) if host}

    def adopt(self, host: str) -> None:
        """Take a host in: the start page redirected to it, so it is where the site lives."""
        self._domains.add(registrable_domain(host))

    def party_of(self, host: str) -> Party:
        """Return `first` for a host of the site itself, `third` for any other."""
        return "first" if registrable_domain(host) in self._domains else "third"

    def __contains__(self, host: object) -> bool:
        return isinstance(host, str) and self.party_of(host) == "first"
