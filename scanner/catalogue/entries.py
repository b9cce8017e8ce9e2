"""What the catalogue holds: vendors, their patterns, the CAPTCHA table."""

import re
from typing import Literal

import msgspec

from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import Category, Layer, ResourceType

How = Literal["exact", "prefix", "regex"]
NameKind = Literal["cookie", "storage"]
Sign = Literal["first-party", "http-only", "session", "short-lived"]


class CategoryText(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A category as people read it."""

    category: Category
    title: str
    description: str


class Vendor(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who sets something.

    carrier: its scripts run other vendors' code, so being written by them says nothing. convention: names
    that many share, which count only with a second sign. source: `FILE:LINE` of the entry.
    """

    id: str
    name: str
    category: Category
    purpose: str
    check: str
    source: str
    layer: Layer
    contested: bool = False
    carrier: bool = False
    convention: bool = False


class NamePattern(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A cookie or storage name. Restrictions that are empty or None do not restrict.

    text: the name, the prefix, or for `regex` the literal start that every match has. domains: hosts (with
    their subdomains) the name must belong to. value: shape of the whole value. requires: second signs.
    """

    kind: NameKind
    how: How
    text: str
    regex: re.Pattern[str] | None
    domains: tuple[str, ...]
    value: re.Pattern[str] | None
    requires: tuple[Sign, ...]
    vendor: Vendor
    decision: Decision
    source: str


class HostPattern(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A host with its subdomains; perhaps only under a path, where path + query match, or of some types."""

    host: str
    path: str
    path_regex: re.Pattern[str] | None
    types: frozenset[ResourceType]
    vendor: Vendor
    decision: Decision
    source: str

    @property
    def whole_host(self) -> bool:
        """Say whether everything at the host is meant."""
        return not self.path and self.path_regex is None and not self.types


class PathPattern(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A path that means one product on any host (self-hosted analytics), perhaps by query or type."""

    starts: str
    ends: str
    query: re.Pattern[str] | None
    types: frozenset[ResourceType]
    vendor: Vendor
    decision: Decision
    source: str


class CaptchaProduct(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One CAPTCHA or bot-detection product, in one version, with the signs by which it is known.

    scripts: searched in whole URLs at `hosts` (host or host/path-prefix). anywhere: searched in path + query
    of URLs at any host. response_headers: lower-case names, or (name, regex for the value).
    """

    id: str
    vendor: str
    product: str
    category: Category
    contested: bool
    collects: str
    runs_before_interaction: bool
    check: str
    decision: Decision
    source: str
    hosts: tuple[str, ...] = ()
    scripts: tuple[re.Pattern[str], ...] = ()
    anywhere: tuple[re.Pattern[str], ...] = ()
    cookies: tuple[NamePattern, ...] = ()
    storage: tuple[NamePattern, ...] = ()
    dom_selectors: tuple[str, ...] = ()
    js_globals: tuple[str, ...] = ()
    response_headers: tuple[tuple[str, re.Pattern[str] | None], ...] = ()


class Sheet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One file's entries, in one layer."""

    layer: Layer
    categories: tuple[CategoryText, ...]
    vendors: tuple[Vendor, ...]
    names: tuple[NamePattern, ...]
    hosts: tuple[HostPattern, ...]
    paths: tuple[PathPattern, ...]
    captchas: tuple[CaptchaProduct, ...]
