"""Which identifiers a scan saw being stored, by whom, and in what form they may be sent."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from consentinel.scanner.behaviours.identifiers import is_identifier
from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.behaviours.pieces import pieces
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.observations import Observation
from consentinel.scanner.party import OwnHosts, registrable_domain

# Englehardt and Narayanan (CCS 2016): what lasts less long identifies a session, not a visitor.
_LEAST_LIFETIME_S = 90 * 86_400
_LASTING_AREAS = frozenset({"localStorage", "indexedDB"})
# A store of more is a cache or a queue; the identifiers stand first in what SDKs keep.
_MAX_PER_VALUE = 50
_HASHES = (("MD5", hashlib.md5), ("SHA-1", hashlib.sha1), ("SHA-256", hashlib.sha256))
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}(?::|%3A)(?:/|%2F){2}[^\s\"'<>]+", re.IGNORECASE)
# The path of these is the same for every visitor; it may hold an account or the hash of a build.
_FILES = frozenset({"script", "stylesheet", "font", "manifest", "media"})


@dataclass(frozen=True)
class Holder:
    """A cookie or storage item that holds an identifier; its domain is "" where it is the site's own."""

    kind: str
    name: str
    domain: str
    category: Category | None
    vendor: str | None

    @property
    def label(self) -> str:
        """What to call it in a sentence."""
        item = "cookie" if self.kind == "cookie" else "storage item"
        return f"{item} {self.name} of {self.domain}" if self.domain else f"{item} {self.name}"


@dataclass
class Identifiers:
    """holders: by identifier, with the places of their observations. forms: identifier and hash, by text."""

    holders: dict[str, dict[Holder, set[int]]] = field(default_factory=lambda: defaultdict(dict))
    forms: dict[str, tuple[str, str]] = field(default_factory=dict)


def stored_identifiers(seen: Sequence[Judged], own: OwnHosts) -> Identifiers:
    """Return the identifiers in what was stored, without those that are the same for every visitor.

    What the catalogue calls strictly necessary is left out: a session, a basket or a consent string is meant
    to be passed on.
    """
    lifetimes = _lifetimes(seen)
    found = Identifiers()
    stored = [place for place, judged in enumerate(seen) if _lasts(judged, lifetimes)]
    public = _public_pieces(seen) if stored else frozenset()
    for place in stored:
        holder = _holder(seen[place], own)
        for identifier in _identifiers(seen[place].observation.value or ""):
            if identifier not in public:
                found.holders[identifier].setdefault(holder, set()).add(place)
    for identifier in found.holders:
        found.forms.update(_forms(identifier))
    return found


def _identifiers(value: str) -> Iterator[str]:
    parts = dict.fromkeys(pieces(_ADDRESS.sub(" ", value)))
    return islice(filter(is_identifier, parts), _MAX_PER_VALUE)


def _forms(identifier: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, make in _HASHES:
        yield make(identifier.encode(), usedforsecurity=False).hexdigest(), (identifier, name)
    yield identifier, (identifier, "")


def _holder(judged: Judged, own: OwnHosts) -> Holder:
    seen, decision = judged.observation, judged.decision
    domain = "" if seen.host in own else registrable_domain(seen.host)
    return Holder(seen.kind, judged.name, domain, decision.category, decision.vendor)


def _lifetimes(seen: Iterable[Judged]) -> dict[tuple[str, str], int]:
    """Return how long each cookie lives at most, in seconds, where that was declared: 0 = a session."""
    longest: dict[tuple[str, str], int] = {}
    for observation in (judged.observation for judged in seen if judged.observation.kind == "cookie"):
        declared = _declared_s(observation)
        if declared is not None:
            key = (observation.name, observation.host)
            longest[key] = max(declared, longest.get(key, 0))
    return longest


def _declared_s(observation: Observation) -> int | None:
    lifetime_s = observation.attributes.get("max_age_s")
    if isinstance(lifetime_s, int):
        return lifetime_s
    return 0 if observation.attributes.get("lifetime") == "session" else None


def _lasts(judged: Judged, lifetimes: dict[tuple[str, str], int]) -> bool:
    """Say whether it may outlive a session; a cookie does where nobody has said how long it lives."""
    seen = judged.observation
    if not seen.value or judged.decision.category == "strictly-necessary":
        return False
    if seen.kind == "storage":
        return seen.attributes.get("area") in _LASTING_AREAS
    return (
        seen.kind == "cookie"
        and lifetimes.get((seen.name, seen.host), _LEAST_LIFETIME_S) >= _LEAST_LIFETIME_S
    )


def _public_pieces(seen: Iterable[Judged]) -> frozenset[str]:
    """Return what stands in addresses of pages and files, and in names: builds, products, accounts."""
    texts = {text for judged in seen for text in _public_texts(judged.observation)}
    return frozenset(piece for text in texts for piece in pieces(text))


def _public_texts(observation: Observation) -> Iterator[str]:
    yield observation.page
    if observation.kind in ("cookie", "storage"):
        yield observation.name
    elif observation.attributes.get("resource_type") in _FILES:
        yield observation.url if observation.party == "first" else _path(observation.url)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
