"""What a banner is built from beside the report: `site:` and the section `banner:` of consentinel.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from consentinel.scanner.catalogue.own_rules import OwnRule

Mode = Literal["observe", "standard", "strict"]
Unknown = Literal["allow", "block"]
MODES: tuple[Mode, ...] = ("observe", "standard", "strict")
UNKNOWN: tuple[Unknown, ...] = ("allow", "block")
GOOGLE = ("basic", "advanced")


@dataclass(frozen=True, kw_only=True)
class Signals:
    """Which tags are told of the choice in their own words. google: '' for not at all."""

    google: str = ""
    meta: bool = False
    data_layer: bool = False


@dataclass(frozen=True, kw_only=True)
class BannerSettings:
    """Everything a banner is built from beside the report. Absent texts are ''."""

    site: str
    mode: Mode = "standard"
    rules: tuple[OwnRule, ...] = ()
    unknown: Unknown = "allow"
    api: str = ""
    base: str = ""
    cookie_domain: str = ""
    regime: str = "eu"
    exempt: tuple[str, ...] = ()
    controller: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    theme: Mapping[str, str] = field(default_factory=dict)
    locales: tuple[str, ...] = ("en",)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    signals: Signals = field(default_factory=Signals)
    service_worker: str = ""
    keep: str = ""

    @property
    def host(self) -> str:
        """The host of the site, without port."""
        return (urlsplit(self.site).hostname or "").strip(".").lower()
