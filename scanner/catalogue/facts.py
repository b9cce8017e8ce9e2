"""What can be told about a subject before any entry is looked at."""

import re
from functools import lru_cache

from consentinel.scanner import urls
from consentinel.scanner.catalogue.entries import Sign
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.taxonomy import parse_resource_type
from consentinel.scanner.party import same_site

# "short-lived": gone within a day, as session and CSRF cookies with an explicit lifetime are.
SHORT_LIVED_S = 24 * 3600
_MAX_LABELS = 16
# The hosts of one scan come again and again.
_REMEMBERED = 4096
_MAX_URL = 2048
# The host of a URL as nearly all are written: no user, no capitals, nothing to escape.
_PLAIN_HOST = re.compile(r"https?://([a-z0-9_.-]+)(?::[0-9]+)?(?:[/?#]|\Z)")
_FROM_PATH = re.compile(r"[/?].*", re.DOTALL)


def host_of(url: str | None) -> str:
    """Return the lower-case host of a URL without a final dot, '' where there is none."""
    plain = _PLAIN_HOST.match(url or "")
    return (plain[1] if plain else urls.host_of(url or "")).strip(".")


def path_of(url: str | None) -> str:
    """Return path and query of a URL, without the fragment and cut at 2048 characters."""
    rest = (url or "").partition("://")[2].partition("#")[0]
    found = _FROM_PATH.search(rest, 0, _MAX_URL)
    path = found[0] if found else ""
    return path if path.startswith("/") else f"/{path}"


@lru_cache(maxsize=_REMEMBERED)
def suffixes_of(host: str) -> tuple[str, ...]:
    """Return the host and its parents, longest first."""
    labels = host.split(".")[-_MAX_LABELS:]
    return tuple(".".join(labels[start:]) for start in range(len(labels)))


class Facts:
    """One subject with its host, parent hosts, path + query, resource type and party."""

    __slots__ = ("host", "path", "resource_type", "site_host", "subject", "suffixes")

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.host = subject.host.strip(".").lower() or host_of(subject.url)
        self.suffixes = suffixes_of(self.host)
        self.site_host = host_of(subject.site)
        self.path = path_of(subject.url) if subject.url else None
        self.resource_type = parse_resource_type(subject.resource_type)

    def shows(self, sign: Sign) -> bool:
        """Say whether the subject shows a second sign; a fact that is not known is not shown."""
        if sign == "first-party":
            return self.first_party is True
        if sign == "http-only":
            return self.subject.http_only is True
        age_s = self.subject.max_age_s
        return age_s is not None and age_s <= (SHORT_LIVED_S if sign == "short-lived" else 0)

    @property
    def first_party(self) -> bool | None:
        """True for the site's own, False for a third party's, None if that cannot be told."""
        if self.subject.party is not None:
            return self.subject.party == "first"
        if not self.site_host or not self.host:
            return None
        return same_site(self.site_host, self.host)

    def site_lives_on(self, host: str) -> bool:
        """Say whether the page itself belongs to this host: then the host says nothing of third parties."""
        return self.site_host == host or self.site_host.endswith(f".{host}")
